// The way to news, works and outages.

package city.mesto.ui.news

import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import androidx.navigation.NavGraphBuilder
import city.mesto.ui.app.MestoApp
import city.mesto.ui.app.Steps
import city.mesto.ui.app.screen
import kotlinx.serialization.Serializable

@Serializable
data object NewsRoute

internal fun NavGraphBuilder.news(app: MestoApp, navigation: (Steps) -> NewsNavigation) = screen<NewsRoute, NewsPresenter>(
    app,
    make = { NewsPresenter(app.client, scope, navigation(steps)).apply { start() } },
) { presenter, _ ->
    val state by presenter.state.collectAsState()
    NewsScreen(state, presenter::on)
}
