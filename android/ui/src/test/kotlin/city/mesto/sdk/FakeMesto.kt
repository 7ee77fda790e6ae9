// A client without a core, a network or a database, for tests of presenters on virtual time.
package city.mesto.sdk

import city.mesto.sdk.core.AccountClosed
import city.mesto.sdk.core.AccountId
import city.mesto.sdk.core.AccountState
import city.mesto.sdk.core.CardsState
import city.mesto.sdk.core.CarrierId
import city.mesto.sdk.core.Certainty
import city.mesto.sdk.core.Channel
import city.mesto.sdk.core.ChargedDay
import city.mesto.sdk.core.ChargedHours
import city.mesto.sdk.core.CitiesState
import city.mesto.sdk.core.CityId
import city.mesto.sdk.core.CityOfOperator
import city.mesto.sdk.core.CityVersion
import city.mesto.sdk.core.ClientStanding
import city.mesto.sdk.core.ClockState
import city.mesto.sdk.core.CodeSent
import city.mesto.sdk.core.Connection
import city.mesto.sdk.core.DepositEntry
import city.mesto.sdk.core.DepositPage
import city.mesto.sdk.core.DepositPast
import city.mesto.sdk.core.DepositPreview
import city.mesto.sdk.core.DeviceId
import city.mesto.sdk.core.DeviceSession
import city.mesto.sdk.core.FacilityId
import city.mesto.sdk.core.FacilityKind
import city.mesto.sdk.core.FacilityView
import city.mesto.sdk.core.GaragesOffer
import city.mesto.sdk.core.GaragesOutcome
import city.mesto.sdk.core.GaragesState
import city.mesto.sdk.core.GaragesSubject
import city.mesto.sdk.core.IntentItem
import city.mesto.sdk.core.IntentProgress
import city.mesto.sdk.core.IntentState
import city.mesto.sdk.core.ItemOffer
import city.mesto.sdk.core.ItemOutcome
import city.mesto.sdk.core.ItemSubject
import city.mesto.sdk.core.LegalView
import city.mesto.sdk.core.Line
import city.mesto.sdk.core.LiveState
import city.mesto.sdk.core.LowBalance
import city.mesto.sdk.core.MestoException
import city.mesto.sdk.core.Money
import city.mesto.sdk.core.NearZone
import city.mesto.sdk.core.Notice
import city.mesto.sdk.core.OnSite
import city.mesto.sdk.core.OperatorState
import city.mesto.sdk.core.OperatorView
import city.mesto.sdk.core.Order
import city.mesto.sdk.core.OrderId
import city.mesto.sdk.core.OrderPage
import city.mesto.sdk.core.OrderState
import city.mesto.sdk.core.OrdersOffer
import city.mesto.sdk.core.OrdersOutcome
import city.mesto.sdk.core.OrdersState
import city.mesto.sdk.core.OrdersSubject
import city.mesto.sdk.core.PaidWhen
import city.mesto.sdk.core.Parked
import city.mesto.sdk.core.ParkingOffer
import city.mesto.sdk.core.ParkingOutcome
import city.mesto.sdk.core.ParkingState
import city.mesto.sdk.core.ParkingSubject
import city.mesto.sdk.core.ParsedPlate
import city.mesto.sdk.core.PassesOutcome
import city.mesto.sdk.core.PayMethod
import city.mesto.sdk.core.Payment
import city.mesto.sdk.core.PaymentsState
import city.mesto.sdk.core.Plate
import city.mesto.sdk.core.PlateKind
import city.mesto.sdk.core.Position
import city.mesto.sdk.core.Preview
import city.mesto.sdk.core.PriceStep
import city.mesto.sdk.core.PurchaseIntent
import city.mesto.sdk.core.PurchasePage
import city.mesto.sdk.core.Quote
import city.mesto.sdk.core.QuoteId
import city.mesto.sdk.core.QuoteItem
import city.mesto.sdk.core.Reason
import city.mesto.sdk.core.Recovery
import city.mesto.sdk.core.Refreshed
import city.mesto.sdk.core.Refund
import city.mesto.sdk.core.Ride
import city.mesto.sdk.core.RideChannel
import city.mesto.sdk.core.RideId
import city.mesto.sdk.core.RideNames
import city.mesto.sdk.core.RidePage
import city.mesto.sdk.core.RideState
import city.mesto.sdk.core.RideTrip
import city.mesto.sdk.core.RideVehicle
import city.mesto.sdk.core.RidesLeft
import city.mesto.sdk.core.RidesOffer
import city.mesto.sdk.core.RidesOutcome
import city.mesto.sdk.core.RidesState
import city.mesto.sdk.core.RidesSubject
import city.mesto.sdk.core.RouteId
import city.mesto.sdk.core.RouteNames
import city.mesto.sdk.core.SaleId
import city.mesto.sdk.core.ServiceOfCity
import city.mesto.sdk.core.SessionPage
import city.mesto.sdk.core.ShownCode
import city.mesto.sdk.core.SmsFallback
import city.mesto.sdk.core.Start
import city.mesto.sdk.core.StandingView
import city.mesto.sdk.core.StayId
import city.mesto.sdk.core.StayOfTicket
import city.mesto.sdk.core.StayPreview
import city.mesto.sdk.core.SyncReport
import city.mesto.sdk.core.TariffId
import city.mesto.sdk.core.Ticket
import city.mesto.sdk.core.TicketId
import city.mesto.sdk.core.TicketPage
import city.mesto.sdk.core.TicketState
import city.mesto.sdk.core.TimeWheel
import city.mesto.sdk.core.TripId
import city.mesto.sdk.core.Vat
import city.mesto.sdk.core.VatCategory
import city.mesto.sdk.core.Vehicle
import city.mesto.sdk.core.VehicleId
import city.mesto.sdk.core.VehicleKind
import city.mesto.sdk.core.VehiclesState
import city.mesto.sdk.core.Violation
import city.mesto.sdk.core.Visit
import city.mesto.sdk.core.VisitId
import city.mesto.sdk.core.VisitPage
import city.mesto.sdk.core.VisitPayment
import city.mesto.sdk.core.VisitState
import city.mesto.sdk.core.WalletOffer
import city.mesto.sdk.core.WalletOutcome
import city.mesto.sdk.core.WalletState
import city.mesto.sdk.core.WalletSubject
import city.mesto.sdk.core.WheelStop
import city.mesto.sdk.core.ZoneId
import city.mesto.sdk.core.ZonePrices
import city.mesto.sdk.core.ZonesNear
import city.mesto.sdk.garages.GaragesClient
import city.mesto.sdk.orders.OrdersClient
import city.mesto.sdk.parking.ParkingClient
import city.mesto.sdk.parking.parking
import city.mesto.sdk.parking.parkingOffer
import city.mesto.sdk.rides.RidesClient
import java.math.BigDecimal
import java.time.Instant
import java.time.LocalDate
import java.time.temporal.ChronoUnit
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.update

