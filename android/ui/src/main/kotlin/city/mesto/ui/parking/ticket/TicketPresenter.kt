// The ticket: counts down by the operator's clock, keeps its code fresh, and has the price of an
// extension ready before the tap.

package city.mesto.ui.parking.ticket

import androidx.lifecycle.SavedStateHandle
import androidx.lifecycle.serialization.saved
import city.mesto.sdk.MestoClient
import city.mesto.sdk.account
import city.mesto.sdk.code
import city.mesto.sdk.core.Intent
import city.mesto.sdk.core.IntentState
import city.mesto.sdk.core.MestoException
import city.mesto.sdk.core.Quote
import city.mesto.sdk.core.Ticket
import city.mesto.sdk.core.TicketCode
import city.mesto.sdk.core.TicketId
import city.mesto.sdk.core.VehicleId
import city.mesto.sdk.isOpen
import city.mesto.sdk.parking.parking
import city.mesto.sdk.parking.ticket
import city.mesto.sdk.payments
import city.mesto.sdk.vehicles
import city.mesto.sdk.wallet
import city.mesto.ui.Connection
import city.mesto.ui.Payment
import city.mesto.ui.PlateView
import city.mesto.ui.Refusal
import city.mesto.ui.SmsFallback
import city.mesto.ui.fromcore.bears
import city.mesto.ui.fromcore.changes
import city.mesto.ui.fromcore.connectionView
import city.mesto.ui.fromcore.intentOrNull
import city.mesto.ui.fromcore.isConnection
import city.mesto.ui.fromcore.openBehind
import city.mesto.ui.fromcore.refusal
import city.mesto.ui.fromcore.view
import city.mesto.ui.parking.Parked
import city.mesto.ui.parking.ZoneView
import city.mesto.ui.parking.parkedWith
import city.mesto.ui.parking.view
import city.mesto.ui.parking.zoneView
import city.mesto.ui.text.Words
import java.time.Instant
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Job
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.flow.update
import kotlinx.coroutines.launch

/** Where the screen leads to. */
interface TicketWays {
    fun topUp()

    /** A zone and a vehicle by their ids. */
    fun buyAgain(zone: String, vehicle: String)

    fun composeSms(sms: SmsFallback)

    /** The bank's page, outside of the app's own screens. */
    fun openPage(url: String)

    fun retry()

    fun back()
}

