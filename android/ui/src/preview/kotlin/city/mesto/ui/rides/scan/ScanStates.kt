// Every state of the scanner.

package city.mesto.ui.rides.scan

import androidx.compose.runtime.Composable
import androidx.compose.ui.geometry.Rect
import androidx.compose.ui.graphics.Canvas
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.ImageBitmap
import androidx.compose.ui.graphics.Paint
import androidx.compose.ui.tooling.preview.PreviewParameter
import city.mesto.ui.EachState
import city.mesto.ui.PREVIEW_LANGUAGE
import city.mesto.ui.Previewed
import city.mesto.ui.States
import city.mesto.ui.rides.RidesSample
import io.nayuki.qrcodegen.QrCode

/** The scanner, by name of the state. */
fun scanStates(language: String): Map<String, ScanUiState> = with(RidesSample(language)) {
    val seen = ScanUiState(hasCamera = true, mayPick = true, picture = posted(light = 0.92f, paper = 0.55f))
    mapOf(
        "looking" to seen,
        "too-dark" to seen.copy(hint = ScanUiState.Hint.TooDark, picture = posted(light = 0.16f, paper = 0.1f)),
        "glare" to seen.copy(hint = ScanUiState.Hint.Glare),
        "too-small" to seen.copy(hint = ScanUiState.Hint.TooSmall),
        "blurred" to seen.copy(hint = ScanUiState.Hint.TooBlurred),
        "torn" to seen.copy(hint = ScanUiState.Hint.Torn),
        "not-a-ride-code" to seen.copy(refusal = notACode),
        "typed" to seen.copy(typed = "1204"),
        "without-camera" to ScanUiState(mayPick = true),
        "reading" to ScanUiState(mayPick = true, isReading = true),
        "nothing-found" to ScanUiState(mayPick = true, isNothingFound = true),
        "offline" to seen.copy(connection = offline),
    )
}

/** A sign on the wall of a bus, as a camera sees it. */
private fun posted(light: Float, paper: Float): ImageBitmap {
    val (width, height, module) = Triple(320, 240, 4f)
    val picture = ImageBitmap(width, height)
    val canvas = Canvas(picture)
    fun fill(place: Rect, grey: Float) = canvas.drawRect(place, Paint().apply { color = Color(grey, grey, grey) })
    fill(Rect(0f, 0f, width.toFloat(), height.toFloat()), paper)
    val code = QrCode.encodeText("https://qr.avtobys.kz/almaty/v/K7M2P9QD", QrCode.Ecc.MEDIUM)
    val (left, top) = (width - code.size * module) / 2 to (height - code.size * module) / 2
    fill(Rect(left - 16f, top - 16f, left + code.size * module + 16f, top + code.size * module + 16f), light)
    for (y in 0 until code.size) {
        for (x in 0 until code.size) {
            if (code.getModule(x, y)) fill(Rect(left + x * module, top + y * module, left + (x + 1) * module, top + (y + 1) * module), light / 6)
        }
    }
    return picture
}

class ScanStates : States<ScanUiState>(scanStates(PREVIEW_LANGUAGE))

@EachState
@Composable
fun ScanPreview(@PreviewParameter(ScanStates::class) state: ScanUiState) = Previewed { ScanScreen(state, {}) }