/**
 * Answers at once from sample values; [now] moves by hand. It prices every hour the same and knows
 * one limit a zone: what is charged and allowed in truth is decided by the core alone.
 */
class FakeMesto(
    var now: Instant = Samples.morning,
    var zones: List<NearZone> = Samples.zones,
    isSignedIn: Boolean = true,
    private val render: (id: String, args: Map<String, String>) -> String = { id, _ -> id },
) : MestoClient() {
    /** The next call that asks the operator fails with this, once. */
    var failure: MestoException? = null

    /** What [recovery] says. */
    var recovery: Recovery? = null

    /** How the next paying actions end; anything but `Confirmed` leaves the balance as it is. */
    var outcome: IntentState = IntentState.Confirmed

    /** What the next quotes say to know before paying. */
    var toKnow: List<Notice> = emptyList()

    /** What was called, by name, in order. */
    val calls = mutableListOf<String>()

    val account = FakeAccount()
    val operator = FakeOperator()
    val cities = FakeCities()
    val vehicles = FakeVehicles()
    val wallet = FakeWallet()
    val payments = FakePayments()
    val parking = FakeParking()
    val orders = FakeOrders()
    val garages = FakeGarages()
    val rides = FakeRides()
    val cards = FakeCards(this)
    val passes = FakePasses(this)
    val notices = FakeNotices(this)
    val standing = FakeStanding(this)
    val terms = FakeTerms(this)
    val live = FakeLive()

    override val connection = MutableStateFlow(Connection.ONLINE)
    override val clock = MutableStateFlow(ClockState.SYNCED)

    init {
        if (!isSignedIn) forget()
    }

    /** Answers in place of the part of its kind. */
    var instead: Any? = null

    override fun <Part : Any> part(kind: Class<Part>, ofCore: (Core) -> Part): Part =
        checkNotNull(listOfNotNull(instead, account, operator, cities, vehicles, wallet, payments, parking, orders, garages, rides, cards, passes, notices, standing, terms, live).firstNotNullOf { kind.takeIf { _ -> kind.isInstance(it) }?.cast(it) })

    override fun now(): Instant = now

    override fun utcOffset(at: Instant, city: CityId?): Int? = 7200

    override fun text(id: String, args: Map<String, String>, city: CityId?): String = render(id, args)

    override fun text(line: Line, city: CityId?): String = render("line-" + line.kind.replace(Regex("[._]"), "-"), line.params)

    override fun text(notice: Notice, city: CityId?): String = render("notice-" + notice.kind.replace(Regex("[._]"), "-"), notice.params)

    override fun recovery(): Recovery? = recovery

    override suspend fun replan() = Unit

    override fun close() = Unit

    /** Nobody is signed in, and nothing of an account is known. */
    fun forget() {
        account.state.value = AccountState(false, null, null, null, false)
        vehicles.state.value = VehiclesState(emptyList())
        wallet.state.value = WalletState(null)
        parking.state.value = ParkingState(emptyList(), emptyList())
        orders.state.value = OrdersState(emptyList(), emptyList())
        garages.state.value = GaragesState(emptyList(), emptyList(), emptyList())
        rides.state.value = RidesState(emptyList(), emptyList(), emptyList())
        cards.state.value = CardsState(emptyList())
        passes.forget()
        standing.state.value = StandingView(null, true)
        payments.state.value = PaymentsState(emptyList())
    }

    internal inline fun <T> ask(name: String, answer: () -> T): T {
        calls += name
        failure?.let { failure = null; throw it }
        return answer()
    }

    private var number = 0

    internal fun next(kind: String) = "$kind${++number}"

    /** On while somebody calls it. */
    inner class FakeLive : LiveClient {
        override val state = MutableStateFlow<LiveState>(LiveState.Off)

        /** What ends it by itself. */
        var end: MestoException? = null

        override fun current() = state.value

        override suspend fun run() {
            calls += "live"
            end?.let { throw it }
            state.value = LiveState.Live
            try {
                awaitCancellation()
            } finally {
                state.value = LiveState.Off
            }
        }

        override fun stop() = Unit

        override fun networkChanged() = Unit
    }

    inner class FakeAccount : AccountClient {
        override val state = MutableStateFlow(Samples.account)

        override fun current() = state.value

        override suspend fun requestCode(phone: String) = ask("requestCode") { CodeSent(now.plusSeconds(300), now.plusSeconds(60), 6u) }

        override suspend fun signIn(phone: String, code: String, device: String) =
            ask("signIn") { state.value = Samples.account.copy(phoneMasked = "+381 •••• " + phone.takeLast(2)) }

        override suspend fun signOut() = ask("signOut") { forget() }

        override suspend fun export() = ask("export") { "{}" }

        override suspend fun sessions(cursor: String?, limit: Int) = ask("sessions") {
            SessionPage(listOf(DeviceSession(DeviceId("dv_sample"), "phone", true, Samples.morning, Samples.morning.plus(180, ChronoUnit.DAYS))), null)
        }

        override suspend fun endSession(session: DeviceId) = ask("endSession") {}

        override suspend fun closeAccount() = ask("closeAccount") { AccountClosed(null, null).also { forget() } }

        override suspend fun sync() = ask("sync") { SyncReport(false, 0u, "sample:0") }
    }

    inner class FakeCities : CitiesClient {
        override val state = MutableStateFlow(CitiesState(listOf(Samples.city)))

        override fun current() = state.value

        override suspend fun refresh(city: CityId) = ask("refresh") { Refreshed(Samples.city, false, 1u) }
    }

    inner class FakeOperator : OperatorClient {
        override val state = MutableStateFlow(OperatorState(Samples.operator, ClientStanding.Served))

        override fun current() = state.value

        override suspend fun refresh() = state.value
    }

    inner class FakeVehicles : VehiclesClient {
        override val state = MutableStateFlow(VehiclesState(listOf(Samples.car)))

        override fun current() = state.value

        override suspend fun checkPlate(city: CityId, plate: String): ParsedPlate {
            val canonical = plate.uppercase().filter(Char::isLetterOrDigit)
            return ParsedPlate(Plate(canonical, plate.uppercase(), "RS"), canonical, PlateKind.Standard, emptyList())
        }

        override suspend fun add(city: CityId, plate: String, label: String?) = ask("addVehicle") {
            Vehicle(VehicleId(next("v")), checkPlate(city, plate).plate, label).also { car -> state.update { VehiclesState(it.vehicles + car) } }
        }

        override suspend fun remove(vehicle: VehicleId, confirmed: Boolean) =
            ask("removeVehicle") { state.update { cars -> VehiclesState(cars.vehicles.filter { it.id != vehicle }) } }
    }

    inner class FakeWallet : WalletClient {
        override val state = MutableStateFlow(WalletState(Samples.rsd(BigDecimal(1000))))

        override fun current() = state.value

        override suspend fun quote(city: CityId, amount: BigDecimal): Quote {
            val sum = Samples.rsd(amount)
            return quoted("wallet", ItemSubject.Wallet(WalletSubject(sum)), ItemOffer.Wallet(WalletOffer(sum)), "wallet", listOf(line("wallet.topup", sum)), sum, PayMethod.Card)
        }

        override suspend fun lowFrom(): Money? = null

        override suspend fun tellLowFrom(below: Money?) = Unit

        override suspend fun low(): LowBalance? = null

        override suspend fun lowText(): String? = null

        override fun preview(total: Money): DepositPreview {
            val left = state.value.balance?.let { it.amount - total.amount } ?: return DepositPreview(null, null)
            return if (left.signum() < 0) DepositPreview(null, Samples.rsd(left.negate())) else DepositPreview(Samples.rsd(left), null)
        }

        override suspend fun topUp(city: CityId, amount: BigDecimal): PurchaseIntent = ask("topUp") { payments.paid(quote(city, amount)) }

        override suspend fun history(cursor: String?, limit: Int) =
            ask("deposit") { DepositPage(state.value.balance ?: Samples.rsd(BigDecimal.ZERO), emptyList(), null) }

        override suspend fun past(limit: Int): DepositPast? = null

        override suspend fun pastText(past: DepositPast): String = error("no screen shows a history that was kept")

        override fun text(entry: DepositEntry) = render("entry-" + entry.kind.replace(Regex("[._]"), "-"), emptyMap())

        internal fun moves(by: BigDecimal) = state.update { WalletState(Samples.rsd((it.balance?.amount ?: BigDecimal.ZERO) + by)) }
    }

    inner class FakePayments : PaymentsClient {
        override val state = MutableStateFlow(PaymentsState(emptyList()))
        private val intents = linkedMapOf<String, PurchaseIntent>()

        override fun current() = state.value

        override fun isOver(quote: Quote) = now > quote.expiresAt

        override suspend fun buy(quote: Quote): PurchaseIntent = ask("buy") { paid(quote) }

        internal fun paid(quote: Quote): PurchaseIntent = intents.values.firstOrNull { it.quote == quote.id } ?: run {
            val open = outcome is IntentState.Unconfirmed
            val item = quote.items.single()
            val bought = if (outcome == IntentState.Confirmed) deliver(quote, item) else null
            val page = "https://bank.example/pay".takeIf { open && quote.pay == PayMethod.Card }
            val made = PurchaseIntent(
                next("k"), item.guard, quote.id, quote.city, quote.pay,
                listOf(IntentItem(item.service, item.subject, item.offer, item.total, bought)), quote.total, outcome, now,
                now.plusSeconds(120), 1u, if (open) now.plusSeconds(2) else null, if (open) null else now, page, null, false, false, why(outcome),
            )
            intents[made.key] = made
            if (open) state.update { PaymentsState(it.open + made) }
            made
        }

        private fun deliver(quote: Quote, item: QuoteItem): ItemOutcome = when (val offer = item.offer) {
            is ItemOffer.Wallet -> ItemOutcome.Wallet(WalletOutcome(offer.offer.amount)).also { wallet.moves(offer.offer.amount.amount) }
            is ItemOffer.Orders -> ItemOutcome.Orders(OrdersOutcome(orders.settle(offer.offer.order))).also { charge(quote) }
            is ItemOffer.Garages -> ItemOutcome.Garages(GaragesOutcome(garages.settle(quote, offer.offer))).also { charge(quote) }
            is ItemOffer.Parking -> ItemOutcome.Parking(ParkingOutcome(parking.sell(quote, offer.offer))).also { charge(quote) }
            is ItemOffer.Rides -> ItemOutcome.Rides(RidesOutcome(rides.register(quote, offer.offer))).also { charge(quote) }
            is ItemOffer.Cards -> ItemOutcome.Cards(cards.topUp(offer.offer)).also { charge(quote) }
            is ItemOffer.Passes -> ItemOutcome.Passes(PassesOutcome(passes.sell(quote, offer.offer))).also { charge(quote) }
            is ItemOffer.Merchants -> error("no screen pays at a merchant")
            is ItemOffer.Other -> ItemOutcome.Other(offer.json)
        }

        private fun charge(quote: Quote) {
            if (quote.pay == PayMethod.Deposit) wallet.moves(-quote.total.amount)
        }

        override suspend fun intent(key: String): PurchaseIntent? = intents[key]

        override suspend fun intents(limit: Int): List<PurchaseIntent> = intents.values.reversed().take(limit)

        override suspend fun history(cursor: String?, limit: Int) = ask("history") { PurchasePage(emptyList(), null) }

        override suspend fun settleAll(): List<PurchaseIntent> = ask("settle") { state.value.open.map { end(it) } }

        override suspend fun settle(key: String): PurchaseIntent = ask("settleIntent") { end(intents.getValue(key)) }

        override suspend fun nextRetryAt(): Instant? = state.value.open.firstOrNull()?.nextRetryAt

        override suspend fun settleDue(): List<PurchaseIntent> = settleAll()

        override suspend fun abandon(key: String): PurchaseIntent = ask("abandon") {
            val reason = Reason("abandoned", "abandoned", "", emptyMap(), true)
            intents.getValue(key).ended(IntentState.Refused(reason)).also(::replaceOpen)
        }

        override fun text(payment: Payment) = payment.state.toString()

        override fun text(refund: Refund) = refund.state.toString()

        /** An open intent ends as [outcome] says. */
        private fun end(intent: PurchaseIntent): PurchaseIntent {
            if (outcome is IntentState.Unconfirmed || !intent.isOpen) return intent
            return intent.ended(outcome).also(::replaceOpen)
        }

        internal fun expire(intent: PurchaseIntent) = replaceOpen(intent.ended(IntentState.Expired))

        private fun PurchaseIntent.ended(state: IntentState) =
            copy(state = state, endedAt = now, nextRetryAt = null, pageUrl = null, refusal = why(state))

        private fun why(state: IntentState): Reason? = when (state) {
            is IntentState.Refused -> state.reason
            IntentState.Expired -> Reason("intent_expired", "intent_expired", "", emptyMap(), false)
            IntentState.Forgotten -> Reason("intent_forgotten", "intent_forgotten", "", emptyMap(), true)
            IntentState.Confirmed, is IntentState.Unconfirmed -> null
        }

        internal fun replaceOpen(ended: PurchaseIntent) {
            intents[ended.key] = ended
            state.update { open -> PaymentsState(open.open.filter { it.key != ended.key }) }
        }
    }

    inner class FakeParking : ParkingClient {
        override val state = MutableStateFlow(ParkingState(emptyList(), emptyList()))
        private val bought = mutableListOf<Ticket>()

        override fun current() = state.value

        override suspend fun zonesNear(city: CityId, position: Position?, sign: String?): ZonesNear {
            val named = zones.firstOrNull { zone -> sign != null && zone.signCodes.any { it in sign } }
            return ZonesNear(listOfNotNull(named) + zones.filter { it != named }, named?.zone)
        }

        /** Null refuses: the city has no such zone. */
        var prices: ZonePrices? = Samples.redPrices

        override suspend fun prices(city: CityId, zone: ZoneId, on: LocalDate?): ZonePrices =
            prices ?: throw MestoException.Refused("zone_unknown", "", "", emptyMap(), "", null, false)

        override suspend fun preview(city: CityId, zone: ZoneId, vehicle: VehicleId, minutes: Int, pay: PayMethod): Preview {
            val (offer, lines) = offer(zone, plateOf(vehicle), minutes)
            return Preview(offer, lines, emptyList(), lines.single().amount, now, ClockState.SYNCED, Samples.city.version)
        }

        /** Half hours, to the zone's limit or to the end of a stay that runs. */
        override suspend fun wheel(city: CityId, zone: ZoneId, vehicle: VehicleId, wanted: Int?): TimeWheel {
            val most = zones.first { it.zone == zone }.maxStayMinutes?.toInt()
            val choices = (30..(most ?: 720) step 30).filter { minutes -> runCatching { offer(zone, plateOf(vehicle), minutes) }.isSuccess }
            val last = choices.last()
            val deadline = offer(zone, plateOf(vehicle), last).first.stay?.deadline
            val stop = when {
                most == null || deadline == null -> WheelStop.Unlimited
                last < most -> WheelStop.RestOfStay(last.toUInt(), deadline)
                else -> WheelStop.LongestStay(most.toUInt())
            }
            return TimeWheel(choices.map { it.toUInt() }, (choices.firstOrNull { it >= (wanted ?: 60) } ?: last).toUInt(), stop)
        }

        override fun wheelWithin(wheel: TimeWheel, quote: Quote): TimeWheel {
            val params = quote.items.single().notices.find { it.kind.startsWith("parking.clipped") }?.params ?: return wheel
            val offered = params.getValue("offered").toUInt()
            val stop = params["deadline"]?.let { WheelStop.RestOfStay(offered, Instant.parse(it)) } ?: WheelStop.AnothersStay(offered)
            return TimeWheel(wheel.choices.filter { it < offered } + offered, offered, stop)
        }

        override suspend fun quote(city: CityId, zone: ZoneId, vehicle: VehicleId, minutes: Int, pay: PayMethod): Quote =
            ask("quote") { quoteOf(zone, plateOf(vehicle), minutes, pay) }

        override suspend fun quoteExtension(ticket: TicketId, minutes: Int, pay: PayMethod): Quote = ask("quote") {
            val running = state.value.active.first { it.id == ticket }
            quoteOf(running.zone, running.plate, minutes, pay)
        }

        /** Half hours, as long as there are any left. */
        override suspend fun extensionWheel(ticket: TicketId): TimeWheel {
            val running = state.value.active.first { it.id == ticket }
            val choices = (30..720 step 30).filter { runCatching { offer(running.zone, running.plate, it) }.isSuccess }.map { it.toUInt() }
            val stop = running.stay.deadline?.let { WheelStop.RestOfStay(choices.lastOrNull() ?: 0u, it) } ?: WheelStop.Unlimited
            return TimeWheel(choices, 30u, stop)
        }

        override suspend fun parked(): List<Parked> {
            val extended = state.value.active.mapNotNull { it.extends }
            return state.value.active.filter { it.id !in extended }.sortedBy { it.endsAt }.map { parkedOf(it) }
        }

        override suspend fun parkedWith(ticket: TicketId): Parked = parked().find { time -> time.tickets.any { it.id == ticket } }
            ?: throw MestoException.Refused("ticket_missing", "This ticket is not on the phone.", "Refresh.", emptyMap(), "", null, false)

        private fun parkedOf(last: Ticket): Parked {
            val tickets = generateSequence(last) { ticket -> bought.find { it.id == ticket.extends } }.toList().reversed()
            val paid = Samples.rsd(tickets.sumOf { it.price.amount })
            return Parked(tickets, (tickets.find { now < it.endsAt } ?: last).id, tickets.first().startsAt, last.endsAt, last.endsAt.minusSeconds(600), clock.value == ClockState.UNSYNCED && now >= last.endsAt, paid, listOf("Paid for ${tickets.sumOf { it.paidMinutes }} min"))
        }

        override suspend fun ticket(id: TicketId): Ticket = bought.first { it.id == id }

        /** Another phone shows the codes. */
        var isCodeElsewhere = false

        override suspend fun code(ticket: TicketId): ShownCode {
            if (isCodeElsewhere) throw MestoException.Phone("code_of_another_phone", "Another phone shows this code.", "Move the code.", emptyMap(), "", null, false)
            return ShownCode("MESTO1:SAMPLE", now.plusSeconds(30))
        }

        override suspend fun moveCodeHere(ticket: TicketId) = ask("moveCodeHere") { isCodeElsewhere = false }

        override suspend fun history(cursor: String?, limit: Int) = ask("history") { storedHistory(cursor, limit) }

        override suspend fun storedHistory(cursor: String?, limit: Int) = TicketPage(bought.take(limit), emptyList(), bought.getOrNull(limit)?.let { bought[limit - 1].id.value }, false)

        override suspend fun sms(city: CityId, zone: ZoneId, vehicle: VehicleId) = smsOf(zone, plateOf(vehicle))

        override suspend fun switchToSms(key: String): SmsFallback = ask("switchToSms") {
            val known = checkNotNull(payments.intent(key))
            payments.expire(known)
            checkNotNull(known.parkingOffer).let { smsOf(it.zone, it.plate) }
        }

        private fun smsOf(zone: ZoneId, plate: Plate) =
            SmsFallback(zones.first { it.zone == zone }.signCodes.first(), plate.canonical, null, 60u, "")

        private fun plateOf(vehicle: VehicleId) = vehicles.state.value.vehicles.first { it.id == vehicle }.plate

        private fun quoteOf(zone: ZoneId, plate: Plate, minutes: Int, pay: PayMethod): Quote {
            val (offer, lines) = offer(zone, plate, minutes)
            val subject = ParkingSubject(zone, null, offer.extends, minutes.toUInt())
            val guard = "parking/belgrade/$zone/${plate.canonical}"
            return quoted("parking", ItemSubject.Parking(subject), ItemOffer.Parking(offer), guard, lines, lines.single().amount, pay)
        }

        private fun offer(zone: ZoneId, plate: Plate, minutes: Int): Pair<ParkingOffer, List<Line>> {
            val most = zones.first { it.zone == zone }.maxStayMinutes?.toInt()
            val running = state.value.active.lastOrNull { it.zone == zone && it.plate.canonical == plate.canonical }
            val begun = running?.stay?.startedAt ?: now
            val starts = running?.endsAt ?: now
            val left = most?.minus(ChronoUnit.MINUTES.between(begun, starts).toInt()) ?: Int.MAX_VALUE
            if (minutes > left) {
                throw MestoException.Refused("max_stay_exceeded", "At most $left minutes.", "Choose $left.", mapOf("allowed" to "$left") + leaveBy(left, running), "", null, false)
            }
            val units = (minutes + 59) / 60
            val total = Samples.rsd(BigDecimal(80).multiply(BigDecimal(units)))
            val line = line("parking.limited", total, mapOf("units" to "$units", "unit_minutes" to "60", "unit_price" to "80.00 RSD"))
            val ends = starts.plus(minutes.toLong(), ChronoUnit.MINUTES)
            val stay = StayPreview(begun, most?.let { begun.plus(it.toLong(), ChronoUnit.MINUTES) }, most?.let { (left - minutes).toUInt() })
            val start = if (running == null) Start.OnPurchase else Start.At(starts)
            val length = minutes.toUInt()
            val day = LocalDate.of(2025, 2, 1)
            return ParkingOffer(plate, running?.id, zone, TariffId("sample"), day, length, length, start, starts, ends, ends, stay) to listOf(line)
        }

        private fun leaveBy(left: Int, running: Ticket?) =
            if (left == 0) mapOf("leave_by" to "${running?.stay?.deadline}") else emptyMap()

        internal fun sell(quote: Quote, offer: ParkingOffer): Ticket {
            val stay = StayOfTicket(StayId("s"), offer.stay?.startedAt ?: offer.startsAt, offer.stay?.deadline, offer.endsAt)
            val ticket = Ticket(
                TicketId(next("t")), quote.city, offer.zone, offer.plate, Channel.App, TicketState.Active, now, offer.startsAt,
                offer.endsAt, offer.grantedMinutes, quote.total, quote.items.single().lines, offer.tariff, quote.pay, stay, offer.extends, "",
            )
            bought.add(0, ticket)
            state.update { it.copy(active = it.active + ticket) }
            return ticket
        }
    }

    inner class FakeOrders : OrdersClient {
        override val state = MutableStateFlow(OrdersState(emptyList(), emptyList()))

        override fun current() = state.value

        /** Orders that are shown only to who has their number. */
        var slips: List<Order> = emptyList()

        override suspend fun bySlip(number: String): Order = ask("bySlip") {
            val found = slips.find { it.number == number.filter(Char::isDigit) }
                ?: throw MestoException.Refused("not_found", "This is not there any more.", "Refresh and try again.", emptyMap(), "", null, false)
            found.also { order -> state.update { known -> known.copy(orders = known.orders.filter { it.id != order.id } + order) } }
        }

        override suspend fun history(cursor: String?, limit: Int) = ask("history") { OrderPage(state.value.orders.take(limit), null) }

        override suspend fun quote(order: OrderId, pay: PayMethod): Quote = ask("quote") { quoteOf(order, pay) }

        override suspend fun pay(order: OrderId, pay: PayMethod): PurchaseIntent = ask("payOrder") { payments.paid(quoteOf(order, pay)) }

        internal fun settle(order: Order): Order {
            val paid = order.copy(state = OrderState.Paid, paidAt = now)
            state.update { known -> known.copy(orders = known.orders.map { if (it.id == order.id) paid else it }) }
            return paid
        }

        private fun quoteOf(id: OrderId, pay: PayMethod): Quote {
            val order: Order = state.value.orders.first { it.id == id }
            val lines = listOf(line("orders.order", order.owed))
            return quoted("orders", ItemSubject.Orders(OrdersSubject(id)), ItemOffer.Orders(OrdersOffer(order)), "orders/$id", lines, order.owed, pay)
        }
    }

    /** Everybody came in an hour and a half ago, and pays 100.00 a started hour. */
    inner class FakeGarages : GaragesClient {
        override val state = MutableStateFlow(GaragesState(emptyList(), emptyList(), emptyList()))

        /** In this order. */
        var facilities = Samples.facilities

        /** What the next photo shows. */
        var photographed = "GR004217"

        override fun current() = state.value

        override suspend fun facilities(city: CityId, position: Position?) = facilities

        override suspend fun places(city: CityId, position: Position?) = ask("places") { facilities }

        override suspend fun ticketNumber(city: CityId, facility: FacilityId, typed: String): String {
            val number = typed.uppercase().filter(Char::isLetterOrDigit)
            if (number.isEmpty()) {
                val params = mapOf("facility" to facility.value, "reason" to "empty", "looks_like" to "GR004217")
                throw MestoException.Refused("ticket_number_invalid", "This is no number of a ticket.", "It looks like GR004217.", params, "", null, false)
            }
            return number
        }

        override suspend fun numberFromPhoto(city: CityId, facility: FacilityId, image: ByteArray): String = ask("photo") { photographed }

        override suspend fun quote(city: CityId, facility: FacilityId, ticket: String, pay: PayMethod): Quote =
            ask("quote") { quoteOf(facility, ticketNumber(city, facility, ticket), pay) }

        override suspend fun pay(city: CityId, facility: FacilityId, ticket: String, pay: PayMethod): PurchaseIntent =
            ask("payVisit") { payments.paid(quoteOf(facility, ticketNumber(city, facility, ticket), pay)) }

        override suspend fun history(cursor: String?, limit: Int) = ask("history") { VisitPage(state.value.run { inside + over }.take(limit), null) }

        override suspend fun visit(id: VisitId): Visit = state.value.run { inside + over + forgotten }.find { it.id == id }
            ?: throw MestoException.Refused("visit_missing", "This visit is not on the phone.", "Refresh.", emptyMap(), "", null, false)

        override suspend fun endingAt(visit: VisitId): Instant? = visit(visit).exitBy?.minus(5, ChronoUnit.MINUTES)

        override suspend fun receipt(visit: VisitId): ShownCode? = visit(visit).signed?.let { ShownCode(it, now.plusSeconds(30)) }

        internal fun settle(quote: Quote, offer: GaragesOffer): Visit {
            val payment = VisitPayment(SaleId(next("sa")), now, quote.total, quote.pay, quote.items.single().lines, offer.exitBy)
            val paid = Visit(
                offer.visit, quote.city, offer.facility, offer.ticket, VisitState.Paid, offer.enteredAt, quote.total, offer.exitBy,
                offer.owesAgainAt, null, listOf(payment), null,
            )
            state.update { known -> known.copy(inside = listOf(paid) + known.inside.filter { it.id != paid.id }) }
            return paid
        }

        private fun quoteOf(facility: FacilityId, ticket: String, pay: PayMethod): Quote {
            if (state.value.inside.any { it.facility == facility && it.ticket == ticket && it.state == VisitState.Paid }) {
                throw MestoException.Refused("visit_already_paid", "This ticket is paid.", "Leave in time.", mapOf("facility" to facility.value), "", null, false)
            }
            val total = Samples.rsd(BigDecimal(200))
            val exitBy = now.plus(15, ChronoUnit.MINUTES)
            val offer = GaragesOffer(
                VisitId("vi-$facility-$ticket"), facility, ticket, now.minus(90, ChronoUnit.MINUTES), TariffId("sample"),
                LocalDate.of(2022, 1, 1), total, exitBy, now.plus(30, ChronoUnit.MINUTES), exitBy.plusMillis(1),
            )
            val params = mapOf("units" to "2", "unit_minutes" to "60", "unit_price" to "100.00 RSD")
            val lines = listOf(line("garages.started_units", total, params))
            val subject = ItemSubject.Garages(GaragesSubject(facility, ticket))
            return quoted("garages", subject, ItemOffer.Garages(offer), "garages/belgrade/$facility/$ticket", lines, total, pay)
        }
    }

    /** One vehicle is in service, on a trip of an hour; a person rides for 120.00. */
    inner class FakeRides : RidesClient {
        override val state = MutableStateFlow(RidesState(emptyList(), emptyList(), emptyList()))

        /** False: nobody told what the vehicle does. */
        var isTripKnown = true

        /** When the vehicle of the ride that would be repeated broke down. */
        var brokeDownAt: Instant? = null

        /** Another phone shows the tickets. */
        var isCodeElsewhere = false
        private var codes = 0

        /** As [state], and by the clock. */
        override fun current(): RidesState = state.value.run {
            val (good, ended) = current.partition { now < it.endsAt && it.state != RideState.Voided }
            copy(current = good, over = ended + over)
        }

        override suspend fun checkSign(city: CityId, scanned: String) {
            if (scanned.startsWith("https://qr.avtobys.kz/almaty/")) return
            val host = scanned.substringAfter("://").substringBefore('/')
            throw MestoException.Refused("not_a_ride_code", "It leads to $host.", "Scan the sign.", mapOf("host" to host), "", null, false)
        }

        override suspend fun quote(city: CityId, subject: RidesSubject, pay: PayMethod): Quote = ask("quote") {
            subject.scanned?.let { checkSign(city, it) }
            if (subject.vehicle != null && subject.vehicle != "1204") {
                throw MestoException.Refused("ride_vehicle_unknown", "No vehicle has this number.", "Compare it.", emptyMap(), "", null, false)
            }
            val total = Samples.rsd(BigDecimal(120).multiply(BigDecimal(subject.persons.toLong())))
            val trip = Samples.trip(now).takeIf { isTripKnown }
            val repeats = current().current.firstOrNull()
            val offer = RidesOffer(Samples.bus, trip, LocalDate.of(2025, 9, 3), subject.persons, emptyList(), now.plus(1, ChronoUnit.HOURS), repeats, brokeDownAt.takeIf { repeats != null })
            val lines = listOf(line("rides.fare", total, mapOf("persons" to "${subject.persons}", "each" to "120.00 RSD")))
            quoted("rides", ItemSubject.Rides(subject), ItemOffer.Rides(offer), "rides/1204", lines, total, pay)
        }

        override suspend fun names(city: CityId, vehicle: RideVehicle, trip: RideTrip?) =
            RideNames(trip?.let { RouteNames("92", VehicleKind.Bus, "Al-Farabi Avenue") }, "Almatyelectrotrans")

        override suspend fun left(city: CityId): RidesLeft? {
            val covered = wallet.state.value.balance?.amount?.divideToIntegralValue(BigDecimal(120))?.toInt() ?: return null
            return RidesLeft(Samples.rsd(BigDecimal(120)), covered.toUInt(), covered < 2)
        }

        override suspend fun history(cursor: String?, limit: Int) = ask("history") { RidePage(current().run { current + over }.take(limit), null) }

        override suspend fun ride(id: RideId): Ride = state.value.run { current + over + forgotten }.find { it.id == id }
            ?: throw MestoException.Refused("ride_missing", "This ride is not on the phone.", "Refresh.", emptyMap(), "", null, false)

        /** Never the same twice. */
        override suspend fun code(ride: RideId): ShownCode {
            if (isCodeElsewhere) throw MestoException.Phone("code_of_another_phone", "Another phone shows this code.", "Move the code.", emptyMap(), "", null, false)
            return ShownCode("MESTO1:${ride.value}:${++codes}", now.plusSeconds(30))
        }

        override suspend fun moveCodeHere(ride: RideId) = ask("moveCodeHere") { isCodeElsewhere = false }

        override suspend fun dispute(ride: RideId, reason: String): Ride = ask("dispute") { ride(ride).copy(state = RideState.Disputed).also(::put) }

        /** The operator's word of a ride changed. */
        fun put(ride: Ride) = state.update { known ->
            known.copy(current = known.current.map { if (it.id == ride.id) ride else it }, over = known.over.map { if (it.id == ride.id) ride else it })
        }

        internal fun register(quote: Quote, offer: RidesOffer): Ride {
            val ride = Ride(
                RideId(next("rd")), quote.city, offer.vehicle, offer.trip, offer.serviceOn, RideChannel.App, offer.persons, RideState.Registered, now,
                offer.endsAt, quote.total, offer.riders, quote.items.single().lines, quote.pay, "signed",
            )
            state.update { it.copy(current = listOf(ride) + it.current) }
            return ride
        }
    }

    internal fun line(kind: String, amount: Money, params: Map<String, String> = emptyMap()) =
        Line(kind, params, amount, Vat(VatCategory.Unknown, null, null), null)

    internal fun quoted(service: String, subject: ItemSubject, offer: ItemOffer, guard: String, lines: List<Line>, total: Money, pay: PayMethod): Quote {
        val item = QuoteItem(service, subject, offer, guard, lines, toKnow, total, "sample")
        val driver = AccountId("sample")
        return Quote(QuoteId(next("q")), Samples.city.id, now, now.plusSeconds(120), pay, driver, driver, listOf(item), total, null, terms.pending())
    }
}

