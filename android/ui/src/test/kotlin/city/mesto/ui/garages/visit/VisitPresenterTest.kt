// A paid visit without pixels: the time to leave runs by the operator's clock, and then something
// is owed again.

package city.mesto.ui.garages.visit

import city.mesto.sdk.FakeMesto
import city.mesto.sdk.Samples
import city.mesto.sdk.core.FacilityId
import city.mesto.sdk.core.GaragesState
import city.mesto.sdk.core.Visit
import city.mesto.sdk.core.VisitState
import city.mesto.ui.garages.visit.VisitUiState.Phase
import java.math.BigDecimal
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertIs
import kotlin.test.assertTrue
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.flow.MutableSharedFlow
import kotlinx.coroutines.test.TestScope
import kotlinx.coroutines.test.runCurrent
import kotlinx.coroutines.test.runTest
import org.junit.jupiter.api.Test

@OptIn(ExperimentalCoroutinesApi::class)
class VisitPresenterTest {
    private class RecordedNavigation : VisitNavigation {
        val went = mutableListOf<String>()

        override fun owed(facility: String, ticket: String) { went += "owed $facility $ticket" }

        override fun retry() { went += "retry" }

        override fun back() { went += "back" }
    }

    private val fake = FakeMesto()
    private val navigation = RecordedNavigation()
    private val ticks = MutableSharedFlow<Unit>(replay = 1).apply { tryEmit(Unit) }

    private suspend fun TestScope.paid(): VisitPresenter {
        fake.payments.buy(fake.garages.quote(Samples.city.id, FacilityId("zeleni-venac"), "GR004217"))
        return VisitPresenter(fake, fake.garages.state.value.inside.single().id.value, ticks, backgroundScope, navigation).apply {
            start()
            runCurrent()
        }
    }

    private fun change(to: (Visit) -> Visit) {
        fake.garages.state.value = GaragesState(fake.garages.state.value.inside.map(to), emptyList(), emptyList())
    }

    private suspend fun TestScope.after(minutes: Long) {
        fake.now = Samples.morning.plusSeconds(minutes * 60)
        ticks.emit(Unit)
        runCurrent()
    }

    private val VisitPresenter.shown get() = assertIs<VisitUiState.Shown>(state.value)

    @Test
    fun the_time_to_leave_counts_down_from_the_payment_bg_68() = runTest {
        val presenter = paid()
        assertEquals(Phase.Paid, presenter.shown.phase)
        assertEquals("Zeleni venac" to BigDecimal("200.00"), presenter.shown.facility to presenter.shown.paid.amount)
        assertEquals(15 * 60 to 1f, presenter.shown.secondsLeft.toInt() to presenter.shown.fractionLeft)
        after(9)
        assertFalse(presenter.shown.isEnding, "as the core says")
        after(12)
        assertEquals(180, presenter.shown.secondsLeft)
        assertEquals(0.2f, presenter.shown.fractionLeft)
        assertTrue(presenter.shown.isEnding)
        after(20)
        assertEquals(0, presenter.shown.secondsLeft)
    }

    @Test
    fun who_stays_longer_owes_again_and_is_led_to_the_difference() = runTest {
        val presenter = paid()
        change { it.copy(state = VisitState.OwingAgain) }
        after(16)
        assertEquals(Phase.OwesAgain, presenter.shown.phase)
        presenter.on(VisitEvent.SeeOwed)
        assertEquals(listOf("owed zeleni-venac GR004217"), navigation.went)
    }

    @Test
    fun the_signed_receipt_is_shown_where_there_is_one_and_without_a_time_to_leave_there_is_no_countdown_bg_68() = runTest {
        val presenter = paid()
        change { it.copy(signed = "MST2:RECEIPT", exitBy = null, owesAgainAt = null) }
        runCurrent()
        assertEquals("MST2:RECEIPT", presenter.shown.receipt)
        assertEquals(0L to 0f, presenter.shown.secondsLeft to presenter.shown.fractionLeft)
    }

    @Test
    fun a_visit_that_is_over_and_one_that_the_operator_lost_say_so() = runTest {
        val presenter = paid()
        val visit = fake.garages.state.value.inside.single()
        fake.garages.state.value = GaragesState(emptyList(), listOf(visit.copy(state = VisitState.Left)), emptyList())
        runCurrent()
        assertEquals(Phase.Over, presenter.shown.phase)
        fake.garages.state.value = GaragesState(emptyList(), emptyList(), listOf(visit))
        runCurrent()
        assertEquals(Phase.Forgotten, presenter.shown.phase)
        fake.garages.state.value = GaragesState(emptyList(), emptyList(), emptyList())
        runCurrent()
        assertEquals("visit_missing", assertIs<VisitUiState.Refused>(presenter.state.value).refusal.code)
    }
}
