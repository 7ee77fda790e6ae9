// What must be readable on each state of the top-up of a card.

package city.mesto.ui.cards.topup

import city.mesto.ui.DrawnScreen
import city.mesto.ui.TestWords
import city.mesto.ui.cards.CardsSample
import city.mesto.ui.text.Words

fun cardTopUpDrawn(language: String): List<DrawnScreen> = cardTopUpStates(language).map { (name, state) ->
    DrawnScreen("cards-top-up-$name", cardTopUpSay(name, TestWords.of(language), CardsSample(language))) { CardTopUpScreen(state, {}) }
}

private fun cardTopUpSay(name: String, words: Words, sample: CardsSample): List<String> = words.texts.run {
    fun money(amount: String) = words.money(sample.kzt(amount))
    when (name) {
        // What is put on a card at once stands beside the amount (AV-77, AV-78, AV-79).
        "empty", "typed" -> listOf(cardsTopUpTitle(), "**** 0017", cardsTopUpAmount(), cardsTopUpLimits(smallest = money("100"), largest = money("10000")), cardsTopUpPrice(), ridesByBalance(), buyByCard())
        "loading" -> listOf(buyPriceLoading())
        "ready" -> listOf(sample.ontoCard.text, cardsTopUpTotal(), cardsTopUpHold(words.dayAndTime(sample.after(60 * 24 * 30))), cardsTopUpDescribed(amount = money("2000"), card = "**** 0017"), ridesBalance(money("5000")))
        "by-card" -> listOf(buyCardNote())
        "short" -> listOf(ridesBalanceShort(money("1500")), ridesTopUp())
        "new-terms" -> listOf(sample.newTerms.text, termsSee(), cardsTopUpDescribed(amount = money("2000"), card = "**** 0017"))
        "must-accept" -> listOf(sample.newTerms.text, termsSee())
        "too-much" -> listOf(sample.tooMuch.text, sample.tooMuch.advice, cardsTopUpPrice())
        "suspended" -> listOf(sample.suspended.text, sample.suspended.advice, standingToAccount())
        "paying" -> listOf(buyPaying())
        "unconfirmed" -> listOf(stateUnconfirmed(), stateCheckAgain())
        "at-the-bank" -> listOf(stateAtBankWhy(), topupOpenBank(), topupGiveUp())
        "done" -> listOf(cardsTopUpPaid(amount = money("2000"), holdUntil = words.dayAndTime(sample.after(60 * 24 * 30))), topupDoneNext())
        else -> error("say what cards-top-up-$name shows")
    }
}
