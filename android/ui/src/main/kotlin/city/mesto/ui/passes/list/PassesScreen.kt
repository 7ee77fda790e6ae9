// Passes and benefits: what holds now, what begins later, what is granted, and what can be bought.

package city.mesto.ui.passes.list

import androidx.compose.foundation.clickable
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.material3.Icon
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.draw.clip
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.role
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.unit.dp
import city.mesto.ui.parts.Bar
import city.mesto.ui.parts.Card
import city.mesto.ui.parts.Heading
import city.mesto.ui.parts.Icons
import city.mesto.ui.parts.Notice
import city.mesto.ui.parts.OfflineNotice
import city.mesto.ui.parts.Page
import city.mesto.ui.parts.Question
import city.mesto.ui.parts.QuietButton
import city.mesto.ui.parts.RefusedNotice
import city.mesto.ui.parts.Small
import city.mesto.ui.parts.Tone
import city.mesto.ui.parts.Waiting
import city.mesto.ui.text.texts
import city.mesto.ui.text.words
import city.mesto.ui.theme.signals

@Composable
fun PassesScreen(state: PassesUiState, onEvent: (PassesEvent) -> Unit, modifier: Modifier = Modifier) {
    val question = state.question
    Page(
        modifier,
        bar = { Bar(texts.passesTitle(), onBack = { onEvent(PassesEvent.Back) }) },
        actions = if (question == null) null else ({
            Question(
                texts.passesGiveBackAsk(),
                "${question.name}. ${texts.passesGiveBackWhy(words.money(question.price))}",
                yes = texts.passesGiveBack(),
                no = texts.passesGiveBackNo(),
                busy = texts.passesGivingBack().takeIf { state.isSending },
                onYes = { onEvent(PassesEvent.Yes) },
                onNo = { onEvent(PassesEvent.No) },
            )
        }),
    ) {
        OfflineNotice(state.connection, onRetry = { onEvent(PassesEvent.Retry) })
        state.refusal?.let { RefusedNotice(it) }
        state.givenBack?.let { Notice(icon = Icons.Check, title = texts.passesGivenBack(words.money(it)), tone = Tone.Good) }
        if (state.unconfirmed != null) {
            Notice(
                icon = Icons.Hourglass,
                title = texts.passesUnconfirmed(),
                modifier = Modifier.clip(MaterialTheme.shapes.medium).clickable(role = Role.Button) { onEvent(PassesEvent.UnconfirmedOpened) },
            )
        }
        Mine(state, onEvent)
        if (state.onSale.isNotEmpty()) Heading(texts.passesOnSaleTitle())
        state.onSale.forEach { OnSaleRow(it) { onEvent(PassesEvent.Buy(it.product)) } }
        Heading(texts.passesBenefitsTitle())
        if (state.benefits.isEmpty()) Small(texts.passesBenefitsNone())
        state.benefits.forEach {
            Card {
                Text(it.category, style = MaterialTheme.typography.titleMedium, color = MaterialTheme.colorScheme.onSurface)
                Small(texts.passesBenefitUntil(words.day(it.untilOn)))
            }
        }
        if (state.over.isNotEmpty()) Heading(texts.passesOverTitle())
        state.over.forEach { PassCard(it) }
    }
}

@Composable
private fun Mine(state: PassesUiState, onEvent: (PassesEvent) -> Unit) {
    val current = state.current ?: return Card { Waiting(texts.passesLoading()) }
    if (current.isEmpty() && state.coming.isEmpty() && state.over.isEmpty()) {
        Text(texts.passesNone(), style = MaterialTheme.typography.bodyLarge, color = MaterialTheme.colorScheme.onBackground)
    }
    current.forEach { PassCard(it) }
    state.forgotten.forEach { Notice(icon = Icons.Warning, title = it.name, tone = Tone.Attention, body = listOf(texts.passesForgottenWhy())) }
    if (state.coming.isNotEmpty()) Heading(texts.passesComingTitle())
    state.coming.forEach { pass ->
        PassCard(pass) {
            if (state.question == null) QuietButton(texts.passesGiveBack(), { onEvent(PassesEvent.GiveBack(pass.id)) }, modifier = Modifier.padding(top = 8.dp))
        }
    }
}

@Composable
private fun PassCard(pass: PassView, actions: @Composable () -> Unit = {}) = Card {
    val colours = MaterialTheme.colorScheme
    Column(verticalArrangement = Arrangement.spacedBy(4.dp), modifier = Modifier.fillMaxWidth().semantics(mergeDescendants = true) {}) {
        Text(pass.name, style = MaterialTheme.typography.titleLarge, color = colours.onSurface)
        Text(texts.passesHolds(firstOn = words.day(pass.firstOn), lastOn = words.day(pass.lastOn)), style = MaterialTheme.typography.titleMedium, color = colours.onSurface)
        Small("${pass.category} · ${words.money(pass.price)}")
        pass.state?.let { Small(it) }
    }
    pass.endsSoonAt?.let {
        Text(
            texts.passesEnding(pass = pass.name, endsAt = words.dayAndTime(it)),
            style = MaterialTheme.typography.bodyLarge,
            color = signals.attentionMark,
            modifier = Modifier.padding(top = 8.dp),
        )
    }
    actions()
}

@Composable
private fun OnSaleRow(pass: OnSale, onClick: () -> Unit) {
    val colours = MaterialTheme.colorScheme
    val days = pass.days?.let { texts.passesDays(it.toLong()) } ?: texts.passesMonth()
    val price = pass.price?.let { words.money(it) } ?: texts.passesNoPrice()
    val described = texts.passesRowDescribed(pass = pass.name, holds = days, price = price)
    Surface(
        onClick = onClick,
        enabled = pass.price != null,
        shape = MaterialTheme.shapes.large,
        color = colours.surface,
        modifier = Modifier.fillMaxWidth().heightIn(min = 64.dp).semantics {
            role = Role.Button
            contentDescription = described
        },
    ) {
        Row(horizontalArrangement = Arrangement.spacedBy(12.dp), verticalAlignment = Alignment.CenterVertically, modifier = Modifier.padding(16.dp)) {
            Column(Modifier.weight(1f), verticalArrangement = Arrangement.spacedBy(4.dp)) {
                Text(pass.name, style = MaterialTheme.typography.titleMedium, color = colours.onSurface)
                Text("$days · $price", style = MaterialTheme.typography.bodyLarge, color = colours.onSurfaceVariant)
            }
            if (pass.price != null) Icon(Icons.Forward, contentDescription = null, tint = colours.onSurfaceVariant, modifier = Modifier.size(24.dp))
        }
    }
}
