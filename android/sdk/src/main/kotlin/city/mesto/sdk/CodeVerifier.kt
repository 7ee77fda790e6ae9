// An inspector's verifier: codes that drivers show, judged without a network.
package city.mesto.sdk

import city.mesto.sdk.core.TicketVerifier
import city.mesto.sdk.core.Verdict
import city.mesto.sdk.core.VerifierConfig
import city.mesto.sdk.core.VerifierData
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.withContext
import java.time.Instant

/**
 * Verifies the codes of one operator. It has no account and no file: keep what [taken] gives, and
 * hand it in at the next start, so that it works without a network from the first code on.
 */
class CodeVerifier(config: VerifierConfig, kept: VerifierData? = null, private val local: CoroutineDispatcher = Dispatchers.IO) {
    private val core = TicketVerifier(config)

    init {
        kept?.keys?.let(core::takeKeys)
        kept?.revocations?.let { core.takeRevocations(it) }
    }

    /** Takes a key set as the operator answers `GET /v1/keys`; its version. */
    fun takeKeys(text: String): ULong = core.takeKeys(text)

    /** Takes a list of ended codes as the operator answers `GET /v1/revocations`; its version. */
    fun takeRevocations(text: String, at: Instant? = null): ULong = core.takeRevocations(text, at)

    /** What it verifies with, to be kept. */
    fun taken(): VerifierData = core.taken()

    /** When to [refresh]; at once where null. */
    fun nextUpdate(): Instant? = core.nextUpdate()

    /**
     * Judges the text of a scanned code; by this machine's clock where no moment is given.
     * `keys_missing` before the first keys.
     */
    fun verify(text: String, at: Instant? = null): Verdict = core.verify(text, at)

    /** Fetches the key set and the list where they changed; whether one did. */
    suspend fun refresh(): Boolean = withContext(local) { core.refresh() }
}