/** Lives as long as `scope`; `ticket` is any part of a time that was extended. */
class TicketPresenter(
    private val client: MestoClient,
    private val words: Words,
    ticket: String,
    private val ticks: Flow<Unit>,
    private val scope: CoroutineScope,
    saved: SavedStateHandle,
    private val ways: TicketWays,
) {
    private val ticket = TicketId(ticket)

    /** Set once it was on the screen: then a ticket that is not there any more is over. */
    private var wasSeen by saved.saved { false }
    private val shown = MutableStateFlow<TicketUiState>(TicketUiState.Loading)

    /**
     * What was last seen running: a ticket that ran out leaves the core's list and stays on the
     * screen.
     */
    private var parked: Parked? = null
    private var zone: ZoneView? = null
    private var code: TicketCode? = null
    private var codeOf: TicketId? = null
    private var codeShown: Code = Code.Loading
    private var extension: Extension = Extension.Loading
    private var quote: Quote? = null
    private var quoteFor: TicketId? = null
    private var asking: Job? = null
    private var intent: String? = null
    private val ended = mutableSetOf<String>()
    private var payment: Payment = Payment.Idle

    val state: StateFlow<TicketUiState> = shown.asStateFlow()

    fun start() {
        scope.launch {
            client.run { changes(parking.state, payments.state, vehicles.state, wallet.state, account.state, connection) }.collect {
                if (intent == null) extensionUnderWay()?.let { conclude(it) }
                val open = client.payments.state.value.open
                intent?.let { key -> if (open.none { it.key == key }) client.intentOrNull(key)?.let { conclude(it) } }
                show()
            }
        }
        scope.launch {
            ticks.collect {
                // The connection is there again: the price that could not be asked for can be now.
                if (extension == Extension.Offline && client.connectionView() is Connection.Online) quoteFor = null
                show()
            }
        }
    }

    fun on(event: TicketEvent) {
        when (event) {
            TicketEvent.Extend -> extend()
            TicketEvent.TopUp -> ways.topUp()
            TicketEvent.Retry -> {
                ways.retry()
                quoteFor = null
                scope.launch { show() }
            }
            TicketEvent.CheckAgain -> checkAgain()
            TicketEvent.OpenBank -> (payment as? Payment.Unconfirmed)?.page?.let(ways::openPage)
            TicketEvent.GiveUp -> giveUp()
            TicketEvent.UseSms -> useSms()
            TicketEvent.MoveCode -> moveCode()
            // While an extension is not confirmed a new ticket could be paid twice.
            TicketEvent.BuyAgain -> parked?.takeUnless { payment.isUnderWay }?.let { ways.buyAgain(it.last.zone.value, plateOf(it).vehicle) }
            TicketEvent.Back -> ways.back()
        }
    }

    private suspend fun show() {
        val now = client.now()
        // An extension's first part may run out and leave: what was seen whole is kept whole.
        val running = client.parking.state.value.parkedWith(parked?.last?.id ?: ticket)
        val seen = parked
        val current = if (running == null) seen else if (seen == null) running else seen.grownTo(running)
        if (current == null) {
            if (wasSeen) ways.back() else if (client.account.state.value.lastSyncAt != null) shown.value = TicketUiState.Refused(missing())
            return
        }
        parked = current
        wasSeen = true
        val zone = zone ?: client.zoneView(current.last.zone).also { zone = it }
        renewCode(current, now)
        askForExtension(current, now)
        shown.value = TicketUiState.Shown(
            plate = plateOf(current),
            zone = zone,
            startsAt = current.startsAt,
            endsAt = current.endsAt,
            now = now,
            paid = current.paid,
            lines = linesOf(current),
            code = codeShown,
            extension = affordable(),
            payment = payment,
            connection = client.connectionView(),
        )
    }

    /** None of a ticket that the phone does not hold any more. */
    private suspend fun linesOf(current: Parked): List<String> = try {
        client.parking.ticketInWords(current.last.id)
    } catch (_: MestoException) {
        emptyList()
    }

    private fun missing() = Refusal("ticket_missing", client.text("error-ticket_missing"), client.text("error-ticket_missing.advice"))

    private fun plateOf(parked: Parked): PlateView {
        val vehicle = client.vehicles.state.value.vehicles.find { it.bears(parked.last.plate) }
        return vehicle?.view() ?: PlateView("", parked.last.plate.display)
    }

    private suspend fun renewCode(current: Parked, now: Instant) {
        val inForce = current.inForce(now).id
        val made = code
        if (made != null && codeOf == inForce && now < made.freshUntil.minusSeconds(CODE_AHEAD_SECONDS)) return
        try {
            val fresh = client.parking.code(inForce)
            code = fresh
            codeOf = inForce
            codeShown = Code.Here(fresh.text)
        } catch (refused: MestoException) {
            code = null
            val before = codeShown as? Code.Elsewhere
            codeShown = if (refused.code == OF_ANOTHER_PHONE) before ?: Code.Elsewhere() else Code.Loading
        }
    }

    private fun moveCode() {
        val elsewhere = codeShown as? Code.Elsewhere ?: return
        val current = parked ?: return
        if (elsewhere.isMoving) return
        moved(Code.Elsewhere(isMoving = true))
        scope.launch {
            try {
                client.parking.moveCodeHere(current.inForce(client.now()).id)
                moved(Code.Loading)
            } catch (refused: MestoException) {
                moved(Code.Elsewhere(refusal = refused.refusal()))
            }
            show()
        }
    }

    private fun moved(to: Code) {
        codeShown = to
        shown.update { if (it is TicketUiState.Shown) it.copy(code = to) else it }
    }

    /**
     * One price at a time, for the newest part of the ticket, and a new one when it is no longer
     * held.
     */
    private fun askForExtension(current: Parked, now: Instant) {
        if (now >= current.endsAt || payment.isUnderWay || asking?.isActive == true) return
        val held = quote
        if (quoteFor == current.last.id && (held == null || now < held.expiresAt)) return
        val isFirst = quoteFor != current.last.id
        quoteFor = current.last.id
        if (isFirst) extension = Extension.Loading
        asking = scope.launch {
            try {
                val answer = client.parking.extend(current.last.id, EXTENSION_MINUTES)
                val terms = answer.view(client) ?: return@launch
                quote = answer
                extension = Extension.Offered(terms.granted, terms.endsAt, terms.lines, terms.total, terms.notices.filter { it.isSurprise }.map { it.text })
            } catch (refused: MestoException) {
                quote = null
                extension = why(refused, current)
            }
            show()
        }
    }

    private fun why(refused: MestoException, current: Parked): Extension {
        val refusal = refused.refusal()
        return when {
            refused.isConnection -> Extension.Offline
            refusal.code in AT_THE_LIMIT -> Extension.LimitReached(current.last.stay.deadline ?: current.endsAt, refusal)
            else -> Extension.Refused(refusal)
        }
    }

    private fun affordable(): Extension {
        val offer = extension as? Extension.Offered ?: return extension
        val total = quote?.total ?: return offer
        return offer.copy(isShort = client.wallet.preview(total).missing != null)
    }

    /** The first tap takes it; every other finds it under way. */
    private fun extend() {
        val held = quote ?: return
        val before = shown.value as? TicketUiState.Shown ?: return
        if (!before.canExtend || payment.isUnderWay) return
        payment = Payment.Sending
        shown.update { if (it is TicketUiState.Shown) it.copy(payment = payment) else it }
        scope.launch {
            try {
                conclude(client.payments.buy(held))
            } catch (refused: MestoException) {
                payment = Payment.Refused(refused.refusal())
                quoteFor = null
                client.openBehind(refused)?.let { conclude(it) }
            }
            show()
        }
    }

    /** How an extension stands; its end is told once, whoever hears of it first. */
    private suspend fun conclude(purchase: Intent) {
        if (purchase.key in ended) return
        if (!purchase.isOpen) ended += purchase.key
        val refusal = purchase.state.refusal(words)
        when {
            purchase.state == IntentState.Confirmed -> {
                intent = null
                payment = Payment.Idle
                purchase.ticket?.let { bought -> parked = parked?.with(bought) }
                quote = null
            }
            refusal != null -> {
                intent = null
                payment = Payment.Refused(refusal)
                quote = null
                quoteFor = null
            }
            else -> {
                intent = purchase.key
                // What waits at the bank is given up there before it is paid in another way.
                val sms = if (purchase.pageUrl == null) smsOrNull() else null
                payment = Payment.Unconfirmed(purchase.createdAt, sms, page = purchase.pageUrl)
            }
        }
    }

    /** Found when the app was closed while an extension was on its way. */
    private fun extensionUnderWay(): Intent? {
        val parts = client.parking.state.value.parkedWith(parked?.last?.id ?: ticket)?.tickets?.map { it.id }.orEmpty()
        return client.payments.state.value.open.find { open -> open.parking?.extends in parts && open.key !in ended && payment !is Payment.Sending }
    }

    private suspend fun smsOrNull(): SmsFallback? {
        val current = parked ?: return null
        return try {
            client.parking.sms(current.last.city, current.last.zone, VehicleId(plateOf(current).vehicle)).view()
        } catch (_: MestoException) {
            null
        }
    }

    private fun checkAgain() {
        val key = intent ?: return
        scope.launch {
            try {
                conclude(client.payments.settle(key))
            } catch (_: MestoException) {
                // Still not known; the screen says so already.
            }
            show()
        }
    }

    private fun giveUp() {
        val key = intent ?: return
        scope.launch {
            try {
                conclude(client.payments.abandon(key))
            } catch (refused: MestoException) {
                (payment as? Payment.Unconfirmed)?.let { payment = it.copy(refusal = refused.refusal()) }
            }
            show()
        }
    }

    private fun useSms() {
        val key = intent ?: return
        scope.launch {
            try {
                val sms = client.parking.switchToSms(key)
                intent = null
                payment = Payment.Idle
                ways.composeSms(sms.view())
            } catch (refused: MestoException) {
                val known = client.intentOrNull(key)
                if (known != null && !known.isOpen) conclude(known)
                (payment as? Payment.Unconfirmed)?.let { payment = it.copy(refusal = refused.refusal()) }
            }
            show()
        }
    }

    private companion object {
        /** One tap extends by this; the rules round up to what the zone sells. */
        const val EXTENSION_MINUTES = 30
        const val CODE_AHEAD_SECONDS = 3L
        /** The code is bound to the key of the phone that shows it. */
        const val OF_ANOTHER_PHONE = "device_key_failed"
        val AT_THE_LIMIT = setOf("limit_reached", "max_stay_exceeded")
    }
}

/** The same time with what was added to it; nothing that was seen is lost. */
private fun Parked.grownTo(other: Parked): Parked {
    val known = tickets.map { seen -> other.tickets.find { it.id == seen.id } ?: seen }
    return Parked(known + other.tickets.filter { new -> known.none { it.id == new.id } })
}

private fun Parked.with(bought: Ticket): Parked = if (tickets.any { it.id == bought.id }) this else Parked(tickets + bought)
