// What the phone does for the app outside of the app's own screens.

package city.mesto.ui.app

import city.mesto.ui.SmsFallback

interface Platform {
    /** The bank's page. */
    fun openPage(url: String)

    /** The phone's own SMS composer, filled in; the driver sends. */
    fun composeSms(sms: SmsFallback)
}
