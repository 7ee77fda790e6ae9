// Every state of the top-up of a card.

package city.mesto.ui.cards.topup

import androidx.compose.runtime.Composable
import androidx.compose.ui.tooling.preview.PreviewParameter
import city.mesto.ui.EachState
import city.mesto.ui.PREVIEW_LANGUAGE
import city.mesto.ui.Previewed
import city.mesto.ui.States
import city.mesto.ui.DepositView
import city.mesto.ui.PayBy
import city.mesto.ui.Payment
import city.mesto.ui.cards.CardsSample

/** The top-up of a card, by name of the state. */
fun cardTopUpStates(language: String): Map<String, CardTopUpUiState> = with(CardsSample(language)) {
    val typed = CardTopUpUiState(number = card.number, typed = "2000", limits = Limits(kzt("100"), kzt("10000")), deposit = DepositView(kzt("5000")))
    val firm = CardPrice.Firm(listOf(ontoCard), kzt("2000"), notices = emptyList(), holdUntil = after(60 * 24 * 30))
    val ready = typed.copy(priced = firm, deposit = DepositView(kzt("5000"), after = kzt("3000")))
    mapOf(
        "empty" to typed.copy(typed = ""),
        "typed" to typed,
        "loading" to typed.copy(priced = CardPrice.Loading),
        "ready" to ready,
        "by-card" to ready.copy(payBy = PayBy.Card),
        "short" to ready.copy(deposit = DepositView(kzt("500"), missing = kzt("1500"))),
        "new-terms" to ready.copy(priced = firm.copy(terms = listOf(newTerms))),
        "must-accept" to ready.copy(priced = firm.copy(terms = listOf(newTerms.copy(mustAccept = true)))),
        "too-much" to typed.copy(typed = "10000.01", priced = CardPrice.Refused(tooMuch)),
        "suspended" to typed.copy(priced = CardPrice.Refused(suspended, isOfAccount = true)),
        "paying" to ready.copy(payment = Payment.Sending),
        "unconfirmed" to ready.copy(payment = Payment.Unconfirmed(now, sms = null), connection = offline),
        "at-the-bank" to ready.copy(payBy = PayBy.Card, payment = atTheBank),
        "done" to typed.copy(typed = "", done = Done(kzt("2000"), after(60 * 24 * 30))),
    )
}

class CardTopUpStates : States<CardTopUpUiState>(cardTopUpStates(PREVIEW_LANGUAGE))

@EachState
@Composable
fun CardTopUpPreview(@PreviewParameter(CardTopUpStates::class) state: CardTopUpUiState) = Previewed { CardTopUpScreen(state, {}) }
