// Daily orders: which one, what it costs now, from what it is paid, and one button.

package city.mesto.ui.orders

import androidx.compose.foundation.BorderStroke
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.text.KeyboardActions
import androidx.compose.foundation.text.KeyboardOptions
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.OutlinedTextField
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.role
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.input.ImeAction
import androidx.compose.ui.text.input.KeyboardType
import androidx.compose.ui.unit.dp
import city.mesto.ui.PayBy
import city.mesto.ui.Payment
import city.mesto.ui.parts.Bar
import city.mesto.ui.parts.Card
import city.mesto.ui.parts.Icons
import city.mesto.ui.parts.MainButton
import city.mesto.ui.parts.Notice
import city.mesto.ui.parts.OfflineNotice
import city.mesto.ui.parts.Page
import city.mesto.ui.parts.PaidFrom
import city.mesto.ui.parts.PayArea
import city.mesto.ui.parts.PayChoice
import city.mesto.ui.parts.PaymentNotice
import city.mesto.ui.parts.Plate
import city.mesto.ui.parts.PriceTable
import city.mesto.ui.parts.QuietButton
import city.mesto.ui.parts.RefusedNotice
import city.mesto.ui.parts.Tone
import city.mesto.ui.parts.Waiting
import city.mesto.ui.text.texts
import city.mesto.ui.text.words

@Composable
fun OrdersScreen(state: OrdersUiState, onEvent: (OrdersEvent) -> Unit, modifier: Modifier = Modifier) {
    val isWaiting = state.payment is Payment.Unconfirmed
    Page(
        modifier,
        bar = { Bar(texts.ordersTitle(), onBack = { onEvent(OrdersEvent.Back) }) },
        actions = if (state.chosen == null && !isWaiting) null else ({ PayArea(state, onEvent) }),
    ) {
        if (!isWaiting) OfflineNotice(state.connection, onRetry = { onEvent(OrdersEvent.Retry) })
        PaymentNotice(state.payment, onCheck = { onEvent(OrdersEvent.CheckAgain) }, onGiveUp = { onEvent(OrdersEvent.GiveUp) })
        state.paid?.let { Notice(icon = Icons.Check, title = texts.ordersDone(amount = words.money(it.owed), plate = it.plate), tone = Tone.Good) }
        val orders = state.orders
        if (orders == null) Waiting(texts.ordersLoading())
        if (orders != null && orders.isEmpty()) Text(texts.ordersNone(), style = MaterialTheme.typography.bodyLarge, color = MaterialTheme.colorScheme.onBackground)
        orders.orEmpty().forEach { order -> OrderCard(order, order.id == state.chosen, !state.payment.isUnderWay) { onEvent(OrdersEvent.Chosen(order.id)) } }
        if (!isWaiting) {
            Priced(state, onEvent)
            ByNumber(state.slip, onEvent)
        }
    }
}

/** An order that the account does not show by itself: by the number on its slip. */
@Composable
private fun ByNumber(slip: Slip, onEvent: (OrdersEvent) -> Unit) {
    Text(texts.ordersNumberWhy(), style = MaterialTheme.typography.bodyMedium, color = MaterialTheme.colorScheme.onSurfaceVariant)
    OutlinedTextField(
        value = slip.typed,
        onValueChange = { onEvent(OrdersEvent.NumberTyped(it)) },
        label = { Text(texts.ordersNumberLabel()) },
        singleLine = true,
        textStyle = MaterialTheme.typography.titleLarge,
        shape = MaterialTheme.shapes.medium,
        keyboardOptions = KeyboardOptions(keyboardType = KeyboardType.Number, imeAction = ImeAction.Search),
        keyboardActions = KeyboardActions(onSearch = { onEvent(OrdersEvent.ShowByNumber) }),
        modifier = Modifier.fillMaxWidth(),
    )
    if (slip.isAsking) Waiting(texts.ordersLoading()) else QuietButton(texts.ordersNumberShow(), { onEvent(OrdersEvent.ShowByNumber) }, fill = true)
    slip.found?.let { Notice(icon = Icons.Check, title = texts.ordersNumberFound(it.plate), tone = Tone.Good) }
    slip.refusal?.let { RefusedNotice(it) }
}

