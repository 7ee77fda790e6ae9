// Everything that is shown of whether the account may pay.

package city.mesto.ui.account

import androidx.compose.runtime.Immutable
import city.mesto.ui.Connection
import city.mesto.ui.Refusal

@Immutable
data class AccountUiState(
    /** Null before the account was ever read. */
    val standing: Standing? = null,
    /** The rider is asked whether he suspends it. */
    val isAsking: Boolean = false,
    val isSending: Boolean = false,
    /** Why it was not done. */
    val refusal: Refusal? = null,
    val connection: Connection = Connection.Online,
)

@Immutable
sealed interface Standing {
    data object Active : Standing

    /** Its person suspended it; `text` says what that means. */
    data class Suspended(val text: String) : Standing

    /** The operator blocked it; `text` says why, and where to write to. */
    data class Blocked(val text: String) : Standing
}

/** What a rider can do here. */
sealed interface AccountEvent {
    data object Suspend : AccountEvent

    data object Yes : AccountEvent

    data object No : AccountEvent

    data object Resume : AccountEvent

    data object SeeTerms : AccountEvent

    data object Retry : AccountEvent

    data object Back : AccountEvent
}
