// The native core behind the parts of a client: off the main thread, its states as flows.
package city.mesto.sdk

import city.mesto.sdk.core.Client
import city.mesto.sdk.core.Observer
import city.mesto.sdk.core.Topic
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext
import java.util.concurrent.CopyOnWriteArrayList

/** What a part needs to be made. */
class Core internal constructor(val client: Client, private val local: CoroutineDispatcher) {
    private class Shown<State>(val topic: Topic, val flow: MutableStateFlow<State>, val read: () -> State) {
        fun again() {
            flow.value = read()
        }
    }

    private val shown = CopyOnWriteArrayList<Shown<*>>()
    private val changes = Channel<List<Topic>>(Channel.UNLIMITED)
    private val reading = CoroutineScope(local + SupervisorJob()).launch {
        for (topics in changes) shown.filter { it.topic in topics }.forEach { it.again() }
    }

    // The core's own thread only says what changed: a call back into the core would be one of a
    // thread that is not the app's.
    private val subscription = client.subscribe(object : Observer {
        override fun changed(topics: List<Topic>) {
            changes.trySend(topics)
        }
    })

    /**
     * The core works on the thread that asks it until it waits for an answer: never on the
     * screen's.
     */
    suspend fun <Answer> on(call: suspend () -> Answer): Answer = withContext(local) { call() }

    /** What is read by [read]: now, and whenever the core says that [topic] changed. */
    fun <State> state(topic: Topic, read: () -> State): StateFlow<State> {
        val one = Shown(topic, MutableStateFlow(read()), read)
        shown += one
        // It may have changed before it was listened for.
        one.again()
        return one.flow.asStateFlow()
    }

    /**
     * The core's objects stay, and go with the last reference to them: what is called later is
     * answered by the core, `closed` or as it was last. One that was destroyed would crash.
     */
    internal fun close() {
        subscription.cancel()
        reading.cancel()
        client.shutDown()
    }

    internal companion object {
        /** The core counts from 0 and says itself that a length must be positive. */
        fun atLeastNone(count: Int): UInt = count.coerceAtLeast(0).toUInt()
    }
}
