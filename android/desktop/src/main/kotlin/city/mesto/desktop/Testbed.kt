// The testbed behind the window: a city in a process of its own, which ends with the window.

package city.mesto.desktop

import java.io.File
import java.net.URI
import java.net.URLEncoder
import java.net.http.HttpClient
import java.net.http.HttpRequest
import java.net.http.HttpResponse

/** An SMS that reached a phone of the testbed. */
data class Received(val at: String, val text: String)

/** `mesto testbed`; see docs/testbed.md for what its control address does. */
class Testbed(binary: File, val city: String) : AutoCloseable {
    private val process: Process = ProcessBuilder(binary.path, "testbed", "--city", city, "--port", "0", "--json")
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start()
    private val line: String = checkNotNull(process.inputStream.bufferedReader().readLine()) { "$binary testbed said nothing" }
    private val http = HttpClient.newHttpClient()

    val operator: String = said("operator")
    val rootKey: String = said("root_key")

    fun advance(minutes: Long) = post("/clock", """{"advance_seconds":${minutes * 60}}""")

    fun offline(on: Boolean) = post("/offline", """{"on":$on}""")

    /** The next purchase is executed and its answer lost. */
    fun loseNextAnswer() = post("/faults", """{"method":"POST","path":"/v1/purchases","kind":"drop_answer"}""")

    fun walkBank(page: String, card: String) = post("/bank/walk", """{"page_url":"$page","card":"$card"}""")

    /** A vehicle comes, with a trip from now on; the text of the sign in it. */
    fun vehicle(board: String): String = fields(post("/bus", """{"city":"$city","vehicle":"$board","route":"92"}"""), "sign").first()

    fun now(): String = fields(get("/clock"), "now").firstOrNull().orEmpty()

    /** What was sent to a phone, newest first. */
    fun inbox(phone: String): List<Received> {
        val json = get("/messages?phone=" + URLEncoder.encode(phone, Charsets.UTF_8))
        return fields(json, "at").zip(fields(json, "text"), ::Received)
    }

    private fun said(name: String) = checkNotNull(fields(line, name).firstOrNull()) { "no $name in $line" }

    private fun fields(json: String, name: String): List<String> =
        Regex("\"$name\"\\s*:\\s*\"((?:[^\"\\\\]|\\\\.)*)\"").findAll(json).map { it.groupValues[1].replace("\\\"", "\"").replace("\\n", "\n") }.toList()

    private fun get(path: String) = send(HttpRequest.newBuilder(URI(said("control") + path)).GET())

    private fun post(path: String, body: String) = send(
        HttpRequest.newBuilder(URI(said("control") + path)).header("content-type", "application/json").POST(HttpRequest.BodyPublishers.ofString(body)),
    )

    private fun send(request: HttpRequest.Builder): String = http.send(request.build(), HttpResponse.BodyHandlers.ofString()).body()

    override fun close() {
        process.outputStream.close()
        process.destroy()
    }
}
