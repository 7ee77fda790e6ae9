// Street parking.
package city.mesto.sdk.parking

import city.mesto.sdk.Core
import city.mesto.sdk.MestoClient
import city.mesto.sdk.core.CityId
import city.mesto.sdk.core.ItemOffer
import city.mesto.sdk.core.ItemOutcome
import city.mesto.sdk.core.Parked
import city.mesto.sdk.core.ParkingOffer
import city.mesto.sdk.core.ParkingState
import city.mesto.sdk.core.PayMethod
import city.mesto.sdk.core.Position
import city.mesto.sdk.core.Preview
import city.mesto.sdk.core.PurchaseIntent
import city.mesto.sdk.core.Quote
import city.mesto.sdk.core.ShownCode
import city.mesto.sdk.core.SmsFallback
import city.mesto.sdk.core.Ticket
import city.mesto.sdk.core.TicketId
import city.mesto.sdk.core.TicketPage
import city.mesto.sdk.core.TimeWheel
import city.mesto.sdk.core.Topic
import city.mesto.sdk.core.VehicleId
import city.mesto.sdk.core.ZoneId
import city.mesto.sdk.core.ZonePrices
import city.mesto.sdk.core.ZonesNear
import kotlinx.coroutines.flow.StateFlow
import java.time.LocalDate

/** Street parking. */
interface ParkingClient {
    /** The current value at once, read when it is asked for first; then every change. */
    val state: StateFlow<ParkingState>

    /** As of this moment: [state] may be a change behind. */
    fun current(): ParkingState

    /**
     * Zones of a city near a position, nearest first; a [sign], typed or scanned, wins. Without a
     * connection.
     */
    suspend fun zonesNear(city: CityId, position: Position? = null, sign: String? = null): ZonesNear

    /**
     * What parking in a zone costs and when, as the city says it, on a day of the city; today where
     * none is given. Without a connection.
     */
    suspend fun prices(city: CityId, zone: ZoneId, on: LocalDate? = null): ZonePrices

    /**
     * What [minutes] would cost, without a connection: to look at while the wheel turns, never to
     * buy.
     */
    suspend fun preview(city: CityId, zone: ZoneId, vehicle: VehicleId, minutes: Int, pay: PayMethod = PayMethod.Deposit): Preview

    /**
     * The lengths that can be chosen for a car in a zone, by the rules, with the stop; it stands at
     * the first one that is not below [wanted] minutes. Without a connection.
     */
    suspend fun wheel(city: CityId, zone: ZoneId, vehicle: VehicleId, wanted: Int? = null): TimeWheel

    /** The wheel after a quote: the operator may know of a stay that this phone does not. */
    fun wheelWithin(wheel: TimeWheel, quote: Quote): TimeWheel

    /**
     * A price that holds for the city's quote time; it continues a running ticket of this vehicle
     * in this zone.
     */
    suspend fun quote(city: CityId, zone: ZoneId, vehicle: VehicleId, minutes: Int, pay: PayMethod = PayMethod.Deposit): Quote

    /**
     * A quote that continues a ticket with the time after its end. Where the longest stay is used
     * up it is refused, and `leave_by` of the params is the moment at which the car must be gone.
     */
    suspend fun quoteExtension(ticket: TicketId, minutes: Int, pay: PayMethod = PayMethod.Deposit): Quote

    /**
     * What a ticket can be extended by, by the rules; it stands at half an hour or the next length
     * that is sold. It has no choices where the longest stay is used up: then the stop is that
     * stay's end. Without a connection.
     */
    suspend fun extensionWheel(ticket: TicketId): TimeWheel

    /**
     * Every time that runs or is still to start, a ticket with its extensions, the first to end
     * first.
     */
    suspend fun parked(): List<Parked>

    /** The time that a ticket is a part of, also when it is over. */
    suspend fun parkedWith(ticket: TicketId): Parked

    /** A stored ticket. */
    suspend fun ticket(id: TicketId): Ticket

    /** What to draw as a QR; made anew before `freshUntil`. */
    suspend fun code(ticket: TicketId): ShownCode

