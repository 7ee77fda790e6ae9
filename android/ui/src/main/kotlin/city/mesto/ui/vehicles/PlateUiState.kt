// Everything the screen of a new car shows.

package city.mesto.ui.vehicles

import androidx.compose.runtime.Immutable
import city.mesto.ui.Refusal

@Immutable
data class PlateUiState(
    val typed: String = "",
    /** The plate as the city reads what was typed; null while it is none. */
    val shown: String? = null,
    /** Look-alike letters, O against 0. */
    val warnings: List<String> = emptyList(),
    val isWorking: Boolean = false,
    val refusal: Refusal? = null,
    val canGoBack: Boolean = false,
)

sealed interface PlateEvent {
    data class Typed(val text: String) : PlateEvent

    data object Save : PlateEvent

    data object Back : PlateEvent
}
