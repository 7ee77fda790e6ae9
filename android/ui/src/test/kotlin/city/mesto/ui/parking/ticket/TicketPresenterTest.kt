// The ticket without pixels: the countdown, the price before the tap, the limit, the end.

package city.mesto.ui.parking.ticket

import androidx.lifecycle.SavedStateHandle
import city.mesto.sdk.FakeMesto
import city.mesto.sdk.Samples
import city.mesto.sdk.core.ClockState
import city.mesto.sdk.core.Connection as CoreConnection
import city.mesto.sdk.core.IntentState
import city.mesto.sdk.core.MestoException
import city.mesto.sdk.core.ParkingState
import city.mesto.sdk.core.PayMethod
import city.mesto.sdk.core.WalletState
import city.mesto.sdk.core.ZoneId
import city.mesto.sdk.parking.ticket
import city.mesto.ui.Payment
import city.mesto.ui.SmsFallback
import city.mesto.ui.parking.ticket.TicketUiState.Phase
import java.math.BigDecimal
import kotlin.test.assertEquals
import kotlin.test.assertIs
import kotlin.test.assertTrue
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.flow.MutableSharedFlow
import kotlinx.coroutines.test.TestScope
import kotlinx.coroutines.test.runCurrent
import kotlinx.coroutines.test.runTest
import org.junit.jupiter.api.Test

@OptIn(ExperimentalCoroutinesApi::class)
class TicketPresenterTest {
    private class RecordedNavigation : TicketNavigation {
        val went = mutableListOf<String>()

        override fun topUp() { went += "top-up" }

        override fun buyAgain(zone: String, vehicle: String) { went += "buy $zone $vehicle" }

        override fun composeSms(sms: SmsFallback) { went += "sms ${sms.number}" }

        override fun openPage(url: String) { went += "page $url" }

        override fun retry() { went += "retry" }

        override fun back() { went += "back" }
    }

    private val fake = FakeMesto()
    private val navigation = RecordedNavigation()
    private val saved = SavedStateHandle()
    private val ticks = MutableSharedFlow<Unit>(replay = 1).apply { tryEmit(Unit) }

    private suspend fun TestScope.parkedFor(minutes: Int, zone: String = "red"): TicketPresenter {
        val ticket = checkNotNull(fake.payments.buy(fake.parking.quote(Samples.city.id, ZoneId(zone), Samples.car.id, minutes)).ticket)
        val presenter = TicketPresenter(fake, ticket.id.value, ticks, backgroundScope, saved, navigation)
        presenter.start()
        runCurrent()
        return presenter
    }

    private suspend fun TestScope.after(minutes: Long) {
        fake.now = Samples.morning.plusSeconds(minutes * 60)
        ticks.emit(Unit)
        runCurrent()
    }

    private val TicketPresenter.shown get() = assertIs<TicketUiState.Shown>(state.value)

    @Test
    fun it_counts_down_to_the_end_and_says_when_that_is_near_bg_53() = runTest {
        val presenter = parkedFor(60)
        assertEquals(3600, presenter.shown.secondsLeft)
        assertEquals(1f, presenter.shown.fractionLeft)
        after(30)
        assertEquals(Phase.Running, presenter.shown.phase)
        assertEquals(0.5f, presenter.shown.fractionLeft)
        after(50)
        assertEquals(Phase.Ending, presenter.shown.phase)
        after(60)
        assertEquals(Phase.Expired, presenter.shown.phase)
        assertEquals(0, presenter.shown.secondsLeft)
    }

    @Test
    fun a_ticket_that_is_over_by_a_clock_that_nobody_confirmed_stays_and_says_so() = runTest {
        val presenter = parkedFor(60)
        fake.clock.value = ClockState.UNSYNCED
        after(64)
        assertEquals(Phase.Unsure, presenter.shown.phase)
        assertEquals(false, presenter.shown.isToBuyAgain)
        fake.clock.value = ClockState.SYNCED
        after(65)
        assertEquals(Phase.Expired, presenter.shown.phase)
    }

