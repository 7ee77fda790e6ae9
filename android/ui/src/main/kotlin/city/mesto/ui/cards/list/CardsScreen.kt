// My transport cards: each with its balance and the moment of that, what waits for a reader, and
// what is the matter with it.

package city.mesto.ui.cards.list

import androidx.compose.foundation.clickable
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
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
import city.mesto.ui.cards.CardHead
import city.mesto.ui.cards.CardNotices
import city.mesto.ui.cards.CardView
import city.mesto.ui.parts.Bar
import city.mesto.ui.parts.Card
import city.mesto.ui.parts.Icons
import city.mesto.ui.parts.MainButton
import city.mesto.ui.parts.Notice
import city.mesto.ui.parts.OfflineNotice
import city.mesto.ui.parts.Page
import city.mesto.ui.parts.Small
import city.mesto.ui.parts.Waiting
import city.mesto.ui.text.texts
import city.mesto.ui.text.words
import java.time.Instant

@Composable
fun CardsScreen(state: CardsUiState, onEvent: (CardsEvent) -> Unit, modifier: Modifier = Modifier) {
    Page(
        modifier,
        bar = { Bar(texts.cardsTitle(), onBack = { onEvent(CardsEvent.Back) }) },
        actions = { MainButton(texts.cardsLinkGo(), { onEvent(CardsEvent.Link) }) },
    ) {
        OfflineNotice(state.connection, onRetry = { onEvent(CardsEvent.Retry) })
        if (state.unconfirmed != null) {
            Notice(
                icon = Icons.Hourglass,
                title = texts.cardsUnconfirmed(),
                modifier = Modifier.clip(MaterialTheme.shapes.medium).clickable(role = Role.Button) { onEvent(CardsEvent.UnconfirmedOpened) },
            )
        }
        val cards = state.cards
        when {
            cards == null -> Card { Waiting(texts.cardsLoading()) }
            cards.isEmpty() -> Text(texts.cardsNone(), style = MaterialTheme.typography.bodyLarge, color = MaterialTheme.colorScheme.onBackground)
            else -> {
                cards.forEach { card ->
                    CardRow(card, state.now) { onEvent(CardsEvent.Opened(card.id)) }
                    CardNotices(card)
                }
                Small(texts.cardsBalanceNote())
            }
        }
    }
}

@Composable
private fun CardRow(card: CardView, now: Instant, onClick: () -> Unit) {
    val described = texts.cardsRowDescribed(
        card = card.number,
        balance = texts.cardsBalance(amount = words.money(card.balance), asOf = words.time(card.balanceAt, from = now)),
        state = card.state,
    )
    Surface(
        onClick = onClick,
        shape = MaterialTheme.shapes.large,
        color = MaterialTheme.colorScheme.surface,
        modifier = Modifier.fillMaxWidth().semantics {
            role = Role.Button
            contentDescription = described
        },
    ) {
        Row(horizontalArrangement = Arrangement.spacedBy(12.dp), verticalAlignment = Alignment.CenterVertically, modifier = Modifier.padding(16.dp)) {
            Box(Modifier.weight(1f)) { CardHead(card, now) }
            Icon(Icons.Forward, contentDescription = null, tint = MaterialTheme.colorScheme.onSurfaceVariant, modifier = Modifier.size(24.dp))
        }
    }
}
