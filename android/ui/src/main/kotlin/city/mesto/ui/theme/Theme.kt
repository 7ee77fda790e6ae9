// The look of Mesto: ink on paper. Saturated colour is kept for parking zones, so that a wrong zone
// cannot hide.

package city.mesto.ui.theme

import androidx.compose.foundation.isSystemInDarkTheme
import androidx.compose.foundation.shape.RoundedCornerShape
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Shapes
import androidx.compose.material3.Typography
import androidx.compose.material3.darkColorScheme
import androidx.compose.material3.lightColorScheme
import androidx.compose.runtime.Composable
import androidx.compose.runtime.CompositionLocalProvider
import androidx.compose.runtime.Immutable
import androidx.compose.runtime.ReadOnlyComposable
import androidx.compose.runtime.staticCompositionLocalOf
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.platform.LocalDensity
import androidx.compose.ui.text.TextStyle
import androidx.compose.ui.text.font.FontWeight
import androidx.compose.ui.unit.Dp
import androidx.compose.ui.unit.TextUnit
import androidx.compose.ui.unit.dp
import androidx.compose.ui.unit.sp

private val Light = lightColorScheme(
    primary = Color(0xFF14213D),
    onPrimary = Color(0xFFFFFFFF),
    primaryContainer = Color(0xFFE2E8F5),
    onPrimaryContainer = Color(0xFF14213D),
    secondary = Color(0xFF3C475C),
    onSecondary = Color(0xFFFFFFFF),
    secondaryContainer = Color(0xFFE9ECF2),
    onSecondaryContainer = Color(0xFF14213D),
    background = Color(0xFFF3F4F7),
    onBackground = Color(0xFF12161D),
    surface = Color(0xFFFFFFFF),
    onSurface = Color(0xFF12161D),
    surfaceVariant = Color(0xFFE9ECF2),
    onSurfaceVariant = Color(0xFF485163),
    surfaceContainerLowest = Color(0xFFFFFFFF),
    surfaceContainerLow = Color(0xFFFFFFFF),
    surfaceContainer = Color(0xFFFFFFFF),
    surfaceContainerHigh = Color(0xFFF0F2F6),
    surfaceContainerHighest = Color(0xFFE9ECF2),
    outline = Color(0xFF7A8394),
    outlineVariant = Color(0xFFD5DAE3),
    error = Color(0xFF9B1C31),
    onError = Color(0xFFFFFFFF),
    errorContainer = Color(0xFFFCE8EB),
    onErrorContainer = Color(0xFF6B1021),
)

private val Dark = darkColorScheme(
    primary = Color(0xFFDCE6FF),
    onPrimary = Color(0xFF10203F),
    primaryContainer = Color(0xFF27344F),
    onPrimaryContainer = Color(0xFFDCE6FF),
    secondary = Color(0xFFBAC5DB),
    onSecondary = Color(0xFF1B2436),
    secondaryContainer = Color(0xFF2A313D),
    onSecondaryContainer = Color(0xFFE3E8F2),
    background = Color(0xFF0C0F14),
    onBackground = Color(0xFFF1F3F7),
    surface = Color(0xFF161A21),
    onSurface = Color(0xFFF1F3F7),
    surfaceVariant = Color(0xFF2A313D),
    onSurfaceVariant = Color(0xFFB9C1CF),
    surfaceContainerLowest = Color(0xFF0C0F14),
    surfaceContainerLow = Color(0xFF161A21),
    surfaceContainer = Color(0xFF161A21),
    surfaceContainerHigh = Color(0xFF202630),
    surfaceContainerHighest = Color(0xFF2A313D),
    outline = Color(0xFF8A93A4),
    outlineVariant = Color(0xFF353D4A),
    error = Color(0xFFFFB3BE),
    onError = Color(0xFF5A0B1B),
    errorContainer = Color(0xFF4A1822),
    onErrorContainer = Color(0xFFFFD9DE),
)

/** What Material has no role for: attention that is not an error, and good news. */
@Immutable
data class SignalColours(val attention: Color, val onAttention: Color, val attentionMark: Color, val good: Color, val onGood: Color)

