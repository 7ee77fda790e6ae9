// The way to the zones screen, which is home.

package city.mesto.ui.parking.zones

import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import androidx.navigation.NavGraphBuilder
import city.mesto.ui.app.MestoApp
import city.mesto.ui.app.Steps
import city.mesto.ui.app.screen
import kotlinx.serialization.Serializable

@Serializable
data object ZonesRoute

/** Given back to this screen by another one: the zone for which another car is to be chosen. */
const val CHANGE_PLATE_FOR = "change-plate-for"

internal fun NavGraphBuilder.zones(app: MestoApp, navigation: (Steps) -> ZonesNavigation) = screen<ZonesRoute, ZonesPresenter>(
    app,
    make = { ZonesPresenter(app.client, app.position, ticks, scope, saved, navigation(steps)).apply { start() } },
) { presenter, entry ->
    val state by presenter.state.collectAsState()
    val zone by entry.savedStateHandle.getStateFlow<String?>(CHANGE_PLATE_FOR, null).collectAsState()
    LaunchedEffect(zone) {
        zone?.let { presenter.changePlateFor(it) }
        entry.savedStateHandle[CHANGE_PLATE_FOR] = null
    }
    ZonesScreen(state, presenter::on, homeButtons = app.homeButtons)
}
