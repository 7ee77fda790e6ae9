// One garage: what is known of it, and the number of a ticket, typed or read from a photo.

package city.mesto.ui.garages.facility

import androidx.lifecycle.SavedStateHandle
import androidx.lifecycle.serialization.saved
import city.mesto.sdk.MestoClient
import city.mesto.sdk.Texts
import city.mesto.sdk.cities
import city.mesto.sdk.core.FacilityId
import city.mesto.sdk.core.FacilityKind
import city.mesto.sdk.core.FacilityView
import city.mesto.sdk.core.MestoException
import city.mesto.sdk.core.OnSite
import city.mesto.sdk.core.PaidWhen
import city.mesto.sdk.core.Position
import city.mesto.sdk.garages.garages
import city.mesto.sdk.params
import city.mesto.ui.Fact
import city.mesto.ui.fromcore.changes
import city.mesto.ui.fromcore.connectionView
import city.mesto.ui.fromcore.here
import city.mesto.ui.fromcore.refusal
import city.mesto.ui.fromcore.unsure
import city.mesto.ui.text.Words
import java.math.BigDecimal
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.flow.update
import kotlinx.coroutines.launch

/** Where the screen leads to. */
interface FacilityNavigation {
    /** A facility and the number of a ticket. */
    fun owed(facility: String, ticket: String)

    /** Another facility, in place of this one. */
    fun facility(id: String)

    /** A JPEG or PNG file that the driver picks; null when he picks none. */
    suspend fun pickPhoto(): ByteArray?

    val hasCamera: Boolean

    /** One that he takes now; null when he takes none. */
    suspend fun takePhoto(): ByteArray?

    fun retry()

    fun back()
}

