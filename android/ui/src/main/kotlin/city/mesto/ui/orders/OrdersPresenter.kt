// Daily orders: what is to be paid, from the deposit or by card, and what became of it.

package city.mesto.ui.orders

import androidx.lifecycle.SavedStateHandle
import androidx.lifecycle.serialization.saved
import city.mesto.sdk.MestoClient
import city.mesto.sdk.account
import city.mesto.sdk.core.Intent
import city.mesto.sdk.core.IntentState
import city.mesto.sdk.core.MestoException
import city.mesto.sdk.core.Order
import city.mesto.sdk.core.OrderId
import city.mesto.sdk.core.OrderState
import city.mesto.sdk.core.Quote
import city.mesto.sdk.isOpen
import city.mesto.sdk.orders.orders
import city.mesto.sdk.orders.wantedOrder
import city.mesto.sdk.payments
import city.mesto.sdk.wallet
import city.mesto.ui.PayBy
import city.mesto.ui.Payment
import city.mesto.ui.PriceLine
import city.mesto.ui.fromcore.changes
import city.mesto.ui.fromcore.connectionView
import city.mesto.ui.fromcore.intentOrNull
import city.mesto.ui.fromcore.method
import city.mesto.ui.fromcore.openBehind
import city.mesto.ui.fromcore.price
import city.mesto.ui.fromcore.refusal
import city.mesto.ui.fromcore.refusalBy
import city.mesto.ui.text.Words
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Job
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.flow.update
import kotlinx.coroutines.launch
import kotlinx.serialization.Serializable

/** Where the screen leads to. */
interface OrdersWays {
    fun topUp()

    /** The bank's page, outside of the app's own screens. */
    fun openPage(url: String)

    fun retry()

    fun back()
}

