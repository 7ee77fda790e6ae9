// A rider's way through the screens against a real operator, in Kazakh: the sign of a bus, the
// check, one confirmation, and the ticket.

package city.mesto.ui

import androidx.compose.ui.geometry.Size
import androidx.compose.ui.graphics.Canvas
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.ImageBitmap
import androidx.compose.ui.graphics.Paint
import androidx.compose.ui.geometry.Rect
import androidx.compose.ui.test.ComposeUiTest
import androidx.compose.ui.test.ExperimentalTestApi
import androidx.compose.ui.test.assertIsEnabled
import androidx.compose.ui.test.v2.runSkikoComposeUiTest
import androidx.compose.ui.unit.Density
import city.mesto.sdk.Mesto
import city.mesto.sdk.Texts
import city.mesto.sdk.account
import city.mesto.sdk.core.ClientConfig
import city.mesto.sdk.core.ScanFrame
import city.mesto.sdk.rides.rides
import city.mesto.ui.app.MestoApp
import city.mesto.ui.app.MestoScreens
import city.mesto.ui.app.Platform
import city.mesto.ui.app.Seen
import io.nayuki.qrcodegen.QrCode
import java.nio.file.Path
import java.util.concurrent.CopyOnWriteArrayList
import java.util.concurrent.Executors
import kotlin.test.assertEquals
import kotlin.test.assertTrue
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.asCoroutineDispatcher
import kotlinx.coroutines.cancel
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.MutableSharedFlow
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.AfterEach
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir

private const val PHONE = "+77011234567"
private const val WIDTH = 390
private const val HEIGHT = 844
private const val SCALE = 0.8f

@OptIn(ExperimentalTestApi::class)
class RideJourneyTest {
    @TempDir
    lateinit var folder: Path

    private val testbed = Testbed(city = "almaty")
    private val strip = Strip("ride")
    private val thread = Executors.newSingleThreadExecutor { Thread(it, "app").apply { isDaemon = true } }
    private val scope = CoroutineScope(SupervisorJob() + thread.asCoroutineDispatcher())
    private val pages = CopyOnWriteArrayList<String>()
    private val camera = MutableSharedFlow<Seen>(replay = 1)
    private lateinit var client: Mesto
    private val texts: Texts get() = client.texts

    @AfterEach
    fun end() {
        scope.cancel()
        thread.shutdown()
        client.close()
        testbed.close()
    }

    @Test
    fun a_sign_is_scanned_checked_confirmed_once_and_shown_to_a_controller_av_62_av_63_av_64_av_65_av_66_av_69_av_82_av_135() = onPhone {
        val sign = testbed.bus("1204", "123ABC02")
        open()
        signIn()
        topUp()

        // A wall, then a stranger's code, then the sign.
        camera.tryEmit(posted(null))
        tap(texts.ridesScanGo())
        sees(texts.ridesScanLook())
        camera.tryEmit(posted("https://pay.example.top/almaty/v/K7M2P9QD"))
        sees("pay.example.top")
        strip.frame(this)
        camera.tryEmit(posted(sign))

        // What it is and what it costs, before anything is charged; «Растау».
        val route = texts.ridesRoute(kind = texts.rideKindBus(), number = "92")
        val confirm = texts.ridesConfirmDescribed(amount = kzt("120"), ride = route)
        sees(texts.ridesTo("Әл-Фараби даңғылы"))
        sees("Алматыэлектротранс")
        assertEquals("Растау", texts.ridesConfirm())
        finds(confirm).assertIsEnabled()
        strip.frame(this)
        tapTwice(confirm)
        sees(texts.ridesTicketNote())
        sees(texts.ridesPersons(1))
        strip.frame(this)
        assertEquals(1, runBlocking { client.rides.history() }.items.size)
        assertTrue("\"sums_to_zero\":true" in testbed.ledger().replace(" ", ""))

        // The same vehicle again, by its terminal: asked about first.
        tap(texts.goBack())
        sees(texts.ridesTitle())
        camera.tryEmit(posted(testbed.terminal("1204")))
        tap(texts.ridesScanGo())
        sees(texts.ridesConfirmAgain())
        sees(texts.ridesSeeEarlier())
        strip.frame(this)
        tap(texts.goBack())
        sees(texts.ridesTitle())
        strip.frame(this)
        strip.write()
    }

    private fun onPhone(way: suspend ComposeUiTest.() -> Unit) =
        runSkikoComposeUiTest(Size(WIDTH * SCALE, HEIGHT * SCALE), Density(SCALE), block = way)

    private fun ComposeUiTest.open() {
        client = runBlocking {
            Mesto.open(ClientConfig(path = folder.resolve("mesto.db").toString(), operatorUrl = testbed.operator, rootKey = testbed.rootKey, locale = "kk"))
        }
        val app = MestoApp(
            client = client,
            language = "kk",
            device = "test",
            position = MutableStateFlow(null),
            platform = object : Platform {
                override fun openPage(url: String) { pages += url }

                override suspend fun pickPhoto(): ByteArray? = null

                override val frames: Flow<Seen> = camera

                override fun composeSms(sms: SmsFallback) = Unit
            },
            features = mestoFeatures,
            scope = scope,
        )
        app.start()
        setContent { MestoScreens(app, dark = false) }
    }

    private fun ComposeUiTest.signIn() {
        type(texts.startPhoneLabel(), PHONE)
        tap(texts.startSendCode())
        sees(texts.startCodeSent(PHONE))
        type(texts.startCodeLabel(), testbed.code(PHONE))
        tap(texts.startSignIn())
        sees(texts.ridesNone())
    }

    private fun ComposeUiTest.topUp() {
        val amount = kzt("1 000")
        tap(texts.ridesTopUp())
        tap(amount)
        tap(texts.topupGo(amount))
        sees(texts.topupWaiting())
        awaits("the bank's page") { pages.isNotEmpty() }
        testbed.payAt(pages.single())
        tapUntil(texts.stateCheckAgain()) { shows(texts.topupDone(amount)) }
        tap(texts.topupDoneNext())
        sees(texts.ridesLeft(8))
        runBlocking { client.account.sync() }
    }

    private fun kzt(amount: String) = "$amount ₸".replace(' ', '\u00A0')

    /** What the camera sees: a wall, and on it a code. */
    private fun posted(text: String?): Seen {
        val (width, height, module) = Triple(480, 360, 5)
        val code = text?.let { QrCode.encodeText(it, QrCode.Ecc.MEDIUM) }
        val picture = ImageBitmap(width, height)
        val canvas = Canvas(picture)
        val points = ByteArray(width * height)
        fun fill(left: Int, top: Int, right: Int, bottom: Int, grey: Int) {
            for (y in top until bottom) points.fill(grey.toByte(), y * width + left, y * width + right)
            canvas.drawRect(Rect(left.toFloat(), top.toFloat(), right.toFloat(), bottom.toFloat()), Paint().apply { color = Color(grey, grey, grey) })
        }
        fill(0, 0, width, height, 150)
        code?.let {
            val (left, top) = (width - it.size * module) / 2 to (height - it.size * module) / 2
            fill(left - 20, top - 20, left + it.size * module + 20, top + it.size * module + 20, 230)
            for (y in 0 until it.size) {
                for (x in 0 until it.size) if (it.getModule(x, y)) fill(left + x * module, top + y * module, left + (x + 1) * module, top + (y + 1) * module, 35)
            }
        }
        return Seen(ScanFrame(points, width.toUInt(), height.toUInt()), picture)
    }
}
