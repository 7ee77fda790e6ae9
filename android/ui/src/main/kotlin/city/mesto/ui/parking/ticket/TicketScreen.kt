// The ticket: how long it still runs, for which car and zone, what an inspector scans, and one tap
// to extend.

package city.mesto.ui.parking.ticket

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.material3.Icon
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.style.TextAlign
import androidx.compose.ui.unit.dp
import city.mesto.ui.Payment
import city.mesto.ui.parking.ZoneBar
import city.mesto.ui.parking.ticket.TicketUiState.Phase
import city.mesto.ui.parts.Bar
import city.mesto.ui.parts.Card
import city.mesto.ui.parts.CountdownRing
import city.mesto.ui.parts.Icons
import city.mesto.ui.parts.MainButton
import city.mesto.ui.parts.Notice
import city.mesto.ui.parts.OfflineNotice
import city.mesto.ui.parts.Page
import city.mesto.ui.parts.PayArea
import city.mesto.ui.parts.PaymentNotice
import city.mesto.ui.parts.Plate
import city.mesto.ui.parts.PriceTable
import city.mesto.ui.parts.QrPicture
import city.mesto.ui.parts.QuietButton
import city.mesto.ui.parts.RefusedNotice
import city.mesto.ui.parts.Small
import city.mesto.ui.parts.Tone
import city.mesto.ui.parts.Waiting
import city.mesto.ui.parts.fixedSize
import city.mesto.ui.text.texts
import city.mesto.ui.text.words
import city.mesto.ui.theme.signals

@Composable
fun TicketScreen(state: TicketUiState, onEvent: (TicketEvent) -> Unit, modifier: Modifier = Modifier) {
    val bar = @Composable { Bar(texts.ticketTitle(), onBack = { onEvent(TicketEvent.Back) }) }
    when (state) {
        TicketUiState.Loading -> Page(modifier, bar) { Waiting(texts.ticketLoading()) }
        is TicketUiState.Refused -> Page(modifier, bar) {
            RefusedNotice(state.refusal, actions = { QuietButton(texts.stateRetry(), { onEvent(TicketEvent.Retry) }) })
        }
        is TicketUiState.Shown -> Page(
            modifier,
            bar = { ZoneBar(state.zone, onBack = { onEvent(TicketEvent.Back) }) },
            actions = { ExtendArea(state, onEvent) },
        ) {
            if (state.payment !is Payment.Unconfirmed) OfflineNotice(state.connection, onRetry = { onEvent(TicketEvent.Retry) })
            PaymentNotice(
                state.payment,
                onCheck = { onEvent(TicketEvent.CheckAgain) },
                onGiveUp = { onEvent(TicketEvent.GiveUp) },
                onSms = { onEvent(TicketEvent.UseSms) },
                isAtTheCar = true,
            )
            TimeLeft(state)
            if (state.phase == Phase.Expired && !state.payment.isUnderWay) {
                Notice(icon = Icons.Warning, title = texts.ticketExpiredAdvice(), tone = Tone.Attention)
            }
            if (state.phase != Phase.Expired) CodeCard(state, onEvent)
        }
    }
}

@Composable
private fun TimeLeft(state: TicketUiState.Shown) {
    val ends = words.time(state.endsAt, from = state.now)
    val colours = MaterialTheme.colorScheme
    Card {
        Column(
            horizontalAlignment = Alignment.CenterHorizontally,
            verticalArrangement = Arrangement.spacedBy(8.dp),
            modifier = Modifier.fillMaxWidth(),
        ) {
            CountdownRing(
                fraction = state.fractionLeft,
                colour = if (state.phase == Phase.Ending) signals.attentionMark else colours.primary,
                track = colours.surfaceVariant,
                described = when (state.phase) {
                    Phase.Expired -> texts.ticketEndedAt(ends)
                    Phase.Unsure -> texts.ticketMayBeOver()
                    else -> texts.ticketLeftDescribed(minutes = words.minutesLeft(state.secondsLeft), time = ends)
                },
                diameter = 188.dp,
            ) { RingText(state) }
            Text(
                when (state.phase) {
                    Phase.Expired -> texts.ticketEndedAt(ends)
                    Phase.Waiting -> "${texts.ticketStartsAt(words.time(state.startsAt, from = state.now))}\n${texts.ticketEndsAt(ends)}"
                    Phase.Running, Phase.Ending, Phase.Unsure -> texts.ticketEndsAt(ends)
                },
                style = MaterialTheme.typography.headlineMedium,
                color = colours.onSurface,
                textAlign = TextAlign.Center,
                modifier = Modifier.semantics { heading() },
            )
            Plate(state.plate.shown)
            (listOf(texts.ticketPaid(words.money(state.paid))) + state.lines).forEach {
                Text(it, style = MaterialTheme.typography.bodyMedium, color = colours.onSurfaceVariant, textAlign = TextAlign.Center)
            }
        }
    }
}

/** A word or two within the ring. */
@Composable
private fun RingWord(text: String, colour: Color) = Text(
    text,
    style = MaterialTheme.typography.headlineMedium,
    fontSize = fixedSize(26.dp),
    lineHeight = fixedSize(32.dp),
    color = colour,
    textAlign = TextAlign.Center,
    modifier = Modifier.padding(horizontal = 20.dp),
)

