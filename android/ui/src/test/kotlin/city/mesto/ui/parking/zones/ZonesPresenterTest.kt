// Zones near me without pixels: the sign wins, no car is chosen silently.

package city.mesto.ui.parking.zones

import androidx.lifecycle.SavedStateHandle
import city.mesto.sdk.FakeMesto
import city.mesto.sdk.Samples
import city.mesto.sdk.core.CityId
import city.mesto.sdk.core.MestoException
import city.mesto.sdk.core.PaymentsState
import city.mesto.sdk.core.Plate
import city.mesto.sdk.core.Position
import city.mesto.sdk.core.Vehicle
import city.mesto.sdk.core.VehicleId
import city.mesto.sdk.core.VehiclesState
import city.mesto.sdk.core.ZoneId
import city.mesto.sdk.core.ZonesNear
import city.mesto.sdk.parking.ParkingClient
import city.mesto.sdk.parking.ticket
import kotlin.test.assertEquals
import kotlin.test.assertIs
import kotlin.test.assertNull
import kotlin.test.assertTrue
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.flow.MutableSharedFlow
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.test.TestScope
import kotlinx.coroutines.test.runCurrent
import kotlinx.coroutines.test.runTest
import org.junit.jupiter.api.Test

@OptIn(ExperimentalCoroutinesApi::class)
class ZonesPresenterTest {
    private class RecordedNavigation : ZonesNavigation {
        val went = mutableListOf<String>()

        override fun buy(zone: String, vehicle: String) { went += "buy $zone $vehicle" }

        override fun ticket(id: String) { went += "ticket $id" }

        override fun addPlate() { went += "plate" }

        override fun topUp() { went += "top-up" }

        override fun open(route: Any) { went += "open $route" }

        override fun retry() { went += "retry" }
    }

    private val fake = FakeMesto()
    private val navigation = RecordedNavigation()
    private val ticks = MutableSharedFlow<Unit>(replay = 1).apply { tryEmit(Unit) }
    private val here = MutableStateFlow<Position?>(Position(44.8125, 20.4612, 10.0))

    private fun TestScope.presenter() =
        ZonesPresenter(fake, here, ticks, backgroundScope, SavedStateHandle(), navigation).apply {
            start()
            runCurrent()
        }

    private fun ZonesPresenter.rows() = assertIs<ZonesContent.Zones>(state.value.content).rows

    @Test
    fun the_nearest_zone_stands_first_and_an_approximate_edge_is_marked() = runTest {
        val rows = presenter().rows()
        assertEquals(listOf("red", "yellow", "green"), rows.map { it.zone.id })
        assertTrue(rows.all { it.approximate })
    }

    @Test
    fun the_sign_wins_over_the_position_bg_42() = runTest {
        val presenter = presenter()
        presenter.on(ZonesEvent.SignTyped("SMS 9113 ZONA 3"))
        runCurrent()
        assertEquals(SignAnswer.Found("green"), presenter.state.value.signAnswer)
        assertEquals("green", presenter.rows().first().zone.id)
        assertTrue(presenter.rows().first().bySign)
        presenter.on(ZonesEvent.SignTyped(""))
        runCurrent()
        assertEquals("red", presenter.rows().first().zone.id)
    }

    @Test
    fun the_first_figures_of_a_code_are_unfinished_not_wrong() = runTest {
        fake.instead = object : ParkingClient by fake.parking {
            override suspend fun zonesNear(city: CityId, position: Position?, sign: String?): ZonesNear {
                val named = Samples.zones.find { sign in it.signCodes }
                if (sign == "9155") throw MestoException.Refused("sign_unknown", "No such sign", "Look again", emptyMap(), "", null, false)
                return ZonesNear(Samples.zones, named?.zone)
            }
        }
        val presenter = presenter()
        presenter.on(ZonesEvent.SignTyped("911"))
        runCurrent()
        assertEquals(SignAnswer.None, presenter.state.value.signAnswer)
        presenter.on(ZonesEvent.SignTyped("9155"))
        runCurrent()
        assertEquals("sign_unknown", assertIs<SignAnswer.Unknown>(presenter.state.value.signAnswer).refusal.code)
        assertEquals(3, presenter.rows().size, "the list stays")
    }

    @Test
    fun the_only_car_is_paid_for_and_of_several_none_is_chosen_silently() = runTest {
        val presenter = presenter()
        assertEquals("BG 789-PP", presenter.state.value.plate?.shown)
        fake.vehicles.state.value = VehiclesState(listOf(Samples.car, Vehicle(VehicleId("w"), Plate("NS123ŠĆ", "NS 123-ŠĆ", "RS"), null)))
        runCurrent()
        assertNull(presenter.state.value.plate)

        presenter.on(ZonesEvent.ZoneChosen("red"))
        assertTrue(presenter.state.value.choosingPlate)
        assertEquals(emptyList(), navigation.went)
        presenter.on(ZonesEvent.PlateChosen("w"))
        assertEquals(listOf("buy red w"), navigation.went)
    }

    @Test
    fun without_a_car_the_way_leads_to_adding_one() = runTest {
        fake.vehicles.state.value = VehiclesState(emptyList())
        val presenter = presenter()
        presenter.on(ZonesEvent.ZoneChosen("red"))
        assertEquals(listOf("plate"), navigation.went)
    }

    @Test
    fun without_a_position_no_distance_is_claimed() = runTest {
        here.value = null
        assertEquals(false, assertIs<ZonesContent.Zones>(presenter().state.value.content).positionKnown)
    }

    @Test
    fun a_running_ticket_and_an_unconfirmed_purchase_are_shown() = runTest {
        fake.payments.buy(fake.parking.quote(Samples.city.id, ZoneId("red"), Samples.car.id, 60))
        fake.outcome = Samples.unconfirmed
        fake.payments.buy(fake.parking.quote(Samples.city.id, ZoneId("yellow"), Samples.car.id, 60))
        val state = presenter().state.value
        assertEquals(3600, state.running?.secondsLeft)
        assertEquals("BG 789-PP", state.unconfirmed?.plate)
    }

    @Test
    fun an_unconfirmed_purchase_leads_to_where_it_can_be_followed() = runTest {
        val ticket = checkNotNull(fake.payments.buy(fake.parking.quote(Samples.city.id, ZoneId("red"), Samples.car.id, 60)).ticket)
        fake.outcome = Samples.unconfirmed
        fake.payments.buy(fake.parking.quoteExtension(ticket.id, 30))
        presenter().on(ZonesEvent.UnconfirmedOpened)
        assertEquals(listOf("ticket ${ticket.id}"), navigation.went)

        fake.payments.state.value = PaymentsState(emptyList())
        fake.payments.buy(fake.parking.quote(Samples.city.id, ZoneId("yellow"), Samples.car.id, 60))
        presenter().on(ZonesEvent.UnconfirmedOpened)
        assertEquals("buy yellow ${Samples.car.id}", navigation.went.last())

        fake.vehicles.state.value = VehiclesState(emptyList())
        presenter().on(ZonesEvent.UnconfirmedOpened)
        assertEquals("retry", navigation.went.last(), "the car was removed: what is left is to ask")
    }
}
