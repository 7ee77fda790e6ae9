// Everything that is shown while a transport card is linked.

package city.mesto.ui.cards.link

import androidx.compose.runtime.Immutable
import androidx.compose.ui.graphics.ImageBitmap
import city.mesto.ui.Connection
import city.mesto.ui.Refusal

@Immutable
data class CardLinkUiState(
    val number: String = "",
    /** The code that is printed on the card, typed or read from its QR. */
    val code: String = "",
    /** The camera looks for the QR of the card. */
    val isLooking: Boolean = false,
    /** What the camera saw last; null before its first frame. */
    val picture: ImageBitmap? = null,
    /** The code was read from a QR. */
    val isRead: Boolean = false,
    /** The account has a card: what is asked of another one is said. */
    val hasCard: Boolean = false,
    val isLinking: Boolean = false,
    val refusal: Refusal? = null,
    val connection: Connection = Connection.Online,
) {
    val canLink: Boolean get() = number.isNotBlank() && code.isNotBlank() && !isLinking
}

/** What a rider can do here. */
sealed interface CardLinkEvent {
    /** The screen is seen: the camera is on. */
    data object Opened : CardLinkEvent

    data object Covered : CardLinkEvent

    data class NumberTyped(val text: String) : CardLinkEvent

    data class CodeTyped(val text: String) : CardLinkEvent

    data object Link : CardLinkEvent

    data object Retry : CardLinkEvent

    data object Back : CardLinkEvent
}
