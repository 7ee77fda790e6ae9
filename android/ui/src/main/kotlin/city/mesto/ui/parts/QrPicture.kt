// A QR code, always dark on white with its quiet border, sharp at every size.

package city.mesto.ui.parts

import androidx.compose.foundation.Canvas
import androidx.compose.foundation.background
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.material3.MaterialTheme
import androidx.compose.runtime.Composable
import androidx.compose.runtime.remember
import androidx.compose.ui.Modifier
import androidx.compose.ui.draw.clip
import androidx.compose.ui.geometry.Offset
import androidx.compose.ui.geometry.Size
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.semantics.clearAndSetSemantics
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.role
import androidx.compose.ui.unit.Dp
import androidx.compose.ui.unit.dp
import io.nayuki.qrcodegen.QrCode
import kotlin.math.floor

/** `content` as a QR of `side`, error correction L: the screen is clean and the code dense. */
@Composable
fun QrPicture(content: String, described: String, modifier: Modifier = Modifier, side: Dp = 240.dp) {
    val code = remember(content) { QrCode.encodeText(content, QrCode.Ecc.LOW) }
    Box(
        modifier
            .size(side)
            .clip(MaterialTheme.shapes.small)
            .background(Color.White)
            .clearAndSetSemantics {
                contentDescription = described
                role = Role.Image
            }
            .padding(12.dp),
    ) {
        Canvas(Modifier.fillMaxSize()) {
            // Whole pixels for each module: a scanner sees edges, not greys.
            val module = floor(size.minDimension / code.size).coerceAtLeast(1f)
            val start = Offset((size.width - module * code.size) / 2, (size.height - module * code.size) / 2)
            for (y in 0 until code.size) {
                for (x in 0 until code.size) {
                    if (code.getModule(x, y)) {
                        drawRect(Color(0xFF101318), topLeft = start + Offset(x * module, y * module), size = Size(module, module))
                    }
                }
            }
        }
    }
}
