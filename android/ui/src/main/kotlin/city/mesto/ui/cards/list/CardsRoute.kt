// The way to the transport cards of the account.

package city.mesto.ui.cards.list

import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import androidx.navigation.NavGraphBuilder
import city.mesto.ui.app.MestoApp
import city.mesto.ui.app.Steps
import city.mesto.ui.app.screen
import kotlinx.serialization.Serializable

@Serializable
data object CardsRoute

internal fun NavGraphBuilder.cards(app: MestoApp, navigation: (Steps) -> CardsNavigation) = screen<CardsRoute, CardsPresenter>(
    app,
    make = { CardsPresenter(app.client, scope, navigation(steps)).apply { start() } },
) { presenter, _ ->
    val state by presenter.state.collectAsState()
    CardsScreen(state, presenter::on)
}
