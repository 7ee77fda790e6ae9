// What the zones screen shows: the core's state, the position, and what was typed from the sign.

package city.mesto.ui.parking.zones

import androidx.lifecycle.SavedStateHandle
import androidx.lifecycle.serialization.saved
import city.mesto.sdk.MestoClient
import city.mesto.sdk.account
import city.mesto.sdk.cities
import city.mesto.sdk.core.PurchaseIntent
import city.mesto.sdk.core.MestoException
import city.mesto.sdk.core.NearZone
import city.mesto.sdk.core.Parked
import city.mesto.sdk.core.Position
import city.mesto.sdk.core.TicketId
import city.mesto.sdk.parking.parking
import city.mesto.sdk.parking.parkingOffer
import city.mesto.sdk.payments
import city.mesto.sdk.vehicles
import city.mesto.sdk.wallet
import city.mesto.ui.fromcore.bears
import city.mesto.ui.fromcore.changes
import city.mesto.ui.fromcore.city
import city.mesto.ui.fromcore.connectionView
import city.mesto.ui.fromcore.here
import city.mesto.ui.fromcore.price
import city.mesto.ui.fromcore.refusal
import city.mesto.ui.fromcore.view
import city.mesto.ui.parking.ZoneView
import city.mesto.ui.parking.parkedOrNull
import city.mesto.ui.parking.view
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.flow.combine
import kotlinx.coroutines.flow.update
import kotlinx.coroutines.launch
import kotlinx.serialization.Serializable

/** Where the screen leads to. */
interface ZonesNavigation {
    /** A zone and a vehicle by their ids. */
    fun buy(zone: String, vehicle: String)

    fun ticket(id: String)

    fun addPlate()

    fun topUp()

    /** By the button of another feature. */
    fun open(route: Any)

    fun retry()
}

