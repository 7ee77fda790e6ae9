// One garage without pixels: what is known of it, and the number of a ticket, typed or from a
// photo.

package city.mesto.ui.garages.facility

import androidx.lifecycle.SavedStateHandle
import city.mesto.sdk.FakeMesto
import city.mesto.sdk.core.Certainty
import city.mesto.sdk.core.MestoException
import city.mesto.sdk.core.Position
import city.mesto.ui.Fact
import city.mesto.ui.text.Words
import kotlin.test.assertEquals
import kotlin.test.assertIs
import kotlin.test.assertNull
import kotlin.test.assertTrue
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.flow.MutableSharedFlow
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.test.TestScope
import kotlinx.coroutines.test.runCurrent
import kotlinx.coroutines.test.runTest
import org.junit.jupiter.api.Test

@OptIn(ExperimentalCoroutinesApi::class)
class FacilityPresenterTest {
    private class RecordedNavigation : FacilityNavigation {
        val went = mutableListOf<String>()
        var photo = CompletableDeferred<ByteArray?>()

        override fun owed(facility: String, ticket: String) { went += "owed $facility $ticket" }

        override fun facility(id: String) { went += "facility $id" }

        override suspend fun pickPhoto(): ByteArray? {
            went += "photo"
            return photo.await()
        }

        override var hasCamera = true

        override suspend fun takePhoto(): ByteArray? {
            went += "camera"
            return photo.await()
        }

        override fun retry() { went += "retry" }

        override fun back() { went += "back" }
    }

    private val fake = FakeMesto()
    private val navigation = RecordedNavigation()
    private val saved = SavedStateHandle()
    private val ticks = MutableSharedFlow<Unit>(replay = 1).apply { tryEmit(Unit) }

    private fun TestScope.presenter(facility: String = "zeleni-venac", saved: SavedStateHandle = this@FacilityPresenterTest.saved) = FacilityPresenter(
        fake, Words(fake.texts, "en") { 7200 }, facility, MutableStateFlow<Position?>(null), ticks, backgroundScope, saved, navigation,
    ).apply {
        start()
        runCurrent()
    }

    private fun TestScope.on(presenter: FacilityPresenter, vararg events: FacilityEvent) {
        events.forEach(presenter::on)
        runCurrent()
    }

    private val FacilityPresenter.shown get() = assertIs<FacilityUiState.Shown>(state.value)

    @Test
    fun what_is_not_known_of_a_garage_is_said_and_how_sure_the_rest_is_bg_10() = runTest {
        fake.garages.facilities = fake.garages.facilities.map { it.copy(maxHeightCentimetres = 210u, capacity = null, tariffCertainty = Certainty.SecondHand, certainty = Certainty.Official) }
        val shown = presenter().shown
        assertEquals("Zeleni venac", shown.name)
        assertTrue(Fact("garages-capacity", null) in shown.facts, "${shown.facts}")
        assertTrue(Fact("garages-address", "Zeleni venac bb") in shown.facts, "${shown.facts}")
        assertEquals(listOf("100.00 RSD a started hour"), shown.tariff)
        assertEquals("certainty-second_hand", shown.tariffCertainty)
        assertNull(shown.certainty, "the operator's own words need no remark")
        assertTrue(shown.isPaidHere)
        // A word of a later version is not taken for a guess of ours.
        fake.garages.facilities = fake.garages.facilities.map { it.copy(tariffCertainty = Certainty.Other("surveyed")) }
        assertEquals("certainty-other", presenter().shown.tariffCertainty)
    }

    @Test
    fun a_typed_number_is_read_before_anything_is_asked_bg_64() = runTest {
        val presenter = presenter()
        on(presenter, FacilityEvent.Ask)
        assertEquals(emptyList(), navigation.went, "nothing was typed")
        on(presenter, FacilityEvent.NumberTyped("--"), FacilityEvent.Ask)
        assertEquals("ticket_number_invalid", presenter.shown.ticket.refusal?.code)
        on(presenter, FacilityEvent.NumberTyped("gr 0042-17"))
        assertNull(presenter.shown.ticket.refusal)
        on(presenter, FacilityEvent.Ask)
        assertEquals(listOf("owed zeleni-venac GR004217"), navigation.went)
    }

