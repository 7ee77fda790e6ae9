// What the zones screen shows: the core's state, the position, and what was typed from the sign.

package city.mesto.ui.zones

import city.mesto.sdk.MestoClient
import city.mesto.sdk.core.IntentKind
import city.mesto.sdk.core.MestoException
import city.mesto.sdk.core.NearZone
import city.mesto.sdk.core.Position
import city.mesto.sdk.core.Snapshot
import city.mesto.ui.PlateView
import city.mesto.ui.ZoneView
import city.mesto.ui.app.Parked
import city.mesto.ui.app.connectionView
import city.mesto.ui.app.parked
import city.mesto.ui.app.price
import city.mesto.ui.app.refusal
import city.mesto.ui.app.view
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.flow.combine
import kotlinx.coroutines.flow.update
import kotlinx.coroutines.launch

/** Where the screen leads to. */
interface ZonesWays {
    fun buy(zone: NearZone, vehicle: PlateView)

    fun ticket(id: String)

    fun unconfirmed()

    fun addPlate()

    fun topUp()

    fun retry()
}

/** Lives as long as `scope`; `ticks` make the countdown run. */
class ZonesPresenter(
    private val client: MestoClient,
    private val position: StateFlow<Position?>,
    /** The car the driver chose himself; one of several is never chosen for him. */
    private val chosen: MutableStateFlow<String?>,
    private val ticks: Flow<Unit>,
    private val scope: CoroutineScope,
    private val ways: ZonesWays,
) {
    private val shown = MutableStateFlow(ZonesUiState(plate = null))
    private val sign = MutableStateFlow("")

    private var near: List<NearZone> = emptyList()
    private var zoneAfterPlate: String? = null

    val state: StateFlow<ZonesUiState> = shown.asStateFlow()

    fun start() {
        scope.launch {
            combine(client.state, position, sign) { snapshot, here, typed -> Triple(snapshot, here, typed) }
                .collect { (snapshot, here, typed) -> showZones(snapshot, here, typed) }
        }
        scope.launch { combine(client.state, chosen, ticks) { snapshot, car, _ -> snapshot to car }.collect { (snapshot, car) -> showDriver(snapshot, car) } }
    }

    fun on(event: ZonesEvent) {
        when (event) {
            is ZonesEvent.SignTyped -> {
                val typed = event.text.take(LONGEST_SCAN)
                shown.update { it.copy(sign = typed) }
                sign.value = typed
            }
            is ZonesEvent.ZoneChosen -> choose(event.zone)
            ZonesEvent.ChangePlate -> shown.update { it.copy(choosingPlate = true) }
            ZonesEvent.PlateSheetClosed -> {
                zoneAfterPlate = null
                shown.update { it.copy(choosingPlate = false) }
            }
            is ZonesEvent.PlateChosen -> {
                chosen.value = event.vehicle
                shown.update { state -> state.copy(choosingPlate = false, plate = state.plates.find { it.vehicle == event.vehicle }) }
                zoneAfterPlate?.let(::choose)
                zoneAfterPlate = null
            }
            ZonesEvent.AddPlate -> {
                shown.update { it.copy(choosingPlate = false) }
                ways.addPlate()
            }
            ZonesEvent.TopUp -> ways.topUp()
            is ZonesEvent.TicketOpened -> ways.ticket(event.ticket)
            ZonesEvent.UnconfirmedOpened -> ways.unconfirmed()
            ZonesEvent.Retry -> ways.retry()
        }
    }

    /** Another car for a zone that is chosen already: with the car the way goes on. */
    fun changePlateFor(zone: String) {
        zoneAfterPlate = zone
        shown.update { it.copy(choosingPlate = true) }
    }

    private fun choose(zone: String) {
        val found = near.find { it.zone == zone } ?: return
        val plate = shown.value.plate
        when {
            plate != null -> ways.buy(found, plate)
            shown.value.plates.isEmpty() -> ways.addPlate()
            else -> {
                zoneAfterPlate = zone
                shown.update { it.copy(choosingPlate = true) }
            }
        }
    }

    private suspend fun showZones(snapshot: Snapshot, here: Position?, typed: String) {
        if (snapshot.city == null) {
            shown.update { it.copy(content = ZonesContent.Loading) }
            return
        }
        val byPosition = try {
            client.zonesNear(here, null).zones
        } catch (refused: MestoException) {
            shown.update { it.copy(content = ZonesContent.Refused(refused.refusal()), signAnswer = SignAnswer.None) }
            return
        }
        val (zones, answer) = withSign(byPosition, here, typed.trim())
        near = zones
        val found = (answer as? SignAnswer.Found)?.zone
        val rows = zones.map { zone ->
            ZoneRow(zone.view(), zone.distanceMetres?.toInt(), zone.approximate, bySign = zone.zone == found, maxMinutes = zone.maxStayMinutes?.toInt())
        }
        shown.update { it.copy(content = ZonesContent.Zones(rows, positionKnown = here != null), signAnswer = answer) }
    }

    /** The list with the sign's zone first. The first figures of a code are not wrong yet, only unfinished. */
    private suspend fun withSign(byPosition: List<NearZone>, here: Position?, typed: String): Pair<List<NearZone>, SignAnswer> {
        val isUnfinished = typed.all(Char::isDigit) && byPosition.any { zone -> zone.signCodes.any { it.startsWith(typed) && it != typed } }
        if (typed.isEmpty() || isUnfinished) return byPosition to SignAnswer.None
        return try {
            val bySign = client.zonesNear(here, typed)
            bySign.zones to (bySign.bySign?.let(SignAnswer::Found) ?: SignAnswer.None)
        } catch (refused: MestoException) {
            byPosition to SignAnswer.Unknown(refused.refusal())
        }
    }

    private suspend fun showDriver(snapshot: Snapshot, car: String?) {
        val plates = snapshot.vehicles.map { it.view() }
        val parked = snapshot.parked().firstOrNull()
        val zone = parked?.let { zoneOf(it) }
        val waiting = snapshot.openIntents.firstOrNull { it.kind is IntentKind.Purchase }
        shown.update { state ->
            state.copy(
                plates = plates,
                plate = plates.find { it.vehicle == car } ?: plates.singleOrNull(),
                balance = snapshot.balance?.price(),
                connection = snapshot.connectionView(),
                running = if (parked == null || zone == null) null else running(parked, zone),
                unconfirmed = waiting?.let { intent ->
                    val purchase = intent.kind as IntentKind.Purchase
                    UnconfirmedPurchase(purchase.plate.display, purchase.zone, intent.createdAt)
                },
            )
        }
    }

    private suspend fun zoneOf(parked: Parked): ZoneView? {
        val known = near.ifEmpty {
            try {
                client.zonesNear().zones
            } catch (_: MestoException) {
                emptyList()
            }
        }
        return known.find { it.zone == parked.last.zone }?.view()
    }

    private fun running(parked: Parked, zone: ZoneView) = RunningTicket(
        id = parked.last.id,
        plate = parked.last.plate.display,
        zone = zone,
        endsAt = parked.endsAt,
        secondsLeft = (parked.endsAt.epochSecond - client.now().epochSecond).coerceAtLeast(0),
    )

    private companion object {
        /** A sign's text as a camera reads it is longer than its code. */
        const val LONGEST_SCAN = 80
    }
}
