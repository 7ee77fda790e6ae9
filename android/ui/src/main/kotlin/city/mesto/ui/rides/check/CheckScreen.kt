// The check of a ride: what it is, what it costs, who rides, and one button; nothing is charged
// before that.

package city.mesto.ui.rides.check

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
import androidx.compose.ui.unit.dp
import city.mesto.ui.Fact
import city.mesto.ui.Payment
import city.mesto.ui.parts.Bar
import city.mesto.ui.parts.Card
import city.mesto.ui.parts.FactRow
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
import city.mesto.ui.rides.RideHead
import city.mesto.ui.text.texts
import city.mesto.ui.text.words

@Composable
fun CheckScreen(state: CheckUiState, onEvent: (CheckEvent) -> Unit, modifier: Modifier = Modifier) {
    val payment = state.payment
    Page(
        modifier,
        bar = { Bar(texts.ridesCheckTitle(), onBack = { onEvent(CheckEvent.Back) }) },
        actions = if (state.checked is Checked.Refused && !payment.isUnderWay) null else ({ ConfirmArea(state, onEvent) }),
    ) {
        if (payment !is Payment.Unconfirmed) OfflineNotice(state.connection, onRetry = { onEvent(CheckEvent.Retry) })
        PaymentNotice(payment, onCheck = { onEvent(CheckEvent.CheckAgain) }, onGiveUp = { onEvent(CheckEvent.GiveUp) })
        // Without a network the rider still has to ride: what to do meanwhile stands here.
        if (payment is Payment.Unconfirmed) {
            if (payment.page == null) Notice(icon = Icons.Bus, title = texts.ridesUnconfirmedRide(), tone = Tone.Plain, body = listOf(texts.ridesUnconfirmedWhat()))
        } else {
            Checked(state, onEvent)
        }
    }
}

@Composable
private fun Checked(state: CheckUiState, onEvent: (CheckEvent) -> Unit) {
    val isFixed = state.payment is Payment.Sending
    when (val checked = state.checked) {
        // The button says that the ride is asked for.
        Checked.Loading -> Persons(state.persons, isFixed, onEvent)
        is Checked.Refused -> {
            RefusedNotice(checked.refusal, actions = step(checked.next)?.let { text -> { QuietButton(text, { onEvent(CheckEvent.Next) }, fill = true) } })
            if (checked.next == Next.Scan && state.persons > 1) Persons(state.persons, isFixed, onEvent)
        }
        is Checked.Firm -> {
            checked.repeats?.let { Repeated(it, onEvent) }
            TermsNotice(checked.terms, onSee = { onEvent(CheckEvent.SeeTerms) })
            checked.notices.forEach { Notice(icon = Icons.Warning, title = it, tone = Tone.Attention) }
            Ride(checked)
            Persons(state.persons, isFixed, onEvent)
            Card { PriceTable(checked.lines, checked.total, totalText = texts.ridesFare()) }
            PayChoice(state.payBy, isFixed, onChosen = { onEvent(CheckEvent.PayByChosen(it)) }, deposit = texts.ridesByBalance())
        }
    }
}

@Composable
private fun step(next: Next): String? = when (next) {
    Next.Retry -> texts.stateRetry()
    Next.Scan -> texts.ridesScanAnother()
    Next.Account -> texts.standingToAccount()
    Next.None -> null
}

@Composable
private fun Repeated(repeats: Repeats, onEvent: (CheckEvent) -> Unit) {
    val at = words.time(repeats.registeredAt)
    // Who has a ticket already is led to it first, and may still pay for somebody else.
    val other = if (repeats.isGoodHere) texts.ridesConfirmAgain() to CheckEvent.RideAgain else texts.ridesSeeEarlier() to CheckEvent.SeeEarlier
    Notice(
        icon = if (repeats.isGoodHere) Icons.Check else Icons.Warning,
        title = if (repeats.isGoodHere) texts.ridesGoesOn(at) else texts.ridesRepeats(at),
        tone = if (repeats.isGoodHere) Tone.Good else Tone.Attention,
    ) { QuietButton(other.first, { onEvent(other.second) }, fill = true) }
}

@Composable
private fun Ride(checked: Checked.Firm) = Card {
    RideHead(checked.ride)
    Column(Modifier.padding(top = 8.dp)) {
        checked.ride.plate?.let { FactRow(Fact(texts.ridesPlate(), it), it) }
        FactRow(Fact(texts.ridesCarrier(), checked.ride.carrier), checked.ride.carrier)
        FactRow(Fact(texts.ridesTime(), words.dayAndTime(checked.at)), "")
    }
    val until = words.time(checked.endsAt)
    Small(if (checked.ride.route == null) texts.ridesRouteUnknown(until) else texts.ridesValidUntil(until))
}

/** How many ride on the ticket: one more, one less. */
@Composable
private fun Persons(persons: Int, isFixed: Boolean, onEvent: (CheckEvent) -> Unit) = Card {
    Row(horizontalArrangement = Arrangement.spacedBy(4.dp), verticalAlignment = Alignment.CenterVertically, modifier = Modifier.fillMaxWidth()) {
        Text(texts.ridesPersons(persons.toLong()), style = MaterialTheme.typography.titleMedium, color = MaterialTheme.colorScheme.onSurface, modifier = Modifier.weight(1f))
        IconAction(Icons.Minus, texts.ridesPersonsLess(), { onEvent(CheckEvent.PersonsChosen(persons - 1)) }, enabled = persons > 1 && !isFixed)
        IconAction(Icons.Plus, texts.ridesPersonsMore(), { onEvent(CheckEvent.PersonsChosen(persons + 1)) }, enabled = !isFixed)
    }
}

/** What the thumb can do. */
@Composable
private fun ConfirmArea(state: CheckUiState, onEvent: (CheckEvent) -> Unit) {
    val checked = state.checked
    val repeats = (checked as? Checked.Firm)?.repeats
    if (repeats != null && !state.payment.isUnderWay) {
        return if (repeats.isGoodHere) MainButton(texts.ridesSeeEarlier(), { onEvent(CheckEvent.SeeEarlier) }) else MainButton(texts.ridesConfirmAgain(), { onEvent(CheckEvent.RideAgain) })
    }
    PayArea(
        state.payment,
        isShort = state.deposit.missing != null,
        isPriceLoading = checked is Checked.Loading,
        onOpenBank = { onEvent(CheckEvent.OpenBank) },
        onTopUp = { onEvent(CheckEvent.TopUp) },
        source = { PaidFrom(state.payBy, state.deposit, lacks = { texts.ridesBalanceShort(it) }, has = { texts.ridesBalance(it) }) },
        pay = if (checked is Checked.Firm) ({ ConfirmButton(state, checked, onEvent) }) else null,
        paying = texts.ridesConfirming(),
        loading = texts.ridesChecking(),
        topUp = texts.ridesTopUp(),
    )
}

@Composable
private fun ConfirmButton(state: CheckUiState, checked: Checked.Firm, onEvent: (CheckEvent) -> Unit) {
    if (checked.mustAccept) return MainButton(texts.termsSee(), { onEvent(CheckEvent.SeeTerms) })
    val amount = words.money(checked.total)
    Small(texts.ridesAccept(texts.ridesConfirm()))
    MainButton(
        text = texts.ridesConfirm(),
        onClick = { onEvent(CheckEvent.Confirm) },
        enabled = state.canConfirm,
        note = amount,
        described = texts.ridesConfirmDescribed(amount = amount, ride = checked.ride.route ?: checked.ride.vehicle),
    )
}
