// How the core's values, errors, ports and waiting calls are in Kotlin.
package city.mesto.sdk

import city.mesto.sdk.core.CityId
import city.mesto.sdk.core.ClientConfig
import city.mesto.sdk.core.DeviceClock
import city.mesto.sdk.core.DeviceKey
import city.mesto.sdk.core.FacilityId
import city.mesto.sdk.core.IntentState
import city.mesto.sdk.core.Line
import city.mesto.sdk.core.MestoException
import city.mesto.sdk.core.Money
import city.mesto.sdk.core.ItemOutcome
import city.mesto.sdk.core.PayMethod
import city.mesto.sdk.core.PaymentPurpose
import city.mesto.sdk.core.Phone
import city.mesto.sdk.core.PhoneException
import city.mesto.sdk.core.IntentProgress
import city.mesto.sdk.core.Reminder
import city.mesto.sdk.core.ReminderKind
import city.mesto.sdk.core.ReminderPlan
import city.mesto.sdk.core.SecretStore
import city.mesto.sdk.core.TicketId
import city.mesto.sdk.core.Vat
import city.mesto.sdk.core.VatCategory
import city.mesto.sdk.core.ZoneId
import city.mesto.sdk.garages.garages
import city.mesto.sdk.garages.garagesOffer
import city.mesto.sdk.garages.garagesSubject
import city.mesto.sdk.orders.orders
import city.mesto.sdk.garages.visit
import city.mesto.sdk.parking.parking
import city.mesto.sdk.parking.parkingOffer
import city.mesto.sdk.parking.ticket
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.asCoroutineDispatcher
import kotlinx.coroutines.async
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withContext
import kotlinx.coroutines.withTimeout
import org.junit.jupiter.api.AfterAll
import org.junit.jupiter.api.io.TempDir
import java.io.File
import java.math.BigDecimal
import java.security.KeyPairGenerator
import java.security.Signature
import java.security.spec.ECGenParameterSpec
import java.time.Instant
import java.time.LocalDate
import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.Executors
import kotlin.test.Test
import kotlin.test.assertContains
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertFalse
import kotlin.test.assertIs
import kotlin.test.assertNotNull
import kotlin.test.assertNull
import kotlin.test.assertTrue

class MestoTest {
    @TempDir lateinit var folder: File

    private fun config(operator: String = testbed.operator, rootKey: String = testbed.rootKey, locale: String = "en") =
        ClientConfig(folder.resolve("$locale.db").path, operator, rootKey, locale = locale)

    private suspend fun driver(number: String, phone: Phone = Phone(), locale: String = "en"): Mesto {
        val mesto = Mesto.open(config(locale = locale), phone)
        try {
            mesto.cities.refresh(belgrade)
            mesto.account.requestCode(number)
            mesto.account.signIn(number, testbed.codeFor(number), "Kotlin")
        } catch (failure: MestoException) {
            mesto.close()
            throw failure
        }
        return mesto
    }

    private suspend fun Mesto.fill() {
        val page = checkNotNull(wallet.topUp(belgrade, BigDecimal(1000)).pageUrl)
        testbed.ask("POST", "/bank/walk", json("page_url" to page, "card" to "approve"))
        payments.settleAll()
    }

    @Test
    fun `money is a BigDecimal with its currency and time is an Instant`() = runBlocking<Unit> {
        val now = testbed.now()
        driver("+381650000001", Phone(clock = PhoneClock(now))).use { mesto ->
            val preview = mesto.parking.preview(belgrade, ZoneId("red"), mesto.vehicles.add(belgrade, "BG789PP").id, 60)
            assertEquals(BigDecimal("80.00"), preview.total.amount)
            assertEquals("RSD", preview.total.currency)
            assertEquals(now, preview.offer.startsAt)
            assertEquals(LocalDate.of(2025, 2, 1), preview.offer.tariffFrom)
            assertEquals("parking.limited", preview.lines.single().kind)
            assertEquals("1", preview.lines.single().params["units"])
        }
    }

