// Every state of the purchase of a pass.

package city.mesto.ui.passes.buy

import androidx.compose.runtime.Composable
import androidx.compose.ui.tooling.preview.PreviewParameter
import city.mesto.ui.EachState
import city.mesto.ui.PREVIEW_LANGUAGE
import city.mesto.ui.Previewed
import city.mesto.ui.States
import city.mesto.ui.DepositView
import city.mesto.ui.PayBy
import city.mesto.ui.Payment
import city.mesto.ui.passes.PassesSample

/** The purchase of a pass, by name of the state. */
fun passBuyStates(language: String): Map<String, PassBuyUiState> = with(PassesSample(language)) {
    val firm = Offered.Firm(adult, today, lastDay, refundableUntil = null, lines = listOf(line), total = kzt("9900"), notices = emptyList())
    val ready = PassBuyUiState(monthly, firm, deposit = DepositView(kzt("12000"), after = kzt("2100")))
    mapOf(
        "ready" to ready,
        "later" to ready.copy(offered = firm.copy(firstOn = today.plusDays(1), lastOn = lastDay.plusDays(1), refundableUntil = after(60 * 15)), mayBeEarlier = true),
        "by-card" to ready.copy(payBy = PayBy.Card),
        "short" to ready.copy(deposit = DepositView(kzt("500"), missing = kzt("9400"))),
        "overlaps" to ready.copy(offered = firm.copy(overlaps = Overlap(monthly, lastDay))),
        "new-terms" to ready.copy(offered = firm.copy(terms = listOf(newTerms))),
        "must-accept" to ready.copy(offered = firm.copy(terms = listOf(newTerms.copy(mustAccept = true)))),
        "loading" to PassBuyUiState(monthly),
        "not-that-day" to ready.copy(offered = Offered.Refused(notThatDay), mayBeEarlier = true),
        "suspended" to ready.copy(offered = Offered.Refused(suspended, isOfAccount = true)),
        "paying" to ready.copy(payment = Payment.Sending),
        "unconfirmed" to ready.copy(payment = Payment.Unconfirmed(now, sms = null), connection = offline),
        "at-the-bank" to ready.copy(payBy = PayBy.Card, payment = atTheBank),
    )
}

class PassBuyStates : States<PassBuyUiState>(passBuyStates(PREVIEW_LANGUAGE))

@EachState
@Composable
fun PassBuyPreview(@PreviewParameter(PassBuyStates::class) state: PassBuyUiState) = Previewed { PassBuyScreen(state, {}) }
