// The way to one garage.

package city.mesto.ui.garages.facility

import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import androidx.navigation.NavGraphBuilder
import city.mesto.ui.app.MestoApp
import city.mesto.ui.app.Steps
import city.mesto.ui.app.screen
import kotlinx.serialization.Serializable

/** A facility by its id. */
@Serializable
data class FacilityRoute(val facility: String)

internal fun NavGraphBuilder.facility(app: MestoApp, navigation: (Steps) -> FacilityNavigation) = screen<FacilityRoute, FacilityPresenter>(
    app,
    make = { route -> FacilityPresenter(app.client, app.words, route.facility, app.position, ticks, scope, saved, navigation(steps)).apply { start() } },
) { presenter, _ ->
    val state by presenter.state.collectAsState()
    FacilityScreen(state, presenter::on)
}
