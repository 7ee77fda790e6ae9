// Several operators in one phone: each has its file, token, device key, alarms and widgets' file,
// and none touches another's.
package city.mesto.sdk

import city.mesto.sdk.core.ClientStanding
import city.mesto.sdk.core.IntentState
import city.mesto.sdk.core.MestoException
import city.mesto.sdk.core.OperatorConfig
import city.mesto.sdk.core.OperatorsConfig
import city.mesto.sdk.core.Phone
import city.mesto.sdk.core.Quote
import city.mesto.sdk.core.Reminder
import city.mesto.sdk.core.ReminderPlan
import city.mesto.sdk.core.SecretStore
import city.mesto.sdk.core.ZoneId
import city.mesto.sdk.parking.parking
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.AfterEach
import org.junit.jupiter.api.io.TempDir
import java.io.File
import java.math.BigDecimal
import java.util.TreeMap
import java.util.concurrent.ConcurrentHashMap
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertFalse
import kotlin.test.assertIs
import kotlin.test.assertNotEquals
import kotlin.test.assertNotNull
import kotlin.test.assertNull
import kotlin.test.assertTrue

class OperatorsTest {
    @TempDir lateinit var folder: File

    private val names = listOf("parking.example", "garaze.example")
    private val number = "+381650000070"
    private val beds = names.map { Testbed(more = arrayOf("--name", it)) }
    private val secrets = Secrets()
    private val alarms = Alarms()
    private val operators by lazy {
        Operators.of(OperatorsConfig(folder.path), Phone(clock = PhoneClock(beds[0].now()), secrets = secrets, reminders = alarms))
    }
    private lateinit var apps: MutableList<Mesto>

    @AfterEach
    fun close() {
        operators.close()
        beds.forEach { it.close() }
    }

    private suspend fun opened(place: Int) =
        operators.open(OperatorConfig(beds[place].operator, beds[place].rootKey, names[place]))

    private fun withTwo(test: suspend () -> Unit) = runBlocking {
        apps = mutableListOf(opened(0), opened(1))
        apps.forEach {
            it.operator.refresh()
            it.cities.refresh(belgrade)
        }
        test()
    }

    private suspend fun ready(place: Int) {
        val (app, testbed) = apps[place] to beds[place]
        app.account.requestCode(number)
        app.account.signIn(number, testbed.codeFor(number), "Kotlin")
        app.vehicles.add(belgrade, "BG789PP")
        val page = checkNotNull(app.wallet.topUp(belgrade, BigDecimal(1000)).pageUrl)
        testbed.ask("POST", "/bank/walk", json("page_url" to page, "card" to "approve"))
        app.payments.settleAll()
    }

    private suspend fun quoted(place: Int): Quote =
        apps[place].parking.quote(belgrade, ZoneId("red"), apps[place].vehicles.current().vehicles.single().id, 60)

    private suspend fun park(place: Int) = apps[place].payments.buy(quoted(place))

    private fun token(place: Int) = secrets.kept["${names[place]}/session_token"]

    private fun widget(place: Int) = folder.resolve("${names[place]}.widget.json").readText()

    @Test
    fun `two operators in one phone do not touch each other's token, file, key and reminders`() = withTwo {
        assertEquals(names.sorted(), operators.names())
        ready(0)
        assertTrue(token(0) != null && token(1) == null, "signing in at one is no business of the other")
        ready(1)
        val tickets = listOf(0, 1).map { place ->
            assertEquals(IntentState.Confirmed, park(place).state)
            apps[place].parking.current().active.single().id.value.also {
                assertTrue(it in widget(place))
                assertTrue(alarms.of(names[place]).isNotEmpty())
                assertTrue(folder.resolve("${names[place]}.db").exists())
            }
        }
        assertFalse(tickets[1] in widget(0), "no ticket of the one in the file of the other")
        assertNotEquals(token(0), token(1))
        val keys = names.map { assertNotNull(secrets.kept["$it/device_key"]) }
        assertNotEquals(keys[0], keys[1], "two operators cannot tell that it is the same phone")
        assertEquals(alarms.set.keys.toList(), operators.reminders().map { it.id }.sorted())

        fun kept() = listOf(token(1), alarms.of(names[1]), widget(1), apps[1].parking.current())
        val before = kept()
        apps[0].account.signOut()
        assertNull(token(0))
        assertEquals(emptyList(), alarms.of(names[0]))
        assertEquals(before, kept())
        apps[1].account.sync()
        assertTrue(apps[1].account.current().isSignedIn)
    }

    @Test
    fun `while one operator is down the other works`() = withTwo {
        ready(0)
        ready(1)
        val quote = quoted(0)
        beds[0].ask("POST", "/offline", json("on" to true))
        val waits = apps[0].payments.buy(quote)
        assertIs<IntentState.Unconfirmed>(waits.state)
        assertEquals(IntentState.Confirmed, park(1).state)
        assertEquals(listOf(names[0] to waits.key), operators.openIntents().map { it.operator to it.intent.key })
    }

    @Test
    fun `one that is closed is opened again and keeps its alarms`() = withTwo {
        ready(0)
        park(0)
        val set = alarms.of(names[0])
        assertEquals("operator_open", assertFailsWith<MestoException.Phone> { opened(0) }.code)
        operators.close(names[0])
        assertEquals(listOf(names[1]), operators.names())
        assertNull(operators.client(names[0]))
        assertEquals(set, alarms.of(names[0]), "its ticket goes on")
        apps[0] = opened(0)
        assertTrue(apps[0].account.current().isSignedIn)
        assertEquals(apps[0], operators.client(names[0]))
    }

    @Test
    fun `after the end of all of them each says so`() = withTwo {
        ready(0)
        operators.close()
        assertEquals(emptyList(), operators.names())
        assertNull(operators.client(names[0]))
        assertEquals(emptyList(), operators.openIntents())
        operators.replan()
        assertTrue(apps[0].account.current().isSignedIn)
        assertEquals("closed", assertFailsWith<MestoException.Phone> { apps[0].account.sync() }.code)
        operators.close()
    }

    @Test
    fun `an operator says what it is, and only under its own name`() = withTwo {
        val state = apps[1].operator.current()
        val document = assertNotNull(state.document)
        assertEquals(names[1] to listOf(belgrade), document.operator to document.cities.map { it.id })
        assertEquals(ClientStanding.Served, state.client)
        val other = operators.open(OperatorConfig(beds[1].operator, beds[1].rootKey, "other.example"))
        assertEquals("operator_untrusted", assertFailsWith<MestoException.Untrusted> { other.operator.refresh() }.code)
    }

    /**
     * The alarms of a phone, as it sets and takes them back: by the ids that begin with the
     * operator's name.
     */
    private class Alarms : ReminderPlan {
        val set = TreeMap<String, Reminder>()

        override fun replace(operator: String, plan: List<Reminder>) = synchronized(set) {
            set.keys.removeIf { it.startsWith("$operator/") }
            set.putAll(plan.associateBy { it.id })
        }

        fun of(operator: String) = synchronized(set) { set.values.filter { it.operator == operator }.map { it.id } }
    }

    private class Secrets : SecretStore {
        val kept = ConcurrentHashMap<String, String>()

        override fun get(name: String): String? = kept[name]

        override fun set(name: String, value: String) {
            kept[name] = value
        }

        override fun remove(name: String) {
            kept.remove(name)
        }
    }
}
