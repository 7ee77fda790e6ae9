// Film strips: the screens of a journey side by side, as a small picture with a palette.

package city.mesto.ui

import androidx.compose.ui.geometry.Offset
import androidx.compose.ui.graphics.toAwtImage
import androidx.compose.ui.test.ComposeUiTest
import androidx.compose.ui.test.ExperimentalTestApi
import androidx.compose.ui.test.captureToImage
import androidx.compose.ui.test.onRoot
import androidx.compose.ui.test.performMouseInput
import java.awt.Color
import java.awt.image.BufferedImage
import java.awt.image.IndexColorModel
import java.io.File
import javax.imageio.ImageIO

/**
 * Where pictures go: every one into `MESTO_SCREENS`, the film strips also into docs/screens with
 * `UPDATE=1`.
 */
object Pictures {
    val folder: File? = System.getenv("MESTO_SCREENS")?.let { File(it).apply { mkdirs() } }
    val strips: File? = if (System.getenv("UPDATE") == "1") File(root(), "docs/screens") else null
}

/** The strips there are, by name. */
val STRIPS = setOf("start", "purchase", "not-confirmed", "garage", "ride")

class Strip(private val name: String) {
    private val frames = mutableListOf<BufferedImage>()
    private val folders = listOfNotNull(Pictures.folder, Pictures.strips)

    /** Adds what stands on the screen now. */
    @OptIn(ExperimentalTestApi::class)
    fun frame(ui: ComposeUiTest) {
        if (folders.isEmpty()) return
        // A finger leaves no shade on what it tapped last.
        ui.onRoot().performMouseInput { moveTo(Offset.Zero) }
        ui.waitForIdle()
        frames += ui.onRoot().captureToImage().toAwtImage()
    }

    fun write() {
        if (folders.isEmpty()) return
        check(name in STRIPS) { "name $name in STRIPS" }
        val picture = withPalette(sideBySide())
        folders.forEach { ImageIO.write(picture, "png", File(it, "$name.png")) }
    }

    private fun sideBySide(): BufferedImage {
        val width = frames.sumOf { it.width } + MARGIN * (frames.size + 1)
        val strip = BufferedImage(width, frames.maxOf { it.height } + 2 * MARGIN, BufferedImage.TYPE_INT_RGB)
        val graphics = strip.createGraphics()
        graphics.color = Color(0xC9CED8)
        graphics.fillRect(0, 0, strip.width, strip.height)
        frames.fold(MARGIN) { x, frame ->
            graphics.drawImage(frame, x, MARGIN, null)
            x + frame.width + MARGIN
        }
        graphics.dispose()
        return strip
    }

    private companion object {
        const val MARGIN = 12
    }
}

/**
 * The colours that cover most, none too near to another, and every pixel in the nearest of them.
 */
private fun withPalette(picture: BufferedImage): BufferedImage {
    val pixels = picture.getRGB(0, 0, picture.width, picture.height, null, 0, picture.width)
    val counted = HashMap<Int, Int>()
    pixels.forEach { counted.merge(it and 0xFFFFFF, 1, Int::plus) }
    val palette = mutableListOf<Int>()
    for ((colour, _) in counted.entries.sortedWith(compareBy({ -it.value }, { it.key }))) {
        if (palette.size == COLOURS) break
        if (palette.none { distance(it, colour) < NEAR }) palette += colour
    }
    val nearest = HashMap<Int, Byte>()
    val model = IndexColorModel(8, palette.size, channel(palette, 16), channel(palette, 8), channel(palette, 0))
    val small = BufferedImage(picture.width, picture.height, BufferedImage.TYPE_BYTE_INDEXED, model)
    val indexes = ByteArray(pixels.size) { at ->
        val colour = pixels[at] and 0xFFFFFF
        nearest.getOrPut(colour) { palette.indices.minBy { distance(palette[it], colour) }.toByte() }
    }
    small.raster.setDataElements(0, 0, picture.width, picture.height, indexes)
    return small
}

private const val COLOURS = 64
private const val NEAR = 160

private fun channel(palette: List<Int>, shift: Int) = ByteArray(palette.size) { (palette[it] shr shift).toByte() }

private fun distance(one: Int, other: Int): Int = listOf(16, 8, 0).sumOf { shift ->
    val difference = (one shr shift and 0xFF) - (other shr shift and 0xFF)
    difference * difference
}
