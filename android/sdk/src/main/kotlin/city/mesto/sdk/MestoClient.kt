// What screens are written against: the core behind it, or a fake one in previews and tests.
package city.mesto.sdk

import city.mesto.sdk.core.CityId
import city.mesto.sdk.core.ClockState
import city.mesto.sdk.core.Connection
import city.mesto.sdk.core.Line
import city.mesto.sdk.core.Notice
import city.mesto.sdk.core.Recovery
import kotlinx.coroutines.flow.StateFlow
import java.time.Instant

/**
 * The app's core, for one operator and any number of its cities: a call that needs one is given it.
 * What it does lies with its parts, each declared in the file of its service: `mesto.parking`,
 * `mesto.payments`, `mesto.wallet`. Every suspending call may be made from the main thread and
 * throws a [city.mesto.sdk.core.MestoException] with a code, a text and an advice; cancelling the
 * coroutine calls it off, and a purchase that had begun stays an open intent.
 */
abstract class MestoClient : AutoCloseable {
    /** The one part of this kind; made of the core by [ofCore] when it is reached first. */
    abstract fun <Part : Any> part(kind: Class<Part>, ofCore: (Core) -> Part): Part

    /** How the last request went. */
    abstract val connection: StateFlow<Connection>

    /** How far the time can be trusted. */
    abstract val clock: StateFlow<ClockState>

    /**
     * The corrected time: the operator's, as well as the phone can know it. Countdowns count by it.
     */
    abstract fun now(): Instant

    /**
     * Seconds by which the clock of [city], else of the first stored one, is ahead of UTC at a
     * moment; null before one was fetched, and for a moment or a city that cannot be.
     */
    abstract fun utcOffset(at: Instant, city: CityId? = null): Int?

    /**
     * A text of the catalogue in the driver's language; times in the zone of [city], else of the
     * first stored one.
     */
    abstract fun text(id: String, args: Map<String, String> = emptyMap(), city: CityId? = null): String

    /** A line of a price, for the driver. */
    abstract fun text(line: Line, city: CityId? = null): String

    /** What to know before paying, for the driver. */
    abstract fun text(notice: Notice, city: CityId? = null): String

    /** Every text by its name. */
    val texts: Texts get() = Texts { id, args -> text(id, args) }

    /** Every text by its name; times in the zone of [city]. */
    fun texts(city: CityId) = Texts { id, args -> text(id, args, city) }

    /** What a damaged database meant, when there was one since the client was opened. */
    abstract fun recovery(): Recovery?

    /** Gives the phone its alarms anew: after a reboot, and when its clock was changed. */
    abstract suspend fun replan()

    /**
     * Closes the database, whose file is free when this returns. Later calls, and those that still
     * wait, fail with `closed`; what cannot fail ([now], the states, texts) is as it was last; what
     * is not confirmed yet goes on when the file is opened again. It works on the thread that calls
     * it, for as long as the disk takes. Again does nothing.
     */
    abstract override fun close()
}
