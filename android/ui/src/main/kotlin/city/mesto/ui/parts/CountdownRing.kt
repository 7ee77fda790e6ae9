// The ring that empties while the ticket runs.

package city.mesto.ui.parts

import androidx.compose.foundation.Canvas
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.size
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.geometry.Offset
import androidx.compose.ui.geometry.Size
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.StrokeCap
import androidx.compose.ui.graphics.drawscope.Stroke
import androidx.compose.ui.platform.LocalDensity
import androidx.compose.ui.semantics.clearAndSetSemantics
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.unit.Dp
import androidx.compose.ui.unit.TextUnit
import androidx.compose.ui.unit.dp

/**
 * `fraction` of the ring from the top clockwise in `colour`; read to a screen reader as `described`
 * alone.
 */
@Composable
fun CountdownRing(
    fraction: Float,
    colour: Color,
    track: Color,
    described: String,
    modifier: Modifier = Modifier,
    diameter: Dp = 232.dp,
    content: @Composable () -> Unit,
) {
    Box(
        contentAlignment = Alignment.Center,
        modifier = modifier.size(diameter).clearAndSetSemantics { contentDescription = described },
    ) {
        Canvas(Modifier.fillMaxSize()) {
            val width = 16.dp.toPx()
            val corner = Offset(width / 2, width / 2)
            val ring = Size(size.width - width, size.height - width)
            drawArc(track, startAngle = 0f, sweepAngle = 360f, useCenter = false, topLeft = corner, size = ring, style = Stroke(width))
            if (fraction > 0f) {
                drawArc(
                    colour,
                    startAngle = -90f,
                    sweepAngle = 360f * fraction,
                    useCenter = false,
                    topLeft = corner,
                    size = ring,
                    style = Stroke(width, cap = StrokeCap.Round),
                )
            }
        }
        Column(horizontalAlignment = Alignment.CenterHorizontally) { content() }
    }
}

/**
 * What stands in the ring is big already and must not outgrow it when the phone's letters are
 * large.
 */
@Composable
fun fixedSize(size: Dp): TextUnit = with(LocalDensity.current) { size.toSp() }
