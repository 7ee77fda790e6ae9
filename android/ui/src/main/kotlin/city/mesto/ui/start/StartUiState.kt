// What the small screens before the first purchase show: sign in, first car, top up.

package city.mesto.ui.start

import androidx.compose.runtime.Immutable
import city.mesto.ui.Connection
import city.mesto.ui.Price
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
    val isWorking: Boolean = false,
    val refusal: Refusal? = null,
    val connection: Connection = Connection.Online,
) {
    /** A try with half a code would be lost: there are five. */
    val canSignIn: Boolean get() = codeSentTo != null && (if (codeLength == null) code.isNotEmpty() else code.length == codeLength)

    val canSendCode: Boolean get() = phone.isNotBlank()
}

sealed interface SignInEvent {
    data class PhoneTyped(val text: String) : SignInEvent

    data object SendCode : SignInEvent

    data class CodeTyped(val text: String) : SignInEvent

    data object SignIn : SignInEvent

    data object OtherNumber : SignInEvent
}

@Immutable
data class PlateUiState(
    val typed: String = "",
    /** The plate as the city reads what was typed; null while it is none. */
    val shown: String? = null,
    /** Look-alike letters, O against 0. */
    val warnings: List<String> = emptyList(),
    val isWorking: Boolean = false,
    val refusal: Refusal? = null,
    val canGoBack: Boolean = false,
)

sealed interface PlateEvent {
    data class Typed(val text: String) : PlateEvent

    data object Save : PlateEvent

    data object Back : PlateEvent
}

@Immutable
data class TopUpUiState(
    val balance: Price?,
    /** The amounts the operator takes, ascending. */
    val amounts: List<Price>,
    val chosen: Price?,
    val step: TopUpStep = TopUpStep.Choosing,
    val connection: Connection = Connection.Online,
)

@Immutable
sealed interface TopUpStep {
    data object Choosing : TopUpStep

    data object Asking : TopUpStep

    /** The bank's page is open; card data is typed there and nowhere else. */
    data class AtTheBank(val page: String) : TopUpStep

    data class Done(val amount: Price) : TopUpStep

    data class Refused(val refusal: Refusal) : TopUpStep
}

sealed interface TopUpEvent {
    data class Chosen(val amount: Price) : TopUpEvent

    data object Go : TopUpEvent

    data object OpenBank : TopUpEvent

    data object CheckAgain : TopUpEvent

    data object GiveUp : TopUpEvent

    data object Back : TopUpEvent
}
