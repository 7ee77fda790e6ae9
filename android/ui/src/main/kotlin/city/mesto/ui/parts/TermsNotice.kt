// New terms, said before the button that pays.

package city.mesto.ui.parts

import androidx.compose.runtime.Composable
import city.mesto.ui.TermsView
import city.mesto.ui.text.texts

/** Nothing where there are no new ones. */
@Composable
fun TermsNotice(terms: List<TermsView>, onSee: () -> Unit) {
    if (terms.isEmpty()) return
    Notice(icon = Icons.Page, title = terms.first().text, tone = Tone.Attention, body = terms.drop(1).map { it.text }) {
        QuietButton(texts.termsSee(), onSee, fill = true)
    }
}
