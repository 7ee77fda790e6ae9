// The list of garages without pixels: what is told is asked for while the list is seen, and visits
// lead on.

package city.mesto.ui.garages.facilities

import city.mesto.sdk.FakeMesto
import city.mesto.sdk.Samples
import city.mesto.sdk.core.CitiesState
import city.mesto.sdk.core.FacilityId
import city.mesto.sdk.core.GaragesState
import city.mesto.sdk.core.MestoException
import city.mesto.sdk.core.Position
import city.mesto.sdk.core.VisitId
import city.mesto.sdk.core.VisitState
import city.mesto.ui.fromcore.price
import city.mesto.ui.garages.facilities.FacilityRow.Standing
import kotlin.test.assertEquals
import kotlin.test.assertIs
import kotlin.test.assertNull
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.flow.MutableSharedFlow
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.test.TestScope
import kotlinx.coroutines.test.runCurrent
import kotlinx.coroutines.test.runTest
import org.junit.jupiter.api.Test

@OptIn(ExperimentalCoroutinesApi::class)
class FacilitiesPresenterTest {
    private class RecordedNavigation : FacilitiesNavigation {
        val went = mutableListOf<String>()

        override fun facility(id: String) { went += "facility $id" }

        override fun owed(facility: String, ticket: String) { went += "owed $facility $ticket" }

        override fun visit(id: String) { went += "visit $id" }

        override fun retry() { went += "retry" }

        override fun back() { went += "back" }
    }

    private val fake = FakeMesto()
    private val navigation = RecordedNavigation()
    private val ticks = MutableSharedFlow<Unit>()
    private val place = FacilityId("zeleni-venac")

    private fun TestScope.presenter() = FacilitiesPresenter(fake, MutableStateFlow<Position?>(null), ticks, backgroundScope, navigation).apply {
        start()
        runCurrent()
    }

    private fun FacilitiesPresenter.rows() = assertIs<FacilitiesContent.Facilities>(state.value.content).rows

    @Test
    fun free_places_are_shown_as_the_core_says_them_and_unknown_is_not_full_bg_72() = runTest {
        val full = fake.garages.facilities.first().copy(facility = FacilityId("vma"), name = "VMA", free = 0u, isReachable = false)
        fake.garages.facilities += full
        val presenter = presenter()
        assertEquals(listOf(Standing.Free, Standing.NotKnown, Standing.Full), presenter.rows().map { it.standing })
        assertEquals("Free places are not known", presenter.rows()[1].places)
        assertEquals(listOf(true, true, false), presenter.rows().map { it.isReachable })
    }

    @Test
    fun they_are_asked_for_again_while_the_list_is_seen_and_without_an_answer_what_was_told_stands_bg_72() = runTest {
        val presenter = presenter()
        assertEquals(1, fake.calls.count { it == "places" })
        repeat(29) { ticks.emit(Unit) }
        runCurrent()
        assertEquals(1, fake.calls.count { it == "places" })
        fake.failure = MestoException.Offline("offline", "No connection", "Look for a signal", emptyMap(), "", null, false)
        fake.garages.facilities = fake.garages.facilities.map { it.copy(free = null, places = "Last counted 10:00") }
        ticks.emit(Unit)
        runCurrent()
        assertEquals(2, fake.calls.count { it == "places" })
        assertEquals(listOf("Last counted 10:00", "Last counted 10:00"), presenter.rows().map { it.places })
        presenter.on(FacilitiesEvent.Retry)
        runCurrent()
        assertEquals(3, fake.calls.count { it == "places" })
        assertEquals(listOf("retry"), navigation.went)
    }

    @Test
    fun before_the_city_was_fetched_it_waits() = runTest {
        fake.cities.state.value = CitiesState(emptyList())
        val presenter = presenter()
        assertEquals(FacilitiesContent.Loading, presenter.state.value.content)
        assertEquals(0, fake.calls.count { it == "places" })
        fake.cities.state.value = CitiesState(listOf(Samples.city))
        runCurrent()
        assertEquals(2, presenter.rows().size)
    }

    @Test
    fun a_visit_that_is_not_over_stands_first_and_leads_to_itself_bg_68() = runTest {
        val presenter = presenter()
        fake.payments.buy(fake.garages.quote(Samples.city.id, place, "GR004217"))
        runCurrent()
        val visit = presenter.state.value.visits.single()
        assertEquals("Zeleni venac" to VisitRow.Standing.Paid, visit.facility to visit.standing)
        assertEquals(Samples.morning.plusSeconds(15 * 60), visit.exitBy)
        val owing = fake.garages.state.value.inside.map { it.copy(state = VisitState.OwingAgain) }
        fake.garages.state.value = GaragesState(owing, emptyList(), emptyList())
        runCurrent()
        assertEquals(VisitRow.Standing.OwesAgain, presenter.state.value.visits.single().standing)
        presenter.on(FacilitiesEvent.VisitOpened(visit.id))
        presenter.on(FacilitiesEvent.Chosen("zeleni-venac"))
        assertEquals(listOf("visit ${visit.id}", "facility zeleni-venac"), navigation.went)
    }

    @Test
    fun a_visit_that_the_operator_lost_stands_behind_the_others_with_what_is_known_and_leads_to_its_receipt() = runTest {
        val presenter = presenter()
        fake.payments.buy(fake.garages.quote(Samples.city.id, place, "GR004217"))
        val inside = fake.garages.state.value.inside.single()
        val forgotten = inside.copy(id = VisitId("vi-forgotten"), ticket = "GR004218")
        fake.garages.state.value = GaragesState(listOf(inside), emptyList(), listOf(forgotten))
        runCurrent()
        val rows = presenter.state.value.visits
        assertEquals(listOf(VisitRow.Standing.Paid, VisitRow.Standing.Forgotten), rows.map { it.standing })
        assertEquals("Zeleni venac" to "GR004218", rows.last().facility to rows.last().ticket)
        assertEquals(forgotten.paid.price(), rows.last().paid)
        presenter.on(FacilitiesEvent.VisitOpened(rows.last().id))
        assertEquals(listOf("visit vi-forgotten"), navigation.went)
    }

    @Test
    fun a_payment_that_is_not_confirmed_leads_to_where_it_can_be_followed() = runTest {
        val presenter = presenter()
        presenter.on(FacilitiesEvent.UnconfirmedOpened)
        assertNull(presenter.state.value.unconfirmed)
        fake.outcome = Samples.unconfirmed
        fake.payments.buy(fake.garages.quote(Samples.city.id, place, "GR004217"))
        runCurrent()
        assertEquals(UnconfirmedVisit("zeleni-venac", "Zeleni venac", "GR004217"), presenter.state.value.unconfirmed)
        presenter.on(FacilitiesEvent.UnconfirmedOpened)
        assertEquals(listOf("owed zeleni-venac GR004217"), navigation.went)
    }
}
