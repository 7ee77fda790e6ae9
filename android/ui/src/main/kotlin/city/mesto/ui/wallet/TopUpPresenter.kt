// Top up: an amount, the bank's page, and what became of it.

package city.mesto.ui.wallet

import androidx.lifecycle.SavedStateHandle
import androidx.lifecycle.serialization.saved
import city.mesto.sdk.MestoClient
import city.mesto.sdk.account
import city.mesto.sdk.cities
import city.mesto.sdk.core.PurchaseIntent
import city.mesto.sdk.core.MestoException
import city.mesto.sdk.payments
import city.mesto.sdk.wallet
import city.mesto.sdk.walletOffer
import city.mesto.ui.Payment
import city.mesto.ui.Price
import city.mesto.ui.fromcore.Paying
import city.mesto.ui.fromcore.Sells
import city.mesto.ui.fromcore.changes
import city.mesto.ui.fromcore.city
import city.mesto.ui.fromcore.connectionView
import city.mesto.ui.fromcore.here
import city.mesto.ui.fromcore.price
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
    private val scope: CoroutineScope,
    saved: SavedStateHandle,
    private val openPage: (String) -> Unit,
    private val done: () -> Unit,
) {
    /** The amount as a decimal, and the key of the top-up under way. */
    @Serializable
    private data class SavedState(val amount: String? = null, val intent: String? = null)

    private var savedState by saved.saved { SavedState() }
    private val shown = MutableStateFlow(TopUpUiState(balance = null, amounts = emptyList(), chosen = null))

    /** The driver himself ended it: nothing has to be said about that. */
    private var isGivenUp = false
    private val paying = Paying(client, scope, Sale())

    val state: StateFlow<TopUpUiState> = shown.asStateFlow()

    fun start() {
        scope.launch {
            changes(client.wallet.state, client.cities.state, client.payments.state, client.account.state, client.connection).collect {
                val balance = client.wallet.state.value.balance?.price()
                val amounts = if (balance == null) emptyList() else client.city?.depositValues.orEmpty().map { Price(it, balance.currency) }
                shown.update { state ->
                    val before = state.chosen ?: amounts.find { it.amount.toPlainString() == savedState.amount }
                    state.copy(balance = balance, amounts = amounts, chosen = before, connection = client.connectionView())
                }
                paying.follow()
            }
        }
    }

    fun on(event: TopUpEvent) {
        when (event) {
            is TopUpEvent.Chosen -> {
                savedState = savedState.copy(amount = event.amount.amount.toPlainString())
                shown.update { it.copy(chosen = event.amount) }
            }
            TopUpEvent.Go -> shown.value.chosen?.let { chosen -> paying.begin { client.wallet.topUp(client.here, chosen.amount) } }
            TopUpEvent.OpenBank -> paying.openBank()
            TopUpEvent.CheckAgain -> paying.checkAgain()
            TopUpEvent.GiveUp -> {
                isGivenUp = true
                paying.giveUp()
            }
            TopUpEvent.Back -> done()
        }
    }

    private suspend fun readAccount() {
        try {
            client.account.sync()
        } catch (_: MestoException) {
            // The next sync brings it.
        }
    }

    private inner class Sale : Sells {
        override var payment: Payment = Payment.Idle
            set(value) {
                field = value
                val step = when (value) {
                    // What it ended with, the end itself says.
                    Payment.Idle -> return
                    Payment.Sending -> TopUpStep.Asking
                    is Payment.Unconfirmed -> value.page?.let { TopUpStep.AtTheBank(it) } ?: TopUpStep.Asking
                    is Payment.Refused -> if (isGivenUp) TopUpStep.Choosing else TopUpStep.Refused(value.refusal)
                }
                if (value == Payment.Sending || value is Payment.Refused) isGivenUp = false
                shown.update { it.copy(step = step) }
            }

        override var intent: String?
            get() = savedState.intent
            set(value) {
                savedState = savedState.copy(intent = value)
            }

        /** One that was begun and left goes on: a second one beside it could be paid twice. */
        override val isOfCity get() = false

        override fun isOurs(intent: PurchaseIntent) = intent.walletOffer != null

        override fun openPage(url: String) = this@TopUpPresenter.openPage(url)

        override suspend fun paid(intent: PurchaseIntent) {
            // The bank's word says that it was paid; what the deposit is now, the account says.
            readAccount()
            shown.update { it.copy(step = TopUpStep.Done((intent.walletOffer?.amount ?: intent.amount).price())) }
        }

        override fun notPaid() = Unit
    }
}
