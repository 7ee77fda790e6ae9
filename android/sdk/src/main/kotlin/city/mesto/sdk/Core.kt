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
            try {
                flow.value = read()
            } catch (_: IllegalStateException) {
                // It was let go of meanwhile: the last value stays.
            }
        }
    }

    private val shown = CopyOnWriteArrayList<Shown<*>>()
    private val objects = CopyOnWriteArrayList<AutoCloseable>()
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

    /** An object of the core that is let go of with it. */
    fun <Object : AutoCloseable> holds(it: Object): Object = it.also(objects::add)

    internal fun close() {
        subscription.cancel()
        subscription.close()
        reading.cancel()
        // First the file: calls that still wait hold the core for a while.
        client.shutDown()
        objects.forEach(AutoCloseable::close)
        client.close()
    }

    internal companion object {
        /** The core counts from 0 and says itself that a length must be positive. */
        fun atLeastNone(count: Int): UInt = count.coerceAtLeast(0).toUInt()
    }
}