/** Values to look at: a driver in Belgrade on a Wednesday morning. */
object Samples {
    val morning: Instant = Instant.parse("2025-09-03T08:00:00Z")
    val city = CityVersion(CityId("belgrade"), 1u, "Belgrade", "Europe/Belgrade", listOf(200, 500, 1000, 2000, 5000).map(::BigDecimal))
    val operator = OperatorView(
        "parking.example", 1u, "Parking", "RSD", listOf(CityOfOperator(city.id, 1u, "Belgrade", listOf("parking", "orders", "garages").map { ServiceOfCity(it, 1u) }, emptyList())), emptyList(), null, null,
        LegalView(null, null, null, null, null, null, emptyList()),
    )
    val car = Vehicle(VehicleId("v"), Plate("BG789PP", "BG 789-PP", "RS"), null)
    val account = AccountState(true, AccountId("sample"), "+381 •••• 67", morning, false)

    fun rsd(amount: BigDecimal) = Money(amount.setScale(2), "RSD")

    private val day = listOf(ChargedHours("07:00", "21:00"))
    val redPrices = ZonePrices(
        zone = ZoneId("red"),
        name = "Red zone",
        on = LocalDate.of(2025, 9, 3),
        tariff = null,
        tariffFrom = null,
        tariffUntil = null,
        steps = listOf(
            PriceStep(false, 0u, 60u, 60u, rsd(BigDecimal(80)), Certainty.Official),
            PriceStep(true, 60u, 90u, 30u, rsd(BigDecimal(120)), Certainty.Official),
        ),
        week = (1..7).map { weekday ->
            ChargedDay(weekday.toUByte(), if (weekday < 6) day else if (weekday == 6) listOf(ChargedHours("07:00", "14:00")) else emptyList())
        },
        hoursCertainty = Certainty.Official,
        holidaysCharged = false,
        holidaysCertainty = Certainty.Official,
        freeHolidays = emptyList(),
        limitedMinutes = 60u,
        extendedMinutes = 30u,
        limitCertainty = Certainty.Official,
        noReturnMinutes = 30u,
        noReturnCertainty = Certainty.Official,
    )

