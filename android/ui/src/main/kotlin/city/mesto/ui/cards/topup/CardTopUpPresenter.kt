// The top-up of a card: an amount, what it costs, one tap, and the reader that the card is held at.

package city.mesto.ui.cards.topup

import androidx.lifecycle.SavedStateHandle
import androidx.lifecycle.serialization.saved
import city.mesto.sdk.MestoClient
import city.mesto.sdk.account
import city.mesto.sdk.cards.cardTopUp
import city.mesto.sdk.cards.cards
import city.mesto.sdk.cards.cardsOffer
import city.mesto.sdk.cards.cardsSubject
import city.mesto.sdk.core.Card
import city.mesto.sdk.core.CardId
import city.mesto.sdk.core.MestoException
import city.mesto.sdk.core.Money
import city.mesto.sdk.core.PurchaseIntent
import city.mesto.sdk.core.Quote
import city.mesto.sdk.payments
import city.mesto.sdk.wallet
import city.mesto.ui.PayBy
import city.mesto.ui.Payment
import city.mesto.ui.fromcore.Paying
import city.mesto.ui.fromcore.Sells
import city.mesto.ui.fromcore.changes
import city.mesto.ui.fromcore.connectionView
import city.mesto.ui.fromcore.depositView
import city.mesto.ui.fromcore.isOfStanding
import city.mesto.ui.fromcore.isOver
import city.mesto.ui.fromcore.method
import city.mesto.ui.fromcore.noticeTexts
import city.mesto.ui.fromcore.price
import city.mesto.ui.fromcore.priceLines
import city.mesto.ui.fromcore.refusal
import city.mesto.ui.fromcore.termsViews
import java.math.BigDecimal
import java.time.Instant
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
interface CardTopUpNavigation {
    fun topUp()

    fun terms()

    fun account()

    /** The bank's page, outside of the app's own screens. */
    fun openPage(url: String)

    fun retry()

    fun back()
}

