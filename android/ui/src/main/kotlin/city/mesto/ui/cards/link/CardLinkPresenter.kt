// Linking a card: its number and its printed code, typed or read from the QR on it.

package city.mesto.ui.cards.link

import androidx.lifecycle.SavedStateHandle
import androidx.lifecycle.serialization.saved
import city.mesto.sdk.MestoClient
import city.mesto.sdk.cards.cards
import city.mesto.sdk.core.MestoException
import city.mesto.sdk.core.ScanFrame
import city.mesto.sdk.core.Scanned
import city.mesto.ui.app.Seen
import city.mesto.ui.fromcore.changes
import city.mesto.ui.fromcore.connectionView
import city.mesto.ui.fromcore.here
import city.mesto.ui.fromcore.refusal
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Job
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.flow.conflate
import kotlinx.coroutines.flow.update
import kotlinx.coroutines.launch
import kotlinx.serialization.Serializable

/** Where the screen leads to, and what the phone sees. */
interface CardLinkNavigation {
    /** The card that is linked now, in place of this screen. */
    fun card(id: String)

    /** Frames of the camera while they are collected; null where there is none. */
    val frames: Flow<Seen>?

    fun retry()

    fun back()
}

class CardLinkPresenter(
    private val client: MestoClient,
    private val scan: suspend (ScanFrame) -> Scanned,
    private val scope: CoroutineScope,
    saved: SavedStateHandle,
    private val navigation: CardLinkNavigation,
) {
    /** What was typed or read. */
    @Serializable
    private data class SavedState(val number: String = "", val code: String = "")

    private var savedState by saved.saved { SavedState() }
    private val shown = MutableStateFlow(CardLinkUiState(number = savedState.number, code = savedState.code))
    private var watching: Job? = null

    val state: StateFlow<CardLinkUiState> = shown.asStateFlow()

    fun start() {
        scope.launch {
            changes(client.cards.state, client.connection).collect {
                val hasCard = client.cards.current().cards.isNotEmpty()
                shown.update { it.copy(hasCard = hasCard, connection = client.connectionView()) }
            }
        }
    }

    fun on(event: CardLinkEvent) {
        when (event) {
            CardLinkEvent.Opened -> if (savedState.code.isEmpty()) watch()
            CardLinkEvent.Covered -> stop()
            is CardLinkEvent.NumberTyped -> type(savedState.copy(number = event.text.take(LONGEST_NUMBER)))
            is CardLinkEvent.CodeTyped -> {
                stop()
                type(savedState.copy(code = event.text.take(LONGEST_CODE)))
            }
            CardLinkEvent.Link -> link()
            CardLinkEvent.Retry -> navigation.retry()
            CardLinkEvent.Back -> navigation.back()
        }
    }

    private fun type(typed: SavedState) {
        if (shown.value.isLinking) return
        savedState = typed
        shown.update { it.copy(number = typed.number, code = typed.code, isRead = false, refusal = null) }
    }

    private fun watch() {
        val frames = navigation.frames ?: return
        watching?.cancel()
        shown.update { it.copy(isLooking = true) }
        watching = scope.launch {
            // While a frame is looked at the camera goes on; the newest comes next.
            frames.conflate().collect { seen ->
                val scanned = try {
                    scan(seen.frame)
                } catch (failed: MestoException) {
                    return@collect shown.update { it.copy(refusal = failed.refusal()) }
                }
                shown.update { it.copy(picture = seen.picture) }
                scanned.codes.firstOrNull()?.let { read(it.text) }
            }
        }
    }

    private fun stop() {
        watching?.cancel()
        shown.update { it.copy(isLooking = false, picture = null) }
    }

    /** Whether it is the code of a card the operator says, with the number. */
    private fun read(code: String) {
        savedState = savedState.copy(code = code.take(LONGEST_CODE))
        shown.update { it.copy(code = savedState.code, isRead = true, refusal = null) }
        stop()
    }

    private fun link() {
        if (!shown.value.canLink) return
        shown.update { it.copy(isLinking = true, refusal = null) }
        scope.launch {
            try {
                navigation.card(client.cards.link(client.here, savedState.number, savedState.code).id.value)
            } catch (refused: MestoException) {
                shown.update { it.copy(refusal = refused.refusal()) }
            } finally {
                shown.update { it.copy(isLinking = false) }
            }
        }
    }

    private companion object {
        /** With its spaces. */
        const val LONGEST_NUMBER = 40
        const val LONGEST_CODE = 80
    }
}
