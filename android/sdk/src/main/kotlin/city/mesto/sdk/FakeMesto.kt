// A client without a core, a network or a database: for previews and for tests of screens.
package city.mesto.sdk

import city.mesto.sdk.core.Channel
import city.mesto.sdk.core.CityVersion
import city.mesto.sdk.core.ClockState
import city.mesto.sdk.core.CodeSent
import city.mesto.sdk.core.Connection
import city.mesto.sdk.core.Deposit
import city.mesto.sdk.core.History
import city.mesto.sdk.core.Intent
import city.mesto.sdk.core.IntentKind
import city.mesto.sdk.core.IntentState
import city.mesto.sdk.core.LineKind
import city.mesto.sdk.core.MestoException
import city.mesto.sdk.core.Money
import city.mesto.sdk.core.NearZone
import city.mesto.sdk.core.ParsedPlate
import city.mesto.sdk.core.PayMethod
import city.mesto.sdk.core.Plate
import city.mesto.sdk.core.PlateKind
import city.mesto.sdk.core.Position
import city.mesto.sdk.core.Preview
import city.mesto.sdk.core.Quote
import city.mesto.sdk.core.QuoteLine
import city.mesto.sdk.core.QuoteTerms
import city.mesto.sdk.core.Reason
import city.mesto.sdk.core.Recovery
import city.mesto.sdk.core.Refreshed
import city.mesto.sdk.core.SmsFallback
import city.mesto.sdk.core.Snapshot
import city.mesto.sdk.core.Start
import city.mesto.sdk.core.StayOfTicket
import city.mesto.sdk.core.StayPreview
import city.mesto.sdk.core.SyncReport
import city.mesto.sdk.core.Ticket
import city.mesto.sdk.core.TicketCode
import city.mesto.sdk.core.TicketState
import city.mesto.sdk.core.Topup
import city.mesto.sdk.core.TopupState
import city.mesto.sdk.core.Vehicle
import city.mesto.sdk.core.ZonesNear
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.update
import java.math.BigDecimal
import java.time.Instant
import java.time.LocalDate
import java.time.temporal.ChronoUnit

/**
 * Answers at once from sample values; [now] moves by hand. It prices every hour the same and knows one limit a zone: what is
 * charged and allowed in truth is decided by the core alone.
 */
