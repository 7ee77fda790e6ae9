// Everything the ticket screen shows.

package city.mesto.ui.parking.ticket

import androidx.compose.runtime.Immutable
import city.mesto.ui.Connection
import city.mesto.ui.Payment
import city.mesto.ui.PlateView
import city.mesto.ui.Price
import city.mesto.ui.PriceLine
import city.mesto.ui.Refusal
import city.mesto.ui.parking.ZoneView
import java.time.Instant

@Immutable
sealed interface TicketUiState {
    data object Loading : TicketUiState

    data class Refused(val refusal: Refusal) : TicketUiState

    data class Shown(
        val plate: PlateView,
        val zone: ZoneView,
        val startsAt: Instant,
        val endsAt: Instant,
        /** From then on it is shown as ending. */
        val endingFrom: Instant,
        val now: Instant,
        val paid: Price,
        /** It is over by a clock that is not confirmed: it may still run. */
        val mayBeOver: Boolean = false,
        /** What the ticket is besides its time and its price. */
        val lines: List<String>,
        val code: Code,
        val extension: Extension,
        val payment: Payment = Payment.Idle,
        val connection: Connection = Connection.Online,
    ) : TicketUiState {
        val phase: Phase
            get() = when {
                now < startsAt -> Phase.Waiting
                now >= endsAt -> if (mayBeOver) Phase.Unsure else Phase.Expired
                now >= endingFrom -> Phase.Ending
                else -> Phase.Running
            }

        /** To the end, never negative. */
        val secondsLeft: Long get() = (endsAt.epochSecond - maxOf(now, startsAt).epochSecond).coerceAtLeast(0)

        /** 1 at the start, 0 at the end. */
        val fractionLeft: Float
            get() {
                val whole = endsAt.epochSecond - startsAt.epochSecond
                return if (whole <= 0) 0f else (secondsLeft.toFloat() / whole).coerceIn(0f, 1f)
            }

        /**
         * Nothing is left to extend. An extension on its way may still save the ticket: nothing new
         * is sold meanwhile.
         */
        val isToBuyAgain: Boolean get() = phase == Phase.Expired && !payment.isUnderWay

        val canExtend: Boolean
            get() = extension is Extension.Offered && !extension.isShort && phase != Phase.Expired && !payment.isUnderWay
    }

    enum class Phase { Waiting, Running, Ending, Unsure, Expired }
}

/** What an inspector scans. */
@Immutable
sealed interface Code {
    data object Loading : Code

    /** The signed ticket with this phone's moment, as the QR holds it. */
    data class Here(val text: String) : Code

    /** Another phone shows it; `refusal` is why it could not be moved here. */
    data class Elsewhere(val isMoving: Boolean = false, val refusal: Refusal? = null) : Code
}

/** What one tap on "extend" would do. */
@Immutable
sealed interface Extension {
    data object Loading : Extension

    data class Offered(
        val minutes: Int,
        val endsAt: Instant,
        val lines: List<PriceLine>,
        val total: Price,
        val notices: List<String> = emptyList(),
        /** The deposit does not cover it. */
        val isShort: Boolean = false,
    ) : Extension

    /** The longest stay is used up; `deadline` is when the car must leave. */
    data class LimitReached(val deadline: Instant, val refusal: Refusal) : Extension

    data class Refused(val refusal: Refusal) : Extension

    /** No connection: an extension cannot be bought now. */
    data object Offline : Extension
}

/** What a driver can do here. */
sealed interface TicketEvent {
    data object Extend : TicketEvent

    data object TopUp : TicketEvent

    data object Retry : TicketEvent

    data object CheckAgain : TicketEvent

    /** Open the bank's page again. */
    data object OpenBank : TicketEvent

    /** The payment at the bank is not wanted any more. */
    data object GiveUp : TicketEvent

    data object UseSms : TicketEvent

    /** Show the code on this phone; the one on another ends. */
    data object MoveCode : TicketEvent

    /** After the end: buy anew. */
    data object BuyAgain : TicketEvent

    data object Back : TicketEvent
}
