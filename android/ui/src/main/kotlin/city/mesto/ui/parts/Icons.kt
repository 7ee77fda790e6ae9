// The few icons of the screens, drawn here: 24 units square, one colour.

package city.mesto.ui.parts

import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.SolidColor
import androidx.compose.ui.graphics.StrokeCap
import androidx.compose.ui.graphics.StrokeJoin
import androidx.compose.ui.graphics.vector.ImageVector
import androidx.compose.ui.graphics.vector.PathParser
import androidx.compose.ui.unit.dp

/** Line icons; every one is decoration beside a text, unless the caller describes it. */
object Icons {
    val Back = line("M15 5 L8 12 L15 19")
    val Forward = line("M9 5 L16 12 L9 19")
    val Plus = line("M12 5 L12 19 M5 12 L19 12")
    val Minus = line("M5 12 L19 12")
    val Close = line("M6 6 L18 18 M18 6 L6 18")
    val Check = line("M4.5 12.5 L9.5 17.5 L19.5 7")
    val Clock = line("M12 3 A9 9 0 1 1 12 21 A9 9 0 1 1 12 3 Z M12 7 L12 12 L15.5 14")
    val Hourglass = line("M6 3 L18 3 M6 21 L18 21 M7 3 L7 6.5 C7 9 12 10.5 12 12 C12 13.5 7 15 7 17.5 L7 21 M17 3 L17 6.5 C17 9 12 10.5 12 12 C12 13.5 17 15 17 17.5 L17 21")
    val Warning = line("M12 4 L21 19.5 L3 19.5 Z M12 10 L12 14 M12 16.8 L12 17")
    val Refused = line("M12 3 A9 9 0 1 1 12 21 A9 9 0 1 1 12 3 Z M5.8 5.8 L18.2 18.2")
    val Offline = line("M3 3 L21 21 M5 10.5 C6.4 9.3 8 8.4 9.7 8 M14.5 8 C16.2 8.4 17.7 9.3 19 10.5 M8.2 14 C9 13.3 9.9 12.8 10.9 12.6 M12 18 L12 18.2")
    val Message = line("M4 5 L20 5 L20 16 L11 16 L6.5 20 L6.5 16 L4 16 Z M8 9 L16 9 M8 12 L13 12")
    val Wallet = line("M4 7 L18 7 L18 5 L6 5 C4.9 5 4 5.9 4 7 L4 17 C4 18.1 4.9 19 6 19 L20 19 L20 9 L18 7 M16 14 L16.2 14")
    val Pin = line("M12 21 C12 21 5 14.5 5 9.5 A7 7 0 1 1 19 9.5 C19 14.5 12 21 12 21 Z M12 7 A2.5 2.5 0 1 1 12 12 A2.5 2.5 0 1 1 12 7 Z")
    val Again = line("M19 12 A7 7 0 1 1 16.5 6.6 M17 3 L17 7.2 L12.8 7.2")
    val Lock = line("M6 11 L18 11 L18 20 L6 20 Z M8.5 11 L8.5 8 A3.5 3.5 0 0 1 15.5 8 L15.5 11")
    val Car = line("M3 16 L3 12.5 L5.2 11.5 L7.2 7 L16.8 7 L18.8 11.5 L21 12.5 L21 16 Z M5.2 11.5 L18.8 11.5 M6.5 16 L6.5 18 M17.5 16 L17.5 18")
    val Garage = line("M4 20 L4 9.5 L12 4 L20 9.5 L20 20 M7.5 20 L7.5 12 L16.5 12 L16.5 20 M7.5 16 L16.5 16")
    val Bus = line("M5 5 L19 5 L19 17 L5 17 Z M5 11.5 L19 11.5 M8 17 L8 19.5 M16 17 L16 19.5 M8 14.2 L8.2 14.2 M16 14.2 L16.2 14.2")
    val Photo = line("M4 8 L8 8 L9.5 5.5 L14.5 5.5 L16 8 L20 8 L20 19 L4 19 Z M12 9.5 A3.5 3.5 0 1 1 12 16.5 A3.5 3.5 0 1 1 12 9.5 Z")
    val Sign = line("M5 3 L19 3 L19 13 L5 13 Z M12 13 L12 21 M9 6 L15 6 M9 9.5 L15 9.5")

    val Card = line("M3 6 L21 6 L21 18 L3 18 Z M3 10 L21 10 M6.5 14.5 L10.5 14.5")
    val Pass = line("M4 6 L20 6 L20 10 A2 2 0 0 0 20 14 L20 18 L4 18 L4 14 A2 2 0 0 0 4 10 Z M14 8.5 L14 10 M14 14 L14 15.5")
    val News = line("M6 16.5 L6 11 A6 6 0 0 1 18 11 L18 16.5 L20 18.5 L4 18.5 Z M10 21 L14 21")
    val Person = line("M12 4 A4 4 0 1 1 12 12 A4 4 0 1 1 12 4 Z M4.5 20 C4.5 16.5 8 15 12 15 C16 15 19.5 16.5 19.5 20")
    val Page = line("M6 3 L14 3 L18 7 L18 21 L6 21 Z M14 3 L14 7 L18 7 M9 12 L15 12 M9 16 L15 16")

    private fun line(path: String): ImageVector = ImageVector.Builder(
        defaultWidth = 24.dp,
        defaultHeight = 24.dp,
        viewportWidth = 24f,
        viewportHeight = 24f,
    ).addPath(
        pathData = PathParser().parsePathString(path).toNodes(),
        stroke = SolidColor(Color.Black),
        strokeLineWidth = 2f,
        strokeLineCap = StrokeCap.Round,
        strokeLineJoin = StrokeJoin.Round,
    ).build()
}
