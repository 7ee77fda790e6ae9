// Every state of the screen of a zone's prices and hours.

package city.mesto.ui.parking.prices

import androidx.compose.runtime.Composable
import androidx.compose.ui.tooling.preview.PreviewParameter
import city.mesto.ui.EachState
import city.mesto.ui.Fact
import city.mesto.ui.PREVIEW_LANGUAGE
import city.mesto.ui.Previewed
import city.mesto.ui.States
import city.mesto.ui.parking.ParkingSample

/** The screen of a zone's prices and hours, by name of the state. */
fun pricesStates(language: String): Map<String, PricesUiState> = with(ParkingSample(language)) {
    val known = PricesUiState.Shown(
        zone = red,
        prices = Section(
            listOf(
                Fact(say(
                        "Svakih započetih 60 min, od 0. do 60. min parkiranja", "Each started 60 min, from 0 to 60 min of the stay",
                        "Басталған әр 60\u00a0мин, тұрақтың 0–60 минуты", "Каждые начатые 60\u00a0мин, с 0 до 60\u00a0мин стоянки",
                    ), say("80,00 RSD", "80.00 RSD", "80,00 RSD", "80,00 RSD")),
                Fact(say(
                        "Produženo vreme, svakih započetih 30 min, od 60. do 90. min parkiranja", "Extended time, each started 30 min, from 60 to 90 min of the stay",
                        "Қосымша уақыт, басталған әр 30\u00a0мин, тұрақтың 60–90 минуты", "Дополнительное время, каждые начатые 30\u00a0мин, с 60 до 90\u00a0мин стоянки",
                    ), say("120,00 RSD", "120.00 RSD", "120,00 RSD", "120,00 RSD")),
            ),
        ),
        stay = Section(listOf(Fact(say("Ukupno", "Together", "Барлығы", "Вместе"), "90 min"))),
        hours = Section(
            listOf(
                Fact(say("Ponedeljak – Petak", "Monday – Friday", "Дүйсенбі – Жұма", "Понедельник – Пятница"), "07:00 – 21:00"),
                Fact(say("Subota", "Saturday", "Сенбі", "Суббота"), "07:00 – 14:00"),
                Fact(say("Nedelja", "Sunday", "Жексенбі", "Воскресенье"), say("Besplatno", "Free", "Тегін", "Бесплатно")),
                Fact(say("Praznici", "Holidays", "Мерекелер", "Праздники"), null),
            ),
            certainty = say("Kako javljaju drugi", "As others report it", "Басқалар хабарлағандай", "Как сообщают другие"),
        ),
    )
    mapOf(
        "known" to known,
        "none" to known.copy(prices = Section(emptyList())),
        "loading" to PricesUiState.Loading,
        "refused" to PricesUiState.Refused(noConnection),
    )
}

class PricesStates : States<PricesUiState>(pricesStates(PREVIEW_LANGUAGE))

@EachState
@Composable
fun PricesPreview(@PreviewParameter(PricesStates::class) state: PricesUiState) = Previewed { PricesScreen(state, {}) }
