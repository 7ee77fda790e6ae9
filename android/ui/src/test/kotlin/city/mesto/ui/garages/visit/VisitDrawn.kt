// What must be readable on each state of the screen of a visit.

package city.mesto.ui.garages.visit

import city.mesto.ui.DrawnScreen
import city.mesto.ui.TestWords
import city.mesto.ui.money
import city.mesto.ui.text.Words

fun visitDrawn(language: String): List<DrawnScreen> = visitStates(language).map { (name, state) ->
    DrawnScreen("garages-visit-$name", visitSay(name, TestWords.of(language), language)) { VisitScreen(state, {}) }
}

private fun visitSay(name: String, words: Words, language: String): List<String> = words.texts.run {
    when (name) {
        "paid" -> listOf(garagesVisitLeftDescribed(minutes = 12, time = "10:15"), garagesVisitLeaveBy("10:15"), garagesVisitReceiptDescribed("GR004217"), garagesVisitReceiptNote(), garagesVisitPaidSum(money(words, "300")))
        "ending" -> listOf(garagesVisitLeftDescribed(minutes = 3, time = "10:15"), garagesVisitNoReceipt())
        "time-is-over" -> listOf(garagesVisitLeaveNow())
        "without-delay" -> listOf(garagesVisitLeaveNow(), garagesVisitOwesFrom("10:30"), garagesVisitReceiptDescribed("GR004217"))
        "owes-again" -> listOf(visitStateOwingAgain(), garagesVisitOwesWhy(), garagesVisitPayRest())
        "over" -> listOf(garagesVisitOver(), garagesVisitPaidSum(money(words, "300")))
        "forgotten" -> listOf(garagesVisitForgottenWhy(), garagesVisitReceiptDescribed("GR004217"))
        "other" -> listOf(visitStateOther())
        "offline" -> listOf(stateOffline(), garagesVisitLeaveBy("10:15"))
        "loading" -> listOf(garagesVisitLoading())
        "refused" -> listOf(stateRefusedCode("visit_missing"), stateRetry())
        else -> error("say what garages-visit-$name shows in $language")
    }
}
