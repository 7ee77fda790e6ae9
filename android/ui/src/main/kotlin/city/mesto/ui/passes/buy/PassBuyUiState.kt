// Everything that is seen before a pass is bought.

package city.mesto.ui.passes.buy

import androidx.compose.runtime.Immutable
import city.mesto.ui.Connection
import city.mesto.ui.DepositView
import city.mesto.ui.PayBy
import city.mesto.ui.Payment
import city.mesto.ui.Price
import city.mesto.ui.PriceLine
import city.mesto.ui.Refusal
import city.mesto.ui.TermsView
import java.time.Instant
import java.time.LocalDate

@Immutable
data class PassBuyUiState(
    val name: String = "",
    val offered: Offered = Offered.Loading,
    val mayBeEarlier: Boolean = false,
    val payBy: PayBy = PayBy.Deposit,
    val deposit: DepositView = DepositView(),
    val payment: Payment = Payment.Idle,
    val connection: Connection = Connection.Online,
) {
    /** Another pass for the same rides is asked about first. */
    val canPay: Boolean
        get() = offered is Offered.Firm && offered.overlaps == null && !offered.mustAccept && deposit.missing == null && !payment.isUnderWay
}

/** What the pass would be. */
@Immutable
sealed interface Offered {
    data object Loading : Offered

    /** The operator's word; nothing is charged yet. */
    data class Firm(
        /** Whom it is sold to. */
        val category: String,
        val firstOn: LocalDate,
        val lastOn: LocalDate,
        /** Until when it can be given back; null: never. */
        val refundableUntil: Instant?,
        val lines: List<PriceLine>,
        val total: Price,
        val notices: List<String>,
        /** A pass for the same rides and days, until the rider says that he buys another one. */
        val overlaps: Overlap? = null,
        val terms: List<TermsView> = emptyList(),
    ) : Offered {
        val mustAccept: Boolean get() = terms.any { it.mustAccept }
    }

    data class Refused(
        val refusal: Refusal,
        /** The account was suspended or blocked. */
        val isOfAccount: Boolean = false,
    ) : Offered
}

@Immutable
data class Overlap(val name: String, val lastOn: LocalDate)

/** What a rider can do here. */
sealed interface PassBuyEvent {
    /** The screen is seen, at first or again: what was in the way may be so no more. */
    data object Seen : PassBuyEvent

    data object Earlier : PassBuyEvent

    data object Later : PassBuyEvent

    data class PayByChosen(val payBy: PayBy) : PassBuyEvent

    /** He buys another one for the same rides. */
    data object BuyAgain : PassBuyEvent

    data object Pay : PassBuyEvent

    data object OpenBank : PassBuyEvent

    data object GiveUp : PassBuyEvent

    data object CheckAgain : PassBuyEvent

    data object TopUp : PassBuyEvent

    data object SeeTerms : PassBuyEvent

    data object SeeAccount : PassBuyEvent

    data object Retry : PassBuyEvent

    data object Back : PassBuyEvent
}