    @Test
    fun `a refusal says what happened and what is allowed in the driver's language bg_50`() = runBlocking<Unit> {
        val said = mapOf(
            "en" to ("91 minutes are more than this zone allows: at most 90." to "You can buy 90 minutes now."),
            "sr-Latn-RS" to ("91 min je više nego što zona dozvoljava: najviše 90." to "Sada možete kupiti 90 min."),
            "kk-KZ" to ("91\u00a0мин — бұл аймақ рұқсат еткеннен көп: ең көбі — 90." to "Қазір 90\u00a0мин сатып алуға болады."),
            "ru" to ("91\u00a0мин — больше, чем разрешает зона: не больше 90." to "Сейчас можно купить 90\u00a0мин."),
        )
        said.entries.forEachIndexed { number, (locale, words) ->
            driver("+38165000001$number", locale = locale).use { mesto ->
                val car = mesto.vehicles.add(belgrade, "BG789PP").id
                val error = assertFailsWith<MestoException.Refused> { mesto.parking.quote(belgrade, ZoneId("red"), car, 91) }
                assertEquals(Triple("max_stay_exceeded", words.first, words.second), Triple(error.code, error.text, error.advice))
                assertEquals("90", error.params["allowed"])
                assertEquals("max_stay_exceeded: ${error.detail}", error.message)
                assertFalse("BG789PP" in error.toString() || words.first in error.toString(), "$error")
            }
        }
    }

    @Test
    fun `without a connection nothing left the phone`() = runBlocking<Unit> {
        nobody().use { closed ->
            Mesto.open(config("http://127.0.0.1:${closed.localPort}")).use { mesto ->
                val error: MestoException = assertFailsWith<MestoException.Offline> { mesto.cities.refresh(belgrade) }
                assertEquals("offline", error.code)
                assertEquals("There is no connection to the operator.", error.text)
                assertEquals("Nothing was sent and nothing was charged. Look for a signal and try again.", error.advice)
            }
        }
    }

    @Test
    fun `a wrong set-up says what is wrong`() = runBlocking<Unit> {
        assertEquals("set_up_wrong", assertFailsWith<MestoException.Phone> { Mesto.open(config(rootKey = "abc")) }.code)
        assertEquals("set_up_wrong", assertFailsWith<MestoException.Phone> { Mesto.open(config("http://operator.example")) }.code)
    }

    @Test
    fun `the token lies in the phone's own secrets and not in the database`() = runBlocking<Unit> {
        val secrets = MemorySecrets()
        driver("+381650000020", Phone(secrets = secrets)).use { mesto ->
            val token = secrets.kept.getValue("localhost/session_token")
            assertTrue(mesto.account.current().isSignedIn)
            for (name in listOf("en.db", "en.db-wal")) {
                assertFalse(token in folder.resolve(name).readText(Charsets.ISO_8859_1), "the token lies in $name")
            }
        }
    }

    @Test
    fun `a locked keychain is an error of the phone`() = runBlocking<Unit> {
        val locked = object : SecretStore by MemorySecrets() {
            override fun set(name: String, value: String) = throw PhoneException.Failed("the keychain is locked")
        }
        val error = assertFailsWith<MestoException.Phone> { driver("+381650000021", Phone(secrets = locked, deviceKey = JavaKey())) }
        assertEquals("phone_secrets_failed", error.code)
        assertTrue("the keychain is locked" in error.detail)
    }

    @Test
    fun `a key of the platform signs in and signs the ticket's code`() = runBlocking<Unit> {
        val alarms = RememberedPlan()
        driver("+381650000022", Phone(deviceKey = JavaKey(), reminders = alarms)).use { mesto ->
            mesto.fill()
            val ticket = checkNotNull(mesto.payments.buy(mesto.parking.quote(belgrade, ZoneId("red"), mesto.vehicles.add(belgrade, "BG789PP").id, 60)).ticket)
            assertTrue(mesto.parking.code(ticket.id).text.startsWith("MESTO1:"))
            assertEquals(listOf(ReminderKind.BeforeEnd(5u), ReminderKind.AtEnd), alarms.plan.map { it.kind })
        }
    }

    @Test
    fun `the flow has the current state at once and then every change`() = runBlocking<Unit> {
        driver("+381650000030").use { mesto ->
            val two = async { mesto.vehicles.state.first { it.vehicles.size == 2 } }
            mesto.vehicles.add(belgrade, "BG789PP")
            mesto.vehicles.add(belgrade, "NS123AB")
            assertEquals(listOf("BG789PP", "NS123AB"), withTimeout(20_000) { two.await() }.vehicles.map { it.plate.canonical })
        }
    }

