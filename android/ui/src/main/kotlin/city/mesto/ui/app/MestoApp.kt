// The app without its pixels: which screen is shown, and what goes on in the background whatever is shown.

package city.mesto.ui.app

import city.mesto.sdk.MestoClient
import city.mesto.sdk.core.Intent
import city.mesto.sdk.core.IntentKind
import city.mesto.sdk.core.MestoException
import city.mesto.sdk.core.NearZone
import city.mesto.sdk.core.Position
import city.mesto.sdk.core.Snapshot
import city.mesto.ui.PlateView
import city.mesto.ui.SmsFallback
import city.mesto.ui.buy.BuyEvent
import city.mesto.ui.buy.BuyPresenter
import city.mesto.ui.buy.BuyWays
import city.mesto.ui.start.PlateEvent
import city.mesto.ui.start.PlatePresenter
import city.mesto.ui.start.SignInEvent
import city.mesto.ui.start.SignInPresenter
import city.mesto.ui.start.TopUpEvent
import city.mesto.ui.start.TopUpPresenter
import city.mesto.ui.text.Words
import city.mesto.ui.ticket.TicketEvent
import city.mesto.ui.ticket.TicketPresenter
import city.mesto.ui.ticket.TicketWays
import city.mesto.ui.zones.ZonesEvent
import city.mesto.ui.zones.ZonesPresenter
import city.mesto.ui.zones.ZonesWays
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Job
import kotlinx.coroutines.cancel
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.flow.distinctUntilChanged
import kotlinx.coroutines.flow.drop
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.flow.map
import kotlinx.coroutines.launch
import kotlinx.coroutines.plus
import java.time.ZoneId

/** What lies outside of the app's own screens. */
interface Outside {
    /** The bank's page. */
    fun openPage(url: String)

    /** The phone's own SMS composer, filled in; the driver sends. */
    fun composeSms(sms: SmsFallback)
}

/** The screen that is shown, with what drives it. */
sealed interface Place {
    data object Opening : Place

    class SignIn(val presenter: SignInPresenter) : Place

    class FirstPlate(val presenter: PlatePresenter) : Place

    class Zones(val presenter: ZonesPresenter) : Place

    class Buy(val presenter: BuyPresenter) : Place

    class Ticket(val id: String, val presenter: TicketPresenter) : Place

    class TopUp(val presenter: TopUpPresenter) : Place
}

