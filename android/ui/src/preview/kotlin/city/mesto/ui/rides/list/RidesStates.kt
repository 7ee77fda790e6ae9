// Every state of the list of rides.

package city.mesto.ui.rides.list

import androidx.compose.runtime.Composable
import androidx.compose.ui.tooling.preview.PreviewParameter
import city.mesto.ui.EachState
import city.mesto.ui.PREVIEW_LANGUAGE
import city.mesto.ui.Previewed
import city.mesto.ui.States
import city.mesto.ui.rides.RidesSample

/** The list of rides, by name of the state. */
fun ridesStates(language: String): Map<String, RidesUiState> = with(RidesSample(language)) {
    val running = RideRow("rd3", bus, 1, registered, after(-3), after(57), kzt("120"))
    val over = listOf(
        RideRow("rd2", tram, 2, disputed, after(-1400), after(-1300), kzt("240")),
        RideRow("rd1", bus, 1, voided, after(-3000), after(-2900), kzt("120")),
    )
    val reaches = say("Stanje pokriva 7 vožnji", "The balance covers 7 rides", "Теңгерім 7 сапарға жетеді", "Баланса хватит на 7 поездок")
    val balance = BalanceView(kzt("880"), after(-3), reaches, isLow = false)
    val low = BalanceView(kzt("160"), after(-3), say("Stanje pokriva 1 vožnju", "The balance covers one ride", "Теңгерім 1 сапарға жетеді", "Баланса хватит на 1 поездку"), isLow = true)
    val all = RidesUiState(listOf(running), over, balance = balance, now = now)
    mapOf(
        "running" to all,
        "low-balance" to all.copy(running = emptyList(), balance = low),
        "none" to RidesUiState(emptyList(), balance = balance, now = now),
        "loading" to RidesUiState(now = now),
        "unconfirmed" to all.copy(isUnconfirmed = true, running = emptyList(), connection = offline),
        "told" to all.copy(
            running = emptyList(),
            standing = suspended.text,
            news = say("Radovi na serveru noćas", "Works on the server tonight", "Бүгін түнде сервердегі жұмыстар", "Сегодня ночью работы на сервере"),
        ),
        "forgotten" to all.copy(running = emptyList(), forgotten = listOf(running)),
    )
}

class RidesStates : States<RidesUiState>(ridesStates(PREVIEW_LANGUAGE))

@EachState
@Composable
fun RidesPreview(@PreviewParameter(RidesStates::class) state: RidesUiState) = Previewed { RidesScreen(state, {}) }
