// The app without its pixels: what every screen is given, and what goes on in the background
// whatever is shown.

package city.mesto.ui.app

import city.mesto.sdk.MestoClient
import city.mesto.sdk.account
import city.mesto.sdk.cities
import city.mesto.sdk.core.LiveState
import city.mesto.sdk.core.MestoException
import city.mesto.sdk.core.Position
import city.mesto.sdk.live
import city.mesto.sdk.notices
import city.mesto.sdk.operator
import city.mesto.sdk.payments
import city.mesto.ui.fromcore.city
import city.mesto.ui.fromcore.hasService
import city.mesto.ui.text.Words
import java.time.ZoneId
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Job
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.collectLatest
import kotlinx.coroutines.flow.distinctUntilChanged
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.flow.map
import kotlinx.coroutines.launch

/**
 * One per app. Presenters and background work run in `scope` on one thread; `ticks` beat once a
 * second while the app is seen. `device` is shown in the driver's list of devices.
 */
class MestoApp(
    val client: MestoClient,
    val language: String,
    val device: String,
    val position: StateFlow<Position?>,
    val platform: Platform,
    val features: Features,
    internal val scope: CoroutineScope,
    internal val ticks: Flow<Unit> = everySecond,
) {
    internal val navigator = Navigator()

    /** Before a city was fetched by the phone's own clock. */
    val words = Words(client.texts, language) { at -> client.utcOffset(at) ?: ZoneId.systemDefault().rules.getOffset(at).totalSeconds }

    /** Buttons of the home screen that are of this city, as things stand. */
    val homeButtons: List<HomeButton> get() = features.homeButtons.filter { it.service == null || client.hasService(it.service) }

    /** Once; screens are shown before anything is answered. */
    fun start() {
        scope.launch {
            catchUp()
            beat()
        }
    }

    private var seen: Job? = null

    /**
     * The app is seen: what happens elsewhere shows at once, for as long as somebody is signed in.
     */
    fun toFront() {
        if (seen?.isActive == true) return
        seen = scope.launch {
            client.account.state.map { it.isSignedIn }.distinctUntilChanged().collectLatest { if (it) quietly { client.live.run() } }
        }
    }

    /** The app is not seen any more: nothing is kept open for it. */
    fun toBack() {
        seen?.cancel()
        seen = null
    }

    /** Tries now what the connection kept from being done. */
    fun retry() {
        scope.launch { catchUp() }
    }

    /**
     * Ends what had begun, then reads what is new; without a connection what is stored is shown.
     */
    private suspend fun catchUp() {
        refreshCities()
        if (!client.account.state.value.isSignedIn) return
        quietly { client.payments.settleAll() }
        quietly { client.account.sync() }
    }

    /**
     * The operator says which cities it has; those that are stored are kept up to date in any case.
     */
    private suspend fun refreshCities() {
        quietly { client.operator.refresh() }
        val offered = client.operator.current().document?.cities.orEmpty().map { it.id }
        for (city in (offered + client.cities.current().stored.map { it.id }).distinct()) quietly { client.cities.refresh(city) }
        client.city?.let { city -> quietly { client.notices.refresh(city.id) } }
    }

    /** In the background: open intents when their time has come, the account every now and then. */
    private suspend fun beat() {
        var seconds = 0L
        ticks.collect {
            seconds += 1
            val due = client.payments.nextRetryAt()
            if (due != null && client.now() >= due) quietly { client.payments.settleDue() }
            if (seconds % SYNC_SECONDS == 0L && client.live.current() !is LiveState.Live) catchUpIfSignedIn()
        }
    }

    private suspend fun catchUpIfSignedIn() {
        if (client.city == null) refreshCities()
        if (client.account.state.value.isSignedIn) quietly { client.account.sync() }
    }

    /** Connection and session show in the core's state, which the screens watch. */
    private suspend fun quietly(call: suspend () -> Unit) {
        try {
            call()
        } catch (_: MestoException) {
            return
        }
    }

    companion object {
        private const val SYNC_SECONDS = 20L

        /** Once a second, the first at once. */
        val everySecond: Flow<Unit> = flow {
            while (true) {
                emit(Unit)
                delay(1000)
            }
        }
    }
}
