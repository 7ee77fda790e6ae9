// What a ticket owes, without pixels: paid once, followed to its end, and every refusal has its
// next step.

package city.mesto.ui.garages.owed

import androidx.lifecycle.SavedStateHandle
import city.mesto.sdk.FakeMesto
import city.mesto.sdk.Samples
import city.mesto.sdk.core.FacilityId
import city.mesto.sdk.core.IntentState
import city.mesto.sdk.core.MestoException
import city.mesto.sdk.core.Reason
import city.mesto.sdk.core.WalletState
import city.mesto.ui.PayBy
import city.mesto.ui.Payment
import city.mesto.ui.Price
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

private const val PAGE = "https://bank.example/pay"
private const val VISIT = "visit vi-zeleni-venac-GR004217"

@OptIn(ExperimentalCoroutinesApi::class)
class OwedPresenterTest {
    private class RecordedNavigation : OwedNavigation {
        val went = mutableListOf<String>()

        override fun visit(id: String) { went += "visit $id" }

        override fun owed(facility: String, ticket: String) { went += "owed $facility $ticket" }

        override fun topUp() { went += "top-up" }

        override fun openPage(url: String) { went += "page $url" }

        override fun retry() { went += "retry" }

        override fun back() { went += "back" }
    }

    private val fake = FakeMesto()
    private val navigation = RecordedNavigation()
    private val ticks = MutableSharedFlow<Unit>(replay = 1).apply { tryEmit(Unit) }
    private val saved = SavedStateHandle()

    private fun TestScope.presenter(saved: SavedStateHandle = this@OwedPresenterTest.saved) = OwedPresenter(
        fake, OwedRoute("zeleni-venac", "GR004217"), ticks, backgroundScope, saved, navigation,
    ).apply {
        start()
        runCurrent()
    }

    private fun TestScope.on(presenter: OwedPresenter, vararg events: OwedEvent) {
        events.forEach(presenter::on)
        runCurrent()
    }

    private fun bought() = fake.calls.count { it == "buy" }

    private fun refused(code: String, params: Map<String, String> = emptyMap()) = MestoException.Refused(code, code, "", params, "", null, false)

    @Test
    fun what_is_owed_is_shown_line_by_line_and_paid_once_from_the_deposit_bg_64_bg_67() = runTest {
        val presenter = presenter()
        val owed = assertIs<Owed.Firm>(presenter.state.value.owed)
        assertEquals("Zeleni venac", presenter.state.value.facility)
        assertEquals(BigDecimal("200.00"), owed.total.amount)
        assertEquals(owed.total.amount, owed.lines.sumOf { it.amount.amount })
        assertEquals(Samples.morning.plusSeconds(15 * 60), owed.exitBy)
        assertEquals(BigDecimal("800.00"), presenter.state.value.deposit.after?.amount)
        on(presenter, OwedEvent.Pay, OwedEvent.Pay)
        assertEquals(1, bought())
        assertEquals(listOf(VISIT), navigation.went)
        on(presenter, OwedEvent.Pay)
        assertEquals(1, bought(), "a late tap finds nothing to pay")
    }

    @Test
    fun a_short_deposit_is_said_and_by_card_it_is_no_obstacle_bg_67() = runTest {
        fake.wallet.state.value = WalletState(Samples.rsd(BigDecimal(50)))
        val presenter = presenter()
        assertEquals(Price(BigDecimal("150.00"), "RSD"), presenter.state.value.deposit.missing)
        on(presenter, OwedEvent.Pay, OwedEvent.TopUp)
        assertEquals(0, bought())
        assertEquals(listOf("top-up"), navigation.went)
        on(presenter, OwedEvent.PayByChosen(PayBy.Card))
        assertTrue(presenter.state.value.canPay)
        fake.wallet.state.value = WalletState(Samples.rsd(BigDecimal(1000)))
        on(presenter, OwedEvent.PayByChosen(PayBy.Deposit))
        assertTrue(presenter.state.value.canPay)
    }

