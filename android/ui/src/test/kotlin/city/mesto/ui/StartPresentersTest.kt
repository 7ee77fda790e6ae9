// Sign in, first car, top up without pixels.

package city.mesto.ui

import city.mesto.sdk.FakeMesto
import city.mesto.sdk.Samples
import city.mesto.sdk.core.IntentState
import city.mesto.sdk.core.MestoException
import city.mesto.ui.start.PlateEvent
import city.mesto.ui.start.PlatePresenter
import city.mesto.ui.start.SignInEvent
import city.mesto.ui.start.SignInPresenter
import city.mesto.ui.start.TopUpEvent
import city.mesto.ui.start.TopUpPresenter
import city.mesto.ui.start.TopUpStep
import city.mesto.ui.text.Words
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.test.runCurrent
import kotlinx.coroutines.test.runTest
import org.junit.jupiter.api.Test
import java.math.BigDecimal
import java.time.ZoneId
import kotlin.test.assertEquals
import kotlin.test.assertIs
import kotlin.test.assertNull

@OptIn(ExperimentalCoroutinesApi::class)
class StartPresentersTest {
    private val fake = FakeMesto(start = Samples.signedOut)
    private val words = Words(fake.texts, "en") { ZoneId.of("Europe/Belgrade") }
    private var done = 0

    @Test
    fun a_wrong_code_is_said_and_the_next_one_signs_in() = runTest {
        val presenter = SignInPresenter(fake, "test", backgroundScope, done = { done++ }).apply { start() }
        presenter.on(SignInEvent.PhoneTyped("+381641234567"))
        presenter.on(SignInEvent.SendCode)
        runCurrent()
        assertEquals("+381641234567", presenter.state.value.codeSentTo)

        presenter.on(SignInEvent.CodeTyped("1234"))
        presenter.on(SignInEvent.SignIn)
        runCurrent()
        assertEquals(0, fake.calls.count { it == "signIn" }, "half a code costs no try")
        presenter.on(SignInEvent.CodeTyped("12 34x56"))
        assertEquals("123456", presenter.state.value.code)
        fake.failure = MestoException.Refused("code_wrong", "Wrong", "Try again", emptyMap(), "")
        presenter.on(SignInEvent.SignIn)
        runCurrent()
        assertEquals("code_wrong", presenter.state.value.refusal?.code)
        assertEquals(0, done)
        presenter.on(SignInEvent.SignIn)
        presenter.on(SignInEvent.SignIn)
        runCurrent()
        assertEquals(1, done, "a second tap does nothing")
    }

    @Test
    fun a_plate_is_shown_as_the_city_reads_it_before_it_is_saved() = runTest {
        val presenter = PlatePresenter(fake, words, backgroundScope, canGoBack = false) { done++ }
        presenter.on(PlateEvent.Typed("bg 789-pp"))
        runCurrent()
        assertEquals("BG 789-PP", presenter.state.value.shown)
        presenter.on(PlateEvent.Save)
        presenter.on(PlateEvent.Save)
        runCurrent()
        assertEquals(1, fake.calls.count { it == "addVehicle" })
        assertEquals(1, done)
    }

    @Test
    fun a_top_up_waits_for_the_bank_and_ends_with_its_word_bg_32_bg_76() = runTest {
        fake.state.value = Samples.signedIn
        val opened = mutableListOf<String>()
        val presenter = TopUpPresenter(fake, words, backgroundScope, opened::add) { done++ }.apply { start() }
        runCurrent()
        assertEquals(listOf("200", "500", "1000", "2000", "5000"), presenter.state.value.amounts.map { it.amount.toPlainString() })
        assertNull(presenter.state.value.chosen, "no amount is chosen for him")

        fake.outcome = IntentState.Unconfirmed
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
        fake.state.value = Samples.signedIn
        fake.outcome = IntentState.Unconfirmed
        fake.topUp(BigDecimal(1000))
        val presenter = TopUpPresenter(fake, words, backgroundScope, {}) { done++ }.apply { start() }
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
        fake.state.value = Samples.signedIn
        val presenter = TopUpPresenter(fake, words, backgroundScope, {}) { done++ }.apply { start() }
        runCurrent()
        fake.outcome = IntentState.Unconfirmed
        presenter.on(TopUpEvent.Chosen(Price(BigDecimal(1000), "RSD")))
        presenter.on(TopUpEvent.Go)
        runCurrent()
        assertEquals(0, fake.calls.count { it == "sync" })
        fake.outcome = IntentState.Confirmed
        fake.settle()
        runCurrent()
        assertIs<TopUpStep.Done>(presenter.state.value.step)
        assertEquals(1, fake.calls.count { it == "sync" })
    }

    @Test
    fun a_declined_card_is_said_and_can_be_tried_again() = runTest {
        fake.state.value = Samples.signedIn
        val presenter = TopUpPresenter(fake, words, backgroundScope, {}) { done++ }.apply { start() }
        runCurrent()
        fake.outcome = Samples.refused("card_declined", "The bank said no", "Try another card")
        presenter.on(TopUpEvent.Chosen(Price(BigDecimal(200), "RSD")))
        presenter.on(TopUpEvent.Go)
        runCurrent()
        assertEquals("card_declined", assertIs<TopUpStep.Refused>(presenter.state.value.step).refusal.code)
    }
}