    @Test
    fun `a cancelled coroutine calls the waiting call off`() = runBlocking<Unit> {
        silence().use { silent ->
            Mesto.open(config("http://127.0.0.1:${silent.localPort}")).use { mesto ->
                val waiting = async(Dispatchers.Default) { mesto.cities.refresh(belgrade) }
                withContext(Dispatchers.IO) { silent.accept() }.use { waiting.cancelAndJoin() }
                // A call that went on to the end of its time would fail with that.
                assertFailsWith<CancellationException> { waiting.await() }
            }
        }
    }

    @Test
    fun `the core never works on the caller's thread`() = runBlocking<Unit> {
        val screen = Executors.newSingleThreadExecutor { Thread(it, "screen") }
        val working = ConcurrentHashMap.newKeySet<String>()
        val clock = PhoneClock(testbed.now())
        val telling = object : DeviceClock by clock {
            override fun wall(): Instant = clock.wall().also { working += Thread.currentThread().name }
        }
        screen.asCoroutineDispatcher().use { caller ->
            withContext(caller) {
                driver("+381650000031", Phone(clock = telling)).use { mesto ->
                    working.clear()
                    mesto.vehicles.add(belgrade, "BG789PP")
                    mesto.account.sync()
                    mesto.parking.history()
                    assertTrue(working.isNotEmpty() && working.none { it.startsWith("screen") }, "$working")
                }
            }
        }
    }

    @Test
    fun `a port that throws stops nothing`() = runBlocking<Unit> {
        val noAlarms = object : ReminderPlan {
            override fun replace(operator: String, plan: List<Reminder>) = error("no alarms today")
        }
        driver("+381650000032", Phone(reminders = noAlarms)).use { mesto ->
            mesto.vehicles.add(belgrade, "BG789PP")
            withTimeout(20_000) { mesto.vehicles.state.first { it.vehicles.size == 1 } }
        }
        val noClock = object : DeviceClock by PhoneClock(testbed.now()) {
            override fun wall(): Instant = error("no clock")
        }
        assertEquals("set_up_wrong", assertFailsWith<MestoException.Phone> { Mesto.open(config(locale = "sr"), Phone(clock = noClock)) }.code)
    }

    @Test
    fun `a value that nobody can mean is an error and no panic`() = runBlocking<Unit> {
        driver("+381650000033").use { mesto ->
            val quote = mesto.parking.quote(belgrade, ZoneId("red"), mesto.vehicles.add(belgrade, "BG789PP").id, 60)
            assertEquals("out_of_range", assertFailsWith<MestoException.Refused> { mesto.wallet.topUp(belgrade, BigDecimal("1e40")) }.code)
            assertEquals("out_of_range", assertFailsWith<MestoException.Refused> { mesto.payments.buy(quote.copy(expiresAt = Instant.MAX)) }.code)
            assertEquals("id_invalid", assertFailsWith<MestoException.Refused> { mesto.parking.ticket(TicketId("nonsense")) }.code)
            assertEquals("out_of_range", assertFailsWith<MestoException.Refused> { mesto.parking.history(limit = -1) }.code)
            assertEquals("out_of_range", assertFailsWith<MestoException.Refused> { mesto.payments.intents(limit = 0) }.code)
            val altered = assertFailsWith<MestoException.Refused> { mesto.payments.buy(quote.copy(total = quote.total.copy(amount = BigDecimal("1.00")))) }
            assertEquals("quote_altered", altered.code)
        }
    }

    @Test
    fun `no value in a call that cannot fail ends the app`() = runBlocking<Unit> {
        Mesto.open(config()).use { mesto ->
            val nowhere = CityId("Novi Sad")
            assertEquals("Back", mesto.text("go-back", city = nowhere))
            assertEquals("Back", mesto.texts(nowhere).goBack())
            assertNull(mesto.utcOffset(testbed.now(), nowhere))
            assertNull(mesto.utcOffset(Instant.MAX))
            for (sum in listOf(Money(BigDecimal.ONE, "rsd"), Money(BigDecimal("1e40"), "RSD"))) {
                val refused = assertFailsWith<MestoException.Refused> { mesto.wallet.preview(sum) }
                assertEquals("out_of_range", refused.code)
                val line = Line("parking.limited", emptyMap(), sum, Vat(VatCategory.Unknown, null, null), null)
                assertEquals(refused.text, mesto.text(line))
            }
        }
    }

