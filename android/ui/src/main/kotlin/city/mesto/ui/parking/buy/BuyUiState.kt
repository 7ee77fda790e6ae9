// Everything the quote-and-buy screen shows.

package city.mesto.ui.parking.buy

import androidx.compose.runtime.Immutable
import city.mesto.ui.Connection
import city.mesto.ui.DepositView
import city.mesto.ui.PayBy
import city.mesto.ui.Payment
import city.mesto.ui.PlateView
import city.mesto.ui.Refusal
import city.mesto.ui.SmsFallback
import city.mesto.ui.parking.QuoteView
import city.mesto.ui.parking.ZoneView
import java.time.Instant

@Immutable
data class BuyUiState(
    val plate: PlateView,
    val zone: ZoneView,
    val wheel: Wheel,
    val quote: QuoteState = QuoteState.Loading,
    val deposit: DepositView = DepositView(),
    val payBy: PayBy = PayBy.Deposit,
    val payment: Payment = Payment.Idle,
    val connection: Connection = Connection.Online,
) {
    /**
     * The one condition of the pay button: a firm price, enough deposit, and no payment on its way.
     */
    val canPay: Boolean
        get() = quote is QuoteState.Firm && deposit.missing == null && !payment.isUnderWay
}

/**
 * The time wheel: ascending choices in minutes; the last one is the stop, nothing lies behind it.
 */
@Immutable
data class Wheel(val choices: List<Int>, val chosen: Int, val stop: Stop) {
    val index: Int get() = choices.indexOf(chosen).coerceAtLeast(0)
    val atStop: Boolean get() = choices.isNotEmpty() && chosen == choices.last()
}

/** Why the wheel ends where it ends. */
@Immutable
sealed interface Stop {
    /** The zone's longest stay. */
    data class LongestStay(val minutes: Int) : Stop

    /** What is left of a stay that already runs. */
    data class RestOfStay(val minutes: Int, val deadline: Instant) : Stop

    /** What can be had of a stay that another account paid: of that stay nothing else is told. */
    data class AnothersStay(val minutes: Int) : Stop

    /** Charging ends, so that more time cannot be bought. */
    data class Closing(val at: Instant) : Stop

    /** No limit; the wheel only ends somewhere. */
    data object Unlimited : Stop
}

@Immutable
sealed interface QuoteState {
    data object Loading : QuoteState

    /** The operator's price, held until `validUntil`. */
    data class Firm(val quote: QuoteView, val validUntil: Instant) : QuoteState

    /**
     * Computed on the phone without the operator: to read, not to buy. By `sms` it can be bought
     * without data.
     */
    data class Preview(val quote: QuoteView, val sms: SmsFallback? = null) : QuoteState

    data class Refused(val refusal: Refusal) : QuoteState
}

/** What a driver can do here. */
sealed interface BuyEvent {
    data class MinutesChosen(val minutes: Int) : BuyEvent

    data class PayByChosen(val payBy: PayBy) : BuyEvent

    data object Pay : BuyEvent

    data object TopUp : BuyEvent

    data object ChangePlate : BuyEvent

    /** To what the zone costs and when. */
    data object Prices : BuyEvent

    data object Retry : BuyEvent

    /** Ask the operator once more what became of the payment. */
    data object CheckAgain : BuyEvent

    /** Open the bank's page again. */
    data object OpenBank : BuyEvent

    /** The payment at the bank is not wanted any more. */
    data object GiveUp : BuyEvent

    /** Open the phone's SMS composer; a payment on its way is given up first. */
    data object UseSms : BuyEvent

    data object Back : BuyEvent
}
