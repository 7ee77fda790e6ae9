// A paid visit: the time to leave, the receipt for the barrier, and the way on when more is owed.

package city.mesto.ui.garages.visit

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.style.TextAlign
import androidx.compose.ui.unit.dp
import city.mesto.ui.garages.visit.VisitUiState.Phase
import city.mesto.ui.parts.Bar
import city.mesto.ui.parts.Card
import city.mesto.ui.parts.CountdownRing
import city.mesto.ui.parts.Icons
import city.mesto.ui.parts.MainButton
import city.mesto.ui.parts.Notice
import city.mesto.ui.parts.OfflineNotice
import city.mesto.ui.parts.Page
import city.mesto.ui.parts.QrPicture
import city.mesto.ui.parts.QuietButton
import city.mesto.ui.parts.RefusedNotice
import city.mesto.ui.parts.Tone
import city.mesto.ui.parts.Waiting
import city.mesto.ui.parts.fixedSize
import city.mesto.ui.text.texts
import city.mesto.ui.text.words
import city.mesto.ui.theme.signals

@Composable
fun VisitScreen(state: VisitUiState, onEvent: (VisitEvent) -> Unit, modifier: Modifier = Modifier) {
    val owes = (state as? VisitUiState.Shown)?.phase == Phase.OwesAgain
    Page(
        modifier,
        bar = { Bar(texts.garagesVisitTitle(), onBack = { onEvent(VisitEvent.Back) }) },
        actions = if (owes) ({ MainButton(texts.garagesVisitPayRest(), { onEvent(VisitEvent.SeeOwed) }) }) else null,
    ) {
        when (state) {
            VisitUiState.Loading -> Waiting(texts.garagesVisitLoading())
            is VisitUiState.Refused -> RefusedNotice(state.refusal, actions = { QuietButton(texts.stateRetry(), { onEvent(VisitEvent.Retry) }) })
            is VisitUiState.Shown -> Visit(state, onEvent)
        }
    }
}

@Composable
private fun Visit(state: VisitUiState.Shown, onEvent: (VisitEvent) -> Unit) {
    OfflineNotice(state.connection, onRetry = { onEvent(VisitEvent.Retry) })
    Text(
        state.facility,
        style = MaterialTheme.typography.headlineMedium,
        color = MaterialTheme.colorScheme.onBackground,
        modifier = Modifier.semantics { heading() },
    )
    when (state.phase) {
        Phase.Paid -> TimeToLeave(state)
        Phase.OwesAgain -> Notice(icon = Icons.Warning, title = texts.visitStateOwingAgain(), tone = Tone.Attention, body = listOf(texts.garagesVisitOwesWhy()))
        Phase.Over -> Notice(icon = Icons.Check, title = texts.garagesVisitOver(), tone = Tone.Plain)
        Phase.Forgotten -> Notice(icon = Icons.Warning, title = texts.stateForgotten(), tone = Tone.Attention, body = listOf(texts.garagesVisitForgottenWhy()))
        Phase.Other -> Notice(icon = Icons.Warning, title = texts.visitStateOther(), tone = Tone.Attention)
    }
    if (state.ticket.isNotEmpty()) {
        Text(texts.garagesOwedTicket(state.ticket), style = MaterialTheme.typography.titleMedium, color = MaterialTheme.colorScheme.onBackground)
    }
    Text(texts.garagesVisitPaidSum(words.money(state.paid)), style = MaterialTheme.typography.bodyLarge, color = MaterialTheme.colorScheme.onBackground)
    if (state.phase == Phase.Paid || state.phase == Phase.Forgotten) Receipt(state)
}

@Composable
private fun TimeToLeave(state: VisitUiState.Shown) {
    val exitBy = state.exitBy
    if (exitBy == null || state.secondsLeft == 0L) {
        val owesFrom = state.owesAgainAt?.takeIf { it > state.now }?.let { texts.garagesVisitOwesFrom(words.time(it, from = state.now)) }
        return Notice(icon = Icons.Clock, title = texts.garagesVisitLeaveNow(), tone = Tone.Attention, body = listOfNotNull(owesFrom))
    }
    val colours = MaterialTheme.colorScheme
    val until = words.time(exitBy, from = state.now)
    Card {
        Column(
            horizontalAlignment = Alignment.CenterHorizontally,
            verticalArrangement = Arrangement.spacedBy(8.dp),
            modifier = Modifier.fillMaxWidth(),
        ) {
            CountdownRing(
                fraction = state.fractionLeft,
                colour = if (state.isEnding) signals.attentionMark else colours.primary,
                track = colours.surfaceVariant,
                described = texts.garagesVisitLeftDescribed(minutes = words.minutesLeft(state.secondsLeft), time = until),
                diameter = 188.dp,
            ) {
                Text(
                    words.countdown(state.secondsLeft),
                    style = MaterialTheme.typography.displayLarge,
                    fontSize = fixedSize(if (state.secondsLeft >= 3600) 38.dp else 50.dp),
                    lineHeight = fixedSize(56.dp),
                    color = colours.onSurface,
                    maxLines = 1,
                )
                Text(texts.garagesVisitLeftTime(), style = MaterialTheme.typography.titleMedium, fontSize = fixedSize(17.dp), color = colours.onSurfaceVariant)
            }
            Text(
                texts.garagesVisitLeaveBy(until),
                style = MaterialTheme.typography.headlineMedium,
                color = colours.onSurface,
                textAlign = TextAlign.Center,
                modifier = Modifier.semantics { heading() },
            )
        }
    }
}

@Composable
private fun Receipt(state: VisitUiState.Shown) {
    val receipt = state.receipt
    if (receipt == null) {
        if (state.phase == Phase.Paid) Small(texts.garagesVisitNoReceipt())
        return
    }
    Card {
        Column(
            horizontalAlignment = Alignment.CenterHorizontally,
            verticalArrangement = Arrangement.spacedBy(8.dp),
            modifier = Modifier.fillMaxWidth(),
        ) {
            QrPicture(receipt, described = texts.garagesVisitReceiptDescribed(state.ticket), side = 224.dp)
            Small(texts.garagesVisitReceiptNote())
        }
    }
}

@Composable
private fun Small(text: String) =
    Text(text, style = MaterialTheme.typography.bodyMedium, color = MaterialTheme.colorScheme.onSurfaceVariant, textAlign = TextAlign.Center)
