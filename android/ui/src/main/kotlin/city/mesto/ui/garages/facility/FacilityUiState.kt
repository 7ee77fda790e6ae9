// Everything the screen of one garage shows.

package city.mesto.ui.garages.facility

import androidx.compose.runtime.Immutable
import city.mesto.ui.Connection
import city.mesto.ui.Fact
import city.mesto.ui.Refusal

@Immutable
sealed interface FacilityUiState {
    data object Loading : FacilityUiState

    data class Refused(val refusal: Refusal) : FacilityUiState

    data class Shown(
        val name: String,
        /** Free places with the moment of their count, in the core's words. */
        val places: String,
        /** Whether it is open, in the core's words. */
        val hours: String,
        val facts: List<Fact>,
        /** What a visit costs, a line each, in the core's words. */
        val tariff: List<String>,
        /** Where the prices are not the operator's own words of today: how sure they are. */
        val tariffCertainty: String?,
        /** The same of the other facts. */
        val certainty: String?,
        val isReachable: Boolean?,
        /** A visit can be paid in the app. */
        val isPaidHere: Boolean,
        val ticket: TicketEntry = TicketEntry(),
        /** A photo can be taken, not only picked. */
        val hasCamera: Boolean = false,
        val connection: Connection = Connection.Online,
    ) : FacilityUiState
}

/** The number of a ticket: typed, or from a photo. */
@Immutable
data class TicketEntry(
    val typed: String = "",
    val isReading: Boolean = false,
    /** It came from a photo: to be compared with the ticket. */
    val fromPhoto: String? = null,
    val refusal: Refusal? = null,
    /** The facility that the ticket in the photo is of, by its id and its name. */
    val elsewhere: Elsewhere? = null,
)

@Immutable
data class Elsewhere(val facility: String, val name: String)

/** What a driver can do here. */
sealed interface FacilityEvent {
    data class NumberTyped(val text: String) : FacilityEvent

    /** What is owed for the number that was typed? */
    data object Ask : FacilityEvent

    data object PickPhoto : FacilityEvent

    data object TakePhoto : FacilityEvent

    /** To the facility that the ticket is of. */
    data object GoThere : FacilityEvent

    data object Retry : FacilityEvent

    data object Back : FacilityEvent
}
