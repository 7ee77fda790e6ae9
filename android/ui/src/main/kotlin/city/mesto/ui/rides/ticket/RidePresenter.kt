// The ticket of a ride: its clock runs by the operator's, its code is kept fresh, it is moved here
// on asking, and a ride that is wrong is said to be so.

package city.mesto.ui.rides.ticket

import androidx.lifecycle.SavedStateHandle
import androidx.lifecycle.serialization.saved
import city.mesto.sdk.MestoClient
import city.mesto.sdk.account
import city.mesto.sdk.code
import city.mesto.sdk.core.MestoException
import city.mesto.sdk.core.Ride
import city.mesto.sdk.core.RideId
import city.mesto.sdk.core.RideState
import city.mesto.sdk.core.ShownCode
import city.mesto.sdk.rides.rides
import city.mesto.ui.fromcore.changes
import city.mesto.ui.fromcore.connectionView
import city.mesto.ui.fromcore.price
import city.mesto.ui.fromcore.refusal
import city.mesto.ui.rides.RideView
import city.mesto.ui.rides.rideView
import city.mesto.ui.rides.text
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.launch
import kotlinx.serialization.Serializable

/** Where the screen leads to. */
interface RideNavigation {
    fun retry()

    fun back()
}

/** Lives as long as `scope`; `ticks` make the clock run. */
class RidePresenter(
    private val client: MestoClient,
    ride: String,
    private val ticks: Flow<Unit>,
    private val scope: CoroutineScope,
    saved: SavedStateHandle,
    private val navigation: RideNavigation,
) {
    private val id = RideId(ride)

    /** What was typed of what is wrong; null while nothing is said. */
    @Serializable
    private data class SavedState(val wrong: String? = null)

    private var savedState by saved.saved { SavedState() }
    private val shown = MutableStateFlow<RideUiState>(RideUiState.Loading)

    /** As it was last known: it stays on the screen whatever becomes of the account. */
    private var ride: Ride? = null
    private var view: RideView? = null
    private var code: ShownCode? = null

    /** What the code was made of. */
    private var signed: String? = null
    private var codeShown: Code = Code.Loading
    private var isSending = false
    private var whyNotSent: MestoException? = null

    val state: StateFlow<RideUiState> = shown.asStateFlow()

    fun start() {
        scope.launch { client.run { changes(rides.state, account.state, connection) }.collect { show() } }
        scope.launch { ticks.collect { show() } }
    }

    fun on(event: RideEvent) {
        when (event) {
            RideEvent.MoveCode -> moveCode()
            RideEvent.SayWrong -> say(savedState.wrong.orEmpty())
            is RideEvent.WrongTyped -> if (!isSending) say(event.text.take(LONGEST_REASON))
            RideEvent.SendWrong -> dispute()
            RideEvent.Retry -> {
                navigation.retry()
                scope.launch { show() }
            }
            RideEvent.Back -> navigation.back()
        }
    }

    private suspend fun show() {
        val missing = try {
            ride = client.rides.ride(id)
            null
        } catch (missing: MestoException) {
            missing
        }
        val known = ride
        if (known == null) {
            if (missing != null && client.account.state.value.lastSyncAt != null) shown.value = RideUiState.Refused(missing.refusal())
            return
        }
        val phase = phase(known)
        renewCode(known, phase)
        shown.value = RideUiState.Shown(
            ride = view ?: client.rideView(known.city, known.vehicle, known.trip).also { view = it },
            persons = known.persons.toInt(),
            phase = phase,
            state = known.state.text(client.texts),
            registeredAt = known.registeredAt,
            endsAt = known.endsAt,
            now = client.now(),
            paid = known.price.price(),
            code = codeShown,
            wrong = wrong(known),
            connection = client.connectionView(),
        )
    }

    /**
     * The core says which tickets are good: by its clock, and while that is not sure also those
     * that may be over.
     */
    private fun phase(ride: Ride): Phase {
        val rides = client.rides.current()
        return when {
            ride.state == RideState.Voided -> Phase.Voided
            rides.forgotten.any { it.id == id } -> Phase.Forgotten
            rides.current.any { it.id == id } -> Phase.Running
            rides.over.any { it.id == id } -> Phase.Over
            // Nobody is signed in any more, and the ticket is still on the screen.
            else -> if (client.now() < ride.endsAt) Phase.Running else Phase.Over
        }
    }

    private suspend fun renewCode(ride: Ride, phase: Phase) {
        if (phase == Phase.Over || phase == Phase.Voided) return
        val made = code
        if (made != null && signed == ride.signed && client.now() < made.freshUntil.minusSeconds(CODE_AHEAD_SECONDS)) return
        try {
            val fresh = client.rides.code(id)
            code = fresh
            signed = ride.signed
            codeShown = Code.Here(fresh.text)
        } catch (refused: MestoException) {
            // What is on the screen is good until it is stale.
            if (made != null && signed == ride.signed && client.now() < made.freshUntil && refused.code != OF_ANOTHER_PHONE) return
            code = null
            codeShown = if (refused.code == OF_ANOTHER_PHONE) codeShown as? Code.Elsewhere ?: Code.Elsewhere() else Code.Loading
        }
    }

    private fun moveCode() {
        val elsewhere = codeShown as? Code.Elsewhere ?: return
        if (elsewhere.isMoving) return
        codeShown = Code.Elsewhere(isMoving = true)
        scope.launch {
            show()
            codeShown = try {
                client.rides.moveCodeHere(id)
                Code.Loading
            } catch (refused: MestoException) {
                Code.Elsewhere(refusal = refused.refusal())
            }
            show()
        }
    }

    private fun wrong(ride: Ride): Wrong {
        val typed = savedState.wrong
        return when {
            ride.state == RideState.Voided -> Wrong.Settled
            ride.state == RideState.Disputed -> Wrong.Said
            typed == null -> Wrong.Closed
            else -> Wrong.Writing(typed, isSending, whyNotSent?.refusal())
        }
    }

    private fun say(text: String) {
        savedState = SavedState(wrong = text)
        whyNotSent = null
        // What is typed stands there at once.
        val current = shown.value as? RideUiState.Shown ?: return
        if (current.wrong !is Wrong.Said && current.wrong !is Wrong.Settled) shown.value = current.copy(wrong = Wrong.Writing(text))
    }

    private fun dispute() {
        val reason = savedState.wrong?.trim().orEmpty()
        if (reason.isEmpty() || isSending) return
        isSending = true
        whyNotSent = null
        scope.launch {
            show()
            try {
                ride = client.rides.dispute(id, reason)
                savedState = SavedState()
            } catch (refused: MestoException) {
                whyNotSent = refused
            } finally {
                isSending = false
            }
            show()
        }
    }

    private companion object {
        const val CODE_AHEAD_SECONDS = 3L

        /** As many are kept of what is wrong. */
        const val LONGEST_REASON = 500

        /** The code is bound to the key of the phone that shows it. */
        const val OF_ANOTHER_PHONE = "code_of_another_phone"
    }
}
