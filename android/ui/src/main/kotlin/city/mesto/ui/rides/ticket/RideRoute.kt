// The way to one ride and its ticket.

package city.mesto.ui.rides.ticket

import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import androidx.navigation.NavGraphBuilder
import city.mesto.ui.app.MestoApp
import city.mesto.ui.app.Steps
import city.mesto.ui.app.screen
import kotlinx.serialization.Serializable

/** A ride by its id. */
@Serializable
data class RideRoute(val ride: String)

internal fun NavGraphBuilder.ride(app: MestoApp, navigation: (Steps) -> RideNavigation) = screen<RideRoute, RidePresenter>(
    app,
    make = { route -> RidePresenter(app.client, route.ride, ticks, scope, saved, navigation(steps)).apply { start() } },
) { presenter, _ ->
    val state by presenter.state.collectAsState()
    RideScreen(state, presenter::on)
}
