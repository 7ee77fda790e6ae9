// Every state of every screen as a fixed value: for previews while designing, and for the pictures in docs/screens.

package city.mesto.ui.preview

import city.mesto.ui.Connection
import city.mesto.ui.Payment
import city.mesto.ui.PlateView
import city.mesto.ui.Price
import city.mesto.ui.PriceLine
import city.mesto.ui.Refusal
import city.mesto.ui.SmsFallback
import city.mesto.ui.ZoneView
import city.mesto.ui.buy.BuyUiState
import city.mesto.ui.buy.QuoteNotice
import city.mesto.ui.buy.QuoteState
import city.mesto.ui.buy.QuoteView
import city.mesto.ui.buy.Stop
import city.mesto.ui.buy.Wheel
import city.mesto.ui.start.PlateUiState
import city.mesto.ui.start.SignInUiState
import city.mesto.ui.start.TopUpStep
import city.mesto.ui.start.TopUpUiState
import city.mesto.ui.ticket.Extension
import city.mesto.ui.ticket.TicketUiState
import city.mesto.ui.zones.RunningTicket
import city.mesto.ui.zones.SignAnswer
import city.mesto.ui.zones.UnconfirmedPurchase
import city.mesto.ui.zones.ZoneRow
import city.mesto.ui.zones.ZonesContent
import city.mesto.ui.zones.ZonesUiState
import java.math.BigDecimal
import java.time.Instant

/** A Wednesday morning in Belgrade, in the language given; what the city and the operator would say is written out here. */
class PreviewStates(private val language: String) {
    private fun say(serbian: String, english: String) = if (language == "en") english else serbian

    private val now = Instant.parse("2025-09-03T08:00:00Z")
    private fun after(minutes: Long) = now.plusSeconds(minutes * 60)
    private fun rsd(amount: String) = Price(BigDecimal(amount), "RSD")

    private val car = PlateView("v1", "BG 789-PP")
    private val second = PlateView("v2", "BG 1234-ŠĆ", say("Kombi", "Van"))

    private val red = ZoneView("red", say("Zona 1 (crvena)", "Zone 1 (red)"), "9111", "#d32f2f")
    private val yellow = ZoneView("yellow", say("Zona 2 (žuta)", "Zone 2 (yellow)"), "9112", "#f9a825")
    private val green = ZoneView("green", say("Zona 3 (zelena)", "Zone 3 (green)"), "9113", "#2e7d32")
    private val zoneA = ZoneView("a", say("Zona A", "Zone A"), "9114", "#6a1b9a")
    private val blue = ZoneView("blue", say("Plava zona", "Blue zone"), "9119", "#1565c0")

    private val offline = Connection.Offline(asOf = after(-18))
    private val sms = SmsFallback("9111", "BG789PP")
    private val unconfirmed = Payment.Unconfirmed(since = now, sms = sms)

    private val noConnection = Refusal(
        "unavailable",
        say("Operater se sada ne može dobiti", "The operator cannot answer now"),
        say("Pokušajte ponovo za koji trenutak.", "Try again in a moment."),
    )
    private val signUnknown = Refusal(
        "sign_unknown",
        say("Nijedna zona nema tablu 9155", "No zone has the sign 9155"),
        say("Poznate su 9111, 9112, 9113, 9114 i 9119. Proverite broj na tabli.", "Known are 9111, 9112, 9113, 9114 and 9119. Look at the sign again."),
    )
    private val depositTooLow = Refusal(
        "deposit_too_low",
        say("Depozit ne pokriva ovu kartu", "The deposit does not cover this ticket"),
        say("Dopunite ga ili izaberite kraće vreme.", "Top it up or choose a shorter time."),
    )
    private val tariffUnknown = Refusal(
        "tariff_unknown",
        say("Cena za ovu zonu nije poznata", "The price of this zone is not known"),
        say("Ovde se ne prodaje dok je operater ne objavi. Platite na automatu.", "Nothing is sold here until the operator publishes it. Pay at the machine."),
    )
    private val limitReached = Refusal(
        "limit_reached",
        say("Najduže vreme je iskorišćeno", "The longest stay is used up"),
        say("Nova karta ovde je moguća posle pauze od 30 minuta.", "A new ticket here is possible after a break of 30 minutes."),
    )
    private val codeWrong = Refusal(
        "code_wrong",
        say("Kod nije tačan", "The code is not right"),
        say("Preostala su 3 pokušaja.", "3 tries are left."),
    )
    private val cardDeclined = Refusal(
        "card_declined",
        say("Banka je odbila karticu", "The bank declined the card"),
        say("Pokušajte drugom karticom.", "Try another card."),
    )
    private val plateInvalid = Refusal(
        "plate_invalid",
        say("Ovo nije registarska oznaka", "This is not a plate"),
        say("Na primer BG 789-PP: dva slova, tri ili četiri cifre, dva slova.", "For example BG 789-PP: two letters, three or four figures, two letters."),
    )

