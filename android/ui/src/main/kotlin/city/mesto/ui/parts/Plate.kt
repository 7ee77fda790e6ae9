// A plate as it looks on the car: the one thing nobody may get wrong, so it is drawn big and always
// black on white.

package city.mesto.ui.parts

import androidx.compose.foundation.background
import androidx.compose.foundation.border
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.IntrinsicSize
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxHeight
import androidx.compose.foundation.layout.height
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.width
import androidx.compose.foundation.shape.RoundedCornerShape
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.draw.clip
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.semantics.clearAndSetSemantics
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.text
import androidx.compose.ui.text.AnnotatedString
import androidx.compose.ui.unit.TextUnit
import androidx.compose.ui.unit.dp
import androidx.compose.ui.unit.sp
import city.mesto.ui.theme.PlateLetters
import city.mesto.ui.theme.capped

private val Ink = Color(0xFF101318)
private val Paper = Color(0xFFFDFDFB)
private const val MOST_GROWTH = 1.3f
private val Band = Color(0xFF0B3FA8)

/** `BG 789-PP` on its white plate; spelled out letter by letter to a screen reader. */
@Composable
fun Plate(shown: String, modifier: Modifier = Modifier, size: TextUnit = 26.sp) {
    val shape = RoundedCornerShape(8.dp)
    // Big already: twice as big it would leave no room for what is done with it.
    val letters = capped(size, (size.value * MOST_GROWTH).dp)
    Row(
        modifier = modifier
            .clearAndSetSemantics {
                contentDescription = spelled(shown)
                text = AnnotatedString(shown)
            }
            .height(IntrinsicSize.Min)
            .clip(shape)
            .background(Paper)
            .border(2.dp, Ink, shape),
        verticalAlignment = Alignment.CenterVertically,
        horizontalArrangement = Arrangement.Start,
    ) {
        Box(Modifier.fillMaxHeight().width(14.dp).background(Band))
        Text(
            text = shown,
            style = PlateLetters,
            fontSize = letters,
            lineHeight = letters * 1.2f,
            color = Ink,
            maxLines = 1,
            softWrap = false,
            modifier = Modifier.padding(horizontal = 10.dp, vertical = 5.dp),
        )
    }
}

/** `B G, 7 8 9, P P`: read as letters and figures, never as a word or a number. */
internal fun spelled(plate: String): String =
    plate.split(' ', '-').filter { it.isNotEmpty() }.joinToString(", ") { part -> part.toList().joinToString(" ") }
