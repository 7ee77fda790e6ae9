// A testbed and a phone for tests: see docs/testbed.md and docs/scenarios.md.
package city.mesto.sdk

import city.mesto.sdk.core.CityId
import city.mesto.sdk.core.ClientConfig
import city.mesto.sdk.core.DeviceClock
import city.mesto.sdk.core.OperatorLink
import city.mesto.sdk.core.Reminder
import city.mesto.sdk.core.ReminderPlan
import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonNull
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive
import kotlinx.serialization.json.jsonArray
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive
import java.io.File
import java.net.InetAddress
import java.net.InetSocketAddress
import java.net.ServerSocket
import java.net.Socket
import java.net.URI
import java.net.URLEncoder
import java.net.http.HttpClient
import java.net.http.HttpRequest
import java.net.http.HttpResponse
import java.nio.file.Files
import java.time.Duration
import java.time.Instant
import java.util.concurrent.TimeUnit

val root = File(System.getenv("MESTO_ROOT") ?: "../..").canonicalFile!!

/** The folder of the native library and of the `mesto` program. */
val built = System.getenv("MESTO_LIB_DIR")?.let(::File) ?: root.resolve("target/debug")

fun json(vararg fields: Pair<String, Any?>) = JsonObject(
    fields.associate { (name, value) ->
        name to when (value) {
            null -> JsonNull
            is JsonElement -> value
            is Boolean -> JsonPrimitive(value)
            is Number -> JsonPrimitive(value)
            else -> JsonPrimitive(value.toString())
        }
    },
)

fun JsonObject.text(name: String) = getValue(name).jsonPrimitive.content

/** The city of the testbed. */
val belgrade = CityId("belgrade")

/** A problem document of the operator, passed on by the testbed. */
class Problem(val code: String, detail: String) : Exception(detail)

/** A city of its own in a process; ends with its standard input. */
class Testbed(start: String = "2025-09-03T08:00:00Z", vararg more: String) : AutoCloseable {
    private val process = ProcessBuilder(built.resolve("mesto").path, "testbed", "--port", "0", "--json", "--start", start, *more)
        .redirectError(ProcessBuilder.Redirect.INHERIT).apply { environment().putIfAbsent("RUST_LOG", "error") }.start()
    private val addresses = Json.parseToJsonElement(checkNotNull(process.inputReader().readLine()) { "the testbed said nothing" }).jsonObject
    private val http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()
    val operator = addresses.text("operator")
    val rootKey = addresses.text("root_key")

    fun ask(method: String, path: String, body: JsonObject? = null): JsonObject {
        val publisher = body?.let { HttpRequest.BodyPublishers.ofString(it.toString()) } ?: HttpRequest.BodyPublishers.noBody()
        val request = HttpRequest.newBuilder(URI(addresses.text("control") + path))
            .header("content-type", "application/json").timeout(Duration.ofSeconds(30)).method(method, publisher).build()
        val answer = http.send(request, HttpResponse.BodyHandlers.ofString())
        val document = Json.parseToJsonElement(answer.body().ifEmpty { "{}" }).jsonObject
        if (answer.statusCode() < 400) return document
        if ("code" in document) throw Problem(document.text("code"), document.text("detail"))
        error("$method $path: ${answer.statusCode()} $document")
    }

    fun now(): Instant = Instant.parse(ask("GET", "/clock").text("now"))

    /** The newest one-time code that was sent to this number. */
    fun codeFor(phone: String): String {
        val messages: JsonArray = ask("GET", "/messages?phone=" + URLEncoder.encode(phone, Charsets.UTF_8)).getValue("messages").jsonArray
        return messages.firstNotNullOf { it.jsonObject["code"]?.jsonPrimitive?.content?.takeIf { code -> code != "null" } }
    }

    override fun close() {
        process.outputStream.close()
        check(process.waitFor(20, TimeUnit.SECONDS)) { "the testbed goes on without its input" }
    }
}

/** Holds a port of this machine where nobody listens, so that nobody else is given it. */
fun nobody() = Socket().apply { bind(InetSocketAddress(InetAddress.getLoopbackAddress(), 0)) }

/** Listens and says nothing by itself. */
fun silence() = ServerSocket(0, 1, InetAddress.getLoopbackAddress())

/** Reads one request and answers it; the request's line and headers. */
fun Socket.serve(answer: String): List<String> {
    val request = getInputStream().bufferedReader()
    val head = generateSequence { request.readLine()?.ifEmpty { null } }.toList()
    // Its body too: closing with unread bytes would reset the connection, and the answer might be
    // lost with it.
    val length = head.firstNotNullOfOrNull { it.substringAfter("Content-Length: ", "").toIntOrNull() } ?: 0
    repeat(length) { request.read() }
    getOutputStream().write(answer.toByteArray())
    return head
}

/** Tells the testbed's time, wrong by [ahead]; stands still until it is told. */
class PhoneClock(@Volatile var now: Instant) : DeviceClock {
    @Volatile var ahead: Duration = Duration.ZERO

    @Volatile private var booted = now

    @Volatile private var boots = 1

    override fun wall(): Instant = now + ahead

    override fun monotonic(): Duration = Duration.between(booted, now)

    override fun boot() = "boot $boots"

    fun reboot() {
        booted = now
        boots++
    }
}

/** Keeps the last plan of alarms. */
class RememberedPlan : ReminderPlan {
    @Volatile var plan: List<Reminder> = emptyList()

    override fun replace(operator: String, plan: List<Reminder>) {
        this.plan = plan
    }
}

/** One phone with an empty folder, its clock and its alarms. */
class TestPhone private constructor(private val testbed: Testbed, private val link: OperatorLink?) : AutoCloseable {
    private val folder = Files.createTempDirectory("mesto").toFile()
    val clock = PhoneClock(testbed.now())
    val alarms = RememberedPlan()
    lateinit var mesto: Mesto
        private set

    val config = ClientConfig(folder.resolve("mesto.db").path, testbed.operator, testbed.rootKey)

    suspend fun open() {
        mesto = Mesto.open(config, city.mesto.sdk.core.Phone(clock = clock, reminders = alarms, link = link))
    }

    fun tick() {
        clock.now = testbed.now()
    }

    override fun close() {
        mesto.close()
        folder.deleteRecursively()
    }

    companion object {
        suspend fun on(testbed: Testbed, link: OperatorLink? = null, city: CityId = belgrade) = TestPhone(testbed, link).also {
            it.open()
            it.mesto.cities.refresh(city)
        }
    }
}