/** One per app. Everything runs in `scope` on one thread; `ticks` beat once a second while the app is seen. */
class MestoApp(
    private val client: MestoClient,
    language: String,
    private val device: String,
    private val position: StateFlow<Position?>,
    private val outside: Outside,
    private val scope: CoroutineScope,
    private val ticks: Flow<Unit> = everySecond,
) {
    private val shown = MutableStateFlow<Place>(Place.Opening)
    private var placeScope: CoroutineScope? = null

    /** The car the driver chose himself, by its vehicle id; kept from screen to screen. */
    private val chosenCar = MutableStateFlow<String?>(null)

    val words = Words(client.texts, language) {
        client.state.value.city?.timeZone?.let { name -> runCatching { ZoneId.of(name) }.getOrNull() } ?: ZoneId.systemDefault()
    }
    val place: StateFlow<Place> = shown.asStateFlow()

    /** `kept` is what [kept] gave before the system ended the process. What is stored is shown at once, with or without a connection. */
    fun start(kept: List<String> = emptyList()) {
        scope.launch {
            if (client.state.value.signedIn) restore(kept) else signIn(kept.getOrNull(1).takeIf { kept.firstOrNull() == SIGN_IN })
            catchUp()
            // A car that was added on another phone: nothing has to be typed any more.
            if ((place.value as? Place.FirstPlate)?.presenter?.state?.value?.canGoBack == false) home()
            beat()
        }
        scope.launch { client.state.map { it.signedIn }.distinctUntilChanged().drop(1).collect { signedIn -> if (!signedIn) sessionOver() } }
    }

    /** Where the driver is, to be given to [start] later: ids and, between number and code, his number. */
    fun kept(): List<String> = when (val here = shown.value) {
        Place.Opening -> emptyList()
        is Place.SignIn -> listOfNotNull(SIGN_IN, here.presenter.state.value.codeSentTo)
        is Place.FirstPlate, is Place.Zones -> listOfNotNull(ZONES, chosenCar.value)
        is Place.Buy -> here.presenter.state.value.let { listOf(BUY, it.plate.vehicle, it.zone.id, "${it.wheel.chosen}") }
        is Place.Ticket -> listOf(TICKET, here.id)
        is Place.TopUp -> listOf(TOP_UP)
    }

    private suspend fun restore(kept: List<String>) {
        val snapshot = client.state.value
        val id = kept.getOrNull(1)
        val car = snapshot.vehicles.find { it.id == id }?.view()
        when (kept.firstOrNull()) {
            TICKET -> if (id != null && snapshot.parkedWith(id) != null) return ticket(id)
            TOP_UP -> return topUp { zones() }
            BUY -> {
                val zone = kept.getOrNull(2)?.let { zoneOf(it) }
                if (car != null) chosenCar.value = car.vehicle
                if (zone != null && car != null) return buy(zone, car, minutes = kept.getOrNull(3)?.toIntOrNull())
            }
            ZONES -> if (car != null) chosenCar.value = car.vehicle
        }
        home()
    }

    /** The phone's own "back"; false where it leaves the app. */
    fun back(): Boolean {
        when (val here = shown.value) {
            is Place.Buy -> here.presenter.on(BuyEvent.Back)
            is Place.Ticket -> here.presenter.on(TicketEvent.Back)
            is Place.TopUp -> here.presenter.on(TopUpEvent.Back)
            is Place.FirstPlate -> if (here.presenter.state.value.canGoBack) here.presenter.on(PlateEvent.Back) else return false
            is Place.SignIn -> if (here.presenter.state.value.codeSentTo != null) here.presenter.on(SignInEvent.OtherNumber) else return false
            is Place.Zones -> if (here.presenter.state.value.choosingPlate) here.presenter.on(ZonesEvent.PlateSheetClosed) else return false
            Place.Opening -> return false
        }
        return true
    }

    /** The ticket on the screen is what an inspector asks for: it stays until the driver leaves it. */
    private fun sessionOver() {
        if (shown.value !is Place.Ticket && shown.value !is Place.SignIn) signIn()
    }

    /** Ends what had begun, then reads what is new; without a connection what is stored is shown. */
    private suspend fun catchUp() {
        quietly { client.refresh() }
        if (!client.state.value.signedIn) return
        quietly { client.settle() }
        quietly { client.sync() }
    }

    /** In the background: open intents when their time has come, the account every now and then. */
    private suspend fun beat() {
        var seconds = 0L
        ticks.collect {
            seconds += 1
            val due = client.nextRetryAt()
            if (due != null && client.now() >= due) quietly { client.settleDue() }
            if (seconds % SYNC_SECONDS == 0L) catchUpIfSignedIn()
        }
    }

    private suspend fun catchUpIfSignedIn() {
        if (client.state.value.city == null) quietly { client.refresh() }
        if (client.state.value.signedIn) quietly { client.sync() }
    }

    /** Connection and session show in the core's state, which the screens watch. */
    private suspend fun quietly(call: suspend () -> Unit) {
        try {
            call()
        } catch (_: MestoException) {
            return
        }
    }

    private fun signIn(sentTo: String? = null): Unit = go { inner ->
        Place.SignIn(
            SignInPresenter(client, device, inner, sentTo) {
                scope.launch {
                    quietly { client.sync() }
                    home()
                }
            }.apply { start() },
        )
    }

    /** Zones; without a car first the car, since nothing can be bought for none. */
    fun home() {
        val snapshot = client.snapshot()
        if (snapshot.vehicles.isEmpty() && snapshot.lastSyncAt != null) addPlate(canGoBack = false) else zones()
    }

    private fun zones(): Unit = if (!client.snapshot().signedIn) signIn() else go { inner -> Place.Zones(ZonesPresenter(client, position, chosenCar, ticks, inner, zonesWays).apply { start() }) }

    private fun addPlate(canGoBack: Boolean): Unit = go { inner -> Place.FirstPlate(PlatePresenter(client, words, inner, canGoBack) { zones() }) }

    /** Where a purchase for this car in this zone is not confirmed yet, that one is shown: the core takes no other beside it. */
    private fun buy(zone: NearZone, vehicle: PlateView, minutes: Int? = null): Unit = go { inner ->
        val pending = client.snapshot().unconfirmedFor(zone.zone, vehicle.vehicle)
        Place.Buy(BuyPresenter(client, words, zone, vehicle, ticks, inner, buyWays(zone, vehicle), pending, minutes).apply { start() })
    }

    private fun Snapshot.unconfirmedFor(zone: String, vehicle: String): Intent? {
        val car = vehicles.find { it.id == vehicle } ?: return null
        return openIntents.find { open -> (open.kind as? IntentKind.Purchase)?.let { it.zone == zone && it.plate.canonical == car.plate.canonical } == true }
    }

    private fun ticket(id: String): Unit = go { inner -> Place.Ticket(id, TicketPresenter(client, words, id, ticks, inner, ticketWays(id)).apply { start() }) }

    private fun topUp(back: () -> Unit): Unit = go { inner -> Place.TopUp(TopUpPresenter(client, words, inner, outside::openPage, back).apply { start() }) }

    /** Leaves a screen with all it was waiting for; what it paid for goes on as an intent of the core. */
    private fun go(make: (CoroutineScope) -> Place) {
        placeScope?.cancel()
        val inner = scope + Job(scope.coroutineContext[Job])
        placeScope = inner
        shown.value = make(inner)
    }

    /** Back to the purchase that is not confirmed yet. */
    private fun unconfirmed() {
        scope.launch {
            val open = client.state.value.openIntents.firstOrNull { it.kind is IntentKind.Purchase } ?: return@launch
            val purchase = open.kind as IntentKind.Purchase
            val running = purchase.extends
            if (running != null && client.state.value.parkedWith(running) != null) return@launch ticket(running)
            val zone = zoneOf(purchase.zone)
            val car = client.state.value.vehicles.find { it.plate.canonical == purchase.plate.canonical }
            // The car was removed, or the city lost: what can still be done is to ask again.
            if (zone == null || car == null) catchUp() else buy(zone, car.view())
        }
    }

    private suspend fun zoneOf(id: String): NearZone? = try {
        client.zonesNear(position.value).zones.find { it.zone == id }
    } catch (_: MestoException) {
        null
    }

    private fun retry() {
        scope.launch { catchUp() }
    }

    private val zonesWays = object : ZonesWays {
        override fun buy(zone: NearZone, vehicle: PlateView) = this@MestoApp.buy(zone, vehicle)

        override fun ticket(id: String) = this@MestoApp.ticket(id)

        override fun unconfirmed() = this@MestoApp.unconfirmed()

        override fun addPlate() = addPlate(canGoBack = true)

        override fun topUp() = topUp { zones() }

        override fun retry() = this@MestoApp.retry()
    }

    private fun buyWays(zone: NearZone, vehicle: PlateView) = object : BuyWays {
        override fun ticket(id: String) = this@MestoApp.ticket(id)

        override fun topUp() = topUp { buy(zone, vehicle) }

        override fun changePlate() {
            zones()
            (place.value as? Place.Zones)?.presenter?.changePlateFor(zone.zone)
        }

        override fun composeSms(sms: SmsFallback) {
            zones()
            outside.composeSms(sms)
        }

        override fun retry() = this@MestoApp.retry()

        override fun back() = zones()
    }

    private fun ticketWays(id: String) = object : TicketWays {
        override fun topUp() = topUp { ticket(id) }

        override fun buyAgain(zone: String, vehicle: PlateView) {
            scope.launch { zoneOf(zone)?.let { buy(it, vehicle) } ?: zones() }
        }

        override fun composeSms(sms: SmsFallback) = outside.composeSms(sms)

        override fun retry() = this@MestoApp.retry()

        override fun back() = zones()
    }

    companion object {
        private const val SYNC_SECONDS = 20L
        private const val SIGN_IN = "sign-in"
        private const val ZONES = "zones"
        private const val BUY = "buy"
        private const val TICKET = "ticket"
        private const val TOP_UP = "top-up"

        /** Once a second, the first at once. */
        val everySecond: Flow<Unit> = flow {
            while (true) {
                emit(Unit)
                delay(1000)
            }
        }
    }
}
