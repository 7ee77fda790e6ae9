// What a camera sees, while it looks for a code.

package city.mesto.ui.parts

import androidx.compose.foundation.Image
import androidx.compose.foundation.background
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.aspectRatio
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.material3.MaterialTheme
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.draw.clip
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.ImageBitmap
import androidx.compose.ui.layout.ContentScale
import androidx.compose.ui.platform.LocalDensity
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.semantics.clearAndSetSemantics
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.role

private const val FRAME_SHAPE = 4f / 3f

/** Lower, so that with large letters there is room for what is in the way. */
private const val LOW_FRAME_SHAPE = 2f
private const val LARGE_LETTERS = 1.3f

/** The camera before its first frame, by day and by night. */
private val Unlit = Color(0xFF1B2029)

/** `isLow` where something else is more important on the screen. */
@Composable
fun CameraFrame(picture: ImageBitmap?, described: String, isLow: Boolean = false) {
    val shape = if (isLow || LocalDensity.current.fontScale > LARGE_LETTERS) LOW_FRAME_SHAPE else FRAME_SHAPE
    Box(
        contentAlignment = Alignment.Center,
        modifier = Modifier.fillMaxWidth().aspectRatio(shape).clip(MaterialTheme.shapes.large).background(Unlit).clearAndSetSemantics {
            contentDescription = described
            role = Role.Image
        },
    ) {
        picture?.let { Image(it, contentDescription = null, contentScale = ContentScale.Crop, modifier = Modifier.fillMaxSize()) }
    }
}
