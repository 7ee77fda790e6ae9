// The rider's passes and benefits, and what can be bought; a pass is given back after a question.

package city.mesto.ui.passes.list

import androidx.lifecycle.SavedStateHandle
import androidx.lifecycle.serialization.saved
import city.mesto.sdk.MestoClient
import city.mesto.sdk.account
import city.mesto.sdk.cities
import city.mesto.sdk.core.MestoException
import city.mesto.sdk.core.Pass
import city.mesto.sdk.core.PassId
import city.mesto.sdk.core.PassState
import city.mesto.sdk.passes.passes
import city.mesto.sdk.passes.passesSubject
import city.mesto.sdk.payments
import city.mesto.ui.Price
import city.mesto.ui.Refusal
import city.mesto.ui.fromcore.changes
import city.mesto.ui.fromcore.city
import city.mesto.ui.fromcore.connectionView
import city.mesto.ui.fromcore.price
import city.mesto.ui.fromcore.refusal
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.launch

/** Where the screen leads to. */
interface PassesNavigation {
    /** A pass of the city, to be bought. */
    fun buy(product: String)

    fun retry()

    fun back()
}

/** `ticks` beat while the list is seen: a pass begins and ends by the clock alone. */
class PassesPresenter(
    private val client: MestoClient,
    private val ticks: Flow<Unit>,
    private val scope: CoroutineScope,
    saved: SavedStateHandle,
    private val navigation: PassesNavigation,
) {
    /** The pass that the rider is asked about. */
    private var asked by saved.saved { "" }
    private val shown = MutableStateFlow(PassesUiState())
    private var isSending = false
    private var givenBack: Price? = null
    private var whyNot: Refusal? = null

    /** What is on the screen. */
    private var drawn = client.passes.current()

    val state: StateFlow<PassesUiState> = shown.asStateFlow()

    fun start() {
        scope.launch { client.run { changes(passes.state, payments.state, account.state, cities.state, connection) }.collect { show() } }
        scope.launch {
            ticks.collect {
                if (client.passes.current() != drawn) show()
            }
        }
    }

    fun on(event: PassesEvent) {
        when (event) {
            is PassesEvent.Buy -> navigation.buy(event.product)
            PassesEvent.UnconfirmedOpened -> shown.value.unconfirmed?.let(navigation::buy)
            is PassesEvent.GiveBack -> ask(event.pass)
            PassesEvent.Yes -> giveBack()
            PassesEvent.No -> ask("")
            PassesEvent.Retry -> {
                navigation.retry()
                scope.launch { show() }
            }
            PassesEvent.Back -> navigation.back()
        }
    }

    private suspend fun show() {
        val known = client.passes.current()
        drawn = known
        val coming = known.coming.map { it.view() }
        val isRead = client.account.state.value.lastSyncAt != null
        shown.value = PassesUiState(
            current = known.current.map { it.view() }.takeIf { isRead || it.isNotEmpty() },
            coming = coming,
            over = known.over.map { it.view() },
            forgotten = known.forgotten.map { it.view() },
            benefits = known.benefits.map { BenefitView(client.passes.categoryName(it.city, it.category), it.untilOn) },
            onSale = onSale(),
            unconfirmed = client.payments.state.value.open.firstNotNullOfOrNull { it.passesSubject }?.product?.value,
            question = coming.find { it.id == asked },
            isSending = isSending,
            givenBack = givenBack,
            refusal = whyNot,
            connection = client.connectionView(),
        )
    }

    private suspend fun Pass.view() = PassView(
        id = id.value,
        name = client.passes.productName(city, product),
        category = client.passes.categoryName(city, category),
        firstOn = firstOn,
        lastOn = lastOn,
        price = price.price(),
        state = when (state) {
            PassState.Held -> null
            PassState.GivenBack -> client.texts.passStateGivenBack()
            is PassState.Other -> client.texts.passStateOther()
        },
        endsSoonAt = endsAt.takeIf { client.passes.isEnding(this) },
    )

    private suspend fun onSale(): List<OnSale> = try {
        client.city?.let { client.passes.onSale(it.id) }.orEmpty().map { OnSale(it.product.value, it.name, it.days?.toInt(), it.price?.price()) }
    } catch (_: MestoException) {
        // A city without passes sells none.
        emptyList()
    }

    private fun ask(pass: String) {
        if (isSending) return
        asked = pass
        givenBack = null
        whyNot = null
        scope.launch { show() }
    }

    private fun giveBack() {
        val pass = asked.ifEmpty { return }
        if (isSending) return
        isSending = true
        scope.launch {
            show()
            try {
                givenBack = client.passes.giveBack(PassId(pass)).price.price()
            } catch (refused: MestoException) {
                whyNot = refused.refusal()
            } finally {
                asked = ""
                isSending = false
            }
            show()
        }
    }
}
