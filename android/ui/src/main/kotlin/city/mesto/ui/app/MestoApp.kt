// The app without its pixels: which screen is shown, and what goes on in the background whatever is shown.

package city.mesto.ui.app

import city.mesto.sdk.MestoClient
import city.mesto.sdk.core.Intent
import city.mesto.sdk.core.IntentKind
import city.mesto.sdk.core.MestoException
import city.mesto.sdk.core.NearZone
import city.mesto.sdk.core.Position
import city.mesto.ui.PlateView
import city.mesto.ui.SmsFallback
import city.mesto.ui.buy.BuyPresenter
import city.mesto.ui.buy.BuyWays
import city.mesto.ui.start.PlatePresenter
import city.mesto.ui.start.SignInPresenter
import city.mesto.ui.start.TopUpPresenter
import city.mesto.ui.text.Words
import city.mesto.ui.ticket.TicketPresenter
import city.mesto.ui.ticket.TicketWays
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
import kotlinx.coroutines.flow.flow
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

    class Ticket(val presenter: TicketPresenter) : Place

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

    fun start() {
        scope.launch {
            catchUp()
            if (client.state.value.signedIn) home() else signIn()
            beat()
        }
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

    private fun signIn(): Unit = go { inner ->
        Place.SignIn(
            SignInPresenter(client, device, inner) {
                scope.launch {
                    quietly { client.sync() }
                    home()
                }
            }.apply { start() },
        )
    }

    /** Zones; without a car first the car, since nothing can be bought for none. */
    fun home() {
        val snapshot = client.state.value
        if (snapshot.vehicles.isEmpty() && snapshot.lastSyncAt != null) addPlate(canGoBack = false) else zones()
    }

    private fun zones(): Unit = go { inner -> Place.Zones(ZonesPresenter(client, position, chosenCar, ticks, inner, zonesWays).apply { start() }) }

    private fun addPlate(canGoBack: Boolean): Unit = go { inner -> Place.FirstPlate(PlatePresenter(client, words, inner, canGoBack) { zones() }) }

    private fun buy(zone: NearZone, vehicle: PlateView, pending: Intent? = null): Unit = go { inner ->
        Place.Buy(BuyPresenter(client, words, zone, vehicle, ticks, inner, buyWays(zone, vehicle), pending).apply { start() })
    }

    private fun ticket(id: String): Unit = go { inner -> Place.Ticket(TicketPresenter(client, words, id, ticks, inner, ticketWays(id)).apply { start() }) }

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
            val zone = zoneOf(purchase.zone) ?: return@launch
            val car = client.state.value.vehicles.find { it.canonical == purchase.plate || it.plate == purchase.plate } ?: return@launch
            buy(zone, car.view(), pending = open)
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

        /** Once a second, the first at once. */
        val everySecond: Flow<Unit> = flow {
            while (true) {
                emit(Unit)
                delay(1000)
            }
        }
    }
}