    @Test
    fun an_extension_shows_its_own_price_before_the_tap_and_is_bought_once_bg_54() = runTest {
        val presenter = parkedFor(60)
        val offer = assertIs<Extension.Offered>(presenter.shown.extension)
        assertEquals(30, offer.minutes)
        assertEquals(listOf("Paid for 60 min"), presenter.shown.lines)
        assertEquals(Samples.morning.plusSeconds(90 * 60), offer.endsAt)
        presenter.on(TicketEvent.Extend)
        presenter.on(TicketEvent.Extend)
        runCurrent()
        assertEquals(2, fake.calls.count { it == "buy" }, "the ticket and one extension")
        assertEquals(Samples.morning, presenter.shown.startsAt)
        assertEquals(Samples.morning.plusSeconds(90 * 60), presenter.shown.endsAt)
        assertEquals(BigDecimal("80.00") + offer.total.amount, presenter.shown.paid.amount)
    }

    @Test
    fun at_the_limit_it_says_so_and_until_when_one_may_stay_bg_50() = runTest {
        val presenter = parkedFor(90)
        val limit = assertIs<Extension.LimitReached>(presenter.shown.extension)
        assertEquals(Samples.morning.plusSeconds(90 * 60), limit.deadline)
        assertEquals("max_stay_exceeded", limit.refusal.code)
        presenter.on(TicketEvent.Extend)
        runCurrent()
        assertEquals(1, fake.calls.count { it == "buy" })
    }

    @Test
    fun an_unconfirmed_extension_leaves_the_ticket_as_it_was() = runTest {
        val presenter = parkedFor(60)
        fake.outcome = Samples.unconfirmed
        presenter.on(TicketEvent.Extend)
        runCurrent()
        assertIs<Payment.Unconfirmed>(presenter.shown.payment)
        assertEquals(Samples.morning.plusSeconds(60 * 60), presenter.shown.endsAt)
        presenter.on(TicketEvent.Extend)
        runCurrent()
        assertEquals(2, fake.calls.count { it == "buy" })
        fake.outcome = IntentState.Expired
        presenter.on(TicketEvent.CheckAgain)
        runCurrent()
        assertEquals("intent_expired", assertIs<Payment.Refused>(presenter.shown.payment).refusal.code)
    }

    @Test
    fun an_extension_that_waits_at_the_bank_shows_its_page_and_can_be_given_up() = runTest {
        val presenter = parkedFor(60)
        fake.outcome = Samples.unconfirmed
        fake.payments.buy(fake.parking.quoteExtension(fake.parking.state.value.active.single().id, 30, PayMethod.Card))
        runCurrent()
        assertEquals("https://bank.example/pay", assertIs<Payment.Unconfirmed>(presenter.shown.payment).page)
        presenter.on(TicketEvent.OpenBank)
        assertEquals(listOf("page https://bank.example/pay"), navigation.went)
        presenter.on(TicketEvent.GiveUp)
        runCurrent()
        assertEquals("abandoned", assertIs<Payment.Refused>(presenter.shown.payment).refusal.code)
        assertIs<Extension.Offered>(presenter.shown.extension, "it can be extended anew")
    }

    @Test
    fun without_a_connection_no_extension_is_offered_until_there_is_one() = runTest {
        val presenter = parkedFor(60)
        fake.failure = MestoException.Offline("offline", "No connection", "Look for a signal", emptyMap(), "", null, false)
        after(3)
        assertEquals(Extension.Offline, presenter.shown.extension)
        presenter.on(TicketEvent.Retry)
        runCurrent()
        assertIs<Extension.Offered>(presenter.shown.extension)
        assertEquals(listOf("retry"), navigation.went)
    }

    @Test
    fun with_the_connection_the_extension_is_offered_by_itself() = runTest {
        val presenter = parkedFor(60)
        fake.connection.value = CoreConnection.OFFLINE
        fake.failure = MestoException.NoAnswer("no_answer", "No answer", "Try again", emptyMap(), "", null, false)
        after(3)
        after(4)
        assertEquals(Extension.Offline, presenter.shown.extension)
        fake.connection.value = CoreConnection.ONLINE
        after(5)
        assertIs<Extension.Offered>(presenter.shown.extension)
    }

