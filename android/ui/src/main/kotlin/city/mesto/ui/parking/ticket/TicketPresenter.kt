// The ticket: counts down by the operator's clock, keeps its code fresh, and has the price of an
// extension ready before the tap.

package city.mesto.ui.parking.ticket

import androidx.lifecycle.SavedStateHandle
import androidx.lifecycle.serialization.saved
import city.mesto.sdk.MestoClient
import city.mesto.sdk.account
import city.mesto.sdk.code
import city.mesto.sdk.core.MestoException
import city.mesto.sdk.core.Parked
import city.mesto.sdk.core.PurchaseIntent
import city.mesto.sdk.core.Quote
import city.mesto.sdk.core.ShownCode
import city.mesto.sdk.core.Ticket
import city.mesto.sdk.core.TicketId
import city.mesto.sdk.core.VehicleId
import city.mesto.sdk.params
import city.mesto.sdk.parking.parking
import city.mesto.sdk.parking.parkingOffer
import city.mesto.sdk.payments
import city.mesto.sdk.vehicles
import city.mesto.sdk.wallet
import city.mesto.ui.Connection
import city.mesto.ui.Payment
import city.mesto.ui.PlateView
import city.mesto.ui.SmsFallback
import city.mesto.ui.fromcore.Paying
import city.mesto.ui.fromcore.Sells
import city.mesto.ui.fromcore.bears
import city.mesto.ui.fromcore.changes
import city.mesto.ui.fromcore.connectionView
import city.mesto.ui.fromcore.isConnection
import city.mesto.ui.fromcore.price
import city.mesto.ui.fromcore.refusal
import city.mesto.ui.fromcore.view
import city.mesto.ui.parking.ZoneView
import city.mesto.ui.parking.view
import city.mesto.ui.parking.zoneView
import java.time.Instant
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Job
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.flow.update
import kotlinx.coroutines.launch
import kotlinx.serialization.Serializable

