// The window: the app's screens as wide as a phone, and beside them the testbed's panel.

package city.mesto.desktop

import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxHeight
import androidx.compose.foundation.layout.width
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.setValue
import androidx.compose.ui.Modifier
import androidx.compose.ui.unit.DpSize
import androidx.compose.ui.unit.dp
import androidx.compose.ui.window.Window
import androidx.compose.ui.window.WindowState
import androidx.compose.ui.window.application
import city.mesto.sdk.AccountClient
import city.mesto.sdk.Core
import city.mesto.sdk.Mesto
import city.mesto.sdk.MestoClient
import city.mesto.sdk.account
import city.mesto.sdk.core.CityId
import city.mesto.sdk.core.ClientConfig
import city.mesto.sdk.core.CodeSent
import city.mesto.sdk.core.Line
import city.mesto.sdk.core.Notice
import city.mesto.sdk.core.Position
import city.mesto.ui.SmsFallback
import city.mesto.ui.app.MestoApp
import city.mesto.ui.app.MestoScreens
import city.mesto.ui.app.Platform
import city.mesto.ui.app.Seen
import city.mesto.ui.mestoFeatures
import city.mesto.ui.theme.MestoTheme
import java.awt.Desktop
import java.awt.FileDialog
import java.awt.Frame
import java.io.File
import java.net.URI
import java.nio.file.Files
import java.time.Instant
import java.util.Locale
import kotlin.system.exitProcess
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.cancel
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withContext

/**
 * What leaves the app is shown in the panel; the bank's page opens in a browser where there is one.
 */
private class Beside(private val folder: File?, private val hasBus: Boolean) : Platform {
    var page by mutableStateOf<String?>(null)

    /** The sign of the bus that was boarded; null on the pavement. */
    var sign by mutableStateOf<String?>(null)
    var composed by mutableStateOf<SmsFallback?>(null)

    override fun openPage(url: String) {
        page = url
        if (Desktop.isDesktopSupported() && Desktop.getDesktop().isSupported(Desktop.Action.BROWSE)) runCatching { Desktop.getDesktop().browse(URI(url)) }
    }

    /**
     * The system's file dialog, which waits on the window's own thread; the file is read beside it.
     */
    override suspend fun pickPhoto(): ByteArray? {
        val file = pickPicture() ?: return null
        return withContext(Dispatchers.IO) { runCatching { file.readBytes() }.getOrNull() }
    }

    private fun pickPicture(): File? = FileDialog(null as Frame?).apply {
        setFilenameFilter { _, name -> PICTURES.any { name.endsWith(it, ignoreCase = true) } }
        isVisible = true
    }.files.firstOrNull()

    override val frames: Flow<Seen>?
        get() = when {
            folder != null -> framesOf(folder)
            hasBus -> framesOf { sign }
            else -> null
        }

    override val mayPickFrame get() = true

    override suspend fun pickFrame(): Seen? {
        val file = pickPicture() ?: return null
        return withContext(Dispatchers.IO) { pictureOf(file)?.let(::seen) }
    }

    override fun composeSms(sms: SmsFallback) {
        composed = sms
    }
}

/**
 * The core, with an eye on the number that the last code went to: the panel shows the messages of
 * that phone.
 */
private class Watched(private val core: MestoClient) : MestoClient() {
    var phone by mutableStateOf<String?>(null)

    private val watched = object : AccountClient by core.account {
        override suspend fun requestCode(phone: String): CodeSent = core.account.requestCode(phone).also { this@Watched.phone = phone }
    }

    override fun <Part : Any> part(kind: Class<Part>, ofCore: (Core) -> Part): Part =
        if (kind.isInstance(watched)) checkNotNull(kind.cast(watched)) else core.part(kind, ofCore)

    override val connection get() = core.connection

    override val clock get() = core.clock

    override fun now() = core.now()

    override fun utcOffset(at: Instant, city: CityId?) = core.utcOffset(at, city)

    override fun text(id: String, args: Map<String, String>, city: CityId?) = core.text(id, args, city)

    override fun text(line: Line, city: CityId?) = core.text(line, city)

    override fun text(notice: Notice, city: CityId?) = core.text(notice, city)

    override fun recovery() = core.recovery()

    override suspend fun replan() = core.replan()

    override fun close() = core.close()
}

/** Terazije, where zone A and red meet. */
private val InTheCentre = Position(44.8131, 20.4606, 20.0)

fun main() {
    val root = File(System.getProperty("mesto.root") ?: ".")
    val operator = System.getenv("MESTO_OPERATOR")
    val city = System.getenv("MESTO_CITY") ?: "belgrade"
    val testbed = if (operator == null) Testbed(File(System.getenv("MESTO_BIN") ?: File(root, "target/debug/mesto").path), city) else null
    val language = System.getenv("MESTO_LANGUAGE") ?: Locale.getDefault().toLanguageTag()
    val client = runBlocking {
        Mesto.open(
            ClientConfig(
                path = File(folder(testbed != null), "mesto.db").path,
                operatorUrl = testbed?.operator ?: checkNotNull(operator),
                rootKey = testbed?.rootKey ?: checkNotNull(System.getenv("MESTO_ROOT_KEY")) { "MESTO_OPERATOR needs MESTO_ROOT_KEY" },
                locale = language,
            ),
        )
    }
    val beside = Beside(System.getenv("MESTO_FRAMES")?.let(::File), hasBus = testbed != null)
    val watched = Watched(client)
    val scope = CoroutineScope(SupervisorJob() + Dispatchers.Main)
    val app = MestoApp(watched, language, "desktop", MutableStateFlow(InTheCentre), beside, mestoFeatures, scope)
    app.start()
    application(exitProcessOnExit = false) {
        val width = if (testbed == null) 400.dp else 720.dp
        // The app ends before its core: nothing may ask that any more.
        val close = {
            scope.cancel()
            exitApplication()
        }
        val window = remember { WindowState(size = DpSize(width, 860.dp)) }
        LaunchedEffect(window.isMinimized) { if (window.isMinimized) app.toBack() else app.toFront() }
        Window(onCloseRequest = close, title = "Mesto", state = window) {
            Row {
                Box(Modifier.width(400.dp).fillMaxHeight()) { MestoScreens(app) }
                testbed?.let { MestoTheme { Panel(it, watched.phone, beside.page, beside.composed, beside.sign) { sign -> beside.sign = sign } } }
            }
        }
    }
    client.close()
    testbed?.close()
    // The build tool that runs this waits for threads of the window system, interrupts them, and
    // calls that a failure.
    exitProcess(0)
}

/** With a testbed everything is new at each start; with an operator the phone remembers. */
private fun folder(isTestbed: Boolean): File =
    if (isTestbed) Files.createTempDirectory("mesto").toFile() else File(System.getProperty("user.home"), ".local/share/mesto").apply { mkdirs() }