    @Test
    fun a_photo_gives_the_number_to_be_compared_with_the_ticket_bg_65() = runTest {
        val presenter = presenter()
        on(presenter, FacilityEvent.PickPhoto, FacilityEvent.PickPhoto)
        assertTrue(presenter.shown.ticket.isReading)
        navigation.photo.complete(byteArrayOf(1))
        runCurrent()
        assertEquals(TicketEntry("GR004217", fromPhoto = "GR004217"), presenter.shown.ticket)
        assertEquals(listOf("photo"), navigation.went, "picked once, and nothing is asked by itself")
        on(presenter, FacilityEvent.NumberTyped("GR00421"))
        assertNull(presenter.shown.ticket.fromPhoto, "it is typed now")
    }

    @Test
    fun a_photo_is_taken_as_one_is_picked_bg_65() = runTest {
        val presenter = presenter()
        assertTrue(presenter.shown.hasCamera)
        on(presenter, FacilityEvent.TakePhoto, FacilityEvent.PickPhoto, FacilityEvent.TakePhoto)
        assertTrue(presenter.shown.ticket.isReading)
        navigation.photo.complete(byteArrayOf(1))
        runCurrent()
        assertEquals(TicketEntry("GR004217", fromPhoto = "GR004217"), presenter.shown.ticket)
        assertEquals(listOf("camera"), navigation.went, "one way at a time")
    }

    @Test
    fun who_takes_no_photo_goes_on_as_before_and_without_a_camera_none_is_offered() = runTest {
        val presenter = presenter()
        on(presenter, FacilityEvent.NumberTyped("GR1"), FacilityEvent.TakePhoto)
        navigation.photo.complete(null)
        runCurrent()
        assertEquals(TicketEntry("GR1"), presenter.shown.ticket)
        navigation.hasCamera = false
        assertEquals(false, presenter().shown.hasCamera)
    }

    @Test
    fun who_picks_no_photo_goes_on_as_before() = runTest {
        val presenter = presenter()
        on(presenter, FacilityEvent.NumberTyped("GR1"), FacilityEvent.PickPhoto)
        navigation.photo.complete(null)
        runCurrent()
        assertEquals(TicketEntry("GR1"), presenter.shown.ticket)
        assertEquals(0, fake.calls.count { it == "photo" })
    }

    @Test
    fun an_unreadable_photo_and_one_of_another_garage_say_what_to_do_bg_65() = runTest {
        val presenter = presenter()
        navigation.photo.complete(byteArrayOf(1))
        fake.failure = MestoException.Refused("photo_unreadable", "The photo cannot be read.", "Take another one.", emptyMap(), "", null, false)
        on(presenter, FacilityEvent.PickPhoto)
        assertEquals("photo_unreadable", presenter.shown.ticket.refusal?.code)
        assertNull(presenter.shown.ticket.elsewhere)
        val params = mapOf("facility" to "vma", "facility_name" to "VMA")
        fake.failure = MestoException.Refused("photo_of_another_facility", "The ticket is of VMA.", "Choose VMA.", params, "", null, false)
        on(presenter, FacilityEvent.PickPhoto)
        assertEquals(Elsewhere("vma", "VMA"), presenter.shown.ticket.elsewhere)
        on(presenter, FacilityEvent.GoThere)
        assertEquals("facility vma", navigation.went.last())
    }

    @Test
    fun a_number_that_was_typed_is_there_again() = runTest {
        on(presenter(), FacilityEvent.NumberTyped("GR0042"))
        val kept = SavedStateHandle.createHandle(saved.savedStateProvider().saveState(), null)
        assertEquals("GR0042", presenter(saved = kept).shown.ticket.typed)
    }

    @Test
    fun a_garage_that_left_the_city_leads_back() = runTest {
        presenter("gone")
        assertEquals("back", navigation.went.distinct().single())
    }
}
