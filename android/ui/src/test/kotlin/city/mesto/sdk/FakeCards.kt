// Transport cards of a fake client: one is linked, a person rides for 120.00.
package city.mesto.sdk

import city.mesto.sdk.cards.CardsClient
import city.mesto.sdk.core.BoardNumber
import city.mesto.sdk.core.Card
import city.mesto.sdk.core.CardBalance
import city.mesto.sdk.core.CardHistory
import city.mesto.sdk.core.CardId
import city.mesto.sdk.core.CardKindId
import city.mesto.sdk.core.CardMovement
import city.mesto.sdk.core.CardNotes
import city.mesto.sdk.core.CardState
import city.mesto.sdk.core.CardTariff
import city.mesto.sdk.core.CardTopUp
import city.mesto.sdk.core.CardTopUpId
import city.mesto.sdk.core.CardTopUpState
import city.mesto.sdk.core.CardTrouble
import city.mesto.sdk.core.CardsOffer
import city.mesto.sdk.core.CardsOutcome
import city.mesto.sdk.core.CardsState
import city.mesto.sdk.core.CardsSubject
import city.mesto.sdk.core.CityId
import city.mesto.sdk.core.EntryId
import city.mesto.sdk.core.ItemOffer
import city.mesto.sdk.core.ItemSubject
import city.mesto.sdk.core.MestoException
import city.mesto.sdk.core.Money
import city.mesto.sdk.core.PayMethod
import city.mesto.sdk.core.Quote
import city.mesto.sdk.core.RouteId
import java.math.BigDecimal
import java.time.Instant
import java.time.temporal.ChronoUnit
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.update

/** The card with the code `K7M2P9QD` can be linked; no other code is known. */
class FakeCards(private val fake: FakeMesto) : CardsClient {
    override val state = MutableStateFlow(CardsState(listOf(SampleCards.standard)))

    /** Whether the city says that the card was not used for a year. */
    var isInactive = false

    /** Movements, newest first; pages of two. */
    var moved = SampleCards.moved

    /** What was said of cards. */
    val reported = mutableListOf<CardTrouble>()

    override fun current() = state.value

    override suspend fun card(id: CardId): Card = state.value.cards.find { it.id == id }
        ?: throw MestoException.Refused("card_missing", "This card is not on the phone.", "Refresh.", emptyMap(), "", null, false)

    override suspend fun notes(card: Card): CardNotes {
        val waiting = card.topUps.filter { it.state == CardTopUpState.Waiting }
        val rides = card.balance.amount.amount.divideToIntegralValue(BigDecimal(120)).toInt()
        return CardNotes(
            "Standard",
            isInactive,
            waiting.takeIf { it.isNotEmpty() }?.let { all -> Samples.rsd(all.sumOf { it.amount.amount }) },
            waiting.minOfOrNull { it.holdUntil },
            rides.toUInt(),
            rides < 2,
            Samples.rsd(BigDecimal(100)),
            Samples.rsd(BigDecimal(10000)),
        )
    }

    override suspend fun link(city: CityId, number: String, code: String): Card = fake.ask("linkCard") {
        if (code != "K7M2P9QD") throw MestoException.Refused("card_unknown", "No card has this number and this code.", "Compare both.", emptyMap(), "", null, false)
        val card = SampleCards.card(fake.next("cd"), number, fake.now)
        state.update { CardsState(listOf(card) + it.cards) }
        card
    }

    override suspend fun unlink(card: CardId) = fake.ask("unlinkCard") { state.update { known -> CardsState(known.cards.filter { it.id != card }) } }

    override suspend fun report(card: CardId, trouble: CardTrouble, note: String): Card = fake.ask("reportCard") {
        reported += trouble
        val before = card(card)
        val now = if (trouble == CardTrouble.Defective) before.copy(isDefective = true) else before.copy(state = CardState.Blocked, blockedFor = trouble)
        now.also(::put)
    }

    override suspend fun history(card: CardId, cursor: String?, limit: Int): CardHistory = fake.ask("cardHistory") {
        val from = cursor?.toInt() ?: 0
        CardHistory(card(card).balance, moved.drop(from).take(2), (from + 2).takeIf { it < moved.size }?.toString())
    }

    override suspend fun quote(city: CityId, card: CardId, amount: Money, pay: PayMethod): Quote = fake.ask("quote") {
        if (amount.amount > BigDecimal(10000)) {
            throw MestoException.Refused("card_top_up_too_much", "At most 10,000.00 RSD are put on a card at once.", "Top it up several times.", emptyMap(), "", null, false)
        }
        val offer = CardsOffer(card, card(card).numberMasked, amount, fake.now.plus(30, ChronoUnit.DAYS))
        val lines = listOf(fake.line("cards.top_up", amount, mapOf("number_masked" to offer.numberMasked)))
        fake.quoted("cards", ItemSubject.Cards(CardsSubject(card, amount)), ItemOffer.Cards(offer), "cards/$card", lines, amount, pay)
    }

    /** The operator's word of a card changed. */
    fun put(card: Card) = state.update { known -> CardsState(known.cards.map { if (it.id == card.id) card else it }) }

    internal fun topUp(offer: CardsOffer): CardsOutcome {
        val paid = CardTopUp(CardTopUpId(fake.next("tu")), offer.amount, CardTopUpState.Waiting, fake.now, offer.holdUntil, null)
        state.update { known -> CardsState(known.cards.map { if (it.id == offer.card) it.copy(topUps = listOf(paid) + it.topUps) else it }) }
        return CardsOutcome(offer.card, paid)
    }
}

object SampleCards {
    fun card(id: String, number: String, at: Instant) = Card(
        CardId(id), Samples.city.id, CardKindId("standard"), CardTariff.Standard, "**** " + number.filter(Char::isDigit).takeLast(4), CardState.Active, null, false,
        CardBalance(Samples.rsd(BigDecimal(500)), at), emptyList(), at, null,
    )

    val standard = card("cd_sample", "9643100000000017", Samples.morning.minus(20, ChronoUnit.MINUTES))

    val moved = listOf(
        moved("e3", "cards.ride", -120, 20),
        moved("e2", "cards.held", 1000, 60),
        moved("e1", "cards.replaced", 300, 90),
    )

    private fun moved(id: String, kind: String, amount: Long, minutes: Long) = CardMovement(
        EntryId(id), kind, Samples.rsd(BigDecimal(amount)), Samples.morning.minus(minutes, ChronoUnit.MINUTES),
        "1204".takeIf { kind == "cards.ride" }, RouteId("92").takeIf { kind == "cards.ride" },
    )
}