private val LightSignals = SignalColours(
    attention = Color(0xFFFFF0D2),
    onAttention = Color(0xFF4F3300),
    attentionMark = Color(0xFFB45309),
    good = Color(0xFFDDF3E7),
    onGood = Color(0xFF0B4A31),
)
private val DarkSignals = SignalColours(
    attention = Color(0xFF3E2E0C),
    onAttention = Color(0xFFFFE2A8),
    attentionMark = Color(0xFFFFB84D),
    good = Color(0xFF12392A),
    onGood = Color(0xFFB6EFD2),
)
private val LocalSignals = staticCompositionLocalOf { LightSignals }

/** The signal colours of the theme in force. */
val signals: SignalColours
    @Composable @ReadOnlyComposable
    get() = LocalSignals.current

/** Figures of equal width: a countdown and a column of prices must not dance. */
const val EQUAL_FIGURES = "tnum"

private val Type = Typography().run {
    copy(
        displayLarge = displayLarge.copy(fontSize = 60.sp, lineHeight = 64.sp, fontWeight = FontWeight.Bold, fontFeatureSettings = EQUAL_FIGURES),
        displaySmall = displaySmall.copy(fontSize = 40.sp, lineHeight = 44.sp, fontWeight = FontWeight.Bold, fontFeatureSettings = EQUAL_FIGURES),
        headlineMedium = headlineMedium.copy(fontSize = 26.sp, lineHeight = 32.sp, fontWeight = FontWeight.Bold, fontFeatureSettings = EQUAL_FIGURES),
        titleLarge = titleLarge.copy(fontSize = 20.sp, lineHeight = 26.sp, fontWeight = FontWeight.SemiBold, fontFeatureSettings = EQUAL_FIGURES),
        titleMedium = titleMedium.copy(fontSize = 17.sp, lineHeight = 24.sp, fontWeight = FontWeight.SemiBold, fontFeatureSettings = EQUAL_FIGURES),
        bodyLarge = bodyLarge.copy(fontSize = 17.sp, lineHeight = 24.sp, letterSpacing = 0.sp, fontFeatureSettings = EQUAL_FIGURES),
        bodyMedium = bodyMedium.copy(fontSize = 15.sp, lineHeight = 21.sp, letterSpacing = 0.sp, fontFeatureSettings = EQUAL_FIGURES),
        labelLarge = labelLarge.copy(fontSize = 19.sp, lineHeight = 24.sp, letterSpacing = 0.sp, fontWeight = FontWeight.SemiBold, fontFeatureSettings = EQUAL_FIGURES),
        labelMedium = labelMedium.copy(fontSize = 14.sp, lineHeight = 18.sp, letterSpacing = 0.sp, fontWeight = FontWeight.Medium, fontFeatureSettings = EQUAL_FIGURES),
    )
}

private val Corners = Shapes(
    small = RoundedCornerShape(10.dp),
    medium = RoundedCornerShape(16.dp),
    large = RoundedCornerShape(22.dp),
    extraLarge = RoundedCornerShape(28.dp),
)

/** The theme around every screen; `dark` follows the phone. */
@Composable
fun MestoTheme(dark: Boolean = isSystemInDarkTheme(), content: @Composable () -> Unit) {
    CompositionLocalProvider(LocalSignals provides if (dark) DarkSignals else LightSignals) {
        MaterialTheme(colorScheme = if (dark) Dark else Light, typography = Type, shapes = Corners, content = content)
    }
}

/** The style of the letters on a plate: heavy, a little spaced. */
val PlateLetters: TextStyle
    @Composable @ReadOnlyComposable
    get() = MaterialTheme.typography.headlineMedium.copy(fontWeight = FontWeight.Black, letterSpacing = 1.sp)

/**
 * `size` as the phone's letters ask for, but no larger than `most`: where a word would break, or a
 * figure outgrow its place.
 */
@Composable
@ReadOnlyComposable
fun capped(size: TextUnit, most: Dp): TextUnit = with(LocalDensity.current) { minOf(size.toPx(), most.toPx()).toSp() }

/** What is typed: big, on a line high enough for the tails of `g` and `p`. */
val FieldLetters: TextStyle
    @Composable @ReadOnlyComposable
    get() = MaterialTheme.typography.headlineMedium.copy(lineHeight = 38.sp)
