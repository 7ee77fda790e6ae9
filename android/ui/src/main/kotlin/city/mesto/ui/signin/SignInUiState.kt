// Everything the sign-in screen shows.

package city.mesto.ui.signin

import androidx.compose.runtime.Immutable
import city.mesto.ui.Connection
import city.mesto.ui.Refusal

@Immutable
data class SignInUiState(
    val city: String = "",
    val phone: String = "",
    /** Set once a code was asked for. */
    val codeSentTo: String? = null,
    val code: String = "",
    /** How many figures the code has; null while that is not known. */
    val codeLength: Int? = null,
    /** Until another code can be asked for; null when it can be now. */
    val resendInSeconds: Int? = null,
    val isWorking: Boolean = false,
    val refusal: Refusal? = null,
    val connection: Connection = Connection.Online,
) {
    /** A try with half a code would be lost: there are five. */
    val canSignIn: Boolean get() = codeSentTo != null && (if (codeLength == null) code.isNotEmpty() else code.length == codeLength)

    val canSendCode: Boolean get() = phone.isNotBlank() && (codeSentTo == null || resendInSeconds == null)
}

sealed interface SignInEvent {
    data class PhoneTyped(val text: String) : SignInEvent

    data object SendCode : SignInEvent

    data class CodeTyped(val text: String) : SignInEvent

    data object SignIn : SignInEvent

    data object OtherNumber : SignInEvent
}
