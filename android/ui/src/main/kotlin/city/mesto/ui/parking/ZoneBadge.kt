// A zone as a block of its colour with the code of its sign: compared with the sign at the kerb in
// one glance.

package city.mesto.ui.parking

import androidx.compose.foundation.background
import androidx.compose.foundation.border
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.defaultMinSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.shape.RoundedCornerShape
import androidx.compose.material3.LocalContentColor
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.CompositionLocalProvider
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.draw.clip
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.luminance
import androidx.compose.ui.semantics.clearAndSetSemantics
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.text.font.FontWeight
import androidx.compose.ui.unit.TextUnit
import androidx.compose.ui.unit.dp
import androidx.compose.ui.unit.sp
import city.mesto.ui.parts.IconAction
import city.mesto.ui.parts.Icons
import city.mesto.ui.text.texts
import city.mesto.ui.theme.capped

/** The block itself; decoration for a screen reader, the text beside it names the zone. */
@Composable
fun ZoneBadge(zone: ZoneView, modifier: Modifier = Modifier, size: TextUnit = 22.sp) {
    val colour = zoneColour(zone.colour)
    val shape = RoundedCornerShape(12.dp)
    val letters = capped(size, 28.dp)
    Box(
        contentAlignment = Alignment.Center,
        modifier = modifier
            .clearAndSetSemantics { }
            .defaultMinSize(minWidth = 76.dp, minHeight = 56.dp)
            .clip(shape)
            .background(colour)
            .border(1.dp, MaterialTheme.colorScheme.onSurface.copy(alpha = 0.22f), shape)
            .padding(horizontal = 10.dp, vertical = 8.dp),
    ) {
        Text(
            text = zone.sign ?: zone.name.take(1).uppercase(),
            color = lettersOn(colour),
            fontSize = letters,
            lineHeight = letters * 1.15f,
            fontWeight = FontWeight.ExtraBold,
            style = MaterialTheme.typography.titleLarge,
            maxLines = 1,
            softWrap = false,
        )
    }
}

/** The bar of a screen about one zone, in the zone's colour from edge to edge. */
@Composable
fun ZoneBar(zone: ZoneView, onBack: () -> Unit, modifier: Modifier = Modifier) {
    val colour = zoneColour(zone.colour)
    val letters = lettersOn(colour)
    val described = zone.sign?.let { texts.buyZoneDescribed(zone = zone.name, sign = it) } ?: zone.name
    Row(
        verticalAlignment = Alignment.CenterVertically,
        modifier = modifier.fillMaxWidth().background(colour).heightIn(min = 68.dp).padding(start = 6.dp, end = 20.dp, top = 8.dp, bottom = 8.dp),
    ) {
        CompositionLocalProvider(LocalContentColor provides letters) { IconAction(Icons.Back, texts.goBack(), onBack) }
        Row(
            verticalAlignment = Alignment.CenterVertically,
            modifier = Modifier.weight(1f).clearAndSetSemantics {
                contentDescription = described
                heading()
            },
        ) {
            val size = capped(26.sp, 34.dp)
            val style = MaterialTheme.typography.headlineMedium.copy(fontSize = size, lineHeight = size * 1.2f)
            Text(zone.name, style = style, color = letters, modifier = Modifier.weight(1f))
            zone.sign?.let { Text(it, style = style, fontWeight = FontWeight.Black, color = letters, maxLines = 1, modifier = Modifier.padding(start = 12.dp)) }
        }
    }
}

/**
 * `#rrggbb` as a colour; grey for what cannot be read, so that no zone gets the colour of another.
 */
internal fun zoneColour(hex: String): Color {
    val digits = hex.removePrefix("#")
    val value = digits.takeIf { it.length == 6 }?.toLongOrNull(16) ?: return Color(0xFF6B7280)
    return Color(0xFF000000 or value)
}

/** Black or white, whichever stands out more on `colour` (WCAG contrast). */
internal fun lettersOn(colour: Color): Color {
    val light = colour.luminance()
    val onWhite = 1.05f / (light + 0.05f)
    val onBlack = (light + 0.05f) / 0.05f
    return if (onWhite >= onBlack) Color.White else Color(0xFF101318)
}
