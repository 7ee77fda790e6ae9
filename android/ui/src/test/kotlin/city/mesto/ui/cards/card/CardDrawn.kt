// What must be readable on each state of one transport card.

package city.mesto.ui.cards.card

import city.mesto.ui.DrawnScreen
import city.mesto.ui.TestWords
import city.mesto.ui.cards.CardsSample
import city.mesto.ui.text.Words

fun cardDrawn(language: String): List<DrawnScreen> = cardStates(language).map { (name, state) ->
    DrawnScreen("cards-card-$name", cardSay(name, TestWords.of(language), CardsSample(language))) { CardScreen(state, {}) }
}

private fun cardSay(name: String, words: Words, sample: CardsSample): List<String> = words.texts.run {
    fun money(amount: String) = words.money(sample.kzt(amount))
    when (name) {
        "shown" -> listOf(cardsCardTitle(), "**** 0017", cardsBalance(amount = money("1240"), asOf = "09:25"), cardsTariff(), cardsBalanceElsewhere(), cardTopUpHeld(), cardsHistory(), money("-120"), cardsHistoryMore(), cardsTopUpGo(), cardsLost(), cardsStolen(), cardsDefective(), cardsUnlink())
        "waiting" -> listOf(cardsWaits(money("2000")), cardTopUpWaiting(words.dayAndTime(sample.after(60 * 24 * 30))), cardTopUpReturned())
        "blocked", "not-unlinked" -> listOf(sample.lost, sample.office, cardsUnlink()) + if (name == "blocked") emptyList() else listOf(sample.officeNeeded.text, sample.officeNeeded.advice)
        "block-asked" -> listOf(cardsBlockAsk(), cardsBlockWhy(), cardsBlockYes(), cardsLeave())
        "defective-asked" -> listOf(cardsDefectiveAsk(), cardsDefectiveWhy(), cardsDefectiveYes())
        "unlink-asked" -> listOf(cardsUnlinkAsk(), cardsUnlinkWhy(), cardsUnlinkYes())
        "sending" -> listOf(cardsBlockAsk(), cardsSending())
        "no-history" -> listOf(cardsNoneMoved())
        "history-refused" -> listOf(sample.noConnection.text, stateRetry())
        "loading" -> listOf(cardsLoading())
        "refused" -> listOf(sample.noConnection.text)
        else -> error("say what cards-card-$name shows")
    }
}