    @Test
    fun while_an_extension_is_not_confirmed_no_new_ticket_is_sold_after_the_end() = runTest {
        val presenter = parkedFor(60)
        fake.outcome = Samples.unconfirmed
        presenter.on(TicketEvent.Extend)
        runCurrent()
        after(61)
        assertEquals(Phase.Expired, presenter.shown.phase)
        presenter.on(TicketEvent.BuyAgain)
        assertEquals(emptyList(), navigation.went)
        fake.outcome = IntentState.Expired
        presenter.on(TicketEvent.CheckAgain)
        runCurrent()
        presenter.on(TicketEvent.BuyAgain)
        assertEquals(listOf("buy red ${Samples.car.id}"), navigation.went)
    }

    @Test
    fun a_code_that_another_phone_shows_is_moved_here_by_one_tap() = runTest {
        fake.parking.isCodeElsewhere = true
        val presenter = parkedFor(60)
        assertEquals(Code.Elsewhere(), presenter.shown.code)
        fake.failure = MestoException.Offline("offline", "No connection", "Look for a signal", emptyMap(), "", null, false)
        presenter.on(TicketEvent.MoveCode)
        runCurrent()
        assertEquals("offline", assertIs<Code.Elsewhere>(presenter.shown.code).refusal?.code)
        after(1)
        assertEquals("offline", assertIs<Code.Elsewhere>(presenter.shown.code).refusal?.code, "it is read as long as it stands")
        presenter.on(TicketEvent.MoveCode)
        presenter.on(TicketEvent.MoveCode)
        runCurrent()
        assertEquals(Code.Here("MESTO1:SAMPLE"), presenter.shown.code)
        assertEquals(2, fake.calls.count { it == "moveCodeHere" }, "the one that failed, and one for two taps")
        // Moved away again: the code here ends with the next one.
        fake.parking.isCodeElsewhere = true
        after(2)
        assertEquals(Code.Elsewhere(), presenter.shown.code)
    }

    @Test
    fun a_deposit_that_is_too_low_leads_to_the_top_up() = runTest {
        val presenter = parkedFor(60)
        fake.wallet.state.value = WalletState(Samples.rsd(BigDecimal(10)))
        runCurrent()
        assertTrue(assertIs<Extension.Offered>(presenter.shown.extension).isShort)
        presenter.on(TicketEvent.Extend)
        runCurrent()
        assertEquals(1, fake.calls.count { it == "buy" })
    }

    @Test
    fun a_ticket_that_ran_out_stays_on_the_screen_and_leads_to_a_new_one() = runTest {
        val presenter = parkedFor(60)
        fake.parking.state.value = ParkingState(emptyList(), emptyList())
        after(61)
        assertEquals(Phase.Expired, presenter.shown.phase)
        presenter.on(TicketEvent.BuyAgain)
        assertEquals(listOf("buy red ${Samples.car.id}"), navigation.went)
    }

    @Test
    fun a_ticket_this_phone_does_not_know_is_refused() = runTest {
        val presenter = TicketPresenter(fake, "t99", ticks, backgroundScope, saved, navigation)
        presenter.start()
        runCurrent()
        assertEquals("ticket_missing", assertIs<TicketUiState.Refused>(presenter.state.value).refusal.code)
    }

    @Test
    fun a_ticket_that_ended_while_the_app_was_closed_leads_back() = runTest {
        parkedFor(60)
        val ticket = fake.parking.state.value.active.single().id.value
        val kept = SavedStateHandle.createHandle(saved.savedStateProvider().saveState(), null)
        fake.parking.state.value = ParkingState(emptyList(), emptyList())
        TicketPresenter(fake, ticket, ticks, backgroundScope, kept, navigation).start()
        runCurrent()
        assertEquals("back", navigation.went.distinct().single())
    }
}
