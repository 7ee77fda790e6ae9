// Everything that is shown of the contract and its changes.

package city.mesto.ui.terms

import androidx.compose.runtime.Immutable
import city.mesto.ui.Connection
import city.mesto.ui.Refusal
import java.time.Instant

@Immutable
sealed interface TermsUiState {
    data object Loading : TermsUiState

    data class Refused(val refusal: Refusal, val connection: Connection = Connection.Online) : TermsUiState

    data class Shown(
        val terms: List<TermsRow>,
        /** The version that is being accepted. */
        val sending: String? = null,
        /** Why it was not accepted. */
        val refusal: Refusal? = null,
        val connection: Connection = Connection.Online,
    ) : TermsUiState
}

@Immutable
data class TermsRow(
    val id: String,
    val inForce: String?,
    /** The newest version that was accepted, and when. */
    val accepted: AcceptedRow?,
    val pending: PendingRow?,
    /** Where the newest version stands. */
    val newest: String,
    val link: String?,
)

@Immutable
data class AcceptedRow(val version: String, val at: Instant)

/** The newest version, which was not accepted yet. */
@Immutable
data class PendingRow(val version: String, val text: String, val needsAcceptance: Boolean)

/** What a rider can do here. */
sealed interface TermsEvent {
    /** Reads the newest version. */
    data class Read(val terms: String) : TermsEvent

    data class Accept(val terms: String) : TermsEvent

    /** He disagrees: to suspending the account. */
    data object SeeAccount : TermsEvent

    data object Retry : TermsEvent

    data object Back : TermsEvent
}
