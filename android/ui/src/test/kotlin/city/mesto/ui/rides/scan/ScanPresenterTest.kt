// The scanner without pixels: signs are read from frames and checked, what is none is told and
// never opened, the number can be typed instead.

package city.mesto.ui.rides.scan

import androidx.lifecycle.SavedStateHandle
import city.mesto.sdk.FakeMesto
import city.mesto.sdk.FrameScanner
import city.mesto.sdk.core.MestoException
import city.mesto.sdk.core.ScanFrame
import city.mesto.sdk.core.ScanHint
import city.mesto.sdk.core.Scanned
import city.mesto.sdk.core.ScannedCode
import city.mesto.ui.app.Seen
import io.nayuki.qrcodegen.QrCode
import java.time.Duration
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertNull
import kotlin.test.assertTrue
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.MutableSharedFlow
import kotlinx.coroutines.flow.asFlow
import kotlinx.coroutines.test.TestScope
import kotlinx.coroutines.test.runCurrent
import kotlinx.coroutines.test.runTest
import org.junit.jupiter.api.Test

private const val POSTED = "https://qr.avtobys.kz/almaty/v/K7M2P9QD"
private const val TERMINAL = "https://qr.avtobys.kz/almaty/t/K7M2P9QD.1756886400.c2lnbmF0dXJl"
private const val OTHER = "https://pay.example.top/almaty/v/K7M2P9QD"

@OptIn(ExperimentalCoroutinesApi::class)
class ScanPresenterTest {
    private inner class RecordedNavigation(override val frames: Flow<Seen>?) : ScanNavigation {
        val went = mutableListOf<String>()
        var picked: Seen? = null

        override fun checkScanned(text: String) { went += "scanned $text" }

        override fun checkTyped(number: String) { went += "typed $number" }

        override val mayPick = true

        override suspend fun pickFrame(): Seen? = picked

        override fun retry() { went += "retry" }

        override fun back() { went += "back" }
    }

    private val fake = FakeMesto()
    private val camera = MutableSharedFlow<Seen>(extraBufferCapacity = 8)
    private var navigation = RecordedNavigation(camera)

    /** What the next frames show; after them nothing. */
    private val shows = ArrayDeque<Scanned>()
    private val nothing = Scanned(emptyList(), null)

    private fun seen() = Seen(ScanFrame(ByteArray(4), 2u, 2u), null)

    private fun codes(vararg texts: String) = Scanned(texts.map { ScannedCode(it, it.toByteArray(), emptyList()) }, null)

    private fun TestScope.presenter(scan: suspend (ScanFrame) -> Scanned = { shows.removeFirstOrNull() ?: nothing }) =
        ScanPresenter(fake, scan, scan, backgroundScope, SavedStateHandle(), navigation).apply {
            start()
            on(ScanEvent.Opened)
            runCurrent()
        }

    private fun TestScope.frame(vararg scanned: Scanned) = scanned.forEach {
        shows.addLast(it)
        assertTrue(camera.tryEmit(seen()))
        runCurrent()
    }

    /** A picture as a camera has it: the code dark on grey paper. */
    private fun photographed(text: String): ScanFrame {
        val code = QrCode.encodeText(text, QrCode.Ecc.MEDIUM)
        val (module, quiet) = 4 to 4
        val side = (code.size + 2 * quiet) * module
        val points = ByteArray(side * side) { at ->
            if (code.getModule(at % side / module - quiet, at / side / module - quiet)) 40 else 200.toByte()
        }
        return ScanFrame(points, side.toUInt(), side.toUInt())
    }

    @Test
    fun a_posted_sign_and_the_code_of_a_terminal_are_read_from_what_the_camera_sees_av_62_av_63_av_64() = runTest {
        val scanner = FrameScanner(Duration.ofSeconds(5), kotlinx.coroutines.test.StandardTestDispatcher(testScheduler))
        for (sign in listOf(POSTED, TERMINAL)) {
            navigation = RecordedNavigation(listOf(Seen(photographed(sign), null)).asFlow())
            presenter(scanner::scan)
            assertEquals(listOf("scanned $sign"), navigation.went)
        }
        scanner.close()
    }

