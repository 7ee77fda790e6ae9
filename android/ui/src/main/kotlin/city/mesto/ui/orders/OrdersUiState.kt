// Everything the screen of daily orders shows.

package city.mesto.ui.orders

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
data class OrdersUiState(
    /** Newest first; null before the account was ever read. */
    val orders: List<OrderRow>? = null,
    /** The one to pay, by its id; one of several is never chosen for the driver. */
    val chosen: String? = null,
    val payBy: PayBy = PayBy.Deposit,
    val price: OrderPrice = OrderPrice.None,
    val deposit: DepositView = DepositView(),
    val payment: Payment = Payment.Idle,
    /** Paid just now on this screen. */
    val paid: OrderRow? = null,
    val slip: Slip = Slip(),
    val connection: Connection = Connection.Online,
) {
    val canPay: Boolean get() = price is OrderPrice.Firm && deposit.missing == null && !payment.isUnderWay
}

@Immutable
data class OrderRow(
    val id: String,
    /** As it is read on the car. */
    val plate: String,
    val owed: Price,
    /** Without the discount. */
    val price: Price,
    val discountUntil: Instant?,
    val validUntil: Instant,
    val standing: Standing,
) {
    enum class Standing { ToPay, Paid, Cancelled, Forgotten, Other }
}

/** Finding an order by the number on its slip. */
@Immutable
data class Slip(
    val typed: String = "",
    val isAsking: Boolean = false,
    /** The order that was found. */
    val found: OrderRow? = null,
    val refusal: Refusal? = null,
)

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

    data class NumberTyped(val text: String) : OrdersEvent

    data object ShowByNumber : OrdersEvent

    data object Pay : OrdersEvent

    data object OpenBank : OrdersEvent

    data object GiveUp : OrdersEvent

    data object CheckAgain : OrdersEvent

    data object TopUp : OrdersEvent

    data object Retry : OrdersEvent

    data object Back : OrdersEvent
}
