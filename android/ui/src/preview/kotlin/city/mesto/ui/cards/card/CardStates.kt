// Every state of one transport card.

package city.mesto.ui.cards.card

import androidx.compose.runtime.Composable
import androidx.compose.ui.tooling.preview.PreviewParameter
import city.mesto.ui.EachState
import city.mesto.ui.PREVIEW_LANGUAGE
import city.mesto.ui.Previewed
import city.mesto.ui.States
import city.mesto.ui.cards.CardsSample

/** One transport card, by name of the state. */
fun cardStates(language: String): Map<String, CardUiState> = with(CardsSample(language)) {
    val rows = listOf(
        MovementRow(say("Vožnja", "Ride", "Сапар", "Поездка"), "92 · " + say("Vozilo 1204", "Vehicle 1204", "1204 борт", "Борт 1204"), kzt("-120"), after(-35)),
        MovementRow(say("Dopuna", "Top-up", "Толтыру", "Пополнение"), null, kzt("1000"), after(-60 * 24)),
    )
    val shown = CardUiState.Shown(card, topUps = listOf(TopUpRow(kzt("1000"), after(-60 * 25), TopUpState.OnTheCard)), history = History.Shown(rows, hasMore = true), now = now)
    mapOf(
        "shown" to shown,
        "waiting" to shown.copy(card = waiting, topUps = listOf(TopUpRow(kzt("2000"), after(-5), TopUpState.WaitsForReader(after(60 * 24 * 30))), TopUpRow(kzt("500"), after(-60 * 24 * 50), TopUpState.Returned))),
        "blocked" to shown.copy(card = blocked),
        "block-asked" to shown.copy(question = CardQuestion.Lost),
        "defective-asked" to shown.copy(question = CardQuestion.Defective),
        "unlink-asked" to shown.copy(question = CardQuestion.Unlink),
        "sending" to shown.copy(question = CardQuestion.Stolen, isSending = true),
        "no-history" to shown.copy(history = History.Shown(emptyList(), hasMore = false), topUps = emptyList()),
        "history-refused" to shown.copy(history = History.Refused(noConnection), connection = offline),
        "not-unlinked" to shown.copy(card = blocked, refusal = officeNeeded),
        "loading" to CardUiState.Loading,
        "refused" to CardUiState.Refused(noConnection),
    )
}

class CardStates : States<CardUiState>(cardStates(PREVIEW_LANGUAGE))

@EachState
@Composable
fun CardPreview(@PreviewParameter(CardStates::class) state: CardUiState) = Previewed { CardScreen(state, {}) }
