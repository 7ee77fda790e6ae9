// The way to the daily orders.

package city.mesto.ui.orders

import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import androidx.navigation.NavGraphBuilder
import city.mesto.ui.app.MestoApp
import city.mesto.ui.app.Steps
import city.mesto.ui.app.screen
import kotlinx.serialization.Serializable

@Serializable
data object OrdersRoute

internal fun NavGraphBuilder.orders(app: MestoApp, navigation: (Steps) -> OrdersNavigation) = screen<OrdersRoute, OrdersPresenter>(
    app,
    make = { OrdersPresenter(app.client, ticks, scope, saved, navigation(steps)).apply { start() } },
) { presenter, _ ->
    val state by presenter.state.collectAsState()
    OrdersScreen(state, presenter::on)
}
