// The purchase of a pass without pixels: its days and its price are seen before the button.

package city.mesto.ui.passes.buy

import androidx.lifecycle.SavedStateHandle
import city.mesto.sdk.FakeMesto
import city.mesto.sdk.FakePasses
import city.mesto.sdk.FakeTerms
import city.mesto.sdk.Samples
import city.mesto.sdk.core.MestoException
import city.mesto.sdk.core.WalletState
import city.mesto.ui.PayBy
import city.mesto.ui.Payment
import java.math.BigDecimal
import java.time.LocalDate
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertIs
import kotlin.test.assertNotNull
import kotlin.test.assertNull
import kotlin.test.assertTrue
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.flow.MutableSharedFlow
import kotlinx.coroutines.test.TestScope
import kotlinx.coroutines.test.runCurrent
import kotlinx.coroutines.test.runTest
import org.junit.jupiter.api.Test

@OptIn(ExperimentalCoroutinesApi::class)
class PassBuyPresenterTest {
    private val went = mutableListOf<String>()
    private val navigation = object : PassBuyNavigation {
        override fun topUp() { went += "top-up" }

        override fun terms() { went += "terms" }

        override fun account() { went += "account" }

        override fun openPage(url: String) { went += "page" }

        override fun retry() { went += "retry" }

        override fun back() { went += "back" }
    }
    private val fake = FakeMesto()
    private val ticks = MutableSharedFlow<Unit>(replay = 1).apply { tryEmit(Unit) }
    private val saved = SavedStateHandle()

    private fun TestScope.presenter(saved: SavedStateHandle = this@PassBuyPresenterTest.saved) =
        PassBuyPresenter(fake, "month", ticks, backgroundScope, saved, navigation).apply {
            start()
            runCurrent()
        }

    private fun TestScope.on(presenter: PassBuyPresenter, vararg events: PassBuyEvent) {
        events.forEach(presenter::on)
        runCurrent()
    }

    private fun firm(presenter: PassBuyPresenter) = assertIs<Offered.Firm>(presenter.state.value.offered)

    private fun bought() = fake.calls.count { it == "buy" }

    @Test
    fun name_category_days_and_price_are_seen_and_nothing_is_charged_av_72() = runTest {
        fake.passes.benefits = listOf(FakePasses.student)
        val presenter = presenter()
        val offered = firm(presenter)
        assertEquals("Monthly pass" to "Student", presenter.state.value.name to offered.category)
        assertEquals(LocalDate.of(2025, 9, 3) to LocalDate.of(2025, 10, 2), offered.firstOn to offered.lastOn)
        assertEquals(BigDecimal("450.00"), offered.total.amount)
        assertEquals(offered.total.amount, offered.lines.sumOf { it.amount.amount })
        assertNull(offered.refundableUntil, "it begins today")
        assertEquals(0, bought())
    }

    @Test
    fun one_tap_buys_once_and_leads_back_to_the_passes() = runTest {
        val presenter = presenter()
        on(presenter, PassBuyEvent.Pay, PassBuyEvent.Pay)
        on(presenter, PassBuyEvent.Pay)
        assertEquals(1 to listOf("back"), bought() to went)
        assertEquals(BigDecimal("100.00"), fake.wallet.current().balance?.amount)
    }

    @Test
    fun the_first_day_is_moved_and_not_before_today_and_a_day_on_which_none_begins_is_left_again() = runTest {
        val presenter = presenter()
        on(presenter, PassBuyEvent.Earlier)
        assertFalse(presenter.state.value.mayBeEarlier)
        assertEquals(LocalDate.of(2025, 9, 3), firm(presenter).firstOn)
        on(presenter, PassBuyEvent.Later)
        assertEquals(LocalDate.of(2025, 9, 4), firm(presenter).firstOn)
        assertNotNull(firm(presenter).refundableUntil, "it can be given back before it begins")
        repeat(29) { on(presenter, PassBuyEvent.Later) }
        assertEquals(LocalDate.of(2025, 10, 3), firm(presenter).firstOn)
        on(presenter, PassBuyEvent.Later)
        assertEquals("out_of_range", assertIs<Offered.Refused>(presenter.state.value.offered).refusal.code)
        on(presenter, PassBuyEvent.Pay, PassBuyEvent.Earlier)
        assertEquals(LocalDate.of(2025, 10, 3) to 0, firm(presenter).firstOn to bought())
        val again = presenter(SavedStateHandle.createHandle(saved.savedStateProvider().saveState(), null))
        assertEquals(LocalDate.of(2025, 10, 3), firm(again).firstOn)
    }

    @Test
    fun another_pass_for_the_same_rides_is_asked_about_first() = runTest {
        on(presenter(SavedStateHandle()), PassBuyEvent.Pay)
        fake.wallet.state.value = WalletState(Samples.rsd(BigDecimal(2000)))
        val presenter = presenter()
        assertEquals(Overlap("Monthly pass", LocalDate.of(2025, 10, 2)), firm(presenter).overlaps)
        on(presenter, PassBuyEvent.Pay)
        assertEquals(1, bought())
        on(presenter, PassBuyEvent.BuyAgain)
        assertNull(firm(presenter).overlaps)
        on(presenter, PassBuyEvent.Pay)
        assertEquals(2, bought())
    }

    @Test
    fun a_short_balance_leads_to_the_top_up_and_a_card_to_the_banks_page_av_51() = runTest {
        fake.wallet.state.value = WalletState(Samples.rsd(BigDecimal("899.99")))
        val presenter = presenter()
        assertEquals(BigDecimal("0.01"), presenter.state.value.deposit.missing?.amount)
        on(presenter, PassBuyEvent.Pay, PassBuyEvent.TopUp, PassBuyEvent.PayByChosen(PayBy.Card))
        fake.outcome = Samples.unconfirmed
        on(presenter, PassBuyEvent.Pay)
        assertEquals(1 to listOf("top-up", "page"), bought() to went)
        assertIs<Payment.Unconfirmed>(presenter(SavedStateHandle()).state.value.payment, "found again")
    }

    @Test
    fun new_terms_are_accepted_before_the_button_and_a_blocked_account_leads_to_the_account_av_103_av_125() = runTest {
        fake.terms.change = FakeTerms.second
        val presenter = presenter()
        assertTrue(firm(presenter).mustAccept)
        on(presenter, PassBuyEvent.Pay, PassBuyEvent.SeeTerms)
        assertEquals(0 to listOf("terms"), bought() to went)
        fake.terms.accept(Samples.city.id, "rules", "2")
        fake.failure = MestoException.Refused("account_blocked", "Blocked.", "Write to the operator.", emptyMap(), "", null, false)
        on(presenter, PassBuyEvent.Seen)
        assertTrue(assertIs<Offered.Refused>(presenter.state.value.offered).isOfAccount)
        on(presenter, PassBuyEvent.SeeAccount, PassBuyEvent.Seen)
        assertEquals("account", went.last())
        assertTrue(presenter.state.value.canPay)
    }
}
