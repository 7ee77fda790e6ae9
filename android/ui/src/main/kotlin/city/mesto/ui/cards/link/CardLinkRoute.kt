// The way to linking a card.

package city.mesto.ui.cards.link

import androidx.compose.runtime.DisposableEffect
import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import androidx.navigation.NavGraphBuilder
import city.mesto.sdk.FrameScanner
import city.mesto.ui.app.MestoApp
import city.mesto.ui.app.Steps
import city.mesto.ui.app.screen
import kotlinx.serialization.Serializable

@Serializable
data object CardLinkRoute

internal fun NavGraphBuilder.cardLink(app: MestoApp, navigation: (Steps) -> CardLinkNavigation) = screen<CardLinkRoute, CardLinkPresenter>(
    app,
    make = { CardLinkPresenter(app.client, FrameScanner()::scan, scope, saved, navigation(steps)).apply { start() } },
) { presenter, _ ->
    val state by presenter.state.collectAsState()
    // The camera is on while its frames are seen.
    DisposableEffect(presenter) {
        presenter.on(CardLinkEvent.Opened)
        onDispose { presenter.on(CardLinkEvent.Covered) }
    }
    CardLinkScreen(state, presenter::on)
}
