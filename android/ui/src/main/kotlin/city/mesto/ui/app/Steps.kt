// The way from one screen to another: asked for by presenters on their thread, gone by the screens
// on theirs.

package city.mesto.ui.app

import androidx.navigation.NavHostController
import kotlinx.coroutines.channels.Channel

/**
 * Carries steps to the screens, in order; what is asked for while no window is open waits for one.
 */
internal class Navigator {
    private val asked = Channel<(NavHostController) -> Unit>(Channel.UNLIMITED)

    fun ask(step: (NavHostController) -> Unit) {
        asked.trySend(step)
    }

    suspend fun lead(controller: NavHostController) {
        for (step in asked) step(controller)
    }
}

/**
 * The steps that can be taken from one screen, named by its entry on the back stack. Once another
 * screen is in front none is taken any more: neither a second tap nor a late answer leads anybody
 * away.
 */
class Steps internal constructor(private val app: MestoApp, private val from: String) {
    /** To another screen; back leads here again. */
    fun forward(to: Any) = step { it.navigate(to) }

    /** To another screen in place of this one. */
    fun instead(to: Any) = step { controller ->
        val here = controller.currentDestination?.id ?: return@step
        controller.navigate(to) { popUpTo(here) { inclusive = true } }
    }

    /** To the screen before this one, or home where there is none. */
    fun back() = step { controller -> if (!controller.goBack()) controller.only(app.features.first(app.client)) }

    /**
     * The same, with something to do there: the screen before finds `value` under `key` in its
     * entry's saved state.
     */
    fun back(key: String, value: String) = step { controller ->
        controller.previousBackStackEntry?.savedStateHandle?.set(key, value)
        if (!controller.goBack()) controller.only(app.features.first(app.client))
    }

    /** To where the app would open now; nothing lies behind it. */
    fun home() = step { it.only(app.features.first(app.client)) }

    private fun step(go: (NavHostController) -> Unit) =
        app.navigator.ask { controller -> if (controller.currentBackStackEntry?.id == from) go(controller) }
}

private fun NavHostController.goBack(): Boolean = previousBackStackEntry != null && popBackStack()

/** Shows one screen and forgets all others. */
internal fun NavHostController.only(to: Any) = navigate(to) { popUpTo(graph.id) { inclusive = true } }
