// Everything the zones screen shows.

package city.mesto.ui.parking.zones

import androidx.compose.runtime.Immutable
import city.mesto.ui.Connection
import city.mesto.ui.PlateView
import city.mesto.ui.Price
import city.mesto.ui.Refusal
import city.mesto.ui.app.HomeButton
import city.mesto.ui.parking.ZoneView
import java.time.Instant

@Immutable
data class ZonesUiState(
    /** The car that will be paid for; null until one is added. */
    val plate: PlateView?,
    val plates: List<PlateView> = emptyList(),
    val balance: Price? = null,
    val connection: Connection = Connection.Online,
    /** Digits of the sign, as typed or scanned. */
    val sign: String = "",
    val signAnswer: SignAnswer = SignAnswer.None,
    val content: ZonesContent = ZonesContent.Loading,
    val running: RunningTicket? = null,
    /** A purchase whose outcome is not known yet. */
    val unconfirmed: UnconfirmedPurchase? = null,
    val choosingPlate: Boolean = false,
)

@Immutable
sealed interface ZonesContent {
    data object Loading : ZonesContent

    /** Nearest first; a zone found by its sign stands before all others. */
    data class Zones(val rows: List<ZoneRow>, val positionKnown: Boolean) : ZonesContent

    data class Refused(val refusal: Refusal) : ZonesContent
}

@Immutable
data class ZoneRow(
    val zone: ZoneView,
    /** Metres to its edge, 0 inside, null when the position is not known. */
    val metres: Int?,
    /** The edge was drawn by hand. */
    val approximate: Boolean,
    val bySign: Boolean = false,
    /** Longest stay in minutes; null where there is no limit. */
    val maxMinutes: Int? = null,
)

@Immutable
sealed interface SignAnswer {
    data object None : SignAnswer

    data class Found(val zone: String) : SignAnswer

    data class Unknown(val refusal: Refusal) : SignAnswer
}

@Immutable
data class RunningTicket(val id: String, val plate: String, val zone: ZoneView, val endsAt: Instant, val secondsLeft: Long)

@Immutable
data class UnconfirmedPurchase(val plate: String, val zone: String?, val since: Instant)

/** What a driver can do here. */
sealed interface ZonesEvent {
    data class SignTyped(val text: String) : ZonesEvent

    data class ZoneChosen(val zone: String) : ZonesEvent

    data object ChangePlate : ZonesEvent

    data class PlateChosen(val vehicle: String) : ZonesEvent

    data object AddPlate : ZonesEvent

    data object PlateSheetClosed : ZonesEvent

    data object TopUp : ZonesEvent

    data class TicketOpened(val ticket: String) : ZonesEvent

    data object UnconfirmedOpened : ZonesEvent

    data class FeatureOpened(val homeButton: HomeButton) : ZonesEvent

    data object Retry : ZonesEvent
}
