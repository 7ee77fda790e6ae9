// Live updates: what happens at the operator shows at once, while the app is in front.
package city.mesto.sdk

import city.mesto.sdk.core.LiveState
import city.mesto.sdk.core.Topic
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.channelFlow
import kotlinx.coroutines.launch

/**
 * A ticket that is bought on another phone shows here at once. On while [run] is under way, or
 * [updates] is collected: in the scope of a screen that is seen, and never in the background.
 */
interface LiveClient {
    /** The current value at once, read when it is asked for first; then every change. */
    val state: StateFlow<LiveState>

    /** As of this moment: [state] may be a change behind. */
    fun current(): LiveState

    /**
     * Follows the operator until its coroutine is cancelled or [stop] is called. Called again it
     * ends the call before, so that there is never more than one stream. Fails with `not_signed_in`
     * or `unauthorized` when nobody is signed in any more, and with `client_too_old`; what else
     * breaks is begun anew, after pauses that grow to a minute.
     */
    suspend fun run()

    /** The same as a flow: on while it is collected, and over when [run] is. */
    fun updates(): Flow<LiveState> = channelFlow {
        val telling = launch { state.collect { send(it) } }
        run()
        telling.cancel()
    }

    /** Ends [run], whoever called it. */
    fun stop()

    /** The phone has another network, or one again: it is tried at once. */
    fun networkChanged()
}

val MestoClient.live: LiveClient get() = part(LiveClient::class.java, ::LiveOfCore)

private class LiveOfCore(private val core: Core) : LiveClient {
    private val live = core.client.live()

    override val state by lazy { core.state(Topic.Live, live::state) }

    override fun current() = live.state()

    override suspend fun run() = core.on { live.run() }

    override fun stop() = live.stop()

    override fun networkChanged() = live.networkChanged()
}
