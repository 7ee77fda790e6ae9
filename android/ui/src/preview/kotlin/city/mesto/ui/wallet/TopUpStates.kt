// Every state of the top-up screen.

package city.mesto.ui.wallet

import androidx.compose.runtime.Composable
import androidx.compose.ui.tooling.preview.PreviewParameter
import city.mesto.ui.EachState
import city.mesto.ui.PREVIEW_LANGUAGE
import city.mesto.ui.Previewed
import city.mesto.ui.Refusal
import city.mesto.ui.Sample
import city.mesto.ui.States

/** Top up, by name of the state. */
fun topUpStates(language: String): Map<String, TopUpUiState> = with(Sample(language)) {
    val cardDeclined = Refusal(
        "card_declined",
        say("Banka je odbila karticu", "The bank declined the card"),
        say("Pokušajte drugom karticom.", "Try another card."),
    )
    val amounts = listOf("200", "500", "1000", "2000", "5000").map(::rsd)

    mapOf(
        "choosing" to TopUpUiState(rsd("50"), amounts, rsd("1000")),
        "at-the-bank" to TopUpUiState(rsd("50"), amounts, rsd("1000"), TopUpStep.AtTheBank("https://bank.example/pay")),
        "done" to TopUpUiState(rsd("1050"), amounts, rsd("1000"), TopUpStep.Done(rsd("1000"))),
        "refused" to TopUpUiState(rsd("50"), amounts, rsd("1000"), TopUpStep.Refused(cardDeclined)),
    )
}

class TopUpStates : States<TopUpUiState>(topUpStates(PREVIEW_LANGUAGE))

@EachState
@Composable
fun TopUpPreview(@PreviewParameter(TopUpStates::class) state: TopUpUiState) = Previewed { TopUpScreen(state, {}) }
