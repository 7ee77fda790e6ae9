// What the phone does for the app outside of the app's own screens.

package city.mesto.ui.app

import androidx.compose.ui.graphics.ImageBitmap
import city.mesto.sdk.core.ScanFrame
import city.mesto.ui.SmsFallback
import kotlinx.coroutines.flow.Flow

/** A frame of a camera, or a picture of a file: to be scanned, and to be shown. */
class Seen(val frame: ScanFrame, val picture: ImageBitmap?)

interface Platform {
    /** The bank's page. */
    fun openPage(url: String)

    /**
     * A photo that the driver picks: a JPEG or PNG file; null when he picks none. On Android the
     * system's picker (`PickVisualMedia`), which needs no permission; what it gives in another form
     * (HEIC) is written anew as JPEG first.
     */
    suspend fun pickPhoto(): ByteArray?

    /** A photo can be taken here. */
    val hasCamera: Boolean get() = false

    /**
     * A photo that the driver takes now, of the same forms; null when he takes none. On Android the
     * system's camera (`TakePicture`), which needs no permission either.
     */
    suspend fun takePhoto(): ByteArray? = null

    /**
     * Frames of the camera for codes, which is on while they are collected; null where there is no
     * camera. On Android the Y plane of an `ImageAnalysis`, which needs the permission of the
     * camera: without it null, and the number is typed.
     */
    val frames: Flow<Seen>? get() = null

    /** A picture of a code can be picked. */
    val mayPickFrame: Boolean get() = false

    /** A picture that the rider picks; null when he picks none. */
    suspend fun pickFrame(): Seen? = null

    /** The phone's own SMS composer, filled in; the driver sends. */
    fun composeSms(sms: SmsFallback)
}
