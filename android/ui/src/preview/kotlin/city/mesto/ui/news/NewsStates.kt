// Every state of news, works and outages.

package city.mesto.ui.news

import androidx.compose.runtime.Composable
import androidx.compose.ui.tooling.preview.PreviewParameter
import city.mesto.ui.EachState
import city.mesto.ui.PREVIEW_LANGUAGE
import city.mesto.ui.Previewed
import city.mesto.ui.States
import city.mesto.ui.Sample

/** News, works and outages, by name of the state. */
fun newsStates(language: String): Map<String, NewsUiState> = with(Sample(language)) {
    val works = NoticeRow(
        "nt1", NoticeRow.Kind.PlannedWorks, say("Radovi na serveru", "Works on the server", "Сервердегі жұмыстар", "Работы на сервере"),
        say("Plaćanje u aplikaciji neće raditi.", "Paying in the app will not work.", "Қосымшада төлем жүрмейді.", "Оплата в приложении работать не будет."),
        after(60 * 14), after(60 * 16), after(-60 * 3), isRead = false,
    )
    val outage = works.copy(id = "nt2", kind = NoticeRow.Kind.Outage, title = say("Plaćanje karticom ne radi", "Paying by card does not work", "Картамен төлеу істемейді", "Оплата картой не работает"), beginsAt = after(-20), endsAt = null)
    val fares = works.copy(id = "nt3", kind = NoticeRow.Kind.TariffChange, title = say("Nova cena vožnje", "A new fare", "Жаңа жол ақысы", "Новая стоимость проезда"), beginsAt = null, endsAt = null, isRead = true)
    mapOf(
        "unread" to NewsUiState(listOf(outage, works, fares), unread = 2),
        "read" to NewsUiState(listOf(fares)),
        "none" to NewsUiState(emptyList()),
        "loading" to NewsUiState(),
        "offline" to NewsUiState(listOf(works.copy(isRead = true)), connection = offline),
        "refused" to NewsUiState(emptyList(), refusal = noConnection),
    )
}

class NewsStates : States<NewsUiState>(newsStates(PREVIEW_LANGUAGE))

@EachState
@Composable
fun NewsPreview(@PreviewParameter(NewsStates::class) state: NewsUiState) = Previewed { NewsScreen(state, {}) }
