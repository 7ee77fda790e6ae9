// Every state of the zones screen.

package city.mesto.ui.parking.zones

import androidx.compose.runtime.Composable
import androidx.compose.ui.tooling.preview.PreviewParameter
import city.mesto.ui.EachState
import city.mesto.ui.PREVIEW_LANGUAGE
import city.mesto.ui.Previewed
import city.mesto.ui.Refusal
import city.mesto.ui.States
import city.mesto.ui.parking.ParkingSample

/** The zones screen, by name of the state. */
fun zonesStates(language: String): Map<String, ZonesUiState> = with(ParkingSample(language)) {
    val signUnknown = Refusal(
        "sign_unknown",
        say("Nijedna zona nema tablu 9155", "No zone has the sign 9155"),
        say("Poznate su 9111, 9112, 9113, 9114 i 9119. Proverite broj na tabli.", "Known are 9111, 9112, 9113, 9114 and 9119. Look at the sign again."),
    )
    val rows = listOf(
        ZoneRow(red, metres = 0, approximate = true, maxMinutes = 90),
        ZoneRow(zoneA, metres = 120, approximate = true, maxMinutes = 30),
        ZoneRow(yellow, metres = 340, approximate = true, maxMinutes = 180),
        ZoneRow(green, metres = 910, approximate = true, maxMinutes = 240),
        ZoneRow(blue, metres = 1450, approximate = false, maxMinutes = null),
    )

    val zonesReady = ZonesUiState(
        plate = car,
        plates = listOf(car, second),
        balance = rsd("1000"),
        content = ZonesContent.Zones(rows, positionKnown = true),
    )

    mapOf(
        "ready" to zonesReady,
        "by-sign" to zonesReady.copy(
            sign = "9112",
            signAnswer = SignAnswer.Found("yellow"),
            content = ZonesContent.Zones(
                listOf(rows[2].copy(bySign = true)) + (rows - rows[2]),
                positionKnown = true,
            ),
        ),
        "running" to zonesReady.copy(
            balance = rsd("920"),
            running = RunningTicket("t1", "BG 789-PP", red, after(60), secondsLeft = 42 * 60 + 7),
        ),
        "loading" to zonesReady.copy(content = ZonesContent.Loading),
        "offline" to zonesReady.copy(connection = offline),
        "refused" to zonesReady.copy(sign = "9155", signAnswer = SignAnswer.Unknown(signUnknown)),
        "unconfirmed" to zonesReady.copy(unconfirmed = UnconfirmedPurchase("BG 789-PP", "red", now)),
        "no-position" to zonesReady.copy(content = ZonesContent.Zones(rows.map { it.copy(metres = null) }, positionKnown = false)),
        "which-car" to zonesReady.copy(plate = null),
        "choosing-car" to zonesReady.copy(choosingPlate = true),
        "unavailable" to zonesReady.copy(plate = null, plates = emptyList(), balance = null, content = ZonesContent.Refused(noConnection)),
    )
}

class ZonesStates : States<ZonesUiState>(zonesStates(PREVIEW_LANGUAGE))

@EachState
@Composable
fun ZonesPreview(@PreviewParameter(ZonesStates::class) state: ZonesUiState) = Previewed { ZonesScreen(state, {}) }
