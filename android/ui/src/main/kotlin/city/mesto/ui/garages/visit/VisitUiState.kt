// Everything the screen of a visit shows.

package city.mesto.ui.garages.visit

import androidx.compose.runtime.Immutable
import city.mesto.ui.Connection
import city.mesto.ui.Price
import city.mesto.ui.Refusal
import java.time.Instant

@Immutable
sealed interface VisitUiState {
    data object Loading : VisitUiState

    data class Refused(val refusal: Refusal) : VisitUiState

    data class Shown(
        /** The name of the facility. */
        val facility: String,
        /** The number of the ticket; empty once it is erased. */
        val ticket: String,
        val phase: Phase,
        val paid: Price,
        /** When it was paid last. */
        val paidAt: Instant?,
        /** Until when one may leave; null: without delay. */
        val exitBy: Instant?,
        /** From then on the time to leave is shown as ending. */
        val endingFrom: Instant?,
        val now: Instant,
        /** What the QR for the barrier holds; null where the operator signs none. */
        val receipt: String?,
        /** From when on something is owed again; null: never. */
        val owesAgainAt: Instant? = null,
        val connection: Connection = Connection.Online,
    ) : VisitUiState {
        /** To the end of the time to leave, never negative; 0 where there is none. */
        val secondsLeft: Long get() = exitBy?.let { (it.epochSecond - now.epochSecond).coerceAtLeast(0) } ?: 0

        /** 1 when it was paid, 0 at the end of the time to leave. */
        val fractionLeft: Float
            get() {
                val whole = (exitBy ?: return 0f).epochSecond - (paidAt ?: return 0f).epochSecond
                return if (whole <= 0) 0f else (secondsLeft.toFloat() / whole).coerceIn(0f, 1f)
            }

        val isEnding: Boolean get() = endingFrom?.let { now >= it } ?: false
    }

    enum class Phase { Paid, OwesAgain, Over, Forgotten, Other }
}

/** What a driver can do here. */
sealed interface VisitEvent {
    /** What is owed again? */
    data object SeeOwed : VisitEvent

    data object Retry : VisitEvent

    data object Back : VisitEvent
}
