// Everything the list of transport cards shows.

package city.mesto.ui.cards.list

import androidx.compose.runtime.Immutable
import city.mesto.ui.Connection
import city.mesto.ui.cards.CardView
import java.time.Instant

@Immutable
data class CardsUiState(
    /** The one that was linked last first; null before the account was ever read. */
    val cards: List<CardView>? = null,
    /** The card of a top-up whose outcome is not known yet. */
    val unconfirmed: String? = null,
    val now: Instant = Instant.EPOCH,
    val connection: Connection = Connection.Online,
)

/** What a rider can do here. */
sealed interface CardsEvent {
    data class Opened(val card: String) : CardsEvent

    data object Link : CardsEvent

    /** To the top-up that is not known yet. */
    data object UnconfirmedOpened : CardsEvent

    data object Retry : CardsEvent

    data object Back : CardsEvent
}
