// Plays one scenario with one phone, verb by verb: see docs/scenarios.md.
package city.mesto.sdk

import city.mesto.sdk.cards.cards
import city.mesto.sdk.cards.cardsOffer
import city.mesto.sdk.core.Card
import city.mesto.sdk.core.CategoryId
import city.mesto.sdk.core.CityId
import city.mesto.sdk.core.Companions
import city.mesto.sdk.core.FacilityId
import city.mesto.sdk.core.PurchaseIntent
import city.mesto.sdk.core.IntentState
import city.mesto.sdk.core.Line
import city.mesto.sdk.core.MerchantsSubject
import city.mesto.sdk.core.MestoException
import city.mesto.sdk.core.Money
import city.mesto.sdk.core.Notice
import city.mesto.sdk.core.Order
import city.mesto.sdk.core.OrderId
import city.mesto.sdk.core.OrderState
import city.mesto.sdk.core.ParkingOffer
import city.mesto.sdk.core.PassProductId
import city.mesto.sdk.core.PassesSubject
import city.mesto.sdk.core.PayMethod
import city.mesto.sdk.core.Position
import city.mesto.sdk.core.Quote
import city.mesto.sdk.core.QuoteItem
import city.mesto.sdk.core.RidesSubject
import city.mesto.sdk.core.VehicleId
import city.mesto.sdk.core.ZoneId
import city.mesto.sdk.garages.garages
import city.mesto.sdk.garages.garagesOffer
import city.mesto.sdk.garages.visit
import city.mesto.sdk.merchants.merchants
import city.mesto.sdk.merchants.merchantsOffer
import city.mesto.sdk.orders.orders
import city.mesto.sdk.parking.parking
import city.mesto.sdk.parking.parkingOffer
import city.mesto.sdk.passes.passes
import city.mesto.sdk.passes.passesOffer
import city.mesto.sdk.rides.rides
import city.mesto.sdk.rides.ridesOffer
import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive
import kotlinx.serialization.json.boolean
import kotlinx.serialization.json.double
import kotlinx.serialization.json.int
import kotlinx.serialization.json.jsonArray
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive
import kotlinx.serialization.json.long
import java.math.BigDecimal
import java.time.Duration
import java.time.Instant
import java.time.LocalDate
import java.time.temporal.ChronoUnit
import kotlin.test.assertEquals
import kotlin.test.assertNotNull
import kotlin.test.assertTrue
import kotlin.test.fail

class ScenarioPlayer(private val testbed: Testbed, private val phone: TestPhone, private val city: CityId) {
    private val mesto get() = phone.mesto
    private val quotes = mutableMapOf<String?, Quote>()
    private var vehicle = VehicleId("")
    private lateinit var lastIntent: String

    /** The number on the slip of the last order that was issued. */
    private var slip = ""

    /** The sign of the vehicle that was told of last. */
    private var sign = ""

    /** The last code of the shop, as it is scanned and typed. */
    private var shop = "" to ""

    /** Codes that were shown, by name. */
    private val codes = mutableMapOf<String, String>()

    suspend fun check(step: JsonObject) {
        var found = json()
        var failure: Exception? = null
        try {
            found = play(step)
        } catch (error: MestoException) {
            failure = error
        } catch (error: Problem) {
            failure = error
        }
        val expected = step["expect_error"]?.jsonObject
        if (expected != null) {
            val (code, says) = when (val error = failure) {
                is MestoException -> error.code to error.text + "\n" + error.advice
                is Problem -> error.code to error.message.orEmpty()
                else -> fail("expected ${expected.text("code")}, found $found")
            }
            assertEquals(expected.text("code"), code)
            expected["says"]?.jsonArray?.forEach { assertTrue(it.jsonPrimitive.content in says, "$it is not in: $says") }
        } else if (failure != null) {
            fail("unexpected ${(failure as? MestoException)?.let { it.code + " " + it.detail }}: $failure")
        }
        step["expect"]?.jsonObject?.forEach { (name, value) -> assertEquals(value, found[name], name) }
        val shown = shows()
        step["phone_shows"]?.jsonObject?.forEach { (name, value) -> assertEquals(value, shown[name], "the phone shows $name") }
    }

