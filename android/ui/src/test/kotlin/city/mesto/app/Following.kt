// Live updates in an activity, of docs/guide-app-teams.md, in an app's own package and compiled as
// it stands there.
package city.mesto.app

// following
import androidx.lifecycle.Lifecycle
import androidx.lifecycle.LifecycleOwner
import androidx.lifecycle.lifecycleScope
import androidx.lifecycle.repeatOnLifecycle
import city.mesto.sdk.MestoClient
import city.mesto.sdk.account
import city.mesto.sdk.code
import city.mesto.sdk.core.MestoException
import city.mesto.sdk.live
import kotlinx.coroutines.flow.collectLatest
import kotlinx.coroutines.flow.distinctUntilChanged
import kotlinx.coroutines.flow.map
import kotlinx.coroutines.launch

/** In an activity's `onCreate`: on while it is started, off when it stops. */
fun LifecycleOwner.follow(mesto: MestoClient, log: (String) -> Unit) {
    lifecycleScope.launch {
        repeatOnLifecycle(Lifecycle.State.STARTED) {
            mesto.account.state.map { it.isSignedIn }.distinctUntilChanged().collectLatest { isSignedIn ->
                if (isSignedIn) try { mesto.live.run() } catch (over: MestoException) { log(over.code) }
            }
        }
    }
}
// following end
