// Quote and buy: the wheel's choices by the core's own rules, one price at a time, one purchase per
// tap.

package city.mesto.ui.parking.buy

import androidx.lifecycle.SavedStateHandle
import androidx.lifecycle.serialization.saved
import city.mesto.sdk.MestoClient
import city.mesto.sdk.account
import city.mesto.sdk.core.PurchaseIntent
import city.mesto.sdk.core.MestoException
import city.mesto.sdk.core.Preview
import city.mesto.sdk.core.Quote
import city.mesto.sdk.core.TimeWheel
import city.mesto.sdk.core.Vehicle
import city.mesto.sdk.core.VehicleId
import city.mesto.sdk.core.WheelStop
import city.mesto.sdk.core.ZoneId
import city.mesto.sdk.parking.parking
import city.mesto.sdk.parking.parkingOffer
import city.mesto.sdk.parking.ticket
import city.mesto.sdk.payments
import city.mesto.sdk.vehicles
import city.mesto.sdk.wallet
import city.mesto.ui.Connection
import city.mesto.ui.PayBy
import city.mesto.ui.Payment
import city.mesto.ui.SmsFallback
import city.mesto.ui.fromcore.Paying
import city.mesto.ui.fromcore.Sells
import city.mesto.ui.fromcore.bears
import city.mesto.ui.fromcore.changes
import city.mesto.ui.fromcore.connectionView
import city.mesto.ui.fromcore.depositView
import city.mesto.ui.fromcore.here
import city.mesto.ui.fromcore.isConnection
import city.mesto.ui.fromcore.method
import city.mesto.ui.fromcore.refusal
import city.mesto.ui.fromcore.view
import city.mesto.ui.parking.view
import city.mesto.ui.parking.zoneOrNull
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Job
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.flow.update
import kotlinx.coroutines.launch
import kotlinx.serialization.Serializable

/** Where the screen leads to. */
interface BuyNavigation {
    fun ticket(id: String)

    fun topUp()

    /** To another car for the same zone, by its id. */
    fun changePlate(zone: String)

    /** What a zone costs and when, by its id. */
    fun prices(zone: String)

    fun composeSms(sms: SmsFallback)

    /** The bank's page, outside of the app's own screens. */
    fun openPage(url: String)

    fun retry()

    fun back()
}

/**
 * Lives as long as `scope`. Where a purchase for this car in this zone is not confirmed yet, it
 * opens on that one: another could be paid twice.
 */