    private suspend fun play(step: JsonObject): JsonObject {
        when (val verb = step.text("do")) {
            "sign_in" -> signIn(step)
            "add_vehicle" -> return mesto.vehicles.add(belgrade, step.text("plate")).let {
                vehicle = it.id
                json("plate" to it.plate.display, "canonical" to it.plate.canonical)
            }
            "top_up" -> return begun(step, mesto.wallet.topUp(city, BigDecimal(step.text("amount"))))
            "zones" -> return zones(step)
            "quote" -> return quoted(mesto.parking.quote(belgrade, zone(step), vehicleOf(step), minutes(step), pay(step)), step)
            "preview" -> return mesto.parking.preview(belgrade, zone(step), vehicleOf(step), minutes(step), pay(step)).let {
                offered(it.offer, it.lines, it.notices, it.total)
            }
            "extend" -> {
                val latest = mesto.parking.current().active.maxBy { it.endsAt }
                return quoted(mesto.parking.quoteExtension(latest.id, minutes(step), pay(step)), step)
            }
            "buy" -> return begun(step, mesto.payments.buy(quotes.getValue(step["quote"]?.jsonPrimitive?.content)))
            "walk_page" -> return begun(step, assertNotNull(mesto.payments.intent(lastIntent)))
            "give_up" -> return begun(step, mesto.payments.abandon(lastIntent))
            "settle" -> return settle()
            "sync" -> mesto.account.sync()
            "pay_order" -> return payOrder(step)
            "show_order" -> return order(mesto.orders.bySlip(step["number"]?.jsonPrimitive?.content ?: slip))
            "history" -> return history()
            "deposit" -> return mesto.wallet.history().let { deposit ->
                json("balance" to amount(deposit.balance), "amounts" to JsonArray(deposit.items.map { JsonPrimitive(amount(it.amount)) }))
            }
            "reminders" -> return json("at" to JsonArray(phone.alarms.plan.map { JsonPrimitive(moment(it.fireAt - phone.clock.ahead)) }))
            "reopen" -> {
                mesto.close()
                if (step["reboot"]?.jsonPrimitive?.boolean == true) phone.clock.reboot()
                phone.open()
            }
            "phone_clock" -> phone.clock.ahead = Duration.ofMinutes(step.getValue("ahead_minutes").jsonPrimitive.long)
            "advance" -> advance(step)
            "offline" -> testbed.ask("POST", "/offline", json("on" to step.getValue("on")))
            "fault" -> testbed.ask("POST", "/faults", body(step))
            "kill_operator" -> testbed.ask("POST", "/kill", json())
            "restart_operator" -> testbed.ask("POST", "/restart", json())
            "inspect" -> return testbed.ask("POST", "/inspector/check", body(step))
            "issue_order" -> return issueOrder(step)
            "phone" -> phone.tick()
            "places" -> return mesto.garages.places(belgrade).first { it.facility == facility(step) }.let {
                json("free" to it.free?.toInt(), "observed_at" to it.observedAt?.let(::moment), "is_reachable" to it.isReachable)
            }
            "photo" -> {
                val image = root.resolve("tests/scenarios/photos").resolve(step.text("image")).readBytes()
                return json("ticket" to mesto.garages.numberFromPhoto(belgrade, facility(step), image))
            }
            "quote_visit" -> return visitQuoted(mesto.garages.quote(belgrade, facility(step), step.text("ticket"), pay(step)), step)
            "pay_visit" -> return begun(step, mesto.garages.pay(belgrade, facility(step), step.text("ticket"), pay(step)))
            "visit" -> return visit(step.text("ticket"))
            "controller" -> return testbed.ask("POST", "/controller/report", body(step))
            "barrier" -> return testbed.ask("POST", "/controller/exit", body(step))
            "grant_benefit" -> testbed.ask("POST", "/benefit", JsonObject(body(step) + json("account" to assertNotNull(mesto.account.current().account))))
            "check_pass" -> return checkPass(step)
            "passes" -> return passes()
            "give_pass_back" -> return mesto.passes.giveBack(mesto.passes.current().coming.first().id).let {
                mesto.account.sync()
                json("state" to word(it.state))
            }
            "issue_card" -> testbed.ask("POST", "/card", body(step))
            "link_card" -> return card(mesto.cards.link(city, step.text("number"), step.text("code")))
            "cards" -> return card(mesto.cards.current().cards.first())
            "check_card_top_up" -> return checkTopUp(step)
            "hold_card" -> return testbed.ask("POST", "/reader", body(step))
            "bus" -> sign = testbed.ask("POST", "/bus", body(step)).text("sign")
            "check_ride" -> return checkRide(step)
            "rides" -> return rides()
            "shop" -> {
                val said = testbed.ask("POST", "/shop", body(step))
                if ("gives_back" !in step) shop = said.text("code") to said.text("typed")
            }
            "check_payment" -> return checkPayment(step)
            "merchant_payments" -> return merchantPayments()
            "show_ride" -> {
                val ride = mesto.rides.current().current.first().id
                if ("here" in step) mesto.rides.moveCodeHere(ride)
                codes[step.text("as")] = mesto.rides.code(ride).text
            }
            "dispute_ride" -> return json("state" to word(mesto.rides.dispute(mesto.rides.current().current.first().id, step.text("reason")).state))
            "control" -> return testbed.ask("POST", "/control", controlled(step))
            "ledger" -> return testbed.ask("GET", "/ledger")
            else -> fail("no such verb: $verb")
        }
        return json()
    }

