// A new car: its plate read as it is typed, then saved.

package city.mesto.ui.vehicles

import androidx.lifecycle.SavedStateHandle
import androidx.lifecycle.serialization.saved
import city.mesto.sdk.MestoClient
import city.mesto.sdk.core.MestoException
import city.mesto.sdk.core.PlateWarning
import city.mesto.sdk.vehicles
import city.mesto.ui.fromcore.here
import city.mesto.ui.fromcore.refusal
import city.mesto.ui.text.Words
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Job
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.update
import kotlinx.coroutines.launch

/** `isFirst`: nothing can be done before there is a car, typed here or on another phone. */
class PlatePresenter(
    private val client: MestoClient,
    private val words: Words,
    private val scope: CoroutineScope,
    saved: SavedStateHandle,
    private val isFirst: Boolean,
    private val done: () -> Unit,
) {
    private var isDone = false
    private var typed by saved.saved { "" }
    private val shown = MutableStateFlow(PlateUiState(canGoBack = !isFirst))
    private var reading: Job? = null

    val state: StateFlow<PlateUiState> = shown.asStateFlow()

    fun start() {
        if (typed.isNotEmpty()) read(typed)
        if (isFirst) scope.launch {
            client.vehicles.state.first { it.vehicles.isNotEmpty() }
            finish()
        }
    }

    fun on(event: PlateEvent) {
        when (event) {
            is PlateEvent.Typed -> read(event.text)
            PlateEvent.Save -> save()
            PlateEvent.Back -> done()
        }
    }

    /** Once: that the car is saved is seen in the answer and in the core's state. */
    private fun finish() {
        if (isDone) return
        isDone = true
        done()
    }

    private fun read(text: String) {
        typed = text
        shown.update { it.copy(typed = text, refusal = null) }
        reading?.cancel()
        reading = scope.launch {
            // While it is being typed a plate is not wrong yet, only unfinished.
            val plate = try {
                client.vehicles.checkPlate(client.here, text)
            } catch (_: MestoException) {
                null
            }
            shown.update { it.copy(shown = plate?.plate?.display, warnings = plate?.warnings.orEmpty().map(::text)) }
        }
    }

    private fun text(warning: PlateWarning): String = when (warning) {
        is PlateWarning.LookAlike -> words.texts.plateWarningLookAlike(typed = warning.typed, readAs = warning.readAs)
        is PlateWarning.UnusualLetter -> words.texts.plateWarningUnusualLetter(warning.letter)
        is PlateWarning.OhOrZero -> words.texts.plateWarningOhOrZero(warning.maybe)
        is PlateWarning.Other -> words.texts.plateWarningOther()
    }

    private fun save() {
        if (shown.value.isWorking || shown.value.typed.isBlank()) return
        shown.update { it.copy(isWorking = true, refusal = null) }
        scope.launch {
            try {
                client.vehicles.add(client.here, shown.value.typed)
                finish()
            } catch (refused: MestoException) {
                shown.update { it.copy(refusal = refused.refusal()) }
            } finally {
                shown.update { it.copy(isWorking = false) }
            }
        }
    }
}