@Composable
private fun RingText(state: TicketUiState.Shown) {
    val colours = MaterialTheme.colorScheme
    when (state.phase) {
        Phase.Expired -> RingWord(texts.ticketExpired(), colours.error)
        Phase.Unsure -> RingWord(texts.ticketMayBeOver(), signals.attentionMark)
        Phase.Waiting -> {
            Icon(Icons.Clock, contentDescription = null, tint = colours.onSurfaceVariant, modifier = Modifier.size(32.dp))
            Text(words.countdown(state.startsAt.epochSecond - state.now.epochSecond), style = MaterialTheme.typography.displaySmall, fontSize = fixedSize(40.dp), lineHeight = fixedSize(44.dp), color = colours.onSurface)
            Text(texts.ticketStartsIn(), style = MaterialTheme.typography.titleMedium, fontSize = fixedSize(17.dp), color = colours.onSurfaceVariant)
        }
        Phase.Running, Phase.Ending -> {
            Text(
                words.countdown(state.secondsLeft),
                style = MaterialTheme.typography.displayLarge,
                fontSize = fixedSize(if (state.secondsLeft >= 3600) 38.dp else 50.dp),
                lineHeight = fixedSize(56.dp),
                color = colours.onSurface,
                maxLines = 1,
            )
            Text(
                if (state.phase == Phase.Ending) texts.ticketEnding() else texts.ticketLeft(),
                style = MaterialTheme.typography.titleMedium,
                fontSize = fixedSize(18.dp),
                color = if (state.phase == Phase.Ending) signals.attentionMark else colours.onSurfaceVariant,
            )
        }
    }
}

@Composable
private fun CodeCard(state: TicketUiState.Shown, onEvent: (TicketEvent) -> Unit) {
    when (val code = state.code) {
        Code.Loading -> Card { Waiting(texts.ticketCodeLoading()) }
        is Code.Here -> CodePicture(code.text, state.plate.shown)
        is Code.Elsewhere -> CodeElsewhere(code, onEvent)
    }
    Text(
        texts.noticeNotGuaranteed(),
        style = MaterialTheme.typography.bodyMedium,
        color = MaterialTheme.colorScheme.onSurfaceVariant,
        textAlign = TextAlign.Center,
        modifier = Modifier.fillMaxWidth().padding(horizontal = 12.dp),
    )
}

@Composable
private fun CodeElsewhere(code: Code.Elsewhere, onEvent: (TicketEvent) -> Unit) {
    Notice(icon = Icons.Lock, title = texts.ticketCodeElsewhere(), tone = Tone.Attention, body = listOf(texts.ticketCodeElsewhereWhy())) {
        if (code.isMoving) Waiting(texts.ticketCodeMoving()) else QuietButton(texts.ticketCodeMove(), { onEvent(TicketEvent.MoveCode) }, fill = true)
    }
    code.refusal?.let { RefusedNotice(it) }
}

@Composable
private fun CodePicture(code: String, plate: String) {
    Card {
        Column(
            horizontalAlignment = Alignment.CenterHorizontally,
            verticalArrangement = Arrangement.spacedBy(8.dp),
            modifier = Modifier.fillMaxWidth(),
        ) {
            QrPicture(code, described = texts.ticketCodeDescribed(plate), side = 224.dp)
            Text(
                texts.ticketCodeNote(),
                style = MaterialTheme.typography.bodyMedium,
                color = MaterialTheme.colorScheme.onSurfaceVariant,
                textAlign = TextAlign.Center,
            )
        }
    }
}

/** What the thumb can do: extend at a price that is shown, or learn why not. */
@Composable
private fun ExtendArea(state: TicketUiState.Shown, onEvent: (TicketEvent) -> Unit) {
    val offer = state.extension as? Extension.Offered
    if (offer != null && !state.isToBuyAgain || state.payment is Payment.Unconfirmed) {
        return PayArea(
            state.payment,
            isShort = offer?.isShort == true,
            isPriceLoading = false,
            onOpenBank = { onEvent(TicketEvent.OpenBank) },
            onTopUp = { onEvent(TicketEvent.TopUp) },
            source = { offer?.let { Terms(it) } },
            pay = offer?.let { { ExtendButton(it, state, onEvent) } },
            paying = texts.ticketExtending(),
        )
    }
    if (state.isToBuyAgain) return MainButton(texts.ticketBuyAgain(), { onEvent(TicketEvent.BuyAgain) })
    when (val extension = state.extension) {
        Extension.Loading -> Waiting(texts.ticketExtendLoading())
        Extension.Offline -> Notice(icon = Icons.Offline, title = texts.ticketExtendOffline(), tone = Tone.Plain)
        is Extension.LimitReached -> Notice(
            icon = Icons.Lock,
            title = texts.ticketLimitReached(),
            tone = Tone.Attention,
            body = listOf(texts.ticketLimitLeave(words.time(extension.deadline, from = state.now)), extension.refusal.advice).filter { it.isNotBlank() },
            footnote = texts.stateRefusedCode(extension.refusal.code),
        )
        is Extension.Refused -> RefusedNotice(extension.refusal, actions = { QuietButton(texts.stateRetry(), { onEvent(TicketEvent.Retry) }, fill = true) })
        is Extension.Offered -> Unit
    }
}

/** What an extension costs and what to know of it. */
@Composable
private fun Terms(offer: Extension.Offered) {
    if (offer.lines.size > 1) PriceTable(offer.lines, offer.total, totalText = texts.buyTotal())
    if (offer.lines.size == 1) Small(offer.lines.single().text)
    offer.notices.forEach { Small(it) }
}

@Composable
private fun ExtendButton(offer: Extension.Offered, state: TicketUiState.Shown, onEvent: (TicketEvent) -> Unit) {
    val until = words.time(offer.endsAt, from = state.now)
    val amount = words.money(offer.total)
    MainButton(
        text = texts.ticketExtend(amount = amount, minutes = offer.minutes.toLong()),
        onClick = { onEvent(TicketEvent.Extend) },
        enabled = state.canExtend,
        note = texts.ticketExtendUntil(until),
        described = texts.ticketExtendDescribed(minutes = offer.minutes.toLong(), amount = amount, time = until),
    )
}
