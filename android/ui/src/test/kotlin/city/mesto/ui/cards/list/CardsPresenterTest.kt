// The list of transport cards without pixels.

package city.mesto.ui.cards.list

import city.mesto.sdk.FakeMesto
import city.mesto.sdk.SampleCards
import city.mesto.sdk.Samples
import city.mesto.sdk.core.CardId
import city.mesto.sdk.core.CardState
import city.mesto.sdk.core.CardTrouble
import city.mesto.sdk.core.CardsState
import city.mesto.ui.Price
import java.math.BigDecimal
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertNull
import kotlin.test.assertTrue
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.test.TestScope
import kotlinx.coroutines.test.runCurrent
import kotlinx.coroutines.test.runTest
import org.junit.jupiter.api.Test

@OptIn(ExperimentalCoroutinesApi::class)
class CardsPresenterTest {
    private val went = mutableListOf<String>()
    private val navigation = object : CardsNavigation {
        override fun card(id: String) { went += "card $id" }

        override fun link() { went += "link" }

        override fun topUp(card: String) { went += "top-up $card" }

        override fun retry() { went += "retry" }

        override fun back() { went += "back" }
    }
    private val fake = FakeMesto()

    private fun TestScope.presenter() = CardsPresenter(fake, backgroundScope, navigation).apply {
        start()
        runCurrent()
    }

    private fun row(presenter: CardsPresenter) = checkNotNull(presenter.state.value.cards).single()

    @Test
    fun a_card_stands_there_with_its_masked_number_tariff_and_balance_as_of_a_moment_av_09_av_51() = runTest {
        val row = row(presenter())
        assertEquals("**** 0017", row.number)
        assertEquals("Standard" to fake.texts.cardTariffStandard(), row.kind to row.tariff)
        assertEquals(Price(BigDecimal("500.00"), "RSD") to Samples.morning.minusSeconds(1200), row.balance to row.balanceAt)
        assertTrue(row.isActive)
        assertEquals(emptyList(), row.notes)
    }

    @Test
    fun a_low_card_says_for_how_many_rides_it_is_enough_av_51() = runTest {
        val presenter = presenter()
        assertFalse(row(presenter).isLow)
        val card = fake.cards.card(CardId("cd_sample"))
        fake.cards.put(card.copy(balance = card.balance.copy(amount = Samples.rsd(BigDecimal("239.99")))))
        runCurrent()
        assertTrue(row(presenter).isLow)
        fake.cards.put(card.copy(balance = card.balance.copy(amount = Samples.rsd(BigDecimal("240.00")))))
        runCurrent()
        assertFalse(row(presenter).isLow)
    }

    @Test
    fun an_inactive_card_and_a_blocked_one_say_what_to_do_av_75_av_103() = runTest {
        val presenter = presenter()
        val texts = fake.texts
        fake.cards.isInactive = true
        fake.cards.put(SampleCards.standard.copy(isDefective = true))
        runCurrent()
        assertEquals(listOf(texts.cardsDefectiveNow(), null), row(presenter).notes.map { it.what })
        fake.cards.isInactive = false
        for ((trouble, what) in listOf(CardTrouble.Lost to texts.cardsBlockedNow(), CardTrouble.Stolen to texts.cardsBlockedNow(), CardTrouble.Stopped to texts.cardsStoppedWhy())) {
            fake.cards.put(SampleCards.standard.copy(state = CardState.Blocked, blockedFor = trouble))
            runCurrent()
            assertEquals(false to listOf(what), row(presenter).run { isActive to notes.map { it.what } })
        }
        fake.cards.put(SampleCards.standard.copy(state = CardState.Replaced))
        runCurrent()
        assertEquals(listOf(texts.cardsReplacedWhy()), row(presenter).notes.map { it.what })
    }

    @Test
    fun a_top_up_that_was_paid_waits_for_a_reader_and_is_not_on_the_card_av_09() = runTest {
        val presenter = presenter()
        val card = CardId("cd_sample")
        fake.payments.buy(fake.cards.quote(Samples.city.id, card, Samples.rsd(BigDecimal(1000))))
        runCurrent()
        val row = row(presenter)
        assertEquals(BigDecimal("1000.00"), row.waiting?.amount?.amount)
        assertEquals(Samples.morning.plusSeconds(30L * 86_400), row.waiting?.holdUntil)
        assertEquals(BigDecimal("500.00"), row.balance.amount)
        assertNull(presenter.state.value.unconfirmed)
    }

    @Test
    fun a_top_up_that_is_not_known_yet_leads_back_to_it_and_nothing_is_listed_before_the_account_was_read() = runTest {
        val presenter = presenter()
        fake.outcome = Samples.unconfirmed
        fake.payments.buy(fake.cards.quote(Samples.city.id, CardId("cd_sample"), Samples.rsd(BigDecimal(1000))))
        runCurrent()
        presenter.on(CardsEvent.UnconfirmedOpened)
        presenter.on(CardsEvent.Opened("cd_sample"))
        presenter.on(CardsEvent.Link)
        assertEquals(listOf("top-up cd_sample", "card cd_sample", "link"), went)
        fake.account.state.value = Samples.account.copy(lastSyncAt = null)
        fake.cards.state.value = CardsState(emptyList())
        runCurrent()
        assertNull(presenter.state.value.cards, "nobody told that there are none")
    }
}
