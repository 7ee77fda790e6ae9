// Linking a card without pixels: number and code, typed or read from its QR.

package city.mesto.ui.cards.link

import androidx.lifecycle.SavedStateHandle
import city.mesto.sdk.FakeMesto
import city.mesto.sdk.core.CardsState
import city.mesto.sdk.core.MestoException
import city.mesto.sdk.core.ScanFrame
import city.mesto.sdk.core.Scanned
import city.mesto.sdk.core.ScannedCode
import city.mesto.ui.app.Seen
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertNull
import kotlin.test.assertTrue
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.MutableSharedFlow
import kotlinx.coroutines.test.TestScope
import kotlinx.coroutines.test.runCurrent
import kotlinx.coroutines.test.runTest
import org.junit.jupiter.api.Test

@OptIn(ExperimentalCoroutinesApi::class)
class CardLinkPresenterTest {
    private val went = mutableListOf<String>()
    private val camera = MutableSharedFlow<Seen>(extraBufferCapacity = 4)
    private var hasCamera = true
    private val navigation = object : CardLinkNavigation {
        override fun card(id: String) { went += "card" }

        override val frames: Flow<Seen>? get() = camera.takeIf { hasCamera }

        override fun retry() { went += "retry" }

        override fun back() { went += "back" }
    }
    private val fake = FakeMesto()
    private val saved = SavedStateHandle()

    /** What the next frame shows. */
    private var text: String? = null

    private fun TestScope.presenter(saved: SavedStateHandle = this@CardLinkPresenterTest.saved) =
        CardLinkPresenter(fake, { Scanned(listOfNotNull(text).map { ScannedCode(it, it.toByteArray(), emptyList()) }, null) }, backgroundScope, saved, navigation).apply {
            start()
            runCurrent()
        }

    private fun TestScope.on(presenter: CardLinkPresenter, vararg events: CardLinkEvent) {
        events.forEach(presenter::on)
        runCurrent()
    }

    private fun TestScope.sees(code: String?) {
        text = code
        camera.tryEmit(Seen(ScanFrame(ByteArray(4), 2u, 2u), null))
        runCurrent()
    }

    @Test
    fun a_card_is_linked_by_its_number_and_its_printed_code_once_av_73() = runTest {
        fake.cards.state.value = CardsState(emptyList())
        val presenter = presenter()
        on(presenter, CardLinkEvent.Link)
        assertEquals(emptyList(), fake.calls, "nothing is typed")
        on(presenter, CardLinkEvent.NumberTyped("9643 1000 0000 0025"), CardLinkEvent.CodeTyped("K7M2P9QD"))
        assertFalse(presenter.state.value.hasCard)
        presenter.on(CardLinkEvent.Link)
        presenter.on(CardLinkEvent.Link)
        runCurrent()
        assertEquals(listOf("linkCard") to listOf("card"), fake.calls to went)
        assertEquals(listOf("**** 0025"), fake.cards.current().cards.map { it.numberMasked })
    }

    @Test
    fun the_code_is_read_from_the_qr_of_the_card_and_the_camera_goes_off() = runTest {
        val presenter = presenter()
        on(presenter, CardLinkEvent.Opened)
        assertTrue(presenter.state.value.isLooking)
        sees(null)
        sees("K7M2P9QD")
        assertEquals("K7M2P9QD" to true, presenter.state.value.run { code to isRead })
        assertEquals(false to 0, presenter.state.value.isLooking to camera.subscriptionCount.value)
        on(presenter, CardLinkEvent.CodeTyped("K7M2P9Q"))
        assertFalse(presenter.state.value.isRead, "it is typed now")
        hasCamera = false
        val without = presenter(SavedStateHandle())
        on(without, CardLinkEvent.Opened)
        assertFalse(without.state.value.isLooking)
    }

    @Test
    fun what_a_second_card_needs_is_said_and_what_is_refused_stands_there_until_something_is_typed_av_73_av_74_av_75_av_76() = runTest {
        val presenter = presenter()
        assertTrue(presenter.state.value.hasCard)
        on(presenter, CardLinkEvent.NumberTyped("9643100000000025"), CardLinkEvent.CodeTyped("K7M2P9QD"))
        for (code in listOf("card_only_standard", "card_office_needed", "card_linked_elsewhere", "too_many_requests")) {
            fake.failure = MestoException.Refused(code, code, "", emptyMap(), "", null, false)
            on(presenter, CardLinkEvent.Link)
            assertEquals(code, presenter.state.value.refusal?.code)
        }
        on(presenter, CardLinkEvent.CodeTyped("WRONG"), CardLinkEvent.Link)
        assertEquals("card_unknown", presenter.state.value.refusal?.code, "which of the two is wrong is not told")
        on(presenter, CardLinkEvent.NumberTyped("9643"))
        assertNull(presenter.state.value.refusal)
        assertEquals(emptyList(), went)
    }

    @Test
    fun what_was_typed_is_there_after_the_process_ended_and_is_kept_short() = runTest {
        on(presenter(), CardLinkEvent.NumberTyped("9".repeat(4096)), CardLinkEvent.CodeTyped("A".repeat(4096)))
        val again = presenter(SavedStateHandle.createHandle(saved.savedStateProvider().saveState(), null))
        assertEquals(40 to 80, again.state.value.run { number.length to code.length })
    }
}
