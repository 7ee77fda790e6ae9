// Garages, and lots with a barrier.
package city.mesto.sdk.garages

import city.mesto.sdk.Core
import city.mesto.sdk.MestoClient
import city.mesto.sdk.core.CityId
import city.mesto.sdk.core.FacilityId
import city.mesto.sdk.core.FacilityView
import city.mesto.sdk.core.GaragesOffer
import city.mesto.sdk.core.GaragesState
import city.mesto.sdk.core.GaragesSubject
import city.mesto.sdk.core.ItemOffer
import city.mesto.sdk.core.ItemOutcome
import city.mesto.sdk.core.ItemSubject
import city.mesto.sdk.core.PayMethod
import city.mesto.sdk.core.Position
import city.mesto.sdk.core.PurchaseIntent
import city.mesto.sdk.core.Quote
import city.mesto.sdk.core.ShownCode
import city.mesto.sdk.core.Topic
import city.mesto.sdk.core.Visit
import city.mesto.sdk.core.VisitId
import city.mesto.sdk.core.VisitPage
import java.time.Instant
import kotlinx.coroutines.flow.StateFlow

/**
 * Garages: facilities with their free places, a visit paid by the number of its ticket, the time to
 * leave.
 */
interface GaragesClient {
    /** The current value at once, read when it is asked for first; then every change. */
    val state: StateFlow<GaragesState>

    /** As of this moment: [state] may be a change behind. */
    fun current(): GaragesState

    /**
     * A city's facilities with free places as they were told last: first those with free places,
     * then those of which that is not known, then full ones; within these nearest first. Without a
     * connection.
     */
    suspend fun facilities(city: CityId, position: Position? = null): List<FacilityView>

    /** Asks for free places first. Nobody needs to be signed in. */
    suspend fun places(city: CityId, position: Position? = null): List<FacilityView>

    /**
     * The number of a facility's ticket as it was typed: capitals, without spaces and dashes;
     * refused with `ticket_number_invalid`, which says how a number looks there. Without a
     * connection.
     */
    suspend fun ticketNumber(city: CityId, facility: FacilityId, typed: String): String

    /**
     * The number of a facility's ticket from a photo of it, a JPEG or PNG file; another form, such
     * as HEIC, is refused with `photo_unreadable`. Without a connection.
     */
    suspend fun numberFromPhoto(city: CityId, facility: FacilityId, image: ByteArray): String

    /** What a ticket owes now, line by line; [ticket] is its number as it was typed. */
    suspend fun quote(city: CityId, facility: FacilityId, ticket: String, pay: PayMethod = PayMethod.Deposit): Quote

    /**
     * Pays what a ticket owes now: quote and purchase in one; by card the intent's `pageUrl` is the
     * provider's page.
     */
    suspend fun pay(city: CityId, facility: FacilityId, ticket: String, pay: PayMethod = PayMethod.Deposit): PurchaseIntent

    /** Visits that this account paid, newest first; [cursor] is `next` of the page before. */
    suspend fun history(cursor: String? = null, limit: Int = 50): VisitPage

    /** A stored visit, as it stands now. */
    suspend fun visit(id: VisitId): Visit

    /**
     * From when on the time to leave of a stored visit is shown as ending; null where the facility
     * states none.
     */
    suspend fun endingAt(visit: VisitId): Instant?

    /**
     * The signed receipt of a paid visit, for a barrier that does not reach the operator; null
     * where none was signed, and once the car has left. Make it anew before `freshUntil`.
     */
    suspend fun receipt(visit: VisitId): ShownCode?
}

val MestoClient.garages: GaragesClient get() = part(GaragesClient::class.java, ::GaragesOfCore)

/** What is promised of a visit; null when the quote is of another service. */
val Quote.garagesOffer: GaragesOffer? get() = items.firstNotNullOfOrNull { (it.offer as? ItemOffer.Garages)?.offer }

/** What is promised of the visit that is paid for; null when the intent is of another service. */
val PurchaseIntent.garagesOffer: GaragesOffer? get() = items.firstNotNullOfOrNull { (it.offer as? ItemOffer.Garages)?.offer }

/** The facility and the ticket that are paid for; null when the intent is of another service. */
val PurchaseIntent.garagesSubject: GaragesSubject? get() = items.firstNotNullOfOrNull { (it.subject as? ItemSubject.Garages)?.subject }

/** The visit that was paid. */
val PurchaseIntent.visit: Visit? get() = items.firstNotNullOfOrNull { (it.outcome as? ItemOutcome.Garages)?.outcome?.visit }

private class GaragesOfCore(private val core: Core) : GaragesClient {
    private val garages = core.client.garages()

    override val state by lazy { core.state(Topic.Garages, garages::state) }

    override fun current() = garages.state()

    override suspend fun facilities(city: CityId, position: Position?) = core.on { garages.facilities(city, position) }

    override suspend fun places(city: CityId, position: Position?) = core.on { garages.places(city, position) }

    override suspend fun ticketNumber(city: CityId, facility: FacilityId, typed: String) = core.on { garages.ticketNumber(city, facility, typed) }

    override suspend fun numberFromPhoto(city: CityId, facility: FacilityId, image: ByteArray) = core.on { garages.numberFromPhoto(city, facility, image) }

    override suspend fun quote(city: CityId, facility: FacilityId, ticket: String, pay: PayMethod) = core.on { garages.quote(city, facility, ticket, pay) }

    override suspend fun pay(city: CityId, facility: FacilityId, ticket: String, pay: PayMethod) = core.on { garages.pay(city, facility, ticket, pay) }

    override suspend fun history(cursor: String?, limit: Int) = core.on { garages.history(cursor, Core.atLeastNone(limit)) }

    override suspend fun visit(id: VisitId) = core.on { garages.visit(id) }

    override suspend fun endingAt(visit: VisitId) = core.on { garages.endingAt(visit) }

    override suspend fun receipt(visit: VisitId) = core.on { garages.receipt(visit) }
}
