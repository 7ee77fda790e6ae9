// The way to the screen of a new car.

package city.mesto.ui.vehicles

import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import androidx.navigation.NavGraphBuilder
import city.mesto.ui.app.MestoApp
import city.mesto.ui.app.Steps
import city.mesto.ui.app.screen
import kotlinx.serialization.Serializable

/** The first car has to be typed before anything else can be done: there is no way back from it. */
@Serializable
data class PlateRoute(val isFirst: Boolean)

internal fun NavGraphBuilder.plate(app: MestoApp, done: (Steps) -> Unit) = screen<PlateRoute, PlatePresenter>(
    app,
    make = { route -> PlatePresenter(app.client, app.words, scope, saved, route.isFirst) { done(steps) }.apply { start() } },
) { presenter, _ ->
    val state by presenter.state.collectAsState()
    PlateScreen(state, presenter::on)
}
