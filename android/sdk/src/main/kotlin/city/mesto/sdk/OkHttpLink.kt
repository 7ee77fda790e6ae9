// The way to the operator over the app's own OkHttp, which is then an app's dependency and not this
// library's.
package city.mesto.sdk

import city.mesto.sdk.core.OperatorLink
import city.mesto.sdk.core.LinkAnswer
import city.mesto.sdk.core.LinkReply
import city.mesto.sdk.core.LinkRequest
import okhttp3.Call
import okhttp3.Callback
import okhttp3.MediaType
import okhttp3.OkHttpClient
import okhttp3.Request
import okhttp3.RequestBody
import okhttp3.Response
import okio.BufferedSink
import java.io.IOException
import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.TimeUnit
import java.util.concurrent.atomic.AtomicBoolean

/**
 * Give it as `Phone(link = OkHttpLink(client), linkStreams = true)`: requests then go through the
 * app's proxies, pins, interceptors and connections. An interceptor that logs headers or bodies
 * logs the session's token and the plate.
 */
class OkHttpLink(client: OkHttpClient = OkHttpClient()) : OperatorLink {
    private val calls = ConcurrentHashMap<ULong, Call>()
    private val client = client.newBuilder()
        // A redirect could carry the token to another host.
        .followRedirects(false)
        .followSslRedirects(false)
        // Runs when a connection was made and before the first byte is written.
        .addNetworkInterceptor { chain ->
            chain.request().tag(AtomicBoolean::class.java)?.set(true)
            chain.proceed(chain.request())
        }
        .build()

    /** The operator sends a comment every 20 seconds; the core gives a silent stream up itself. */
    private val streams = this.client.newBuilder().readTimeout(60, TimeUnit.SECONDS).callTimeout(0, TimeUnit.SECONDS).build()

    override fun send(request: LinkRequest, reply: LinkReply) {
        val leaving = AtomicBoolean()
        val outgoing = Request.Builder().url(request.url).tag(AtomicBoolean::class.java, leaving)
            .method(request.method, request.body?.let(::Once) ?: Once(ByteArray(0)).takeIf { request.method == "POST" })
        request.headers.forEach { (name, value) -> outgoing.header(name, value) }
        val call = (if (request.isStream) streams else client).newCall(outgoing.build())
        if (!request.isStream) call.timeout().timeout(request.timeout.toMillis(), TimeUnit.MILLISECONDS)
        calls[request.id] = call
        call.enqueue(object : Callback {
            override fun onFailure(call: Call, e: IOException) = end { if (leaving.get()) it.unknown("$e") else it.notSent("$e") }

            override fun onResponse(call: Call, response: Response) = end {
                try {
                    if (request.isStream && response.code == 200) response.use { stream -> follow(stream, it) }
                    else it.answered(response.use(::read))
                } catch (broken: IOException) {
                    it.unknown("$broken")
                }
            }

            // A stream can be cancelled for as long as it is followed.
            private fun end(tell: (LinkReply) -> Unit) = try {
                reply.use(tell)
            } finally {
                calls.remove(request.id)
            }
        })
    }

    override fun cancel(request: ULong) {
        calls.remove(request)?.cancel()
    }

    /** Hands on what comes until the stream ends or is cancelled. */
    private fun follow(response: Response, reply: LinkReply) {
        reply.begun(response.code.toUShort(), response.headers.toMap())
        val source = response.body.source()
        while (!source.exhausted()) reply.more(source.buffer.readByteArray())
        reply.unknown("the stream ended")
    }

    private fun read(response: Response): LinkAnswer {
        val source = response.body.source()
        if (source.request(LONGEST_ANSWER + 1)) throw IOException("the answer is too long")
        return LinkAnswer(response.code.toUShort(), response.headers.toMap(), source.readByteArray())
    }

    /** Sent once at most: sending it again is the core's to decide, with the same key. */
    private class Once(private val bytes: ByteArray) : RequestBody() {
        override fun contentType(): MediaType? = null

        override fun contentLength(): Long = bytes.size.toLong()

        override fun isOneShot() = true

        override fun writeTo(sink: BufferedSink) {
            sink.write(bytes)
        }
    }

    private companion object {
        const val LONGEST_ANSWER = 8L * 1024 * 1024
    }
}
