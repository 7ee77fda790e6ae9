// What a ticket owes, line by line, from what it is paid, and one button.

package city.mesto.ui.garages.owed

import androidx.compose.foundation.layout.padding
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.unit.dp
import city.mesto.ui.PayBy
import city.mesto.ui.Payment
import city.mesto.ui.parts.Bar
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
import city.mesto.ui.parts.PriceTable
import city.mesto.ui.parts.QuietButton
import city.mesto.ui.parts.RefusedNotice
import city.mesto.ui.parts.Small
import city.mesto.ui.parts.Tone
import city.mesto.ui.text.texts
import city.mesto.ui.text.words

@Composable
fun OwedScreen(state: OwedUiState, onEvent: (OwedEvent) -> Unit, modifier: Modifier = Modifier) {
    val payment = state.payment
    Page(
        modifier,
        bar = { Bar(texts.garagesOwedTitle(), onBack = { onEvent(OwedEvent.Back) }) },
        actions = if (state.owed is Owed.Refused && !payment.isUnderWay) null else ({ PayArea(state, onEvent) }),
    ) {
        if (payment !is Payment.Unconfirmed) OfflineNotice(state.connection, onRetry = { onEvent(OwedEvent.Retry) })
        PaymentNotice(payment, onCheck = { onEvent(OwedEvent.CheckAgain) }, onGiveUp = { onEvent(OwedEvent.GiveUp) })
        Text(
            state.facility,
            style = MaterialTheme.typography.headlineMedium,
            color = MaterialTheme.colorScheme.onBackground,
            modifier = Modifier.semantics { heading() },
        )
        Text(texts.garagesOwedTicket(state.ticket), style = MaterialTheme.typography.titleLarge, color = MaterialTheme.colorScheme.onBackground)
        if (payment !is Payment.Unconfirmed) Priced(state, onEvent)
    }
}

@Composable
private fun Priced(state: OwedUiState, onEvent: (OwedEvent) -> Unit) {
    if (state.owed !is Owed.Refused || state.payBy == PayBy.Card) {
        PayChoice(state.payBy, isFixed = state.payment is Payment.Sending, onChosen = { onEvent(OwedEvent.PayByChosen(it)) })
    }
    when (val owed = state.owed) {
        // The button says that the price is asked for.
        Owed.Loading -> Unit
        is Owed.Refused -> RefusedNotice(owed.refusal, actions = { QuietButton(step(owed.next), { onEvent(OwedEvent.Next) }, fill = true) })
        is Owed.Firm -> Lines(owed)
    }
}

@Composable
private fun step(next: Next): String = when (next) {
    Next.Retry -> texts.stateRetry()
    Next.Back -> texts.garagesBackToNumber()
    is Next.GoThere -> texts.garagesGoThere(next.name)
    is Next.Visit -> texts.garagesVisitOpen()
}

@Composable
private fun Lines(owed: Owed.Firm) {
    owed.notices.forEach { Notice(icon = Icons.Warning, title = it, tone = Tone.Attention) }
    Card {
        Small(texts.garagesOwedEntered(words.dayAndTime(owed.enteredAt)))
        PriceTable(owed.lines, owed.total, totalText = texts.buyTotal(), modifier = Modifier.padding(vertical = 8.dp))
        val exitBy = owed.exitBy
        Text(
            if (exitBy == null) texts.garagesOwedExitNone() else texts.garagesOwedExit(words.time(exitBy)),
            style = MaterialTheme.typography.titleMedium,
            color = MaterialTheme.colorScheme.onSurface,
        )
        owed.risesAt?.let { Small(texts.garagesOwedRises(words.dayAndTime(it))) }
        Small(texts.buyPriceHeld(words.time(owed.validUntil)))
    }
}

/** What the thumb can do. */
@Composable
private fun PayArea(state: OwedUiState, onEvent: (OwedEvent) -> Unit) {
    val owed = state.owed
    PayArea(
        state.payment,
        isShort = state.deposit.missing != null,
        isPriceLoading = owed is Owed.Loading,
        onOpenBank = { onEvent(OwedEvent.OpenBank) },
        onTopUp = { onEvent(OwedEvent.TopUp) },
        source = { PaidFrom(state.payBy, state.deposit) },
        pay = if (owed is Owed.Firm) ({ PayButton(state, owed, onEvent) }) else null,
    )
}

@Composable
private fun PayButton(state: OwedUiState, owed: Owed.Firm, onEvent: (OwedEvent) -> Unit) {
    val amount = words.money(owed.total)
    val byCard = state.payBy == PayBy.Card
    MainButton(
        text = if (byCard) texts.topupGo(amount) else texts.buyPay(amount),
        onClick = { onEvent(OwedEvent.Pay) },
        enabled = state.canPay,
        described = if (byCard) {
            texts.garagesPayCardDescribed(amount = amount, ticket = state.ticket, name = state.facility)
        } else {
            texts.garagesPayDescribed(amount = amount, ticket = state.ticket, name = state.facility)
        },
    )
}
