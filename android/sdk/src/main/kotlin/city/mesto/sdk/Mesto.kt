// The core of the app, off the main thread, its state as a flow.
package city.mesto.sdk

import city.mesto.sdk.core.Client
import city.mesto.sdk.core.ClientConfig
import city.mesto.sdk.core.Observer
import city.mesto.sdk.core.Phone
import city.mesto.sdk.core.Position
import city.mesto.sdk.core.Quote
import city.mesto.sdk.core.Snapshot
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.withContext
import java.math.BigDecimal
import java.time.Instant

/** A [MestoClient] over the native core. One per app; [close] it when the process lets go of it. */
class Mesto private constructor(private val core: Client, private val local: CoroutineDispatcher) : MestoClient {
    private val shown = MutableStateFlow(core.snapshot())
    private val subscription = core.subscribe(object : Observer {
        override fun changed(snapshot: Snapshot) {
            shown.value = snapshot
        }
    })

    override val state: StateFlow<Snapshot> = shown.asStateFlow()

    override fun snapshot(): Snapshot = core.snapshot()

    override fun now(): Instant = core.now()

    override fun text(id: String, args: Map<String, String>): String = core.text(id, args)

    override suspend fun refresh() = core.refresh()

    override suspend fun requestCode(phone: String) = core.requestCode(phone)

    override suspend fun signIn(phone: String, code: String, device: String) = core.signIn(phone, code, device)

    override suspend fun signOut() = core.signOut()

    override suspend fun sync() = core.sync()

    override suspend fun checkPlate(plate: String) = withContext(local) { core.checkPlate(plate) }

    override suspend fun addVehicle(plate: String, label: String?) = core.addVehicle(plate, label)

    override suspend fun removeVehicle(vehicle: String) = core.removeVehicle(vehicle)

    override suspend fun zonesNear(position: Position?, sign: String?) = withContext(local) { core.zonesNear(position, sign) }

    override suspend fun preview(zone: String, vehicle: String, minutes: Int) =
        withContext(local) { core.preview(zone, vehicle, atLeastNone(minutes)) }

    override suspend fun quote(zone: String, vehicle: String, minutes: Int) = core.quote(zone, vehicle, atLeastNone(minutes))

    override suspend fun extend(ticket: String, minutes: Int) = core.extend(ticket, atLeastNone(minutes))

    override suspend fun buy(quote: Quote) = core.buy(quote)

    override suspend fun topUp(amount: BigDecimal) = core.topUp(amount)

    override suspend fun payOrder(order: String) = core.payOrder(order)

    override suspend fun intent(key: String) = withContext(local) { core.intent(key) }

    override suspend fun settle() = core.settle()

    override suspend fun settleIntent(key: String) = core.settleIntent(key)

    override suspend fun nextRetryAt() = withContext(local) { core.nextRetryAt() }

    override suspend fun settleDue() = core.settleDue()

    override suspend fun ticketCode(ticket: String) = withContext(local) { core.ticketCode(ticket) }

    override suspend fun history(before: String?, limit: Int) = core.history(before, limit.toUInt())

    override suspend fun deposit(before: Long?, limit: Int) = core.deposit(before, limit.toUInt())

    override suspend fun smsFallback(zone: String, vehicle: String) = withContext(local) { core.smsFallback(zone, vehicle) }

    override suspend fun switchToSms(intent: String) = core.switchToSms(intent)

    override suspend fun replan() = withContext(local) { core.replan() }

    override fun close() {
        subscription.cancel()
        subscription.close()
        core.close()
    }

    companion object {
        /** Opens the core's database; no request is made. [local] runs what reads the phone's own store. */
        suspend fun open(
            config: ClientConfig,
            phone: Phone = Phone(),
            local: CoroutineDispatcher = Dispatchers.IO,
        ): Mesto = withContext(local) { Mesto(Client.open(config, phone), local) }

        /** The core counts minutes from 0 and says itself that a length must be positive. */
        private fun atLeastNone(minutes: Int): UInt = minutes.coerceAtLeast(0).toUInt()
    }
}
