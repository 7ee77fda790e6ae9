// The top-up of a card: how much, what it costs, from where, and one button; once it is paid, until
// when the card is held at a reader.

package city.mesto.ui.cards.topup

import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.text.KeyboardActions
import androidx.compose.foundation.text.KeyboardOptions
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.OutlinedTextField
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.text.input.ImeAction
import androidx.compose.ui.text.input.KeyboardType
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
import city.mesto.ui.parts.TermsNotice
import city.mesto.ui.parts.Tone
import city.mesto.ui.text.texts
import city.mesto.ui.text.words
import city.mesto.ui.theme.FieldLetters

@Composable
fun CardTopUpScreen(state: CardTopUpUiState, onEvent: (CardTopUpEvent) -> Unit, modifier: Modifier = Modifier) {
    val payment = state.payment
    val done = state.done
    Page(
        modifier,
        bar = { Bar(texts.cardsTopUpTitle(), onBack = { onEvent(CardTopUpEvent.Back) }) },
        actions = { if (done == null) Actions(state, onEvent) else MainButton(texts.topupDoneNext(), { onEvent(CardTopUpEvent.Back) }) },
    ) {
        if (done != null) {
            return@Page Notice(
                icon = Icons.Check,
                title = texts.cardsTopUpPaid(amount = words.money(done.amount), holdUntil = words.dayAndTime(done.holdUntil)),
                tone = Tone.Good,
            )
        }
        if (payment !is Payment.Unconfirmed) OfflineNotice(state.connection, onRetry = { onEvent(CardTopUpEvent.Retry) })
        PaymentNotice(payment, onCheck = { onEvent(CardTopUpEvent.CheckAgain) }, onGiveUp = { onEvent(CardTopUpEvent.GiveUp) })
        state.number?.let { Text(it, style = MaterialTheme.typography.titleLarge, color = MaterialTheme.colorScheme.onBackground) }
        if (payment !is Payment.Unconfirmed) Choosing(state, onEvent)
    }
}

@Composable
private fun Choosing(state: CardTopUpUiState, onEvent: (CardTopUpEvent) -> Unit) {
    val isFixed = state.payment is Payment.Sending
    (state.priced as? CardPrice.Refused)?.let { refused ->
        RefusedNotice(
            refused.refusal,
            actions = if (refused.isOfAccount) ({ QuietButton(texts.standingToAccount(), { onEvent(CardTopUpEvent.SeeAccount) }, fill = true) }) else null,
        )
    }
    Amount(state, isFixed, onEvent)
    PayChoice(state.payBy, isFixed, onChosen = { onEvent(CardTopUpEvent.PayByChosen(it)) }, deposit = texts.ridesByBalance())
    val priced = state.priced as? CardPrice.Firm ?: return
    TermsNotice(priced.terms, onSee = { onEvent(CardTopUpEvent.SeeTerms) })
    priced.notices.forEach { Notice(icon = Icons.Warning, title = it, tone = Tone.Attention) }
    Card { PriceTable(priced.lines, priced.total, totalText = texts.cardsTopUpTotal()) }
    Small(texts.cardsTopUpHold(words.dayAndTime(priced.holdUntil)))
}

@Composable
private fun Amount(state: CardTopUpUiState, isFixed: Boolean, onEvent: (CardTopUpEvent) -> Unit) {
    val limits = state.limits
    OutlinedTextField(
        value = state.typed,
        onValueChange = { onEvent(CardTopUpEvent.AmountTyped(it)) },
        label = { Text(texts.cardsTopUpAmount()) },
        supportingText = if (limits == null) null else ({ Text(texts.cardsTopUpLimits(smallest = words.money(limits.least), largest = words.money(limits.most))) }),
        enabled = !isFixed,
        singleLine = true,
        textStyle = FieldLetters,
        shape = MaterialTheme.shapes.medium,
        keyboardOptions = KeyboardOptions(keyboardType = KeyboardType.Decimal, imeAction = ImeAction.Done),
        keyboardActions = KeyboardActions(onDone = { onEvent(CardTopUpEvent.ShowPrice) }),
        modifier = Modifier.fillMaxWidth(),
    )
}

/** What the thumb can do. */
@Composable
private fun Actions(state: CardTopUpUiState, onEvent: (CardTopUpEvent) -> Unit) {
    val priced = state.priced
    if (!state.payment.isUnderWay && (priced == CardPrice.Not || priced is CardPrice.Refused)) {
        return MainButton(texts.cardsTopUpPrice(), { onEvent(CardTopUpEvent.ShowPrice) }, enabled = state.typed.isNotBlank())
    }
    PayArea(
        state.payment,
        isShort = state.deposit.missing != null,
        isPriceLoading = priced is CardPrice.Loading,
        onOpenBank = { onEvent(CardTopUpEvent.OpenBank) },
        onTopUp = { onEvent(CardTopUpEvent.TopUp) },
        source = { PaidFrom(state.payBy, state.deposit, lacks = { texts.ridesBalanceShort(it) }, has = { texts.ridesBalance(it) }) },
        pay = if (priced is CardPrice.Firm) ({ PayButton(state, priced, onEvent) }) else null,
        topUp = texts.ridesTopUp(),
    )
}

@Composable
private fun PayButton(state: CardTopUpUiState, priced: CardPrice.Firm, onEvent: (CardTopUpEvent) -> Unit) {
    if (priced.mustAccept) return MainButton(texts.termsSee(), { onEvent(CardTopUpEvent.SeeTerms) })
    val amount = words.money(priced.total)
    MainButton(
        text = if (state.payBy == PayBy.Card) texts.topupGo(amount) else texts.buyPay(amount),
        onClick = { onEvent(CardTopUpEvent.Pay) },
        enabled = state.canPay,
        described = texts.cardsTopUpDescribed(amount = amount, card = state.number.orEmpty()),
    )
}
