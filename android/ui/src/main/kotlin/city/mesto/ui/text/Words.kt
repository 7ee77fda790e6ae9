// How texts, money and times read on a screen: the catalogue's words, the city's clock, the
// language's figures.

package city.mesto.ui.text

import androidx.compose.runtime.Composable
import androidx.compose.runtime.ReadOnlyComposable
import androidx.compose.runtime.staticCompositionLocalOf
import city.mesto.sdk.Texts
import city.mesto.sdk.core.Money
import city.mesto.sdk.core.countdownText
import city.mesto.sdk.core.dayText
import city.mesto.sdk.core.moneyText
import city.mesto.sdk.core.minutesLeft as minutesLeftOf
import city.mesto.sdk.core.momentText
import city.mesto.sdk.core.numberText
import city.mesto.sdk.core.timeText
import city.mesto.ui.Price
import java.math.BigDecimal
import java.time.Instant
import java.time.LocalDate
import java.util.Locale

/**
 * Texts and figures for one language, as the core writes them; `utcOffset` is that of the city's
 * clock in seconds, asked for at every moment because the city comes later than the first screen.
 */
class Words(val texts: Texts, private val language: String, private val utcOffset: (Instant) -> Int) {
    /** `10:30` by the city's clock. */
    fun time(at: Instant): String = timeText(at, utcOffset(at))

    /** `10:30:05`: a clock that is seen to run. */
    fun clock(at: Instant): String = "${time(at)}:%02d".format(Locale.ROOT, Math.floorMod(at.epochSecond, 60L))

    /** `10:30`, and the day when it is not that of `from`. */
    fun time(at: Instant, from: Instant): String = momentText(language, at, utcOffset(at), fromMoment = from)

    /** `10:30` with its day. */
    fun dayAndTime(at: Instant): String = momentText(language, at, utcOffset(at))

    /** `3 Sep 2025`. */
    fun day(on: LocalDate): String = dayText(language, on)

    /** `2,1` in Serbian, `2.1` in English. */
    fun number(value: BigDecimal): String = numberText(language, value)

    /** `1.000,00 RSD` in Serbian, `1,000.00 RSD` in English, never broken into two lines. */
    fun money(price: Price): String = moneyText(language, Money(price.amount, price.currency)).replace(' ', NO_BREAK)

    /** `09:05`, or `1:02:03` from an hour on. */
    fun countdown(seconds: Long): String = countdownText(seconds.coerceAtLeast(0).toULong())

    /** How many minutes are left, as they are read aloud. */
    fun minutesLeft(seconds: Long): Long = minutesLeftOf(seconds.coerceAtLeast(0).toULong()).toLong()

    private companion object {
        const val NO_BREAK = '\u00A0'
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
