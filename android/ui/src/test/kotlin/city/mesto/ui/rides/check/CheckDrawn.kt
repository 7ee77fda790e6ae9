// What must be readable on each state of the check of a ride.

package city.mesto.ui.rides.check

import city.mesto.ui.DrawnScreen
import city.mesto.ui.TestWords
import city.mesto.ui.rides.RidesSample
import city.mesto.ui.text.Words

fun checkDrawn(language: String): List<DrawnScreen> = checkStates(language).map { (name, state) ->
    DrawnScreen("rides-check-$name", checkSay(name, TestWords.of(language), RidesSample(language))) { CheckScreen(state, {}) }
}

private fun checkSay(name: String, words: Words, sample: RidesSample): List<String> = words.texts.run {
    val route = checkNotNull(sample.bus.route)
    fun money(amount: String) = words.money(sample.kzt(amount))
    when (name) {
        // The fare stands on the screen with the button that accepts it (AV-70).
        "ready" -> listOf(
            ridesCheckTitle(), route, checkNotNull(sample.bus.to), sample.bus.vehicle, "123 ABC 02", sample.bus.carrier, ridesTime(), ridesValidUntil("11:00"),
            ridesPersons(1), ridesFare(), money("120"), ridesByBalance(), buyByCard(), ridesBalance(money("1000")), ridesAccept(ridesConfirm()),
            ridesConfirmDescribed(amount = money("120"), ride = route), ridesPersonsMore(), ridesPersonsLess(),
        )
        "by-card" -> listOf(buyCardNote(), ridesConfirmDescribed(amount = money("120"), ride = route))
        "three-persons" -> listOf(ridesPersons(3), money("360"), ridesConfirmDescribed(amount = money("360"), ride = route))
        "route-unknown" -> listOf(sample.bus.vehicle, ridesRouteUnknown("11:00"))
        "repeats" -> listOf(ridesRepeats("09:48"), ridesSeeEarlier(), ridesConfirmAgain())
        "good-here" -> listOf(ridesGoesOn("09:48"), ridesSeeEarlier(), ridesConfirmAgain())
        "new-terms" -> listOf(sample.newTerms.text, termsSee(), ridesConfirmDescribed(amount = money("120"), ride = route))
        "must-accept" -> listOf(sample.newTerms.text, termsSee())
        "suspended" -> listOf(sample.suspended.text, sample.suspended.advice, standingToAccount())
        "short" -> listOf(ridesBalanceShort(money("70")), ridesTopUp())
        "loading" -> listOf(ridesChecking())
        "closed-in-control" -> listOf(sample.closed.text, sample.closed.advice)
        "not-checked" -> listOf(sample.notChecked.text, sample.notChecked.advice, stateRetry(), stateOffline())
        "vehicle-unknown" -> listOf(sample.unknownVehicle.text, ridesScanAnother())
        "confirming" -> listOf(ridesConfirming())
        "unconfirmed" -> listOf(stateUnconfirmed(), stateUnconfirmedWhy("10:00"), stateCheckAgain(), ridesUnconfirmedRide(), ridesUnconfirmedWhat())
        "at-the-bank" -> listOf(stateUnconfirmed(), stateAtBankWhy(), topupOpenBank(), topupGiveUp())
        "refused" -> listOf(sample.closed.text, stateNotCharged())
        else -> error("say what rides-check-$name shows")
    }
}
