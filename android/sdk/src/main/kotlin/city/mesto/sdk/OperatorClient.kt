// What the operator says of itself.
package city.mesto.sdk

import city.mesto.sdk.core.OperatorState
import city.mesto.sdk.core.Topic
import kotlinx.coroutines.flow.StateFlow

/**
 * What the operator says of itself: its cities, ways to pay and to sign in, who it is in law, and
 * whether it serves this app.
 */
interface OperatorClient {
    /** The current value at once, read when it is asked for first; then every change. */
    val state: StateFlow<OperatorState>

    /** As of this moment: [state] may be a change behind. */
    fun current(): OperatorState

    /**
     * Fetches keys and the operator's document, verified against the pinned root key. At the first
     * start and once a day. When the app must be updated: `client_too_old`, whose `min_client` is
     * the least version that is served.
     */
    suspend fun refresh(): OperatorState
}

val MestoClient.operator: OperatorClient get() = part(OperatorClient::class.java, ::OperatorOfCore)

private class OperatorOfCore(private val core: Core) : OperatorClient {
    private val operator = core.client.operator()

    override val state by lazy { core.state(Topic.Operator, operator::state) }

    override fun current() = operator.state()

    override suspend fun refresh() = core.on { operator.refresh() }
}
