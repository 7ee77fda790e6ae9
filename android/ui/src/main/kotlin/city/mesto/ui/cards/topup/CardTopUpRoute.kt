// The way to the top-up of a card.

package city.mesto.ui.cards.topup

import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import androidx.navigation.NavGraphBuilder
import city.mesto.ui.app.MestoApp
import city.mesto.ui.app.Steps
import city.mesto.ui.app.screen
import kotlinx.serialization.Serializable

/** A card by its id. */
@Serializable
data class CardTopUpRoute(val card: String)

internal fun NavGraphBuilder.cardTopUp(app: MestoApp, navigation: (Steps) -> CardTopUpNavigation) = screen<CardTopUpRoute, CardTopUpPresenter>(
    app,
    make = { route -> CardTopUpPresenter(app.client, route.card, ticks, scope, saved, navigation(steps)).apply { start() } },
) { presenter, _ ->
    val state by presenter.state.collectAsState()
    LaunchedEffect(presenter) { presenter.on(CardTopUpEvent.Seen) }
    CardTopUpScreen(state, presenter::on)
}
