// Everything the screen of daily orders shows.

package city.mesto.ui.orders

import androidx.compose.runtime.Immutable
import city.mesto.ui.Connection
import city.mesto.ui.PayBy
import city.mesto.ui.Payment
import city.mesto.ui.Price
import city.mesto.ui.PriceLine
import city.mesto.ui.Refusal
import java.time.Instant

@Immutable
data class OrdersUiState(
    /** Newest first; null before the account was ever read. */
    val orders: List<OrderRow>? = null,
    /** The one to pay, by its id; one of several is never chosen for the driver. */
    val chosen: String? = null,
    val payBy: PayBy = PayBy.Deposit,
    val price: OrderPrice = OrderPrice.None,
    val balance: Price? = null,
    val payment: Payment = Payment.Idle,
    /** Paid just now on this screen. */
    val paid: OrderRow? = null,
    val connection: Connection = Connection.Online,
) {
    val canPay: Boolean get() = price is OrderPrice.Firm && shortBy == null && !payment.isUnderWay

    /** What the deposit lacks for the chosen one; null when it is enough, not known, or not what is paid with. */
    val shortBy: Price?
        get() {
            if (payBy != PayBy.Deposit) return null
            val total = (price as? OrderPrice.Firm)?.total ?: return null
            val have = balance ?: return null
            val missing = total.amount - have.amount
            return if (missing.signum() > 0) Price(missing, total.currency) else null
        }
}

@Immutable
data class OrderRow(
    val id: String,
    /** As it is read on the car. */
    val plate: String,
    val due: Price,
    /** Without the discount. */
    val price: Price,
    val discountUntil: Instant?,
    val validUntil: Instant,
    val standing: Standing,
) {
    enum class Standing { ToPay, Paid, Cancelled, Lost, Other }
}

/** What the chosen order costs now. */
@Immutable
sealed interface OrderPrice {
    /** Nothing is chosen. */
    data object None : OrderPrice

    data object Loading : OrderPrice

    /** The operator's price, held until `validUntil`. */
    data class Firm(val lines: List<PriceLine>, val total: Price, val validUntil: Instant) : OrderPrice

    data class Refused(val refusal: Refusal) : OrderPrice
}

/** What a driver can do here. */
sealed interface OrdersEvent {
    data class Chosen(val order: String) : OrdersEvent

    data class PayByChosen(val payBy: PayBy) : OrdersEvent

    data object Pay : OrdersEvent

    data object OpenBank : OrdersEvent

    data object GiveUp : OrdersEvent

    data object CheckAgain : OrdersEvent

    data object TopUp : OrdersEvent

    data object Retry : OrdersEvent

    data object Back : OrdersEvent
}