    val zones = listOf(
        zone("red", "Red zone", "#d32f2f", "9111", 0u, 90u),
        zone("yellow", "Yellow zone", "#fbc02d", "9112", 180u, 180u),
        zone("green", "Green zone", "#388e3c", "9113", 420u, 240u),
    )

    /** Half price in the first days. */
    fun order(id: String) = Order(
        OrderId(id), "482109375557", city.id, ZoneId("red"), car.plate, OrderState.Issued, morning, morning.plus(1, ChronoUnit.DAYS),
        rsd(BigDecimal(3800)), rsd(BigDecimal(1900)), morning.plus(5, ChronoUnit.DAYS), null, Violation.NoTicket, null,
    )

    val facilities = listOf(
        facility("zeleni-venac", "Zeleni venac", 118u, "118 free, observed at 10:00"),
        facility("obilicev-venac", "Obilićev venac", null, "Free places are not known"),
    )

    val bus = RideVehicle("1204", Plate("123ABC02", "123 ABC 02", "KZ"), CarrierId("almaty-electrotrans"))

    fun trip(at: Instant) = RideTrip(TripId("tr"), RouteId("92"), 0u, at, at.plus(40, ChronoUnit.MINUTES))

    fun refused(code: String, text: String, advice: String) = IntentState.Refused(Reason(code, text, advice, emptyMap(), false))

    val unconfirmed = IntentState.Unconfirmed(IntentProgress.SENT)

    private fun facility(id: String, name: String, free: UInt?, places: String) = FacilityView(
        FacilityId(id), name, FacilityKind.Garage, "$name bb", null, null, emptyList(), 300u, null, 210u, true, null, "Open now",
        PaidWhen.BeforeFetching, listOf(PayMethod.Deposit, PayMethod.Card), listOf(OnSite.Cash), listOf("100.00 RSD a started hour"),
        null, null, free, free?.let { morning }, places, true,
    )

    private fun zone(id: String, name: String, colour: String, sign: String, metres: UInt, most: UInt) =
        NearZone(ZoneId(id), name, colour, listOf(sign), metres, metres == 0u, true, most)
}
