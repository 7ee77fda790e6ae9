// Every state of the screen of what a ticket owes.

package city.mesto.ui.garages.owed

import androidx.compose.runtime.Composable
import androidx.compose.ui.tooling.preview.PreviewParameter
import city.mesto.ui.DepositView
import city.mesto.ui.EachState
import city.mesto.ui.PREVIEW_LANGUAGE
import city.mesto.ui.PayBy
import city.mesto.ui.Payment
import city.mesto.ui.Previewed
import city.mesto.ui.Refusal
import city.mesto.ui.Sample
import city.mesto.ui.States

/** What a ticket owes, by name of the state. */
fun owedStates(language: String): Map<String, OwedUiState> = with(Sample(language)) {
    fun refusal(code: String, text: String, advice: String) = Refusal(code, text, advice)
    val hours = Owed.Firm(
        enteredAt = after(-150),
        lines = listOf(line("3 započeta sata po 100,00 RSD", "3 started hours at 100.00 RSD", "300")),
        total = rsd("300"),
        notices = emptyList(),
        exitBy = after(15),
        risesAt = after(30),
        validUntil = after(2),
    )
    val ready = OwedUiState("Zeleni venac", "GR004217", hours, deposit = DepositView(rsd("1000"), after = rsd("700")))
    val rest = hours.copy(
        lines = listOf(line("4 započeta sata po 100,00 RSD", "4 started hours at 100.00 RSD", "400"), line("Ranije plaćeno", "Paid before", "-300")),
        total = rsd("100"),
    )
    val lost = hours.copy(
        lines = listOf(line("Izgubljena karta: računa se od 00:00", "Lost ticket: counted from 00:00", "0"), line("10 započetih sati po 100,00 RSD", "10 started hours at 100.00 RSD", "1000")),
        total = rsd("1000"),
    )
    val days = hours.copy(
        lines = listOf(line("Karta za 7 dana po 4.000,00 RSD", "A ticket for 7 days at 4,000.00 RSD", "4000")),
        total = rsd("4000"),
        notices = listOf(say("3 dana karte ostaju neiskorišćena; ne vraćaju se.", "3 days of the ticket are not used; they are not given back.")),
        exitBy = null,
        risesAt = null,
    )
    val alreadyPaid = refusal("visit_already_paid", say("Ovaj boravak je već plaćen.", "This visit is already paid."), say("Izađite do 10:15.", "Leave by 10:15."))
    val elsewhere = refusal("visit_of_another_facility", say("Ova karta je iz garaže VMA.", "This ticket is of VMA."), say("Platite tamo.", "Pay there."))
    val nothing = refusal("nothing_owed", say("Za sada ništa ne dugujete.", "Nothing is owed so far."), say("Do 10:20 izlazite bez plaćanja.", "Until 10:20 you leave without paying."))
    val silent = refusal(
        "facility_unreachable",
        say("Garaža Zeleni venac sada nije dostupna, pa se ne zna koliko dugujete.", "Zeleni venac cannot be reached now, so what you owe is not known."),
        say("Pokušajte ponovo za pola minuta ili platite na licu mesta.", "Try again in half a minute, or pay at the place."),
    )
    val paidBack = Refusal(
        "visit_already_paid",
        say("Ovaj boravak je već plaćen.", "This visit is already paid."),
        say("300,00 RSD se vraća do 10. septembra.", "300.00 RSD is paid back by 10 September."),
        mayBeCharged = true,
    )
    fun refused(why: Refusal, next: Next) = ready.copy(owed = Owed.Refused(why, next))

    mapOf(
        "ready" to ready,
        "by-card" to ready.copy(payBy = PayBy.Card),
        "the-rest" to ready.copy(owed = rest),
        "lost-ticket" to ready.copy(owed = lost),
        "several-days" to ready.copy(owed = days, deposit = DepositView(rsd("1000"), missing = rsd("3000"))),
        "loading" to ready.copy(owed = Owed.Loading),
        "already-paid" to refused(alreadyPaid, Next.Back),
        "paid-by-me" to refused(alreadyPaid, Next.Visit("vi1")),
        "elsewhere" to refused(elsewhere, Next.GoThere("vma", "VMA")),
        "nothing-owed" to refused(nothing, Next.Back),
        "unreachable" to refused(silent, Next.Retry),
        "paying" to ready.copy(payment = Payment.Sending),
        "at-the-bank" to ready.copy(payBy = PayBy.Card, payment = atTheBank),
        "unconfirmed" to ready.copy(payment = Payment.Unconfirmed(now, sms = null), connection = offline),
        "paid-back" to ready.copy(payBy = PayBy.Card, payment = Payment.Refused(paidBack)),
    )
}

class OwedStates : States<OwedUiState>(owedStates(PREVIEW_LANGUAGE))

@EachState
@Composable
fun OwedPreview(@PreviewParameter(OwedStates::class) state: OwedUiState) = Previewed { OwedScreen(state, {}) }
