// Payments at merchants.
package city.mesto.sdk.merchants

import city.mesto.sdk.Core
import city.mesto.sdk.MestoClient
import city.mesto.sdk.core.CityId
import city.mesto.sdk.core.ItemOffer
import city.mesto.sdk.core.ItemOutcome
import city.mesto.sdk.core.MerchantCategoryId
import city.mesto.sdk.core.MerchantName
import city.mesto.sdk.core.MerchantPayment
import city.mesto.sdk.core.MerchantPaymentPage
import city.mesto.sdk.core.MerchantsOffer
import city.mesto.sdk.core.MerchantsState
import city.mesto.sdk.core.MerchantsSubject
import city.mesto.sdk.core.PurchaseIntent
import city.mesto.sdk.core.Quote
import city.mesto.sdk.core.Topic
import kotlinx.coroutines.flow.StateFlow

/** Payments at merchants: goods and services that have nothing to do with transport. */
interface MerchantsClient {
    /** The current value at once, read when it is asked for first; then every change. */
    val state: StateFlow<MerchantsState>

    /** As of this moment: [state] may be a change behind. */
    fun current(): MerchantsState

    /** What a merchant is called, in the rider's language. Without a connection. */
    suspend fun name(names: List<MerchantName>): String

    /** What a category of merchants is called, in the rider's language. Without a connection. */
    suspend fun categoryName(city: CityId, category: MerchantCategoryId): String

    /**
     * Whether what was scanned is a code of a merchant of this city; throws what it is instead.
     * Nothing of it is opened. Without a connection.
     */
    suspend fun checkCode(city: CityId, scanned: String)

    /**
     * What paying would be: the merchant, the amount, the fee, and the contract that is accepted by
     * paying. Nothing is charged; buying the quote pays it, from the balance alone. Where the offer
     * `repeats` another payment the payer is asked first, and the price is asked for again with
     * `isAgain`.
     */
    suspend fun quote(city: CityId, subject: MerchantsSubject): Quote

    /** Payments of this account, newest first; [cursor] is `next` of the page before. */
    suspend fun history(cursor: String? = null, limit: Int = 50): MerchantPaymentPage
}

val MestoClient.merchants: MerchantsClient get() = part(MerchantsClient::class.java, ::MerchantsOfCore)

/** What is promised of a payment at a merchant; null when the quote is of another service. */
val Quote.merchantsOffer: MerchantsOffer?
    get() = items.firstNotNullOfOrNull { (it.offer as? ItemOffer.Merchants)?.offer }

/** What was paid at a merchant. */
val PurchaseIntent.merchantPayment: MerchantPayment?
    get() = items.firstNotNullOfOrNull { (it.outcome as? ItemOutcome.Merchants)?.outcome?.payment }

private class MerchantsOfCore(private val core: Core) : MerchantsClient {
    private val merchants = core.client.merchants()

    override val state by lazy { core.state(Topic.Merchants, merchants::state) }

    override fun current() = merchants.state()

    override suspend fun name(names: List<MerchantName>) = core.on { merchants.name(names) }

    override suspend fun categoryName(city: CityId, category: MerchantCategoryId) =
        core.on { merchants.categoryName(city, category) }

    override suspend fun checkCode(city: CityId, scanned: String) = core.on { merchants.checkCode(city, scanned) }

    override suspend fun quote(city: CityId, subject: MerchantsSubject) = core.on { merchants.quote(city, subject) }

    override suspend fun history(cursor: String?, limit: Int) =
        core.on { merchants.history(cursor, Core.atLeastNone(limit)) }
}
