// Live updates, the log, time-outs, prices as data and the inspector's verifier in Kotlin.
package city.mesto.sdk

import city.mesto.app.Inspector
import city.mesto.sdk.core.Certainty
import city.mesto.sdk.core.ClientConfig
import city.mesto.sdk.core.CodeSays
import city.mesto.sdk.core.LiveState
import city.mesto.sdk.core.LogLevel
import city.mesto.sdk.core.LogLine
import city.mesto.sdk.core.LogSink
import city.mesto.sdk.core.MestoException
import city.mesto.sdk.core.Phone
import city.mesto.sdk.core.VerifiedCode
import city.mesto.sdk.core.VerifierConfig
import city.mesto.sdk.core.ZoneId
import city.mesto.sdk.core.coreVersion
import city.mesto.sdk.parking.parking
import city.mesto.sdk.parking.ticket
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import kotlinx.coroutines.yield
import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonNull
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.jsonArray
import kotlinx.serialization.json.jsonObject
import okhttp3.OkHttpClient
import org.junit.jupiter.api.AfterAll
import org.junit.jupiter.api.io.TempDir
import java.io.File
import java.math.BigDecimal
import java.time.Duration
import java.time.Instant
import java.time.LocalDate
import java.util.Base64
import java.util.concurrent.CopyOnWriteArrayList
import java.util.concurrent.atomic.AtomicInteger
import kotlin.test.Test
import kotlin.test.assertContains
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertFalse
import kotlin.test.assertIs
import kotlin.test.assertNotNull
import kotlin.test.assertNull
import kotlin.test.assertTrue

class LiveTest {
    @TempDir lateinit var folder: File
    private val files = AtomicInteger()

    private suspend fun driver(number: String, phone: Phone = Phone()): Mesto {
        val config = ClientConfig(folder.resolve("${files.incrementAndGet()}.db").path, testbed.operator, testbed.rootKey)
        return Mesto.open(config, phone).apply {
            cities.refresh(belgrade)
            // The newest code is told by its moment.
            testbed.ask("POST", "/clock", json("advance_seconds" to 61))
            account.requestCode(number)
            account.signIn(number, testbed.codeFor(number), "Kotlin")
        }
    }

    /** For a car of his own, whose time in a zone nobody else uses up. */
    private fun plate(number: String) = "BG7${number.takeLast(2)}PP"

    private suspend fun Mesto.buys(number: String) = run {
        val page = checkNotNull(wallet.topUp(belgrade, BigDecimal(1000)).pageUrl)
        testbed.ask("POST", "/bank/walk", json("page_url" to page, "card" to "approve"))
        payments.settleAll()
        payments.buy(parking.quote(belgrade, ZoneId("red"), vehicles.add(belgrade, plate(number)).id, 60))
    }

    /** Every wait is for the next value of a flow; the time bounds a test that has failed. */
    private suspend fun showsWhatHappensElsewhere(number: String, phone: Phone = Phone()) {
        driver(number, phone).use { here ->
            driver(number).use { there ->
                runBlocking {
                    val live = launch(Dispatchers.Default) { here.live.run() }
                    withTimeout(20_000) { here.live.state.first { it == LiveState.Live } }
                    there.buys(number)
                    withTimeout(10_000) { here.parking.state.first { it.active.isNotEmpty() } }
                    live.cancelAndJoin()
                    withTimeout(20_000) { here.live.state.first { it == LiveState.Off } }
                }
            }
        }
    }

    @Test
    fun `a ticket bought on another phone shows at once`() = runBlocking { showsWhatHappensElsewhere("+381650000041") }

    @Test
    fun `live updates go over the app's own link`() = runBlocking {
        showsWhatHappensElsewhere("+381650000042", Phone(link = OkHttpLink(), linkStreams = true))
    }

    @Test
    fun `a stream over the app's own link ends with its updates`() = runBlocking<Unit> {
        val client = OkHttpClient()
        driver("+381650000045", Phone(link = OkHttpLink(client), linkStreams = true)).use { mesto ->
            // One more than OkHttp lets run at once to one host.
            repeat(client.dispatcher.maxRequestsPerHost + 1) {
                val live = launch(Dispatchers.Default) { mesto.live.run() }
                withTimeout(20_000) { mesto.live.state.first { it == LiveState.Live } }
                live.cancelAndJoin()
                withTimeout(20_000) { mesto.live.state.first { it == LiveState.Off } }
            }
            mesto.account.sync()
            withTimeout(20_000) { while (client.dispatcher.runningCallsCount() > 0) yield() }
        }
    }

    @Test
    fun `a link that hands on whole answers is asked again and again`() = runBlocking<Unit> {
        driver("+381650000043", Phone(link = OkHttpLink())).use { mesto ->
            assertEquals(LiveState.Polling, withTimeout(20_000) { mesto.live.updates().first { it == LiveState.Polling } })
            withTimeout(20_000) { mesto.live.state.first { it == LiveState.Off } }
        }
    }

