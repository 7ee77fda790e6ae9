// A Wednesday morning in Belgrade: what the states of several screens are made of, for previews and
// for pictures.

package city.mesto.ui

import androidx.compose.runtime.Composable
import androidx.compose.ui.tooling.preview.Preview
import androidx.compose.ui.tooling.preview.PreviewParameterProvider
import city.mesto.sdk.Texts
import city.mesto.sdk.core.renderText
import city.mesto.ui.text.Words
import java.math.BigDecimal
import java.time.Instant

/**
 * In the language given; what the city and the operator would say is written out here, in Serbian
 * and English. What comes from the catalogue is there in Kazakh and Russian too.
 */
open class Sample(private val language: String) {
    fun say(serbian: String, english: String, kazakh: String = english, russian: String = english) = when (language) {
        "sr-Latn" -> serbian
        "kk" -> kazakh
        "ru" -> russian
        else -> english
    }

    val now: Instant = Instant.parse("2025-09-03T08:00:00Z")

    fun after(minutes: Long): Instant = now.plusSeconds(minutes * 60)

    fun kzt(amount: String) = Price(BigDecimal(amount), "KZT")

    fun rsd(amount: String) = Price(BigDecimal(amount), "RSD")

    fun line(serbian: String, english: String, amount: String) = PriceLine(say(serbian, english), rsd(amount))

    val car = PlateView("v1", "BG 789-PP")
    val second = PlateView("v2", "BG 1234-ŠĆ", say("Kombi", "Van"))
    val offline = Connection.Offline(asOf = after(-18))
    val unconfirmed = Payment.Unconfirmed(since = now, sms = SmsFallback("9111", "BG789PP"))

    val atTheBank = Payment.Unconfirmed(since = now, sms = null, page = "https://bank.example/pay")

    val noConnection = Refusal(
        "unavailable",
        say("Operater se sada ne može dobiti", "The operator cannot answer now"),
        say("Pokušajte ponovo za koji trenutak.", "Try again in a moment."),
    )
    val suspended = Refusal(
        "account_suspended",
        say("Privremeno ste zaustavili ovaj nalog.", "You suspended this account.", "Бұл тіркелгіні өзіңіз тоқтата тұрдыңыз.", "Вы приостановили эту учётную запись."),
        say("Nastavite korišćenje u svom nalogu, pa platite.", "Resume it in your account, then pay.", "Тіркелгіде пайдалануды жалғастырыңыз, содан кейін төлеңіз.", "Возобновите её в своём кабинете, затем платите."),
    )
    val newTerms = TermsView(
        say("Novi uslovi: verzija 2 važi od 2025-10-01. Ko plaća od tog dana, prihvata ih.", "New terms: version 2 holds from 2025-10-01. Paying from that day on accepts it.", "Жаңа шарт: 2 нұсқасы 2025-10-01 бастап күшінде. Сол күннен бастап төлеу оны қабылдау болып саналады.", "Новые условия: версия 2 действует с 2025-10-01. Оплата с этого дня означает согласие."),
        mustAccept = false,
    )
    val depositTooLow = Refusal(
        "deposit_too_low",
        say("Depozit ne pokriva ovu kartu", "The deposit does not cover this ticket"),
        say("Dopunite ga ili izaberite kraće vreme.", "Top it up or choose a shorter time."),
    )
}

/** The values of a preview's parameter, from states by their names. */
open class States<T>(named: Map<String, T>) : PreviewParameterProvider<T> {
    override val values: Sequence<T> = named.values.asSequence()
}

/** A function that an IDE draws once for each value of its parameter. */
@Preview
@Target(AnnotationTarget.FUNCTION)
@Retention(AnnotationRetention.BINARY)
annotation class EachState

/** A state as the designer's window of an IDE shows it. */
@Composable
fun Previewed(screen: @Composable () -> Unit) = MestoScreen(previewWords) { screen() }

const val PREVIEW_LANGUAGE = "sr-Latn"

/**
 * The catalogue's words where the native library can be loaded; in an IDE that has none, the names
 * of the texts.
 */
private val previewWords =
    Words(Texts { id, args -> runCatching { renderText(PREVIEW_LANGUAGE, id, args) }.getOrDefault(id) }, PREVIEW_LANGUAGE) { 7200 }
