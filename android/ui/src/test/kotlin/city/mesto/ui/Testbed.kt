// A city of its own for a test: operator, bank and control in one process, ended with the test.

package city.mesto.ui

import java.io.File
import java.net.URI
import java.net.URLEncoder
import java.net.http.HttpClient
import java.net.http.HttpRequest
import java.net.http.HttpResponse
import java.time.Instant
import java.util.concurrent.TimeUnit

/** `mesto testbed`; see docs/testbed.md. */
class Testbed(city: String = "belgrade") : AutoCloseable {
    private val process: Process = ProcessBuilder(binary().path, "testbed", "--city", city, "--port", "0", "--json")
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start()
    private val line: String = checkNotNull(process.inputStream.bufferedReader().readLine()) { "the testbed said nothing" }
    private val http = HttpClient.newHttpClient()

    val operator: String = said("operator")
    val rootKey: String = said("root_key")

    /** The newest one-time code sent to a phone. */
    fun code(phone: String): String = field(get("/messages?phone=" + URLEncoder.encode(phone, Charsets.UTF_8)), "code")

    /** Walks the bank's page as a browser would, to a payment. */
    fun payAt(page: String) = post("/bank/walk", """{"page_url":"$page","card":"approve"}""")

    fun dropNextAnswer(path: String) = post("/faults", """{"method":"POST","path":"$path","kind":"drop_answer"}""")

    /** A daily order as an inspector issues it: the number on its slip. */
    fun issueOrder(zone: String, plate: String): String =
        field(post("/inspector/orders", """{"zone":"$zone","plate":"$plate","violation":"no_ticket"}"""), "number")

    /**
     * What happens at a facility, as its controller tells it; without an event how many places are
     * free.
     */
    fun controller(facility: String, event: String? = null, ticket: String? = null, at: Instant? = null, free: Int? = null) {
        val told = mapOf("facility" to facility, "event" to event, "ticket" to ticket, "at" to at).mapNotNull { (name, value) -> value?.let { "\"$name\":\"$it\"" } }
        post("/controller/report", (told + listOfNotNull(free?.let { "\"free\":$it" })).joinToString(",", "{", "}"))
    }

    /** Whether the barrier opens for a ticket. */
    fun opens(facility: String, ticket: String): Boolean = ask("/controller/exit", """{"facility":"$facility","ticket":"$ticket"}""").statusCode() == 200

    /** A vehicle comes to where the rider stands, on a trip from now on; the text of its sign. */
    fun bus(board: String, plate: String): String = field(post("/bus", """{"vehicle":"$board","plate":"$plate","route":"92"}"""), "sign")

    /** What a terminal in it shows now. */
    fun terminal(board: String): String = field(post("/bus/terminal", """{"vehicle":"$board"}"""), "code")

    fun advance(minutes: Long) = post("/clock", """{"advance_seconds":${minutes * 60}}""")

    fun offline(on: Boolean) = post("/offline", """{"on":$on}""")

    fun ledger(): String = get("/ledger")

    private fun said(name: String) = field(line, name)

    private fun field(json: String, name: String): String =
        checkNotNull(Regex("\"$name\"\\s*:\\s*\"([^\"]*)\"").find(json)) { "no $name in $json" }.groupValues[1]

    private fun get(path: String) = told(answer(HttpRequest.newBuilder(at(path)).GET()))

    private fun post(path: String, body: String) = told(ask(path, body))

    private fun ask(path: String, body: String): HttpResponse<String> =
        answer(HttpRequest.newBuilder(at(path)).header("content-type", "application/json").POST(HttpRequest.BodyPublishers.ofString(body)))

    private fun at(path: String) = URI(said("control") + path)

    private fun answer(request: HttpRequest.Builder): HttpResponse<String> = http.send(request.build(), HttpResponse.BodyHandlers.ofString())

    private fun told(answer: HttpResponse<String>): String {
        check(answer.statusCode() in 200..299) { "${answer.uri()}: ${answer.statusCode()} ${answer.body()}" }
        return answer.body()
    }

    override fun close() {
        process.outputStream.close()
        if (!process.waitFor(10, TimeUnit.SECONDS)) process.destroyForcibly()
    }

    private companion object {
        fun binary(): File {
            val file = File(System.getenv("MESTO_BIN") ?: File(root(), "target/debug/mesto").path)
            check(file.canExecute()) { "$file is not built: cargo build -p mesto-cli" }
            return file
        }
    }
}
