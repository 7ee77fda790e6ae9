// Whether the account may pay: suspended after a question, resumed by a tap; a block is said with
// what can be done.

package city.mesto.ui.account

import city.mesto.sdk.MestoClient
import city.mesto.sdk.account
import city.mesto.sdk.core.MestoException
import city.mesto.sdk.core.StandingState
import city.mesto.sdk.standing
import city.mesto.ui.fromcore.changes
import city.mesto.ui.fromcore.connectionView
import city.mesto.ui.fromcore.refusal
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.flow.update
import kotlinx.coroutines.launch

/** Where the screen leads to. */
interface AccountNavigation {
    fun terms()

    fun retry()

    fun back()
}

class AccountPresenter(private val client: MestoClient, private val scope: CoroutineScope, private val navigation: AccountNavigation) {
    private val shown = MutableStateFlow(AccountUiState())

    val state: StateFlow<AccountUiState> = shown.asStateFlow()

    fun start() {
        scope.launch { client.run { changes(standing.state, account.state, connection) }.collect { show() } }
    }

    fun on(event: AccountEvent) {
        when (event) {
            AccountEvent.Suspend -> ask(true)
            AccountEvent.No -> ask(false)
            AccountEvent.Yes -> if (shown.value.isAsking) send { client.standing.suspendAccount() }
            AccountEvent.Resume -> send { client.standing.resume() }
            AccountEvent.SeeTerms -> navigation.terms()
            AccountEvent.Retry -> navigation.retry()
            AccountEvent.Back -> navigation.back()
        }
    }

    private fun ask(isAsking: Boolean) = shown.update { if (it.isSending) it else it.copy(isAsking = isAsking, refusal = null) }

    private suspend fun show() {
        val standing = standing()
        shown.update { it.copy(standing = standing, connection = client.connectionView()) }
    }

    private suspend fun standing(): Standing? {
        val known = client.standing.current()
        val text = try {
            client.standing.text()
        } catch (_: MestoException) {
            null
        }
        return when {
            known.standing == null && client.account.state.value.lastSyncAt == null -> null
            text == null -> Standing.Active
            known.standing?.state == StandingState.Suspended -> Standing.Suspended(text)
            else -> Standing.Blocked(text)
        }
    }

    private fun send(call: suspend () -> Unit) {
        if (shown.value.isSending) return
        shown.update { it.copy(isSending = true, refusal = null) }
        scope.launch {
            val refusal = try {
                call()
                null
            } catch (failed: MestoException) {
                failed.refusal()
            }
            shown.update { it.copy(isSending = false, isAsking = false, refusal = refusal) }
            show()
        }
    }
}
