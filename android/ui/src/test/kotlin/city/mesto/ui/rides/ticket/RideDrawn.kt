// What must be readable on each state of the ticket of a ride.

package city.mesto.ui.rides.ticket

import city.mesto.ui.DrawnScreen
import city.mesto.ui.TestWords
import city.mesto.ui.rides.RidesSample
import city.mesto.ui.text.Words

fun rideDrawn(language: String): List<DrawnScreen> = rideStates(language).map { (name, state) ->
    DrawnScreen("rides-ticket-$name", rideSay(name, TestWords.of(language), RidesSample(language))) { RideScreen(state, {}) }
}

private fun rideSay(name: String, words: Words, sample: RidesSample): List<String> = words.texts.run {
    val bus = sample.bus
    when (name) {
        // What a controller looks at (AV-82).
        "running" -> listOf(
            ridesTicketTitle(), checkNotNull(bus.route), checkNotNull(bus.to), bus.vehicle, ridesPersons(1), ridesValidUntil("10:57"), ridesClockDescribed("10:00"),
            ridesCodeDescribed(bus.vehicle), ridesTicketNote(), ridesRegistered(), ridesWrong(), "123 ABC 02",
        )
        "three-persons" -> listOf(ridesPersons(3), stateOffline(), ridesCodeDescribed(bus.vehicle))
        "route-unknown" -> listOf(bus.vehicle)
        "code-loading" -> listOf(ridesCodeLoading())
        "elsewhere" -> listOf(ridesCodeElsewhere(), ridesCodeElsewhereWhy(), ridesCodeMove())
        "moving" -> listOf(ridesCodeMoving())
        "not-moved" -> listOf(ridesCodeMove(), sample.noConnection.text)
        "over" -> listOf(ridesTicketOver(), ridesTicketOverAt("10:57"), ridesWrong())
        "writing" -> listOf(ridesWrongWhat(), ridesWrongSend())
        "sending" -> listOf(ridesWrongSending())
        "not-sent" -> listOf(sample.tooLate.text, ridesWrongSend())
        "disputed" -> listOf(ridesWrongSent(), ridesCodeDescribed(bus.vehicle))
        "voided" -> listOf(sample.voided)
        "forgotten" -> listOf(stateForgotten(), ridesForgottenWhy(), ridesCodeDescribed(bus.vehicle))
        "loading" -> listOf(ridesLoading())
        "refused" -> listOf(sample.noConnection.text, stateRetry())
        else -> error("say what rides-ticket-$name shows")
    }
}
