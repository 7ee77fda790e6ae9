// The way to a visit that was paid.

package city.mesto.ui.garages.visit

import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import androidx.navigation.NavGraphBuilder
import city.mesto.ui.app.MestoApp
import city.mesto.ui.app.Steps
import city.mesto.ui.app.screen
import kotlinx.serialization.Serializable

/** A visit by its id. */
@Serializable
data class VisitRoute(val visit: String)

internal fun NavGraphBuilder.visit(app: MestoApp, navigation: (Steps) -> VisitNavigation) = screen<VisitRoute, VisitPresenter>(
    app,
    make = { route -> VisitPresenter(app.client, route.visit, ticks, scope, navigation(steps)).apply { start() } },
) { presenter, _ ->
    val state by presenter.state.collectAsState()
    VisitScreen(state, presenter::on)
}
