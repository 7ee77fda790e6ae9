// Every state of every screen is drawn; `cargo xtask screens` keeps the pictures to look at.

package city.mesto.ui

import androidx.compose.ui.ImageComposeScene
import androidx.compose.ui.unit.Density
import java.awt.image.IndexColorModel
import java.io.File
import javax.imageio.ImageIO
import kotlin.test.assertEquals
import kotlin.test.assertIs
import kotlin.test.assertTrue
import org.jetbrains.skia.Bitmap
import org.jetbrains.skia.Image
import org.junit.jupiter.api.DynamicTest
import org.junit.jupiter.api.DynamicTest.dynamicTest
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.TestFactory

private const val WIDTH = 390
private const val HEIGHT = 844
private const val SCALE = 1.25f

/** What all film strips together may weigh in the repository. */
private const val MOST_BYTES = 600_000L

/** States that are drawn in every manner; the others by day, in Serbian, Kazakh and Russian. */
private val IN_EVERY_MANNER = setOf("zones-ready", "buy-at-the-stop", "buy-by-card", "buy-at-the-bank", "buy-unconfirmed", "prices-known", "orders-ready", "orders-at-the-bank", "ticket-running", "ticket-limit-reached", "rides-list-running", "rides-scan-looking", "rides-check-ready", "rides-check-unconfirmed", "rides-ticket-running", "cards-list-several", "cards-card-block-asked", "cards-card-shown", "cards-link-second", "cards-top-up-ready", "passes-list-held", "passes-buy-ready", "news-unread", "account-asked", "terms-must-accept")

private enum class Manner(val suffix: String, val language: String, val dark: Boolean, val font: Float) {
    Day("", "sr-Latn", false, 1f),
    English(".en", "en", false, 1f),
    Night(".night", "sr-Latn", true, 1f),
    LargeLetters(".large", "sr-Latn", false, 2f),
    Kazakh(".kk", "kk", false, 1f),
    KazakhAtNight(".kk.night", "kk", true, 1f),
    KazakhInLargeLetters(".kk.large", "kk", false, 2f),
    Russian(".ru", "ru", false, 1f),
    RussianInLargeLetters(".ru.large", "ru", false, 2f),
}

private val EVERY_STATE = setOf(Manner.Day, Manner.Kazakh, Manner.Russian)

class ScreensDrawnTest {
    private fun drawn(): Map<String, Pair<DrawnScreen, Manner>> = buildMap {
        for (manner in Manner.entries) {
            for (screen in drawnScreens(manner.language)) {
                if (manner in EVERY_STATE || screen.name in IN_EVERY_MANNER) put("${screen.name}${manner.suffix}.png", screen to manner)
            }
        }
    }

    @TestFactory
    fun every_state_is_drawn_and_not_blank(): List<DynamicTest> = drawn().map { (file, what) ->
        dynamicTest(file) {
            val (screen, manner) = what
            val image = draw(screen, manner)
            assertIsDrawn(image)
            Pictures.folder?.let { File(it, file).writeBytes(checkNotNull(image.encodeToData()).bytes) }
        }
    }

    @Test
    fun every_film_strip_is_kept_small_and_no_picture_beside_them() {
        val kept = File(root(), "docs/screens").listFiles { file -> file.extension == "png" }.orEmpty()
        assertEquals(STRIPS.map { "$it.png" }.toSortedSet(), kept.map { it.name }.toSortedSet(), "run `cargo xtask screens --update`")
        kept.forEach { assertIs<IndexColorModel>(ImageIO.read(it).colorModel, "${it.name} has no palette") }
        assertTrue(kept.sumOf { it.length() } < MOST_BYTES, "the film strips are too large to be kept")
    }

    private fun draw(screen: DrawnScreen, manner: Manner): Image {
        val scene = ImageComposeScene((WIDTH * SCALE).toInt(), (HEIGHT * SCALE).toInt(), Density(SCALE, manner.font)) {
            MestoScreen(TestWords.of(manner.language), manner.dark) { screen.content() }
        }
        return try {
            scene.render(0)
            scene.render(400_000_000)
        } finally {
            scene.close()
        }
    }

    /** More than paper: several colours, none of them nearly everywhere. */
    private fun assertIsDrawn(image: Image) {
        val bitmap = Bitmap.makeFromImage(image)
        val seen = HashMap<Int, Int>()
        for (y in 0 until bitmap.height step 3) {
            for (x in 0 until bitmap.width step 3) seen.merge(bitmap.getColor(x, y), 1, Int::plus)
        }
        val most = seen.values.max().toDouble() / seen.values.sum()
        assertTrue(seen.size > 16, "only ${seen.size} colours")
        assertTrue(most < 0.995, "one colour covers ${(most * 100).toInt()} %")
    }
}
