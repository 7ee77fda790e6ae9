// QR codes in frames of a camera.
package city.mesto.sdk

import city.mesto.sdk.core.CodeScanner
import city.mesto.sdk.core.ScanFrame
import city.mesto.sdk.core.Scanned
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.withContext
import java.time.Duration

/**
 * Looks at the frames of one camera, one after the other: what it saw of a code that no single
 * frame shows is put together. It needs no client. [budget] is how long a frame is looked at, 36
 * milliseconds where null; more is for a picture that was picked.
 */
class FrameScanner(budget: Duration? = null, private val local: CoroutineDispatcher = Dispatchers.Default) : AutoCloseable {
    private val core = CodeScanner(budget)

    /**
     * The QR codes of a frame, or what the user can do so that one is read. Refused with
     * `frame_invalid` where the numbers of the frame do not fit each other. What a code says is for
     * the part that sells it ([city.mesto.sdk.rides.RidesClient.checkSign]): open nothing of it.
     */
    suspend fun scan(frame: ScanFrame): Scanned = withContext(local) { core.scan(frame) }

    override fun close() = core.close()
}
