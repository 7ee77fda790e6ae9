// How texts, money and times read on a screen: the catalogue's words, the city's clock, the language's figures.

package city.mesto.ui.text

import androidx.compose.runtime.Composable
import androidx.compose.runtime.ReadOnlyComposable
import androidx.compose.runtime.staticCompositionLocalOf
import city.mesto.sdk.Texts
import city.mesto.ui.Price
import java.math.BigDecimal
import java.text.DecimalFormat
import java.text.DecimalFormatSymbols
import java.time.Instant
import java.time.ZoneId
import java.time.format.DateTimeFormatter
import java.util.Currency
import java.util.Locale

/** Texts and figures for one language; `zone` is the city's, asked for at every moment because the city comes later than the first screen. */
class Words(val texts: Texts, language: String, private val zone: () -> ZoneId) {
    private val locale: Locale = Locale.forLanguageTag(language)
    private val clock = DateTimeFormatter.ofPattern("HH:mm", Locale.ROOT)
    private val clockAndDay = DateTimeFormatter.ofPattern(if (language.startsWith("en")) "EEE d MMM, HH:mm" else "EEE d. MMM, HH:mm", locale)

    /** `10:30` by the city's clock. */
    fun time(at: Instant): String = clock.format(at.atZone(zone()))

    /** `10:30`, and the day when it is not that of `from`. */
    fun time(at: Instant, from: Instant): String {
        val moment = at.atZone(zone())
        val sameDay = moment.toLocalDate() == from.atZone(zone()).toLocalDate()
        return if (sameDay) clock.format(moment) else clockAndDay.format(moment)
    }

    /** `10:30` with its day. */
    fun dayAndTime(at: Instant): String = clockAndDay.format(at.atZone(zone()))

    /** `2,1` in Serbian, `2.1` in English. */
    fun number(value: BigDecimal): String = DecimalFormat("#,##0.##", DecimalFormatSymbols.getInstance(locale)).format(value)

    /** `1.000,00 RSD` in Serbian, `1,000.00 RSD` in English; as many decimals as the currency has. */
    fun money(price: Price): String {
        val digits = runCatching { Currency.getInstance(price.currency).defaultFractionDigits }.getOrDefault(2).coerceAtLeast(0)
        // The JDK gives RSD no decimals of its own choosing in some releases; the field writes two.
        val shown = if (price.currency == "RSD") 2 else digits
        val format = DecimalFormat("#,##0", DecimalFormatSymbols.getInstance(locale)).apply {
            minimumFractionDigits = shown
            maximumFractionDigits = maxOf(shown, price.amount.stripTrailingZeros().scale())
        }
        return format.format(price.amount) + NO_BREAK + price.currency
    }

    /** `09:05`, or `1:02:03` from an hour on. */
    fun countdown(seconds: Long): String {
        val hours = seconds / 3600
        val minutes = seconds / 60 % 60
        val rest = seconds % 60
        return if (hours > 0) "%d:%02d:%02d".format(Locale.ROOT, hours, minutes, rest) else "%02d:%02d".format(Locale.ROOT, minutes, rest)
    }

    private companion object {
        const val NO_BREAK = "\u00A0"
    }
}

/** The words in force; set once around the screens. */
val LocalWords = staticCompositionLocalOf<Words> { error("no words: put the screen into MestoScreen") }

val words: Words
    @Composable @ReadOnlyComposable
    get() = LocalWords.current

val texts: Texts
    @Composable @ReadOnlyComposable
    get() = LocalWords.current.texts
