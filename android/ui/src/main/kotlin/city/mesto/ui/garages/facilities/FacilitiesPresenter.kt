// Garages with their free places, asked for anew while the list is seen, and the visits that are
// not over or that the operator forgot.

package city.mesto.ui.garages.facilities

import city.mesto.sdk.MestoClient
import city.mesto.sdk.account
import city.mesto.sdk.cities
import city.mesto.sdk.core.FacilityView
import city.mesto.sdk.core.MestoException
import city.mesto.sdk.core.Position
import city.mesto.sdk.core.Visit
import city.mesto.sdk.core.VisitState
import city.mesto.sdk.garages.garages
import city.mesto.sdk.garages.garagesSubject
import city.mesto.sdk.payments
import city.mesto.ui.fromcore.changes
import city.mesto.ui.fromcore.city
import city.mesto.ui.fromcore.connectionView
import city.mesto.ui.fromcore.here
import city.mesto.ui.fromcore.price
import city.mesto.ui.fromcore.refusal
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.flow.combine
import kotlinx.coroutines.flow.update
import kotlinx.coroutines.launch

/** Where the screen leads to. */
interface FacilitiesNavigation {
    /** A facility by its id. */
    fun facility(id: String)

    /** A facility and the number of a ticket. */
    fun owed(facility: String, ticket: String)

    fun visit(id: String)

    fun retry()

    fun back()
}

/** Lives as long as `scope`; `ticks` beat while the list is seen. */
class FacilitiesPresenter(
    private val client: MestoClient,
    private val position: StateFlow<Position?>,
    private val ticks: Flow<Unit>,
    private val scope: CoroutineScope,
    private val navigation: FacilitiesNavigation,
) {
    private val shown = MutableStateFlow(FacilitiesUiState())

    /** Names of facilities, by id. */
    private var names = emptyMap<String, String>()

    val state: StateFlow<FacilitiesUiState> = shown.asStateFlow()

    fun start() {
        scope.launch {
            combine(client.cities.state, position) { _, here -> here }.collect { here ->
                // What was told last stands there at once.
                show { client.garages.facilities(client.here, here) }
                ask()
            }
        }
        scope.launch {
            client.run { changes(garages.state, payments.state, account.state, cities.state, connection) }.collect { showDriver() }
        }
        scope.launch {
            var seconds = 0L
            ticks.collect {
                seconds += 1
                if (seconds % ASK_SECONDS == 0L) ask()
            }
        }
    }

    fun on(event: FacilitiesEvent) {
        when (event) {
            is FacilitiesEvent.Chosen -> navigation.facility(event.facility)
            is FacilitiesEvent.VisitOpened -> navigation.visit(event.visit)
            FacilitiesEvent.UnconfirmedOpened -> shown.value.unconfirmed?.let { navigation.owed(it.facility, it.ticket) }
            FacilitiesEvent.Retry -> {
                navigation.retry()
                scope.launch { ask() }
            }
            FacilitiesEvent.Back -> navigation.back()
        }
    }

    /** Without an answer what was told last is shown, as old as it is by now. */
    private suspend fun ask() {
        if (client.city == null) return
        try {
            val told = client.garages.places(client.here, position.value)
            show { told }
        } catch (_: MestoException) {
            show { client.garages.facilities(client.here, position.value) }
        }
    }

    private suspend fun show(read: suspend () -> List<FacilityView>) {
        if (client.city == null) return shown.update { it.copy(content = FacilitiesContent.Loading) }
        val content = try {
            val facilities = read()
            names = facilities.associate { it.facility.value to it.name }
            FacilitiesContent.Facilities(facilities.map { it.row() })
        } catch (refused: MestoException) {
            FacilitiesContent.Refused(refused.refusal())
        }
        shown.update { it.copy(content = content) }
        showDriver()
    }

    private fun showDriver() {
        val waiting = client.payments.state.value.open.firstNotNullOfOrNull { it.garagesSubject }
        val visits = client.garages.state.value
        shown.update { state ->
            state.copy(
                visits = visits.inside.map { it.row() } + visits.forgotten.map { it.row(VisitRow.Standing.Forgotten) },
                unconfirmed = waiting?.let { UnconfirmedVisit(it.facility.value, nameOf(it.facility.value), it.ticket) },
                connection = client.connectionView(),
            )
        }
    }

    private fun nameOf(facility: String) = names[facility] ?: facility

    private fun Visit.row(standing: VisitRow.Standing = if (state == VisitState.OwingAgain) VisitRow.Standing.OwesAgain else VisitRow.Standing.Paid) =
        VisitRow(id.value, nameOf(facility.value), standing, ticket, paid.price(), exitBy)

    private companion object {
        /** The barriers tell their free places about as often. */
        const val ASK_SECONDS = 30L
    }
}

private fun FacilityView.row() = FacilityRow(
    id = facility.value,
    name = name,
    places = places,
    standing = when (free) {
        null -> FacilityRow.Standing.NotKnown
        0u -> FacilityRow.Standing.Full
        else -> FacilityRow.Standing.Free
    },
    hours = hours,
    isReachable = isReachable,
    metres = distanceMetres?.toInt(),
)
