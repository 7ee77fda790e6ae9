// The rides of the account: those that run first, and how far the balance reaches.

package city.mesto.ui.rides.list

import city.mesto.sdk.MestoClient
import city.mesto.sdk.account
import city.mesto.sdk.cities
import city.mesto.sdk.core.MestoException
import city.mesto.sdk.core.Ride
import city.mesto.sdk.core.ServiceNoticeKind
import city.mesto.sdk.notices
import city.mesto.sdk.payments
import city.mesto.sdk.rides.rides
import city.mesto.sdk.rides.ridesSubject
import city.mesto.sdk.standing
import city.mesto.sdk.wallet
import city.mesto.ui.fromcore.changes
import city.mesto.ui.fromcore.city
import city.mesto.ui.fromcore.connectionView
import city.mesto.ui.fromcore.price
import city.mesto.ui.rides.rideView
import city.mesto.ui.rides.text
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.launch

/** Where the screen leads to. */
interface RidesNavigation {
    fun scan()

    /** A ride by its id. */
    fun ride(id: String)

    /** What was scanned or typed of a confirmation that is not known yet. */
    fun check(scanned: String?, typed: String?)

    fun topUp()

    fun news()

    fun account()

    /** Another service of the city. */
    fun open(route: Any)

    fun retry()

    fun back()
}

/**
 * Lives as long as `scope`; `ticks` beat while the list is seen: a ticket ends by the clock alone.
 */
class RidesPresenter(
    private val client: MestoClient,
    private val ticks: Flow<Unit>,
    private val scope: CoroutineScope,
    private val navigation: RidesNavigation,
) {
    private val shown = MutableStateFlow(RidesUiState())

    val state: StateFlow<RidesUiState> = shown.asStateFlow()

    fun start() {
        scope.launch { client.run { changes(rides.state, payments.state, wallet.state, account.state, cities.state, standing.state, notices.state, connection) }.collect { show() } }
        scope.launch {
            ticks.collect {
                if (client.rides.current() != drawn) show()
            }
        }
    }

    /** What is on the screen. */
    private var drawn = client.rides.current()

    fun on(event: RidesEvent) {
        when (event) {
            RidesEvent.Scan -> navigation.scan()
            is RidesEvent.Opened -> navigation.ride(event.ride)
            RidesEvent.UnconfirmedOpened -> unconfirmed()?.let { navigation.check(it.scanned, it.vehicle) }
            RidesEvent.TopUp -> navigation.topUp()
            RidesEvent.NewsOpened -> navigation.news()
            RidesEvent.AccountOpened -> navigation.account()
            is RidesEvent.FeatureOpened -> navigation.open(event.homeButton.route)
            RidesEvent.Retry -> navigation.retry()
            RidesEvent.Back -> navigation.back()
        }
    }

    private fun unconfirmed() = client.payments.state.value.open.firstNotNullOfOrNull { it.ridesSubject }

    private suspend fun show() {
        val known = client.rides.current()
        drawn = known
        val lastSyncAt = client.account.state.value.lastSyncAt
        shown.value = RidesUiState(
            running = known.current.map { it.row() }.takeIf { lastSyncAt != null || it.isNotEmpty() },
            over = known.over.map { it.row() },
            forgotten = known.forgotten.map { it.row() },
            balance = balance(),
            isUnconfirmed = unconfirmed() != null,
            standing = standing(),
            news = news(),
            now = client.now(),
            connection = client.connectionView(),
        )
    }

    private suspend fun standing(): String? = try {
        client.standing.text()
    } catch (_: MestoException) {
        null
    }

    /** What keeps somebody from riding or paying is told on the first screen (AV-104). */
    private fun news(): String? = client.notices.current().notices.firstOrNull { !it.isRead && it.kind in TOLD_FIRST }?.title

    private suspend fun Ride.row() = RideRow(
        id = id.value,
        ride = client.rideView(city, vehicle, trip),
        persons = persons.toInt(),
        state = state.text(client.texts),
        registeredAt = registeredAt,
        endsAt = endsAt,
        price = price.price(),
    )

    private suspend fun balance(): BalanceView? {
        val amount = client.wallet.state.value.balance ?: return null
        val left = try {
            client.city?.let { client.rides.left(it.id) }
        } catch (_: MestoException) {
            null
        }
        return BalanceView(amount.price(), client.account.state.value.lastSyncAt, left?.let { client.texts.ridesLeft(it.rides.toLong()) }, left?.isLow ?: false)
    }

    private companion object {
        val TOLD_FIRST = setOf(ServiceNoticeKind.PlannedWorks, ServiceNoticeKind.UrgentWorks, ServiceNoticeKind.Outage)
    }
}
