// The way to the scanner.

package city.mesto.ui.rides.scan

import androidx.compose.runtime.DisposableEffect
import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import androidx.navigation.NavGraphBuilder
import city.mesto.sdk.FrameScanner
import city.mesto.ui.app.MestoApp
import city.mesto.ui.app.Steps
import city.mesto.ui.app.screen
import java.time.Duration
import kotlinx.serialization.Serializable

@Serializable
data object ScanRoute

/** A picture that was picked is looked at as long as it takes. */
private val PICKED: Duration = Duration.ofSeconds(3)

internal fun NavGraphBuilder.scan(app: MestoApp, navigation: (Steps) -> ScanNavigation) = screen<ScanRoute, ScanPresenter>(
    app,
    make = { ScanPresenter(app.client, FrameScanner()::scan, { FrameScanner(PICKED).use { picked -> picked.scan(it) } }, scope, saved, navigation(steps)).apply { start() } },
) { presenter, _ ->
    val state by presenter.state.collectAsState()
    // The camera is on while its frames are seen.
    DisposableEffect(presenter) {
        presenter.on(ScanEvent.Opened)
        onDispose { presenter.on(ScanEvent.Covered) }
    }
    ScanScreen(state, presenter::on)
}
