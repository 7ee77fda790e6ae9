// What must be readable on each state of the screen of one garage.

package city.mesto.ui.garages.facility

import city.mesto.ui.DrawnScreen
import city.mesto.ui.TestWords
import city.mesto.ui.text.Words

fun facilityDrawn(language: String): List<DrawnScreen> = facilityStates(language).map { (name, state) ->
    DrawnScreen("garages-facility-$name", facilitySay(name, TestWords.of(language), language)) { FacilityScreen(state, {}) }
}

private fun facilitySay(name: String, words: Words, language: String): List<String> = words.texts.run {
    val price = mapOf("sr-Latn" to "100,00 RSD za svaki započeti sat", "kk" to "Басталған әр сағатқа 100,00 RSD", "ru" to "100,00 RSD за каждый начатый час")[language] ?: "100.00 RSD for each started hour"
    when (name) {
        "known" -> listOf("Zeleni venac", garagesTariff(), price, garagesCertainty(certaintyOfficialOld()), garagesUnknown(), garagesTicketLabel(), garagesTicketWhy(), garagesTicketCamera(), garagesTicketPhoto(), garagesTicketGo(), garagesTicketLost())
        "without-camera" -> listOf(garagesTicketPhoto(), garagesTicketGo())
        "typed" -> listOf("gr 0042-17", garagesTicketGo())
        "wrong-number" -> listOf(stateRefusedCode("ticket_number_invalid"), "GR004218")
        "photo-reading" -> listOf(garagesTicketPhotoReading())
        "photo-read" -> listOf(garagesTicketRead("GR004217"), garagesTicketGo())
        "photo-unreadable" -> listOf(stateRefusedCode("photo_unreadable"), garagesTicketPhoto())
        "photo-elsewhere" -> listOf(stateRefusedCode("photo_of_another_facility"), garagesGoThere("VMA"))
        "unreachable" -> listOf(garagesUnreachable(), stateOffline())
        "not-paid-here" -> listOf(garagesNotInApp(), garagesCertainty(certaintyAssumed()))
        "loading" -> listOf(garagesLoading())
        "refused" -> listOf(stateRefusedCode("unavailable"), stateRetry())
        else -> error("say what garages-facility-$name shows in $language")
    }
}
