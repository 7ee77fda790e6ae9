// Everything the screen of a zone's prices and hours shows.

package city.mesto.ui.parking.prices

import androidx.compose.runtime.Immutable
import city.mesto.ui.Fact
import city.mesto.ui.Refusal
import city.mesto.ui.parking.ZoneView

@Immutable
sealed interface PricesUiState {
    data object Loading : PricesUiState

    data class Refused(val refusal: Refusal) : PricesUiState

    data class Shown(
        val zone: ZoneView,
        /** By the parts of the stay; empty where the zone has no prices. */
        val prices: Section,
        val stay: Section,
        /** Days with the same hours stand together. */
        val hours: Section,
    ) : PricesUiState
}

@Immutable
data class Section(
    val rows: List<Fact>,
    /** How sure it is, where it is not the operator's word of today. */
    val certainty: String? = null,
)

/** What a driver can do here. */
sealed interface PricesEvent {
    data object Retry : PricesEvent

    data object Back : PricesEvent
}
