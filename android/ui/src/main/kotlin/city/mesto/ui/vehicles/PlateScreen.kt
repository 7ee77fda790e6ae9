// A new car: the plate as typed and as the city reads it.

package city.mesto.ui.vehicles

import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.text.input.KeyboardType
import androidx.compose.ui.unit.dp
import androidx.compose.ui.unit.sp
import city.mesto.ui.parts.Bar
import city.mesto.ui.parts.BigField
import city.mesto.ui.parts.Icons
import city.mesto.ui.parts.MainButton
import city.mesto.ui.parts.Notice
import city.mesto.ui.parts.Page
import city.mesto.ui.parts.Plate
import city.mesto.ui.parts.RefusedNotice
import city.mesto.ui.text.texts

@Composable
fun PlateScreen(state: PlateUiState, onEvent: (PlateEvent) -> Unit, modifier: Modifier = Modifier) {
    val back: (() -> Unit)? = if (state.canGoBack) ({ onEvent(PlateEvent.Back) }) else null
    Page(
        modifier,
        bar = { Bar(texts.plateTitle(), onBack = back) },
        actions = {
            MainButton(texts.plateSave(), { onEvent(PlateEvent.Save) }, enabled = state.typed.isNotBlank(), busy = state.isWorking)
        },
    ) {
        Text(texts.plateCheck(), style = MaterialTheme.typography.bodyLarge, color = MaterialTheme.colorScheme.onBackground)
        BigField(state.typed, texts.plateLabel(), texts.plateHint(), KeyboardType.Text, { onEvent(PlateEvent.Save) }) { onEvent(PlateEvent.Typed(it)) }
        state.shown?.let { shown ->
            Box(Modifier.fillMaxWidth().padding(vertical = 12.dp), contentAlignment = Alignment.Center) { Plate(shown, size = 40.sp) }
        }
        state.warnings.forEach { Notice(icon = Icons.Warning, title = it) }
        state.refusal?.let { RefusedNotice(it) }
    }
}
