// Sign in: first the phone number, then the code that was sent to it.

package city.mesto.ui.signin

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.text.input.KeyboardType
import androidx.compose.ui.unit.dp
import city.mesto.ui.parts.Bar
import city.mesto.ui.parts.BigField
import city.mesto.ui.parts.MainButton
import city.mesto.ui.parts.OfflineNotice
import city.mesto.ui.parts.Page
import city.mesto.ui.parts.QuietButton
import city.mesto.ui.parts.RefusedNotice
import city.mesto.ui.text.texts

@Composable
fun SignInScreen(state: SignInUiState, onEvent: (SignInEvent) -> Unit, modifier: Modifier = Modifier) {
    val sentTo = state.codeSentTo
    val action = if (sentTo == null) SignInEvent.SendCode else SignInEvent.SignIn
    Page(
        modifier,
        bar = { Bar(texts.startTitle(state.city), onBack = null) },
        actions = {
            MainButton(
                text = if (sentTo == null) texts.startSendCode() else texts.startSignIn(),
                onClick = { onEvent(action) },
                enabled = if (sentTo == null) state.canSendCode else state.canSignIn,
                busy = state.isWorking,
            )
        },
    ) {
        OfflineNotice(state.connection, onRetry = { onEvent(action) })
        if (sentTo == null) {
            BigField(state.phone, texts.startPhoneLabel(), texts.startPhoneHint(), KeyboardType.Phone, { onEvent(SignInEvent.SendCode) }) {
                onEvent(SignInEvent.PhoneTyped(it))
            }
        } else {
            Text(texts.startCodeSent(sentTo), style = MaterialTheme.typography.bodyLarge, color = MaterialTheme.colorScheme.onBackground)
            BigField(state.code, texts.startCodeLabel(), "", KeyboardType.NumberPassword, { onEvent(SignInEvent.SignIn) }) {
                onEvent(SignInEvent.CodeTyped(it))
            }
            Column(verticalArrangement = Arrangement.spacedBy(8.dp)) {
                QuietButton(
                    texts.startResend(),
                    { onEvent(SignInEvent.SendCode) },
                    enabled = state.resendInSeconds == null,
                    note = state.resendInSeconds?.let { texts.startResendIn(it.toLong()) },
                    fill = true,
                )
                QuietButton(texts.startOtherNumber(), { onEvent(SignInEvent.OtherNumber) }, fill = true)
            }
        }
        state.refusal?.let { RefusedNotice(it) }
    }
}
