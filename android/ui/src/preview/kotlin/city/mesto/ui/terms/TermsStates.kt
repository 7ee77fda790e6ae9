// Every state of the contract and its changes.

package city.mesto.ui.terms

import androidx.compose.runtime.Composable
import androidx.compose.ui.tooling.preview.PreviewParameter
import city.mesto.ui.EachState
import city.mesto.ui.PREVIEW_LANGUAGE
import city.mesto.ui.Previewed
import city.mesto.ui.States
import city.mesto.ui.Sample

/** The contract and its changes, by name of the state. */
fun termsStates(language: String): Map<String, TermsUiState> = with(Sample(language)) {
    val row = TermsRow("rules", "1", AcceptedRow("1", after(-60 * 24 * 90)), pending = null, newest = "1", link = "https://avtobys.kz/rules/")
    val change = row.copy(pending = PendingRow("2", newTerms.text, needsAcceptance = false), newest = "2")
    val must = TermsUiState.Shown(listOf(change.copy(pending = PendingRow("2", newTerms.text, needsAcceptance = true))))
    mapOf(
        "in-force" to TermsUiState.Shown(listOf(row)),
        "change" to TermsUiState.Shown(listOf(change)),
        "must-accept" to must,
        "accepting" to must.copy(sending = "rules"),
        "not-accepted" to must.copy(refusal = noConnection, connection = offline),
        "loading" to TermsUiState.Loading,
        "refused" to TermsUiState.Refused(noConnection),
    )
}

class TermsStates : States<TermsUiState>(termsStates(PREVIEW_LANGUAGE))

@EachState
@Composable
fun TermsPreview(@PreviewParameter(TermsStates::class) state: TermsUiState) = Previewed { TermsScreen(state, {}) }
