// The purchase of a pass: for whom, from when until when, what it costs, and one button.

package city.mesto.ui.passes.buy

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.unit.dp
import city.mesto.ui.Fact
import city.mesto.ui.PayBy
import city.mesto.ui.Payment
import city.mesto.ui.parts.Bar
import city.mesto.ui.parts.Card
import city.mesto.ui.parts.FactRow
import city.mesto.ui.parts.Heading
import city.mesto.ui.parts.IconAction
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

@Composable
fun PassBuyScreen(state: PassBuyUiState, onEvent: (PassBuyEvent) -> Unit, modifier: Modifier = Modifier) {
    val payment = state.payment
    Page(
        modifier,
        bar = { Bar(texts.passesBuyTitle(), onBack = { onEvent(PassBuyEvent.Back) }) },
        actions = if (state.offered is Offered.Refused && !payment.isUnderWay) null else ({ Actions(state, onEvent) }),
    ) {
        if (payment !is Payment.Unconfirmed) OfflineNotice(state.connection, onRetry = { onEvent(PassBuyEvent.Retry) })
        PaymentNotice(payment, onCheck = { onEvent(PassBuyEvent.CheckAgain) }, onGiveUp = { onEvent(PassBuyEvent.GiveUp) })
        if (state.name.isNotEmpty()) Heading(state.name)
        if (payment !is Payment.Unconfirmed) Choosing(state, onEvent)
    }
}

@Composable
private fun Choosing(state: PassBuyUiState, onEvent: (PassBuyEvent) -> Unit) {
    val isFixed = state.payment is Payment.Sending
    when (val offered = state.offered) {
        // The button says that the price is asked for.
        Offered.Loading -> Unit
        is Offered.Refused -> {
            RefusedNotice(offered.refusal) {
                if (offered.isOfAccount) QuietButton(texts.standingToAccount(), { onEvent(PassBuyEvent.SeeAccount) }, fill = true) else QuietButton(texts.stateRetry(), { onEvent(PassBuyEvent.Retry) }, fill = true)
            }
            // A day on which none begins is left the way it was come to.
            if (state.mayBeEarlier) QuietButton(texts.passesBuyEarlier(), { onEvent(PassBuyEvent.Earlier) }, icon = Icons.Minus, fill = true)
        }
        is Offered.Firm -> {
            offered.overlaps?.let { Notice(icon = Icons.Warning, title = texts.passesBuyOverlaps(pass = it.name, lastOn = words.day(it.lastOn))) }
            TermsNotice(offered.terms, onSee = { onEvent(PassBuyEvent.SeeTerms) })
            offered.notices.forEach { Notice(icon = Icons.Warning, title = it, tone = Tone.Attention) }
            Days(state, offered, isFixed, onEvent)
            Card { PriceTable(offered.lines, offered.total, totalText = texts.passesBuyTotal()) }
            PayChoice(state.payBy, isFixed, onChosen = { onEvent(PassBuyEvent.PayByChosen(it)) }, deposit = texts.ridesByBalance())
        }
    }
}

/** The first day, a day more, a day less; and what follows from it. */
@Composable
private fun Days(state: PassBuyUiState, offered: Offered.Firm, isFixed: Boolean, onEvent: (PassBuyEvent) -> Unit) = Card {
    Row(horizontalArrangement = Arrangement.spacedBy(4.dp), verticalAlignment = Alignment.CenterVertically, modifier = Modifier.fillMaxWidth()) {
        Column(Modifier.weight(1f).semantics(mergeDescendants = true) {}) {
            Small(texts.passesBuyFirst())
            Text(words.day(offered.firstOn), style = MaterialTheme.typography.titleMedium, color = MaterialTheme.colorScheme.onSurface)
        }
        IconAction(Icons.Minus, texts.passesBuyEarlier(), { onEvent(PassBuyEvent.Earlier) }, enabled = state.mayBeEarlier && !isFixed)
        IconAction(Icons.Plus, texts.passesBuyLater(), { onEvent(PassBuyEvent.Later) }, enabled = !isFixed)
    }
    Column(Modifier.padding(top = 8.dp)) {
        FactRow(Fact(texts.passesBuyLast(), words.day(offered.lastOn)), "")
        FactRow(Fact(texts.passesBuyFor(), offered.category), "")
    }
    Small(offered.refundableUntil?.let { texts.passesBuyRefundable(words.dayAndTime(it)) } ?: texts.passesBuyKept())
}

/** What the thumb can do. */
@Composable
private fun Actions(state: PassBuyUiState, onEvent: (PassBuyEvent) -> Unit) {
    val offered = state.offered
    if (offered is Offered.Firm && offered.overlaps != null && !state.payment.isUnderWay) {
        return MainButton(texts.passesBuyAgain(), { onEvent(PassBuyEvent.BuyAgain) })
    }
    PayArea(
        state.payment,
        isShort = state.deposit.missing != null,
        isPriceLoading = offered is Offered.Loading,
        onOpenBank = { onEvent(PassBuyEvent.OpenBank) },
        onTopUp = { onEvent(PassBuyEvent.TopUp) },
        source = { PaidFrom(state.payBy, state.deposit, lacks = { texts.ridesBalanceShort(it) }, has = { texts.ridesBalance(it) }) },
        pay = if (offered is Offered.Firm) ({ PayButton(state, offered, onEvent) }) else null,
        topUp = texts.ridesTopUp(),
    )
}

@Composable
private fun PayButton(state: PassBuyUiState, offered: Offered.Firm, onEvent: (PassBuyEvent) -> Unit) {
    if (offered.mustAccept) return MainButton(texts.termsSee(), { onEvent(PassBuyEvent.SeeTerms) })
    val amount = words.money(offered.total)
    MainButton(
        text = if (state.payBy == PayBy.Card) texts.topupGo(amount) else texts.buyPay(amount),
        onClick = { onEvent(PassBuyEvent.Pay) },
        enabled = state.canPay,
        described = texts.passesBuyDescribed(pass = state.name, amount = amount),
    )
}
