// What must be readable on each state of the ticket screen.

package city.mesto.ui.parking.ticket

import city.mesto.ui.DrawnScreen
import city.mesto.ui.TestWords
import city.mesto.ui.money
import city.mesto.ui.text.Words

fun ticketDrawn(language: String): List<DrawnScreen> = ticketStates(language).map { (name, state) ->
    DrawnScreen("ticket-$name", ticketSay(name, TestWords.of(language), language)) { TicketScreen(state, {}) }
}

private fun ticketSay(name: String, words: Words, language: String): List<String> = words.texts.run {
    val extend = ticketExtendDescribed(amount = money(words, "120"), minutes = 30, time = "11:30")
    when (name) {
        "running" -> listOf(ticketLeftDescribed(minutes = 43, time = "11:00"), ticketPaidMinutes(60), ticketEndsAt("11:00"), extend, ticketCodeDescribed("BG 789-PP"), noticeNotGuaranteed())
        "ending" -> listOf(ticketLeftDescribed(minutes = 6, time = "11:00"), extend)
        "limit-reached" -> listOf(ticketLimitReached(), ticketLimitLeave("11:30"), stateRefusedCode("limit_reached"))
        "expired" -> listOf(ticketEndedAt("11:00"), ticketExpiredAdvice(), ticketBuyAgain())
        "may-be-over" -> listOf(ticketMayBeOver(), ticketClockUnsure(), ticketEndsAt("11:00"))
        "expired-unconfirmed" -> listOf(ticketEndedAt("11:00"), stateUnconfirmed(), stateCheckAgain())
        "extension-refused" -> listOf(stateRefusedCode("unavailable"), stateRetry())
        "waiting" -> listOf(ticketStartsAt("11:00"))
        "loading" -> listOf(ticketLoading())
        "extension-loading" -> listOf(ticketExtendLoading(), ticketCodeLoading())
        "code-elsewhere" -> listOf(ticketCodeElsewhere(), ticketCodeElsewhereWhy(), ticketCodeMove())
        "code-moving" -> listOf(ticketCodeElsewhere(), ticketCodeMoving())
        "code-not-moved" -> listOf(ticketCodeElsewhere(), stateRefusedCode("unavailable"), ticketCodeMove())
        "offline" -> listOf(stateOffline(), ticketExtendOffline())
        "refused" -> listOf(stateRefusedCode("deposit_too_low"), buyTopUp())
        "extending" -> listOf(ticketExtending())
        "at-the-bank" -> listOf(stateAtBankWhy(), topupGiveUp(), topupOpenBank(), ticketEndsAt("11:00"))
        "unconfirmed" -> listOf(stateUnconfirmed(), stateUseSms())
        else -> error("say what ticket-$name shows in $language")
    }
}
