// Boxes that say what is the matter: no connection, not confirmed, refused, mind this.

package city.mesto.ui.parts

import androidx.compose.foundation.background
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.material3.Icon
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.draw.clip
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.vector.ImageVector
import androidx.compose.ui.semantics.LiveRegionMode
import androidx.compose.ui.semantics.liveRegion
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.unit.dp
import city.mesto.ui.Connection
import city.mesto.ui.Payment
import city.mesto.ui.Refusal
import city.mesto.ui.text.texts
import city.mesto.ui.text.words
import city.mesto.ui.theme.signals

/** How loud a notice is. */
enum class Tone { Plain, Attention, Error, Good }

/** A coloured box with an icon, a title, text and actions; announced when it appears. */
@Composable
fun Notice(
    icon: ImageVector,
    title: String,
    modifier: Modifier = Modifier,
    tone: Tone = Tone.Attention,
    body: List<String> = emptyList(),
    footnote: String? = null,
    actions: @Composable (() -> Unit)? = null,
) {
    val (back, front) = tone.colours()
    Column(
        verticalArrangement = Arrangement.spacedBy(12.dp),
        modifier = modifier
            .fillMaxWidth()
            .clip(MaterialTheme.shapes.medium)
            .background(back)
            .semantics { liveRegion = if (tone == Tone.Error) LiveRegionMode.Assertive else LiveRegionMode.Polite }
            .padding(14.dp),
    ) {
        Row(horizontalArrangement = Arrangement.spacedBy(12.dp)) {
            Icon(icon, contentDescription = null, tint = front, modifier = Modifier.size(24.dp))
            Column(verticalArrangement = Arrangement.spacedBy(3.dp)) {
                Text(title, style = MaterialTheme.typography.titleMedium, color = front)
                body.forEach { Text(it, style = MaterialTheme.typography.bodyMedium, color = front) }
                footnote?.let { Text(it, style = MaterialTheme.typography.labelMedium, color = front.copy(alpha = 0.8f)) }
            }
        }
        actions?.invoke()
    }
}

@Composable
private fun Tone.colours(): Pair<Color, Color> = when (this) {
    Tone.Plain -> MaterialTheme.colorScheme.secondaryContainer to MaterialTheme.colorScheme.onSecondaryContainer
    Tone.Attention -> signals.attention to signals.onAttention
    Tone.Error -> MaterialTheme.colorScheme.errorContainer to MaterialTheme.colorScheme.onErrorContainer
    Tone.Good -> signals.good to signals.onGood
}

/** Says that there is no connection and how old the screen is; nothing while online. */
@Composable
fun OfflineNotice(connection: Connection, onRetry: () -> Unit, modifier: Modifier = Modifier) {
    if (connection !is Connection.Offline) return
    val asOf = connection.asOf
    val (back, front) = Tone.Plain.colours()
    Row(
        horizontalArrangement = Arrangement.spacedBy(12.dp),
        verticalAlignment = Alignment.CenterVertically,
        modifier = modifier
            .fillMaxWidth()
            .clip(MaterialTheme.shapes.medium)
            .background(back)
            .semantics { liveRegion = LiveRegionMode.Polite }
            .padding(start = 14.dp, end = 4.dp, top = 6.dp, bottom = 6.dp),
    ) {
        Icon(Icons.Offline, contentDescription = null, tint = front, modifier = Modifier.size(24.dp))
        Column(Modifier.weight(1f)) {
            Text(texts.stateOffline(), style = MaterialTheme.typography.titleMedium, color = front)
            Text(
                if (asOf == null) texts.stateOfflineNever() else texts.stateOfflineAsOf(words.time(asOf)),
                style = MaterialTheme.typography.bodyMedium,
                color = front,
            )
        }
        IconAction(Icons.Again, texts.stateRetry(), onRetry)
    }
}

/** Says why something was refused, what to do, and the code to quote to the operator. */
@Composable
fun RefusedNotice(refusal: Refusal, modifier: Modifier = Modifier, notCharged: Boolean = false, actions: @Composable (() -> Unit)? = null) {
    Notice(
        icon = Icons.Refused,
        title = refusal.text,
        tone = Tone.Error,
        body = listOfNotNull(refusal.advice.takeIf { it.isNotBlank() }, if (notCharged && !refusal.mayBeCharged) texts.stateNotCharged() else null),
        footnote = texts.stateRefusedCode(refusal.code),
        modifier = modifier,
        actions = actions,
    )
}

/**
 * Says that it is not known yet whether it was paid, what happens now, and the way out: by SMS, or
 * by giving it up at the bank.
 */
@Composable
fun UnconfirmedNotice(
    payment: Payment.Unconfirmed,
    onCheck: () -> Unit,
    onSms: () -> Unit,
    onGiveUp: () -> Unit,
    modifier: Modifier = Modifier,
    isAtTheCar: Boolean = true,
) {
    val what = if (payment.page == null) {
        listOfNotNull(texts.stateUnconfirmedWhy(words.time(payment.since)), if (isAtTheCar) texts.stateUnconfirmedWhat() else null)
    } else {
        listOf(texts.stateAtBankWhy())
    }
    Notice(
        icon = Icons.Hourglass,
        title = texts.stateUnconfirmed(),
        tone = Tone.Attention,
        body = what + listOfNotNull(payment.refusal?.text, payment.refusal?.advice),
        footnote = payment.refusal?.let { texts.stateRefusedCode(it.code) },
        modifier = modifier,
        actions = {
            Column(verticalArrangement = Arrangement.spacedBy(8.dp), modifier = Modifier.fillMaxWidth()) {
                QuietButton(texts.stateCheckAgain(), onCheck, fill = true)
                if (payment.page != null) QuietButton(texts.topupGiveUp(), onGiveUp, fill = true)
                payment.sms?.let { sms ->
                    QuietButton(
                        texts.stateUseSms(),
                        onSms,
                        icon = Icons.Message,
                        note = texts.stateUseSmsWhat(body = sms.body, number = sms.number),
                        fill = true,
                    )
                }
            }
        },
    )
}
