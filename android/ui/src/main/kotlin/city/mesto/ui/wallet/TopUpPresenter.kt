// Top up: an amount, the bank's page, and what became of it.

package city.mesto.ui.wallet

import androidx.lifecycle.SavedStateHandle
import androidx.lifecycle.serialization.saved
import city.mesto.sdk.MestoClient
import city.mesto.sdk.account
import city.mesto.sdk.cities
import city.mesto.sdk.core.Intent
import city.mesto.sdk.core.IntentState
import city.mesto.sdk.core.MestoException
import city.mesto.sdk.isOpen
import city.mesto.sdk.payments
import city.mesto.sdk.topUp
import city.mesto.sdk.wallet
import city.mesto.ui.Price
import city.mesto.ui.fromcore.changes
import city.mesto.ui.fromcore.city
import city.mesto.ui.fromcore.connectionView
import city.mesto.ui.fromcore.here
import city.mesto.ui.fromcore.intentOrNull
import city.mesto.ui.fromcore.openBehind
import city.mesto.ui.fromcore.price
import city.mesto.ui.fromcore.refusal
import city.mesto.ui.text.Words
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.flow.update
import kotlinx.coroutines.launch
import kotlinx.serialization.Serializable

/** `openPage` shows the bank's page outside of the app's own screens. */
class TopUpPresenter(
    private val client: MestoClient,
    private val words: Words,
    private val scope: CoroutineScope,
    saved: SavedStateHandle,
    private val openPage: (String) -> Unit,
    private val done: () -> Unit,
) {
    /** The amount as a decimal, and the key of the top-up under way. */
    @Serializable
    private data class Kept(val amount: String? = null, val intent: String? = null)

    private var kept by saved.saved { Kept() }
    private val shown = MutableStateFlow(TopUpUiState(balance = null, amounts = emptyList(), chosen = null))

    val state: StateFlow<TopUpUiState> = shown.asStateFlow()

    fun start() {
        scope.launch {
            changes(client.wallet.state, client.cities.state, client.payments.state, client.account.state, client.connection).collect {
                val balance = client.wallet.state.value.balance?.price()
                val amounts = if (balance == null) emptyList() else client.city?.depositValues.orEmpty().map { Price(it, balance.currency) }
                shown.update { state ->
                    val before = state.chosen ?: amounts.find { it.amount.toPlainString() == kept.amount }
                    state.copy(balance = balance, amounts = amounts, chosen = before, connection = client.connectionView())
                }
                val key = kept.intent
                val open = if (key == null) begunBefore() else openIntents().find { it.key == key } ?: client.intentOrNull(key)
                open?.let { conclude(it) }
            }
        }
    }

    fun on(event: TopUpEvent) {
        when (event) {
            is TopUpEvent.Chosen -> {
                kept = kept.copy(amount = event.amount.amount.toPlainString())
                shown.update { it.copy(chosen = event.amount) }
            }
            TopUpEvent.Go -> go()
            TopUpEvent.OpenBank -> (shown.value.step as? TopUpStep.AtTheBank)?.let { openPage(it.page) }
            TopUpEvent.CheckAgain -> check()
            TopUpEvent.GiveUp -> giveUp()
            TopUpEvent.Back -> done()
        }
    }

    /** A top-up that was begun and left: it goes on, a second one beside it could be paid twice. */
    private fun begunBefore(): Intent? =
        if (shown.value.step == TopUpStep.Choosing) openIntents().lastOrNull { it.topUp != null } else null

    private fun openIntents(): List<Intent> = client.payments.state.value.open

    private fun go() {
        val amount = shown.value.chosen ?: return
        if (shown.value.step is TopUpStep.Asking || shown.value.step is TopUpStep.AtTheBank) return
        shown.update { it.copy(step = TopUpStep.Asking) }
        scope.launch {
            try {
                val begun = client.wallet.topUp(client.here, amount.amount)
                conclude(begun)
                begun.pageUrl?.let(openPage)
            } catch (refused: MestoException) {
                val open = client.openBehind(refused)
                if (open != null) return@launch conclude(open)
                shown.update { it.copy(step = TopUpStep.Refused(refused.refusal())) }
            }
        }
    }

    /** The page was left: the top-up ends at the operator too, and another one can be begun. */
    private fun giveUp() {
        val key = kept.intent ?: return
        scope.launch {
            try {
                conclude(client.payments.abandon(key))
            } catch (_: MestoException) {
                // It stays as it is; the screen says so already.
            }
        }
    }

    private suspend fun readAccount() {
        try {
            client.account.sync()
        } catch (_: MestoException) {
            // The next sync brings it.
        }
    }

    private fun check() {
        val key = kept.intent ?: return
        scope.launch {
            try {
                conclude(client.payments.settle(key))
            } catch (_: MestoException) {
                // Still not known; the screen says so already.
            }
        }
    }

    private suspend fun conclude(topUp: Intent) {
        // The bank's word says that it was paid; what the deposit is now, the account says.
        if (topUp.state == IntentState.Confirmed && kept.intent != null) readAccount()
        kept = kept.copy(intent = topUp.key.takeIf { topUp.isOpen })
        val refusal = topUp.state.refusal(words)
        val amount = topUp.topUp?.price()
        val step = when {
            refusal?.code == "abandoned" -> TopUpStep.Choosing
            refusal != null -> TopUpStep.Refused(refusal)
            topUp.state == IntentState.Confirmed && amount != null -> TopUpStep.Done(amount)
            else -> topUp.pageUrl?.let { TopUpStep.AtTheBank(it) } ?: TopUpStep.Asking
        }
        shown.update { it.copy(step = step) }
    }
}
