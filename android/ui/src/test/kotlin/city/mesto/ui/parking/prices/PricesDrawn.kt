// What must be readable on each state of the screen of a zone's prices and hours.

package city.mesto.ui.parking.prices

import city.mesto.ui.DrawnScreen
import city.mesto.ui.TestWords
import city.mesto.ui.text.Words

fun pricesDrawn(language: String): List<DrawnScreen> = pricesStates(language).map { (name, state) ->
    DrawnScreen("prices-$name", pricesSay(name, TestWords.of(language))) { PricesScreen(state, {}) }
}

private fun pricesSay(name: String, words: Words): List<String> = words.texts.run {
    when (name) {
        "known" -> listOf(
            zonesPricesWithin(step = zonesPricesExtended(30), start = "60", end = "90"), zonesPricesStay(), zonesPricesHours(),
            zonesPricesDays(first = zonesPricesMonday(), last = zonesPricesFriday()), zonesPricesUnknown(), zonesPricesCertainty(certaintySecondHand()),
        )
        "none" -> listOf(zonesPricesNone(), zonesPricesHours())
        "loading" -> listOf(zonesPricesLoading())
        "refused" -> listOf(stateRefusedCode("unavailable"), stateRetry())
        else -> error("say what prices-$name shows")
    }
}
