// A question before something that is not easily undone: what happens, yes, and no.

package city.mesto.ui.parts

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.ColumnScope
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.unit.dp

/** For the action area of a page; while it is `busy` nothing is asked twice. */
@Composable
fun ColumnScope.Question(title: String, why: String, yes: String, no: String, busy: String?, onYes: () -> Unit, onNo: () -> Unit) {
    Column(verticalArrangement = Arrangement.spacedBy(4.dp), modifier = Modifier.fillMaxWidth()) {
        Text(title, style = MaterialTheme.typography.titleMedium, color = MaterialTheme.colorScheme.onSurface, modifier = Modifier.semantics { heading() })
        Text(why, style = MaterialTheme.typography.bodyMedium, color = MaterialTheme.colorScheme.onSurfaceVariant)
    }
    if (busy != null) {
        MainButton(busy, {}, busy = true)
    } else {
        QuietButton(no, onNo, fill = true)
        MainButton(yes, onYes)
    }
}

/** What stands below it, in a word. */
@Composable
fun Heading(text: String) =
    Text(text, style = MaterialTheme.typography.titleMedium, color = MaterialTheme.colorScheme.onBackground, modifier = Modifier.semantics { heading() })
