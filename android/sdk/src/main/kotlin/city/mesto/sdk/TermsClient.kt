// The contract and its changes.
package city.mesto.sdk

import city.mesto.sdk.core.AcceptedTerms
import city.mesto.sdk.core.CityId
import city.mesto.sdk.core.CityTerms
import city.mesto.sdk.core.TermsPending

/**
 * The contract and its changes. A quote tells in `termsPending` what is to be shown before the
 * button that pays.
 */
interface TermsClient {
    /** A change, for the person, to be shown before the button that pays. */
    suspend fun text(pending: TermsPending): String

    /** The terms of a city with every version, and what this account accepted. */
    suspend fun list(city: CityId): List<CityTerms>

    /** Accepts a version, as it was shown. Who disagrees suspends the account or closes it. */
    suspend fun accept(city: CityId, id: String, version: String): AcceptedTerms
}

val MestoClient.terms: TermsClient get() = part(TermsClient::class.java, ::TermsOfCore)

private class TermsOfCore(private val core: Core) : TermsClient {
    private val terms = core.client.terms()

    override suspend fun text(pending: TermsPending) = core.on { terms.pendingText(pending) }

    override suspend fun list(city: CityId) = core.on { terms.list(city) }

    override suspend fun accept(city: CityId, id: String, version: String) = core.on { terms.accept(city, id, version) }
}
