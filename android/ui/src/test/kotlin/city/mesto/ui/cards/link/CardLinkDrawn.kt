// What must be readable on each state of the linking of a card.

package city.mesto.ui.cards.link

import city.mesto.ui.DrawnScreen
import city.mesto.ui.TestWords
import city.mesto.ui.cards.CardsSample
import city.mesto.ui.text.Words

fun cardLinkDrawn(language: String): List<DrawnScreen> = cardLinkStates(language).map { (name, state) ->
    DrawnScreen("cards-link-$name", cardLinkSay(name, TestWords.of(language), CardsSample(language))) { CardLinkScreen(state, {}) }
}

private fun cardLinkSay(name: String, words: Words, sample: CardsSample): List<String> = words.texts.run {
    when (name) {
        "empty" -> listOf(cardsLinkGo(), cardsLinkNumber(), cardsLinkNumberWhy(), cardsLinkCode(), cardsLinkCodeWhy())
        "looking" -> listOf(ridesScanFrame(), cardsLinkLook())
        "read" -> listOf(cardsLinkRead(), "K7M2P9QD")
        "typed" -> listOf("9643100000000017", "K7M2P9QD")
        "second" -> listOf(cardsLinkSecond(), cardsLinkSecondWhy(), cardsLinkSecondOffice())
        "linking" -> listOf(cardsLinking())
        "unknown" -> listOf(sample.unknown.text, sample.unknown.advice)
        "office-needed" -> listOf(sample.officeNeeded.text, sample.officeNeeded.advice, cardsLinkSecond())
        else -> error("say what cards-link-$name shows")
    }
}
