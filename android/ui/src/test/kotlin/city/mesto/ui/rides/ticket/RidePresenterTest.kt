// The ticket of a ride without pixels: what a controller looks at moves, and one phone shows it.

package city.mesto.ui.rides.ticket

import androidx.lifecycle.SavedStateHandle
import city.mesto.sdk.FakeMesto
import city.mesto.sdk.Samples
import city.mesto.sdk.core.MestoException
import city.mesto.sdk.core.Ride
import city.mesto.sdk.core.RideState
import city.mesto.sdk.core.RidesState
import city.mesto.sdk.rides.ride
import city.mesto.sdk.rides.scannedRide
import kotlin.test.assertEquals
import kotlin.test.assertIs
import kotlin.test.assertNotEquals
import kotlin.test.assertNotNull
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.flow.MutableSharedFlow
import kotlinx.coroutines.test.TestScope
import kotlinx.coroutines.test.runCurrent
import kotlinx.coroutines.test.runTest
import org.junit.jupiter.api.Test

@OptIn(ExperimentalCoroutinesApi::class)
class RidePresenterTest {
    private class RecordedNavigation : RideNavigation {
        val went = mutableListOf<String>()

        override fun retry() { went += "retry" }

        override fun back() { went += "back" }
    }

    private val fake = FakeMesto()
    private val navigation = RecordedNavigation()
    private val ticks = MutableSharedFlow<Unit>(replay = 1).apply { tryEmit(Unit) }
    private val saved = SavedStateHandle()

    private suspend fun registered(persons: Int = 1): Ride =
        assertNotNull(fake.payments.buy(fake.rides.quote(Samples.city.id, scannedRide("https://qr.avtobys.kz/almaty/v/K7M2P9QD", persons))).ride)

    private fun TestScope.presenter(ride: String, saved: SavedStateHandle = this@RidePresenterTest.saved) = RidePresenter(fake, ride, ticks, backgroundScope, saved, navigation).apply {
        start()
        runCurrent()
    }

    private fun TestScope.on(presenter: RidePresenter, vararg events: RideEvent) {
        events.forEach(presenter::on)
        runCurrent()
    }

    private suspend fun TestScope.after(seconds: Long) {
        fake.now = fake.now.plusSeconds(seconds)
        ticks.emit(Unit)
        runCurrent()
    }

    private fun shown(presenter: RidePresenter) = assertIs<RideUiState.Shown>(presenter.state.value)

    private fun code(presenter: RidePresenter) = assertIs<Code.Here>(shown(presenter).code).text

    @Test
    fun the_ticket_has_a_clock_that_runs_and_a_code_that_changes_av_38_av_82() = runTest {
        val ride = registered(persons = 3)
        val presenter = presenter(ride.id.value)
        val first = shown(presenter)
        assertEquals(Phase.Running to 3, first.phase to first.persons)
        assertEquals(ride.endsAt to Samples.morning, first.endsAt to first.now)
        val code = code(presenter)
        after(1)
        assertEquals(Samples.morning.plusSeconds(1), shown(presenter).now)
        assertEquals(code, code(presenter), "still fresh")
        after(25)
        assertEquals(code, code(presenter))
        // Made anew before it is stale: at its last three seconds.
        after(1)
        assertNotEquals(code, code(presenter))
    }

    @Test
    fun a_ticket_that_another_phone_shows_is_moved_here_on_asking_av_38() = runTest {
        fake.rides.isCodeElsewhere = true
        val presenter = presenter(registered().id.value)
        assertEquals(Code.Elsewhere(), shown(presenter).code)
        fake.failure = MestoException.Offline("offline", "No connection", "Look for a signal", emptyMap(), "", null, false)
        on(presenter, RideEvent.MoveCode)
        assertEquals("offline", assertIs<Code.Elsewhere>(shown(presenter).code).refusal?.code)
        on(presenter, RideEvent.MoveCode, RideEvent.MoveCode)
        assertIs<Code.Here>(shown(presenter).code)
        assertEquals(2, fake.calls.count { it == "moveCodeHere" }, "a double tap moves it once")
    }

    @Test
    fun a_ticket_that_is_over_shows_no_code_av_82() = runTest {
        val ride = registered()
        val presenter = presenter(ride.id.value)
        fake.now = ride.endsAt.minusSeconds(1)
        after(0)
        assertEquals(Phase.Running, shown(presenter).phase)
        after(1)
        assertEquals(Phase.Over, shown(presenter).phase)
    }

    @Test
    fun a_voided_ride_says_so_and_is_no_ticket_av_82() = runTest {
        val ride = registered()
        val presenter = presenter(ride.id.value)
        fake.rides.put(ride.copy(state = RideState.Voided))
        runCurrent()
        assertEquals(Phase.Voided to Wrong.Settled, shown(presenter).run { phase to wrong })
    }

    @Test
    fun a_ride_that_the_operator_lost_is_still_shown_av_82() = runTest {
        val ride = registered()
        fake.rides.state.value = RidesState(emptyList(), emptyList(), listOf(ride))
        val presenter = presenter(ride.id.value)
        assertEquals(Phase.Forgotten, shown(presenter).phase)
        assertIs<Code.Here>(shown(presenter).code)
    }

    @Test
    fun a_ride_that_is_wrong_is_said_once_and_its_ticket_stays_good_av_69() = runTest {
        val ride = registered()
        val presenter = presenter(ride.id.value)
        on(presenter, RideEvent.SendWrong, RideEvent.SayWrong, RideEvent.SendWrong)
        assertEquals(Wrong.Writing(""), shown(presenter).wrong)
        on(presenter, RideEvent.WrongTyped("x".repeat(501)))
        assertEquals(500, assertIs<Wrong.Writing>(shown(presenter).wrong).typed.length)
        on(presenter, RideEvent.WrongTyped("  "), RideEvent.SendWrong)
        assertEquals(0, fake.calls.count { it == "dispute" })
        fake.failure = MestoException.Refused("ride_over", "Too late", "Write to support", emptyMap(), "", null, false)
        on(presenter, RideEvent.WrongTyped("The bus broke down"), RideEvent.SendWrong)
        assertEquals("ride_over", assertIs<Wrong.Writing>(shown(presenter).wrong).refusal?.code)
        // What was typed is there again after the process ended.
        val again = presenter(ride.id.value, SavedStateHandle.createHandle(saved.savedStateProvider().saveState(), null))
        assertEquals("The bus broke down", assertIs<Wrong.Writing>(shown(again).wrong).typed)
        on(again, RideEvent.SendWrong, RideEvent.SendWrong)
        assertEquals(Wrong.Said to Phase.Running, shown(again).run { wrong to phase })
        assertEquals(2, fake.calls.count { it == "dispute" })
    }

    @Test
    fun a_ride_that_the_phone_does_not_have_says_so() = runTest {
        assertEquals("ride_missing", assertIs<RideUiState.Refused>(presenter("rd_none").state.value).refusal.code)
        on(presenter("rd_none"), RideEvent.Retry, RideEvent.Back)
        assertEquals(listOf("retry", "back"), navigation.went)
    }
}
