// An inspector's app of docs/guide-app-teams.md, in its own package, compiled and run as it stands
// there.
package city.mesto.app

// inspector
import city.mesto.sdk.CodeVerifier
import city.mesto.sdk.code
import city.mesto.sdk.core.MestoException
import city.mesto.sdk.core.VerifierConfig
import city.mesto.sdk.core.VerifierData
import java.time.Instant

/** [kept] is what [keep] was given at an earlier start. */
class Inspector(operator: String, rootKey: String, kept: VerifierData?, private val keep: (VerifierData) -> Unit) {
    private val verifier = CodeVerifier(VerifierConfig(operatorUrl = operator, rootKey = rootKey), kept)

    /**
     * Keys and the list of ended codes, only where they changed (ETag): before the first code, at
     * `nextUpdate()`, and whenever there is a network.
     */
    suspend fun refresh() {
        if (verifier.refresh()) keep(verifier.taken())
    }

    /**
     * What to show of a scanned code. [at] is this phone's clock where it is null; against a
     * testbed give the testbed's.
     */
    fun judge(scanned: String, at: Instant? = null): String =
        try {
            val verdict = verifier.verify(scanned, at)
            if (verdict.isGood) "good: ${verdict.code?.what}" else "not good: ${verdict.reason}" // moment_too_old, over, revoked, reissued, other_issuer, ...
        } catch (error: MestoException.NotNow) {
            "not judged: ${error.code}" // keys_missing: neither `kept` nor `refresh()` brought keys yet
        }
}
// inspector end