    @Test
    fun `live updates end with the session and a second call ends the first`() = runBlocking<Unit> {
        driver("+381650000044").use { mesto ->
            // A state that comes soon after another may take its place in the flow: the second call
            // waits until the first one's was seen.
            val isLive = CompletableDeferred<Unit>()
            val first = async(Dispatchers.Default) { mesto.live.updates().collect { if (it == LiveState.Live) isLive.complete(Unit) } }
            withTimeout(20_000) { isLive.await() }
            val second = async(Dispatchers.Default) { runCatching { mesto.live.run() }.exceptionOrNull() }
            withTimeout(20_000) { first.await() }
            withTimeout(20_000) { mesto.live.state.first { it == LiveState.Live } }
            mesto.account.signOut()
            assertIs<MestoException.NotSignedIn>(withTimeout(20_000) { second.await() })
        }
    }

    private class Lines : LogSink {
        val all = CopyOnWriteArrayList<LogLine>()

        override fun line(line: LogLine) {
            all += line
        }
    }

    @Test
    fun `the app's log names requests and nobody`() = runBlocking<Unit> {
        val log = Lines()
        driver("+381650000045", Phone(log = log)).use { mesto ->
            val bought = mesto.buys("+381650000045")
            val line = log.all.first { it.operation == "POST /v1/purchases" }
            assertEquals(Triple(LogLevel.DEBUG, "answered", 201), Triple(line.level, line.message, line.status?.toInt()))
            assertTrue(line.request?.startsWith("rq_") == true && line.duration != null, "$line")
            val refused = assertFailsWith<MestoException.Refused> { mesto.vehicles.add(belgrade, plate("+381650000045")) }
            assertEquals(Triple(LogLevel.INFO, refused.code, refused.request), log.all.last().let { Triple(it.level, it.code, it.request) })
            for (secret in listOf(plate("+381650000045"), "650000045", bought.key, "belgrade")) assertFalse(secret in "${log.all}", secret)
        }
    }

    @Test
    fun `time-outs and retries beyond reason are refused`() = runBlocking<Unit> {
        val config = ClientConfig(folder.resolve("mesto.db").path, "http://127.0.0.1:1", "A".repeat(43))
        for (wrong in listOf(config.copy(requestTimeout = Duration.ZERO), config.copy(requestTimeout = Duration.ofMinutes(3)), config.copy(connectTimeout = Duration.ofSeconds(11)))) {
            val refused = assertFailsWith<MestoException.Phone> { Mesto.open(wrong) }
            assertEquals("set_up_wrong", refused.code)
            assertContains(refused.detail, "from 1 s to 120 s")
        }
        assertEquals("5", assertFailsWith<MestoException.Refused> { Mesto.open(config.copy(readRetries = 6u)) }.params["most"])
        for (wrong in listOf(config.copy(requestTimeout = Duration.ofSeconds(-5)), config.copy(connectTimeout = Duration.ofNanos(-1)))) {
            val refused = assertFailsWith<MestoException.Refused> { Mesto.open(wrong) }
            assertEquals("out_of_range", refused.code)
            assertContains(refused.detail, "less than no time")
        }
        assertTrue(Regex("""\d+\.\d+\.\d+""").matches(coreVersion()))
    }

    @Test
    fun `a zone tells prices and hours as data and the alarms can be read`() = runBlocking<Unit> {
        driver("+381650000046").use { mesto ->
            val red = mesto.parking.prices(belgrade, ZoneId("red"), LocalDate.of(2025, 9, 3))
            assertEquals(listOf(BigDecimal("80.00"), BigDecimal("120.00")), red.steps.map { it.price?.amount })
            assertEquals(listOf("07:00" to "21:00"), red.week.first().hours.map { it.fromTime to it.untilTime })
            assertEquals(Triple(60u, 30u, Certainty.Official), Triple(red.limitedMinutes, red.extendedMinutes, red.limitCertainty))
            assertNull(mesto.parking.prices(belgrade, ZoneId("white")).steps.first().price)
            mesto.buys("+381650000046")
            assertEquals(2, mesto.reminders().size)
            assertEquals(1, mesto.parking.storedHistory().items.size)
        }
    }

    private fun key(hex: String): String = Base64.getUrlEncoder().withoutPadding().encodeToString(hex.chunked(2).map { it.toInt(16).toByte() }.toByteArray())

