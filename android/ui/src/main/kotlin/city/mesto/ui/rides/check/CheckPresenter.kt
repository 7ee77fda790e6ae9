// The check of a ride: what it is and what it costs, and one confirmation, followed to its end.

package city.mesto.ui.rides.check

import androidx.lifecycle.SavedStateHandle
import androidx.lifecycle.serialization.saved
import city.mesto.sdk.MestoClient
import city.mesto.sdk.account
import city.mesto.sdk.code
import city.mesto.sdk.core.MestoException
import city.mesto.sdk.core.PurchaseIntent
import city.mesto.sdk.core.Quote
import city.mesto.sdk.core.RidesOffer
import city.mesto.sdk.core.RidesSubject
import city.mesto.sdk.payments
import city.mesto.sdk.rides.ride
import city.mesto.sdk.rides.rides
import city.mesto.sdk.rides.ridesOffer
import city.mesto.sdk.rides.ridesSubject
import city.mesto.sdk.wallet
import city.mesto.ui.PayBy
import city.mesto.ui.Payment
import city.mesto.ui.fromcore.Paying
import city.mesto.ui.fromcore.Sells
import city.mesto.ui.fromcore.changes
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
import city.mesto.ui.rides.rideView
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
interface CheckNavigation {
    /** The ride that is registered now, in place of this screen. */
    fun ride(id: String)

    /** A ride that was registered before; back leads here again. */
    fun earlier(id: String)

    /** Another sign or number, in place of this screen. */
    fun scan()

    fun topUp()

    fun terms()

    fun account()

    /** The bank's page, outside of the app's own screens. */
    fun openPage(url: String)

    fun retry()

    fun back()
}

/**
 * Lives as long as `scope`. Nothing is charged before the tap; a confirmation that is not known yet
 * is shown before anything else can be.
 */
class CheckPresenter(
    private val client: MestoClient,
    private val route: CheckRoute,
    private val ticks: Flow<Unit>,
    private val scope: CoroutineScope,
    saved: SavedStateHandle,
    private val navigation: CheckNavigation,
) {
    /** What the rider chose, and the key of the payment under way. */
    @Serializable
    private data class SavedState(val byCard: Boolean = false, val persons: Int = 1, val isAgain: Boolean = false, val intent: String? = null)

    private var savedState by saved.saved { SavedState() }
    private val shown = MutableStateFlow(CheckUiState(persons = savedState.persons, payBy = if (savedState.byCard) PayBy.Card else PayBy.Deposit))
    private var asking: Job? = null
    private var quote: Quote? = null
    private val paying = Paying(client, scope, Sale())

    val state: StateFlow<CheckUiState> = shown.asStateFlow()

    fun start() {
        scope.launch {
            paying.follow()
            if (!shown.value.payment.isUnderWay) ask()
            client.run { changes(payments.state, wallet.state, account.state, connection) }.collect {
                shown.update { it.copy(connection = client.connectionView()) }
                weigh()
                paying.follow()
            }
        }
        scope.launch { ticks.collect { renewWhenOver() } }
    }

    fun on(event: CheckEvent) {
        when (event) {
            CheckEvent.Seen -> if (isInTheWay() && !shown.value.payment.isUnderWay) ask()
            is CheckEvent.PersonsChosen -> choose(savedState.copy(persons = event.persons.coerceAtLeast(1)))
            is CheckEvent.PayByChosen -> choose(savedState.copy(byCard = event.payBy == PayBy.Card))
            CheckEvent.Confirm -> quote?.takeIf { shown.value.canConfirm }?.let(paying::pay)
            CheckEvent.RideAgain -> choose(savedState.copy(isAgain = true))
            CheckEvent.SeeEarlier -> (shown.value.checked as? Checked.Firm)?.repeats?.let { navigation.earlier(it.ride) }
            CheckEvent.OpenBank -> paying.openBank()
            CheckEvent.GiveUp -> paying.giveUp()
            CheckEvent.CheckAgain -> paying.checkAgain()
            CheckEvent.TopUp -> navigation.topUp()
            CheckEvent.SeeTerms -> navigation.terms()
            CheckEvent.Next -> next()
            CheckEvent.Retry -> {
                navigation.retry()
                if (!shown.value.payment.isUnderWay) ask()
            }
            CheckEvent.Back -> navigation.back()
        }
    }

    /** What is settled on another screen. */
    private fun isInTheWay() = when (val checked = shown.value.checked) {
        is Checked.Firm -> checked.mustAccept
        is Checked.Refused -> checked.next == Next.Account
        Checked.Loading -> false
    }

    private fun next() {
        when ((shown.value.checked as? Checked.Refused)?.next) {
            Next.Retry -> on(CheckEvent.Retry)
            Next.Scan -> navigation.scan()
            Next.Account -> navigation.account()
            Next.None, null -> Unit
        }
    }

    private fun choose(choice: SavedState) {
        if (choice == savedState || shown.value.payment.isUnderWay) return
        savedState = choice
        shown.update { it.copy(persons = choice.persons, payBy = if (choice.byCard) PayBy.Card else PayBy.Deposit, payment = Payment.Idle) }
        ask()
    }

    private fun subject() = RidesSubject(route.scanned, route.typed, savedState.persons.toUInt(), emptyList(), savedState.isAgain)

    private fun ask() {
        asking?.cancel()
        quote = null
        val (by, subject) = shown.value.payBy to subject()
        shown.update { it.copy(checked = Checked.Loading) }
        weigh()
        asking = scope.launch {
            val checked = try {
                val answer = client.rides.quote(client.here, subject, by.method)
                quote = answer
                answer.ridesOffer?.let { answer.view(it, subject) } ?: Checked.Loading
            } catch (refused: MestoException) {
                Checked.Refused(refused.refusal(), after(refused))
            }
            shown.update { it.copy(checked = checked) }
            weigh()
        }
    }

    private suspend fun Quote.view(offer: RidesOffer, subject: RidesSubject) = Checked.Firm(
        ride = client.rideView(city, offer.vehicle, offer.trip),
        at = issuedAt,
        endsAt = offer.endsAt,
        lines = client.priceLines(this),
        total = total.price(),
        notices = client.noticeTexts(this),
        validUntil = expiresAt,
        repeats = offer.repeats?.takeUnless { subject.isAgain }?.let { Repeats(it.id.value, it.registeredAt, isGoodHere = offer.repeatsBrokeDownAt != null) },
        terms = client.termsViews(this),
    )

    private fun after(refused: MestoException): Next = when {
        // Nothing is sold until the control is over, and the controller stands here.
        refused.code == CLOSED_IN_CONTROL -> Next.None
        refused.isOfStanding -> Next.Account
        // Asking again gives the same answer.
        refused is MestoException.Refused -> Next.Scan
        else -> Next.Retry
    }

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

        override fun isOurs(intent: PurchaseIntent) = intent.ridesSubject?.let { it.scanned == route.scanned && it.vehicle == route.typed } ?: false

        override fun openPage(url: String) = navigation.openPage(url)

        override suspend fun paid(intent: PurchaseIntent) {
            // A late tap finds nothing to confirm.
            quote = null
            val ride = intent.ride
            if (ride == null) navigation.back() else navigation.ride(ride.id.value)
        }

        override fun notPaid() = ask()
    }

    private companion object {
        const val CLOSED_IN_CONTROL = "payment_closed_in_control"
    }
}