    @Test
    fun `a param without a value is absent`() = runBlocking<Unit> {
        driver("+381650000036").use { mesto ->
            val refused = assertFailsWith<MestoException.NotNow> { mesto.garages.quote(belgrade, FacilityId("kalemegdan"), "GR004217") }
            assertFalse("heard_at" in refused.params, "${refused.params}")
        }
    }

    @Test
    fun `what is bought and promised is told in its service's own types and in words`() = runBlocking<Unit> {
        driver("+381650000034").use { mesto ->
            mesto.fill()
            val quote = mesto.parking.quote(belgrade, ZoneId("red"), mesto.vehicles.add(belgrade, "NS123AB").id, 60)
            assertEquals(60u, quote.parkingOffer?.grantedMinutes)
            assertEquals("parking", quote.items.single().service)
            assertTrue(quote.items.single().lines.all { mesto.text(it).isNotEmpty() })
            val intent = mesto.payments.buy(quote)
            assertEquals(IntentState.Confirmed, intent.state)
            assertEquals(quote.items.single().offer, intent.items.single().offer)
            assertEquals(intent.ticket, mesto.parking.current().active.single())
            val entry = mesto.wallet.history().items.first()
            assertEquals("parking.ticket", entry.kind)
            assertFalse("parking.ticket" in mesto.wallet.text(entry), "in words: ${mesto.wallet.text(entry)}")
        }
    }

    @Test
    fun `a ticket by card waits at the bank until it was heard bg_43`() = runBlocking<Unit> {
        driver("+381650000035").use { mesto ->
            val car = mesto.vehicles.add(belgrade, "NI456CD").id
            val intent = mesto.payments.buy(mesto.parking.quote(belgrade, ZoneId("red"), car, 90, PayMethod.Card))
            assertEquals(IntentState.Unconfirmed(IntentProgress.AT_BANK), intent.state)
            assertTrue(intent.isOpen && mesto.payments.current().open.single().key == intent.key)
            // Whatever it is paid by, the same thing is not bought again meanwhile.
            val again = assertFailsWith<MestoException.Refused> { mesto.payments.buy(mesto.parking.quote(belgrade, ZoneId("red"), car, 60)) }
            assertEquals("unconfirmed" to intent.key, again.code to again.params["intent"])
            testbed.ask("POST", "/bank/walk", json("page_url" to checkNotNull(intent.pageUrl), "card" to "approve"))
            val settled = mesto.payments.settle(intent.key)
            assertEquals(IntentState.Confirmed, settled.state)
            assertEquals(BigDecimal("200.00"), settled.payment?.captured?.amount)
            assertEquals("NI456CD", settled.ticket?.plate?.canonical)
        }
    }

    @Test
    fun `a visit to a garage is paid by its ticket typed or photographed bg_64 bg_65 bg_67`() = runBlocking<Unit> {
        val place = FacilityId("zeleni-venac")
        val entered = json("facility" to place.value, "event" to "entered", "ticket" to "KT000001", "free" to 12)
        testbed.ask("POST", "/controller/report", entered)
        driver("+381650000036").use { mesto ->
            mesto.fill()
            val view = mesto.garages.places(belgrade).first { it.facility == place }
            assertEquals(12u to true, view.free to view.isReachable)
            assertContains(mesto.garages.facilities(belgrade), view)
            assertEquals("KT000001", mesto.garages.ticketNumber(belgrade, place, "kt 0000-01"))
            val photo = root.resolve("tests/scenarios/photos/ticket.jpg").readBytes()
            assertEquals("GR004217", mesto.garages.numberFromPhoto(belgrade, place, photo))
            suspend fun refusal(ask: suspend () -> Unit) = assertFailsWith<MestoException.Refused> { ask() }.code
            assertEquals("photo_unreadable", refusal { mesto.garages.numberFromPhoto(belgrade, place, photo.copyOf(200)) })
            assertEquals("photo_unreadable", refusal { mesto.garages.numberFromPhoto(belgrade, place, byteArrayOf()) })
            val heic = byteArrayOf(0, 0, 0, 24) + "ftypheic".toByteArray() + ByteArray(40)
            val unread = assertFailsWith<MestoException.Refused> { mesto.garages.numberFromPhoto(belgrade, place, heic) }
            assertEquals("photo_unreadable" to "HEIC", unread.code to unread.params["format"])
            assertContains(unread.advice, "JPEG and PNG are read")
            assertEquals("ticket_number_invalid", refusal { mesto.garages.pay(belgrade, place, "KT!") })

            val quote = mesto.garages.quote(belgrade, place, "KT000001")
            assertEquals("KT000001" to BigDecimal("100.00"), quote.garagesOffer?.ticket to quote.total.amount)
            assertNull(quote.parkingOffer)
            val intent = mesto.payments.buy(quote)
            assertEquals("KT000001", intent.garagesSubject?.ticket)
            val visit = assertNotNull(intent.visit)
            assertEquals(listOf(visit), mesto.garages.current().inside)
            assertEquals(visit, mesto.garages.state.first { it.inside.isNotEmpty() }.inside.single())
            assertEquals(visit, mesto.garages.visit(visit.id))
            assertTrue(mesto.garages.receipt(visit.id)?.text.orEmpty().startsWith("MESTO1:"))
        }
    }

