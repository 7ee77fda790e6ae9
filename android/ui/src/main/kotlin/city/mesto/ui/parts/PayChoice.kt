// From the deposit or by card: two choices side by side, one under the other where letters are
// large.

package city.mesto.ui.parts

import androidx.compose.foundation.BorderStroke
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.ExperimentalLayoutApi
import androidx.compose.foundation.layout.FlowRow
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.selection.selectableGroup
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.platform.LocalDensity
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.semantics.role
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.unit.dp
import city.mesto.ui.PayBy
import city.mesto.ui.text.texts

/** While a payment is on its way the choice is `isFixed`. */
@OptIn(ExperimentalLayoutApi::class)
@Composable
fun PayChoice(chosen: PayBy, isFixed: Boolean, onChosen: (PayBy) -> Unit, modifier: Modifier = Modifier, deposit: String = texts.buyByDeposit()) {
    // Side by side large letters would break within words.
    val isBelow = LocalDensity.current.fontScale > LARGE_LETTERS
    FlowRow(
        horizontalArrangement = Arrangement.spacedBy(10.dp),
        verticalArrangement = Arrangement.spacedBy(10.dp),
        modifier = modifier.selectableGroup(),
    ) {
        val width = if (isBelow) Modifier.fillMaxWidth() else Modifier.weight(1f)
        Choice(deposit, chosen == PayBy.Deposit, isFixed, width) { onChosen(PayBy.Deposit) }
        Choice(texts.buyByCard(), chosen == PayBy.Card, isFixed, width) { onChosen(PayBy.Card) }
    }
}

private const val LARGE_LETTERS = 1.3f

@Composable
private fun Choice(text: String, isChosen: Boolean, isFixed: Boolean, modifier: Modifier, onClick: () -> Unit) {
    val colours = MaterialTheme.colorScheme
    Surface(
        selected = isChosen,
        onClick = onClick,
        enabled = !isFixed,
        shape = MaterialTheme.shapes.medium,
        color = if (isChosen) colours.primaryContainer else colours.surface,
        border = BorderStroke(if (isChosen) 3.dp else 1.dp, if (isChosen) colours.primary else colours.outlineVariant),
        modifier = modifier.heightIn(min = 52.dp).semantics { role = Role.RadioButton },
    ) {
        Box(contentAlignment = Alignment.Center, modifier = Modifier.padding(horizontal = 14.dp, vertical = 12.dp)) {
            Text(text, style = MaterialTheme.typography.titleMedium, color = colours.onSurface)
        }
    }
}
