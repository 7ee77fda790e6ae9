// Every state of the ticket of a ride.

package city.mesto.ui.rides.ticket

import androidx.compose.runtime.Composable
import androidx.compose.ui.tooling.preview.PreviewParameter
import city.mesto.ui.EachState
import city.mesto.ui.PREVIEW_LANGUAGE
import city.mesto.ui.Previewed
import city.mesto.ui.States
import city.mesto.ui.rides.RidesSample

/** As long as a real one. */
private val CODE = "MESTO1:" + "K7M2P9QD".repeat(60)

/** The ticket of a ride, by name of the state. */
fun rideStates(language: String): Map<String, RideUiState> = with(RidesSample(language)) {
    val running = RideUiState.Shown(
        ride = bus,
        persons = 1,
        phase = Phase.Running,
        state = registered,
        registeredAt = after(-3),
        endsAt = after(57),
        now = now.plusSeconds(27),
        paid = kzt("120"),
        code = Code.Here(CODE),
    )
    val over = running.copy(phase = Phase.Over, now = after(90), code = Code.Loading)
    val typed = say("Autobus se pokvario na drugoj stanici.", "The bus broke down at the second stop.", "Автобус екінші аялдамада бұзылып қалды.", "Автобус сломался на второй остановке.")
    mapOf(
        "running" to running,
        "three-persons" to running.copy(persons = 3, paid = kzt("360"), connection = offline),
        "route-unknown" to running.copy(ride = unknown),
        "code-loading" to running.copy(code = Code.Loading),
        "elsewhere" to running.copy(code = Code.Elsewhere()),
        "moving" to running.copy(code = Code.Elsewhere(isMoving = true)),
        "not-moved" to running.copy(code = Code.Elsewhere(refusal = noConnection)),
        "over" to over,
        "writing" to over.copy(wrong = Wrong.Writing(typed)),
        "sending" to over.copy(wrong = Wrong.Writing(typed, isSending = true)),
        "not-sent" to over.copy(wrong = Wrong.Writing(typed, refusal = tooLate)),
        "disputed" to running.copy(wrong = Wrong.Said, state = disputed),
        "voided" to over.copy(phase = Phase.Voided, state = voided, wrong = Wrong.Settled),
        "forgotten" to running.copy(phase = Phase.Forgotten),
        "loading" to RideUiState.Loading,
        "refused" to RideUiState.Refused(noConnection),
    )
}

class RideStates : States<RideUiState>(rideStates(PREVIEW_LANGUAGE))

@EachState
@Composable
fun RidePreview(@PreviewParameter(RideStates::class) state: RideUiState) = Previewed { RideScreen(state, {}) }