    @Test
    fun `an account is listed exported and closed once though the answer is lost av_123 av_128`() = runBlocking<Unit> {
        // A city of its own, whose clock it moves.
        Testbed().use { testbed ->
            TestPhone.on(testbed).use { phone ->
                val mesto = phone.signsIn(testbed)
                val page = checkNotNull(mesto.wallet.topUp(belgrade, BigDecimal(1000)).pageUrl)
                testbed.ask("POST", "/bank/walk", json("page_url" to page, "card" to "approve"))
                mesto.payments.settleAll()
                // What happens at one moment has no order.
                testbed.ask("POST", "/clock", json("advance_seconds" to 1))
                mesto.payments.buy(mesto.parking.quote(belgrade, ZoneId("red"), mesto.vehicles.add(belgrade, "KG123AB").id, 60))
                val newest = mesto.payments.history(limit = 1)
                val (sale, payment) = newest.items.single()
                assertEquals(Triple(PaymentPurpose.Sale, PayMethod.Deposit, sale.id), Triple(payment.purpose, payment.method, payment.sale))
                assertEquals(BigDecimal("80.00"), payment.captured.amount)
                assertEquals("KG123AB", (sale.items.single().outcome as ItemOutcome.Parking).outcome.ticket.plate.canonical)
                assertEquals("wallet", mesto.payments.history(newest.next).items.first().sale.items.single().service)
                assertEquals(0, mesto.orders.history().items.size + mesto.garages.history().items.size)
                assertContains(mesto.account.export(), "KG 123-AB")

                testbed.ask("POST", "/clock", json("advance_seconds" to 1))
                TestPhone.on(testbed).use { second ->
                    val other = second.signsIn(testbed)
                    val (own, others) = other.account.sessions().items.partition { it.isOwn }
                    assertEquals("Kotlin" to 1, others.single().device to own.size)
                    val refused = assertFailsWith<MestoException.Refused> { other.account.endSession(own.single().id) }
                    assertEquals("session_is_own", refused.code)
                    mesto.account.endSession(own.single().id)
                    assertFailsWith<MestoException.NotSignedIn> { other.account.sync() }
                }

                testbed.ask("POST", "/faults", json("method" to "DELETE", "path" to "/v1/account", "kind" to "drop_answer"))
                assertFailsWith<MestoException.NoAnswer> { mesto.account.closeAccount() }
                assertTrue(mesto.account.current().isClosing)
                val closed = mesto.account.closeAccount()
                val refund = assertNotNull(closed.refund)
                assertEquals(null to BigDecimal("920.00"), closed.settled to refund.amount.amount)
                assertContains(mesto.payments.text(refund), "920.00")
                assertFalse(mesto.account.current().isSignedIn)
                assertNull(mesto.wallet.current().balance)
                assertFailsWith<MestoException.NotSignedIn> { mesto.account.closeAccount() }
            }
        }
    }

    private suspend fun TestPhone.signsIn(testbed: Testbed): Mesto {
        val number = "+381650000037"
        mesto.account.requestCode(number)
        mesto.account.signIn(number, testbed.codeFor(number), "Kotlin")
        return mesto
    }

