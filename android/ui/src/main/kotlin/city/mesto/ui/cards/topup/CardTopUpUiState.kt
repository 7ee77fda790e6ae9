// Everything that is shown before and after a card is topped up.

package city.mesto.ui.cards.topup

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

@Immutable
data class CardTopUpUiState(
    /** The last digits of the card's number; null before it was read. */
    val number: String? = null,
    /** The amount as it was typed. */
    val typed: String = "",
    /** What the city lets be put on a card at once; null where that is not known. */
    val limits: Limits? = null,
    val priced: CardPrice = CardPrice.Not,
    val payBy: PayBy = PayBy.Deposit,
    val deposit: DepositView = DepositView(),
    val payment: Payment = Payment.Idle,
    /** Paid, and to be held at a reader now. */
    val done: Done? = null,
    val connection: Connection = Connection.Online,
) {
    val canPay: Boolean get() = priced is CardPrice.Firm && !priced.mustAccept && deposit.missing == null && !payment.isUnderWay
}

@Immutable
data class Limits(val least: Price, val most: Price)

/** What the top-up would cost. */
@Immutable
sealed interface CardPrice {
    /** The amount is typed. */
    data object Not : CardPrice

    data object Loading : CardPrice

    /** The operator's word; nothing is charged yet. */
    data class Firm(
        val lines: List<PriceLine>,
        val total: Price,
        val notices: List<String>,
        /** Paid now, the card is held at a reader until then. */
        val holdUntil: Instant,
        val terms: List<TermsView> = emptyList(),
    ) : CardPrice {
        val mustAccept: Boolean get() = terms.any { it.mustAccept }
    }

    data class Refused(
        val refusal: Refusal,
        /** The account was suspended or blocked. */
        val isOfAccount: Boolean = false,
    ) : CardPrice
}

@Immutable
data class Done(val amount: Price, val holdUntil: Instant)

/** What a rider can do here. */
sealed interface CardTopUpEvent {
    /** The screen is seen, at first or again: what was in the way may be so no more. */
    data object Seen : CardTopUpEvent

    data class AmountTyped(val text: String) : CardTopUpEvent

    data object ShowPrice : CardTopUpEvent

    data class PayByChosen(val payBy: PayBy) : CardTopUpEvent

    data object Pay : CardTopUpEvent

    data object OpenBank : CardTopUpEvent

    data object GiveUp : CardTopUpEvent

    data object CheckAgain : CardTopUpEvent

    data object TopUp : CardTopUpEvent

    data object SeeTerms : CardTopUpEvent

    data object SeeAccount : CardTopUpEvent

    data object Retry : CardTopUpEvent

    data object Back : CardTopUpEvent
}
