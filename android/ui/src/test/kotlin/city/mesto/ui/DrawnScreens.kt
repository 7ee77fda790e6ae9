// Every state of every screen, with what must be readable on it.

package city.mesto.ui

import androidx.compose.runtime.Composable
import city.mesto.ui.buy.BuyScreen
import city.mesto.ui.preview.PreviewStates
import city.mesto.ui.start.PlateScreen
import city.mesto.ui.start.SignInScreen
import city.mesto.ui.start.TopUpScreen
import city.mesto.ui.text.Words
import city.mesto.ui.ticket.TicketScreen
import city.mesto.ui.zones.ZonesScreen

/** A screen in one state; `says` are texts or descriptions a driver must find on it. */
class DrawnScreen(val name: String, val says: List<String>, val content: @Composable () -> Unit)

fun drawnScreens(language: String): List<DrawnScreen> {
    val states = PreviewStates(language)
    val words = TestWords.of(language)
    return buildList {
        states.zones.forEach { (name, state) -> add(DrawnScreen("zones-$name", zonesSay(name, words, language)) { ZonesScreen(state, {}) }) }
        states.buy.forEach { (name, state) -> add(DrawnScreen("buy-$name", buySay(name, words, language)) { BuyScreen(state, {}) }) }
        states.ticket.forEach { (name, state) -> add(DrawnScreen("ticket-$name", ticketSay(name, words, language)) { TicketScreen(state, {}) }) }
        states.signIn.forEach { (name, state) ->
            val action = if (name == "phone") words.texts.startSendCode() else words.texts.startSignIn()
            add(DrawnScreen("sign-in-$name", listOf(action)) { SignInScreen(state, {}) })
        }
        states.plate.forEach { (name, state) -> add(DrawnScreen("plate-$name", listOf(words.texts.plateSave(), words.texts.plateCheck())) { PlateScreen(state, {}) }) }
        states.topUp.forEach { (name, state) ->
            val action = when (name) {
                "at-the-bank" -> words.texts.topupOpenBank()
                "done" -> words.texts.topupDoneNext()
                else -> words.texts.topupNote()
            }
            add(DrawnScreen("top-up-$name", listOf(action)) { TopUpScreen(state, {}) })
        }
    }
}

private fun zonesSay(name: String, words: Words, language: String): List<String> = words.texts.run {
    val red = if (language == "en") "Zone 1 (red)" else "Zona 1 (crvena)"
    when (name) {
        "ready" -> listOf(zonesNear(), zonesApproximate(), "$red, ", zonesHereAbout(), zonesSignLabel())
        "by-sign" -> listOf(zonesBySign(), "9112", zonesSignGo(if (language == "en") "Zone 2 (yellow)" else "Zona 2 (žuta)"))
        "running" -> listOf(zonesRunning("BG 789-PP"), "42:07")
        "loading" -> listOf(zonesLoading())
        "offline" -> listOf(stateOffline(), stateOfflineAsOf("09:42"), stateRetry())
        "refused" -> listOf("9155", stateRefusedCode("sign_unknown"))
        "unconfirmed" -> listOf(stateUnconfirmedOpen("BG 789-PP"))
        "no-position" -> listOf(zonesNoPosition(), zonesAll())
        "which-car" -> listOf(zonesChoosePlate())
        "unavailable" -> listOf(stateRefusedCode("unavailable"), stateRetry(), zonesPlateMissing())
        else -> error("say what zones-$name shows")
    }
}

private fun buySay(name: String, words: Words, language: String): List<String> = words.texts.run {
    val red = if (language == "en") "Zone 1 (red)" else "Zona 1 (crvena)"
    val pay = { amount: String, time: String -> buyPayDescribed(amount = money(words, amount), plate = "BG 789-PP", zone = red, time = time) }
    when (name) {
        "ready" -> listOf(pay("80", "11:00"), buyTotal(), money(words, "80"), "B G, 7 8 9, P P", buyPriceHeld("10:02"))
        "at-the-stop" -> listOf(buyStopLongest(minutes = 90, zone = red), pay("200", "11:30"), money(words, "120"))
        "clipped" -> listOf(buyStopRest(minutes = 30, time = "10:30"), pay("120", "10:30"))
        "yellow" -> listOf("B G, 1 2 3 4, Š Ć", money(words, "130"))
        "loading" -> listOf(buyPriceLoading())
        "offline" -> listOf(stateOffline(), buyPreview(), stateUseSmsWhat(body = "BG789PP", number = "9111"))
        "refused" -> listOf(stateRefusedCode("tariff_unknown"))
        "payment-refused" -> listOf(stateRefusedCode("deposit_too_low"), stateNotCharged())
        "deposit-short" -> listOf(buyDepositShort(money(words, "30")), buyTopUp())
        "paying" -> listOf(buyPaying())
        "unconfirmed" -> listOf(stateUnconfirmed(), stateUnconfirmedWhy("10:00"), stateUseSms(), stateUseSmsWhat(body = "BG789PP", number = "9111"))
        else -> error("say what buy-$name shows")
    }
}

private fun ticketSay(name: String, words: Words, language: String): List<String> = words.texts.run {
    val extend = ticketExtendDescribed(amount = money(words, "120"), minutes = 30, time = "11:30")
    when (name) {
        "running" -> listOf(ticketLeftDescribed(minutes = 43, time = "11:00"), ticketEndsAt("11:00"), extend, ticketCodeDescribed("BG 789-PP"), noticeNotGuaranteed())
        "ending" -> listOf(ticketLeftDescribed(minutes = 6, time = "11:00"), extend)
        "limit-reached" -> listOf(ticketLimitReached(), ticketLimitLeave("11:30"), stateRefusedCode("limit_reached"))
        "expired" -> listOf(ticketEndedAt("11:00"), ticketExpiredAdvice(), ticketBuyAgain())
        "expired-unconfirmed" -> listOf(ticketEndedAt("11:00"), stateUnconfirmed(), stateCheckAgain())
        "extension-refused" -> listOf(stateRefusedCode("unavailable"), stateRetry())
        "waiting" -> listOf(ticketStartsAt("11:00"))
        "loading" -> listOf(ticketLoading())
        "extension-loading" -> listOf(ticketExtendLoading(), ticketCodeLoading())
        "offline" -> listOf(stateOffline(), ticketExtendOffline())
        "refused" -> listOf(stateRefusedCode("deposit_too_low"), buyTopUp())
        "extending" -> listOf(ticketExtending())
        "unconfirmed" -> listOf(stateUnconfirmed(), stateUseSms())
        else -> error("say what ticket-$name shows in $language")
    }
}

private fun money(words: Words, amount: String) = words.money(Price(amount.toBigDecimal(), "RSD"))
