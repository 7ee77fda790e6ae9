// The account without pixels: suspended after a question, resumed by a tap, a block said plainly.

package city.mesto.ui.account

import city.mesto.sdk.FakeMesto
import city.mesto.sdk.core.MestoException
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertIs
import kotlin.test.assertNull
import kotlin.test.assertTrue
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.test.TestScope
import kotlinx.coroutines.test.runCurrent
import kotlinx.coroutines.test.runTest
import org.junit.jupiter.api.Test

@OptIn(ExperimentalCoroutinesApi::class)
class AccountPresenterTest {
    private val went = mutableListOf<String>()
    private val navigation = object : AccountNavigation {
        override fun terms() { went += "terms" }

        override fun retry() { went += "retry" }

        override fun back() { went += "back" }
    }
    private val fake = FakeMesto(render = { id, args -> (listOf(id) + args.values).joinToString(" ") })

    private fun TestScope.presenter() = AccountPresenter(fake, backgroundScope, navigation).apply {
        start()
        runCurrent()
    }

    private fun TestScope.on(presenter: AccountPresenter, vararg events: AccountEvent) {
        events.forEach(presenter::on)
        runCurrent()
    }

    @Test
    fun the_account_is_suspended_after_the_question_once_and_goes_on_by_a_tap_av_126() = runTest {
        val presenter = presenter()
        assertEquals(Standing.Active, presenter.state.value.standing)
        on(presenter, AccountEvent.Yes)
        on(presenter, AccountEvent.Suspend, AccountEvent.No, AccountEvent.Yes)
        assertFalse("suspend" in fake.calls, "nobody said yes to the question")
        presenter.on(AccountEvent.Suspend)
        presenter.on(AccountEvent.Yes)
        presenter.on(AccountEvent.Yes)
        runCurrent()
        assertEquals(1, fake.calls.count { it == "suspend" })
        assertTrue("standing-suspended" in assertIs<Standing.Suspended>(presenter.state.value.standing).text)
        on(presenter, AccountEvent.Resume)
        assertEquals(Standing.Active to false, presenter.state.value.run { standing to isAsking })
    }

    @Test
    fun a_block_says_why_and_where_to_write_to_av_103() = runTest {
        val presenter = presenter()
        fake.standing.block("a card of somebody else")
        runCurrent()
        val text = assertIs<Standing.Blocked>(presenter.state.value.standing).text
        assertTrue("a card of somebody else" in text && "help@example.org" in text, text)
        on(presenter, AccountEvent.SeeTerms)
        assertEquals(listOf("terms"), went)
    }

    @Test
    fun what_was_not_done_says_why_and_nothing_changed_av_126() = runTest {
        val presenter = presenter()
        on(presenter, AccountEvent.Suspend)
        fake.failure = MestoException.Offline("offline", "No connection.", "", emptyMap(), "", null, false)
        on(presenter, AccountEvent.Yes)
        assertEquals("offline" to Standing.Active, presenter.state.value.run { refusal?.code to standing })
        on(presenter, AccountEvent.Suspend)
        assertNull(presenter.state.value.refusal)
    }
}
