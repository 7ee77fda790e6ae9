// Rides in public transport.
package city.mesto.sdk.rides

import city.mesto.sdk.Core
import city.mesto.sdk.MestoClient
import city.mesto.sdk.core.CityId
import city.mesto.sdk.core.Companions
import city.mesto.sdk.core.ItemOffer
import city.mesto.sdk.core.ItemOutcome
import city.mesto.sdk.core.ItemSubject
import city.mesto.sdk.core.PayMethod
import city.mesto.sdk.core.PurchaseIntent
import city.mesto.sdk.core.Quote
import city.mesto.sdk.core.Ride
import city.mesto.sdk.core.RideId
import city.mesto.sdk.core.RideNames
import city.mesto.sdk.core.RidePage
import city.mesto.sdk.core.RideTrip
import city.mesto.sdk.core.RideVehicle
import city.mesto.sdk.core.RidesLeft
import city.mesto.sdk.core.RidesOffer
import city.mesto.sdk.core.RidesState
import city.mesto.sdk.core.RidesSubject
import city.mesto.sdk.core.ShownCode
import city.mesto.sdk.core.Topic
import kotlinx.coroutines.flow.StateFlow

/**
 * Rides: a vehicle's sign is scanned or its number typed, the ride is checked and confirmed, its
 * ticket shown to a controller.
 */
interface RidesClient {
    /** The current value at once, read when it is asked for first; then every change. */
    val state: StateFlow<RidesState>

    /** As of this moment: [state] may be a change behind. */
    fun current(): RidesState

    /**
     * Refuses what was scanned and is no sign of a vehicle of this city: `not_a_ride_code` with its
     * `host`, `ride_sign_of_another_city`, `ride_sign_unreadable`. Nothing of it is opened. Without
     * a connection.
     */
    suspend fun checkSign(city: CityId, scanned: String)

    /**
     * What a ride would be: vehicle, route, direction, carrier, time and fare. Nothing is charged;
     * buying the quote confirms the ride. Where the offer `repeats` a ride the rider is asked
     * first, and the price is asked for again with `isAgain`. Without a connection refused with
     * `ride_not_checked`, which says what to do instead.
     */
    suspend fun quote(city: CityId, subject: RidesSubject, pay: PayMethod = PayMethod.Deposit): Quote

    /** What a vehicle does on a trip, in the rider's language. Without a connection. */
    suspend fun names(city: CityId, vehicle: RideVehicle, trip: RideTrip? = null): RideNames

    /** How far the balance reaches in a city; null where that is not known. */
    suspend fun left(city: CityId): RidesLeft?

    /** Rides of this account, newest first; [cursor] is `next` of the page before. */
    suspend fun history(cursor: String? = null, limit: Int = 50): RidePage

    /** A stored ride. */
    suspend fun ride(id: RideId): Ride

    /**
     * The code of a ride's ticket for a controller's camera; make it anew before `freshUntil`.
     * Refused with `code_of_another_phone` while another phone shows it. Without a connection.
     */
    suspend fun code(ride: RideId): ShownCode

    /** Moves the ticket of a running ride to this phone; the one that another phone shows ends. */
    suspend fun moveCodeHere(ride: RideId)

    /** Says that a ride is wrong, and why; its ticket stays good until the operator decides. */
    suspend fun dispute(ride: RideId, reason: String): Ride
}

val MestoClient.rides: RidesClient get() = part(RidesClient::class.java, ::RidesOfCore)

/** A ride by what was scanned. */
fun scannedRide(text: String, persons: Int = 1, isAgain: Boolean = false, companions: List<Companions> = emptyList()) =
    RidesSubject(scanned = text, vehicle = null, persons = persons.toUInt(), companions = companions, isAgain = isAgain)

/** A ride by the number on the board or the plate. */
fun typedRide(number: String, persons: Int = 1, isAgain: Boolean = false, companions: List<Companions> = emptyList()) =
    RidesSubject(scanned = null, vehicle = number, persons = persons.toUInt(), companions = companions, isAgain = isAgain)

/** What is promised of a ride; null when the quote is of another service. */
val Quote.ridesOffer: RidesOffer? get() = items.firstNotNullOfOrNull { (it.offer as? ItemOffer.Rides)?.offer }

/** What is promised of the ride that is registered; null when the intent is of another service. */
val PurchaseIntent.ridesOffer: RidesOffer? get() = items.firstNotNullOfOrNull { (it.offer as? ItemOffer.Rides)?.offer }

/** What was scanned or typed; null when the intent is of another service. */
val PurchaseIntent.ridesSubject: RidesSubject? get() = items.firstNotNullOfOrNull { (it.subject as? ItemSubject.Rides)?.subject }

/** The ride that was registered. */
val PurchaseIntent.ride: Ride? get() = items.firstNotNullOfOrNull { (it.outcome as? ItemOutcome.Rides)?.outcome?.ride }

private class RidesOfCore(private val core: Core) : RidesClient {
    private val rides = core.client.rides()

    override val state by lazy { core.state(Topic.Rides, rides::state) }

    override fun current() = rides.state()

    override suspend fun checkSign(city: CityId, scanned: String) = core.on { rides.checkSign(city, scanned) }

    override suspend fun quote(city: CityId, subject: RidesSubject, pay: PayMethod) = core.on { rides.quote(city, subject, pay) }

    override suspend fun names(city: CityId, vehicle: RideVehicle, trip: RideTrip?) = core.on { rides.names(city, vehicle, trip) }

    override suspend fun left(city: CityId) = core.on { rides.left(city) }

    override suspend fun history(cursor: String?, limit: Int) = core.on { rides.history(cursor, Core.atLeastNone(limit)) }

    override suspend fun ride(id: RideId) = core.on { rides.ride(id) }

    override suspend fun code(ride: RideId) = core.on { rides.code(ride) }

    override suspend fun moveCodeHere(ride: RideId) = core.on { rides.moveCodeHere(ride) }

    override suspend fun dispute(ride: RideId, reason: String) = core.on { rides.dispute(ride, reason) }
}