    private suspend fun checkRide(step: JsonObject): JsonObject {
        val said = { name: String -> step[name]?.jsonPrimitive?.content }
        val code = said("terminal")?.let { testbed.ask("POST", "/bus/terminal", json("vehicle" to it)).text("code") }
        val vehicle = said("vehicle")
        val scanned = code ?: said("scanned") ?: sign.takeIf { vehicle == null }
        if (scanned != null) mesto.rides.checkSign(city, scanned)
        val persons = step["persons"]?.jsonPrimitive?.int ?: 1
        val companions = step["companions"]?.jsonArray.orEmpty().map { it.jsonObject }.map { Companions(CategoryId(it.text("category")), it.getValue("persons").jsonPrimitive.int.toUInt()) }
        val subject = RidesSubject(scanned, vehicle, persons.toUInt(), companions, isAgain = "again" in step)
        val quote = mesto.rides.quote(city, subject, pay(step))
        val item = remembered(quote, step)
        val offer = assertNotNull(quote.ridesOffer)
        val names = mesto.rides.names(city, offer.vehicle, offer.trip)
        return JsonObject(
            priced(item.lines, item.notices, quote.total) + json(
                "vehicle" to offer.vehicle.board,
                "carrier" to names.carrier,
                "route" to names.route?.number,
                "to" to names.route?.to,
                "persons" to offer.persons.toInt(),
                "service_on" to offer.serviceOn.toString(),
                "ends_at" to moment(offer.endsAt),
                "repeats" to (offer.repeats != null),
                "goes_on" to (offer.repeatsBrokeDownAt != null),
            ),
        )
    }

