// A transport card on a screen: which one, what is on it and as of when, and what is the matter
// with it.

package city.mesto.ui.cards

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.Immutable
import androidx.compose.ui.unit.dp
import city.mesto.ui.Price
import city.mesto.ui.parts.Icons
import city.mesto.ui.parts.Notice
import city.mesto.ui.parts.Small
import city.mesto.ui.parts.Tone
import city.mesto.ui.text.texts
import city.mesto.ui.text.words
import city.mesto.ui.theme.signals
import java.time.Instant

@Immutable
data class CardView(
    val id: String,
    /** Its last digits: `**** 0017`. */
    val number: String,
    /** What its kind is called in the city. */
    val kind: String,
    val tariff: String,
    /** Active, blocked and why, replaced. */
    val state: String,
    /** It rides and is topped up. */
    val isActive: Boolean,
    val balance: Price,
    /** The newest moment that was told of: rides after it may be missing. */
    val balanceAt: Instant,
    /** For how many rides it is enough; null where that is not known. */
    val reaches: String?,
    val isLow: Boolean,
    val waiting: WaitingView?,
    /** What is the matter with it, and what to do. */
    val notes: List<CardNote>,
)

/** Paid, and not on the card yet. */
@Immutable
data class WaitingView(val amount: Price, val holdUntil: Instant?)

@Immutable
data class CardNote(val title: String, val what: String?, val isTrouble: Boolean)

/** Number, kind, state and balance. */
@Composable
fun CardHead(card: CardView, now: Instant) = Column(verticalArrangement = Arrangement.spacedBy(4.dp)) {
    val colours = MaterialTheme.colorScheme
    Text(card.number, style = MaterialTheme.typography.titleLarge, color = colours.onSurface)
    Text("${card.kind} · ${card.state}", style = MaterialTheme.typography.bodyMedium, color = if (card.isActive) colours.onSurfaceVariant else colours.error)
    Text(
        texts.cardsBalance(amount = words.money(card.balance), asOf = words.time(card.balanceAt, from = now)),
        style = MaterialTheme.typography.titleMedium,
        color = colours.onSurface,
    )
    card.reaches?.let { Text(it, style = MaterialTheme.typography.bodyLarge, color = if (card.isLow) signals.attentionMark else colours.onSurfaceVariant) }
    card.waiting?.let { waiting ->
        Text(texts.cardsWaits(words.money(waiting.amount)), style = MaterialTheme.typography.bodyLarge, color = signals.attentionMark)
        waiting.holdUntil?.let { Small(texts.cardTopUpWaiting(words.dayAndTime(it))) }
    }
    card.notes.filter { it.what == null }.forEach { Text(it.title, style = MaterialTheme.typography.bodyLarge, color = signals.attentionMark) }
}

/** What is the matter with a card, and what to do. */
@Composable
fun CardNotices(card: CardView) = card.notes.filter { it.what != null }.forEach {
    Notice(
        icon = if (it.isTrouble) Icons.Refused else Icons.Warning,
        title = it.title,
        tone = if (it.isTrouble) Tone.Error else Tone.Attention,
        body = listOfNotNull(it.what),
    )
}
