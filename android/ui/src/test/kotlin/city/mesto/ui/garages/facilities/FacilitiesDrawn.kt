// What must be readable on each state of the list of garages.

package city.mesto.ui.garages.facilities

import city.mesto.ui.DrawnScreen
import city.mesto.ui.TestWords
import city.mesto.ui.money
import city.mesto.ui.text.Words

fun facilitiesDrawn(language: String): List<DrawnScreen> = facilitiesStates(language).map { (name, state) ->
    DrawnScreen("garages-facilities-$name", facilitiesSay(name, TestWords.of(language), language)) { FacilitiesScreen(state, {}) }
}

private fun facilitiesSay(name: String, words: Words, language: String): List<String> = words.texts.run {
    val free = mapOf("sr-Latn" to "Slobodno mesta: 118 u 09:59", "kk" to "118 бос орын, 09:59", "ru" to "118 свободных мест на 09:59")[language] ?: "118 places free at 09:59"
    when (name) {
        "known" -> listOf(garagesTitle(), garagesNear(), "$free. ${garagesOpen()}", garagesUnreachable(), distanceMetres("240"))
        "paid" -> listOf(garagesVisitPaid("10:15"), free)
        "owes-again" -> listOf(garagesVisitOwes(), garagesVisitPaidNoEnd(), "VMA")
        "forgotten" -> listOf(garagesVisitPaid("10:15"), "VMA", stateForgotten(), garagesOwedTicket("GR004217"), garagesVisitPaidSum(money(words, "300")))
        "unconfirmed" -> listOf(garagesUnconfirmed("Zeleni venac"), stateOffline())
        "loading" -> listOf(garagesLoading())
        "none" -> listOf(garagesNone())
        "refused" -> listOf(stateRefusedCode("unavailable"), stateRetry())
        else -> error("say what garages-facilities-$name shows in $language")
    }
}
