// The client over the native core.
package city.mesto.sdk

import city.mesto.sdk.core.CityId
import city.mesto.sdk.core.Client
import city.mesto.sdk.core.ClientConfig
import city.mesto.sdk.core.Line
import city.mesto.sdk.core.Notice
import city.mesto.sdk.core.Phone
import city.mesto.sdk.core.Recovery
import city.mesto.sdk.core.Reminder
import city.mesto.sdk.core.Topic
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.withContext
import java.time.Instant
import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.atomic.AtomicBoolean

/**
 * A [MestoClient] over the native core. One per operator, see [Operators]; [close] it when the
 * process lets go of it or must not hold its file.
 */
class Mesto internal constructor(private val core: Core) : MestoClient() {
    private val parts = ConcurrentHashMap<Class<*>, Any>()
    private val closed = AtomicBoolean()

    override fun <Part : Any> part(kind: Class<Part>, ofCore: (Core) -> Part): Part =
        checkNotNull(kind.cast(parts.computeIfAbsent(kind) { ofCore(core) }))

    override val connection = core.state(Topic.Connection) { core.client.connection() }

    override val clock = core.state(Topic.Clock) { core.client.clock() }

    override fun now(): Instant = core.client.now()

    override fun utcOffset(at: Instant, city: CityId?): Int? = readable { core.client.utcOffset(at, city) }

    override fun text(id: String, args: Map<String, String>, city: CityId?): String = core.client.text(id, args, city?.value)

    override fun text(line: Line, city: CityId?): String = textOf { core.client.lineText(line, city?.value) }

    override fun text(notice: Notice, city: CityId?): String = textOf { core.client.noticeText(notice, city?.value) }

    /** The DNS name of its operator. What the phone keeps of it is named so. */
    val operatorName: String = core.client.operatorName()

    override fun recovery(): Recovery? = core.client.recovery()

    /** The alarms as of now, at most 64, earliest first: for an app that sets them itself. */
    suspend fun reminders(): List<Reminder> = core.on { core.client.reminders() }

    override suspend fun replan() = core.on { core.client.replan() }

    override fun close() {
        if (closed.compareAndSet(false, true)) core.close()
    }

    companion object {
        /**
         * Opens the core's database; no request is made. [local] runs the core: it reads and writes
         * the phone's own store.
         */
        suspend fun open(
            config: ClientConfig,
            phone: Phone = Phone(),
            local: CoroutineDispatcher = Dispatchers.IO,
        ): Mesto = withContext(local) { Mesto(Core(Client.open(config, phone), local)) }
    }
}
