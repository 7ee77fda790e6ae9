// Draws every state of every screen into docs/screens; UPDATE=1 writes the pictures.

package city.mesto.ui

import androidx.compose.runtime.Composable
import androidx.compose.ui.ImageComposeScene
import androidx.compose.ui.unit.Density
import city.mesto.ui.buy.BuyScreen
import city.mesto.ui.preview.PreviewStates
import city.mesto.ui.start.PlateScreen
import city.mesto.ui.start.SignInScreen
import city.mesto.ui.start.TopUpScreen
import city.mesto.ui.ticket.TicketScreen
import city.mesto.ui.zones.ZonesScreen
import org.jetbrains.skia.Bitmap
import org.junit.jupiter.api.Test
import java.io.File
import kotlin.test.assertTrue

private const val WIDTH = 390
private const val HEIGHT = 844
private const val SCALE = 1.5f

class ScreensDrawnTest {
    @Test
    fun draws() {
        val out = File("../../docs/screens").apply { mkdirs() }
        for (language in listOf("sr-Latn", "en")) {
            for ((name, screen) in screens(language)) {
                draw(File(out, "$name.$language.png"), language, dark = false, font = 1f, screen)
            }
        }
        for ((name, screen) in screens("sr-Latn")) {
            draw(File(out, "$name.dark.png"), "sr-Latn", dark = true, font = 1f, screen)
            draw(File(out, "$name.large.png"), "sr-Latn", dark = false, font = 1.6f, screen)
        }
    }

    private fun screens(language: String): Map<String, @Composable () -> Unit> = buildMap {
        val states = PreviewStates(language)
        states.zones.forEach { (name, state) -> put("zones-$name") { ZonesScreen(state, {}) } }
        states.buy.forEach { (name, state) -> put("buy-$name") { BuyScreen(state, {}) } }
        states.ticket.forEach { (name, state) -> put("ticket-$name") { TicketScreen(state, {}) } }
        states.signIn.forEach { (name, state) -> put("sign-in-$name") { SignInScreen(state, {}) } }
        states.plate.forEach { (name, state) -> put("plate-$name") { PlateScreen(state, {}) } }
        states.topUp.forEach { (name, state) -> put("top-up-$name") { TopUpScreen(state, {}) } }
    }

    private fun draw(file: File, language: String, dark: Boolean, font: Float, screen: @Composable () -> Unit) {
        val scene = ImageComposeScene((WIDTH * SCALE).toInt(), (HEIGHT * SCALE).toInt(), Density(SCALE, font)) {
            MestoScreen(TestWords.of(language), dark) { screen() }
        }
        scene.render(0)
        val image = scene.render(500_000_000)
        file.writeBytes(image.encodeToData()!!.bytes)
        scene.close()
    }
}
