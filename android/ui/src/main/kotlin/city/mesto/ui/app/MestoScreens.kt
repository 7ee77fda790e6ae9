// The app with its pixels: the screen in front, and none but what may be seen without a session.

package city.mesto.ui.app

import androidx.compose.animation.EnterTransition
import androidx.compose.animation.ExitTransition
import androidx.compose.foundation.isSystemInDarkTheme
import androidx.compose.runtime.Composable
import androidx.compose.runtime.CompositionLocalProvider
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import androidx.compose.runtime.remember
import androidx.navigation.compose.NavHost
import androidx.navigation.compose.currentBackStackEntryAsState
import androidx.navigation.compose.rememberNavController
import city.mesto.sdk.account
import city.mesto.ui.MestoScreen
import kotlinx.coroutines.flow.distinctUntilChanged
import kotlinx.coroutines.flow.map

/**
 * The back stack is part of the window's saved state: it outlives a turn of the phone and the end
 * of the process.
 */
@Composable
fun MestoScreens(app: MestoApp, dark: Boolean = isSystemInDarkTheme()) {
    val controller = rememberNavController()
    LaunchedEffect(app, controller) { app.navigator.lead(controller) }
    MestoScreen(app.words, dark) {
        CompositionLocalProvider(LocalController provides controller) {
            NavHost(
                navController = controller,
                startDestination = remember(app) { app.features.first(app.client) },
                // Nothing moves under a thumb that is on its way.
                enterTransition = { EnterTransition.None },
                exitTransition = { ExitTransition.None },
            ) {
                app.features.all.forEach { feature -> with(feature) { screens(app) } }
            }
        }
    }
    val shown by controller.currentBackStackEntryAsState()
    val signedIn by remember(app) { app.client.account.state.map { it.isSignedIn }.distinctUntilChanged() }.collectAsState(app.client.account.state.value.isSignedIn)
    LaunchedEffect(shown?.id, signedIn) {
        val destination = shown?.destination ?: return@LaunchedEffect
        if (!signedIn && app.features.needsSession(destination)) controller.only(app.features.first(app.client))
    }
}
