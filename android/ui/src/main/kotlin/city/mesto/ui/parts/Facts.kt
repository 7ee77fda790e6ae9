// Values with their names, one below the other, and what is said in small letters beside them.

package city.mesto.ui.parts

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.platform.LocalDensity
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.unit.dp
import city.mesto.ui.Fact

/** Read aloud as one: the name, then the value, or that it is `unknown`. */
@Composable
fun FactRow(fact: Fact, unknown: String) {
    val modifier = Modifier.fillMaxWidth().padding(vertical = 3.dp).semantics(mergeDescendants = true) {}
    // Side by side large letters would break within words.
    if (LocalDensity.current.fontScale > LARGE_LETTERS) {
        return Column(modifier) {
            Name(fact)
            Value(fact, unknown)
        }
    }
    Row(horizontalArrangement = Arrangement.spacedBy(12.dp), modifier = modifier) {
        Name(fact, Modifier.weight(NAME_WIDTH))
        Value(fact, unknown, Modifier.weight(1f))
    }
}

private const val LARGE_LETTERS = 1.3f
private const val NAME_WIDTH = 0.75f

@Composable
private fun Name(fact: Fact, modifier: Modifier = Modifier) =
    Text(fact.name, style = MaterialTheme.typography.bodyMedium, color = MaterialTheme.colorScheme.onSurfaceVariant, modifier = modifier)

@Composable
private fun Value(fact: Fact, unknown: String, modifier: Modifier = Modifier) =
    Text(fact.value ?: unknown, style = MaterialTheme.typography.bodyMedium, color = MaterialTheme.colorScheme.onSurface, modifier = modifier)

@Composable
fun Small(text: String) = Text(text, style = MaterialTheme.typography.bodyMedium, color = MaterialTheme.colorScheme.onSurfaceVariant)
