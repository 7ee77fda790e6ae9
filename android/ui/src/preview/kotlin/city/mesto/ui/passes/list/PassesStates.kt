// Every state of passes and benefits.

package city.mesto.ui.passes.list

import androidx.compose.runtime.Composable
import androidx.compose.ui.tooling.preview.PreviewParameter
import city.mesto.ui.EachState
import city.mesto.ui.PREVIEW_LANGUAGE
import city.mesto.ui.Previewed
import city.mesto.ui.States
import city.mesto.ui.passes.PassesSample

/** Passes and benefits, by name of the state. */
fun passesStates(language: String): Map<String, PassesUiState> = with(PassesSample(language)) {
    val onSale = listOf(OnSale("month", monthly, null, kzt("9900")), OnSale("week", say("Nedeljna", "Weekly pass", "Апталық", "Недельный"), 7, null))
    val none = PassesUiState(current = emptyList(), onSale = onSale)
    val some = none.copy(current = listOf(held), coming = listOf(coming), benefits = listOf(BenefitView(student, today.plusDays(300))))
    mapOf(
        "none" to none,
        "held" to some,
        "asked" to some.copy(question = coming),
        "giving-back" to some.copy(question = coming, isSending = true),
        "given-back" to none.copy(over = listOf(back), givenBack = kzt("9900")),
        "not-refundable" to some.copy(refusal = notRefundable),
        "forgotten" to none.copy(forgotten = listOf(held)),
        "unconfirmed" to none.copy(unconfirmed = "month", connection = offline),
        "loading" to PassesUiState(),
    )
}

class PassesStates : States<PassesUiState>(passesStates(PREVIEW_LANGUAGE))

@EachState
@Composable
fun PassesPreview(@PreviewParameter(PassesStates::class) state: PassesUiState) = Previewed { PassesScreen(state, {}) }
