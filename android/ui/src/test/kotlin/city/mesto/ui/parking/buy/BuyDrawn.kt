// What must be readable on each state of the quote-and-buy screen.

package city.mesto.ui.parking.buy

import city.mesto.ui.DrawnScreen
import city.mesto.ui.TestWords
import city.mesto.ui.money
import city.mesto.ui.text.Words

fun buyDrawn(language: String): List<DrawnScreen> = buyStates(language).map { (name, state) ->
    DrawnScreen("buy-$name", buySay(name, TestWords.of(language), language)) { BuyScreen(state, {}) }
}

private fun buySay(name: String, words: Words, language: String): List<String> = words.texts.run {
    val red = if (language == "sr-Latn") "Zona 1 (crvena)" else "Zone 1 (red)"
    val pay = { amount: String, time: String -> buyPayDescribed(amount = money(words, amount), plate = "BG 789-PP", zone = red, time = time) }
    when (name) {
        "ready" -> listOf(pay("80", "11:00"), buyTotal(), money(words, "80"), "B G, 7 8 9, P P", buyPriceHeld("10:02"))
        "at-the-stop" -> listOf(buyStopLongest(minutes = 90, zone = red), pay("200", "11:30"), money(words, "120"))
        "clipped" -> listOf(buyStopRest(minutes = 30, time = "10:30"), pay("120", "10:30"))
        "anothers-stay" -> listOf(buyStopAnother(minutes = 30), pay("120", "10:30"))
        "yellow" -> listOf("B G, 1 2 3 4, Š Ć", money(words, "130"))
        "loading" -> listOf(buyPriceLoading())
        "offline" -> listOf(stateOffline(), buyPreview(), stateUseSmsWhat(body = "BG789PP", number = "9111"))
        "refused" -> listOf(stateRefusedCode("tariff_unknown"))
        "payment-refused" -> listOf(stateRefusedCode("deposit_too_low"), stateNotCharged())
        "deposit-short" -> listOf(buyDepositShort(money(words, "30")), buyTopUp())
        "paying" -> listOf(buyPaying())
        "by-card" -> listOf(
            buyPayCardDescribed(amount = money(words, "200"), plate = "BG 789-PP", zone = red, time = "11:30"),
            buyByDeposit(), buyByCard(), buyCardNote(),
        )
        "card-not-sold" -> listOf(if (language == "sr-Latn") "naknada banke nije poznata" else "the bank's fee is not known", stateRefusedCode("card_fee_unknown"), buyByDeposit())
        "at-the-bank" -> listOf(stateUnconfirmed(), stateAtBankWhy(), stateCheckAgain(), topupGiveUp(), topupOpenBank())
        "paid-back" -> listOf(stateRefusedCode("quote_stale"), if (language == "sr-Latn") "200,00 RSD se vraća" else "200.00 RSD is paid back")
        "unconfirmed" -> listOf(stateUnconfirmed(), stateUnconfirmedWhy("10:00"), stateUseSms(), stateUseSmsWhat(body = "BG789PP", number = "9111"))
        else -> error("say what buy-$name shows")
    }
}
