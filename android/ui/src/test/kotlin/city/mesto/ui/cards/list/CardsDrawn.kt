// What must be readable on each state of the list of transport cards.

package city.mesto.ui.cards.list

import city.mesto.ui.DrawnScreen
import city.mesto.ui.TestWords
import city.mesto.ui.cards.CardsSample
import city.mesto.ui.text.Words

fun cardsDrawn(language: String): List<DrawnScreen> = cardsStates(language).map { (name, state) ->
    DrawnScreen("cards-list-$name", cardsSay(name, TestWords.of(language), CardsSample(language))) { CardsScreen(state, {}) }
}

private fun cardsSay(name: String, words: Words, sample: CardsSample): List<String> = words.texts.run {
    fun money(amount: String) = words.money(sample.kzt(amount))
    when (name) {
        // The balance stands with its moment (AV-09).
        "linked" -> listOf(cardsTitle(), cardsRowDescribed(card = "**** 0017", balance = cardsBalance(amount = money("1240"), asOf = "09:25"), state = sample.active), cardsBalanceNote(), cardsLinkGo())
        "waiting" -> listOf(cardsWaits(money("2000")), cardTopUpWaiting(words.dayAndTime(sample.after(60 * 24 * 30))))
        "several" -> listOf("**** 4402", cardsInactive(), sample.office)
        "none" -> listOf(cardsNone())
        "loading" -> listOf(cardsLoading())
        "unconfirmed" -> listOf(cardsUnconfirmed(), stateOffline())
        else -> error("say what cards-list-$name shows")
    }
}
