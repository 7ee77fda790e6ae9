// A payment from the tap to its end, for every screen that sells: never twice, never silently.

package city.mesto.ui.fromcore

import city.mesto.sdk.MestoClient
import city.mesto.sdk.core.PurchaseIntent
import city.mesto.sdk.core.IntentState
import city.mesto.sdk.core.MestoException
import city.mesto.sdk.core.Quote
import city.mesto.sdk.isOpen
import city.mesto.sdk.payments
import city.mesto.ui.Payment
import city.mesto.ui.Refusal
import city.mesto.ui.SmsFallback
import java.util.concurrent.atomic.AtomicBoolean
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.launch

/** What a screen that sells does about its payment. */
internal interface Sells {
    /** The payment as it is on the screen. */
    var payment: Payment

    /** The key of the payment under way, kept over the end of the process. */
    var intent: String?

    /**
     * Whether a payment in the city of the screens is of what is sold here. Another city may have a
     * zone or a facility of the same name: what is paid there is never asked for here.
     */
    fun isOurs(intent: PurchaseIntent): Boolean

    /** False of what no other city has under the same name: a ticket, an order, the deposit. */
    val isOfCity: Boolean get() = true

    /** The bank's page, outside of the app's own screens. */
    fun openPage(url: String)

    /** The message that buys it without data; null where there is none. */
    suspend fun sms(): SmsFallback? = null

    /** It is paid. */
    suspend fun paid(intent: PurchaseIntent)

    /** It was surely not executed: the next tap needs a new price, seen first. */
    fun notPaid()
}

/** Follows the one payment of a screen. */
internal class Paying(private val client: MestoClient, private val scope: CoroutineScope, private val sale: Sells) {
    private val ended = mutableSetOf<String>()
    private val isTaken = AtomicBoolean()

    /** The payment under way, also one that was begun before this screen was opened. */
    suspend fun follow() {
        val open = client.payments.state.value.open
        val key = sale.intent
        val known = if (key == null) open.find { (it.city == client.city?.id || !sale.isOfCity) && sale.isOurs(it) } else open.find { it.key == key } ?: client.intentOrNull(key)
        // What was refused about it is read as long as it stands.
        if (sale.payment != Payment.Sending) known?.let { conclude(it, (sale.payment as? Payment.Unconfirmed)?.refusal) }
    }

    fun pay(quote: Quote) = begin { client.payments.buy(quote) }

    /** The first tap takes the payment; every other finds it under way. */
    fun begin(call: suspend () -> PurchaseIntent) {
        if (sale.payment.isUnderWay || !isTaken.compareAndSet(false, true)) return
        sale.payment = Payment.Sending
        scope.launch {
            try {
                val bought = call()
                conclude(bought)
                bought.pageUrl?.takeIf { bought.isOpen }?.let(sale::openPage)
            } catch (refused: MestoException) {
                val open = client.openBehind(refused)
                if (open != null) return@launch conclude(open)
                sale.payment = Payment.Refused(refused.refusal())
                sale.notPaid()
            } finally {
                isTaken.set(false)
            }
        }
    }

    fun openBank() {
        (sale.payment as? Payment.Unconfirmed)?.page?.let(sale::openPage)
    }

    fun giveUp() = ask { conclude(client.payments.abandon(it)) }

    fun checkAgain() = ask { conclude(client.payments.settle(it)) }

    /** Gives the payment up for an SMS: `switch` takes it back, when that is sure. */
    fun useSms(switch: suspend (String) -> SmsFallback, compose: (SmsFallback) -> Unit) = ask { key ->
        val sms = switch(key)
        ended += key
        sale.intent = null
        sale.payment = Payment.Idle
        compose(sms)
    }

    /**
     * Asks for the end of the payment under way; when that is refused it stays as it is, with the
     * reason, unless it has ended meanwhile.
     */
    private fun ask(call: suspend (String) -> Unit) {
        val key = sale.intent ?: return
        scope.launch {
            try {
                call(key)
            } catch (refused: MestoException) {
                client.intentOrNull(key)?.takeUnless { it.isOpen }?.let { conclude(it) }
                (sale.payment as? Payment.Unconfirmed)?.let { sale.payment = it.copy(refusal = refused.refusal()) }
            }
        }
    }

    /** How a payment stands; its end is told once, whoever hears of it first. */
    private suspend fun conclude(intent: PurchaseIntent, why: Refusal? = null) {
        if (intent.key in ended) return
        sale.intent = intent.key.takeIf { intent.isOpen }
        if (!intent.isOpen) ended += intent.key
        val refusal = intent.refusal?.refusal()
        when {
            intent.state == IntentState.Confirmed -> {
                sale.payment = Payment.Idle
                sale.paid(intent)
            }
            refusal != null -> {
                sale.payment = Payment.Refused(refusal)
                sale.notPaid()
            }
            else -> {
                // What waits at the bank is given up there before it is paid in another way.
                val sms = if (intent.pageUrl == null) sale.sms() else null
                sale.payment = Payment.Unconfirmed(intent.createdAt, sms, why, intent.pageUrl)
            }
        }
    }
}
