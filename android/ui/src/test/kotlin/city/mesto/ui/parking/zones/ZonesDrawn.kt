// What must be readable on each state of the zones screen.

package city.mesto.ui.parking.zones

import city.mesto.ui.DrawnScreen
import city.mesto.ui.TestWords
import city.mesto.ui.text.Words

fun zonesDrawn(language: String): List<DrawnScreen> = zonesStates(language).map { (name, state) ->
    DrawnScreen("zones-$name", zonesSay(name, TestWords.of(language), language)) { ZonesScreen(state, {}) }
}

private fun zonesSay(name: String, words: Words, language: String): List<String> = words.texts.run {
    val red = if (language == "sr-Latn") "Zona 1 (crvena)" else "Zone 1 (red)"
    when (name) {
        "ready" -> listOf(zonesNear(), zonesApproximate(), "$red, ", zonesHereAbout(), zonesSignLabel())
        "by-sign" -> listOf(zonesBySign(), "9112", zonesSignGo(if (language == "sr-Latn") "Zona 2 (žuta)" else "Zone 2 (yellow)"))
        "running" -> listOf(zonesRunning("BG 789-PP"), "42:07")
        "loading" -> listOf(zonesLoading())
        "offline" -> listOf(stateOffline(), stateOfflineAsOf("09:42"), stateRetry())
        "refused" -> listOf("9155", stateRefusedCode("sign_unknown"))
        "unconfirmed" -> listOf(stateUnconfirmedOpen("BG 789-PP"))
        "no-position" -> listOf(zonesNoPosition(), zonesAll())
        "which-car" -> listOf(zonesChoosePlate())
        "choosing-car" -> listOf(zonesChoosePlate(), zonesAddPlate(), if (language == "sr-Latn") "Kombi" else "Van")
        "unavailable" -> listOf(stateRefusedCode("unavailable"), stateRetry(), zonesPlateMissing())
        else -> error("say what zones-$name shows")
    }
}
