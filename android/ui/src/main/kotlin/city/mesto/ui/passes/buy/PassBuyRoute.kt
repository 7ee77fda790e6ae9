// The way to the purchase of a pass.

package city.mesto.ui.passes.buy

import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import androidx.navigation.NavGraphBuilder
import city.mesto.ui.app.MestoApp
import city.mesto.ui.app.Steps
import city.mesto.ui.app.screen
import kotlinx.serialization.Serializable

/** A pass of the city by its id. */
@Serializable
data class PassBuyRoute(val product: String)

internal fun NavGraphBuilder.passBuy(app: MestoApp, navigation: (Steps) -> PassBuyNavigation) = screen<PassBuyRoute, PassBuyPresenter>(
    app,
    make = { route -> PassBuyPresenter(app.client, route.product, ticks, scope, saved, navigation(steps)).apply { start() } },
) { presenter, _ ->
    val state by presenter.state.collectAsState()
    LaunchedEffect(presenter) { presenter.on(PassBuyEvent.Seen) }
    PassBuyScreen(state, presenter::on)
}
