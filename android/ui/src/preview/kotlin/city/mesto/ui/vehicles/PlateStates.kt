// Every state of the screen of a new car.

package city.mesto.ui.vehicles

import androidx.compose.runtime.Composable
import androidx.compose.ui.tooling.preview.PreviewParameter
import city.mesto.ui.EachState
import city.mesto.ui.PREVIEW_LANGUAGE
import city.mesto.ui.Previewed
import city.mesto.ui.Refusal
import city.mesto.ui.Sample
import city.mesto.ui.States

/** A new car, by name of the state. */
fun plateStates(language: String): Map<String, PlateUiState> = with(Sample(language)) {
    val plateInvalid = Refusal(
        "plate_invalid",
        say("Ovo nije registarska oznaka", "This is not a plate"),
        say("Na primer BG 789-PP: dva slova, tri ili četiri cifre, dva slova.", "For example BG 789-PP: two letters, three or four figures, two letters."),
    )
    mapOf(
        "typed" to PlateUiState(typed = "bg789pp", shown = "BG 789-PP"),
        "warned" to PlateUiState(
            typed = "bo 1O2-rр",
            shown = "BO 1O2-RP",
            warnings = listOf(
                say("„р” je drugo slovo koje liči na P; pročitano je kao P.", "“р” is another letter that looks like P; it was read as P."),
                say("O ili 0? Sa drugim znakom bilo bi BO 102-RP.", "O or 0? With the other one it would be BO 102-RP."),
            ),
        ),
        "refused" to PlateUiState(typed = "BG7", refusal = plateInvalid),
    )
}

class PlateStates : States<PlateUiState>(plateStates(PREVIEW_LANGUAGE))

@EachState
@Composable
fun PlatePreview(@PreviewParameter(PlateStates::class) state: PlateUiState) = Previewed { PlateScreen(state, {}) }
