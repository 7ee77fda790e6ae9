// Transport cards.
package city.mesto.sdk.cards

import city.mesto.sdk.Core
import city.mesto.sdk.MestoClient
import city.mesto.sdk.core.Card
import city.mesto.sdk.core.CardHistory
import city.mesto.sdk.core.CardId
import city.mesto.sdk.core.CardNotes
import city.mesto.sdk.core.CardTopUp
import city.mesto.sdk.core.CardTrouble
import city.mesto.sdk.core.CardsOffer
import city.mesto.sdk.core.CardsState
import city.mesto.sdk.core.CardsSubject
import city.mesto.sdk.core.CityId
import city.mesto.sdk.core.ItemOffer
import city.mesto.sdk.core.ItemOutcome
import city.mesto.sdk.core.ItemSubject
import city.mesto.sdk.core.Money
import city.mesto.sdk.core.PayMethod
import city.mesto.sdk.core.PurchaseIntent
import city.mesto.sdk.core.Quote
import city.mesto.sdk.core.Topic
import kotlinx.coroutines.flow.StateFlow

/**
 * Transport cards: linked by number and printed code, seen with their balance, topped up,
 * reported.
 */
interface CardsClient {
    /** The current value at once, read when it is asked for first; then every change. */
    val state: StateFlow<CardsState>

    /** As of this moment: [state] may be a change behind. */
    fun current(): CardsState

    /** A stored card. */
    suspend fun card(id: CardId): Card

    /** What is said beside a card, in the rider's language. Without a connection. */
    suspend fun notes(card: Card): CardNotes

    /**
     * Links a card by its number and the code that is printed on it: both are needed. Refused
     * with `card_office_needed` after a loss or a theft, and with `card_linked_elsewhere`, which
     * does not say whose it is.
     */
    suspend fun link(city: CityId, number: String, code: String): Card

    /** The account has this card no more; the card keeps what is on it. */
    suspend fun unlink(card: CardId)

    /** Says that a card is lost, stolen (it is blocked at once) or defective. */
    suspend fun report(card: CardId, trouble: CardTrouble, note: String = ""): Card

    /**
     * What moved the balance of a card since it was linked, newest first; [cursor] is `next` of the
     * page before.
     */
    suspend fun history(card: CardId, cursor: String? = null, limit: Int = 50): CardHistory

    /**
     * What a top-up would be. Nothing is charged; buying the quote pays it, then the card is held
     * at a reader.
     */
    suspend fun quote(city: CityId, card: CardId, amount: Money, pay: PayMethod = PayMethod.Deposit): Quote
}

val MestoClient.cards: CardsClient get() = part(CardsClient::class.java, ::CardsOfCore)

/** What is promised of a top-up; null when the quote is of another service. */
val Quote.cardsOffer: CardsOffer? get() = items.firstNotNullOfOrNull { (it.offer as? ItemOffer.Cards)?.offer }

/** What is to be put on a card; null when the intent is of another service. */
val PurchaseIntent.cardsSubject: CardsSubject? get() = items.firstNotNullOfOrNull { (it.subject as? ItemSubject.Cards)?.subject }

/** The top-up that was paid. */
val PurchaseIntent.cardTopUp: CardTopUp? get() = items.firstNotNullOfOrNull { (it.outcome as? ItemOutcome.Cards)?.outcome?.topUp }

private class CardsOfCore(private val core: Core) : CardsClient {
    private val cards = core.client.cards()

    override val state by lazy { core.state(Topic.Cards, cards::state) }

    override fun current() = cards.state()

    override suspend fun card(id: CardId) = core.on { cards.card(id) }

    override suspend fun notes(card: Card) = core.on { cards.notes(card) }

    override suspend fun link(city: CityId, number: String, code: String) = core.on { cards.link(city, number, code) }

    override suspend fun unlink(card: CardId) = core.on { cards.unlink(card) }

    override suspend fun report(card: CardId, trouble: CardTrouble, note: String) = core.on { cards.report(card, trouble, note) }

    override suspend fun history(card: CardId, cursor: String?, limit: Int) = core.on { cards.history(card, cursor, Core.atLeastNone(limit)) }

    override suspend fun quote(city: CityId, card: CardId, amount: Money, pay: PayMethod) = core.on { cards.quote(city, card, amount, pay) }
}
