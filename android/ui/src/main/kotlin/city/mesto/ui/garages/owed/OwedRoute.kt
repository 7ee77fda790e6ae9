// The way to what a ticket owes.

package city.mesto.ui.garages.owed

import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import androidx.navigation.NavGraphBuilder
import city.mesto.ui.app.MestoApp
import city.mesto.ui.app.Steps
import city.mesto.ui.app.screen
import kotlinx.serialization.Serializable

/** A facility by its id, and the number of a ticket. */
@Serializable
data class OwedRoute(val facility: String, val ticket: String)

internal fun NavGraphBuilder.owed(app: MestoApp, navigation: (Steps) -> OwedNavigation) = screen<OwedRoute, OwedPresenter>(
    app,
    make = { route -> OwedPresenter(app.client, route, ticks, scope, saved, navigation(steps)).apply { start() } },
) { presenter, _ ->
    val state by presenter.state.collectAsState()
    OwedScreen(state, presenter::on)
}
