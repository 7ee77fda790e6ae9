// The other services of the city, as buttons of a home screen.

package city.mesto.ui.app

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.FlowRow
import androidx.compose.runtime.Composable
import androidx.compose.ui.unit.dp
import city.mesto.ui.parts.QuietButton
import city.mesto.ui.text.texts

@Composable
fun HomeButtons(buttons: List<HomeButton>, onOpen: (HomeButton) -> Unit) {
    if (buttons.isEmpty()) return
    FlowRow(horizontalArrangement = Arrangement.spacedBy(10.dp), verticalArrangement = Arrangement.spacedBy(10.dp)) {
        buttons.forEach { button -> QuietButton(button.text(texts), { onOpen(button) }, icon = button.icon) }
    }
}
