// What the phone does for the app outside of the app's own screens.

package city.mesto.ui.app

import city.mesto.ui.SmsFallback

interface Platform {
    /** The bank's page. */
    fun openPage(url: String)

    /**
     * A photo that the driver picks: a JPEG or PNG file; null when he picks none. On Android the
     * system's picker (`PickVisualMedia`), which needs no permission.
     */
    suspend fun pickPhoto(): ByteArray?

    /** The phone's own SMS composer, filled in; the driver sends. */
    fun composeSms(sms: SmsFallback)
}
