// The way to the top-up screen.

package city.mesto.ui.wallet

import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import androidx.navigation.NavGraphBuilder
import city.mesto.ui.app.MestoApp
import city.mesto.ui.app.Steps
import city.mesto.ui.app.screen
import kotlinx.serialization.Serializable

@Serializable
data object TopUpRoute

internal fun NavGraphBuilder.topUp(app: MestoApp, done: (Steps) -> Unit) = screen<TopUpRoute, TopUpPresenter>(
    app,
    make = { TopUpPresenter(app.client, scope, saved, app.platform::openPage) { done(steps) }.apply { start() } },
) { presenter, _ ->
    val state by presenter.state.collectAsState()
    TopUpScreen(state, presenter::on)
}
