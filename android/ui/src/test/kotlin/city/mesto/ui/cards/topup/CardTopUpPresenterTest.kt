// The top-up of a card without pixels: the price is seen before the button, one tap pays once.

package city.mesto.ui.cards.topup

import androidx.lifecycle.SavedStateHandle
import city.mesto.sdk.FakeMesto
import city.mesto.sdk.FakeTerms
import city.mesto.sdk.Samples
import city.mesto.sdk.core.IntentState
import city.mesto.sdk.core.MestoException
import city.mesto.sdk.core.WalletState
import city.mesto.ui.PayBy
import city.mesto.ui.Payment
import java.math.BigDecimal
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertIs
import kotlin.test.assertNull
import kotlin.test.assertTrue
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.flow.MutableSharedFlow
import kotlinx.coroutines.test.TestScope
import kotlinx.coroutines.test.runCurrent
import kotlinx.coroutines.test.runTest
import org.junit.jupiter.api.Test

@OptIn(ExperimentalCoroutinesApi::class)
class CardTopUpPresenterTest {
    private val went = mutableListOf<String>()
    private val navigation = object : CardTopUpNavigation {
        override fun topUp() { went += "top-up" }

        override fun terms() { went += "terms" }

        override fun account() { went += "account" }

        override fun openPage(url: String) { went += "page" }

        override fun retry() { went += "retry" }

        override fun back() { went += "back" }
    }
    private val fake = FakeMesto().apply { wallet.state.value = WalletState(Samples.rsd(BigDecimal(20000))) }
    private val ticks = MutableSharedFlow<Unit>(replay = 1).apply { tryEmit(Unit) }
    private val saved = SavedStateHandle()

    private fun TestScope.presenter(saved: SavedStateHandle = this@CardTopUpPresenterTest.saved) =
        CardTopUpPresenter(fake, "cd_sample", ticks, backgroundScope, saved, navigation).apply {
            start()
            runCurrent()
        }

    private fun TestScope.on(presenter: CardTopUpPresenter, vararg events: CardTopUpEvent) {
        events.forEach(presenter::on)
        runCurrent()
    }

    private fun TestScope.priced(presenter: CardTopUpPresenter, amount: String): CardPrice {
        on(presenter, CardTopUpEvent.AmountTyped(amount), CardTopUpEvent.ShowPrice)
        return presenter.state.value.priced
    }

    private fun bought() = fake.calls.count { it == "buy" }

    @Test
    fun at_most_ten_thousand_are_put_on_a_card_at_once_and_a_tiyn_more_is_refused_av_77() = runTest {
        val presenter = presenter()
        assertEquals(BigDecimal("10000.00"), presenter.state.value.limits?.most?.amount)
        assertEquals(BigDecimal("10000.00"), assertIs<CardPrice.Firm>(priced(presenter, "10000.00")).total.amount)
        assertEquals("card_top_up_too_much", assertIs<CardPrice.Refused>(priced(presenter, "10 000,01")).refusal.code)
        on(presenter, CardTopUpEvent.Pay)
        assertEquals(0, bought())
    }

    @Test
    fun neither_the_number_of_top_ups_nor_the_balance_is_limited_av_78_av_79() = runTest {
        repeat(2) {
            val presenter = presenter(SavedStateHandle())
            priced(presenter, "10000")
            on(presenter, CardTopUpEvent.Pay)
        }
        assertEquals(2, bought())
        assertEquals(2, fake.cards.current().cards.single().topUps.size)
    }

    @Test
    fun the_price_is_seen_before_the_button_and_one_tap_pays_once_av_77() = runTest {
        val presenter = presenter()
        on(presenter, CardTopUpEvent.AmountTyped("2000"), CardTopUpEvent.Pay)
        assertEquals(CardPrice.Not to 0, presenter.state.value.priced to bought())
        val firm = assertIs<CardPrice.Firm>(priced(presenter, "2000"))
        assertEquals(firm.total.amount, firm.lines.sumOf { it.amount.amount })
        assertEquals(BigDecimal("18000.00"), presenter.state.value.deposit.after?.amount)
        // The price of another amount is no price of this one.
        on(presenter, CardTopUpEvent.AmountTyped("20000"), CardTopUpEvent.Pay)
        assertEquals(CardPrice.Not to 0, presenter.state.value.priced to bought())
        priced(presenter, "2000")
        on(presenter, CardTopUpEvent.Pay, CardTopUpEvent.Pay)
        assertEquals(1, bought())
        assertEquals(Done(firm.total, Samples.morning.plusSeconds(30L * 86_400)), presenter.state.value.done)
        assertEquals(BigDecimal("18000.00"), fake.wallet.current().balance?.amount)
    }