class FakeMesto(
    start: Snapshot = Samples.signedIn,
    var now: Instant = Samples.morning,
    var zones: List<NearZone> = Samples.zones,
    private val render: (id: String, args: Map<String, String>) -> String = { id, _ -> id },
) : MestoClient {
    override val state = MutableStateFlow(start)

    /** The next call that asks the operator fails with this, once. */
    var failure: MestoException? = null

    /** What [recovery] says. */
    var recovery: Recovery? = null

    /** How the next paying actions end; anything but `Confirmed` leaves the balance as it is. */
    var outcome: IntentState = IntentState.Confirmed

    /** What was called, by name, in order. */
    val calls = mutableListOf<String>()

    private val intents = linkedMapOf<String, Intent>()
    private val bought = mutableListOf<Ticket>()
    private var number = 0

    override fun snapshot(): Snapshot = state.value

    override fun recovery(): Recovery? = recovery

    override fun now(): Instant = now

    override fun text(id: String, args: Map<String, String>): String = render(id, args)

    override suspend fun refresh(): Refreshed = ask("refresh") { Refreshed(Samples.city, false, 1u) }

    override suspend fun requestCode(phone: String): CodeSent =
        ask("requestCode") { CodeSent(now.plusSeconds(300), now.plusSeconds(60), 6u) }

    override suspend fun signIn(phone: String, code: String, device: String) =
        ask("signIn") { state.update { it.copy(signedIn = true, account = "sample", phoneMasked = "+381 •••• " + phone.takeLast(2)) } }

    override suspend fun signOut() = ask("signOut") { state.value = Samples.signedOut }

    override suspend fun sync(): SyncReport = ask("sync") { SyncReport(false, 0u, "sample:0") }

    override suspend fun checkPlate(plate: String): ParsedPlate {
        val canonical = plate.uppercase().filter(Char::isLetterOrDigit)
        return ParsedPlate(Plate(canonical, plate.uppercase(), "RS"), canonical, PlateKind.STANDARD, emptyList())
    }

    override suspend fun addVehicle(plate: String, label: String?): Vehicle = ask("addVehicle") {
        Vehicle(next("v"), checkPlate(plate).plate, label).also { car -> state.update { it.copy(vehicles = it.vehicles + car) } }
    }

    override suspend fun removeVehicle(vehicle: String, confirmed: Boolean) =
        ask("removeVehicle") { state.update { it.copy(vehicles = it.vehicles.filter { car -> car.id != vehicle }) } }

    override suspend fun zonesNear(position: Position?, sign: String?): ZonesNear {
        val named = zones.firstOrNull { zone -> sign != null && zone.signCodes.any { it in sign } }
        return ZonesNear(listOfNotNull(named) + zones.filter { it != named }, named?.zone)
    }

    override suspend fun preview(zone: String, vehicle: String, minutes: Int): Preview =
        Preview(terms(zone, vehicle, minutes), running(zone, vehicle)?.id, now, ClockState.SYNCED, Samples.city.version)

    override suspend fun quote(zone: String, vehicle: String, minutes: Int): Quote = ask("quote") {
        val terms = terms(zone, vehicle, minutes)
        Quote(next("q"), Samples.city.id, vehicle, plateOf(vehicle), now, now.plusSeconds(120), PayMethod.DEPOSIT, running(zone, vehicle)?.id, terms)
    }

    override suspend fun extend(ticket: String, minutes: Int): Quote {
        val running = state.value.activeTickets.first { it.id == ticket }
        return quote(running.zone, vehicleOf(running.plate), minutes)
    }

    override suspend fun buy(quote: Quote): Intent = ask("buy") {
        intents.values.firstOrNull { (it.kind as? IntentKind.Purchase)?.quote == quote.id } ?: run {
            val terms = quote.terms
            val kind = IntentKind.Purchase(quote.id, quote.city, terms.zone, quote.plate, terms.grantedMinutes, terms.total, quote.extends)
            val ticket = if (outcome == IntentState.Confirmed) ticket(quote) else null
            if (ticket != null) {
                bought.add(0, ticket)
                state.update { it.copy(activeTickets = it.activeTickets + ticket, balance = it.balance?.less(terms.total)) }
            }
            intent(kind, ticket = ticket)
        }
    }

    override suspend fun topUp(amount: BigDecimal): Intent = ask("topUp") {
        val money = Samples.rsd(amount)
        val page = "https://bank.example/pay"
        val paid = outcome == IntentState.Confirmed
        if (paid) state.update { it.copy(balance = it.balance?.plus(money) ?: money) }
        val topup = Topup(next("u"), money, if (paid) TopupState.SUCCEEDED else TopupState.PENDING, page, now, null)
        intent(IntentKind.Topup(money), topup = topup)
    }

    override suspend fun payOrder(order: String): Intent = ask("payOrder") {
        val due = state.value.orders.first { it.id == order }
        intent(IntentKind.OrderPayment(order, due.due), order = due)
    }

    override suspend fun intent(key: String): Intent? = intents[key]

    override suspend fun settle(): List<Intent> = ask("settle") { state.value.openIntents.map { end(it) } }

    override suspend fun settleIntent(key: String): Intent = ask("settleIntent") { end(intents.getValue(key)) }

    override suspend fun nextRetryAt(): Instant? = state.value.openIntents.firstOrNull()?.nextRetryAt

    override suspend fun settleDue(): List<Intent> = settle()

    override suspend fun abandon(intent: String): Intent = ask("abandon") {
        val reason = Reason("abandoned", "abandoned", "", emptyMap())
        intents.getValue(intent).copy(state = IntentState.Refused(reason), endedAt = now, nextRetryAt = null, pageUrl = null).also(::replaceOpen)
    }

    override suspend fun ticketCode(ticket: String) = TicketCode("MESTO1:SAMPLE", now.plusSeconds(30))

    override suspend fun history(before: String?, limit: Int): History = ask("history") { History(bought.take(limit), bought.size > limit, false) }

    override suspend fun deposit(before: Long?, limit: Int): Deposit =
        ask("deposit") { Deposit(state.value.balance ?: Samples.rsd(BigDecimal.ZERO), emptyList(), false) }

    override suspend fun smsFallback(zone: String, vehicle: String) =
        SmsFallback(zones.first { it.zone == zone }.signCodes.first(), plateOf(vehicle).canonical, null, 60u, "")

    override suspend fun switchToSms(intent: String): SmsFallback = ask("switchToSms") {
        val purchase = intents.getValue(intent).kind as IntentKind.Purchase
        replaceOpen(intents.getValue(intent).copy(state = IntentState.Expired, endedAt = now))
        SmsFallback(zones.first { it.zone == purchase.zone }.signCodes.first(), purchase.plate.canonical, null, 60u, "")
    }

    override suspend fun replan() = Unit

    override fun close() = Unit

    private inline fun <T> ask(name: String, answer: () -> T): T {
        calls += name
        failure?.let { failure = null; throw it }
        return answer()
    }

    private fun next(kind: String) = "$kind${++number}"

    private fun plateOf(vehicle: String) = state.value.vehicles.first { it.id == vehicle }.plate

    private fun vehicleOf(plate: Plate) = state.value.vehicles.first { it.plate.canonical == plate.canonical }.id

    private fun running(zone: String, vehicle: String): Ticket? =
        state.value.activeTickets.lastOrNull { it.zone == zone && it.plate.canonical == plateOf(vehicle).canonical }

    private fun terms(zone: String, vehicle: String, minutes: Int): QuoteTerms {
        val most = zones.first { it.zone == zone }.maxStayMinutes?.toInt()
        val running = running(zone, vehicle)
        val begun = running?.stay?.startedAt ?: now
        val starts = running?.endsAt ?: now
        val left = most?.minus(ChronoUnit.MINUTES.between(begun, starts).toInt()) ?: Int.MAX_VALUE
        if (minutes > left) {
            throw MestoException.Refused("max_stay_exceeded", "At most $left minutes.", "Choose $left.", mapOf("allowed" to "$left"), "")
        }
        val units = (minutes + 59) / 60
        val total = Samples.rsd(BigDecimal(80).multiply(BigDecimal(units)))
        val line = QuoteLine(LineKind.Limited(units.toUInt(), 60u, Samples.rsd(BigDecimal(80))), total)
        val ends = starts.plus(minutes.toLong(), ChronoUnit.MINUTES)
        val stay = StayPreview(begun, most?.let { begun.plus(it.toLong(), ChronoUnit.MINUTES) }, most?.let { (left - minutes).toUInt() })
        val start = if (running == null) Start.OnPurchase else Start.At(starts)
        return QuoteTerms(
            zone, "sample", LocalDate.of(2025, 2, 1), minutes.toUInt(), minutes.toUInt(), start, starts, ends, ends, listOf(line), total,
            emptyList(), stay,
        )
    }

    private fun ticket(quote: Quote) = Ticket(
        next("t"), quote.city, quote.terms.zone, quote.plate, Channel.APP, TicketState.ACTIVE, now,
        quote.terms.startsAt, quote.terms.endsAt, quote.terms.grantedMinutes, quote.terms.total, quote.terms.lines,
        quote.terms.tariff, quote.pay,
        StayOfTicket("s", quote.terms.stay.startedAt, quote.terms.stay.deadline, quote.terms.endsAt), quote.extends, "",
    )

    private fun intent(kind: IntentKind, ticket: Ticket? = null, order: city.mesto.sdk.core.Order? = null, topup: Topup? = null): Intent {
        val open = outcome == IntentState.Unconfirmed
        val made = Intent(
            next("k"), guard(kind), kind, outcome, now, now.plusSeconds(120), 1u, if (open) now.plusSeconds(2) else null,
            if (open) null else now, ticket, order, topup, topup?.pageUrl?.takeIf { open },
        )
        intents[made.key] = made
        if (open) state.update { it.copy(openIntents = it.openIntents + made) }
        return made
    }

    private fun guard(kind: IntentKind) = when (kind) {
        is IntentKind.Purchase -> "parking/${kind.city}/${kind.zone}/${kind.plate.canonical}"
        is IntentKind.OrderPayment -> "orders/${kind.order}"
        is IntentKind.Topup -> "wallet"
    }

    /** An open intent ends as [outcome] says. */
    private fun end(intent: Intent): Intent {
        if (outcome == IntentState.Unconfirmed || intent.state != IntentState.Unconfirmed) return intent
        return intent.copy(state = outcome, endedAt = now, nextRetryAt = null, pageUrl = null).also(::replaceOpen)
    }

    private fun replaceOpen(ended: Intent) {
        intents[ended.key] = ended
        state.update { it.copy(openIntents = it.openIntents.filter { open -> open.key != ended.key }) }
    }
}

