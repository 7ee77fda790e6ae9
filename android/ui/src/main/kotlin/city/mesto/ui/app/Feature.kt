// What a feature tells the app: its screens, and its button on the home screen.

package city.mesto.ui.app

import androidx.compose.ui.graphics.vector.ImageVector
import androidx.navigation.NavDestination
import androidx.navigation.NavDestination.Companion.hasRoute
import androidx.navigation.NavGraphBuilder
import city.mesto.sdk.MestoClient
import city.mesto.sdk.Texts
import kotlin.reflect.KClass

/**
 * A feature of the app. A route is a serializable class of its own: its values are ids, never what
 * a screen shows, since they are written to the saved state.
 */
class Feature(
    /** Routes that stay on the screen when the session is over. */
    val withoutSession: Set<KClass<out Any>> = emptySet(),
    /** How the home screen leads here; null where other screens do. */
    val homeButton: HomeButton? = null,
    /** Adds a destination for each of its routes. */
    val screens: NavGraphBuilder.(MestoApp) -> Unit,
)

/**
 * A button of the home screen. One of a `service` is there where the operator has that service in
 * the city.
 */
class HomeButton(val icon: ImageVector, val text: (Texts) -> String, val route: Any, val service: String? = null)

/** The features of an app; `first` is the route it opens on, and returns to, as things stand. */
class Features(val all: List<Feature>, val first: (MestoClient) -> Any) {
    val homeButtons: List<HomeButton> get() = all.mapNotNull { it.homeButton }

    internal fun needsSession(destination: NavDestination): Boolean =
        all.none { feature -> feature.withoutSession.any { destination.hasRoute(it) } }
}
