// The link over OkHttp: what surely was not sent, what may have been, and what never leaves for
// another host.
package city.mesto.sdk

import city.mesto.sdk.core.ClientConfig
import city.mesto.sdk.core.MestoException
import city.mesto.sdk.core.Phone
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withContext
import okhttp3.Call
import okhttp3.OkHttpClient
import org.junit.jupiter.api.io.TempDir
import java.io.File
import java.util.concurrent.atomic.AtomicInteger
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertTrue

class OkHttpLinkTest {
    @TempDir lateinit var folder: File

    private suspend fun mesto(port: Int, link: OkHttpLink = OkHttpLink()) =
        Mesto.open(ClientConfig(folder.resolve("mesto.db").path, "http://127.0.0.1:$port", "A".repeat(43)), Phone(link = link))

    /** What a call fails with when the server reads a request, writes these bytes and closes. */
    private fun failsWith(answer: String): Pair<MestoException, List<String>> = runBlocking {
        silence().use { server ->
            val serving = async(Dispatchers.IO) { server.accept().use { it.serve(answer) } }
            val failure = mesto(server.localPort).use { assertFailsWith<MestoException> { it.account.requestCode("+381641234567") } }
            failure to serving.await()
        }
    }

    @Test
    fun `only without a connection nothing was sent`() = runBlocking<Unit> {
        nobody().use { closed ->
            mesto(closed.localPort).use { assertEquals("offline", assertFailsWith<MestoException.Offline> { it.cities.refresh(belgrade) }.code) }
        }
        assertEquals("no_answer", failsWith("").first.code)
        assertEquals("no_answer", failsWith("HTTP/1.1 200 X\r\nContent-Length: 9\r\n\r\n{}").first.code)
    }

    @Test
    fun `an answer of somebody else and a redirect are answers`() {
        val (portal, asked) = failsWith("HTTP/1.1 403 X\r\nContent-Length: 2\r\n\r\n{}")
        assertEquals("answer_unreadable", portal.code)
        assertTrue(asked.first().startsWith("GET /v1/keys "), "before the number: $asked")
        val elsewhere = failsWith("HTTP/1.1 302 X\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n").first
        assertEquals("answer_unreadable", elsewhere.code)
    }

    @Test
    fun `a cancelled coroutine cancels the request`() = runBlocking<Unit> {
        val asked = CompletableDeferred<Call>()
        val client = OkHttpClient.Builder().addInterceptor { chain -> asked.complete(chain.call()); chain.proceed(chain.request()) }.build()
        silence().use { silent ->
            mesto(silent.localPort, OkHttpLink(client)).use { mesto ->
                val waiting = async(Dispatchers.Default) { mesto.cities.refresh(belgrade) }
                withContext(Dispatchers.IO) { silent.accept() }.use { socket ->
                    waiting.cancelAndJoin()
                    assertTrue(asked.await().isCanceled(), "with the coroutine, and not when its time is over")
                    // The request is read to its end: the connection was given up.
                    socket.soTimeout = 60_000
                    withContext(Dispatchers.IO) { socket.getInputStream().readAllBytes() }
                }
            }
        }
    }

    @Test
    fun `the app's interceptors see every request`() = runBlocking<Unit> {
        val seen = AtomicInteger()
        val client = OkHttpClient.Builder().addInterceptor { chain -> seen.incrementAndGet(); chain.proceed(chain.request()) }.build()
        nobody().use { closed ->
            mesto(closed.localPort, OkHttpLink(client)).use { assertFailsWith<MestoException.Offline> { it.cities.refresh(belgrade) } }
        }
        assertTrue(seen.get() > 0)
    }
}
