// The way to one transport card.

package city.mesto.ui.cards.card

import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import androidx.navigation.NavGraphBuilder
import city.mesto.ui.app.MestoApp
import city.mesto.ui.app.Steps
import city.mesto.ui.app.screen
import kotlinx.serialization.Serializable

/** A card by its id. */
@Serializable
data class CardRoute(val card: String)

internal fun NavGraphBuilder.card(app: MestoApp, navigation: (Steps) -> CardNavigation) = screen<CardRoute, CardPresenter>(
    app,
    make = { route -> CardPresenter(app.client, route.card, scope, saved, navigation(steps)).apply { start() } },
) { presenter, _ ->
    val state by presenter.state.collectAsState()
    CardScreen(state, presenter::on)
}
