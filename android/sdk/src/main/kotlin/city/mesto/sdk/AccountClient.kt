// Signing in and out, and bringing the account up to date.
package city.mesto.sdk

import city.mesto.sdk.core.AccountState
import city.mesto.sdk.core.CodeSent
import city.mesto.sdk.core.SyncReport
import city.mesto.sdk.core.Topic
import kotlinx.coroutines.flow.StateFlow

/** Who is signed in. */
interface AccountClient {
    /** The current value at once, read when it is asked for first; then every change. */
    val state: StateFlow<AccountState>

    /** As of this moment: [state] may be a change behind. */
    fun current(): AccountState

    suspend fun requestCode(phone: String): CodeSent

    /** [device] is shown in the driver's list of devices. */
    suspend fun signIn(phone: String, code: String, device: String)

    suspend fun signOut()

    /** Brings the stored account up to date. */
    suspend fun sync(): SyncReport
}

val MestoClient.account: AccountClient get() = part(AccountClient::class.java, ::AccountOfCore)

private class AccountOfCore(private val core: Core) : AccountClient {
    private val account = core.holds(core.client.account())

    override val state by lazy { core.state(Topic.Account, account::state) }

    override fun current() = account.state()

    override suspend fun requestCode(phone: String) = core.on { account.requestCode(phone) }

    override suspend fun signIn(phone: String, code: String, device: String) = core.on { account.signIn(phone, code, device) }

    override suspend fun signOut() = core.on { account.signOut() }

    override suspend fun sync() = core.on { account.sync() }
}