    private val rows = listOf(
        ZoneRow(red, metres = 0, approximate = true, maxMinutes = 90),
        ZoneRow(zoneA, metres = 120, approximate = true, maxMinutes = 30),
        ZoneRow(yellow, metres = 340, approximate = true, maxMinutes = 180),
        ZoneRow(green, metres = 910, approximate = true, maxMinutes = 240),
        ZoneRow(blue, metres = 1450, approximate = false, maxMinutes = null),
    )

    private val zonesReady = ZonesUiState(
        plate = car,
        plates = listOf(car, second),
        balance = rsd("1000"),
        content = ZonesContent.Zones(rows, positionKnown = true),
    )

    /** The zones screen, by name of the state. */
    val zones: Map<String, ZonesUiState> = mapOf(
        "ready" to zonesReady,
        "by-sign" to zonesReady.copy(
            sign = "9112",
            signAnswer = SignAnswer.Found("yellow"),
            content = ZonesContent.Zones(
                listOf(rows[2].copy(bySign = true)) + (rows - rows[2]),
                positionKnown = true,
            ),
        ),
        "running" to zonesReady.copy(
            balance = rsd("920"),
            running = RunningTicket("t1", "BG 789-PP", red, after(60), secondsLeft = 42 * 60 + 7),
        ),
        "loading" to zonesReady.copy(content = ZonesContent.Loading),
        "offline" to zonesReady.copy(connection = offline),
        "refused" to zonesReady.copy(sign = "9155", signAnswer = SignAnswer.Unknown(signUnknown)),
        "unconfirmed" to zonesReady.copy(unconfirmed = UnconfirmedPurchase("BG 789-PP", "red", now)),
        "no-position" to zonesReady.copy(content = ZonesContent.Zones(rows.map { it.copy(metres = null) }, positionKnown = false)),
        "which-car" to zonesReady.copy(plate = null),
        "unavailable" to zonesReady.copy(plate = null, plates = emptyList(), balance = null, content = ZonesContent.Refused(noConnection)),
    )

    private fun line(serbian: String, english: String, amount: String) = PriceLine(say(serbian, english), rsd(amount))
    private val firstHour = line("60 min po 80,00 RSD", "60 min at 80.00 RSD", "80")
    private val halfMore = line("Produženo vreme: 30 min po 120,00 RSD", "Extended time: 30 min at 120.00 RSD", "120")
    private val notRefunded = say("Plaćeno a neiskorišćeno vreme se ne vraća.", "Paid time that you do not use is not given back.")

    private val hour = QuoteView(60, 60, now, after(60), listOf(firstHour), rsd("80"), listOf(QuoteNotice(notRefunded, isSurprise = false)))
    private val hourAndHalf = QuoteView(90, 90, now, after(90), listOf(firstHour, halfMore), rsd("200"), listOf(QuoteNotice(notRefunded, isSurprise = false)))
    private val redWheel = Wheel(listOf(60, 90), 60, Stop.LongestStay(90))
    private val buyReady = BuyUiState(
        plate = car,
        zone = red,
        wheel = redWheel,
        quote = QuoteState.Firm(hour, validUntil = after(2)),
        balance = rsd("1000"),
    )

