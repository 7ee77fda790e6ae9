// Daily parking ticket orders.
package city.mesto.sdk.orders

import city.mesto.sdk.Core
import city.mesto.sdk.MestoClient
import city.mesto.sdk.core.PurchaseIntent
import city.mesto.sdk.core.ItemOffer
import city.mesto.sdk.core.Order
import city.mesto.sdk.core.OrderId
import city.mesto.sdk.core.OrderPage
import city.mesto.sdk.core.OrdersOffer
import city.mesto.sdk.core.OrdersState
import city.mesto.sdk.core.ItemOutcome
import city.mesto.sdk.core.PayMethod
import city.mesto.sdk.core.Quote
import city.mesto.sdk.core.Topic
import kotlinx.coroutines.flow.StateFlow

/** Daily orders. */
interface OrdersClient {
    /** The current value at once, read when it is asked for first; then every change. */
    val state: StateFlow<OrdersState>

    /** As of this moment: [state] may be a change behind. */
    fun current(): OrdersState

    /**
     * Shows an order by the number on its slip; from then on it is in [state] and can be paid.
     * Spaces and dashes are nothing.
     */
    suspend fun bySlip(number: String): Order

    /**
     * Orders that the account has shown to be its own, newest first; [cursor] is `next` of the page
     * before.
     */
    suspend fun history(cursor: String? = null, limit: Int = 50): OrderPage

    /** What is to be paid for an order now: the discount off, a card's fee included. */
    suspend fun quote(order: OrderId, pay: PayMethod = PayMethod.Deposit): Quote

    /**
     * Pays an order: quote and purchase in one; by card the intent's `pageUrl` is the provider's
     * page.
     */
    suspend fun pay(order: OrderId, pay: PayMethod = PayMethod.Deposit): PurchaseIntent
}

val MestoClient.orders: OrdersClient get() = part(OrdersClient::class.java, ::OrdersOfCore)

/**
 * The order as it stood when its price was asked for; null when the quote is of another service.
 */
val Quote.ordersOffer: OrdersOffer? get() = items.firstNotNullOfOrNull { (it.offer as? ItemOffer.Orders)?.offer }

/** The order that is paid for, as it stood before; null when the intent is of another service. */
val PurchaseIntent.ordersOffer: OrdersOffer? get() = items.firstNotNullOfOrNull { (it.offer as? ItemOffer.Orders)?.offer }

/** The order that was paid. */
val PurchaseIntent.order: Order? get() = items.firstNotNullOfOrNull { (it.outcome as? ItemOutcome.Orders)?.outcome?.order }

private class OrdersOfCore(private val core: Core) : OrdersClient {
    private val orders = core.client.orders()

    override val state by lazy { core.state(Topic.Orders, orders::state) }

    override fun current() = orders.state()

    override suspend fun bySlip(number: String) = core.on { orders.bySlip(number) }

    override suspend fun history(cursor: String?, limit: Int) = core.on { orders.history(cursor, Core.atLeastNone(limit)) }

    override suspend fun quote(order: OrderId, pay: PayMethod) = core.on { orders.quote(order, pay) }

    override suspend fun pay(order: OrderId, pay: PayMethod) = core.on { orders.pay(order, pay) }
}
