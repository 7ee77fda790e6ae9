// What a camera would see: pictures of a folder, one after the other, or the sign of the testbed's
// bus.

package city.mesto.desktop

import androidx.compose.ui.graphics.toComposeImageBitmap
import city.mesto.sdk.core.ScanFrame
import city.mesto.ui.app.Seen
import io.nayuki.qrcodegen.QrCode
import java.awt.Color
import java.awt.image.BufferedImage
import java.io.File
import javax.imageio.ImageIO
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.flow.flowOn

private const val PAUSE_MILLIS = 200L
private const val WIDTH = 640
private const val HEIGHT = 480

/** The luminance of each point, weighted as BT.601 does. */
fun seen(image: BufferedImage): Seen {
    val points = image.getRGB(0, 0, image.width, image.height, null, 0, image.width)
    val luminance = ByteArray(points.size) { at ->
        val point = points[at]
        (((point shr 16 and 0xFF) * 299 + (point shr 8 and 0xFF) * 587 + (point and 0xFF) * 114) / 1000).toByte()
    }
    return Seen(ScanFrame(luminance, image.width.toUInt(), image.height.toUInt()), image.toComposeImageBitmap())
}

/** Null where it is no picture. */
fun pictureOf(file: File): BufferedImage? = runCatching { ImageIO.read(file) }.getOrNull()

/** The pictures of a folder by their names, again and again; every one is a frame. */
fun framesOf(folder: File): Flow<Seen> = flow {
    val files = folder.listFiles { file -> PICTURES.any { file.name.endsWith(it, ignoreCase = true) } }.orEmpty().sortedBy { it.name }
    while (files.isNotEmpty()) {
        for (file in files) {
            pictureOf(file)?.let { emit(seen(it)) }
            delay(PAUSE_MILLIS)
        }
    }
}.flowOn(Dispatchers.IO)

/** A wall, and on it the sign of the bus that was boarded. */
fun framesOf(sign: () -> String?): Flow<Seen> = flow {
    while (true) {
        emit(seen(wall(sign())))
        delay(PAUSE_MILLIS)
    }
}.flowOn(Dispatchers.IO)

val PICTURES = listOf(".jpg", ".jpeg", ".png")

private fun wall(sign: String?): BufferedImage {
    val image = BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB)
    val graphics = image.createGraphics()
    graphics.color = Color(0x9AA3AE)
    graphics.fillRect(0, 0, WIDTH, HEIGHT)
    sign?.let {
        val code = QrCode.encodeText(it, QrCode.Ecc.MEDIUM)
        val module = 8
        val (left, top) = (WIDTH - code.size * module) / 2 to (HEIGHT - code.size * module) / 2
        graphics.color = Color(0xE8E6E0)
        graphics.fillRect(left - 4 * module, top - 4 * module, (code.size + 8) * module, (code.size + 8) * module)
        graphics.color = Color(0x2A2A2E)
        for (y in 0 until code.size) for (x in 0 until code.size) if (code.getModule(x, y)) graphics.fillRect(left + x * module, top + y * module, module, module)
    }
    graphics.dispose()
    return image
}
