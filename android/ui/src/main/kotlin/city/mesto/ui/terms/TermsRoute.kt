// The way to the contract and its changes.

package city.mesto.ui.terms

import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import androidx.navigation.NavGraphBuilder
import city.mesto.ui.app.MestoApp
import city.mesto.ui.app.Steps
import city.mesto.ui.app.screen
import kotlinx.serialization.Serializable

@Serializable
data object TermsRoute

internal fun NavGraphBuilder.terms(app: MestoApp, navigation: (Steps) -> TermsNavigation) = screen<TermsRoute, TermsPresenter>(
    app,
    make = { TermsPresenter(app.client, app.language, scope, navigation(steps)).apply { start() } },
) { presenter, _ ->
    val state by presenter.state.collectAsState()
    TermsScreen(state, presenter::on)
}