/** Lives as long as `scope`; `ticks` beat while it is seen. */
class FacilityPresenter(
    private val client: MestoClient,
    private val words: Words,
    facility: String,
    private val position: StateFlow<Position?>,
    private val ticks: Flow<Unit>,
    private val scope: CoroutineScope,
    saved: SavedStateHandle,
    private val navigation: FacilityNavigation,
) {
    private val id = FacilityId(facility)

    /** What was typed. */
    private var typed by saved.saved { "" }
    private var ticket = TicketEntry(typed)
    private var known: FacilityView? = null
    private var refused: MestoException? = null
    private val shown = MutableStateFlow<FacilityUiState>(FacilityUiState.Loading)

    val state: StateFlow<FacilityUiState> = shown.asStateFlow()

    fun start() {
        scope.launch {
            changes(client.cities.state, client.connection).collect {
                read { client.garages.facilities(client.here, position.value) }
                if (known == null) ask()
            }
        }
        scope.launch {
            var seconds = 0L
            ticks.collect {
                if (seconds % ASK_SECONDS == 0L) ask()
                seconds += 1
            }
        }
    }

    fun on(event: FacilityEvent) {
        when (event) {
            is FacilityEvent.NumberTyped -> type(TicketEntry(event.text.take(LONGEST_TYPED), ticket.isReading))
            FacilityEvent.Ask -> askWhatIsOwed()
            FacilityEvent.PickPhoto -> readPhoto(navigation::pickPhoto)
            FacilityEvent.TakePhoto -> readPhoto(navigation::takePhoto)
            FacilityEvent.GoThere -> ticket.elsewhere?.let { navigation.facility(it.facility) }
            FacilityEvent.Retry -> {
                navigation.retry()
                scope.launch { ask() }
            }
            FacilityEvent.Back -> navigation.back()
        }
    }

    private fun type(entry: TicketEntry) {
        typed = entry.typed
        ticket = entry
        show()
    }

    /** The number is read here first: a slip of the hand asks nobody. */
    private fun askWhatIsOwed() {
        if (ticket.isReading || ticket.typed.isBlank()) return
        scope.launch {
            try {
                navigation.owed(id.value, client.garages.ticketNumber(client.here, id, ticket.typed))
            } catch (refused: MestoException) {
                type(ticket.copy(refusal = refused.refusal()))
            }
        }
    }

    /**
     * What is read stands in the field, to be compared with the ticket before anything is asked.
     */
    private fun readPhoto(photograph: suspend () -> ByteArray?) {
        if (ticket.isReading) return
        type(TicketEntry(ticket.typed, isReading = true))
        scope.launch {
            val photo = photograph() ?: return@launch type(ticket.copy(isReading = false))
            try {
                val number = client.garages.numberFromPhoto(client.here, id, photo)
                type(TicketEntry(number, fromPhoto = number))
            } catch (refused: MestoException) {
                type(TicketEntry(ticket.typed, refusal = refused.refusal(), elsewhere = refused.elsewhere()))
            }
        }
    }

    private fun MestoException.elsewhere(): Elsewhere? {
        val other = params["facility"]?.takeIf { it != id.value } ?: return null
        return Elsewhere(other, params["facility_name"] ?: other)
    }

    private suspend fun ask() {
        try {
            val told = client.garages.places(client.here, position.value)
            read { told }
        } catch (_: MestoException) {
            read { client.garages.facilities(client.here, position.value) }
        }
    }

    private suspend fun read(facilities: suspend () -> List<FacilityView>) {
        try {
            val all = facilities()
            val found = all.find { it.facility == id }
            // It left the city while it was looked at.
            if (found == null && all.isNotEmpty()) return navigation.back()
            known = found
            refused = null
        } catch (failed: MestoException) {
            refused = failed
        }
        show()
    }

    private fun show() {
        val facility = known
        val failed = refused
        shown.value = when {
            facility != null -> facility.shown()
            failed != null -> FacilityUiState.Refused(failed.refusal())
            else -> FacilityUiState.Loading
        }
    }

    private fun FacilityView.shown() = words.texts.let { texts ->
        FacilityUiState.Shown(
            name = name,
            places = places,
            hours = hours,
            facts = facts(texts),
            tariff = tariff,
            tariffCertainty = tariffCertainty?.unsure(texts),
            certainty = certainty?.unsure(texts),
            isReachable = isReachable,
            isPaidHere = pay.isNotEmpty(),
            ticket = ticket,
            hasCamera = navigation.hasCamera,
            connection = client.connectionView(),
        )
    }

    private fun FacilityView.facts(texts: Texts) = listOfNotNull(
        kind?.let { Fact(it.text(texts), distanceMetres?.let { metres -> texts.distanceMetres(metres.toString()) } ?: "") },
        Fact(texts.garagesAddress(), address),
        entrances.takeIf { it.isNotEmpty() }?.let { all -> Fact(texts.garagesEntrances(), all.joinToString { it.name }) },
        Fact(texts.garagesHeight(), maxHeightCentimetres?.let { texts.garagesHeightValue(words.number(BigDecimal(it.toLong()).movePointLeft(2))) }),
        Fact(texts.garagesCapacity(), capacity?.toString()),
        capacityDisabled?.let { Fact(texts.garagesCapacityDisabled(), it.toString()) },
        Fact(texts.garagesPaidWhen(), paidWhen?.text(texts)),
        onSite.takeIf { it.isNotEmpty() }?.let { methods -> Fact(texts.garagesOnSite(), methods.joinToString { it.text(texts) }) },
    )

    private companion object {
        /** The barriers tell their free places about as often. */
        const val ASK_SECONDS = 30L
        const val LONGEST_TYPED = 60
    }
}

private fun FacilityKind.text(texts: Texts): String = when (this) {
    FacilityKind.Garage -> texts.facilityKindGarage()
    FacilityKind.MultiStorey -> texts.facilityKindMultiStorey()
    FacilityKind.Lot -> texts.facilityKindLot()
    is FacilityKind.Other -> v1
}

private fun PaidWhen.text(texts: Texts): String = when (this) {
    PaidWhen.BeforeFetching -> texts.paidWhenBeforeFetching()
    PaidWhen.OnExit -> texts.paidWhenOnExit()
    PaidWhen.OnEntry -> texts.paidWhenOnEntry()
    is PaidWhen.Other -> v1
}

private fun OnSite.text(texts: Texts): String = when (this) {
    OnSite.Cash -> texts.onSiteCash()
    OnSite.Card -> texts.onSiteCard()
    OnSite.Machine -> texts.onSiteMachine()
    OnSite.PrepaidCard -> texts.onSitePrepaidCard()
    OnSite.ParkingPass -> texts.onSiteParkingPass()
    is OnSite.Other -> v1
}
