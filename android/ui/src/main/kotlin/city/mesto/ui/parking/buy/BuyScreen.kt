// Quote and buy: how long, what it costs in every step, and one button that says all it will do.

package city.mesto.ui.parking.buy

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.FlowRow
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
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.font.FontWeight
import androidx.compose.ui.text.style.TextAlign
import androidx.compose.ui.unit.dp
import city.mesto.ui.PayBy
import city.mesto.ui.Payment
import city.mesto.ui.SmsFallback
import city.mesto.ui.parking.QuoteView
import city.mesto.ui.parking.ZoneBar
import city.mesto.ui.parts.Card
import city.mesto.ui.parts.Icons
import city.mesto.ui.parts.MainButton
import city.mesto.ui.parts.Notice
import city.mesto.ui.parts.OfflineNotice
import city.mesto.ui.parts.Page
import city.mesto.ui.parts.PaidFrom
import city.mesto.ui.parts.PayArea
import city.mesto.ui.parts.PayChoice
import city.mesto.ui.parts.PaymentNotice
import city.mesto.ui.parts.Plate
import city.mesto.ui.parts.PriceTable
import city.mesto.ui.parts.QuietButton
import city.mesto.ui.parts.RefusedNotice
import city.mesto.ui.parts.TimeWheel
import city.mesto.ui.parts.Tone
import city.mesto.ui.text.texts
import city.mesto.ui.text.words

@Composable
fun BuyScreen(state: BuyUiState, onEvent: (BuyEvent) -> Unit, modifier: Modifier = Modifier) {
    Page(
        modifier = modifier,
        bar = { ZoneBar(state.zone, onBack = { onEvent(BuyEvent.Back) }) },
        actions = { Confirm(state, onEvent) },
    ) {
        if (state.payment !is Payment.Unconfirmed) OfflineNotice(state.connection, onRetry = { onEvent(BuyEvent.Retry) })
        PaymentNotice(
            state.payment,
            onCheck = { onEvent(BuyEvent.CheckAgain) },
            onGiveUp = { onEvent(BuyEvent.GiveUp) },
            onSms = { onEvent(BuyEvent.UseSms) },
            isAtTheCar = true,
        )
        if (state.payment !is Payment.Unconfirmed) WheelCard(state, onEvent)
        if (state.payment !is Payment.Unconfirmed) {
            PayChoice(state.payBy, isFixed = state.payment is Payment.Sending, onChosen = { onEvent(BuyEvent.PayByChosen(it)) })
            QuoteCard(state, onEvent)
            QuietButton(texts.zonesPricesTitle(), { onEvent(BuyEvent.Prices) }, icon = Icons.Clock, fill = true)
        }
    }
}

@Composable
private fun WheelCard(state: BuyUiState, onEvent: (BuyEvent) -> Unit) {
    val wheel = state.wheel
    if (wheel.choices.isEmpty()) return
    val until = state.shownQuote?.let { words.time(it.endsAt, from = it.startsAt) } ?: "–"
    Card {
        TimeWheel(
            choices = wheel.choices,
            chosen = wheel.chosen,
            described = texts.buyWheelDescribed(minutes = wheel.chosen.toLong(), time = until),
            onChosen = { onEvent(BuyEvent.MinutesChosen(it)) },
            enabled = state.payment !is Payment.Sending,
        )
        Text(
            when (val stop = wheel.stop) {
                is Stop.LongestStay -> texts.buyStopLongest(minutes = stop.minutes.toLong(), zone = state.zone.name)
                is Stop.RestOfStay -> texts.buyStopRest(minutes = stop.minutes.toLong(), time = words.time(stop.deadline))
                is Stop.AnothersStay -> texts.buyStopAnother(stop.minutes.toLong())
                is Stop.Closing -> texts.buyStopClosing(words.time(stop.at))
                Stop.Unlimited -> texts.buyStopNone()
            },
            style = MaterialTheme.typography.bodyMedium,
            fontWeight = if (wheel.atStop && wheel.stop != Stop.Unlimited) FontWeight.Bold else FontWeight.Normal,
            color = if (wheel.atStop && wheel.stop != Stop.Unlimited) MaterialTheme.colorScheme.onSurface else MaterialTheme.colorScheme.onSurfaceVariant,
            textAlign = TextAlign.Center,
            modifier = Modifier.fillMaxWidth().padding(top = 10.dp),
        )
    }
}

@Composable
private fun QuoteCard(state: BuyUiState, onEvent: (BuyEvent) -> Unit) {
    when (val quote = state.quote) {
        // The button says that the price is asked for.
        QuoteState.Loading -> Unit
        is QuoteState.Refused -> RefusedNotice(quote.refusal, actions = { QuietButton(texts.stateRetry(), { onEvent(BuyEvent.Retry) }) })
        is QuoteState.Preview -> QuoteLines(quote.quote, footnote = texts.buyPreview(), isFirm = false)
        is QuoteState.Firm -> QuoteLines(quote.quote, footnote = texts.buyPriceHeld(words.time(quote.validUntil)), isFirm = true)
    }
}

