// Sign in without pixels.

package city.mesto.ui.signin

import androidx.lifecycle.SavedStateHandle
import city.mesto.sdk.FakeMesto
import city.mesto.sdk.Samples
import city.mesto.sdk.core.MestoException
import kotlin.test.assertEquals
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.flow.MutableSharedFlow
import kotlinx.coroutines.test.TestScope
import kotlinx.coroutines.test.runCurrent
import kotlinx.coroutines.test.runTest
import org.junit.jupiter.api.Test

@OptIn(ExperimentalCoroutinesApi::class)
class SignInPresenterTest {
    private val fake = FakeMesto(isSignedIn = false)
    private var done = 0
    private val ticks = MutableSharedFlow<Unit>()

    private fun TestScope.presenter(saved: SavedStateHandle = SavedStateHandle()) =
        SignInPresenter(fake, "test", ticks, backgroundScope, saved) { done++ }

    @Test
    fun a_wrong_code_is_said_and_the_next_one_signs_in() = runTest {
        val presenter = presenter().apply { start() }
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
        fake.failure = MestoException.Refused("code_wrong", "Wrong", "Try again", emptyMap(), "", null, false)
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
    fun another_code_can_be_asked_for_when_its_time_has_come() = runTest {
        val presenter = presenter().apply { start() }
        presenter.on(SignInEvent.PhoneTyped("+381641234567"))
        presenter.on(SignInEvent.SendCode)
        runCurrent()
        assertEquals(60, presenter.state.value.resendInSeconds)
        presenter.on(SignInEvent.SendCode)
        runCurrent()
        assertEquals(1, fake.calls.count { it == "requestCode" }, "not before")
        fake.now = fake.now.plusMillis(59_001)
        ticks.emit(Unit)
        runCurrent()
        assertEquals(1, presenter.state.value.resendInSeconds)
        fake.now = fake.now.plusMillis(999)
        ticks.emit(Unit)
        runCurrent()
        assertEquals(null, presenter.state.value.resendInSeconds)
        presenter.on(SignInEvent.SendCode)
        runCurrent()
        assertEquals(2, fake.calls.count { it == "requestCode" })
    }

    @Test
    fun a_code_that_was_asked_for_by_a_clock_ahead_holds_nobody_up_when_the_clock_is_right() = runTest {
        val presenter = presenter().apply { start() }
        presenter.on(SignInEvent.PhoneTyped("+381641234567"))
        presenter.on(SignInEvent.SendCode)
        runCurrent()
        fake.now = fake.now.minusSeconds(47 * 3600)
        ticks.emit(Unit)
        runCurrent()
        assertEquals(null, presenter.state.value.resendInSeconds)
        presenter.on(SignInEvent.SendCode)
        runCurrent()
        assertEquals(2, fake.calls.count { it == "requestCode" })
    }

    @Test
    fun a_code_that_was_sent_already_is_entered_whoever_asked_for_it() = runTest {
        val presenter = presenter().apply { start() }
        presenter.on(SignInEvent.PhoneTyped("+381641234567"))
        val params = mapOf("digits" to "6", "resend_at" to fake.now.plusSeconds(25).toString())
        fake.failure = MestoException.NotNow("code_sent_already", "A code was sent", "Look for it", params, "", null, false)
        presenter.on(SignInEvent.SendCode)
        runCurrent()
        val state = presenter.state.value
        assertEquals(listOf("+381641234567", 6, 25, "code_sent_already"), listOf(state.codeSentTo, state.codeLength, state.resendInSeconds, state.refusal?.code))
        presenter.on(SignInEvent.CodeTyped("123456"))
        presenter.on(SignInEvent.SignIn)
        runCurrent()
        assertEquals(1, done)
    }

    @Test
    fun a_session_that_is_there_already_leads_on() = runTest {
        fake.account.state.value = Samples.account
        presenter().start()
        assertEquals(1, done)
    }
}
