// The core of the app, off the main thread, its state as a flow.
package city.mesto.sdk

import city.mesto.sdk.core.Client
import city.mesto.sdk.core.ClientConfig
import city.mesto.sdk.core.Observer
import city.mesto.sdk.core.Phone
import city.mesto.sdk.core.Position
import city.mesto.sdk.core.Quote
import city.mesto.sdk.core.Recovery
import city.mesto.sdk.core.Snapshot
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.withContext
import java.math.BigDecimal
import java.time.Instant
import java.util.concurrent.atomic.AtomicBoolean

/** A [MestoClient] over the native core. One per app; [close] it when the process lets go of it or must not hold its file. */
class Mesto private constructor(private val core: Client, private val local: CoroutineDispatcher) : MestoClient {
    private val shown = MutableStateFlow(core.snapshot())
    private val subscription = core.subscribe(object : Observer {
        override fun changed(snapshot: Snapshot) {
            shown.value = snapshot
        }
    })

    private val closed = AtomicBoolean()

    /** The core works on the thread that asks it until it waits for an answer: never on the screen's. */
    private suspend fun <T> on(call: suspend () -> T): T = withContext(local) { call() }

    override val state: StateFlow<Snapshot> = shown.asStateFlow()

    override fun snapshot(): Snapshot = core.snapshot()

    override fun recovery(): Recovery? = core.recovery()

    override fun now(): Instant = core.now()

    override fun text(id: String, args: Map<String, String>): String = core.text(id, args)

    override suspend fun refresh() = on { core.refresh() }

    override suspend fun requestCode(phone: String) = on { core.requestCode(phone) }

    override suspend fun signIn(phone: String, code: String, device: String) = on { core.signIn(phone, code, device) }

    override suspend fun signOut() = on { core.signOut() }

    override suspend fun sync() = on { core.sync() }

    override suspend fun checkPlate(plate: String) = on { core.checkPlate(plate) }

    override suspend fun addVehicle(plate: String, label: String?) = on { core.addVehicle(plate, label) }

    override suspend fun removeVehicle(vehicle: String, confirmed: Boolean) = on { core.removeVehicle(vehicle, confirmed) }

    override suspend fun zonesNear(position: Position?, sign: String?) = on { core.zonesNear(position, sign) }

    override suspend fun preview(zone: String, vehicle: String, minutes: Int) = on { core.preview(zone, vehicle, atLeastNone(minutes)) }

    override suspend fun quote(zone: String, vehicle: String, minutes: Int) = on { core.quote(zone, vehicle, atLeastNone(minutes)) }

    override suspend fun extend(ticket: String, minutes: Int) = on { core.extend(ticket, atLeastNone(minutes)) }

    override suspend fun buy(quote: Quote) = on { core.buy(quote) }

    override suspend fun topUp(amount: BigDecimal) = on { core.topUp(amount) }

    override suspend fun payOrder(order: String) = on { core.payOrder(order) }

    override suspend fun intent(key: String) = on { core.intent(key) }

    override suspend fun settle() = on { core.settle() }

    override suspend fun settleIntent(key: String) = on { core.settleIntent(key) }

    override suspend fun nextRetryAt() = on { core.nextRetryAt() }

    override suspend fun settleDue() = on { core.settleDue() }

    override suspend fun abandon(intent: String) = on { core.abandon(intent) }

    override suspend fun ticketCode(ticket: String) = on { core.ticketCode(ticket) }

    override suspend fun history(before: String?, limit: Int) = on { core.history(before, atLeastNone(limit)) }

    override suspend fun deposit(before: Long?, limit: Int) = on { core.deposit(before, atLeastNone(limit)) }

    override suspend fun smsFallback(zone: String, vehicle: String) = on { core.smsFallback(zone, vehicle) }

    override suspend fun switchToSms(intent: String) = on { core.switchToSms(intent) }

    override suspend fun replan() = on { core.replan() }

    override fun close() {
        if (!closed.compareAndSet(false, true)) return
        subscription.cancel()
        subscription.close()
        // First the file: calls that still wait hold the core for a while.
        core.shutDown()
        core.close()
    }

    companion object {
        /** Opens the core's database; no request is made. [local] runs the core: it reads and writes the phone's own store. */
        suspend fun open(
            config: ClientConfig,
            phone: Phone = Phone(),
            local: CoroutineDispatcher = Dispatchers.IO,
        ): Mesto = withContext(local) { Mesto(Client.open(config, phone), local) }

        /** The core counts from 0 and says itself that a length must be positive. */
        private fun atLeastNone(count: Int): UInt = count.coerceAtLeast(0).toUInt()
    }
}
