// Every state of the linking of a card.

package city.mesto.ui.cards.link

import androidx.compose.runtime.Composable
import androidx.compose.ui.tooling.preview.PreviewParameter
import city.mesto.ui.EachState
import city.mesto.ui.PREVIEW_LANGUAGE
import city.mesto.ui.Previewed
import city.mesto.ui.States
import city.mesto.ui.cards.CardsSample

/** The linking of a card, by name of the state. */
fun cardLinkStates(language: String): Map<String, CardLinkUiState> = with(CardsSample(language)) {
    val typed = CardLinkUiState(number = "9643100000000017", code = "K7M2P9QD")
    mapOf(
        "empty" to CardLinkUiState(),
        "looking" to CardLinkUiState(isLooking = true),
        "read" to CardLinkUiState(code = "K7M2P9QD", isRead = true),
        "typed" to typed,
        "second" to typed.copy(hasCard = true),
        "linking" to typed.copy(isLinking = true),
        "unknown" to typed.copy(refusal = unknown),
        "office-needed" to typed.copy(hasCard = true, refusal = officeNeeded),
    )
}

class CardLinkStates : States<CardLinkUiState>(cardLinkStates(PREVIEW_LANGUAGE))

@EachState
@Composable
fun CardLinkPreview(@PreviewParameter(CardLinkStates::class) state: CardLinkUiState) = Previewed { CardLinkScreen(state, {}) }
