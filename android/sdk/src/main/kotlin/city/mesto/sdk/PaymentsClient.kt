// Buying, for every service, and what is neither paid nor unpaid.
package city.mesto.sdk

import city.mesto.sdk.core.PurchaseIntent
import city.mesto.sdk.core.IntentState
import city.mesto.sdk.core.Payment
import city.mesto.sdk.core.PaymentsState
import city.mesto.sdk.core.PurchasePage
import city.mesto.sdk.core.Quote
import city.mesto.sdk.core.Refund
import city.mesto.sdk.core.Topic
import kotlinx.coroutines.flow.StateFlow
import java.time.Instant

/** Buying, and what is not confirmed yet. */
interface PaymentsClient {
    /** The current value at once, read when it is asked for first; then every change. */
    val state: StateFlow<PaymentsState>

    /** As of this moment: [state] may be a change behind. */
    fun current(): PaymentsState

    /**
     * Buys exactly what the quote says, once, however often it is tapped; by card the intent's
     * `pageUrl` is the provider's page. A purchase of the same thing that is not confirmed yet is
     * settled first: confirmed, it is the answer; still open, this is refused with `unconfirmed`,
     * whose params name it (`intent`, and `page_url` at the bank).
     */
    suspend fun buy(quote: Quote): PurchaseIntent

    /**
     * Whether the price of a quote no longer holds, by the corrected time: another one is to be
     * asked for. The same moment as the operator's.
     */
    fun isOver(quote: Quote): Boolean

    /** An intent by its key, open or ended. */
    suspend fun intent(key: String): PurchaseIntent?

    /**
     * The newest intents, ended ones included, newest first; [limit] is 1 to 200, as in every list.
     */
    suspend fun intents(limit: Int = 50): List<PurchaseIntent>

    /**
     * What was bought, with its money, on any phone of the account: newest first; [cursor] is
     * `next` of the page before.
     */
    suspend fun history(cursor: String? = null, limit: Int = 50): PurchasePage

    /** Goes on with every open intent now: at start, and when the connection comes back. */
    suspend fun settleAll(): List<PurchaseIntent>

    /** Goes on with one intent: when the bank's page led back with its key. */
    suspend fun settle(key: String): PurchaseIntent

    /** When an open intent wants another attempt; call [settleDue] then. */
    suspend fun nextRetryAt(): Instant?

    /** Goes on with the open intents whose time has come by [nextRetryAt]. */
    suspend fun settleDue(): List<PurchaseIntent>

    /**
     * Ends what the driver no longer wants, at the bank too: what it still takes is paid back. The
     * intent's state tells.
     */
    suspend fun abandon(key: String): PurchaseIntent

    /** Where a payment stands, for the driver. */
    fun text(payment: Payment): String

    /** What goes back and by when, for the driver. */
    fun text(refund: Refund): String
}

val MestoClient.payments: PaymentsClient get() = part(PaymentsClient::class.java, ::PaymentsOfCore)

/** Neither paid nor unpaid. */
val PurchaseIntent.isOpen: Boolean get() = state is IntentState.Unconfirmed

private class PaymentsOfCore(private val core: Core) : PaymentsClient {
    private val payments = core.client.payments()

    override val state by lazy { core.state(Topic.Payments, payments::state) }

    override fun current() = payments.state()

    override suspend fun buy(quote: Quote) = core.on { payments.buy(quote) }

    override fun isOver(quote: Quote) = readable { payments.isOver(quote) } ?: true

    override suspend fun intent(key: String) = core.on { payments.intent(key) }

    override suspend fun intents(limit: Int) = core.on { payments.intents(Core.atLeastNone(limit)) }

    override suspend fun history(cursor: String?, limit: Int) = core.on { payments.history(cursor, Core.atLeastNone(limit)) }

    override suspend fun settleAll() = core.on { payments.settleAll() }

    override suspend fun settle(key: String) = core.on { payments.settle(key) }

    override suspend fun nextRetryAt() = core.on { payments.nextRetryAt() }

    override suspend fun settleDue() = core.on { payments.settleDue() }

    override suspend fun abandon(key: String) = core.on { payments.abandon(key) }

    override fun text(payment: Payment) = textOf { payments.paymentText(payment) }

    override fun text(refund: Refund) = textOf { payments.refundText(refund) }
}
