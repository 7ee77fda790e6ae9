// Daily orders: what is to be paid, from the deposit or by card, and what became of it.

package city.mesto.ui.orders

import androidx.lifecycle.SavedStateHandle
import androidx.lifecycle.serialization.saved
import city.mesto.sdk.MestoClient
import city.mesto.sdk.account
import city.mesto.sdk.core.MestoException
import city.mesto.sdk.core.Order
import city.mesto.sdk.core.OrderId
import city.mesto.sdk.core.OrderState
import city.mesto.sdk.core.PurchaseIntent
import city.mesto.sdk.core.Quote
import city.mesto.sdk.orders.orders
import city.mesto.sdk.orders.ordersOffer
import city.mesto.sdk.payments
import city.mesto.sdk.wallet
import city.mesto.ui.PayBy
import city.mesto.ui.Payment
import city.mesto.ui.fromcore.Paying
import city.mesto.ui.fromcore.Sells
import city.mesto.ui.fromcore.changes
import city.mesto.ui.fromcore.connectionView
import city.mesto.ui.fromcore.depositView
import city.mesto.ui.fromcore.isOver
import city.mesto.ui.fromcore.method
import city.mesto.ui.fromcore.price
import city.mesto.ui.fromcore.priceLines
import city.mesto.ui.fromcore.refusal
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
interface OrdersNavigation {
    fun topUp()

    /** The bank's page, outside of the app's own screens. */
    fun openPage(url: String)

    fun retry()

    fun back()
}

/**
 * Lives as long as `scope`. A payment that is not confirmed yet is shown before anything else can
 * be paid.
 */