    @Test
    fun by_card_the_banks_page_opens_and_the_payment_is_followed_after_the_process_ended_bg_67_bg_91() = runTest {
        val presenter = presenter()
        on(presenter, OwedEvent.PayByChosen(PayBy.Card))
        fake.outcome = Samples.unconfirmed
        on(presenter, OwedEvent.Pay)
        assertEquals(PAGE, assertIs<Payment.Unconfirmed>(presenter.state.value.payment).page)
        on(presenter, OwedEvent.Pay, OwedEvent.PayByChosen(PayBy.Deposit), OwedEvent.OpenBank)
        assertEquals(listOf("page $PAGE", "page $PAGE"), navigation.went)

        val again = presenter(SavedStateHandle.createHandle(saved.savedStateProvider().saveState(), null))
        assertEquals(PayBy.Card, again.state.value.payBy)
        assertEquals(PAGE, assertIs<Payment.Unconfirmed>(again.state.value.payment).page)
        fake.outcome = IntentState.Confirmed
        on(again, OwedEvent.CheckAgain)
        assertEquals(1, bought())
    }

    @Test
    fun what_is_given_up_or_paid_back_says_so_and_has_a_new_price() = runTest {
        val presenter = presenter()
        on(presenter, OwedEvent.PayByChosen(PayBy.Card))
        fake.outcome = Samples.unconfirmed
        on(presenter, OwedEvent.Pay)
        fake.failure = MestoException.Offline("offline", "No connection", "Look for a signal", emptyMap(), "", null, false)
        on(presenter, OwedEvent.GiveUp)
        assertEquals("offline", assertIs<Payment.Unconfirmed>(presenter.state.value.payment).refusal?.code)
        on(presenter, OwedEvent.GiveUp)
        assertEquals("abandoned", assertIs<Payment.Refused>(presenter.state.value.payment).refusal.code)
        assertIs<Owed.Firm>(presenter.state.value.owed)
        // Two phones at the same moment: the other one paid.
        fake.outcome = IntentState.Refused(Reason("visit_already_paid", "Paid", "200.00 RSD is paid back", mapOf("paid_back" to "200.00 RSD"), true))
        on(presenter, OwedEvent.Pay)
        assertTrue(assertIs<Payment.Refused>(presenter.state.value.payment).refusal.mayBeCharged)
    }

    @Test
    fun a_ticket_of_another_garage_leads_there() = runTest {
        fake.failure = refused("visit_of_another_facility", mapOf("facility" to "vma", "facility_name" to "VMA"))
        val presenter = presenter()
        assertEquals(Next.GoThere("vma", "VMA"), assertIs<Owed.Refused>(presenter.state.value.owed).next)
        on(presenter, OwedEvent.Next)
        assertEquals(listOf("owed vma GR004217"), navigation.went)
    }

    @Test
    fun a_ticket_that_this_account_paid_leads_to_its_visit_and_another_accounts_back() = runTest {
        fake.failure = refused("visit_already_paid")
        on(presenter(SavedStateHandle()), OwedEvent.Next)
        assertEquals(listOf("back"), navigation.went)
        fake.payments.buy(fake.garages.quote(Samples.city.id, FacilityId("zeleni-venac"), "GR004217"))
        on(presenter(), OwedEvent.Next)
        assertEquals(listOf("back", VISIT), navigation.went)
    }

    @Test
    fun a_silent_barrier_sells_nothing_and_can_be_asked_again() = runTest {
        fake.failure = MestoException.NotNow("facility_unreachable", "facility_unreachable", "", emptyMap(), "", null, false)
        val presenter = presenter()
        assertEquals(Next.Retry, assertIs<Owed.Refused>(presenter.state.value.owed).next)
        on(presenter, OwedEvent.Pay)
        assertEquals(0, bought())
        on(presenter, OwedEvent.Next)
        assertIs<Owed.Firm>(presenter.state.value.owed)
        for (code in listOf("nothing_owed", "visit_over", "paid_on_entry")) {
            fake.failure = refused(code)
            on(presenter, OwedEvent.Retry)
            assertEquals(Next.Back, assertIs<Owed.Refused>(presenter.state.value.owed).next, code)
        }
    }

    @Test
    fun a_price_that_is_over_is_asked_for_anew() = runTest {
        val presenter = presenter()
        fake.now = Samples.morning.plusSeconds(120)
        ticks.emit(Unit)
        runCurrent()
        assertEquals(fake.now, assertIs<Owed.Firm>(presenter.state.value.owed).validUntil, "its last millisecond")
        fake.now = fake.now.plusMillis(1)
        ticks.emit(Unit)
        runCurrent()
        assertEquals(fake.now.plusSeconds(120), assertIs<Owed.Firm>(presenter.state.value.owed).validUntil)
    }
}
