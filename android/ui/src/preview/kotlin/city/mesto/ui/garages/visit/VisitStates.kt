// Every state of the screen of a visit.

package city.mesto.ui.garages.visit

import androidx.compose.runtime.Composable
import androidx.compose.ui.tooling.preview.PreviewParameter
import city.mesto.ui.EachState
import city.mesto.ui.PREVIEW_LANGUAGE
import city.mesto.ui.Previewed
import city.mesto.ui.Refusal
import city.mesto.ui.Sample
import city.mesto.ui.States
import city.mesto.ui.garages.visit.VisitUiState.Phase

/** A visit, by name of the state. */
fun visitStates(language: String): Map<String, VisitUiState> = with(Sample(language)) {
    val paid = VisitUiState.Shown("Zeleni venac", "GR004217", Phase.Paid, rsd("300"), now, after(15), endingFrom = after(10), now.plusSeconds(214), receipt = "MST2:$SAMPLE_RECEIPT")
    val missing = Refusal("visit_missing", say("Ovaj boravak nije na telefonu.", "This visit is not on the phone."), say("Osvežite spisak boravaka.", "Refresh the list of visits."))

    mapOf(
        "paid" to paid,
        "ending" to paid.copy(now = after(12), receipt = null),
        "time-is-over" to paid.copy(now = after(15)),
        "without-delay" to paid.copy(exitBy = null, endingFrom = null, owesAgainAt = after(30)),
        "owes-again" to paid.copy(phase = Phase.OwesAgain, now = after(16)),
        "over" to paid.copy(phase = Phase.Over, now = after(60), ticket = ""),
        "forgotten" to paid.copy(phase = Phase.Forgotten),
        "other" to paid.copy(phase = Phase.Other),
        "offline" to paid.copy(connection = offline),
        "loading" to VisitUiState.Loading,
        "refused" to VisitUiState.Refused(missing),
    )
}

class VisitStates : States<VisitUiState>(visitStates(PREVIEW_LANGUAGE))

@EachState
@Composable
fun VisitPreview(@PreviewParameter(VisitStates::class) state: VisitUiState) = Previewed { VisitScreen(state, {}) }

/** As long as a signed receipt; it verifies as nothing. */
private val SAMPLE_RECEIPT: String = (0 until 260).map { "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"[(it * 31 + it * it * 7) % 45] }.joinToString("")
