// Everything the list of rides shows.

package city.mesto.ui.rides.list

import androidx.compose.runtime.Immutable
import city.mesto.ui.Connection
import city.mesto.ui.Price
import city.mesto.ui.app.HomeButton
import city.mesto.ui.rides.RideView
import java.time.Instant

@Immutable
data class RidesUiState(
    /** Those whose ticket is good, newest first; null before the account was ever read. */
    val running: List<RideRow>? = null,
    /** Those that are over or were voided, newest first. */
    val over: List<RideRow> = emptyList(),
    /** Those that the operator lost, newest first. */
    val forgotten: List<RideRow> = emptyList(),
    val balance: BalanceView? = null,
    /** A confirmation whose outcome is not known yet. */
    val isUnconfirmed: Boolean = false,
    /** Why nothing can be paid; null while it can be. */
    val standing: String? = null,
    /** Works or an outage that were not read yet: the title of the newest. */
    val news: String? = null,
    val now: Instant = Instant.EPOCH,
    val connection: Connection = Connection.Online,
)

@Immutable
data class RideRow(
    val id: String,
    val ride: RideView,
    val persons: Int,
    /** Registered, looked into, voided: in the core's words. */
    val state: String,
    val registeredAt: Instant,
    val endsAt: Instant,
    val price: Price,
)

/** What is on the account, when that was so, and how far it reaches. */
@Immutable
data class BalanceView(
    val amount: Price,
    /** When the operator told it; null before the account was ever read. */
    val asOf: Instant?,
    /** How many rides it covers, in the core's words; null where that is not known. */
    val reaches: String?,
    val isLow: Boolean,
)

/** What a rider can do here. */
sealed interface RidesEvent {
    data object Scan : RidesEvent

    data class Opened(val ride: String) : RidesEvent

    /** To the confirmation that is not known yet. */
    data object UnconfirmedOpened : RidesEvent

    data object TopUp : RidesEvent

    /** To the works and outages. */
    data object NewsOpened : RidesEvent

    /** To the account that was suspended or blocked. */
    data object AccountOpened : RidesEvent

    data class FeatureOpened(val homeButton: HomeButton) : RidesEvent

    data object Retry : RidesEvent

    data object Back : RidesEvent
}
