// Everything the top-up screen shows.

package city.mesto.ui.wallet

import androidx.compose.runtime.Immutable
import city.mesto.ui.Connection
import city.mesto.ui.Price
import city.mesto.ui.Refusal

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