    /** The quote-and-buy screen, by name of the state. */
    val buy: Map<String, BuyUiState> = mapOf(
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
        "offline" to buyReady.copy(quote = QuoteState.Preview(hour, sms), connection = offline),
        "refused" to buyReady.copy(quote = QuoteState.Refused(tariffUnknown)),
        "payment-refused" to buyReady.copy(payment = Payment.Refused(depositTooLow)),
        "deposit-short" to buyReady.copy(balance = rsd("50")),
        "paying" to buyReady.copy(payment = Payment.Sending),
        "unconfirmed" to buyReady.copy(payment = unconfirmed, connection = Connection.Offline(asOf = now)),
    )

    private val extendOffer = Extension.Offer(30, after(90), listOf(halfMore), rsd("120"))
    private val ticketRunning = TicketUiState.Shown(
        plate = car,
        zone = red,
        startsAt = now,
        endsAt = after(60),
        now = now.plusSeconds(17 * 60 + 53),
        paid = rsd("80"),
        code = SAMPLE_CODE,
        extension = extendOffer,
    )

    /** The ticket screen, by name of the state. */
    val ticket: Map<String, TicketUiState> = mapOf(
        "running" to ticketRunning,
        "ending" to ticketRunning.copy(now = now.plusSeconds(54 * 60 + 18)),
        "limit-reached" to ticketRunning.copy(
            endsAt = after(90),
            paid = rsd("200"),
            now = now.plusSeconds(61 * 60),
            extension = Extension.LimitReached(after(90), limitReached),
        ),
        "expired" to ticketRunning.copy(now = after(64)),
        "expired-unconfirmed" to ticketRunning.copy(now = after(64), payment = unconfirmed),
        "extension-refused" to ticketRunning.copy(extension = Extension.Refused(noConnection)),
        "waiting" to ticketRunning.copy(startsAt = after(60), endsAt = after(120), now = after(35)),
        "loading" to TicketUiState.Loading,
        "extension-loading" to ticketRunning.copy(extension = Extension.Loading, code = null),
        "offline" to ticketRunning.copy(connection = offline, extension = Extension.Offline),
        "refused" to ticketRunning.copy(payment = Payment.Refused(depositTooLow), extension = extendOffer.copy(isShort = true)),
        "extending" to ticketRunning.copy(payment = Payment.Sending),
        "unconfirmed" to ticketRunning.copy(payment = unconfirmed, connection = Connection.Offline(asOf = now.plusSeconds(17 * 60))),
    )

    /** Sign in, by name of the state. */
    val signIn: Map<String, SignInUiState> = mapOf(
        "phone" to SignInUiState(city = say("Beograd", "Belgrade"), phone = "+381 64 123 4567"),
        "code" to SignInUiState(city = say("Beograd", "Belgrade"), phone = "+381641234567", codeSentTo = "+381 64 ••• ••67", code = "482913"),
        "refused" to SignInUiState(city = say("Beograd", "Belgrade"), phone = "+381641234567", codeSentTo = "+381 64 ••• ••67", code = "482914", refusal = codeWrong),
    )

    /** The first car, by name of the state. */
    val plate: Map<String, PlateUiState> = mapOf(
        "typed" to PlateUiState(typed = "bg789pp", shown = "BG 789-PP"),
        "refused" to PlateUiState(typed = "BG7", refusal = plateInvalid),
    )

    private val amounts = listOf("200", "500", "1000", "2000", "5000").map(::rsd)

    /** Top up, by name of the state. */
    val topUp: Map<String, TopUpUiState> = mapOf(
        "choosing" to TopUpUiState(rsd("50"), amounts, rsd("1000")),
        "at-the-bank" to TopUpUiState(rsd("50"), amounts, rsd("1000"), TopUpStep.AtTheBank("https://bank.example/pay")),
        "done" to TopUpUiState(rsd("1050"), amounts, rsd("1000"), TopUpStep.Done(rsd("1000"))),
        "refused" to TopUpUiState(rsd("50"), amounts, rsd("1000"), TopUpStep.Refused(cardDeclined)),
    )

    private companion object {
        /** As long as a signed ticket with its moment, in the alphabet of base45; it verifies as nothing. */
        val SAMPLE_CODE: String = "MST1:" + (0 until 420).map { "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"[(it * 31 + it * it * 7) % 45] }.joinToString("")
    }
}