    private suspend fun checkPayment(step: JsonObject): JsonObject {
        val said = { name: String -> step[name]?.jsonPrimitive?.content }
        val isTyped = "typed" in step
        val scanned = if (isTyped) null else said("scanned") ?: shop.first
        val sum = said("amount")?.let { Money(BigDecimal(it), "KZT") }
        val subject = MerchantsSubject(scanned, shop.second.takeIf { isTyped }, sum, isAgain = "again" in step)
        val quote = mesto.merchants.quote(city, subject)
        val item = remembered(quote, step)
        val offer = assertNotNull(quote.merchantsOffer)
        return JsonObject(
            priced(item.lines, item.notices, quote.total) + json(
                "merchant" to mesto.merchants.name(offer.merchant.names),
                "category" to mesto.merchants.categoryName(city, offer.merchant.category),
                "till" to offer.till.name,
                "amount" to amount(offer.amount),
                "fee" to amount(offer.fee),
                "organisation" to offer.contract.organisation,
                "contract" to offer.contract.link,
                "version" to offer.contract.version,
                "is_fee_irrevocable" to offer.isFeeIrrevocable,
                "missing" to offer.missing?.let(::amount),
                "invoice" to offer.invoice?.reference,
                "repeats" to (offer.repeats != null),
            ),
        )
    }

    private suspend fun checkPass(step: JsonObject): JsonObject {
        val first = step["first_on"]?.jsonPrimitive?.content?.let(LocalDate::parse)
        val quote = mesto.passes.quote(city, PassesSubject(PassProductId(step.text("product")), first, isAgain = "again" in step), pay(step))
        val item = remembered(quote, step)
        val offer = assertNotNull(quote.passesOffer)
        return JsonObject(
            priced(item.lines, item.notices, quote.total) + json(
                "category" to offer.category,
                "first_on" to offer.firstOn.toString(),
                "last_on" to offer.lastOn.toString(),
                "overlaps" to (offer.overlaps != null),
            ),
        )
    }

    private fun merchantPayments(): JsonObject {
        val payments = mesto.merchants.current().payments
        val newest = payments.firstOrNull()
        return json(
            "count" to payments.size,
            "number" to newest?.number?.toInt(),
            "amount" to newest?.amount?.let(::amount),
            "balance" to newest?.balance?.let(::amount),
            "state" to newest?.state?.let(::word),
        )
    }

    private fun passes(): JsonObject {
        val state = mesto.passes.current()
        return json(
            "current" to state.current.size,
            "coming" to state.coming.size,
            "over" to state.over.size,
            "benefits" to state.benefits.size,
            "last_on" to (state.current + state.coming).firstOrNull()?.lastOn?.toString(),
        )
    }

    private suspend fun card(card: Card) = json(
        "number" to card.numberMasked,
        "state" to word(card.state),
        "balance" to amount(card.balance.amount),
        "waiting" to (mesto.cards.notes(card).waiting?.let(::amount) ?: "0.00"),
    )

    private suspend fun checkTopUp(step: JsonObject): JsonObject {
        val card = mesto.cards.current().cards.first()
        val quote = mesto.cards.quote(city, card.id, Money(BigDecimal(step.text("amount")), card.balance.amount.currency), pay(step))
        val item = remembered(quote, step)
        val offer = assertNotNull(quote.cardsOffer)
        return JsonObject(priced(item.lines, item.notices, quote.total) + json("number" to offer.numberMasked, "hold_until" to moment(offer.holdUntil)))
    }

    private fun rides(): JsonObject {
        val state = mesto.rides.current()
        val newest = (state.current + state.over).firstOrNull()
        return json(
            "current" to state.current.size,
            "over" to state.over.size,
            "vehicle" to newest?.vehicle?.board,
            "price" to newest?.price?.let(::amount),
            "persons" to newest?.persons?.toInt(),
            "state" to newest?.state?.let(::word),
        )
    }

    /** What the step tells the controller, with the code that was shown under its name. */
    private fun controlled(step: JsonObject): JsonObject {
        val shown = codes[step["code"]?.jsonPrimitive?.content] ?: return body(step)
        return JsonObject(body(step) + ("code" to JsonPrimitive(shown)))
    }