    @Test
    fun a_frame_that_cannot_be_is_refused_with_what_would_be_right() = runTest {
        val scanner = FrameScanner(local = kotlinx.coroutines.test.StandardTestDispatcher(testScheduler))
        val refused = assertFailsWith<MestoException.Refused> { scanner.scan(ScanFrame(ByteArray(3), 2u, 2u)) }
        assertEquals("frame_invalid", refused.code)
        assertTrue("takes 4 bytes" in refused.detail, refused.detail)
        scanner.close()
    }

    @Test
    fun what_is_no_ride_code_is_told_with_its_host_once_and_never_opened_av_64() = runTest {
        val presenter = presenter()
        frame(codes(OTHER), codes(OTHER), codes(OTHER))
        assertEquals("not_a_ride_code", presenter.state.value.refusal?.code)
        assertTrue("pay.example.top" in presenter.state.value.refusal!!.text)
        assertEquals(emptyList(), navigation.went)
        // A sign beside it is taken.
        frame(codes(OTHER, POSTED))
        assertEquals(listOf("scanned $POSTED"), navigation.went)
        assertNull(presenter.state.value.refusal)
    }

    @Test
    fun after_a_sign_the_camera_is_off_until_the_screen_is_seen_again() = runTest {
        val presenter = presenter()
        frame(codes(POSTED))
        assertEquals(0, camera.subscriptionCount.value)
        presenter.on(ScanEvent.Opened)
        runCurrent()
        assertEquals(1, camera.subscriptionCount.value)
        presenter.on(ScanEvent.Covered)
        runCurrent()
        assertEquals(0, camera.subscriptionCount.value)
        assertEquals(1, navigation.went.size)
    }

    @Test
    fun a_hint_stays_long_enough_to_be_read() = runTest {
        val presenter = presenter()
        fun hint() = presenter.state.value.hint
        frame(Scanned(emptyList(), ScanHint.TOO_DARK))
        assertEquals(ScanUiState.Hint.TooDark, hint())
        repeat(9) { frame(nothing) }
        assertEquals(ScanUiState.Hint.TooDark, hint())
        frame(nothing)
        assertNull(hint())
        for ((said, shown) in ScanHint.entries.zip(listOf(ScanUiState.Hint.TooDark, ScanUiState.Hint.Glare, ScanUiState.Hint.TooSmall, ScanUiState.Hint.TooBlurred, ScanUiState.Hint.Torn))) {
            frame(Scanned(emptyList(), said))
            assertEquals(shown, hint())
        }
    }

    @Test
    fun a_picture_of_a_file_is_looked_at_and_says_when_there_is_no_code() = runTest {
        navigation = RecordedNavigation(null)
        val presenter = presenter()
        assertEquals(false, presenter.state.value.hasCamera)
        presenter.on(ScanEvent.PickPicture)
        runCurrent()
        assertEquals(false, presenter.state.value.isReading, "none was picked")
        navigation.picked = seen()
        presenter.on(ScanEvent.PickPicture)
        runCurrent()
        assertTrue(presenter.state.value.isNothingFound)
        shows.addLast(codes(POSTED))
        presenter.on(ScanEvent.PickPicture)
        runCurrent()
        assertEquals(listOf("scanned $POSTED"), navigation.went)
    }

    @Test
    fun the_number_can_be_typed_instead_av_62() = runTest {
        val presenter = presenter()
        fun on(vararg events: ScanEvent) = events.forEach(presenter::on).also { runCurrent() }
        on(ScanEvent.CheckNumber, ScanEvent.NumberTyped("   "), ScanEvent.CheckNumber)
        assertEquals(emptyList(), navigation.went)
        on(ScanEvent.NumberTyped(" 1204 "), ScanEvent.CheckNumber)
        assertEquals(listOf("typed 1204"), navigation.went)
        on(ScanEvent.NumberTyped("1".repeat(4096)))
        assertEquals(40, presenter.state.value.typed.length)
    }
}
