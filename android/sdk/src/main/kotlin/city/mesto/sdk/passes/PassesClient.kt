// Benefits and passes of a rider.
package city.mesto.sdk.passes

import city.mesto.sdk.Core
import city.mesto.sdk.MestoClient
import city.mesto.sdk.core.CategoryId
import city.mesto.sdk.core.CityId
import city.mesto.sdk.core.ItemOffer
import city.mesto.sdk.core.ItemOutcome
import city.mesto.sdk.core.ItemSubject
import city.mesto.sdk.core.Pass
import city.mesto.sdk.core.PassId
import city.mesto.sdk.core.PassOnSale
import city.mesto.sdk.core.PassPage
import city.mesto.sdk.core.PassProductId
import city.mesto.sdk.core.PassesOffer
import city.mesto.sdk.core.PassesState
import city.mesto.sdk.core.PassesSubject
import city.mesto.sdk.core.PayMethod
import city.mesto.sdk.core.PurchaseIntent
import city.mesto.sdk.core.Quote
import city.mesto.sdk.core.Topic
import kotlinx.coroutines.flow.StateFlow

/** Benefits and passes: what an office granted the rider, which passes he holds and can buy. */
interface PassesClient {
    /** The current value at once, read when it is asked for first; then every change. */
    val state: StateFlow<PassesState>

    /** As of this moment: [state] may be a change behind. */
    fun current(): PassesState

    /** Passes that a city sells, with what each costs this rider now. Without a connection. */
    suspend fun onSale(city: CityId): List<PassOnSale>

    /** What a category of riders is called, in the rider's language. Without a connection. */
    suspend fun categoryName(city: CityId, category: CategoryId): String

    /** What a pass is called, in the rider's language. Without a connection. */
    suspend fun productName(city: CityId, product: PassProductId): String

    /** Whether a pass ends soon, by the city's number of days. Without a connection. */
    suspend fun isEnding(pass: Pass): Boolean

    /**
     * What a pass would cost and until when it would hold. Nothing is charged; buying the quote
     * buys it. Where the offer `overlaps` another one the rider is asked first, and the price is
     * asked for again with `isAgain`.
     */
    suspend fun quote(city: CityId, subject: PassesSubject, pay: PayMethod = PayMethod.Deposit): Quote

    /** Passes of this account, newest first; [cursor] is `next` of the page before. */
    suspend fun history(cursor: String? = null, limit: Int = 50): PassPage

    /** Gives a pass back before its first day, where the city says so. */
    suspend fun giveBack(pass: PassId): Pass
}

val MestoClient.passes: PassesClient get() = part(PassesClient::class.java, ::PassesOfCore)

/** What is promised of a pass; null when the quote is of another service. */
val Quote.passesOffer: PassesOffer? get() = items.firstNotNullOfOrNull { (it.offer as? ItemOffer.Passes)?.offer }

/** The pass that is to be bought; null when the intent is of another service. */
val PurchaseIntent.passesSubject: PassesSubject? get() = items.firstNotNullOfOrNull { (it.subject as? ItemSubject.Passes)?.subject }

/** The pass that was bought. */
val PurchaseIntent.pass: Pass? get() = items.firstNotNullOfOrNull { (it.outcome as? ItemOutcome.Passes)?.outcome?.pass }

private class PassesOfCore(private val core: Core) : PassesClient {
    private val passes = core.client.passes()

    override val state by lazy { core.state(Topic.Passes, passes::state) }

    override fun current() = passes.state()

    override suspend fun onSale(city: CityId) = core.on { passes.onSale(city) }

    override suspend fun categoryName(city: CityId, category: CategoryId) = core.on { passes.categoryName(city, category) }

    override suspend fun productName(city: CityId, product: PassProductId) = core.on { passes.productName(city, product) }

    override suspend fun isEnding(pass: Pass) = core.on { passes.isEnding(pass) }

    override suspend fun quote(city: CityId, subject: PassesSubject, pay: PayMethod) = core.on { passes.quote(city, subject, pay) }

    override suspend fun history(cursor: String?, limit: Int) = core.on { passes.history(cursor, Core.atLeastNone(limit)) }

    override suspend fun giveBack(pass: PassId) = core.on { passes.giveBack(pass) }
}
