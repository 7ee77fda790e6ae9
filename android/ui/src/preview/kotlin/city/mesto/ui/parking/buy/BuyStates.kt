// Every state of the quote-and-buy screen.

package city.mesto.ui.parking.buy

import androidx.compose.runtime.Composable
import androidx.compose.ui.tooling.preview.PreviewParameter
import city.mesto.ui.Connection
import city.mesto.ui.DepositView
import city.mesto.ui.EachState
import city.mesto.ui.PREVIEW_LANGUAGE
import city.mesto.ui.PayBy
import city.mesto.ui.Payment
import city.mesto.ui.Previewed
import city.mesto.ui.Refusal
import city.mesto.ui.States
import city.mesto.ui.parking.ParkingSample
import city.mesto.ui.parking.QuoteNotice
import city.mesto.ui.parking.QuoteView

/** The quote-and-buy screen, by name of the state. */
fun buyStates(language: String): Map<String, BuyUiState> = with(ParkingSample(language)) {
    val tariffUnknown = Refusal(
        "tariff_unknown",
        say("Cena za ovu zonu nije poznata", "The price of this zone is not known"),
        say("Ovde se ne prodaje dok je operater ne objavi. Platite na automatu.", "Nothing is sold here until the operator publishes it. Pay at the machine."),
    )
    val notRefunded = say("Plaćeno a neiskorišćeno vreme se ne vraća.", "Paid time that you do not use is not given back.")

    val hour = QuoteView(60, 60, now, after(60), listOf(firstHour), rsd("80"), listOf(QuoteNotice(notRefunded, isSurprise = false)))
    val hourAndHalf = QuoteView(90, 90, now, after(90), listOf(firstHour, halfMore), rsd("200"), listOf(QuoteNotice(notRefunded, isSurprise = false)))
    val redWheel = Wheel(listOf(60, 90), 60, Stop.LongestStay(90))
    val buyReady = BuyUiState(
        plate = car,
        zone = red,
        wheel = redWheel,
        quote = QuoteState.Firm(hour, validUntil = after(2)),
        deposit = DepositView(rsd("1000"), after = rsd("920")),
    )

    val cardNotSold = Refusal(
        "card_fee_unknown",
        say("Ispod 200,00 RSD ovo se ne prodaje karticom: naknada banke nije poznata.", "Below 200.00 RSD this is not sold by card: the bank's fee is not known."),
        say("Platite sa depozita.", "Pay from the deposit."),
    )
    val paidBack = Refusal(
        "quote_stale",
        say("Ponuda više ne važi.", "The offer no longer holds."),
        say("200,00 RSD se vraća do 10. septembra.", "200.00 RSD is paid back by 10 September."),
        mayBeCharged = true,
    )
    val byCard = buyReady.copy(wheel = redWheel.copy(chosen = 90), quote = QuoteState.Firm(hourAndHalf, after(2)), payBy = PayBy.Card)

    mapOf(
        "ready" to buyReady,
        "at-the-stop" to buyReady.copy(wheel = redWheel.copy(chosen = 90), quote = QuoteState.Firm(hourAndHalf, after(2))),
        "clipped" to buyReady.copy(
            wheel = Wheel(listOf(30), 30, Stop.RestOfStay(30, after(30))),
            quote = QuoteState.Firm(
                QuoteView(
                    60, 30, now, after(30), listOf(halfMore), rsd("120"),
                    listOf(QuoteNotice(say("Tražili ste 60 min; od ovog parkiranja preostalo je 30 min, do 10:30.", "You asked for 60 min; 30 min are left of this stay, until 10:30."), isSurprise = true)),
                ),
                after(2),
            ),
        ),
        "anothers-stay" to buyReady.copy(
            wheel = Wheel(listOf(30), 30, Stop.AnothersStay(30)),
            quote = QuoteState.Firm(
                QuoteView(
                    60, 30, now, after(30), listOf(halfMore), rsd("120"),
                    listOf(QuoteNotice(say("Tražili ste 60 min; za ovo vozilo ovde se sada može kupiti 30 min.", "You asked for 60 min; 30 min can be bought for this car here now."), isSurprise = true)),
                ),
                after(2),
            ),
        ),
        "yellow" to buyReady.copy(
            zone = yellow,
            plate = second,
            wheel = Wheel(listOf(60, 120, 180), 120, Stop.LongestStay(180)),
            quote = QuoteState.Firm(
                QuoteView(120, 120, now, after(120), listOf(line("2 × 60 min po 65,00 RSD", "2 × 60 min at 65.00 RSD", "130")), rsd("130"), listOf(QuoteNotice(notRefunded, isSurprise = false))),
                after(2),
            ),
        ),
        "loading" to buyReady.copy(quote = QuoteState.Loading),
        "offline" to buyReady.copy(quote = QuoteState.Preview(hour, unconfirmed.sms), connection = offline),
        "refused" to buyReady.copy(quote = QuoteState.Refused(tariffUnknown)),
        "payment-refused" to buyReady.copy(payment = Payment.Refused(depositTooLow)),
        "deposit-short" to buyReady.copy(deposit = DepositView(rsd("50"), missing = rsd("30"))),
        "paying" to buyReady.copy(payment = Payment.Sending),
        "by-card" to byCard,
        "card-not-sold" to byCard.copy(wheel = redWheel, quote = QuoteState.Refused(cardNotSold)),
        "at-the-bank" to byCard.copy(payment = atTheBank),
        "paid-back" to byCard.copy(payment = Payment.Refused(paidBack)),
        "unconfirmed" to buyReady.copy(payment = unconfirmed, connection = Connection.Offline(asOf = now)),
    )
}

class BuyStates : States<BuyUiState>(buyStates(PREVIEW_LANGUAGE))

@EachState
@Composable
fun BuyPreview(@PreviewParameter(BuyStates::class) state: BuyUiState) = Previewed { BuyScreen(state, {}) }
