// A screen of the navigation graph: its presenter lives as long as it is on the back stack.

package city.mesto.ui.app

import androidx.compose.runtime.Composable
import androidx.compose.runtime.DisposableEffect
import androidx.compose.runtime.remember
import androidx.compose.runtime.staticCompositionLocalOf
import androidx.lifecycle.SavedStateHandle
import androidx.lifecycle.ViewModel
import androidx.lifecycle.createSavedStateHandle
import androidx.lifecycle.viewmodel.compose.viewModel
import androidx.navigation.NavBackStackEntry
import androidx.navigation.NavGraphBuilder
import androidx.navigation.NavHostController
import androidx.navigation.compose.composable
import androidx.navigation.toRoute
import androidx.navigationevent.NavigationEventInfo
import androidx.navigationevent.compose.NavigationBackHandler
import androidx.navigationevent.compose.rememberNavigationEventState
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.Job
import kotlinx.coroutines.cancel
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.emptyFlow
import kotlinx.coroutines.flow.flatMapLatest
import kotlinx.coroutines.plus

/** What a presenter is given. */
class Screen internal constructor(
    val app: MestoApp,
    /**
     * Ends when the screen leaves the back stack; what it paid for goes on as an intent of the
     * core.
     */
    val scope: CoroutineScope,
    /** What is put here is there again after the system ended the process. */
    val saved: SavedStateHandle,
    /** Beat once a second while this screen is in front: one that is covered asks for nothing. */
    val ticks: Flow<Unit>,
    val steps: Steps,
)

/**
 * Adds the screen of a route: `make` is called once for each time it is put on the back stack,
 * `draw` whenever it is shown.
 */
internal inline fun <reified R : Any, P : Any> NavGraphBuilder.screen(
    app: MestoApp,
    noinline make: Screen.(R) -> P,
    noinline draw: @Composable (P, NavBackStackEntry) -> Unit,
) = composable<R> { entry ->
    GoesBack(app, entry)
    draw(presenter(app, entry) { it.make(entry.toRoute<R>()) }, entry)
}

/** The controller of the window, for what is asked of the back stack while a screen is drawn. */
internal val LocalController = staticCompositionLocalOf<NavHostController> { error("no controller: put the screen into MestoScreens") }

/**
 * The phone's own "back", as one of the screen's steps: NavHost's own handler fails when the screen
 * is left by a late answer and by a thumb within one frame. A screen that closes something of its
 * own first has its handler in `draw`.
 */
@Composable
internal fun GoesBack(app: MestoApp, entry: NavBackStackEntry) {
    val controller = LocalController.current
    val isOnAnother = remember(entry) { controller.previousBackStackEntry != null }
    NavigationBackHandler(rememberNavigationEventState(NavigationEventInfo.None), isBackEnabled = isOnAnother) { Steps(app, entry.id).back() }
}

@Composable
internal fun <P : Any> presenter(app: MestoApp, entry: NavBackStackEntry, make: (Screen) -> P): P {
    val holder = viewModel(viewModelStoreOwner = entry) { PresenterHolder.of(app, createSavedStateHandle(), Steps(app, entry.id), make) }
    DisposableEffect(holder) {
        holder.inFront.value = true
        onDispose { holder.inFront.value = false }
    }
    // An entry has one presenter, made above.
    @Suppress("UNCHECKED_CAST")
    return holder.presenter as P
}

/** Keeps a presenter whatever happens to the window. */
internal class PresenterHolder private constructor(
    val presenter: Any,
    val inFront: MutableStateFlow<Boolean>,
    scope: CoroutineScope,
) : ViewModel(AutoCloseable { scope.cancel() }) {
    companion object {
        @OptIn(ExperimentalCoroutinesApi::class)
        fun of(app: MestoApp, saved: SavedStateHandle, steps: Steps, make: (Screen) -> Any): PresenterHolder {
            val scope = app.scope + Job(app.scope.coroutineContext[Job])
            val inFront = MutableStateFlow(false)
            val ticks = inFront.flatMapLatest { if (it) app.ticks else emptyFlow() }
            return PresenterHolder(make(Screen(app, scope, saved, ticks, steps)), inFront, scope)
        }
    }
}
