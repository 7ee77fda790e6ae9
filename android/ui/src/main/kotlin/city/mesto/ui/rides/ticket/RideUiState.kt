// Everything the ticket of a ride shows.

package city.mesto.ui.rides.ticket

import androidx.compose.runtime.Immutable
import city.mesto.ui.Connection
import city.mesto.ui.Price
import city.mesto.ui.Refusal
import city.mesto.ui.rides.RideView
import java.time.Instant

@Immutable
sealed interface RideUiState {
    data object Loading : RideUiState

    data class Refused(val refusal: Refusal) : RideUiState

    data class Shown(
        val ride: RideView,
        val persons: Int,
        val phase: Phase,
        /** Registered, looked into, voided: in the core's words. */
        val state: String,
        val registeredAt: Instant,
        val endsAt: Instant,
        /** By the operator's clock: what a controller sees run. */
        val now: Instant,
        val paid: Price,
        val code: Code,
        val wrong: Wrong = Wrong.Closed,
        val connection: Connection = Connection.Online,
    ) : RideUiState
}

enum class Phase {
    /** The ticket is good. */
    Running,

    Over,

    /** It was voided, and its price given back. */
    Voided,

    /** The operator lost its record of it. */
    Forgotten,
}

/** What a controller's camera looks for. */
@Immutable
sealed interface Code {
    data object Loading : Code

    /** Renewed every few seconds: a picture of it is soon worth nothing. */
    data class Here(val text: String) : Code

    /** Another phone shows it. */
    data class Elsewhere(val isMoving: Boolean = false, val refusal: Refusal? = null) : Code
}

/** Saying that the ride is wrong. */
@Immutable
sealed interface Wrong {
    data object Closed : Wrong

    data class Writing(val typed: String, val isSending: Boolean = false, val refusal: Refusal? = null) : Wrong

    /** The operator looks into it. */
    data object Said : Wrong

    /** It was voided: nothing is to be said any more. */
    data object Settled : Wrong
}

/** What a rider can do here. */
sealed interface RideEvent {
    data object MoveCode : RideEvent

    /** Something is wrong with this ride. */
    data object SayWrong : RideEvent

    data class WrongTyped(val text: String) : RideEvent

    data object SendWrong : RideEvent

    data object Retry : RideEvent

    data object Back : RideEvent
}
