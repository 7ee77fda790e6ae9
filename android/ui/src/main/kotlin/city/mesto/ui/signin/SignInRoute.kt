// The way to the sign-in screen.

package city.mesto.ui.signin

import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import androidx.navigation.NavGraphBuilder
import androidx.navigationevent.NavigationEventInfo
import androidx.navigationevent.compose.NavigationBackHandler
import androidx.navigationevent.compose.rememberNavigationEventState
import city.mesto.ui.app.MestoApp
import city.mesto.ui.app.Steps
import city.mesto.ui.app.screen
import kotlinx.serialization.Serializable

@Serializable
data object SignInRoute

internal fun NavGraphBuilder.signIn(app: MestoApp, done: (Steps) -> Unit) = screen<SignInRoute, SignInPresenter>(
    app,
    make = { SignInPresenter(app.client, app.device, ticks, scope, saved) { done(steps) }.apply { start() } },
) { presenter, _ ->
    val state by presenter.state.collectAsState()
    NavigationBackHandler(rememberNavigationEventState(NavigationEventInfo.None), isBackEnabled = state.codeSentTo != null) {
        presenter.on(SignInEvent.OtherNumber)
    }
    SignInScreen(state, presenter::on)
}
