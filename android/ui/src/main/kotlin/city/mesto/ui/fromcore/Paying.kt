// A payment from the tap to its end, for screens that sell one thing at a time: never twice, never
// silently.

package city.mesto.ui.fromcore

import city.mesto.sdk.MestoClient
import city.mesto.sdk.core.Intent
import city.mesto.sdk.core.IntentState
import city.mesto.sdk.core.MestoException
import city.mesto.sdk.core.Quote
import city.mesto.sdk.isOpen
import city.mesto.sdk.payments
import city.mesto.ui.Payment
import city.mesto.ui.text.Words
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.launch

/** What a screen that sells does about its payment. */
internal interface Sells {
    /** The payment as it is on the screen. */
    var payment: Payment

    /** The key of the payment under way, kept over the end of the process. */
    var intent: String?

    /** Whether a payment is of what is sold here. */
    fun isOurs(intent: Intent): Boolean

    /** The bank's page, outside of the app's own screens. */
    fun openPage(url: String)

    /** It is paid. */
    suspend fun paid(intent: Intent)

    /** It was surely not executed: the next tap needs a new price, seen first. */
    fun notPaid()
}

/** Follows the one payment of a screen. */
internal class Paying(private val client: MestoClient, private val words: Words, private val scope: CoroutineScope, private val sale: Sells) {
    private val ended = mutableSetOf<String>()

    /** The payment under way, also one that was begun before this screen was opened. */
    suspend fun follow() {
        val open = client.payments.state.value.open
        val key = sale.intent
        val known = if (key == null) open.find(sale::isOurs) else open.find { it.key == key } ?: client.intentOrNull(key)
        if (sale.payment != Payment.Sending) known?.let { conclude(it) }
    }

    /** The first tap takes the payment; every other finds it under way. */
    fun pay(quote: Quote) {
        if (sale.payment.isUnderWay) return
        sale.payment = Payment.Sending
        scope.launch {
            try {
                val bought = client.payments.buy(quote)
                conclude(bought)
                bought.pageUrl?.takeIf { bought.isOpen }?.let(sale::openPage)
            } catch (refused: MestoException) {
                val open = client.openBehind(refused)
                if (open != null) return@launch conclude(open)
                sale.payment = Payment.Refused(refused.refusal())
                sale.notPaid()
            }
        }
    }

    fun openBank() {
        (sale.payment as? Payment.Unconfirmed)?.page?.let(sale::openPage)
    }

    fun giveUp() = ask { client.payments.abandon(it) }

    fun checkAgain() = ask { client.payments.settle(it) }

    /**
     * Asks what becomes of the payment under way; without an answer it stays as it is, with the
     * reason.
     */
    private fun ask(call: suspend (String) -> Intent) {
        val key = sale.intent ?: return
        scope.launch {
            try {
                conclude(call(key))
            } catch (refused: MestoException) {
                (sale.payment as? Payment.Unconfirmed)?.let { sale.payment = it.copy(refusal = refused.refusal()) }
            }
        }
    }

    /** How a payment stands; its end is told once, whoever hears of it first. */
    private suspend fun conclude(intent: Intent) {
        if (intent.key in ended) return
        sale.intent = intent.key.takeIf { intent.isOpen }
        if (!intent.isOpen) ended += intent.key
        val refusal = intent.state.refusal(words)
        when {
            intent.state == IntentState.Confirmed -> {
                sale.payment = Payment.Idle
                sale.paid(intent)
            }
            refusal != null -> {
                sale.payment = Payment.Refused(refusal)
                sale.notPaid()
            }
            else -> sale.payment = Payment.Unconfirmed(intent.createdAt, sms = null, page = intent.pageUrl)
        }
    }
}
