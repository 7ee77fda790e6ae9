// Everything the screen of what a ticket owes shows.

package city.mesto.ui.garages.owed

import androidx.compose.runtime.Immutable
import city.mesto.ui.Connection
import city.mesto.ui.DepositView
import city.mesto.ui.PayBy
import city.mesto.ui.Payment
import city.mesto.ui.Price
import city.mesto.ui.PriceLine
import city.mesto.ui.Refusal
import java.time.Instant

@Immutable
data class OwedUiState(
    /** The name of the facility. */
    val facility: String,
    val ticket: String,
    val owed: Owed = Owed.Loading,
    val payBy: PayBy = PayBy.Deposit,
    val deposit: DepositView = DepositView(),
    val payment: Payment = Payment.Idle,
    val connection: Connection = Connection.Online,
) {
    val canPay: Boolean get() = owed is Owed.Firm && deposit.missing == null && !payment.isUnderWay
}

/** What the ticket owes now. */
@Immutable
sealed interface Owed {
    data object Loading : Owed

    /** The operator's price, held until `validUntil`. */
    data class Firm(
        val enteredAt: Instant,
        val lines: List<PriceLine>,
        val total: Price,
        val notices: List<String>,
        /** Until when one may leave, if it is paid now; null: without delay. */
        val exitBy: Instant?,
        /** From when on it costs more; null when it never does. */
        val risesAt: Instant?,
        val validUntil: Instant,
    ) : Owed

    /** Nothing can be paid: why, and the next step where there is one. */
    data class Refused(val refusal: Refusal, val next: Next) : Owed
}

/** The step after a refusal. */
@Immutable
sealed interface Next {
    data object Retry : Next

    /** Another number, or nothing to do at all. */
    data object Back : Next

    /** The ticket is of another facility: there, by its id and name. */
    data class GoThere(val facility: String, val name: String) : Next

    /** It is paid by this account: its visit. */
    data class Visit(val id: String) : Next
}

/** What a driver can do here. */
sealed interface OwedEvent {
    data class PayByChosen(val payBy: PayBy) : OwedEvent

    data object Pay : OwedEvent

    data object OpenBank : OwedEvent

    data object GiveUp : OwedEvent

    data object CheckAgain : OwedEvent

    data object TopUp : OwedEvent

    /** The step that the refusal offers. */
    data object Next : OwedEvent

    data object Retry : OwedEvent

    data object Back : OwedEvent
}