    private suspend fun signIn(step: JsonObject) {
        val number = step.text("phone")
        mesto.account.requestCode(number)
        val code = testbed.codeFor(number)
        val wrong = "code" in step
        mesto.account.signIn(number, if (wrong) "%06d".format((code.toInt() + 1) % 1_000_000) else code, "Kotlin")
    }

    private suspend fun zones(step: JsonObject): JsonObject {
        val position = step["lat"]?.let { Position(it.jsonPrimitive.double, step.getValue("lon").jsonPrimitive.double, null) }
        val near = mesto.parking.zonesNear(belgrade, position, step["sign"]?.jsonPrimitive?.content)
        val nearest = near.zones.filter { it.distanceMetres != null }.minByOrNull { it.distanceMetres!! }
        val of = nearest?.let { json("nearest" to it.zone, "distance_metres" to it.distanceMetres!!.toInt(), "is_approximate" to it.isApproximate) }
        return JsonObject(json(*listOfNotNull(near.bySign?.let { "by_sign" to it }).toTypedArray()) + of.orEmpty())
    }

    private suspend fun settle(): JsonObject {
        try {
            mesto.payments.settleAll()
            mesto.account.sync()
        } catch (_: MestoException.Offline) {
        } catch (_: MestoException.NoAnswer) {
        } catch (_: MestoException.NotNow) {
        }
        return intent(lastIntent)
    }

    private fun order(order: Order) =
        json("price" to amount(order.price), "owed" to amount(order.owed))

    private suspend fun payOrder(step: JsonObject): JsonObject {
        val unpaid = mesto.orders.current().orders.firstOrNull { it.state == OrderState.Issued }
        return begun(step, mesto.orders.pay(unpaid?.id ?: NO_ORDER, pay(step)))
    }

    private suspend fun history(): JsonObject {
        val tickets = mesto.parking.history().items
        val newest = tickets.firstOrNull() ?: return json("tickets" to 0)
        return json("tickets" to tickets.size, "newest_zone" to newest.zone, "newest_price" to amount(newest.price))
    }

    private fun advance(step: JsonObject) {
        val seconds = (step["seconds"]?.jsonPrimitive?.long ?: 0) + 60 * (step["minutes"]?.jsonPrimitive?.long ?: 0)
        testbed.ask("POST", "/clock", step["to"]?.let { json("set" to it) } ?: json("advance_seconds" to seconds))
        phone.tick()
    }

    private fun issueOrder(step: JsonObject): JsonObject {
        val order = testbed.ask("POST", "/inspector/orders", body(step))
        slip = order.getValue("number").jsonPrimitive.content
        val sum = { name: String -> order.getValue(name).jsonObject.getValue("amount") }
        return json("state" to order.getValue("state"), "price" to sum("price"), "owed" to sum("owed"))
    }

    /**
     * The intent is the last one; with a card its page is walked, and what became of it is read.
     */
    private suspend fun begun(step: JsonObject, intent: PurchaseIntent): JsonObject {
        lastIntent = intent.key
        step["card"]?.let { card ->
            testbed.ask("POST", "/bank/walk", json("page_url" to assertNotNull(intent.pageUrl), "card" to card))
            mesto.payments.settleAll()
        }
        if ("card" in step || intent.state == IntentState.Confirmed) mesto.account.sync()
        return intent(intent.key)
    }

    private suspend fun intent(key: String): JsonObject {
        val state = assertNotNull(mesto.payments.intent(key)).state
        val name = "state" to word(state)
        if (state !is IntentState.Refused) return json(name)
        // `200.00 RSD`
        val back = state.reason.params["paid_back"]?.let { "paid_back" to it.substringBefore(' ') }
        return json(name, "code" to state.reason.code, *listOfNotNull(back).toTypedArray())
    }

    /** What the step tells a control. */
    private fun body(step: JsonObject) = JsonObject(step - setOf("do", "expect", "expect_error", "phone_shows"))

