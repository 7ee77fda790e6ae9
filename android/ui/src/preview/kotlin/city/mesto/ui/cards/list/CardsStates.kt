// Every state of the list of transport cards.

package city.mesto.ui.cards.list

import androidx.compose.runtime.Composable
import androidx.compose.ui.tooling.preview.PreviewParameter
import city.mesto.ui.EachState
import city.mesto.ui.PREVIEW_LANGUAGE
import city.mesto.ui.Previewed
import city.mesto.ui.States
import city.mesto.ui.cards.CardsSample

/** The list of transport cards, by name of the state. */
fun cardsStates(language: String): Map<String, CardsUiState> = with(CardsSample(language)) {
    val linked = CardsUiState(listOf(card), now = now)
    mapOf(
        "linked" to linked,
        "waiting" to linked.copy(cards = listOf(waiting)),
        "several" to linked.copy(cards = listOf(low, blocked)),
        "none" to linked.copy(cards = emptyList()),
        "loading" to CardsUiState(),
        "unconfirmed" to linked.copy(unconfirmed = "cd1", connection = offline),
    )
}

class CardsStates : States<CardsUiState>(cardsStates(PREVIEW_LANGUAGE))

@EachState
@Composable
fun CardsPreview(@PreviewParameter(CardsStates::class) state: CardsUiState) = Previewed { CardsScreen(state, {}) }