/** Lives as long as `scope`. A payment that is not confirmed yet is shown before anything else can be paid. */
class OrdersPresenter(
    private val client: MestoClient,
    private val words: Words,
    private val ticks: Flow<Unit>,
    private val scope: CoroutineScope,
    saved: SavedStateHandle,
    private val ways: OrdersWays,
) {
    /** What the driver chose, and the key of the payment under way. */
    @Serializable
    private data class Kept(val order: String? = null, val byCard: Boolean = false, val intent: String? = null)

    private var kept by saved.saved { Kept() }
    private val shown = MutableStateFlow(OrdersUiState(payBy = if (kept.byCard) PayBy.Card else PayBy.Deposit))
    private var asking: Job? = null
    private var quote: Quote? = null
    private val ended = mutableSetOf<String>()

    val state: StateFlow<OrdersUiState> = shown.asStateFlow()

    fun start() {
        scope.launch {
            client.run { changes(orders.state, payments.state, wallet.state, account.state, connection) }.collect {
                show()
                follow()
            }
        }
        scope.launch { ticks.collect { renewWhenOver() } }
    }

    fun on(event: OrdersEvent) {
        when (event) {
            is OrdersEvent.Chosen -> choose(event.order)
            is OrdersEvent.PayByChosen -> choose(event.payBy)
            OrdersEvent.Pay -> pay()
            OrdersEvent.OpenBank -> (shown.value.payment as? Payment.Unconfirmed)?.page?.let(ways::openPage)
            OrdersEvent.GiveUp -> ask { client.payments.abandon(it) }
            OrdersEvent.CheckAgain -> ask { client.payments.settle(it) }
            OrdersEvent.TopUp -> ways.topUp()
            OrdersEvent.Retry -> {
                ways.retry()
                if (!shown.value.payment.isUnderWay) askPrice()
            }
            OrdersEvent.Back -> ways.back()
        }
    }

    private fun show() {
        val known = client.orders.state.value.orders.sortedByDescending { it.issuedAt }.map { it.row() }
        val wasRead = client.account.state.value.lastSyncAt != null
        val payable = known.filter { it.standing == OrderRow.Standing.ToPay }
        val before = shown.value.chosen
        val chosen = payable.find { it.id == kept.order } ?: payable.singleOrNull()
        shown.update {
            it.copy(
                orders = known.takeIf { wasRead || known.isNotEmpty() },
                chosen = chosen?.id,
                balance = client.wallet.state.value.balance?.price(),
                connection = client.connectionView(),
            )
        }
        if (chosen?.id != before && !shown.value.payment.isUnderWay) askPrice()
    }

    /** The payment under way, also one that was begun before this screen was opened. */
    private suspend fun follow() {
        val open = client.payments.state.value.open
        val key = kept.intent
        val known = if (key == null) open.find { it.wantedOrder != null } else open.find { it.key == key } ?: client.intentOrNull(key)
        if (shown.value.payment != Payment.Sending) known?.let { conclude(it) }
    }

    private fun choose(order: String) {
        if (order == shown.value.chosen || shown.value.payment.isUnderWay) return
        kept = kept.copy(order = order)
        shown.update { it.copy(chosen = order, payment = Payment.Idle, paid = null) }
        askPrice()
    }

    private fun choose(by: PayBy) {
        if (by == shown.value.payBy || shown.value.payment.isUnderWay) return
        kept = kept.copy(byCard = by == PayBy.Card)
        shown.update { it.copy(payBy = by, payment = Payment.Idle) }
        askPrice()
    }

    private fun askPrice() {
        asking?.cancel()
        quote = null
        val order = shown.value.chosen ?: return shown.update { it.copy(price = OrderPrice.None) }
        val by = shown.value.payBy
        shown.update { it.copy(price = OrderPrice.Loading) }
        asking = scope.launch {
            val price = try {
                val answer = client.orders.quote(OrderId(order), by.method)
                quote = answer
                val lines = answer.items.flatMap { it.lines }.map { PriceLine(client.text(it), it.amount.price()) }
                OrderPrice.Firm(lines, answer.total.price(), answer.expiresAt)
            } catch (refused: MestoException) {
                OrderPrice.Refused(refused.refusalBy(by, words.texts.buyCardNotSold(), words.texts.ordersCardNotSoldAdvice()))
            }
            shown.update { it.copy(price = price) }
        }
    }

    private fun renewWhenOver() {
        val isOver = quote?.let { client.now() >= it.expiresAt } ?: false
        if (isOver && !shown.value.payment.isUnderWay) askPrice()
    }

    /** The first tap takes the payment; every other finds it under way. */
    private fun pay() {
        val held = quote ?: return
        if (!shown.value.canPay) return
        shown.update { it.copy(payment = Payment.Sending, paid = null) }
        scope.launch {
            try {
                val bought = client.payments.buy(held)
                conclude(bought)
                bought.pageUrl?.takeIf { bought.isOpen }?.let(ways::openPage)
            } catch (refused: MestoException) {
                val open = client.openBehind(refused)
                if (open != null) return@launch conclude(open)
                shown.update { it.copy(payment = Payment.Refused(refused.refusal())) }
                askPrice()
            }
        }
    }

    /** Asks what becomes of the payment under way; without an answer it stays as it is, with the reason. */
    private fun ask(call: suspend (String) -> Intent) {
        val key = kept.intent ?: return
        scope.launch {
            try {
                conclude(call(key))
            } catch (refused: MestoException) {
                shown.update { state ->
                    val waiting = state.payment as? Payment.Unconfirmed ?: return@update state
                    state.copy(payment = waiting.copy(refusal = refused.refusal()))
                }
            }
        }
    }

    /** How a payment stands; its end is told once, whoever hears of it first. */
    private fun conclude(intent: Intent) {
        if (intent.key in ended) return
        kept = kept.copy(intent = intent.key.takeIf { intent.isOpen })
        if (!intent.isOpen) ended += intent.key
        val refusal = intent.state.refusal(words)
        when {
            intent.state == IntentState.Confirmed -> {
                val paid = intent.wantedOrder?.row()?.copy(due = intent.amount.price(), standing = OrderRow.Standing.Paid)
                shown.update { it.copy(payment = Payment.Idle, paid = paid) }
                show()
            }
            refusal != null -> {
                shown.update { it.copy(payment = Payment.Refused(refusal)) }
                askPrice()
            }
            else -> shown.update { it.copy(payment = Payment.Unconfirmed(intent.createdAt, sms = null, page = intent.pageUrl)) }
        }
    }
}

private fun Order.row() = OrderRow(
    id = id.value,
    plate = plate.display,
    due = due.price(),
    price = price.price(),
    discountUntil = discountUntil,
    validUntil = validUntil,
    standing = when (state) {
        OrderState.Issued -> OrderRow.Standing.ToPay
        OrderState.Paid -> OrderRow.Standing.Paid
        OrderState.Cancelled -> OrderRow.Standing.Cancelled
        OrderState.Lost -> OrderRow.Standing.Lost
        is OrderState.Other -> OrderRow.Standing.Other
    },
)
