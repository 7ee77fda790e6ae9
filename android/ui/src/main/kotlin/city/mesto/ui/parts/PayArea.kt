// What the thumb can do about a payment, and above it what that takes the money from.

package city.mesto.ui.parts

import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import city.mesto.ui.DepositView
import city.mesto.ui.PayBy
import city.mesto.ui.Payment
import city.mesto.ui.text.texts
import city.mesto.ui.text.words

/** [pay] is the button that pays; null while there is no price to pay. */
@Composable
fun PayArea(
    payment: Payment,
    payBy: PayBy,
    deposit: DepositView,
    isPriceLoading: Boolean,
    onOpenBank: () -> Unit,
    onTopUp: () -> Unit,
    pay: (@Composable () -> Unit)?,
) {
    val short = deposit.missing
    if (payment is Payment.Unconfirmed) {
        if (payment.page == null) MainButton(texts.stateUnconfirmed(), {}, busy = true) else MainButton(texts.topupOpenBank(), onOpenBank)
        return
    }
    val note = when {
        payBy == PayBy.Card -> texts.buyCardNote()
        short != null -> texts.buyDepositShort(words.money(short))
        else -> deposit.balance?.let { texts.topupBalance(words.money(it)) }
    }
    note?.let {
        val colour = if (short == null) MaterialTheme.colorScheme.onSurfaceVariant else MaterialTheme.colorScheme.error
        Text(it, style = MaterialTheme.typography.bodyMedium, color = colour)
    }
    when {
        short != null -> MainButton(texts.buyTopUp(), onTopUp)
        payment is Payment.Sending -> MainButton(texts.buyPaying(), {}, busy = true)
        isPriceLoading -> MainButton(texts.buyPriceLoading(), {}, busy = true)
        else -> pay?.invoke()
    }
}
