// What must be readable on each state of the screen of what a ticket owes.

package city.mesto.ui.garages.owed

import city.mesto.ui.DrawnScreen
import city.mesto.ui.TestWords
import city.mesto.ui.money
import city.mesto.ui.text.Words

fun owedDrawn(language: String): List<DrawnScreen> = owedStates(language).map { (name, state) ->
    DrawnScreen("garages-owed-$name", owedSay(name, TestWords.of(language), language)) { OwedScreen(state, {}) }
}

private fun owedSay(name: String, words: Words, language: String): List<String> = words.texts.run {
    val name1 = "Zeleni venac"
    val ticket = "GR004217"
    when (name) {
        "ready" -> listOf(name1, garagesOwedTicket(ticket), garagesPayDescribed(money(words, "300"), ticket, name1), garagesOwedExit("10:15"), topupBalance(money(words, "1000")), buyTotal(), buyPriceHeld("10:02"))
        "by-card" -> listOf(garagesPayCardDescribed(money(words, "300"), ticket, name1), buyCardNote(), buyByDeposit(), buyByCard())
        "the-rest" -> listOf(garagesPayDescribed(money(words, "100"), ticket, name1), money(words, "-300"))
        "lost-ticket" -> listOf(garagesPayDescribed(money(words, "1000"), ticket, name1), if (language == "sr-Latn") "Izgubljena karta" else "Lost ticket")
        "several-days" -> listOf(garagesOwedExitNone(), buyDepositShort(money(words, "3000")), buyTopUp())
        "loading" -> listOf(buyPriceLoading())
        "already-paid" -> listOf(stateRefusedCode("visit_already_paid"), garagesBackToNumber())
        "paid-by-me" -> listOf(stateRefusedCode("visit_already_paid"), garagesVisitOpen())
        "elsewhere" -> listOf(stateRefusedCode("visit_of_another_facility"), garagesGoThere("VMA"))
        "nothing-owed" -> listOf(stateRefusedCode("nothing_owed"), garagesBackToNumber())
        "unreachable" -> listOf(stateRefusedCode("facility_unreachable"), stateRetry())
        "paying" -> listOf(buyPaying())
        "at-the-bank" -> listOf(stateUnconfirmed(), stateAtBankWhy(), topupOpenBank(), topupGiveUp(), stateCheckAgain())
        "unconfirmed" -> listOf(stateUnconfirmed(), stateUnconfirmedWhy("10:00"), stateCheckAgain())
        "paid-back" -> listOf(stateRefusedCode("visit_already_paid"), if (language == "sr-Latn") "300,00 RSD se vraća" else "300.00 RSD is paid back")
        else -> error("say what garages-owed-$name shows in $language")
    }
}
