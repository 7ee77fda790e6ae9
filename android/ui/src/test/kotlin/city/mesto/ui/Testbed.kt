// A city of its own for a test: operator, bank and control in one process, ended with the test.

package city.mesto.ui

import java.io.File
import java.net.URI
import java.net.URLEncoder
import java.net.http.HttpClient
import java.net.http.HttpRequest
import java.net.http.HttpResponse
import java.util.concurrent.TimeUnit

/** `mesto testbed`; see docs/testbed.md. */
class Testbed : AutoCloseable {
    private val process: Process = ProcessBuilder(binary().path, "testbed", "--port", "0", "--json")
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start()
    private val line: String = checkNotNull(process.inputStream.bufferedReader().readLine()) { "the testbed said nothing" }
    private val http = HttpClient.newHttpClient()

    val operator: String = said("operator")
    val rootKey: String = said("root_key")

    /** The newest one-time code sent to a phone. */
    fun code(phone: String): String = field(get("/outbox?phone=" + URLEncoder.encode(phone, Charsets.UTF_8)), "code")

    /** Walks the bank's page as a browser would, to a payment. */
    fun payAt(page: String) = post("/bank/walk", """{"page_url":"$page","card":"approve"}""")

    fun dropNextAnswer(path: String) = post("/faults", """{"method":"POST","path":"$path","kind":"drop_answer"}""")

    /** A daily order as an inspector issues it: the number on its slip. */
    fun issueOrder(zone: String, plate: String): String =
        field(post("/inspector/orders", """{"zone":"$zone","plate":"$plate","violation":"no_ticket"}"""), "number")

    fun offline(on: Boolean) = post("/offline", """{"on":$on}""")

    fun ledger(): String = get("/ledger")

    private fun said(name: String) = field(line, name)

    private fun field(json: String, name: String): String =
        checkNotNull(Regex("\"$name\"\\s*:\\s*\"([^\"]*)\"").find(json)) { "no $name in $json" }.groupValues[1]

    private fun get(path: String) = send(HttpRequest.newBuilder(at(path)).GET())

    private fun post(path: String, body: String) =
        send(HttpRequest.newBuilder(at(path)).header("content-type", "application/json").POST(HttpRequest.BodyPublishers.ofString(body)))

    private fun at(path: String) = URI(said("control") + path)

    private fun send(request: HttpRequest.Builder): String {
        val answer = http.send(request.build(), HttpResponse.BodyHandlers.ofString())
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
