// The way to the quote-and-buy screen.

package city.mesto.ui.parking.buy

import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import androidx.navigation.NavGraphBuilder
import city.mesto.ui.app.MestoApp
import city.mesto.ui.app.Steps
import city.mesto.ui.app.screen
import city.mesto.ui.parts.Page
import city.mesto.ui.parts.Waiting
import city.mesto.ui.text.texts
import kotlinx.serialization.Serializable

/** A zone and a vehicle of the account, by their ids. */
@Serializable
data class BuyRoute(val zone: String, val vehicle: String)

internal fun NavGraphBuilder.buy(app: MestoApp, navigation: (Steps) -> BuyNavigation) = screen<BuyRoute, BuyPresenter>(
    app,
    make = { route -> BuyPresenter(app.client, route, ticks, scope, saved, navigation(steps)).apply { start() } },
) { presenter, _ ->
    val state by presenter.state.collectAsState()
    state?.let { BuyScreen(it, presenter::on) } ?: Page { Waiting(texts.startWorking()) }
}
