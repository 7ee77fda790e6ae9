// The way to the prices and hours of one zone.

package city.mesto.ui.parking.prices

import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import androidx.navigation.NavGraphBuilder
import city.mesto.ui.app.MestoApp
import city.mesto.ui.app.Steps
import city.mesto.ui.app.screen
import kotlinx.serialization.Serializable

/** A zone by its id. */
@Serializable
data class PricesRoute(val zone: String)

internal fun NavGraphBuilder.prices(app: MestoApp, navigation: (Steps) -> PricesNavigation) = screen<PricesRoute, PricesPresenter>(
    app,
    make = { route -> PricesPresenter(app.client, app.words, route.zone, scope, navigation(steps)).apply { start() } },
) { presenter, _ ->
    val state by presenter.state.collectAsState()
    PricesScreen(state, presenter::on)
}
