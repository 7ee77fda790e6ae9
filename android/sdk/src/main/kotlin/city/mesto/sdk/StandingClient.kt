// Whether the account may pay.
package city.mesto.sdk

import city.mesto.sdk.core.AccountStanding
import city.mesto.sdk.core.StandingView
import city.mesto.sdk.core.Topic
import kotlinx.coroutines.flow.StateFlow

/** Suspending the account and going on; a block by the operator is seen here. */
interface StandingClient {
    /** The current value at once, read when it is asked for first; then every change. */
    val state: StateFlow<StandingView>

    /** As of this moment: [state] may be a change behind. */
    fun current(): StandingView

    /** Why nothing can be paid and what to do, for the person; null while it can be. */
    suspend fun text(): String?

    /** Stops paying for a while: balance, cards, tickets and history stay. */
    suspend fun suspendAccount(): AccountStanding

    /** Goes on with an account that was suspended. One that the operator blocked stays blocked. */
    suspend fun resume(): AccountStanding
}

val MestoClient.standing: StandingClient get() = part(StandingClient::class.java, ::StandingOfCore)

private class StandingOfCore(private val core: Core) : StandingClient {
    private val standing = core.client.standing()

    override val state by lazy { core.state(Topic.Standing, standing::state) }

    override fun current() = standing.state()

    override suspend fun text() = core.on { standing.text() }

    override suspend fun suspendAccount() = core.on { standing.suspendAccount() }

    override suspend fun resume() = core.on { standing.resume() }
}