    @Test
    fun what_is_no_amount_asks_for_nothing() = runTest {
        val presenter = presenter()
        for (typed in listOf("", "abc", "-100", "1.234", "1e9", "0x10", "١٠٠", "100\u0000", "9".repeat(4096))) {
            assertEquals(CardPrice.Not, priced(presenter, typed), typed.take(20))
        }
        assertFalse("quote" in fake.calls)
        assertTrue(presenter.state.value.typed.length <= 14)
    }

    @Test
    fun a_short_balance_says_what_it_lacks_and_leads_to_the_top_up_av_51() = runTest {
        fake.wallet.state.value = WalletState(Samples.rsd(BigDecimal("1999.99")))
        val presenter = presenter()
        priced(presenter, "2000")
        assertEquals(BigDecimal("0.01"), presenter.state.value.deposit.missing?.amount)
        on(presenter, CardTopUpEvent.Pay, CardTopUpEvent.TopUp)
        assertEquals(0 to listOf("top-up"), bought() to went)
        on(presenter, CardTopUpEvent.PayByChosen(PayBy.Card))
        assertNull(presenter.state.value.deposit.missing)
        assertTrue(presenter.state.value.canPay, "a card is asked for nothing of that")
    }

    @Test
    fun by_card_the_banks_page_is_opened_and_what_waits_there_is_found_again_av_77() = runTest {
        val presenter = presenter()
        priced(presenter, "2000")
        on(presenter, CardTopUpEvent.PayByChosen(PayBy.Card))
        fake.outcome = Samples.unconfirmed
        on(presenter, CardTopUpEvent.Pay, CardTopUpEvent.Pay)
        assertEquals(1 to listOf("page"), bought() to went)
        on(presenter, CardTopUpEvent.AmountTyped("1"), CardTopUpEvent.PayByChosen(PayBy.Deposit))
        assertEquals("2000" to PayBy.Card, presenter.state.value.run { typed to payBy }, "what is on its way is not changed")
        val again = presenter(SavedStateHandle.createHandle(saved.savedStateProvider().saveState(), null))
        assertIs<Payment.Unconfirmed>(again.state.value.payment)
        fake.outcome = IntentState.Confirmed
        on(again, CardTopUpEvent.CheckAgain)
        assertEquals(1, bought())
    }

    @Test
    fun new_terms_are_shown_before_the_button_and_those_that_need_it_are_accepted_first_av_125() = runTest {
        fake.terms.change = FakeTerms.second.copy(needsAcceptance = false)
        val presenter = presenter()
        assertEquals(false, assertIs<CardPrice.Firm>(priced(presenter, "2000")).terms.single().mustAccept)
        assertTrue(presenter.state.value.canPay, "paying accepts them")
        fake.terms.change = FakeTerms.second
        assertTrue(assertIs<CardPrice.Firm>(priced(presenter, "2000")).mustAccept)
        on(presenter, CardTopUpEvent.Pay, CardTopUpEvent.SeeTerms)
        assertEquals(0 to listOf("terms"), bought() to went)
        fake.terms.accept(Samples.city.id, "rules", "2")
        on(presenter, CardTopUpEvent.Seen)
        assertEquals(emptyList(), assertIs<CardPrice.Firm>(presenter.state.value.priced).terms)
        assertTrue(presenter.state.value.canPay)
    }

    @Test
    fun a_suspended_account_leads_to_the_account_and_is_asked_again_when_that_was_left_av_103_av_126() = runTest {
        val presenter = presenter()
        fake.failure = MestoException.Refused("account_suspended", "You suspended this account.", "Resume it.", emptyMap(), "", null, false)
        assertTrue(assertIs<CardPrice.Refused>(priced(presenter, "2000")).isOfAccount)
        on(presenter, CardTopUpEvent.SeeAccount)
        assertEquals(listOf("account"), went)
        on(presenter, CardTopUpEvent.Seen)
        assertIs<CardPrice.Firm>(presenter.state.value.priced)
    }

    @Test
    fun a_price_that_is_over_is_asked_for_anew() = runTest {
        val presenter = presenter()
        priced(presenter, "2000")
        val asked = fake.calls.count { it == "quote" }
        fake.now = Samples.morning.plusSeconds(120)
        ticks.emit(Unit)
        runCurrent()
        assertEquals(asked, fake.calls.count { it == "quote" }, "its last moment")
        fake.now = fake.now.plusMillis(1)
        ticks.emit(Unit)
        runCurrent()
        assertEquals(asked + 1, fake.calls.count { it == "quote" })
    }
}
