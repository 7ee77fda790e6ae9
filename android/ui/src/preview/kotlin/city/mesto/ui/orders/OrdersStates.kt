// Every state of the screen of daily orders.

package city.mesto.ui.orders

import androidx.compose.runtime.Composable
import androidx.compose.ui.tooling.preview.PreviewParameter
import city.mesto.ui.DepositView
import city.mesto.ui.EachState
import city.mesto.ui.PREVIEW_LANGUAGE
import city.mesto.ui.PayBy
import city.mesto.ui.Payment
import city.mesto.ui.Previewed
import city.mesto.ui.Refusal
import city.mesto.ui.Sample
import city.mesto.ui.States

/** Daily orders, by name of the state. */
fun ordersStates(language: String): Map<String, OrdersUiState> = with(Sample(language)) {
    val order = OrderRow("o1", car.shown, rsd("1900"), rsd("3800"), after(5 * 24 * 60), after(24 * 60), OrderRow.Standing.ToPay)
    val other = order.copy(id = "o2", plate = second.shown, owed = rsd("3800"), discountUntil = null)
    val lines = listOf(line("Dnevna parking karta", "Daily parking order", "1900"))
    val ready = OrdersUiState(
        orders = listOf(order),
        chosen = "o1",
        price = OrderPrice.Firm(lines, rsd("1900"), after(2)),
        deposit = DepositView(rsd("5000"), after = rsd("3100")),
    )
    val notPayable = Refusal(
        "order_not_payable",
        say("Ova dnevna karta se više ne može ovako platiti.", "This order cannot be paid like this any more."),
        say("Osvežite spisak.", "Refresh the orders."),
    )
    val paidBack = Refusal(
        "order_already_paid",
        say("Ova dnevna karta je već plaćena.", "This order is already paid."),
        say("1.900,00 RSD se vraća do 10. septembra.", "1,900.00 RSD is paid back by 10 September."),
        mayBeCharged = true,
    )

    val wrongNumber = Refusal(
        "order_number_invalid",
        say("Ovo nije broj dnevne karte.", "This is not the number of an order."),
        say("Broj ima dvanaest cifara.", "A number has twelve digits."),
    )

    mapOf(
        "ready" to ready,
        "by-card" to ready.copy(payBy = PayBy.Card),
        "which" to ready.copy(orders = listOf(order, other), chosen = null, price = OrderPrice.None),
        "none" to OrdersUiState(orders = emptyList()),
        "number-asked" to OrdersUiState(orders = emptyList(), slip = Slip("4821 0937 5557", isAsking = true)),
        "number-wrong" to OrdersUiState(orders = emptyList(), slip = Slip("4821 0937 5558", refusal = wrongNumber)),
        "number-found" to ready.copy(slip = Slip(found = order)),
        "loading" to OrdersUiState(),
        "price-loading" to ready.copy(price = OrderPrice.Loading),
        "refused" to ready.copy(price = OrderPrice.Refused(notPayable)),
        "deposit-short" to ready.copy(deposit = DepositView(rsd("100"), missing = rsd("1800"))),
        "paying" to ready.copy(payment = Payment.Sending),
        "at-the-bank" to ready.copy(payBy = PayBy.Card, payment = atTheBank),
        "unconfirmed" to ready.copy(payment = Payment.Unconfirmed(now, sms = null), connection = offline),
        "paid-back" to ready.copy(payBy = PayBy.Card, payment = Payment.Refused(paidBack)),
        "paid" to ready.copy(orders = listOf(order.copy(standing = OrderRow.Standing.Paid)), chosen = null, price = OrderPrice.None, paid = order),
    )
}

class OrdersStates : States<OrdersUiState>(ordersStates(PREVIEW_LANGUAGE))

@EachState
@Composable
fun OrdersPreview(@PreviewParameter(OrdersStates::class) state: OrdersUiState) = Previewed { OrdersScreen(state, {}) }
