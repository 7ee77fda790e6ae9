// One transport card: its balance, its top-ups, what moved the balance, and at the bottom the
// top-up or what the rider is asked.

package city.mesto.ui.cards.card

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.ColumnScope
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.unit.dp
import city.mesto.ui.Fact
import city.mesto.ui.Price
import city.mesto.ui.cards.CardHead
import city.mesto.ui.cards.CardNotices
import city.mesto.ui.parts.Bar
import city.mesto.ui.parts.Card
import city.mesto.ui.parts.FactRow
import city.mesto.ui.parts.Heading
import city.mesto.ui.parts.Icons
import city.mesto.ui.parts.MainButton
import city.mesto.ui.parts.OfflineNotice
import city.mesto.ui.parts.Page
import city.mesto.ui.parts.Question as QuestionPart
import city.mesto.ui.parts.QuietButton
import city.mesto.ui.parts.RefusedNotice
import city.mesto.ui.parts.Small
import city.mesto.ui.parts.Waiting
import city.mesto.ui.text.texts
import city.mesto.ui.text.words

@Composable
fun CardScreen(state: CardUiState, onEvent: (CardEvent) -> Unit, modifier: Modifier = Modifier) {
    val known = state as? CardUiState.Shown
    val hasActions = known != null && (known.question != null || known.card.isActive)
    Page(
        modifier,
        bar = { Bar(texts.cardsCardTitle(), onBack = { onEvent(CardEvent.Back) }) },
        actions = if (known != null && hasActions) ({ Actions(known, onEvent) }) else null,
    ) {
        when (state) {
            CardUiState.Loading -> Card { Waiting(texts.cardsLoading()) }
            is CardUiState.Refused -> RefusedNotice(state.refusal, actions = { QuietButton(texts.stateRetry(), { onEvent(CardEvent.Retry) }) })
            is CardUiState.Shown -> Shown(state, onEvent)
        }
    }
}

@Composable
private fun Shown(state: CardUiState.Shown, onEvent: (CardEvent) -> Unit) {
    OfflineNotice(state.connection, onRetry = { onEvent(CardEvent.Retry) })
    state.refusal?.let { RefusedNotice(it) }
    CardNotices(state.card)
    Card {
        CardHead(state.card, state.now)
        Column(Modifier.padding(top = 8.dp)) {
            FactRow(Fact(texts.cardsTariff(), state.card.tariff), "")
        }
        Small(texts.cardsBalanceNote())
        Small(texts.cardsBalanceElsewhere())
    }
    if (state.topUps.isNotEmpty()) Card { TopUps(state) }
    Card { Moved(state.history, onEvent) }
    if (state.question == null && !state.isSending) {
        if (state.card.isActive) {
            QuietButton(texts.cardsLost(), { onEvent(CardEvent.Asked(CardQuestion.Lost)) }, icon = Icons.Lock, fill = true)
            QuietButton(texts.cardsStolen(), { onEvent(CardEvent.Asked(CardQuestion.Stolen)) }, icon = Icons.Lock, fill = true)
            QuietButton(texts.cardsDefective(), { onEvent(CardEvent.Asked(CardQuestion.Defective)) }, icon = Icons.Warning, fill = true)
        }
        QuietButton(texts.cardsUnlink(), { onEvent(CardEvent.Asked(CardQuestion.Unlink)) }, icon = Icons.Close, fill = true)
    }
}

@Composable
private fun ColumnScope.Actions(state: CardUiState.Shown, onEvent: (CardEvent) -> Unit) {
    val question = state.question ?: return MainButton(texts.cardsTopUpGo(), { onEvent(CardEvent.TopUp) })
    val (title, why, yes) = when (question) {
        CardQuestion.Lost, CardQuestion.Stolen -> Triple(texts.cardsBlockAsk(), texts.cardsBlockWhy(), texts.cardsBlockYes())
        CardQuestion.Defective -> Triple(texts.cardsDefectiveAsk(), texts.cardsDefectiveWhy(), texts.cardsDefectiveYes())
        CardQuestion.Unlink -> Triple(texts.cardsUnlinkAsk(), texts.cardsUnlinkWhy(), texts.cardsUnlinkYes())
    }
    QuestionPart(title, why, yes, no = texts.cardsLeave(), busy = texts.cardsSending().takeIf { state.isSending }, onYes = { onEvent(CardEvent.Yes) }, onNo = { onEvent(CardEvent.No) })
}

@Composable
private fun TopUps(state: CardUiState.Shown) {
    Heading(texts.cardsTopUps())
    state.topUps.forEach { row ->
        val what = when (val it = row.state) {
            is TopUpState.WaitsForReader -> texts.cardTopUpWaiting(words.dayAndTime(it.holdUntil))
            TopUpState.OnTheCard -> texts.cardTopUpHeld()
            TopUpState.Returned -> texts.cardTopUpReturned()
            TopUpState.NotKnown -> texts.cardTopUpOther()
        }
        Moved(what, null, words.dayAndTime(row.paidAt), row.amount)
    }
}

@Composable
private fun Moved(history: History, onEvent: (CardEvent) -> Unit) {
    Heading(texts.cardsHistory())
    when (history) {
        History.Loading -> Waiting(texts.cardsHistoryLoading())
        is History.Refused -> RefusedNotice(history.refusal, actions = { QuietButton(texts.stateRetry(), { onEvent(CardEvent.Retry) }) })
        is History.Shown -> {
            if (history.rows.isEmpty()) Small(texts.cardsNoneMoved())
            history.rows.forEach { Moved(it.what, it.where, words.dayAndTime(it.at), it.amount) }
            if (history.isLoading) Waiting(texts.cardsHistoryLoading())
            if (history.hasMore && !history.isLoading) QuietButton(texts.cardsHistoryMore(), { onEvent(CardEvent.MoreHistory) }, fill = true)
        }
    }
}

/** Read aloud as one. */
@Composable
private fun Moved(what: String, where: String?, at: String, amount: Price) {
    Row(
        horizontalArrangement = Arrangement.spacedBy(12.dp),
        modifier = Modifier.fillMaxWidth().padding(vertical = 4.dp).semantics(mergeDescendants = true) {},
    ) {
        Column(Modifier.weight(1f)) {
            Text(what, style = MaterialTheme.typography.bodyLarge, color = MaterialTheme.colorScheme.onSurface)
            where?.let { Small(it) }
            Small(at)
        }
        Text(words.money(amount), style = MaterialTheme.typography.bodyLarge, color = MaterialTheme.colorScheme.onSurface, maxLines = 1)
    }
}