@Composable
private fun OrderCard(order: OrderRow, isChosen: Boolean, isFree: Boolean, onClick: () -> Unit) {
    val colours = MaterialTheme.colorScheme
    val standing = standing(order)
    val described = texts.ordersRowDescribed(plate = order.plate, amount = words.money(order.owed), state = standing)
    Surface(
        selected = isChosen,
        onClick = onClick,
        enabled = isFree && order.standing == OrderRow.Standing.ToPay,
        shape = MaterialTheme.shapes.large,
        color = if (isChosen) colours.primaryContainer else colours.surface,
        border = BorderStroke(if (isChosen) 3.dp else 1.dp, if (isChosen) colours.primary else colours.outlineVariant),
        modifier = Modifier.fillMaxWidth().semantics {
            role = Role.RadioButton
            contentDescription = described
        },
    ) {
        Column(verticalArrangement = Arrangement.spacedBy(6.dp), modifier = Modifier.padding(16.dp)) {
            Plate(order.plate)
            val until = order.discountUntil.takeIf { order.standing == OrderRow.Standing.ToPay && order.owed != order.price }
            Text(
                when {
                    order.standing != OrderRow.Standing.ToPay -> standing
                    until == null -> texts.orderOwed(words.money(order.owed))
                    else -> texts.orderDiscount(owed = words.money(order.owed), price = words.money(order.price), discountUntil = words.dayAndTime(until))
                },
                style = MaterialTheme.typography.titleMedium,
                color = colours.onSurface,
            )
            Text(texts.orderValidUntil(words.dayAndTime(order.validUntil)), style = MaterialTheme.typography.bodyMedium, color = colours.onSurfaceVariant)
        }
    }
}

@Composable
private fun standing(order: OrderRow): String = when (order.standing) {
    OrderRow.Standing.ToPay -> texts.orderStateIssued()
    OrderRow.Standing.Paid -> texts.orderStatePaid()
    OrderRow.Standing.Cancelled -> texts.orderStateCancelled()
    OrderRow.Standing.Forgotten -> texts.stateForgotten()
    OrderRow.Standing.Other -> texts.orderStateOther()
}

@Composable
private fun Priced(state: OrdersUiState, onEvent: (OrdersEvent) -> Unit) {
    if (state.chosen == null) {
        val several = state.orders.orEmpty().any { it.standing == OrderRow.Standing.ToPay }
        if (several) Text(texts.ordersChoose(), style = MaterialTheme.typography.bodyLarge, color = MaterialTheme.colorScheme.onBackground)
        return
    }
    PayChoice(state.payBy, isFixed = state.payment is Payment.Sending, onChosen = { onEvent(OrdersEvent.PayByChosen(it)) })
    when (val price = state.price) {
        OrderPrice.None, OrderPrice.Loading -> Unit
        is OrderPrice.Refused -> RefusedNotice(price.refusal, actions = { QuietButton(texts.stateRetry(), { onEvent(OrdersEvent.Retry) }) })
        is OrderPrice.Firm -> Card { PriceTable(price.lines, price.total, totalText = texts.buyTotal()) }
    }
}

/** What the thumb can do. */
@Composable
private fun PayArea(state: OrdersUiState, onEvent: (OrdersEvent) -> Unit) {
    val price = state.price
    PayArea(
        state.payment,
        isShort = state.deposit.missing != null,
        isPriceLoading = price is OrderPrice.Loading,
        onOpenBank = { onEvent(OrdersEvent.OpenBank) },
        onTopUp = { onEvent(OrdersEvent.TopUp) },
        source = { PaidFrom(state.payBy, state.deposit) },
        pay = if (price is OrderPrice.Firm) ({ PayButton(state, price, onEvent) }) else null,
    )
}

@Composable
private fun PayButton(state: OrdersUiState, price: OrderPrice.Firm, onEvent: (OrdersEvent) -> Unit) {
    val amount = words.money(price.total)
    val plate = state.orders.orEmpty().find { it.id == state.chosen }?.plate.orEmpty()
    val byCard = state.payBy == PayBy.Card
    MainButton(
        text = if (byCard) texts.topupGo(amount) else texts.buyPay(amount),
        onClick = { onEvent(OrdersEvent.Pay) },
        enabled = state.canPay,
        described = if (byCard) texts.ordersPayCardDescribed(amount = amount, plate = plate) else texts.ordersPayDescribed(amount = amount, plate = plate),
    )
}