class OrdersPresenter(
    private val client: MestoClient,
    private val ticks: Flow<Unit>,
    private val scope: CoroutineScope,
    saved: SavedStateHandle,
    private val navigation: OrdersNavigation,
) {
    /** What the driver chose, and the key of the payment under way. */
    @Serializable
    private data class SavedState(val order: String? = null, val byCard: Boolean = false, val intent: String? = null, val number: String = "")

    private var savedState by saved.saved { SavedState() }
    private val shown = MutableStateFlow(OrdersUiState(payBy = if (savedState.byCard) PayBy.Card else PayBy.Deposit, slip = Slip(savedState.number)))
    private var asking: Job? = null
    private var quote: Quote? = null
    private val paying = Paying(client, scope, Sale())

    val state: StateFlow<OrdersUiState> = shown.asStateFlow()

    fun start() {
        scope.launch {
            client.run { changes(orders.state, payments.state, wallet.state, account.state, connection) }.collect {
                show()
                paying.follow()
            }
        }
        scope.launch { ticks.collect { renewWhenOver() } }
    }

    fun on(event: OrdersEvent) {
        when (event) {
            is OrdersEvent.Chosen -> choose(event.order)
            is OrdersEvent.PayByChosen -> choose(event.payBy)
            is OrdersEvent.NumberTyped -> type(event.text.take(LONGEST_NUMBER))
            OrdersEvent.ShowByNumber -> showByNumber()
            OrdersEvent.Pay -> pay()
            OrdersEvent.OpenBank -> paying.openBank()
            OrdersEvent.GiveUp -> paying.giveUp()
            OrdersEvent.CheckAgain -> paying.checkAgain()
            OrdersEvent.TopUp -> navigation.topUp()
            OrdersEvent.Retry -> {
                navigation.retry()
                if (!shown.value.payment.isUnderWay) askPrice()
            }
            OrdersEvent.Back -> navigation.back()
        }
    }

    private fun show() {
        val told = client.orders.state.value
        val forgotten = told.forgotten.map { it.issuedAt to it.row().copy(standing = OrderRow.Standing.Forgotten) }
        val dated = told.orders.map { it.issuedAt to it.row() } + forgotten
        val known = dated.sortedByDescending { (issuedAt) -> issuedAt }.map { (_, row) -> row }
        val wasRead = client.account.state.value.lastSyncAt != null
        val payable = known.filter { it.standing == OrderRow.Standing.ToPay }
        val before = shown.value.chosen
        val chosen = payable.find { it.id == savedState.order } ?: payable.singleOrNull()
        shown.update {
            it.copy(
                orders = known.takeIf { wasRead || known.isNotEmpty() },
                chosen = chosen?.id,
                deposit = deposit(),
                connection = client.connectionView(),
            )
        }
        if (chosen?.id != before && !shown.value.payment.isUnderWay) askPrice()
    }

    private fun choose(order: String) {
        if (order == shown.value.chosen || shown.value.payment.isUnderWay) return
        savedState = savedState.copy(order = order)
        shown.update { it.copy(chosen = order, payment = Payment.Idle, paid = null) }
        askPrice()
    }

    private fun choose(by: PayBy) {
        if (by == shown.value.payBy || shown.value.payment.isUnderWay) return
        savedState = savedState.copy(byCard = by == PayBy.Card)
        shown.update { it.copy(payBy = by, payment = Payment.Idle) }
        askPrice()
    }

    private fun type(number: String) {
        savedState = savedState.copy(number = number)
        shown.update { it.copy(slip = Slip(number, it.slip.isAsking)) }
    }

    /** Whoever has the slip in his hand may see and pay the order; it is chosen at once. */
    private fun showByNumber() {
        val slip = shown.value.slip
        if (slip.isAsking || slip.typed.isBlank()) return
        shown.update { it.copy(slip = Slip(slip.typed, isAsking = true)) }
        scope.launch {
            try {
                val row = client.orders.bySlip(slip.typed).row()
                savedState = savedState.copy(number = "")
                shown.update { it.copy(slip = Slip(found = row)) }
                show()
                if (row.standing == OrderRow.Standing.ToPay) choose(row.id)
            } catch (refused: MestoException) {
                shown.update { it.copy(slip = it.slip.copy(isAsking = false, refusal = refused.refusal())) }
            }
        }
    }

    private fun askPrice() {
        asking?.cancel()
        quote = null
        val order = shown.value.chosen ?: return shown.update { it.copy(price = OrderPrice.None, deposit = deposit()) }
        val by = shown.value.payBy
        shown.update { it.copy(price = OrderPrice.Loading, deposit = deposit()) }
        asking = scope.launch {
            val price = try {
                val answer = client.orders.quote(OrderId(order), by.method)
                quote = answer
                OrderPrice.Firm(client.priceLines(answer), answer.total.price(), answer.expiresAt)
            } catch (refused: MestoException) {
                OrderPrice.Refused(refused.refusal())
            }
            shown.update { it.copy(price = price, deposit = deposit()) }
        }
    }

    private fun deposit() = client.depositView(quote, shown.value.payBy)

    private fun renewWhenOver() {
        if (client.isOver(quote) && !shown.value.payment.isUnderWay) askPrice()
    }

    private fun pay() {
        val held = quote ?: return
        if (!shown.value.canPay) return
        shown.update { it.copy(paid = null) }
        paying.pay(held)
    }

    private inner class Sale : Sells {
        override var payment: Payment
            get() = shown.value.payment
            set(value) = shown.update { it.copy(payment = value) }

        override var intent: String?
            get() = savedState.intent
            set(value) {
                savedState = savedState.copy(intent = value)
            }

        override val isOfCity get() = false

        override fun isOurs(intent: PurchaseIntent) = intent.ordersOffer != null

        override fun openPage(url: String) = navigation.openPage(url)

        override suspend fun paid(intent: PurchaseIntent) {
            val paid = intent.ordersOffer?.order?.row()?.copy(owed = intent.amount.price(), standing = OrderRow.Standing.Paid)
            shown.update { it.copy(paid = paid) }
            show()
        }

        override fun notPaid() = askPrice()
    }
}

/** A number has twelve digits; spaces and dashes may stand between them. */
private const val LONGEST_NUMBER = 40

private fun Order.row() = OrderRow(
    id = id.value,
    plate = plate.display,
    owed = owed.price(),
    price = price.price(),
    discountUntil = discountUntil,
    validUntil = validUntil,
    standing = when (state) {
        OrderState.Issued -> OrderRow.Standing.ToPay
        OrderState.Paid -> OrderRow.Standing.Paid
        OrderState.Cancelled -> OrderRow.Standing.Cancelled
        is OrderState.Other -> OrderRow.Standing.Other
    },
)
