// What must be readable on each state of the list of rides.

package city.mesto.ui.rides.list

import city.mesto.ui.DrawnScreen
import city.mesto.ui.TestWords
import city.mesto.ui.rides.RidesSample
import city.mesto.ui.text.Words

fun ridesDrawn(language: String): List<DrawnScreen> = ridesStates(language).map { (name, state) ->
    DrawnScreen("rides-list-$name", ridesSay(name, TestWords.of(language), RidesSample(language))) { RidesScreen(state, {}) }
}

private fun ridesSay(name: String, words: Words, sample: RidesSample): List<String> = words.texts.run {
    fun money(amount: String) = words.money(sample.kzt(amount))
    when (name) {
        "running" -> listOf(
            ridesTitle(), ridesRowDescribed(ride = checkNotNull(sample.bus.route), state = sample.registered, time = "09:57"), ridesBalanceAt(amount = money("880"), time = "09:57"),
            ridesEarlier(), sample.disputed, ridesScanGo(), ridesTopUp(),
        )
        "low-balance" -> listOf(ridesBalanceAt(amount = money("160"), time = "09:57"))
        "none" -> listOf(ridesNone(), ridesScanGo())
        "loading" -> listOf(ridesLoading())
        "unconfirmed" -> listOf(ridesUnconfirmed(), stateOffline())
        "told" -> listOf(sample.suspended.text, standingToAccount())
        "forgotten" -> listOf(stateForgotten())
        else -> error("say what rides-list-$name shows")
    }
}
