// Everything one transport card shows.

package city.mesto.ui.cards.card

import androidx.compose.runtime.Immutable
import city.mesto.ui.Connection
import city.mesto.ui.Price
import city.mesto.ui.Refusal
import city.mesto.ui.cards.CardView
import java.time.Instant

@Immutable
sealed interface CardUiState {
    data object Loading : CardUiState

    data class Refused(val refusal: Refusal) : CardUiState

    data class Shown(
        val card: CardView,
        /** Those that wait for a reader, and the newest others; newest first. */
        val topUps: List<TopUpRow>,
        val history: History,
        val now: Instant,
        /** What the rider is asked about before it is done. */
        val question: CardQuestion? = null,
        val isSending: Boolean = false,
        /** Why it was not done. */
        val refusal: Refusal? = null,
        val connection: Connection = Connection.Online,
    ) : CardUiState
}

@Immutable
data class TopUpRow(val amount: Price, val paidAt: Instant, val state: TopUpState)

@Immutable
sealed interface TopUpState {
    data class WaitsForReader(val holdUntil: Instant) : TopUpState

    data object OnTheCard : TopUpState

    data object Returned : TopUpState

    data object NotKnown : TopUpState
}

/** What moved the balance since the card was linked, newest first. */
@Immutable
sealed interface History {
    data object Loading : History

    data class Refused(val refusal: Refusal) : History

    data class Shown(val rows: List<MovementRow>, val hasMore: Boolean, val isLoading: Boolean = false) : History
}

@Immutable
data class MovementRow(
    val what: String,
    /** The route and the vehicle, of a ride. */
    val where: String?,
    val amount: Price,
    val at: Instant,
)

enum class CardQuestion { Lost, Stolen, Defective, Unlink }

/** What a rider can do here. */
sealed interface CardEvent {
    data object TopUp : CardEvent

    data class Asked(val question: CardQuestion) : CardEvent

    data object Yes : CardEvent

    data object No : CardEvent

    data object MoreHistory : CardEvent

    data object Retry : CardEvent

    data object Back : CardEvent
}
