// Plays one scenario with one phone, verb by verb: see docs/scenarios.md.
package city.mesto.sdk

import city.mesto.sdk.core.IntentState
import city.mesto.sdk.core.MestoException
import city.mesto.sdk.core.Money
import city.mesto.sdk.core.OrderState
import city.mesto.sdk.core.Position
import city.mesto.sdk.core.Quote
import city.mesto.sdk.core.QuoteTerms
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
import java.time.temporal.ChronoUnit
import kotlin.test.assertEquals
import kotlin.test.assertNotNull
import kotlin.test.assertTrue
import kotlin.test.fail

class ScenarioPlayer(private val testbed: Testbed, private val phone: TestPhone) {
    private val mesto get() = phone.mesto
    private val quotes = mutableMapOf<String?, Quote>()
    private lateinit var vehicle: String
    private lateinit var lastQuote: Quote
    private lateinit var lastIntent: String

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
            "add_vehicle" -> return mesto.addVehicle(step.text("plate")).let {
                vehicle = it.id
                json("plate" to it.plate.display, "canonical" to it.plate.canonical)
            }
            "top_up" -> return topUp(step)
            "zones" -> return zones(step)
            "quote" -> return quoted(mesto.quote(step.text("zone"), vehicleOf(step), minutes(step)), step)
            "preview" -> return terms(mesto.preview(step.text("zone"), vehicleOf(step), minutes(step)).terms)
            "extend" -> return quoted(mesto.extend(mesto.snapshot().activeTickets.maxBy { it.endsAt }.id, minutes(step)), step)
            "buy" -> return began(mesto.buy(step["quote"]?.let { quotes.getValue(it.jsonPrimitive.content) } ?: lastQuote).key)
                .also { if (it.text("state") == "confirmed") mesto.sync() }
            "settle" -> return settle()
            "sync" -> mesto.sync()
            "pay_order" -> {
                val unpaid = mesto.snapshot().orders.firstOrNull { it.state == OrderState.ISSUED }
                return began(mesto.payOrder(unpaid?.id.orEmpty()).key).also { mesto.sync() }
            }
            "history" -> return history()
            "deposit" -> return mesto.deposit().let { deposit ->
                json("balance" to amount(deposit.balance), "amounts" to JsonArray(deposit.entries.map { JsonPrimitive(amount(it.amount)) }))
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
            "fault" -> testbed.ask("POST", "/faults", JsonObject(step - setOf("do", "expect", "expect_error", "phone_shows")))
            "kill_operator" -> testbed.ask("POST", "/kill", json())
            "restart_operator" -> testbed.ask("POST", "/restart", json())
            "inspect" -> return testbed.ask("POST", "/inspector/check", JsonObject(step.filterKeys { it in setOf("zone", "plate") }))
            "issue_order" -> return issueOrder(step)
            "ledger" -> return testbed.ask("GET", "/ledger")
            else -> fail("no such verb: $verb")
        }
        return json()
    }

    private suspend fun signIn(step: JsonObject) {
        val number = step.text("phone")
        mesto.requestCode(number)
        val code = testbed.codeFor(number)
        val wrong = "code" in step
        mesto.signIn(number, if (wrong) "%06d".format((code.toInt() + 1) % 1_000_000) else code, "Kotlin")
    }

    private suspend fun topUp(step: JsonObject): JsonObject {
        val intent = mesto.topUp(BigDecimal(step.text("amount")))
        val page = intent.pageUrl
        if ("card" in step && page != null) {
            testbed.ask("POST", "/bank/walk", json("page_url" to page, "card" to step.getValue("card")))
            mesto.settle()
            mesto.sync()
        }
        return began(intent.key)
    }

    private suspend fun zones(step: JsonObject): JsonObject {
        val position = step["lat"]?.let { Position(it.jsonPrimitive.double, step.getValue("lon").jsonPrimitive.double, null) }
        val near = mesto.zonesNear(position, step["sign"]?.jsonPrimitive?.content)
        val nearest = near.zones.filter { it.distanceMetres != null }.minByOrNull { it.distanceMetres!! }
        val of = nearest?.let { json("nearest" to it.zone, "distance_metres" to it.distanceMetres!!.toInt(), "approximate" to it.approximate) }
        return JsonObject(json(*listOfNotNull(near.bySign?.let { "by_sign" to it }).toTypedArray()) + of.orEmpty())
    }

    private suspend fun settle(): JsonObject {
        try {
            mesto.settle()
            mesto.sync()
        } catch (_: MestoException.Offline) {
        } catch (_: MestoException.NoAnswer) {
        } catch (_: MestoException.NotNow) {
        }
        return intent(lastIntent)
    }

    private suspend fun history(): JsonObject {
        val tickets = mesto.history().tickets
        val newest = tickets.firstOrNull() ?: return json("tickets" to 0)
        return json("tickets" to tickets.size, "newest_zone" to newest.zone, "newest_price" to amount(newest.price))
    }

    private fun advance(step: JsonObject) {
        val seconds = (step["seconds"]?.jsonPrimitive?.long ?: 0) + 60 * (step["minutes"]?.jsonPrimitive?.long ?: 0)
        testbed.ask("POST", "/clock", step["to"]?.let { json("set" to it) } ?: json("advance_seconds" to seconds))
        phone.tick()
    }

    private fun issueOrder(step: JsonObject): JsonObject {
        val asked = JsonObject(step.filterKeys { it in setOf("zone", "plate", "violation") })
        val order = testbed.ask("POST", "/inspector/orders", asked)
        val sum = { name: String -> order.getValue(name).jsonObject.getValue("amount") }
        return json("state" to order.getValue("state"), "price" to sum("price"), "due" to sum("due"))
    }

    private suspend fun began(key: String): JsonObject {
        lastIntent = key
        return intent(key)
    }

    private suspend fun intent(key: String): JsonObject {
        val state = assertNotNull(mesto.intent(key)).state
        val name = "state" to word(state)
        return if (state is IntentState.Refused) json(name, "code" to state.reason.code) else json(name)
    }

    private suspend fun vehicleOf(step: JsonObject): String =
        step["plate"]?.let { plate -> mesto.snapshot().vehicles.first { it.plate.canonical == plate.jsonPrimitive.content }.id } ?: vehicle

    private fun quoted(quote: Quote, step: JsonObject): JsonObject {
        lastQuote = quote
        quotes[step["as"]?.jsonPrimitive?.content] = quote
        return terms(quote.terms)
    }

    private fun terms(terms: QuoteTerms) = json(
        "total" to amount(terms.total),
        "granted" to terms.grantedMinutes.toInt(),
        "starts_at" to moment(terms.startsAt),
        "ends_at" to moment(terms.endsAt),
        "lines" to JsonArray(terms.lines.map { json("kind" to word(it.kind), "amount" to amount(it.amount)) }),
        "notices" to JsonArray(terms.notices.map { JsonPrimitive(word(it)) }),
    )

    private fun shows(): JsonObject = mesto.snapshot().let { state ->
        json(
            "signed_in" to state.signedIn,
            "balance" to (state.balance?.let(::amount) ?: "0.00"),
            "vehicles" to state.vehicles.size,
            "active_tickets" to state.activeTickets.size,
            "orders" to state.orders.count { it.state == OrderState.ISSUED },
            "unconfirmed" to state.openIntents.size,
        )
    }

    private fun minutes(step: JsonObject) = step.getValue("minutes").jsonPrimitive.int

    private fun amount(money: Money): String = money.amount.toPlainString()

    private fun moment(at: Instant): String = at.truncatedTo(ChronoUnit.SECONDS).toString()

    /** `RoundedUp` as `rounded_up`. */
    private fun word(variant: Any): String =
        variant::class.java.simpleName.replace(Regex("(?<=[a-z])(?=[A-Z])"), "_").lowercase()
}
