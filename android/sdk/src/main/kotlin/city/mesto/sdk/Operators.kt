// Several operators in one phone.
package city.mesto.sdk

import city.mesto.sdk.core.CityId
import city.mesto.sdk.core.OperatorLink
import city.mesto.sdk.core.OperatorConfig
import city.mesto.sdk.core.OperatorIntent
import city.mesto.sdk.core.OperatorSet
import city.mesto.sdk.core.OperatorsConfig
import city.mesto.sdk.core.Phone
import city.mesto.sdk.core.Reminder
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.withContext
import java.util.concurrent.ConcurrentHashMap

/**
 * The operators of one phone, a [Mesto] each: file, secrets, device key and alarms are named by the
 * operator's DNS name, and none touches another's. Of all their alarms the earliest 64 are set. One
 * per app.
 */
class Operators private constructor(private val core: OperatorSet, private val local: CoroutineDispatcher) : AutoCloseable {
    private val clients = ConcurrentHashMap<String, Mesto>()

    /**
     * Opens the client of an operator; no request is made. `operator_open` when it is open already.
     * [link] is its own, else the phone's.
     */
    suspend fun open(operator: OperatorConfig, link: OperatorLink? = null): Mesto = withContext(local) {
        Mesto(Core(core.open(operator, link), local)).also { clients[it.operatorName] = it }
    }

    /** The DNS names of those that are open. */
    fun names(): List<String> = core.names()

    /** The client of an operator; null when it is not open. */
    fun client(name: String): Mesto? = clients[name]?.takeIf { name in names() }

    /** Closes the client of an operator. Its alarms stay set, because its tickets go on. */
    fun close(name: String) {
        clients.remove(name)?.close()
    }

    /** The alarms of all operators, earliest first. */
    suspend fun reminders(): List<Reminder> = withContext(local) { core.reminders() }

    /** Gives the phone all alarms anew: after a reboot, and when its clock was changed. */
    suspend fun replan() = withContext(local) { core.replan() }

    /** What is not confirmed yet at any operator, oldest first. */
    suspend fun openIntents(): List<OperatorIntent> = withContext(local) { core.openIntents() }

    /**
     * Refuses what was scanned and is no sign of a vehicle of [operator]'s [city]; one of a city of
     * another operator of this phone is named as such.
     */
    suspend fun checkRideSign(operator: String, city: CityId, scanned: String) = withContext(local) { core.checkRideSign(operator, city, scanned) }

    /** Closes every client. */
    override fun close() {
        clients.keys.toList().forEach(::close)
        core.shutDownAll()
    }

    companion object {
        /**
         * No operator yet. [phone] is shared by all of them; its link by those that bring none of
         * their own.
         */
        fun of(config: OperatorsConfig, phone: Phone = Phone(), local: CoroutineDispatcher = Dispatchers.IO) =
            Operators(OperatorSet(config, phone), local)
    }
}