class BuyPresenter(
    private val client: MestoClient,
    private val route: BuyRoute,
    private val ticks: Flow<Unit>,
    private val scope: CoroutineScope,
    saved: SavedStateHandle,
    private val navigation: BuyNavigation,
) {
    /**
     * The length and the way to pay that the driver chose himself, and the key of the payment under
     * way.
     */
    @Serializable
    private data class SavedState(val minutes: Int? = null, val byCard: Boolean = false, val intent: String? = null)

    private val payBy: PayBy get() = if (savedState.byCard) PayBy.Card else PayBy.Deposit
    private val zone = ZoneId(route.zone)
    private val vehicle = VehicleId(route.vehicle)
    private var savedState by saved.saved { SavedState() }
    private val shown = MutableStateFlow<BuyUiState?>(null)
    private var asking: Job? = null
    private var quote: Quote? = null
    private var car: Vehicle? = null
    private val paying = Paying(client, scope, Sale())

    /** What can be chosen, as the core says it. */
    private var wheel: TimeWheel? = null

    /** Null until the zone and the car of the route are found. */
    val state: StateFlow<BuyUiState?> = shown.asStateFlow()

    fun start() {
        scope.launch {
            val zone = client.zoneOrNull(this@BuyPresenter.zone)
            val car = client.vehicles.current().vehicles.find { it.id == vehicle }
            // The car was removed, or the city has no such zone any more.
            if (zone == null || car == null) return@launch navigation.back()
            this@BuyPresenter.car = car
            shown.value = BuyUiState(car.view(), zone.view(), Wheel(emptyList(), 0, Stop.Unlimited), payBy = payBy)
            scope.launch { watch() }
            scope.launch { ticks.collect { renewWhenOver() } }
            val turnable = turnable() ?: return@launch navigation.back()
            wheel = turnable
            show { it.copy(wheel = turnable.view()) }
            paying.follow()
            if (!isUnderWay) ask(turnable.chosen.toInt())
        }
    }

    private suspend fun watch() = client.run { changes(wallet.state, payments.state, account.state, connection) }.collect {
        show { it.copy(deposit = deposit(), connection = client.connectionView()) }
        paying.follow()
    }

    private fun show(change: (BuyUiState) -> BuyUiState) = shown.update { it?.let(change) }

    fun on(event: BuyEvent) {
        when (event) {
            is BuyEvent.MinutesChosen -> turn(event.minutes)
            is BuyEvent.PayByChosen -> choose(event.payBy)
            BuyEvent.Pay -> quote?.takeIf { shown.value?.canPay == true }?.let(paying::pay)
            BuyEvent.OpenBank -> paying.openBank()
            BuyEvent.GiveUp -> paying.giveUp()
            BuyEvent.TopUp -> navigation.topUp()
            BuyEvent.ChangePlate -> navigation.changePlate(route.zone)
            BuyEvent.Prices -> navigation.prices(route.zone)
            BuyEvent.Retry -> {
                navigation.retry()
                askAgain()
            }
            BuyEvent.CheckAgain -> paying.checkAgain()
            BuyEvent.UseSms -> useSms()
            BuyEvent.Back -> navigation.back()
        }
    }

    /** The core's own; null when the city or the car has gone meanwhile. */
    private suspend fun turnable(): TimeWheel? = try {
        client.parking.wheel(client.here, zone, vehicle, savedState.minutes)
    } catch (_: MestoException) {
        null
    }

    /** No choice but those of the wheel: what lies behind the stop cannot be asked for. */
    private fun turn(minutes: Int) {
        val before = shown.value ?: return
        if (minutes !in before.wheel.choices || minutes == before.wheel.chosen || before.payment.isUnderWay) return
        savedState = savedState.copy(minutes = minutes)
        show { it.copy(wheel = it.wheel.copy(chosen = minutes), payment = Payment.Idle) }
        ask(minutes)
    }

    private fun choose(by: PayBy) {
        val before = shown.value ?: return
        if (by == before.payBy || before.payment.isUnderWay) return
        savedState = savedState.copy(byCard = by == PayBy.Card)
        show { it.copy(payBy = by, payment = Payment.Idle) }
        ask(before.wheel.chosen)
    }

    private val isUnderWay: Boolean get() = shown.value?.payment?.isUnderWay == true

    private fun askAgain() {
        shown.value?.let { ask(it.wheel.chosen) }
    }

    private fun ask(minutes: Int) {
        asking?.cancel()
        quote = null
        show { it.copy(quote = QuoteState.Loading, deposit = deposit()) }
        asking = scope.launch {
            delay(SETTLE_MILLIS)
            try {
                val answer = client.parking.quote(client.here, zone, vehicle, minutes, payBy.method)
                val view = answer.view(client) ?: return@launch
                quote = answer
                wheel = wheel?.copy(chosen = minutes.toUInt())?.let { client.parking.wheelWithin(it, answer) }
                show { it.copy(quote = QuoteState.Firm(view, answer.expiresAt), wheel = wheel?.view() ?: it.wheel, deposit = deposit()) }
            } catch (refused: MestoException) {
                val preview = if (refused.isConnection) previewOrNull(minutes) else null
                val read = preview?.let { QuoteState.Preview(it.view(client), smsOrNull()) } ?: QuoteState.Refused(refused.refusal())
                show { it.copy(quote = read) }
            }
        }
    }

    private fun deposit() = client.depositView(quote, payBy)

    private suspend fun previewOrNull(minutes: Int): Preview? = try {
        client.parking.preview(client.here, zone, vehicle, minutes, payBy.method)
    } catch (_: MestoException) {
        null
    }

    /** A price that is over, and an estimate made without a connection that is there again. */
    private fun renewWhenOver() {
        val state = shown.value ?: return
        val isOver = quote?.let(client.payments::isOver) ?: (state.quote is QuoteState.Preview && state.connection is Connection.Online)
        if (isOver && !state.payment.isUnderWay) ask(state.wheel.chosen)
    }

    private suspend fun smsOrNull(): SmsFallback? = try {
        client.parking.sms(client.here, zone, vehicle).view()
    } catch (_: MestoException) {
        null
    }

    private fun useSms() {
        // Without a payment nothing was sent, so nothing has to be given up.
        val preview = shown.value?.quote as? QuoteState.Preview
        if (savedState.intent == null) preview?.sms?.let(navigation::composeSms) else paying.useSms({ client.parking.switchToSms(it).view() }, navigation::composeSms)
    }

    private inner class Sale : Sells {
        override var payment: Payment
            get() = shown.value?.payment ?: Payment.Idle
            set(value) = show { it.copy(payment = value) }

        override var intent: String?
            get() = savedState.intent
            set(value) {
                savedState = savedState.copy(intent = value)
            }

        override fun isOurs(intent: PurchaseIntent) = intent.parkingOffer?.let { it.zone == zone && car?.bears(it.plate) == true } ?: false

        override fun openPage(url: String) = navigation.openPage(url)

        override suspend fun sms(): SmsFallback? = smsOrNull()

        override suspend fun paid(intent: PurchaseIntent) {
            // The quote is used up: a late tap finds nothing to pay.
            asking?.cancel()
            quote = null
            show { it.copy(quote = QuoteState.Loading) }
            val ticket = intent.ticket
            if (ticket != null) navigation.ticket(ticket.id.value) else navigation.back()
        }

        /** A refused quote is used up or out of date. */
        override fun notPaid() = askAgain()
    }

    private companion object {
        /** A turning wheel rests this long before a price is asked for. */
        const val SETTLE_MILLIS = 200L
    }
}

private fun TimeWheel.view() = Wheel(choices.map { it.toInt() }, chosen.toInt(), stop.view())

private fun WheelStop.view(): Stop = when (this) {
    is WheelStop.LongestStay -> Stop.LongestStay(minutes.toInt())
    is WheelStop.RestOfStay -> Stop.RestOfStay(minutes.toInt(), deadline)
    is WheelStop.AnothersStay -> Stop.AnothersStay(minutes.toInt())
    is WheelStop.Closing -> Stop.Closing(at)
    WheelStop.Unlimited -> Stop.Unlimited
}