private fun Money.plus(other: Money) = copy(amount = amount + other.amount)

private fun Money.less(other: Money) = copy(amount = amount - other.amount)

/** Values to look at: a driver in Belgrade on a Wednesday morning. */
object Samples {
    val morning: Instant = Instant.parse("2025-09-03T08:00:00Z")
    val city = CityVersion("belgrade", 1u, "Belgrade", "Europe/Belgrade", listOf(200, 500, 1000, 2000, 5000).map(::BigDecimal))
    val car = Vehicle("v", Plate("BG789PP", "BG 789-PP", "RS"), null)

    fun rsd(amount: BigDecimal) = Money(amount.setScale(2), "RSD")

    val zones = listOf(
        zone("red", "Red zone", "#d32f2f", "9111", 0u, 90u),
        zone("yellow", "Yellow zone", "#fbc02d", "9112", 180u, 180u),
        zone("green", "Green zone", "#388e3c", "9113", 420u, 240u),
    )

    val signedOut = Snapshot(
        false, null, null, city, emptyList(), null, emptyList(), emptyList(), emptyList(), emptyList(), ClockState.SYNCED, Connection.ONLINE, null,
    )
    val signedIn = signedOut.copy(
        signedIn = true, account = "sample", phoneMasked = "+381 •••• 67", vehicles = listOf(car),
        balance = rsd(BigDecimal(1000)), lastSyncAt = morning,
    )

    fun refused(code: String, text: String, advice: String) = IntentState.Refused(Reason(code, text, advice, emptyMap()))

    private fun zone(id: String, name: String, colour: String, sign: String, metres: UInt, most: UInt) =
        NearZone(id, name, colour, listOf(sign), metres, metres == 0u, true, most)
}
