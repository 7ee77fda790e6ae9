// One transport card: what is on it and what moved that; reported or unlinked after a question.

package city.mesto.ui.cards.card

import androidx.lifecycle.SavedStateHandle
import androidx.lifecycle.serialization.saved
import city.mesto.sdk.MestoClient
import city.mesto.sdk.Texts
import city.mesto.sdk.account
import city.mesto.sdk.cards.cards
import city.mesto.sdk.cities
import city.mesto.sdk.core.Card
import city.mesto.sdk.core.CardId
import city.mesto.sdk.core.CardMovement
import city.mesto.sdk.core.CardTopUp
import city.mesto.sdk.core.CardTopUpState
import city.mesto.sdk.core.CardTrouble
import city.mesto.sdk.core.MestoException
import city.mesto.ui.Refusal
import city.mesto.ui.cards.cardView
import city.mesto.ui.fromcore.changes
import city.mesto.ui.fromcore.connectionView
import city.mesto.ui.fromcore.price
import city.mesto.ui.fromcore.refusal
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Job
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.flow.update
import kotlinx.coroutines.launch
import kotlinx.serialization.Serializable

/** Where the screen leads to. */
interface CardNavigation {
    fun topUp(card: String)

    fun retry()

    fun back()
}

class CardPresenter(
    private val client: MestoClient,
    card: String,
    private val scope: CoroutineScope,
    saved: SavedStateHandle,
    private val navigation: CardNavigation,
) {
    /** What the rider is asked about. */
    @Serializable
    private data class SavedState(val question: CardQuestion? = null)

    private val id = CardId(card)
    private var savedState by saved.saved { SavedState() }
    private val shown = MutableStateFlow<CardUiState>(CardUiState.Loading)
    private var history: History = History.Loading
    private var next: String? = null
    private var reading: Job? = null
    private var isSending = false
    private var whyNot: Refusal? = null

    /** What was shown last: a card that is unlinked stays on the screen until that is left. */
    private var card: Card? = null

    val state: StateFlow<CardUiState> = shown.asStateFlow()

    fun start() {
        scope.launch {
            client.run { changes(cards.state, account.state, cities.state, connection) }.collect {
                val before = card
                show()
                // What is on it changed: so did what moved that.
                if (card != null && card?.balance != before?.balance) read(from = null)
            }
        }
    }

    fun on(event: CardEvent) {
        when (event) {
            CardEvent.TopUp -> navigation.topUp(id.value)
            is CardEvent.Asked -> ask(event.question)
            CardEvent.Yes -> savedState.question?.let(::answer)
            CardEvent.No -> ask(null)
            CardEvent.MoreHistory -> next?.let { read(from = it) }
            CardEvent.Retry -> {
                navigation.retry()
                scope.launch { show() }
                read(from = null)
            }
            CardEvent.Back -> navigation.back()
        }
    }

    private suspend fun show() {
        val missing = try {
            card = client.cards.card(id)
            null
        } catch (missing: MestoException) {
            missing
        }
        val known = card
        if (known == null) {
            if (missing != null && client.account.state.value.lastSyncAt != null) shown.value = CardUiState.Refused(missing.refusal())
            return
        }
        shown.value = CardUiState.Shown(
            card = client.cardView(known),
            topUps = known.topUps.map { it.row() },
            history = history,
            now = client.now(),
            question = savedState.question,
            isSending = isSending,
            refusal = whyNot,
            connection = client.connectionView(),
        )
    }

    private fun ask(question: CardQuestion?) {
        if (isSending) return
        savedState = SavedState(question)
        whyNot = null
        redraw()
    }

    private fun answer(question: CardQuestion) {
        if (isSending) return
        isSending = true
        whyNot = null
        redraw()
        scope.launch {
            try {
                when (question) {
                    CardQuestion.Lost -> client.cards.report(id, CardTrouble.Lost)
                    CardQuestion.Stolen -> client.cards.report(id, CardTrouble.Stolen)
                    CardQuestion.Defective -> client.cards.report(id, CardTrouble.Defective)
                    CardQuestion.Unlink -> client.cards.unlink(id)
                }
                savedState = SavedState()
                if (question == CardQuestion.Unlink) return@launch navigation.back()
            } catch (refused: MestoException) {
                savedState = SavedState()
                whyNot = refused.refusal()
            } finally {
                isSending = false
            }
            show()
        }
    }

    /** What can be said at once. */
    private fun redraw() = shown.update { (it as? CardUiState.Shown)?.copy(question = savedState.question, isSending = isSending, refusal = whyNot) ?: it }

    private fun read(from: String?) {
        reading?.cancel()
        val before = (history as? History.Shown)?.rows.orEmpty().takeIf { from != null }.orEmpty()
        (history as? History.Shown)?.let { put(it.copy(isLoading = from != null)) }
        reading = scope.launch {
            try {
                val page = client.cards.history(id, from)
                next = page.next
                put(History.Shown(before + page.items.map { it.row() }, hasMore = page.next != null))
            } catch (failed: MestoException) {
                if (history is History.Shown && from == null) return@launch
                put(History.Refused(failed.refusal()))
            }
        }
    }

    private fun put(now: History) {
        history = now
        shown.update { (it as? CardUiState.Shown)?.copy(history = now) ?: it }
    }

    private fun CardMovement.row(): MovementRow {
        val texts = client.texts
        return MovementRow(texts.ofMovement(kind), listOfNotNull(route?.value, vehicle?.let(texts::ridesVehicle)).joinToString(" · ").ifEmpty { null }, amount.price(), happenedAt)
    }
}

private fun Texts.ofMovement(kind: String): String = when (kind) {
    "cards.ride" -> entryCardsRide()
    "cards.refund" -> entryCardsRefund()
    "cards.held" -> entryCardsHeld()
    "cards.replaced" -> entryCardsReplaced()
    else -> entryOther()
}

private fun CardTopUp.row() = TopUpRow(
    amount.price(),
    paidAt,
    when (state) {
        CardTopUpState.Waiting -> TopUpState.WaitsForReader(holdUntil)
        CardTopUpState.Held -> TopUpState.OnTheCard
        CardTopUpState.Returned -> TopUpState.Returned
        is CardTopUpState.Other -> TopUpState.NotKnown
    },
)
