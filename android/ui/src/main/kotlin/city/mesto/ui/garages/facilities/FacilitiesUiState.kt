// Everything the list of garages shows.

package city.mesto.ui.garages.facilities

import androidx.compose.runtime.Immutable
import city.mesto.ui.Connection
import city.mesto.ui.Price
import city.mesto.ui.Refusal
import java.time.Instant

@Immutable
data class FacilitiesUiState(
    val content: FacilitiesContent = FacilitiesContent.Loading,
    /** Visits whose car has not left, then those that the operator forgot; each newest first. */
    val visits: List<VisitRow> = emptyList(),
    /** A payment whose outcome is not known yet. */
    val unconfirmed: UnconfirmedVisit? = null,
    val connection: Connection = Connection.Online,
)

@Immutable
sealed interface FacilitiesContent {
    data object Loading : FacilitiesContent

    /** In the core's order: with free places, not known, full; within these nearest first. */
    data class Facilities(val rows: List<FacilityRow>) : FacilitiesContent

    data class Refused(val refusal: Refusal) : FacilitiesContent
}

@Immutable
data class FacilityRow(
    val id: String,
    val name: String,
    /**
     * Free places with the moment of their count, in the core's words; says so when that is not
     * known or too old.
     */
    val places: String,
    val standing: Standing,
    /** Whether it is open, in the core's words. */
    val hours: String,
    /** False: its barrier is silent, so nothing can be paid now. Null: not heard lately. */
    val isReachable: Boolean?,
    /** Metres in a straight line; null where nobody knows. */
    val metres: Int?,
) {
    enum class Standing { Free, Full, NotKnown }
}

@Immutable
data class VisitRow(
    val id: String,
    /** The name of the facility. */
    val facility: String,
    val standing: Standing,
    /** The number of the ticket; empty once it is erased. */
    val ticket: String,
    val paid: Price,
    /** Until when one may leave; null: without delay. */
    val exitBy: Instant?,
) {
    enum class Standing { Paid, OwesAgain, Forgotten }
}

@Immutable
data class UnconfirmedVisit(val facility: String, val name: String, val ticket: String)

/** What a driver can do here. */
sealed interface FacilitiesEvent {
    data class Chosen(val facility: String) : FacilitiesEvent

    data class VisitOpened(val visit: String) : FacilitiesEvent

    data object UnconfirmedOpened : FacilitiesEvent

    data object Retry : FacilitiesEvent

    data object Back : FacilitiesEvent
}
