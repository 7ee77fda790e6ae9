// Top up the deposit: an amount to choose, then the bank's page.

package city.mesto.ui.wallet

import androidx.compose.foundation.BorderStroke
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.ExperimentalLayoutApi
import androidx.compose.foundation.layout.FlowRow
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.selection.selectableGroup
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.semantics.role
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.unit.dp
import city.mesto.ui.Price
import city.mesto.ui.parts.Bar
import city.mesto.ui.parts.Icons
import city.mesto.ui.parts.MainButton
import city.mesto.ui.parts.Notice
import city.mesto.ui.parts.OfflineNotice
import city.mesto.ui.parts.Page
import city.mesto.ui.parts.QuietButton
import city.mesto.ui.parts.RefusedNotice
import city.mesto.ui.parts.Tone
import city.mesto.ui.text.texts
import city.mesto.ui.text.words

@Composable
fun TopUpScreen(state: TopUpUiState, onEvent: (TopUpEvent) -> Unit, modifier: Modifier = Modifier) {
    Page(
        modifier,
        bar = { Bar(texts.topupTitle(), onBack = { onEvent(TopUpEvent.Back) }) },
        actions = { TopUpAction(state, onEvent) },
    ) {
        OfflineNotice(state.connection, onRetry = { onEvent(TopUpEvent.CheckAgain) })
        state.balance?.let {
            Text(texts.topupBalance(words.money(it)), style = MaterialTheme.typography.titleMedium, color = MaterialTheme.colorScheme.onBackground)
        }
        when (val step = state.step) {
            TopUpStep.Choosing, TopUpStep.Asking -> Amounts(state, onEvent)
            is TopUpStep.Refused -> {
                RefusedNotice(step.refusal, notCharged = true)
                Amounts(state, onEvent)
            }
            is TopUpStep.AtTheBank -> Notice(
                icon = Icons.Hourglass,
                title = texts.topupWaiting(),
                body = listOf(texts.topupWaitingWhy()),
                actions = {
                    QuietButton(texts.stateCheckAgain(), { onEvent(TopUpEvent.CheckAgain) }, fill = true)
                    QuietButton(texts.topupGiveUp(), { onEvent(TopUpEvent.GiveUp) }, fill = true)
                },
            )
            is TopUpStep.Done -> Notice(icon = Icons.Check, title = texts.topupDone(words.money(step.amount)), tone = Tone.Good)
        }
    }
}

@Composable
private fun TopUpAction(state: TopUpUiState, onEvent: (TopUpEvent) -> Unit) {
    when (state.step) {
        is TopUpStep.Done -> MainButton(texts.topupDoneNext(), { onEvent(TopUpEvent.Back) })
        is TopUpStep.AtTheBank -> MainButton(texts.topupOpenBank(), { onEvent(TopUpEvent.OpenBank) })
        TopUpStep.Choosing, TopUpStep.Asking, is TopUpStep.Refused -> {
            val chosen = state.chosen
            MainButton(
                text = chosen?.let { texts.topupGo(words.money(it)) } ?: texts.topupChoose(),
                onClick = { onEvent(TopUpEvent.Go) },
                enabled = chosen != null,
                busy = state.step is TopUpStep.Asking,
            )
        }
    }
}

@OptIn(ExperimentalLayoutApi::class)
@Composable
private fun Amounts(state: TopUpUiState, onEvent: (TopUpEvent) -> Unit) {
    FlowRow(
        horizontalArrangement = Arrangement.spacedBy(10.dp),
        verticalArrangement = Arrangement.spacedBy(10.dp),
        modifier = Modifier.selectableGroup(),
    ) {
        state.amounts.forEach { amount -> AmountChoice(amount, isChosen = amount == state.chosen) { onEvent(TopUpEvent.Chosen(amount)) } }
    }
    Text(texts.topupNote(), style = MaterialTheme.typography.bodyMedium, color = MaterialTheme.colorScheme.onSurfaceVariant)
}

@Composable
private fun AmountChoice(amount: Price, isChosen: Boolean, onClick: () -> Unit) {
    val colours = MaterialTheme.colorScheme
    Surface(
        selected = isChosen,
        onClick = onClick,
        shape = MaterialTheme.shapes.medium,
        color = if (isChosen) colours.primaryContainer else colours.surface,
        border = BorderStroke(if (isChosen) 3.dp else 1.dp, if (isChosen) colours.primary else colours.outlineVariant),
        modifier = Modifier.heightIn(min = 60.dp).semantics { role = Role.RadioButton },
    ) {
        Box(contentAlignment = Alignment.Center, modifier = Modifier.padding(horizontal = 18.dp, vertical = 16.dp)) {
            Text(words.money(amount), style = MaterialTheme.typography.titleLarge, color = colours.onSurface)
        }
    }
}