    @Test
    fun `every vector of a shown code is judged as the page says`() {
        val file = Json.parseToJsonElement(root.resolve("tests/vectors/ticket-code.json").readText()).jsonObject
        val cases = file.getValue("cases").jsonArray.map { it.jsonObject }
        val config = VerifierConfig("https://mesto.example", key(file.getValue("root").jsonObject.text("public")), file.text("issuer"))
        for (case in cases) {
            val name = case.text("name")
            val verifier = CodeVerifier(config)
            verifier.takeKeys(file.text("key_set"))
            if (case["revocations"] != JsonNull) verifier.takeRevocations(file.text("revocations"), Instant.parse("2025-09-03T08:30:00Z"))
            for (seen in (case["seen"] ?: JsonArray(emptyList())).jsonArray) {
                val other = cases.first { "error" !in it && it.getValue("says").jsonObject.let { says -> says["id"] == seen.jsonObject["id"] && says["issue"] == seen.jsonObject["issue"] } }
                assertTrue(verifier.verify(other.text("text"), Instant.parse(other.text("now"))).isGood, name)
            }
            val verdict = verifier.verify(case.text("text"), Instant.parse(case.text("now")))
            assertEquals(if ("error" in case) case.text("error") else null, verdict.reason, name)
            assertEquals("error" !in case, verdict.isGood, name)
            assertEquals("says" in case, verdict.code != null, name)
            case["says"]?.let { says(it.jsonObject, checkNotNull(verdict.code), name) }
        }
    }

    private fun says(told: JsonObject, code: VerifiedCode, name: String) {
        assertEquals(listOf("starts_at", "ends_at", "bought_at", "issued_at").map { Instant.parse(told.text(it)) }, listOf(code.startsAt, code.endsAt, code.boughtAt, code.issuedAt), name)
        assertEquals(told.text("issuer") to told.text("issue"), code.issuer to "${code.issue}", name)
        assertEquals(told["device"] != JsonNull, code.isBound, name)
        val what = told["what"]?.let { it as? JsonObject }.orEmpty().let(::JsonObject)
        when (val said = code.what) {
            is CodeSays.Parking -> assertEquals(what.text("plate") to what.text("zone"), said.code.plate to said.code.zone.value, name)
            is CodeSays.Garages -> assertEquals(what.text("facility") to what.text("ticket"), said.receipt.facility.value to said.receipt.ticket, name)
            is CodeSays.Rides -> assertEquals(what.text("vehicle") to what.text("persons"), said.ticket.vehicle to "${said.ticket.persons}", name)
            CodeSays.Other -> assertFalse("plate" in what || "facility" in what || "vehicle" in what, name)
        }
    }

    @Test
    fun `an inspector fetches keys and judges without a network`() = runBlocking<Unit> {
        val own = Testbed()
        val config = VerifierConfig(own.operator, own.rootKey)
        val verifier = CodeVerifier(config)
        val (shown, now) = own.use { city ->
            TestPhone.on(city).use { phone ->
                val mesto = phone.mesto
                mesto.account.requestCode("+381650000047")
                mesto.account.signIn("+381650000047", city.codeFor("+381650000047"), "Kotlin")
                val page = checkNotNull(mesto.wallet.topUp(belgrade, BigDecimal(1000)).pageUrl)
                city.ask("POST", "/bank/walk", json("page_url" to page, "card" to "approve"))
                mesto.payments.settleAll()
                val bought = mesto.payments.buy(mesto.parking.quote(belgrade, ZoneId("red"), mesto.vehicles.add(belgrade, "BG789PP").id, 60))
                val shown = mesto.parking.code(assertNotNull(bought.ticket).id).text
                assertEquals("keys_missing", assertFailsWith<MestoException.NotNow> { verifier.verify(shown) }.code)
                val inspector = Inspector(own.operator, own.rootKey, kept = null) {}
                assertEquals("not judged: keys_missing", inspector.judge(shown))
                inspector.refresh()
                assertTrue(inspector.judge(shown, city.now()).startsWith("good: Parking("), inspector.judge(shown, city.now()))
                // This machine's clock is years ahead of the testbed's.
                assertEquals("not good: moment_too_old", inspector.judge(shown))
                assertTrue(verifier.refresh())
                assertFalse(verifier.refresh(), "nothing changed")
                shown to city.now()
            }
        }
        // The operator is gone: what was kept suffices.
        val again = CodeVerifier(config, verifier.taken())
        val verdict = again.verify(shown, now)
        assertTrue(verdict.isGood && again.nextUpdate() != null, "$verdict")
        assertEquals("BG789PP", assertIs<CodeSays.Parking>(verdict.code?.what).code.plate)
        assertEquals("moment_too_old", again.verify(shown, now + Duration.ofSeconds(62)).reason)
        assertFailsWith<MestoException.Offline> { again.refresh() }
    }

    companion object {
        private val testbed by lazy { Testbed() }

        @JvmStatic
        @AfterAll
        fun end() = testbed.close()
    }
}
