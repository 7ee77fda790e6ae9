// A phone in a test: it can be turned, its back button pressed, and its system can end the app's
// process.

package city.mesto.ui.app

import androidx.compose.runtime.CompositionLocalProvider
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.saveable.LocalSaveableStateRegistry
import androidx.compose.runtime.saveable.SaveableStateRegistry
import androidx.compose.runtime.setValue
import androidx.compose.ui.test.ComposeUiTest
import androidx.compose.ui.test.ExperimentalTestApi
import androidx.compose.ui.test.v2.runComposeUiTest
import androidx.lifecycle.ViewModelStore
import androidx.lifecycle.ViewModelStoreOwner
import androidx.lifecycle.viewmodel.compose.LocalViewModelStoreOwner
import androidx.navigationevent.DirectNavigationEventInput
import androidx.navigationevent.NavigationEventDispatcher
import androidx.navigationevent.NavigationEventDispatcherOwner
import androidx.navigationevent.compose.LocalNavigationEventDispatcherOwner
import androidx.savedstate.SavedState
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.cancel
import kotlinx.coroutines.test.StandardTestDispatcher
import kotlinx.coroutines.test.TestDispatcher
import java.io.Serializable

/** Runs a test on the screens' own thread and clock: nothing waits for real time. */
@OptIn(ExperimentalTestApi::class)
internal fun onPhone(make: (CoroutineScope) -> MestoApp, way: suspend ComposeUiTest.(Phone) -> Unit) {
    val dispatcher = StandardTestDispatcher()
    runComposeUiTest(effectContext = dispatcher) {
        val phone = Phone(this, dispatcher, make)
        way(phone)
        phone.end()
    }
}

@OptIn(ExperimentalTestApi::class)
internal class Phone(private val ui: ComposeUiTest, private val dispatcher: TestDispatcher, private val make: (CoroutineScope) -> MestoApp) {
    /** What lives as long as a process. */
    private inner class Process : ViewModelStoreOwner {
        override val viewModelStore = ViewModelStore()
        private val scope = CoroutineScope(SupervisorJob() + dispatcher)
        val app = make(scope).apply { start() }

        fun end() {
            viewModelStore.clear()
            scope.cancel()
        }
    }

    private val button = DirectNavigationEventInput()
    private val backs = object : NavigationEventDispatcherOwner {
        override val navigationEventDispatcher = NavigationEventDispatcher { left += 1 }.apply { addInput(button) }
    }
    private var process = Process()

    /** How often "back" led out of the app. */
    var left = 0
        private set

    private inner class Window(saved: Map<String, List<Any?>>?) {
        val process = this@Phone.process
        val registry = SaveableStateRegistry(saved, canBeSaved = { it is SavedState || it is Serializable })
    }

    private var window by mutableStateOf<Window?>(Window(saved = null))

    init {
        ui.setContent {
            window?.let { shown ->
                CompositionLocalProvider(
                    LocalSaveableStateRegistry provides shown.registry,
                    LocalViewModelStoreOwner provides shown.process,
                    LocalNavigationEventDispatcherOwner provides backs,
                ) { MestoScreens(shown.process.app, dark = false) }
            }
        }
    }

    fun back() = button.backCompleted()

    fun toFront() {
        process.app.toFront()
        waits()
    }

    fun toBack() {
        process.app.toBack()
        waits()
    }

    /** What was begun goes on until it waits for something. */
    @OptIn(ExperimentalCoroutinesApi::class)
    fun waits() {
        dispatcher.scheduler.runCurrent()
        ui.waitForIdle()
    }

    /** A new window of the same process. */
    fun turn() = reopen {}

    /** The driver opens the app again, of which only the saved state is left. */
    fun endProcess() = reopen {
        process.end()
        process = Process()
    }

    private fun reopen(meanwhile: () -> Unit) {
        ui.waitForIdle()
        val saved = checkNotNull(window).registry.performSave()
        window = null
        ui.waitForIdle()
        meanwhile()
        window = Window(saved)
        ui.waitForIdle()
    }

    fun end() = process.end()
}