    private fun facility(step: JsonObject) = FacilityId(step.text("facility"))

    private fun zone(step: JsonObject) = ZoneId(step.text("zone"))

    /** From the deposit, unless it says. */
    private fun pay(step: JsonObject) = when (val word = step["pay"]?.jsonPrimitive?.content) {
        null -> PayMethod.Deposit
        "card" -> PayMethod.Card
        else -> PayMethod.Other(word)
    }

    private fun vehicleOf(step: JsonObject): VehicleId =
        step["plate"]?.let { plate -> mesto.vehicles.current().vehicles.first { it.plate.canonical == plate.jsonPrimitive.content }.id } ?: vehicle

    private fun quoted(quote: Quote, step: JsonObject): JsonObject {
        val item = remembered(quote, step)
        return offered(assertNotNull(quote.parkingOffer), item.lines, item.notices, quote.total)
    }

    private fun visitQuoted(quote: Quote, step: JsonObject): JsonObject {
        val item = remembered(quote, step)
        val visit = assertNotNull(quote.garagesOffer)
        return JsonObject(
            priced(item.lines, item.notices, quote.total) + json(
                "price" to amount(visit.price),
                "entered_at" to moment(visit.enteredAt),
                "exit_by" to visit.exitBy?.let(::moment),
                "rises_at" to visit.risesAt?.let(::moment),
            ),
        )
    }

    private fun remembered(quote: Quote, step: JsonObject): QuoteItem {
        quotes[null] = quote
        quotes[step["as"]?.jsonPrimitive?.content] = quote
        return quote.items.single()
    }

    private fun visit(ticket: String): JsonObject {
        val state = mesto.garages.current()
        val visit = (state.inside + state.over).first { it.ticket == ticket }
        return json(
            "state" to word(visit.state),
            "paid" to amount(visit.paid),
            "exit_by" to visit.exitBy?.let(::moment),
            "owes_again_at" to visit.owesAgainAt?.let(::moment),
        )
    }

    private fun offered(offer: ParkingOffer, lines: List<Line>, notices: List<Notice>, total: Money) = JsonObject(
        priced(lines, notices, total) + json(
            "granted" to offer.grantedMinutes.toInt(),
            "starts_at" to moment(offer.startsAt),
            "ends_at" to moment(offer.endsAt),
        ),
    )

    private fun priced(lines: List<Line>, notices: List<Notice>, total: Money) = json(
        "total" to amount(total),
        "lines" to JsonArray(lines.map { json("kind" to it.kind, "amount" to amount(it.amount)) }),
        "notices" to JsonArray(notices.map { JsonPrimitive(it.kind) }),
    )

    private fun shows(): JsonObject = json(
        "signed_in" to mesto.account.current().isSignedIn,
        "balance" to (mesto.wallet.current().balance?.let(::amount) ?: "0.00"),
        "vehicles" to mesto.vehicles.current().vehicles.size,
        "active_tickets" to mesto.parking.current().active.size,
        "orders" to mesto.orders.current().orders.count { it.state == OrderState.Issued },
        "unconfirmed" to mesto.payments.current().open.size,
        "visits" to mesto.garages.current().inside.size,
        "rides" to mesto.rides.current().current.size,
    )

    private fun minutes(step: JsonObject) = step.getValue("minutes").jsonPrimitive.int

    private fun amount(money: Money): String = money.amount.toPlainString()

    private fun moment(at: Instant): String = at.truncatedTo(ChronoUnit.SECONDS).toString()

    /** `AtBank` as `at_bank`. */
    private fun word(variant: Any): String =
        variant::class.java.simpleName.replace(Regex("(?<=[a-z])(?=[A-Z])"), "_").lowercase()

    private companion object {
        /** Of an order that nobody has. */
        val NO_ORDER = OrderId("or_00000000000000000000000000")
    }
}
