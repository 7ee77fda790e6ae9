// The purchase of a pass: its days and what it costs, and one tap.

package city.mesto.ui.passes.buy

import androidx.lifecycle.SavedStateHandle
import androidx.lifecycle.serialization.saved
import city.mesto.sdk.MestoClient
import city.mesto.sdk.account
import city.mesto.sdk.cities
import city.mesto.sdk.core.MestoException
import city.mesto.sdk.core.PassProductId
import city.mesto.sdk.core.PassesOffer
import city.mesto.sdk.core.PassesSubject
import city.mesto.sdk.core.PurchaseIntent
import city.mesto.sdk.core.Quote
import city.mesto.sdk.passes.passes
import city.mesto.sdk.passes.passesOffer
import city.mesto.sdk.passes.passesSubject
import city.mesto.sdk.payments
import city.mesto.sdk.wallet
import city.mesto.ui.PayBy
import city.mesto.ui.Payment
import city.mesto.ui.fromcore.Paying
import city.mesto.ui.fromcore.Sells
import city.mesto.ui.fromcore.changes
import city.mesto.ui.fromcore.city
import city.mesto.ui.fromcore.connectionView
import city.mesto.ui.fromcore.depositView
import city.mesto.ui.fromcore.here
import city.mesto.ui.fromcore.isOfStanding
import city.mesto.ui.fromcore.isOver
import city.mesto.ui.fromcore.method
import city.mesto.ui.fromcore.noticeTexts
import city.mesto.ui.fromcore.price
import city.mesto.ui.fromcore.priceLines
import city.mesto.ui.fromcore.refusal
import city.mesto.ui.fromcore.termsViews
import java.time.LocalDate
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
interface PassBuyNavigation {
    fun topUp()

    fun terms()

    fun account()

    /** The bank's page, outside of the app's own screens. */
    fun openPage(url: String)

    fun retry()

    fun back()
}

/** Lives as long as `scope`. Nothing is charged before the tap. */
class PassBuyPresenter(
    private val client: MestoClient,
    product: String,
    private val ticks: Flow<Unit>,
    private val scope: CoroutineScope,
    saved: SavedStateHandle,
    private val navigation: PassBuyNavigation,
) {
    /** What the rider chose, and the key of the payment under way. */
    @Serializable
    private data class SavedState(val firstOn: String? = null, val byCard: Boolean = false, val isAgain: Boolean = false, val intent: String? = null)

    private val product = PassProductId(product)
    private var savedState by saved.saved { SavedState() }
    private val shown = MutableStateFlow(PassBuyUiState(payBy = if (savedState.byCard) PayBy.Card else PayBy.Deposit))
    private var asking: Job? = null
    private var quote: Quote? = null

    /** The first day that was offered for today. */
    private var today: LocalDate? = null
    private val paying = Paying(client, scope, Sale())

    val state: StateFlow<PassBuyUiState> = shown.asStateFlow()

    fun start() {
        scope.launch {
            paying.follow()
            if (!shown.value.payment.isUnderWay) ask()
            client.run { changes(cities.state, payments.state, wallet.state, account.state, connection) }.collect {
                val name = client.city?.let { client.passes.productName(it.id, product) }.orEmpty()
                shown.update { it.copy(name = name, connection = client.connectionView()) }
                weigh()
                paying.follow()
            }
        }
        scope.launch { ticks.collect { renewWhenOver() } }
    }

    fun on(event: PassBuyEvent) {
        when (event) {
            PassBuyEvent.Seen -> if (isInTheWay() && !shown.value.payment.isUnderWay) ask()
            PassBuyEvent.Earlier -> if (shown.value.mayBeEarlier) move(-1)
            PassBuyEvent.Later -> move(1)
            is PassBuyEvent.PayByChosen -> choose(savedState.copy(byCard = event.payBy == PayBy.Card))
            PassBuyEvent.BuyAgain -> choose(savedState.copy(isAgain = true))
            PassBuyEvent.Pay -> quote?.takeIf { shown.value.canPay }?.let(paying::pay)
            PassBuyEvent.OpenBank -> paying.openBank()
            PassBuyEvent.GiveUp -> paying.giveUp()
            PassBuyEvent.CheckAgain -> paying.checkAgain()
            PassBuyEvent.TopUp -> navigation.topUp()
            PassBuyEvent.SeeTerms -> navigation.terms()
            PassBuyEvent.SeeAccount -> navigation.account()
            PassBuyEvent.Retry -> {
                navigation.retry()
                if (!shown.value.payment.isUnderWay) ask()
            }
            PassBuyEvent.Back -> navigation.back()
        }
    }

    /** What is settled on another screen. */
    private fun isInTheWay() = when (val offered = shown.value.offered) {
        is Offered.Firm -> offered.mustAccept
        is Offered.Refused -> offered.isOfAccount
        Offered.Loading -> false
    }

    /** The operator says on which days one begins; what it refuses is shown. */
    private fun move(days: Long) {
        val from = savedState.firstOn?.let(LocalDate::parse) ?: today ?: return
        val to = from.plusDays(days)
        choose(savedState.copy(firstOn = to.toString().takeIf { to != today }, isAgain = false))
    }

    private fun choose(choice: SavedState) {
        if (choice == savedState || shown.value.payment.isUnderWay) return
        savedState = choice
        shown.update { it.copy(payBy = if (choice.byCard) PayBy.Card else PayBy.Deposit, payment = Payment.Idle) }
        ask()
    }

    private fun ask() {
        asking?.cancel()
        quote = null
        val by = shown.value.payBy
        val subject = PassesSubject(product, savedState.firstOn?.let(LocalDate::parse), savedState.isAgain)
        shown.update { it.copy(offered = Offered.Loading, mayBeEarlier = subject.firstOn != null) }
        weigh()
        asking = scope.launch {
            val offered = try {
                val answer = client.passes.quote(client.here, subject, by.method)
                quote = answer
                answer.passesOffer?.let { offer ->
                    if (subject.firstOn == null) today = offer.firstOn
                    answer.view(offer, subject)
                } ?: Offered.Loading
            } catch (refused: MestoException) {
                Offered.Refused(refused.refusal(), refused.isOfStanding)
            }
            shown.update { it.copy(offered = offered) }
            weigh()
        }
    }

    private suspend fun Quote.view(offer: PassesOffer, subject: PassesSubject) = Offered.Firm(
        category = client.passes.categoryName(city, offer.category),
        firstOn = offer.firstOn,
        lastOn = offer.lastOn,
        refundableUntil = offer.refundableUntil,
        lines = client.priceLines(this),
        total = total.price(),
        notices = client.noticeTexts(this),
        overlaps = offer.overlaps?.takeUnless { subject.isAgain }?.let { Overlap(client.passes.productName(it.city, it.product), it.lastOn) },
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

        override fun isOurs(intent: PurchaseIntent) = intent.passesSubject?.product == product

        override fun openPage(url: String) = navigation.openPage(url)

        override suspend fun paid(intent: PurchaseIntent) {
            // A late tap finds nothing to pay; the pass stands among the rider's own.
            quote = null
            navigation.back()
        }

        override fun notPaid() = ask()
    }
}
