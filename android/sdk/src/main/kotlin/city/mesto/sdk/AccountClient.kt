// Signing in and out, the devices that are signed in, all that is stored, the end of the account,
// and bringing it up to date.
package city.mesto.sdk

import city.mesto.sdk.core.AccountClosed
import city.mesto.sdk.core.AccountState
import city.mesto.sdk.core.CodeSent
import city.mesto.sdk.core.DeviceId
import city.mesto.sdk.core.SessionPage
import city.mesto.sdk.core.SyncReport
import city.mesto.sdk.core.Topic
import kotlinx.coroutines.flow.StateFlow

/** Who is signed in. */
interface AccountClient {
    /** The current value at once, read when it is asked for first; then every change. */
    val state: StateFlow<AccountState>

    /** As of this moment: [state] may be a change behind. */
    fun current(): AccountState

    /** Asks for a one-time code by SMS to [phone], which begins with `+` and the country. */
    suspend fun requestCode(phone: String): CodeSent

    /** Trades the code for a session; [device] is shown in the driver's list of devices. */
    suspend fun signIn(phone: String, code: String, device: String)

    /** Ends the session here and at the operator, and forgets the account on this phone. */
    suspend fun signOut()

    /** All that the operator stores about the account: a JSON document to be saved. */
    suspend fun export(): String

    /** The devices that are signed in, newest first; [cursor] is `next` of the page before. */
    suspend fun sessions(cursor: String? = null, limit: Int = 50): SessionPage

    /** Ends the session of another device; this one's is ended by [signOut]. */
    suspend fun endSession(session: DeviceId)

    /**
     * Closes the account for good: what is owed is paid from the deposit, what is left of it goes
     * back, and the phone forgets the account. Where no answer came (`isClosing` of [state]) it is
     * called again: closing twice is one closing. Refused with `account_owes` when the deposit does
     * not cover what is owed: the account stays open.
     */
    suspend fun closeAccount(): AccountClosed

    /** Brings the stored account up to date. */
    suspend fun sync(): SyncReport
}

val MestoClient.account: AccountClient get() = part(AccountClient::class.java, ::AccountOfCore)

private class AccountOfCore(private val core: Core) : AccountClient {
    private val account = core.client.account()

    override val state by lazy { core.state(Topic.Account, account::state) }

    override fun current() = account.state()

    override suspend fun requestCode(phone: String) = core.on { account.requestCode(phone) }

    override suspend fun signIn(phone: String, code: String, device: String) = core.on { account.signIn(phone, code, device) }

    override suspend fun signOut() = core.on { account.signOut() }

    override suspend fun export() = core.on { account.export() }

    override suspend fun sessions(cursor: String?, limit: Int) = core.on { account.sessions(cursor, Core.atLeastNone(limit)) }

    override suspend fun endSession(session: DeviceId) = core.on { account.endSession(session) }

    override suspend fun closeAccount() = core.on { account.closeAccount() }

    override suspend fun sync() = core.on { account.sync() }
}
