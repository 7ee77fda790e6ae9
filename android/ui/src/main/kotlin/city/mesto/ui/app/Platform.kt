// What the phone does for the app outside of the app's own screens.

package city.mesto.ui.app

import city.mesto.ui.SmsFallback

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

    /** The phone's own SMS composer, filled in; the driver sends. */
    fun composeSms(sms: SmsFallback)
}
