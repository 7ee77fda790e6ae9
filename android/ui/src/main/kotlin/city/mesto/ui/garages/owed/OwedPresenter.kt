// What a ticket owes: the operator's price line by line, and its payment from the deposit or by
// card.

package city.mesto.ui.garages.owed

import androidx.lifecycle.SavedStateHandle
import androidx.lifecycle.serialization.saved
import city.mesto.sdk.MestoClient
import city.mesto.sdk.account
import city.mesto.sdk.code
import city.mesto.sdk.core.FacilityId
import city.mesto.sdk.core.MestoException
import city.mesto.sdk.core.PurchaseIntent
import city.mesto.sdk.core.Quote
import city.mesto.sdk.garages.garages
import city.mesto.sdk.garages.garagesOffer
import city.mesto.sdk.garages.garagesSubject
import city.mesto.sdk.garages.visit
import city.mesto.sdk.params
import city.mesto.sdk.payments
import city.mesto.sdk.wallet
import city.mesto.ui.PayBy
import city.mesto.ui.Payment
import city.mesto.ui.fromcore.Paying
import city.mesto.ui.fromcore.Sells
import city.mesto.ui.fromcore.changes
import city.mesto.ui.fromcore.connectionView
import city.mesto.ui.fromcore.depositView
import city.mesto.ui.fromcore.here
import city.mesto.ui.fromcore.isOver
import city.mesto.ui.fromcore.method
import city.mesto.ui.fromcore.noticeTexts
import city.mesto.ui.fromcore.price
import city.mesto.ui.fromcore.priceLines
import city.mesto.ui.fromcore.refusal
import city.mesto.ui.garages.facilityName
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
interface OwedNavigation {
    /** The visit that was paid, in place of this screen. */
    fun visit(id: String)

    /** The same ticket at another facility, in place of this screen. */
    fun owed(facility: String, ticket: String)

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
class OwedPresenter(
    private val client: MestoClient,
    private val route: OwedRoute,
    private val ticks: Flow<Unit>,
    private val scope: CoroutineScope,
    saved: SavedStateHandle,
    private val navigation: OwedNavigation,
) {
    /** The way to pay that the driver chose, and the key of the payment under way. */
    @Serializable
    private data class SavedState(val byCard: Boolean = false, val intent: String? = null)

    private val facility = FacilityId(route.facility)
    private var savedState by saved.saved { SavedState() }
    private val shown = MutableStateFlow(OwedUiState(route.facility, route.ticket, payBy = if (savedState.byCard) PayBy.Card else PayBy.Deposit))
    private var asking: Job? = null
    private var quote: Quote? = null
    private val paying = Paying(client, scope, Sale())

    val state: StateFlow<OwedUiState> = shown.asStateFlow()

    fun start() {
        scope.launch {
            val name = client.facilityName(facility)
            shown.update { it.copy(facility = name) }
            paying.follow()
            if (!shown.value.payment.isUnderWay) askPrice()
            client.run { changes(payments.state, wallet.state, account.state, connection) }.collect {
                shown.update { it.copy(connection = client.connectionView()) }
                weigh()
                paying.follow()
            }
        }
        scope.launch { ticks.collect { renewWhenOver() } }
    }

    fun on(event: OwedEvent) {
        when (event) {
            is OwedEvent.PayByChosen -> choose(event.payBy)
            OwedEvent.Pay -> quote?.takeIf { shown.value.canPay }?.let(paying::pay)
            OwedEvent.OpenBank -> paying.openBank()
            OwedEvent.GiveUp -> paying.giveUp()
            OwedEvent.CheckAgain -> paying.checkAgain()
            OwedEvent.TopUp -> navigation.topUp()
            OwedEvent.Next -> next()
            OwedEvent.Retry -> {
                navigation.retry()
                if (!shown.value.payment.isUnderWay) askPrice()
            }
            OwedEvent.Back -> navigation.back()
        }
    }

    private fun next() {
        when (val next = (shown.value.owed as? Owed.Refused)?.next) {
            is Next.GoThere -> navigation.owed(next.facility, route.ticket)
            is Next.Visit -> navigation.visit(next.id)
            Next.Retry -> on(OwedEvent.Retry)
            Next.Back -> navigation.back()
            null -> Unit
        }
    }

    private fun choose(by: PayBy) {
        if (by == shown.value.payBy || shown.value.payment.isUnderWay) return
        savedState = savedState.copy(byCard = by == PayBy.Card)
        shown.update { it.copy(payBy = by, payment = Payment.Idle) }
        askPrice()
    }

    private fun askPrice() {
        asking?.cancel()
        quote = null
        val by = shown.value.payBy
        shown.update { it.copy(owed = Owed.Loading) }
        weigh()
        asking = scope.launch {
            val owed = try {
                client.garages.quote(client.here, facility, route.ticket, by.method).also { quote = it }.view()
            } catch (refused: MestoException) {
                Owed.Refused(refused.refusal(), after(refused))
            }
            shown.update { it.copy(owed = owed) }
            weigh()
        }
    }

    private fun Quote.view(): Owed {
        val offer = garagesOffer
        return Owed.Firm(
            enteredAt = offer?.enteredAt ?: issuedAt,
            lines = client.priceLines(this),
            total = total.price(),
            notices = client.noticeTexts(this),
            exitBy = offer?.exitBy,
            risesAt = offer?.risesAt,
            validUntil = expiresAt,
        )
    }

    private fun after(refused: MestoException): Next {
        val other = refused.params["facility"]?.takeIf { it != route.facility }
        val paid = client.garages.current().inside.find { it.facility == facility && it.ticket == route.ticket }
        return when {
            refused.code == "visit_of_another_facility" && other != null -> Next.GoThere(other, refused.params["facility_name"] ?: other)
            refused.code == "visit_already_paid" && paid != null -> Next.Visit(paid.id.value)
            // Asking again gives the same answer.
            refused is MestoException.Refused -> Next.Back
            else -> Next.Retry
        }
    }

    private fun weigh() {
        val deposit = client.depositView(quote, shown.value.payBy)
        shown.update { it.copy(deposit = deposit) }
    }

    private fun renewWhenOver() {
        if (client.isOver(quote) && !shown.value.payment.isUnderWay) askPrice()
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

        override fun isOurs(intent: PurchaseIntent) = intent.garagesSubject?.let { it.facility.value == route.facility && it.ticket == route.ticket } ?: false

        override fun openPage(url: String) = navigation.openPage(url)

        override suspend fun paid(intent: PurchaseIntent) {
            // A late tap finds nothing to pay.
            quote = null
            val visit = intent.visit
            if (visit == null) navigation.back() else navigation.visit(visit.id.value)
        }

        override fun notPaid() = askPrice()
    }
}
