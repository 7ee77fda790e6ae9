// The contract and its changes without pixels.

package city.mesto.ui.terms

import city.mesto.sdk.FakeMesto
import city.mesto.sdk.FakeTerms
import city.mesto.sdk.core.MestoException
import kotlin.test.assertEquals
import kotlin.test.assertIs
import kotlin.test.assertNotNull
import kotlin.test.assertNull
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.test.TestScope
import kotlinx.coroutines.test.runCurrent
import kotlinx.coroutines.test.runTest
import org.junit.jupiter.api.Test

@OptIn(ExperimentalCoroutinesApi::class)
class TermsPresenterTest {
    private val went = mutableListOf<String>()
    private val navigation = object : TermsNavigation {
        override fun account() { went += "account" }

        override fun openPage(url: String) { went += url }

        override fun retry() { went += "retry" }

        override fun back() { went += "back" }
    }
    private val fake = FakeMesto()

    private fun TestScope.presenter(language: String = "sr-Latn") = TermsPresenter(fake, language, backgroundScope, navigation).apply {
        start()
        runCurrent()
    }

    private fun TestScope.on(presenter: TermsPresenter, vararg events: TermsEvent) {
        events.forEach(presenter::on)
        runCurrent()
    }

    private fun row(presenter: TermsPresenter) = assertIs<TermsUiState.Shown>(presenter.state.value).terms.single()

    @Test
    fun a_change_is_read_in_the_riders_language_and_accepted_once_av_125_av_135() = runTest {
        fake.terms.change = FakeTerms.second
        val presenter = presenter()
        assertEquals("2" to "1", row(presenter).run { assertNotNull(pending).version to inForce })
        on(presenter, TermsEvent.Read("rules"))
        on(presenter("kk"), TermsEvent.Read("rules"))
        assertEquals(listOf("https://rules.example/2/sr", "https://rules.example/2"), went, "where there is none in his language, another one")
        presenter.on(TermsEvent.Accept("rules"))
        presenter.on(TermsEvent.Accept("rules"))
        runCurrent()
        assertEquals(1, fake.calls.count { it == "acceptTerms" })
        assertNull(row(presenter).pending)
        assertEquals("2", row(presenter).accepted?.version)
        on(presenter, TermsEvent.Accept("rules"))
        assertEquals(1, fake.calls.count { it == "acceptTerms" })
    }

    @Test
    fun who_disagrees_is_led_to_the_account_and_a_newer_version_is_read_anew_av_126() = runTest {
        fake.terms.change = FakeTerms.second
        val presenter = presenter()
        on(presenter, TermsEvent.SeeAccount)
        assertEquals(listOf("account"), went)
        fake.failure = MestoException.Refused("terms_unknown", "There are newer terms.", "", emptyMap(), "", null, false)
        fake.terms.change = FakeTerms.second.copy(version = "3")
        on(presenter, TermsEvent.Accept("rules"))
        assertEquals("3", row(presenter).pending?.version)
        assertEquals("terms_unknown", assertIs<TermsUiState.Shown>(presenter.state.value).refusal?.code)
    }

    @Test
    fun without_a_connection_that_is_said_and_tried_again() = runTest {
        fake.failure = MestoException.Offline("offline", "No connection.", "", emptyMap(), "", null, false)
        val presenter = presenter()
        assertEquals("offline", assertIs<TermsUiState.Refused>(presenter.state.value).refusal.code)
        on(presenter, TermsEvent.Retry)
        assertNull(row(presenter).pending)
    }
}
