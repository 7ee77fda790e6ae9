// The deposit.
package city.mesto.sdk

import city.mesto.sdk.core.CityId
import city.mesto.sdk.core.DepositPage
import city.mesto.sdk.core.DepositEntry
import city.mesto.sdk.core.DepositPast
import city.mesto.sdk.core.DepositPreview
import city.mesto.sdk.core.PurchaseIntent
import city.mesto.sdk.core.Money
import city.mesto.sdk.core.ItemOffer
import city.mesto.sdk.core.LowBalance
import city.mesto.sdk.core.Quote
import city.mesto.sdk.core.Topic
import city.mesto.sdk.core.WalletOffer
import city.mesto.sdk.core.WalletState
import kotlinx.coroutines.flow.StateFlow
import java.math.BigDecimal

/** The deposit. */
interface WalletClient {
    /** The current value at once, read when it is asked for first; then every change. */
    val state: StateFlow<WalletState>

    /** As of this moment: [state] may be a change behind. */
    fun current(): WalletState

    /**
     * What paying [total] from the deposit would leave or lack, by the balance as the operator said
     * it last.
     */
    fun preview(total: Money): DepositPreview

    /**
     * Below which sum the balance is low: what the person said, else what one usual purchase
     * costs; null where neither is known.
     */
    suspend fun lowFrom(): Money?

    /** Says below which sum the person wants to be told; null for one usual purchase again. */
    suspend fun tellLowFrom(below: Money?)

    /** The balance when it is low, to be told before the bus comes; null while it is not. */
    suspend fun low(): LowBalance?

    /** That the balance is low, for the person; null while it is not. */
    suspend fun lowText(): String?

    /**
     * A top-up by one of the city's amounts; by card. The deposit is one for all cities of the
     * operator.
     */
    suspend fun quote(city: CityId, amount: BigDecimal): Quote

    /**
     * Quote and purchase in one; the intent's page is the bank's. While another one waits there:
     * `unconfirmed`, as `payments.buy`.
     */
    suspend fun topUp(city: CityId, amount: BigDecimal): PurchaseIntent

    /** The balance and what consumed it, newest first; [cursor] is `next` of the page before. */
    suspend fun history(cursor: String? = null, limit: Int = 50): DepositPage

    /**
     * The history as it was read last, newest first, without a connection; null before it was read
     * for the first time.
     */
    suspend fun past(limit: Int = 50): DepositPast?

    /** Of which moment [past] is, for the person. */
    suspend fun pastText(past: DepositPast): String

    /** What a movement was for, for the driver. */
    fun text(entry: DepositEntry): String
}

val MestoClient.wallet: WalletClient get() = part(WalletClient::class.java, ::WalletOfCore)

/** What is put on the deposit; null when the quote is of another service. */
val Quote.walletOffer: WalletOffer? get() = items.firstNotNullOfOrNull { (it.offer as? ItemOffer.Wallet)?.offer }

/** What is to be put on the deposit; null when the intent is of another service. */
val PurchaseIntent.walletOffer: WalletOffer? get() = items.firstNotNullOfOrNull { (it.offer as? ItemOffer.Wallet)?.offer }

private class WalletOfCore(private val core: Core) : WalletClient {
    private val wallet = core.client.wallet()

    override val state by lazy { core.state(Topic.Wallet, wallet::state) }

    override fun current() = wallet.state()

    override fun preview(total: Money) = wallet.preview(total)

    override suspend fun lowFrom() = core.on { wallet.lowFrom() }

    override suspend fun tellLowFrom(below: Money?) = core.on { wallet.tellLowFrom(below) }

    override suspend fun low() = core.on { wallet.low() }

    override suspend fun lowText() = core.on { wallet.lowText() }

    override suspend fun quote(city: CityId, amount: BigDecimal) = core.on { wallet.quote(city, amount) }

    override suspend fun topUp(city: CityId, amount: BigDecimal) = core.on { wallet.topUp(city, amount) }

    override suspend fun history(cursor: String?, limit: Int) = core.on { wallet.history(cursor, Core.atLeastNone(limit)) }

    override suspend fun past(limit: Int) = core.on { wallet.past(Core.atLeastNone(limit)) }

    override suspend fun pastText(past: DepositPast) = core.on { wallet.pastText(past) }

    override fun text(entry: DepositEntry) = textOf { wallet.entryText(entry) }
}