/** Lives as long as `scope`. What an amount costs is seen before the button that pays it. */
class CardTopUpPresenter(
    private val client: MestoClient,
    card: String,
    private val ticks: Flow<Unit>,
    private val scope: CoroutineScope,
    saved: SavedStateHandle,
    private val navigation: CardTopUpNavigation,
) {
    /** What the rider chose, the key of the payment under way, and what was paid. */
    @Serializable
    private data class SavedState(val typed: String = "", val byCard: Boolean = false, val intent: String? = null)

    private val id = CardId(card)
    private var savedState by saved.saved { SavedState() }
    private val shown = MutableStateFlow(CardTopUpUiState(typed = savedState.typed, payBy = if (savedState.byCard) PayBy.Card else PayBy.Deposit))
    private var asking: Job? = null
    private var quote: Quote? = null
    private var card: Card? = null
    private val paying = Paying(client, scope, Sale())

    val state: StateFlow<CardTopUpUiState> = shown.asStateFlow()

    fun start() {
        scope.launch {
            paying.follow()
            client.run { changes(cards.state, payments.state, wallet.state, account.state, connection) }.collect {
                readCard()
                shown.update { it.copy(connection = client.connectionView()) }
                weigh()
                paying.follow()
            }
        }
        scope.launch { ticks.collect { renewWhenOver() } }
    }

    fun on(event: CardTopUpEvent) {
        when (event) {
            CardTopUpEvent.Seen -> if (isInTheWay()) ask()
            is CardTopUpEvent.AmountTyped -> type(event.text.take(LONGEST))
            CardTopUpEvent.ShowPrice -> ask()
            is CardTopUpEvent.PayByChosen -> choose(event.payBy)
            CardTopUpEvent.Pay -> quote?.takeIf { shown.value.canPay }?.let(paying::pay)
            CardTopUpEvent.OpenBank -> paying.openBank()
            CardTopUpEvent.GiveUp -> paying.giveUp()
            CardTopUpEvent.CheckAgain -> paying.checkAgain()
            CardTopUpEvent.TopUp -> navigation.topUp()
            CardTopUpEvent.SeeTerms -> navigation.terms()
            CardTopUpEvent.SeeAccount -> navigation.account()
            CardTopUpEvent.Retry -> {
                navigation.retry()
                if (shown.value.priced is CardPrice.Refused) ask()
            }
            CardTopUpEvent.Back -> navigation.back()
        }
    }

    /** What is settled on another screen. */
    private fun isInTheWay() = when (val priced = shown.value.priced) {
        is CardPrice.Firm -> priced.mustAccept
        is CardPrice.Refused -> priced.isOfAccount
        CardPrice.Not, CardPrice.Loading -> false
    }

    private suspend fun readCard() {
        val known = try {
            client.cards.card(id)
        } catch (_: MestoException) {
            return
        }
        card = known
        val notes = client.cards.notes(known)
        val (least, most) = notes.least to notes.most
        val limits = if (least != null && most != null) Limits(least.price(), most.price()) else null
        shown.update { it.copy(number = known.numberMasked, limits = limits) }
    }

    private fun type(text: String) {
        if (shown.value.payment.isUnderWay) return
        savedState = savedState.copy(typed = text)
        forget()
        shown.update { it.copy(typed = text, payment = Payment.Idle) }
    }

    private fun choose(payBy: PayBy) {
        if (payBy == shown.value.payBy || shown.value.payment.isUnderWay) return
        savedState = savedState.copy(byCard = payBy == PayBy.Card)
        val wasPriced = shown.value.priced != CardPrice.Not
        shown.update { it.copy(payBy = payBy, payment = Payment.Idle) }
        if (wasPriced) ask()
    }

    /** The price of another amount is no price of this one. */
    private fun forget() {
        asking?.cancel()
        quote = null
        shown.update { it.copy(priced = CardPrice.Not) }
        weigh()
    }

    private fun ask() {
        val known = card ?: return
        val amount = amountOf(savedState.typed) ?: return
        if (shown.value.payment.isUnderWay) return
        forget()
        val by = shown.value.payBy
        shown.update { it.copy(priced = CardPrice.Loading) }
        asking = scope.launch {
            val priced = try {
                val answer = client.cards.quote(known.city, id, Money(amount, known.balance.amount.currency), by.method)
                val until = answer.cardsOffer?.holdUntil
                quote = answer
                if (until == null) CardPrice.Not else answer.view(until)
            } catch (refused: MestoException) {
                CardPrice.Refused(refused.refusal(), refused.isOfStanding)
            }
            shown.update { it.copy(priced = priced) }
            weigh()
        }
    }

    private suspend fun Quote.view(until: Instant) = CardPrice.Firm(
        lines = client.priceLines(this),
        total = total.price(),
        notices = client.noticeTexts(this),
        holdUntil = until,
        terms = client.termsViews(this),
    )

    private fun weigh() {
        val deposit = client.depositView(quote, shown.value.payBy)
        shown.update { it.copy(deposit = deposit) }
    }

    private fun renewWhenOver() {
        if (client.isOver(quote) && !shown.value.payment.isUnderWay) ask()
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

        override fun isOurs(intent: PurchaseIntent) = intent.cardsSubject?.card == id

        override fun openPage(url: String) = navigation.openPage(url)

        override suspend fun paid(intent: PurchaseIntent) {
            // A late tap finds nothing to pay.
            quote = null
            val paid = intent.cardTopUp ?: return navigation.back()
            savedState = savedState.copy(typed = "")
            shown.update { it.copy(typed = "", priced = CardPrice.Not, done = Done(paid.amount.price(), paid.holdUntil)) }
        }

        override fun notPaid() = ask()
    }

    private companion object {
        const val LONGEST = 14
    }
}

/** What was typed, with a point or a comma; null where it is no amount. */
internal fun amountOf(typed: String): BigDecimal? {
    val plain = typed.filterNot { it.isWhitespace() }.replace(',', '.')
    return plain.takeIf { Regex("[0-9]{1,9}(\\.[0-9]{1,2})?").matches(it) }?.toBigDecimal()
}
