// The way to the account.

package city.mesto.ui.account

import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import androidx.navigation.NavGraphBuilder
import city.mesto.ui.app.MestoApp
import city.mesto.ui.app.Steps
import city.mesto.ui.app.screen
import kotlinx.serialization.Serializable

@Serializable
data object AccountRoute

internal fun NavGraphBuilder.account(app: MestoApp, navigation: (Steps) -> AccountNavigation) = screen<AccountRoute, AccountPresenter>(
    app,
    make = { AccountPresenter(app.client, scope, navigation(steps)).apply { start() } },
) { presenter, _ ->
    val state by presenter.state.collectAsState()
    AccountScreen(state, presenter::on)
}
