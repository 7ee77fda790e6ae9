// What must be readable on each state of the scanner.

package city.mesto.ui.rides.scan

import city.mesto.ui.DrawnScreen
import city.mesto.ui.TestWords
import city.mesto.ui.rides.RidesSample
import city.mesto.ui.text.Words

fun scanDrawn(language: String): List<DrawnScreen> = scanStates(language).map { (name, state) ->
    DrawnScreen("rides-scan-$name", scanSay(name, TestWords.of(language), RidesSample(language))) { ScanScreen(state, {}) }
}

private fun scanSay(name: String, words: Words, sample: RidesSample): List<String> = words.texts.run {
    when (name) {
        "looking" -> listOf(ridesScanTitle(), ridesScanFrame(), ridesScanLook(), ridesScanPick(), ridesNumberLabel(), ridesNumberWhy(), ridesNumberGo())
        "too-dark" -> listOf(ridesScanDark())
        "glare" -> listOf(ridesScanGlare())
        "too-small" -> listOf(ridesScanSmall())
        "blurred" -> listOf(ridesScanBlurred())
        "torn" -> listOf(ridesScanTorn(), ridesNumberGo())
        "not-a-ride-code" -> listOf(sample.notACode.text, "pay.example.top", sample.notACode.advice, stateRefusedCode("not_a_ride_code"))
        "typed" -> listOf("1204", ridesNumberGo())
        "without-camera" -> listOf(ridesScanNoCamera(), ridesScanPick())
        "reading" -> listOf(ridesScanReading())
        "nothing-found" -> listOf(ridesScanNothing(), ridesScanPick())
        "offline" -> listOf(stateOffline())
        else -> error("say what rides-scan-$name shows")
    }
}