@Composable
private fun QuoteLines(quote: QuoteView, footnote: String, isFirm: Boolean) {
    quote.notices.filter { it.isSurprise }.forEach { Notice(icon = Icons.Warning, title = it.text, tone = Tone.Attention) }
    Card {
        Text(
            texts.buyFromUntil(start = words.time(quote.startsAt), end = words.time(quote.endsAt, from = quote.startsAt)),
            style = MaterialTheme.typography.headlineMedium,
            color = MaterialTheme.colorScheme.onSurface,
            modifier = Modifier.semantics { heading() },
        )
        PriceTable(quote.lines, quote.total, totalText = texts.buyTotal(), modifier = Modifier.padding(top = 10.dp))
        quote.notices.filterNot { it.isSurprise }.forEach { note ->
            Text(note.text, style = MaterialTheme.typography.bodyMedium, color = MaterialTheme.colorScheme.onSurfaceVariant, modifier = Modifier.padding(top = 8.dp))
        }
        Text(
            footnote,
            style = MaterialTheme.typography.labelMedium,
            color = if (isFirm) MaterialTheme.colorScheme.onSurfaceVariant else MaterialTheme.colorScheme.onSurface,
            modifier = Modifier.padding(top = 8.dp),
        )
    }
}

/** The confirmation: whose car, until when, from which deposit, and the button with the total. */
@Composable
private fun Confirm(state: BuyUiState, onEvent: (BuyEvent) -> Unit) {
    FlowRow(
        itemVerticalAlignment = Alignment.CenterVertically,
        horizontalArrangement = Arrangement.SpaceBetween,
        verticalArrangement = Arrangement.spacedBy(8.dp),
        modifier = Modifier.fillMaxWidth(),
    ) {
        Plate(state.plate.shown, Modifier.padding(end = 10.dp))
        if (!state.payment.isUnderWay) {
            QuietButton(texts.buyChangePlate(), { onEvent(BuyEvent.ChangePlate) }, icon = Icons.Car)
        }
    }
    PayArea(
        state.payment,
        isShort = state.deposit.missing != null,
        // The button's place is kept: nothing moves under a thumb that is on its way.
        isPriceLoading = state.quote is QuoteState.Loading,
        onOpenBank = { onEvent(BuyEvent.OpenBank) },
        onTopUp = { onEvent(BuyEvent.TopUp) },
        source = { Source(state) },
        pay = when (val quote = state.quote) {
            is QuoteState.Preview -> quote.sms?.let { sms -> { BySms(sms, onEvent) } }
            is QuoteState.Firm -> ({ PayButton(state, quote.quote, onEvent) })
            QuoteState.Loading, is QuoteState.Refused -> null
        },
    )
}

/** Without a connection: what the driver can send himself. */
@Composable
private fun BySms(sms: SmsFallback, onEvent: (BuyEvent) -> Unit) = QuietButton(
    texts.stateUseSms(),
    { onEvent(BuyEvent.UseSms) },
    icon = Icons.Message,
    note = texts.stateUseSmsWhat(body = sms.body, number = sms.number),
    fill = true,
)

@Composable
private fun PayButton(state: BuyUiState, quote: QuoteView, onEvent: (BuyEvent) -> Unit) {
    val amount = words.money(quote.total)
    MainButton(
        text = if (state.payBy == PayBy.Card) texts.topupGo(amount) else texts.buyPay(amount),
        onClick = { onEvent(BuyEvent.Pay) },
        enabled = state.canPay,
        note = texts.buyPaidUntil(words.time(quote.endsAt, from = quote.startsAt)),
        described = described(state, quote),
    )
}

@Composable
private fun described(state: BuyUiState, quote: QuoteView): String {
    val amount = words.money(quote.total)
    val until = words.time(quote.endsAt, from = quote.startsAt)
    return when (state.payBy) {
        PayBy.Deposit -> texts.buyPayDescribed(amount = amount, plate = state.plate.shown, zone = state.zone.name, time = until)
        PayBy.Card -> texts.buyPayCardDescribed(amount = amount, plate = state.plate.shown, zone = state.zone.name, time = until)
    }
}

@Composable
private fun Source(state: BuyUiState) {
    when (state.payBy) {
        PayBy.Deposit -> DepositLine(state)
        PayBy.Card -> PaidFrom(state.payBy, state.deposit)
    }
}

@Composable
private fun DepositLine(state: BuyUiState) {
    val balance = state.deposit.balance ?: return
    if (state.quote !is QuoteState.Firm) return
    val short = state.deposit.missing
    val after = state.deposit.after ?: balance
    Row(verticalAlignment = Alignment.CenterVertically, horizontalArrangement = Arrangement.spacedBy(8.dp)) {
        val colour = if (short == null) MaterialTheme.colorScheme.onSurfaceVariant else MaterialTheme.colorScheme.error
        Icon(Icons.Wallet, contentDescription = null, tint = colour, modifier = Modifier.size(20.dp))
        Text(
            if (short == null) {
                texts.buyDepositAfter(before = words.money(balance), after = words.money(after))
            } else {
                texts.buyDepositShort(words.money(short))
            },
            style = MaterialTheme.typography.bodyMedium,
            color = colour,
        )
    }
}

/** The quote on the screen, firm or not. */
private val BuyUiState.shownQuote: QuoteView?
    get() = when (val shown = quote) {
        is QuoteState.Firm -> shown.quote
        is QuoteState.Preview -> shown.quote
        QuoteState.Loading, is QuoteState.Refused -> null
    }
