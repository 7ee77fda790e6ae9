// Every state of the sign-in screen.

package city.mesto.ui.signin

import androidx.compose.runtime.Composable
import androidx.compose.ui.tooling.preview.PreviewParameter
import city.mesto.ui.EachState
import city.mesto.ui.PREVIEW_LANGUAGE
import city.mesto.ui.Previewed
import city.mesto.ui.Refusal
import city.mesto.ui.Sample
import city.mesto.ui.States

/** Sign in, by name of the state. */
fun signInStates(language: String): Map<String, SignInUiState> = with(Sample(language)) {
    val codeWrong = Refusal(
        "code_wrong",
        say("Kod nije tačan", "The code is not right"),
        say("Preostala su 3 pokušaja.", "3 tries are left."),
    )
    mapOf(
        "phone" to SignInUiState(city = say("Beograd", "Belgrade"), phone = "+381 64 123 4567"),
        "code" to SignInUiState(city = say("Beograd", "Belgrade"), phone = "+381641234567", codeSentTo = "+381 64 ••• ••67", code = "482913"),
        "waits" to SignInUiState(city = say("Beograd", "Belgrade"), phone = "+381641234567", codeSentTo = "+381 64 ••• ••67", resendInSeconds = 25),
        "refused" to SignInUiState(city = say("Beograd", "Belgrade"), phone = "+381641234567", codeSentTo = "+381 64 ••• ••67", code = "482914", refusal = codeWrong),
    )
}

class SignInStates : States<SignInUiState>(signInStates(PREVIEW_LANGUAGE))

@EachState
@Composable
fun SignInPreview(@PreviewParameter(SignInStates::class) state: SignInUiState) = Previewed { SignInScreen(state, {}) }
