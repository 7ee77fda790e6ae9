// The way to passes and benefits.

package city.mesto.ui.passes.list

import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import androidx.navigation.NavGraphBuilder
import city.mesto.ui.app.MestoApp
import city.mesto.ui.app.Steps
import city.mesto.ui.app.screen
import kotlinx.serialization.Serializable

@Serializable
data object PassesRoute

internal fun NavGraphBuilder.passes(app: MestoApp, navigation: (Steps) -> PassesNavigation) = screen<PassesRoute, PassesPresenter>(
    app,
    make = { PassesPresenter(app.client, ticks, scope, saved, navigation(steps)).apply { start() } },
) { presenter, _ ->
    val state by presenter.state.collectAsState()
    PassesScreen(state, presenter::on)
}