    @Test
    fun `closing again does nothing`() = runBlocking<Unit> {
        Mesto.open(config()).apply {
            close()
            close()
        }
    }

    @Test
    fun `after its end each call says so and what cannot fail is as it was last`() = runBlocking<Unit> {
        val mesto = driver("+381650000038")
        val car = mesto.vehicles.add(belgrade, "BG789PP").id
        val (account, name) = mesto.account.current() to mesto.text("error-closed")
        mesto.close()
        assertTrue(mesto.now().isAfter(Instant.EPOCH))
        assertEquals(account, mesto.account.current())
        assertEquals(account, mesto.account.state.first())
        assertEquals(listOf(car), mesto.vehicles.state.first().vehicles.map { it.id }, "read before")
        assertEquals(mesto.parking.current(), mesto.parking.state.first(), "reached first after the end")
        assertEquals(emptyList(), mesto.payments.state.first().open)
        assertEquals(name, mesto.text("error-closed"))
        assertEquals(mesto.connection.value, mesto.connection.first())
        assertNull(mesto.recovery())
        mesto.utcOffset(mesto.now(), belgrade)
        mesto.replan()
        val calls = listOf<suspend () -> Any?>(
            { mesto.account.sync() },
            { mesto.cities.refresh(belgrade) },
            { mesto.operator.refresh() },
            { mesto.vehicles.add(belgrade, "BG790PP") },
            { mesto.parking.quote(belgrade, ZoneId("red"), car, 60) },
            { mesto.parking.parked() },
            { mesto.orders.history() },
            { mesto.garages.places(belgrade) },
            { mesto.payments.intents() },
            { mesto.payments.settleAll() },
            { mesto.wallet.topUp(belgrade, BigDecimal(1000)) },
        )
        calls.forEachIndexed { index, call ->
            assertEquals("closed", assertFailsWith<MestoException.Phone>("call $index") { call() }.code, "call $index")
        }
    }

    @Test
    fun `closing lets go of the file at once and who waits hears of it`() = runBlocking<Unit> {
        val file = folder.resolve("en.db")
        silence().use { server ->
            val mesto = Mesto.open(config("http://127.0.0.1:${server.localPort}"))
            val waiting = async(Dispatchers.Default) { runCatching { mesto.cities.refresh(belgrade) } }
            withContext(Dispatchers.IO) { server.accept() }.use { socket ->
                mesto.close()
                assertEquals(emptyList(), folder.list().orEmpty().filter { it.startsWith("en.db-") })
                assertTrue(file.delete())
                withContext(Dispatchers.IO) { socket.serve("HTTP/1.1 200 X\r\nContent-Length: 2\r\n\r\n{}") }
                assertEquals("closed", assertIs<MestoException.Phone>(waiting.await().exceptionOrNull()).code)
            }
        }
        assertFalse(file.exists(), "nothing opened it again")
    }

    @Test
    fun `what a damaged database meant is told`() = runBlocking<Unit> {
        Mesto.open(config()).use { assertNull(it.recovery()) }
        folder.resolve("en.db").writeText("noise ".repeat(1_000))
        Mesto.open(config()).use { mesto ->
            val recovery = assertNotNull(mesto.recovery())
            assertTrue(File(recovery.setAside).exists(), "$recovery")
        }
    }

    private class MemorySecrets : SecretStore {
        val kept = ConcurrentHashMap<String, String>()

        override fun get(name: String): String? = kept[name]

        override fun set(name: String, value: String) {
            kept[name] = value
        }

        override fun remove(name: String) {
            kept.remove(name)
        }
    }

    /** A key as Android's Keystore has it: SubjectPublicKeyInfo and DER. */
    private class JavaKey : DeviceKey {
        private val pair = KeyPairGenerator.getInstance("EC").apply { initialize(ECGenParameterSpec("secp256r1")) }.generateKeyPair()

        override fun publicKey(operator: String): ByteArray = pair.public.encoded

        override fun sign(operator: String, message: ByteArray): ByteArray = Signature.getInstance("SHA256withECDSA").run {
            initSign(pair.private)
            update(message)
            sign()
        }
    }

    companion object {
        private val testbed = Testbed()

        @AfterAll
        @JvmStatic
        fun close() = testbed.close()
    }
}