    /**
     * Binds a running ticket's code to this phone: [code] draws it here, and the one that another
     * phone shows ends.
     */
    suspend fun moveCodeHere(ticket: TicketId)

    /**
     * Newest first; [cursor] is `next` of the page before. Without a connection what the phone
     * knows.
     */
    suspend fun history(cursor: String? = null, limit: Int = 50): TicketPage

    /** What the phone knows of it, without asking. */
    suspend fun storedHistory(cursor: String? = null, limit: Int = 50): TicketPage

    /** The SMS that buys parking for this vehicle in this zone. */
    suspend fun sms(city: CityId, zone: ZoneId, vehicle: VehicleId): SmsFallback

    /**
     * Takes a purchase back and gives the SMS instead, only when it is sure that it will not be
     * executed.
     */
    suspend fun switchToSms(key: String): SmsFallback
}

val MestoClient.parking: ParkingClient get() = part(ParkingClient::class.java, ::ParkingOfCore)

/** What is promised of parking time; null when the quote is of another service. */
val Quote.parkingOffer: ParkingOffer? get() = items.firstNotNullOfOrNull { (it.offer as? ItemOffer.Parking)?.offer }

/** The parking time that is paid for; null when the intent is of another service. */
val PurchaseIntent.parkingOffer: ParkingOffer? get() = items.firstNotNullOfOrNull { (it.offer as? ItemOffer.Parking)?.offer }

/** The ticket that was bought. */
val PurchaseIntent.ticket: Ticket? get() = items.firstNotNullOfOrNull { (it.outcome as? ItemOutcome.Parking)?.outcome?.ticket }

private class ParkingOfCore(private val core: Core) : ParkingClient {
    private val parking = core.client.parking()

    override val state by lazy { core.state(Topic.Parking, parking::state) }

    override fun current() = parking.state()

    override suspend fun zonesNear(city: CityId, position: Position?, sign: String?) = core.on { parking.zonesNear(city, position, sign) }

    override suspend fun prices(city: CityId, zone: ZoneId, on: LocalDate?) = core.on { parking.prices(city, zone, on) }

    override suspend fun preview(city: CityId, zone: ZoneId, vehicle: VehicleId, minutes: Int, pay: PayMethod) =
        core.on { parking.preview(city, zone, vehicle, Core.atLeastNone(minutes), pay) }

    override suspend fun quote(city: CityId, zone: ZoneId, vehicle: VehicleId, minutes: Int, pay: PayMethod) =
        core.on { parking.quote(city, zone, vehicle, Core.atLeastNone(minutes), pay) }

    override suspend fun quoteExtension(ticket: TicketId, minutes: Int, pay: PayMethod) =
        core.on { parking.quoteExtension(ticket, Core.atLeastNone(minutes), pay) }

    override suspend fun wheel(city: CityId, zone: ZoneId, vehicle: VehicleId, wanted: Int?) = core.on { parking.wheel(city, zone, vehicle, wanted?.let(Core::atLeastNone)) }

    override fun wheelWithin(wheel: TimeWheel, quote: Quote) = parking.wheelWithin(wheel, quote)

    override suspend fun extensionWheel(ticket: TicketId) = core.on { parking.extensionWheel(ticket) }

    override suspend fun parked() = core.on { parking.parked() }

    override suspend fun parkedWith(ticket: TicketId) = core.on { parking.parkedWith(ticket) }

    override suspend fun ticket(id: TicketId) = core.on { parking.ticket(id) }

    override suspend fun code(ticket: TicketId) = core.on { parking.code(ticket) }

    override suspend fun moveCodeHere(ticket: TicketId) = core.on { parking.moveCodeHere(ticket) }

    override suspend fun history(cursor: String?, limit: Int) = core.on { parking.history(cursor, Core.atLeastNone(limit)) }

    override suspend fun storedHistory(cursor: String?, limit: Int) = core.on { parking.storedHistory(cursor, Core.atLeastNone(limit)) }

    override suspend fun sms(city: CityId, zone: ZoneId, vehicle: VehicleId) = core.on { parking.sms(city, zone, vehicle) }

    override suspend fun switchToSms(key: String) = core.on { parking.switchToSms(key) }
}
