// Top up without pixels.

package city.mesto.ui.wallet

import androidx.lifecycle.SavedStateHandle
import city.mesto.sdk.FakeMesto
import city.mesto.sdk.Samples
import city.mesto.sdk.core.IntentState
import city.mesto.ui.Price
import java.math.BigDecimal
import kotlin.test.assertEquals
import kotlin.test.assertIs
import kotlin.test.assertNull
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.test.TestScope
import kotlinx.coroutines.test.runCurrent
import kotlinx.coroutines.test.runTest
import org.junit.jupiter.api.Test

@OptIn(ExperimentalCoroutinesApi::class)
class TopUpPresenterTest {
    private val fake = FakeMesto()

    private fun TestScope.presenter(openPage: (String) -> Unit = {}) =
        TopUpPresenter(fake, backgroundScope, SavedStateHandle(), openPage) {}.apply { start() }

    @Test
    fun a_top_up_waits_for_the_bank_and_ends_with_its_word_bg_32_bg_76() = runTest {
        val opened = mutableListOf<String>()
        val presenter = presenter(opened::add)
        runCurrent()
        assertEquals(listOf("200", "500", "1000", "2000", "5000"), presenter.state.value.amounts.map { it.amount.toPlainString() })
        assertNull(presenter.state.value.chosen, "no amount is chosen for him")

        fake.outcome = Samples.unconfirmed
        presenter.on(TopUpEvent.Chosen(Price(BigDecimal(1000), "RSD")))
        presenter.on(TopUpEvent.Go)
        presenter.on(TopUpEvent.Go)
        runCurrent()
        assertIs<TopUpStep.AtTheBank>(presenter.state.value.step)
        assertEquals(listOf("https://bank.example/pay"), opened)

        fake.outcome = IntentState.Confirmed
        presenter.on(TopUpEvent.CheckAgain)
        runCurrent()
        assertEquals(BigDecimal("1000.00"), assertIs<TopUpStep.Done>(presenter.state.value.step).amount.amount)
    }

    @Test
    fun a_top_up_that_was_left_goes_on_instead_of_a_second_one() = runTest {
        fake.outcome = Samples.unconfirmed
        fake.wallet.topUp(Samples.city.id, BigDecimal(1000))
        val presenter = presenter()
        runCurrent()
        assertIs<TopUpStep.AtTheBank>(presenter.state.value.step)
        presenter.on(TopUpEvent.Chosen(Price(BigDecimal(1000), "RSD")))
        presenter.on(TopUpEvent.Go)
        runCurrent()
        assertEquals(1, fake.calls.count { it == "topUp" })
        fake.outcome = IntentState.Confirmed
        presenter.on(TopUpEvent.CheckAgain)
        runCurrent()
        assertIs<TopUpStep.Done>(presenter.state.value.step)
    }

    @Test
    fun after_a_top_up_the_account_is_read_so_that_the_new_deposit_can_be_spent_at_once() = runTest {
        val presenter = presenter()
        runCurrent()
        fake.outcome = Samples.unconfirmed
        presenter.on(TopUpEvent.Chosen(Price(BigDecimal(1000), "RSD")))
        presenter.on(TopUpEvent.Go)
        runCurrent()
        assertEquals(0, fake.calls.count { it == "sync" })
        fake.outcome = IntentState.Confirmed
        fake.payments.settleAll()
        runCurrent()
        assertIs<TopUpStep.Done>(presenter.state.value.step)
        assertEquals(1, fake.calls.count { it == "sync" })
    }

    @Test
    fun a_declined_card_is_said_and_can_be_tried_again() = runTest {
        val presenter = presenter()
        runCurrent()
        fake.outcome = Samples.refused("card_declined", "The bank said no", "Try another card")
        presenter.on(TopUpEvent.Chosen(Price(BigDecimal(200), "RSD")))
        presenter.on(TopUpEvent.Go)
        runCurrent()
        assertEquals("card_declined", assertIs<TopUpStep.Refused>(presenter.state.value.step).refusal.code)
    }
}