/** Lives as long as `scope`; `ticks` make the countdown run. */
class ZonesPresenter(
    private val client: MestoClient,
    private val position: StateFlow<Position?>,
    private val ticks: Flow<Unit>,
    private val scope: CoroutineScope,
    saved: SavedStateHandle,
    private val navigation: ZonesNavigation,
) {
    @Serializable
    private data class SavedState(
        val sign: String = "",
        /**
         * The car the driver chose himself, by its vehicle id; one of several is never chosen for
         * him.
         */
        val car: String? = null,
        val choosingPlate: Boolean = false,
        /** With the car the way goes on to this zone. */
        val zoneAfterPlate: String? = null,
    )

    private var savedState by saved.saved { SavedState() }
    private val chosen = MutableStateFlow(savedState.car)
    private val sign = MutableStateFlow(savedState.sign)
    private val shown = MutableStateFlow(ZonesUiState(plate = null, sign = savedState.sign, choosingPlate = savedState.choosingPlate))
    private var near: List<NearZone> = emptyList()

    /** What the purchase that is not confirmed extends, where the phone has it. */
    private var extended: TicketId? = null

    val state: StateFlow<ZonesUiState> = shown.asStateFlow()

    fun start() {
        scope.launch {
            combine(client.cities.state, position, sign) { _, here, typed -> here to typed }.collect { (here, typed) -> showZones(here, typed) }
        }
        val account = client.run { changes(vehicles.state, parking.state, payments.state, wallet.state, account.state, cities.state, connection) }
        scope.launch { combine(account, chosen, ticks) { _, car, _ -> car }.collect { car -> showDriver(car) } }
    }

    fun on(event: ZonesEvent) {
        when (event) {
            is ZonesEvent.SignTyped -> type(event.text.take(LONGEST_SCAN))
            is ZonesEvent.ZoneChosen -> choose(event.zone)
            ZonesEvent.ChangePlate -> ask(zone = null)
            ZonesEvent.PlateSheetClosed -> close()
            is ZonesEvent.PlateChosen -> {
                val zone = savedState.zoneAfterPlate
                close()
                savedState = savedState.copy(car = event.vehicle)
                chosen.value = event.vehicle
                shown.update { state -> state.copy(plate = state.plates.find { it.vehicle == event.vehicle }) }
                zone?.let(::choose)
            }
            ZonesEvent.AddPlate -> {
                close()
                navigation.addPlate()
            }
            ZonesEvent.TopUp -> navigation.topUp()
            is ZonesEvent.TicketOpened -> navigation.ticket(event.ticket)
            ZonesEvent.UnconfirmedOpened -> openUnconfirmed()
            is ZonesEvent.FeatureOpened -> navigation.open(event.homeButton.route)
            ZonesEvent.Retry -> navigation.retry()
        }
    }

    /** Another car for a zone that is chosen already: with the car the way goes on. */
    fun changePlateFor(zone: String) = ask(zone)

    private fun ask(zone: String?) {
        savedState = savedState.copy(choosingPlate = true, zoneAfterPlate = zone)
        shown.update { it.copy(choosingPlate = true) }
    }

    private fun close() {
        savedState = savedState.copy(choosingPlate = false, zoneAfterPlate = null)
        shown.update { it.copy(choosingPlate = false) }
    }

    private fun type(text: String) {
        savedState = savedState.copy(sign = text)
        shown.update { it.copy(sign = text) }
        sign.value = text
    }

    private fun choose(zone: String) {
        if (near.none { it.zone.value == zone }) return
        val plate = shown.value.plate
        when {
            plate != null -> {
                // It has done its work: the next ticket is bought by another sign.
                type("")
                navigation.buy(zone, plate.vehicle)
            }
            shown.value.plates.isEmpty() -> navigation.addPlate()
            else -> ask(zone)
        }
    }

    /**
     * Where it can be followed; with its car removed or the city lost what can still be done is to
     * ask again.
     */
    private fun openUnconfirmed() {
        val wanted = unconfirmedPurchase()?.parkingOffer ?: return
        val running = extended?.takeIf { it == wanted.extends }
        val car = client.vehicles.state.value.vehicles.find { it.bears(wanted.plate) }
        when {
            running != null -> navigation.ticket(running.value)
            car != null && near.any { it.zone == wanted.zone } -> navigation.buy(wanted.zone.value, car.id.value)
            else -> navigation.retry()
        }
    }

    private suspend fun showZones(here: Position?, typed: String) {
        if (client.city == null) {
            shown.update { it.copy(content = ZonesContent.Loading) }
            return
        }
        val byPosition = try {
            client.parking.zonesNear(client.here, here, null).zones
        } catch (refused: MestoException) {
            shown.update { it.copy(content = ZonesContent.Refused(refused.refusal()), signAnswer = SignAnswer.None) }
            return
        }
        val (zones, answer) = withSign(byPosition, here, typed.trim())
        near = zones
        val found = (answer as? SignAnswer.Found)?.zone
        val rows = zones.map { zone ->
            ZoneRow(zone.view(), zone.distanceMetres?.toInt(), zone.isApproximate, bySign = zone.zone.value == found, maxMinutes = zone.maxStayMinutes?.toInt())
        }
        shown.update { it.copy(content = ZonesContent.Zones(rows, positionKnown = here != null), signAnswer = answer) }
    }

    /** The list with the sign's zone first. */
    private suspend fun withSign(byPosition: List<NearZone>, here: Position?, typed: String): Pair<List<NearZone>, SignAnswer> {
        if (typed.isEmpty()) return byPosition to SignAnswer.None
        return try {
            val bySign = client.parking.zonesNear(client.here, here, typed)
            bySign.zones to (bySign.bySign?.let { SignAnswer.Found(it.value) } ?: SignAnswer.None)
        } catch (refused: MestoException) {
            byPosition to SignAnswer.Unknown(refused.refusal())
        }
    }

    private suspend fun showDriver(car: String?) {
        val plates = client.vehicles.state.value.vehicles.map { it.view() }
        val parked = parkedFirst()
        val zone = parked?.let { zoneOf(it) }
        val waiting = unconfirmedPurchase()
        extended = waiting?.parkingOffer?.extends?.takeIf { client.parkedOrNull(it) != null }
        shown.update { state ->
            state.copy(
                plates = plates,
                plate = plates.find { it.vehicle == car } ?: plates.singleOrNull(),
                balance = client.wallet.state.value.balance?.price(),
                connection = client.connectionView(),
                running = if (parked == null || zone == null) null else running(parked, zone),
                unconfirmed = waiting?.let { intent ->
                    intent.parkingOffer?.let { UnconfirmedPurchase(it.plate.display, it.zone.value, intent.createdAt) }
                },
            )
        }
    }

    private suspend fun parkedFirst(): Parked? = try {
        client.parking.parked().firstOrNull()
    } catch (_: MestoException) {
        null
    }

    private suspend fun zoneOf(parked: Parked): ZoneView? {
        val known = near.ifEmpty {
            try {
                client.parking.zonesNear(client.here).zones
            } catch (_: MestoException) {
                emptyList()
            }
        }
        return known.find { it.zone == parked.tickets.last().zone }?.view()
    }

    private fun running(parked: Parked, zone: ZoneView) = RunningTicket(
        id = parked.tickets.last().id.value,
        plate = parked.tickets.last().plate.display,
        zone = zone,
        endsAt = parked.endsAt,
        secondsLeft = (parked.endsAt.epochSecond - client.now().epochSecond).coerceAtLeast(0),
    )

    private fun unconfirmedPurchase(): PurchaseIntent? = client.payments.state.value.open.firstOrNull { it.parkingOffer != null }

    private companion object {
        /** A sign's text as a camera reads it is longer than its code. */
        const val LONGEST_SCAN = 80
    }
}
