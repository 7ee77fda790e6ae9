// The way to the garages.

package city.mesto.ui.garages.facilities

import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import androidx.navigation.NavGraphBuilder
import city.mesto.ui.app.MestoApp
import city.mesto.ui.app.Steps
import city.mesto.ui.app.screen
import kotlinx.serialization.Serializable

@Serializable
data object FacilitiesRoute

internal fun NavGraphBuilder.facilities(app: MestoApp, navigation: (Steps) -> FacilitiesNavigation) = screen<FacilitiesRoute, FacilitiesPresenter>(
    app,
    make = { FacilitiesPresenter(app.client, app.position, ticks, scope, navigation(steps)).apply { start() } },
) { presenter, _ ->
    val state by presenter.state.collectAsState()
    FacilitiesScreen(state, presenter::on)
}
