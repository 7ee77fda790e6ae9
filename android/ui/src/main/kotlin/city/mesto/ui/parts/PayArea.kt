// What the thumb can do about a payment, and what the page says about it.

package city.mesto.ui.parts

import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import city.mesto.ui.DepositView
import city.mesto.ui.PayBy
import city.mesto.ui.Payment
import city.mesto.ui.text.texts
import city.mesto.ui.text.words

/**
 * One button at a time: to the bank's page, to the top-up, that it works, or [pay], which is null
 * while there is no price to pay. [source] stands above it: what the money comes from.
 */
@Composable
fun PayArea(
    payment: Payment,
    isShort: Boolean,
    isPriceLoading: Boolean,
    onOpenBank: () -> Unit,
    onTopUp: () -> Unit,
    source: @Composable () -> Unit,
    pay: (@Composable () -> Unit)?,
    paying: String = texts.buyPaying(),
    loading: String = texts.buyPriceLoading(),
    topUp: String = texts.buyTopUp(),
) {
    // While nobody knows whether it was paid, no sum is right.
    if (payment is Payment.Unconfirmed) {
        if (payment.page == null) MainButton(texts.stateUnconfirmed(), {}, busy = true) else MainButton(texts.topupOpenBank(), onOpenBank)
        return
    }
    source()
    when {
        isShort -> MainButton(topUp, onTopUp)
        payment is Payment.Sending -> MainButton(paying, {}, busy = true)
        isPriceLoading -> MainButton(loading, {}, busy = true)
        else -> pay?.invoke()
    }
}

/** By card, or what is on the deposit and what it lacks; a city may call it by another name. */
@Composable
fun PaidFrom(
    payBy: PayBy,
    deposit: DepositView,
    lacks: @Composable (String) -> String = { texts.buyDepositShort(it) },
    has: @Composable (String) -> String = { texts.topupBalance(it) },
) {
    val short = deposit.missing
    val note = when {
        payBy == PayBy.Card -> texts.buyCardNote()
        short != null -> lacks(words.money(short))
        else -> deposit.balance?.let { has(words.money(it)) }
    }
    note?.let {
        val colour = if (short == null) MaterialTheme.colorScheme.onSurfaceVariant else MaterialTheme.colorScheme.error
        Text(it, style = MaterialTheme.typography.bodyMedium, color = colour)
    }
}

/** That a payment is not confirmed or was refused; nothing otherwise. */
@Composable
fun PaymentNotice(
    payment: Payment,
    onCheck: () -> Unit,
    onGiveUp: () -> Unit,
    onSms: () -> Unit = {},
    isAtTheCar: Boolean = false,
) {
    when (payment) {
        is Payment.Unconfirmed -> UnconfirmedNotice(payment, onCheck, onSms, onGiveUp, isAtTheCar = isAtTheCar)
        is Payment.Refused -> RefusedNotice(payment.refusal, notCharged = true)
        Payment.Idle, Payment.Sending -> Unit
    }
}
