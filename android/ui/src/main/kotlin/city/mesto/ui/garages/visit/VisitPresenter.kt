// A paid visit: how long one may still take to leave, the receipt for the barrier, and what comes
// when that time is over.

package city.mesto.ui.garages.visit

import city.mesto.sdk.MestoClient
import city.mesto.sdk.account
import city.mesto.sdk.core.MestoException
import city.mesto.sdk.core.ShownCode
import city.mesto.sdk.core.Visit
import city.mesto.sdk.core.VisitId
import city.mesto.sdk.core.VisitState
import city.mesto.sdk.garages.garages
import city.mesto.ui.fromcore.changes
import city.mesto.ui.fromcore.connectionView
import city.mesto.ui.fromcore.price
import city.mesto.ui.fromcore.refusal
import city.mesto.ui.garages.facilityName
import city.mesto.ui.garages.visit.VisitUiState.Phase
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.launch

/** Where the screen leads to. */
interface VisitNavigation {
    /** A facility and the number of a ticket. */
    fun owed(facility: String, ticket: String)

    fun retry()

    fun back()
}

/** Lives as long as `scope`; `ticks` make the countdown run. */
class VisitPresenter(
    private val client: MestoClient,
    visit: String,
    private val ticks: Flow<Unit>,
    private val scope: CoroutineScope,
    private val navigation: VisitNavigation,
) {
    private val id = VisitId(visit)
    private val shown = MutableStateFlow<VisitUiState>(VisitUiState.Loading)
    private var visit: Visit? = null
    private var name: String? = null

    /** The receipt as it is shown, and of what it was made. */
    private var receipt: ShownCode? = null
    private var signed: String? = null

    val state: StateFlow<VisitUiState> = shown.asStateFlow()

    fun start() {
        scope.launch { client.run { changes(garages.state, account.state, connection) }.collect { show() } }
        // A visit owes again by the clock alone, also without a connection.
        scope.launch { ticks.collect { show() } }
    }

    fun on(event: VisitEvent) {
        when (event) {
            VisitEvent.SeeOwed -> visit?.let { navigation.owed(it.facility.value, it.ticket) }
            VisitEvent.Retry -> navigation.retry()
            VisitEvent.Back -> navigation.back()
        }
    }

    private suspend fun show() {
        val (known, endingFrom) = try {
            client.garages.visit(id) to client.garages.endingAt(id)
        } catch (refused: MestoException) {
            shown.value = VisitUiState.Refused(refused.refusal())
            return
        }
        visit = known
        val facility = name ?: client.facilityName(known.facility).also { name = it }
        shown.value = VisitUiState.Shown(
            facility = facility,
            ticket = known.ticket,
            phase = phase(known),
            paid = known.paid.price(),
            paidAt = known.payments.lastOrNull()?.at,
            exitBy = known.exitBy,
            endingFrom = endingFrom,
            now = client.now(),
            receipt = receiptOf(known),
            owesAgainAt = known.owesAgainAt,
            connection = client.connectionView(),
        )
    }

    /**
     * What the QR for the barrier holds, with a moment of this phone that is never old; one that is
     * bound to another phone is not shown.
     */
    private suspend fun receiptOf(visit: Visit): String? {
        val made = receipt
        if (visit.signed == signed && made != null && client.now() < made.freshUntil.minusSeconds(AHEAD_SECONDS)) return made.text
        signed = visit.signed
        receipt = try {
            client.garages.receipt(id)
        } catch (_: MestoException) {
            null
        }
        return receipt?.text
    }

    private fun phase(visit: Visit): Phase = when {
        client.garages.current().forgotten.any { it.id == visit.id } -> Phase.Forgotten
        else -> when (visit.state) {
            VisitState.Paid -> Phase.Paid
            VisitState.Inside, VisitState.OwingAgain -> Phase.OwesAgain
            VisitState.Left, VisitState.Cancelled -> Phase.Over
            is VisitState.Other -> Phase.Other
        }
    }

    private companion object {
        /** A new one is there before the old one is stale. */
        const val AHEAD_SECONDS = 3L
    }
}
