// The transport cards of the account.

package city.mesto.ui.cards.list

import city.mesto.sdk.MestoClient
import city.mesto.sdk.account
import city.mesto.sdk.cards.cards
import city.mesto.sdk.cards.cardsSubject
import city.mesto.sdk.cities
import city.mesto.sdk.payments
import city.mesto.ui.cards.cardView
import city.mesto.ui.fromcore.changes
import city.mesto.ui.fromcore.connectionView
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.launch

/** Where the screen leads to. */
interface CardsNavigation {
    /** A card by its id. */
    fun card(id: String)

    fun link()

    /** The top-up of a card that is not known yet. */
    fun topUp(card: String)

    fun retry()

    fun back()
}

class CardsPresenter(private val client: MestoClient, private val scope: CoroutineScope, private val navigation: CardsNavigation) {
    private val shown = MutableStateFlow(CardsUiState())

    val state: StateFlow<CardsUiState> = shown.asStateFlow()

    fun start() {
        scope.launch { client.run { changes(cards.state, payments.state, account.state, cities.state, connection) }.collect { show() } }
    }

    fun on(event: CardsEvent) {
        when (event) {
            is CardsEvent.Opened -> navigation.card(event.card)
            CardsEvent.Link -> navigation.link()
            CardsEvent.UnconfirmedOpened -> shown.value.unconfirmed?.let(navigation::topUp)
            CardsEvent.Retry -> navigation.retry()
            CardsEvent.Back -> navigation.back()
        }
    }

    private suspend fun show() {
        val known = client.cards.current().cards
        shown.value = CardsUiState(
            cards = known.map { client.cardView(it) }.takeIf { client.account.state.value.lastSyncAt != null || it.isNotEmpty() },
            unconfirmed = client.payments.state.value.open.firstNotNullOfOrNull { it.cardsSubject }?.card?.value,
            now = client.now(),
            connection = client.connectionView(),
        )
    }
}