/** Where the screen leads to. */
interface TicketNavigation {
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
    ticket: String,
    private val ticks: Flow<Unit>,
    private val scope: CoroutineScope,
    saved: SavedStateHandle,
    private val navigation: TicketNavigation,
) {
    private val ticket = TicketId(ticket)

    /**
     * `wasSeen` is set once it was on the screen: then one that is over, or not there any more, is
     * not shown anew. `intent` is the key of the payment under way.
     */
    @Serializable
    private data class SavedState(val wasSeen: Boolean = false, val intent: String? = null)

    private var savedState by saved.saved { SavedState() }
    private val shown = MutableStateFlow<TicketUiState>(TicketUiState.Loading)

    /** As it was last known: it stays on the screen whatever becomes of the account. */
    private var parked: Parked? = null
    private var zone: ZoneView? = null
    private var code: ShownCode? = null
    private var codeOf: TicketId? = null
    private var codeShown: Code = Code.Loading
    private var extension: Extension = Extension.Loading
    private var quote: Quote? = null
    private var quoteFor: TicketId? = null
    private var asking: Job? = null
    private var payment: Payment = Payment.Idle
    private val paying = Paying(client, scope, Sale())

    val state: StateFlow<TicketUiState> = shown.asStateFlow()

    fun start() {
        scope.launch {
            client.run { changes(parking.state, payments.state, vehicles.state, wallet.state, account.state, connection) }.collect {
                look()
                paying.follow()
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
            TicketEvent.TopUp -> navigation.topUp()
            TicketEvent.Retry -> {
                navigation.retry()
                quoteFor = null
                scope.launch { show() }
            }
            TicketEvent.CheckAgain -> paying.checkAgain()
            TicketEvent.OpenBank -> paying.openBank()
            TicketEvent.GiveUp -> paying.giveUp()
            TicketEvent.UseSms -> paying.useSms({ client.parking.switchToSms(it).view() }, navigation::composeSms)
            TicketEvent.MoveCode -> moveCode()
            // While an extension is not confirmed a new ticket could be paid twice.
            TicketEvent.BuyAgain -> parked?.takeUnless { payment.isUnderWay }?.let { navigation.buyAgain(it.last.zone.value, plateOf(it).vehicle) }
            TicketEvent.Back -> navigation.back()
        }
    }

    /** What is known of it now; why it is not, where it never was. */
    private suspend fun look(): MestoException? {
        try {
            parked = client.parking.parkedWith(ticket)
        } catch (missing: MestoException) {
            return missing
        }
        return null
    }

    private suspend fun show() {
        val now = client.now()
        val missing = look()
        val current = parked
        if (current == null || shown.value !is TicketUiState.Shown && savedState.wasSeen && now >= current.endsAt && !current.mayBeOver && payment == Payment.Idle) {
            if (savedState.wasSeen) navigation.back() else if (missing != null && client.account.state.value.lastSyncAt != null) shown.value = TicketUiState.Refused(missing.refusal())
            return
        }
        savedState = savedState.copy(wasSeen = true)
        val zone = zone ?: client.zoneView(current.last.zone).also { zone = it }
        renewCode(current, now)
        askForExtension(current, now)
        shown.value = TicketUiState.Shown(
            plate = plateOf(current),
            zone = zone,
            startsAt = current.startsAt,
            endsAt = current.endsAt,
            endingFrom = current.endingAt,
            now = now,
            paid = current.paid.price(),
            mayBeOver = current.mayBeOver,
            lines = current.lines,
            code = codeShown,
            extension = affordable(),
            payment = payment,
            connection = client.connectionView(),
        )
    }

    private fun plateOf(parked: Parked): PlateView {
        val vehicle = client.vehicles.state.value.vehicles.find { it.bears(parked.last.plate) }
        return vehicle?.view() ?: PlateView("", parked.last.plate.display)
    }

    private suspend fun renewCode(current: Parked, now: Instant) {
        val inForce = current.inForce
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
                client.parking.moveCodeHere(current.inForce)
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
        if (quoteFor == current.last.id && (held == null || !client.payments.isOver(held))) return
        val isFirst = quoteFor != current.last.id
        quoteFor = current.last.id
        if (isFirst) extension = Extension.Loading
        asking = scope.launch {
            try {
                val answer = client.parking.quoteExtension(current.last.id, client.parking.extensionWheel(current.last.id).chosen.toInt())
                val terms = answer.view(client) ?: return@launch
                quote = answer
                extension = Extension.Offered(terms.granted, terms.endsAt, terms.lines, terms.total, terms.notices.filter { it.isSurprise }.map { it.text })
            } catch (refused: MestoException) {
                quote = null
                extension = why(refused)
            }
            show()
        }
    }

    private fun why(refused: MestoException): Extension {
        val leaveBy = refused.params["leave_by"]
        return when {
            refused.isConnection -> Extension.Offline
            leaveBy != null -> Extension.LimitReached(Instant.parse(leaveBy), refused.refusal())
            else -> Extension.Refused(refused.refusal())
        }
    }

    private fun affordable(): Extension {
        val offer = extension as? Extension.Offered ?: return extension
        val total = quote?.total ?: return offer
        return offer.copy(isShort = client.wallet.preview(total).missing != null)
    }

    private fun extend() {
        val held = quote ?: return
        if ((shown.value as? TicketUiState.Shown)?.canExtend == true) paying.pay(held)
    }

    private suspend fun smsOrNull(): SmsFallback? {
        val current = parked ?: return null
        return try {
            client.parking.sms(current.last.city, current.last.zone, VehicleId(plateOf(current).vehicle)).view()
        } catch (_: MestoException) {
            null
        }
    }

    private inner class Sale : Sells {
        override var payment: Payment
            get() = this@TicketPresenter.payment
            set(value) {
                this@TicketPresenter.payment = value
                shown.update { if (it is TicketUiState.Shown) it.copy(payment = value) else it }
            }

        override var intent: String?
            get() = savedState.intent
            set(value) {
                savedState = savedState.copy(intent = value)
            }

        override val isOfCity get() = false

        override fun isOurs(intent: PurchaseIntent) = intent.parkingOffer?.extends?.let { part -> parked?.tickets?.any { it.id == part } } ?: false

        override fun openPage(url: String) = navigation.openPage(url)

        override suspend fun sms(): SmsFallback? = smsOrNull()

        override suspend fun paid(intent: PurchaseIntent) {
            quote = null
            show()
        }

        override fun notPaid() {
            quote = null
            quoteFor = null
            scope.launch { show() }
        }
    }

    private companion object {
        const val CODE_AHEAD_SECONDS = 3L
        /** The code is bound to the key of the phone that shows it. */
        const val OF_ANOTHER_PHONE = "code_of_another_phone"
    }
}

/** What it is extended after. */
private val Parked.last: Ticket get() = tickets.last()
