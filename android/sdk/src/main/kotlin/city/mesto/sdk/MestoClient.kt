// What screens are written against: the core behind it, or a fake one in previews and tests.
package city.mesto.sdk

import city.mesto.sdk.core.CodeSent
import city.mesto.sdk.core.Deposit
import city.mesto.sdk.core.History
import city.mesto.sdk.core.Intent
import city.mesto.sdk.core.MestoException
import city.mesto.sdk.core.ParsedPlate
import city.mesto.sdk.core.Position
import city.mesto.sdk.core.Preview
import city.mesto.sdk.core.Quote
import city.mesto.sdk.core.Recovery
import city.mesto.sdk.core.Refreshed
import city.mesto.sdk.core.SmsFallback
import city.mesto.sdk.core.Snapshot
import city.mesto.sdk.core.SyncReport
import city.mesto.sdk.core.TicketCode
import city.mesto.sdk.core.Vehicle
import city.mesto.sdk.core.ZonesNear
import kotlinx.coroutines.flow.StateFlow
import java.math.BigDecimal
import java.time.Instant

/**
 * The app's core. Every suspending call may be made from the main thread and throws [MestoException] with a code, a text and
 * an advice; cancelling the coroutine calls it off, and a paying action that had begun stays an open intent.
 */
interface MestoClient : AutoCloseable {
    /** What the app shows: the current value at once, then every change. */
    val state: StateFlow<Snapshot>

    /** What the app shows, as of this moment: [state] may be a change behind. */
    fun snapshot(): Snapshot

    /** What a damaged database meant, when there was one since the client was opened. */
    fun recovery(): Recovery?

    /** The corrected time: the operator's, as well as the phone can know it. Countdowns count by it. */
    fun now(): Instant

    /** A text of the catalogue in the driver's language; times in the city's zone. */
    fun text(id: String, args: Map<String, String> = emptyMap()): String

    /** Every text by its name. */
    val texts: Texts get() = Texts(::text)

    /** Fetches keys and city, verified against the pinned root key. At the first start and once a day. */
    suspend fun refresh(): Refreshed

    suspend fun requestCode(phone: String): CodeSent

    /** [device] is shown in the driver's list of devices. */
    suspend fun signIn(phone: String, code: String, device: String)

    suspend fun signOut()

    /** Brings the stored account up to date. */
    suspend fun sync(): SyncReport

    /** Reads a plate as it is typed, without a connection. */
    suspend fun checkPlate(plate: String): ParsedPlate

    suspend fun addVehicle(plate: String, label: String? = null): Vehicle

    /** A car that is parked is removed only when it is [confirmed] (`vehicle_parked`); its ticket stays and can be extended. */
    suspend fun removeVehicle(vehicle: String, confirmed: Boolean = false)

    /** Zones near a position, nearest first; a [sign], typed or scanned, wins. Without a connection. */
    suspend fun zonesNear(position: Position? = null, sign: String? = null): ZonesNear

    /** What [minutes] would cost, without a connection: to look at while the wheel turns, never to buy. */
    suspend fun preview(zone: String, vehicle: String, minutes: Int): Preview

    /** A price that holds for the city's quote time; it continues a running ticket of this vehicle in this zone. */
    suspend fun quote(zone: String, vehicle: String, minutes: Int): Quote

    /** A quote that continues a ticket with the time after its end. */
    suspend fun extend(ticket: String, minutes: Int): Quote

    /**
     * Buys exactly what the quote says, once, however often it is tapped. A purchase for the same car and zone that is not
     * confirmed yet is settled first: confirmed, it is the answer; still open, this is refused with `unconfirmed`, whose params
     * name it (`intent`, and `page_url` at the bank).
     */
    suspend fun buy(quote: Quote): Intent

    /** Starts a top-up of the deposit; the intent's page is the bank's. While another one waits there: `unconfirmed`, as [buy]. */
    suspend fun topUp(amount: BigDecimal): Intent

    /** Pays a daily order from the deposit. */
    suspend fun payOrder(order: String): Intent

    /** An intent by its key, open or ended. */
    suspend fun intent(key: String): Intent?

    /** Goes on with every open intent now: at start, and when the connection comes back. */
    suspend fun settle(): List<Intent>

    /** Goes on with one intent: when the bank's page led back with its key. */
    suspend fun settleIntent(key: String): Intent

    /** When an open intent wants another attempt; call [settleDue] then. */
    suspend fun nextRetryAt(): Instant?

    suspend fun settleDue(): List<Intent>

    /** Ends what the driver no longer wants, at the bank too: what it still takes is paid back. The intent's state tells. */
    suspend fun abandon(intent: String): Intent

    /** What to draw as a QR; made anew before `freshUntil`. */
    suspend fun ticketCode(ticket: String): TicketCode

    /** Newest first; [before] is the id of the last one seen. Without a connection what the phone knows. */
    suspend fun history(before: String? = null, limit: Int = 50): History

    /** The balance and what consumed it, newest first; [before] is the id of the last entry seen. */
    suspend fun deposit(before: Long? = null, limit: Int = 50): Deposit

    /** The SMS that buys parking for this vehicle in this zone. */
    suspend fun smsFallback(zone: String, vehicle: String): SmsFallback

    /** Takes a purchase back and gives the SMS instead, only when it is sure that it will not be executed. */
    suspend fun switchToSms(intent: String): SmsFallback

    /** Gives the phone its alarms anew: after a reboot, and when its clock was changed. */
    suspend fun replan()

    /**
     * Closes the database, whose file is free when this returns, and lets go of the core. Calls that still wait fail with
     * `closed`, and what is not confirmed yet goes on when the file is opened again. Nothing can be called afterwards; [state]
     * keeps its last value. It works on the thread that calls it, for as long as the disk takes. Again does nothing.
     */
    override fun close()
}
