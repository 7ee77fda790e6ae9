// The way to the rides of the account.

package city.mesto.ui.rides.list

import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import androidx.compose.runtime.remember
import androidx.navigation.NavGraphBuilder
import city.mesto.ui.app.LocalController
import city.mesto.ui.app.MestoApp
import city.mesto.ui.app.Steps
import city.mesto.ui.app.screen
import kotlinx.serialization.Serializable

@Serializable
data object RidesRoute

internal fun NavGraphBuilder.rides(app: MestoApp, navigation: (Steps) -> RidesNavigation) = screen<RidesRoute, RidesPresenter>(
    app,
    make = { RidesPresenter(app.client, ticks, scope, navigation(steps)).apply { start() } },
) { presenter, entry ->
    val state by presenter.state.collectAsState()
    val controller = LocalController.current
    // Where there is nothing but rides this is the home screen.
    val isHome = remember(entry) { controller.previousBackStackEntry == null }
    RidesScreen(state, presenter::on, isHome = isHome, homeButtons = if (isHome) app.homeButtons.filter { it.route != RidesRoute } else emptyList())
}
