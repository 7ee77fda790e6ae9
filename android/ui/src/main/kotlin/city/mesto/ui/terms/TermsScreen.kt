// The contract and its changes: what is new, where it is read, and a button to accept it.

package city.mesto.ui.terms

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.unit.dp
import city.mesto.ui.parts.Bar
import city.mesto.ui.parts.Card
import city.mesto.ui.parts.Icons
import city.mesto.ui.parts.MainButton
import city.mesto.ui.parts.Notice
import city.mesto.ui.parts.OfflineNotice
import city.mesto.ui.parts.Page
import city.mesto.ui.parts.QuietButton
import city.mesto.ui.parts.RefusedNotice
import city.mesto.ui.parts.Small
import city.mesto.ui.parts.Tone
import city.mesto.ui.parts.Waiting
import city.mesto.ui.text.texts
import city.mesto.ui.text.words

@Composable
fun TermsScreen(state: TermsUiState, onEvent: (TermsEvent) -> Unit, modifier: Modifier = Modifier) {
    val pending = (state as? TermsUiState.Shown)?.terms?.filter { it.pending?.needsAcceptance == true }.orEmpty()
    Page(
        modifier,
        bar = { Bar(texts.termsTitle(), onBack = { onEvent(TermsEvent.Back) }) },
        actions = if (pending.isEmpty() || state !is TermsUiState.Shown) null else ({ pending.forEach { Accept(it, state, onEvent) } }),
    ) {
        when (state) {
            TermsUiState.Loading -> Card { Waiting(texts.termsLoading()) }
            is TermsUiState.Refused -> {
                OfflineNotice(state.connection, onRetry = { onEvent(TermsEvent.Retry) })
                RefusedNotice(state.refusal, actions = { QuietButton(texts.stateRetry(), { onEvent(TermsEvent.Retry) }, fill = true) })
            }
            is TermsUiState.Shown -> Shown(state, onEvent)
        }
    }
}

@Composable
private fun Shown(state: TermsUiState.Shown, onEvent: (TermsEvent) -> Unit) {
    OfflineNotice(state.connection, onRetry = { onEvent(TermsEvent.Retry) })
    state.refusal?.let { RefusedNotice(it) }
    state.terms.forEach { terms ->
        terms.pending?.let { Notice(icon = Icons.Page, title = it.text, tone = Tone.Attention) }
        Card {
            Column(verticalArrangement = Arrangement.spacedBy(6.dp)) {
                terms.inForce?.let { Small(texts.termsInForce(it)) }
                terms.accepted?.let { Small(texts.termsAccepted(version = it.version, acceptedAt = words.dayAndTime(it.at))) }
                if (terms.link != null) QuietButton(texts.termsRead(terms.newest), { onEvent(TermsEvent.Read(terms.id)) }, icon = Icons.Page, fill = true)
            }
        }
    }
    if (state.terms.none { it.pending != null }) return Small(texts.termsNone())
    Small(texts.termsDisagree())
    QuietButton(texts.standingToAccount(), { onEvent(TermsEvent.SeeAccount) }, icon = Icons.Person, fill = true)
}

@Composable
private fun Accept(terms: TermsRow, state: TermsUiState.Shown, onEvent: (TermsEvent) -> Unit) {
    val version = terms.pending?.version ?: return
    if (state.sending == terms.id) {
        MainButton(texts.termsAccepting(), {}, busy = true)
    } else {
        MainButton(texts.termsAccept(version), { onEvent(TermsEvent.Accept(terms.id)) }, enabled = state.sending == null)
    }
}
