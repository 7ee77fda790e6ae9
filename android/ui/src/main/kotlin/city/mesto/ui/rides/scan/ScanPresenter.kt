// The scanner: frame after frame until a sign is read; what is no sign is said and not opened.

package city.mesto.ui.rides.scan

import androidx.lifecycle.SavedStateHandle
import androidx.lifecycle.serialization.saved
import city.mesto.sdk.MestoClient
import city.mesto.sdk.core.MestoException
import city.mesto.sdk.core.ScanFrame
import city.mesto.sdk.core.ScanHint
import city.mesto.sdk.core.Scanned
import city.mesto.sdk.rides.rides
import city.mesto.ui.app.Seen
import city.mesto.ui.fromcore.changes
import city.mesto.ui.fromcore.connectionView
import city.mesto.ui.fromcore.here
import city.mesto.ui.fromcore.refusal
import city.mesto.ui.rides.scan.ScanUiState.Hint
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Job
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.flow.conflate
import kotlinx.coroutines.flow.update
import kotlinx.coroutines.launch

/** Where the screen leads to, and what the phone sees. */
interface ScanNavigation {
    /** What was scanned, of a vehicle of this city. */
    fun checkScanned(text: String)

    /** A number as it was typed. */
    fun checkTyped(number: String)

    /** Frames of the camera while they are collected; null where there is none. */
    val frames: Flow<Seen>?

    /** Pictures of files can be picked. */
    val mayPick: Boolean

    /** A picture that the rider picks; null when he picks none. */
    suspend fun pickFrame(): Seen?

    fun retry()

    fun back()
}

/**
 * Lives as long as `scope`; `scan` looks at frames of the camera, `look` at a picture of a file.
 */
class ScanPresenter(
    private val client: MestoClient,
    private val scan: suspend (ScanFrame) -> Scanned,
    private val look: suspend (ScanFrame) -> Scanned,
    private val scope: CoroutineScope,
    saved: SavedStateHandle,
    private val navigation: ScanNavigation,
) {
    /** What was typed. */
    private var typed by saved.saved { "" }
    private val shown = MutableStateFlow(ScanUiState(hasCamera = navigation.frames != null, mayPick = navigation.mayPick, typed = typed))
    private var watching: Job? = null

    /** What was refused is not said again for each frame that shows it. */
    private var refused: String? = null

    /** Frames since something was last in the way. */
    private var clear = 0

    val state: StateFlow<ScanUiState> = shown.asStateFlow()

    fun start() {
        scope.launch { changes(client.connection).collect { shown.update { it.copy(connection = client.connectionView()) } } }
    }

    fun on(event: ScanEvent) {
        when (event) {
            ScanEvent.Opened -> watch()
            ScanEvent.Covered -> watching?.cancel()
            ScanEvent.PickPicture -> pick()
            is ScanEvent.NumberTyped -> {
                typed = event.text.take(LONGEST_TYPED)
                shown.update { it.copy(typed = typed) }
            }
            ScanEvent.CheckNumber -> if (typed.isNotBlank()) navigation.checkTyped(typed.trim())
            ScanEvent.Retry -> navigation.retry()
            ScanEvent.Back -> navigation.back()
        }
    }

    private fun watch() {
        val frames = navigation.frames ?: return
        watching?.cancel()
        refused = null
        watching = scope.launch {
            // While a frame is looked at the camera goes on; the newest comes next.
            frames.conflate().collect { seen ->
                val scanned = try {
                    scan(seen.frame)
                } catch (failed: MestoException) {
                    return@collect shown.update { it.copy(refusal = failed.refusal()) }
                }
                shown.update { it.copy(picture = seen.picture, hint = steady(scanned.hint)) }
                take(scanned)
            }
        }
    }

    /** A hint stands long enough to be read, though not every frame has it. */
    private fun steady(hint: ScanHint?): Hint? {
        clear = if (hint == null) clear + 1 else 0
        return hint?.view() ?: shown.value.hint.takeIf { clear < CLEAR_FRAMES }
    }

    private fun pick() {
        if (shown.value.isReading) return
        shown.update { it.copy(isReading = true, isNothingFound = false, refusal = null) }
        refused = null
        scope.launch {
            val seen = navigation.pickFrame()
            if (seen == null) return@launch shown.update { it.copy(isReading = false) }
            try {
                val scanned = look(seen.frame)
                shown.update { it.copy(picture = seen.picture, isReading = false, isNothingFound = scanned.codes.isEmpty(), hint = scanned.hint?.view()) }
                take(scanned)
            } catch (failed: MestoException) {
                shown.update { it.copy(isReading = false, refusal = failed.refusal()) }
            }
        }
    }

    /** The first code that is a sign; what is none is told, and never opened. */
    private suspend fun take(scanned: Scanned) {
        for (code in scanned.codes) {
            if (code.text == refused) continue
            try {
                client.rides.checkSign(client.here, code.text)
            } catch (no: MestoException) {
                refused = code.text
                shown.update { it.copy(refusal = no.refusal()) }
                continue
            }
            watching?.cancel()
            shown.update { it.copy(refusal = null, hint = null) }
            return navigation.checkScanned(code.text)
        }
    }

    private companion object {
        const val LONGEST_TYPED = 40
        const val CLEAR_FRAMES = 10
    }
}

private fun ScanHint.view(): Hint = when (this) {
    ScanHint.TOO_DARK -> Hint.TooDark
    ScanHint.GLARE -> Hint.Glare
    ScanHint.TOO_SMALL -> Hint.TooSmall
    ScanHint.TOO_BLURRED -> Hint.TooBlurred
    ScanHint.TORN -> Hint.Torn
}
