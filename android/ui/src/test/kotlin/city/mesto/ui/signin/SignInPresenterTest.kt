// Sign in without pixels.

package city.mesto.ui.signin

import androidx.lifecycle.SavedStateHandle
import city.mesto.sdk.FakeMesto
import city.mesto.sdk.Samples
import city.mesto.sdk.core.MestoException
import kotlin.test.assertEquals
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.test.TestScope
import kotlinx.coroutines.test.runCurrent
import kotlinx.coroutines.test.runTest
import org.junit.jupiter.api.Test

@OptIn(ExperimentalCoroutinesApi::class)
class SignInPresenterTest {
    private val fake = FakeMesto(isSignedIn = false)
    private var done = 0

    private fun TestScope.presenter(saved: SavedStateHandle = SavedStateHandle()) =
        SignInPresenter(fake, "test", backgroundScope, saved) { done++ }

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
    fun a_session_that_is_there_already_leads_on() = runTest {
        fake.account.state.value = Samples.account
        presenter().start()
        assertEquals(1, done)
    }
}
