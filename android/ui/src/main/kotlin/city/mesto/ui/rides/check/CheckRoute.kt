// The way to the check of a ride.

package city.mesto.ui.rides.check

import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import androidx.navigation.NavGraphBuilder
import city.mesto.ui.app.MestoApp
import city.mesto.ui.app.Steps
import city.mesto.ui.app.screen
import kotlinx.serialization.Serializable

/** What was scanned, or instead the number that was typed; one of them is there. */
@Serializable
data class CheckRoute(val scanned: String? = null, val typed: String? = null)

internal fun NavGraphBuilder.check(app: MestoApp, navigation: (Steps) -> CheckNavigation) = screen<CheckRoute, CheckPresenter>(
    app,
    make = { route -> CheckPresenter(app.client, route, ticks, scope, saved, navigation(steps)).apply { start() } },
) { presenter, _ ->
    val state by presenter.state.collectAsState()
    LaunchedEffect(presenter) { presenter.on(CheckEvent.Seen) }
    CheckScreen(state, presenter::on)
}
