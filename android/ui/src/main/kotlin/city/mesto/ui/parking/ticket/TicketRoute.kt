// The way to the ticket screen.

package city.mesto.ui.parking.ticket

import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import androidx.navigation.NavGraphBuilder
import city.mesto.ui.app.MestoApp
import city.mesto.ui.app.Steps
import city.mesto.ui.app.screen
import kotlinx.serialization.Serializable

/** Any ticket of a time that was extended, by its id. */
@Serializable
data class TicketRoute(val ticket: String)

internal fun NavGraphBuilder.ticket(app: MestoApp, navigation: (Steps) -> TicketNavigation) = screen<TicketRoute, TicketPresenter>(
    app,
    make = { route -> TicketPresenter(app.client, route.ticket, ticks, scope, saved, navigation(steps)).apply { start() } },
) { presenter, _ ->
    val state by presenter.state.collectAsState()
    TicketScreen(state, presenter::on)
}
