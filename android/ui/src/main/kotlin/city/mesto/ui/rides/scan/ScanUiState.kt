// Everything the scanner shows.

package city.mesto.ui.rides.scan

import androidx.compose.runtime.Immutable
import androidx.compose.ui.graphics.ImageBitmap
import city.mesto.ui.Connection
import city.mesto.ui.Refusal

@Immutable
data class ScanUiState(
    val hasCamera: Boolean = false,
    /** A picture of a file can be picked. */
    val mayPick: Boolean = false,
    /** What the camera saw last; null before its first frame. */
    val picture: ImageBitmap? = null,
    /** What is in the way while nothing is read. */
    val hint: Hint? = null,
    /** A picture that was picked is looked at. */
    val isReading: Boolean = false,
    /** The picture that was picked shows no code. */
    val isNothingFound: Boolean = false,
    /** The number on the board or the plate, as it was typed. */
    val typed: String = "",
    /** Why what was scanned sells nothing; it was not opened. */
    val refusal: Refusal? = null,
    val connection: Connection = Connection.Online,
) {
    enum class Hint { TooDark, Glare, TooSmall, TooBlurred, Torn }
}

/** What a rider can do here. */
sealed interface ScanEvent {
    /** The screen is seen: the camera is on. */
    data object Opened : ScanEvent

    data object Covered : ScanEvent

    data object PickPicture : ScanEvent

    data class NumberTyped(val text: String) : ScanEvent

    /** On with the number that was typed. */
    data object CheckNumber : ScanEvent

    data object Retry : ScanEvent

    data object Back : ScanEvent
}
