// A transport card without pixels: nothing is blocked or unlinked before the question is answered.

package city.mesto.ui.cards.card

import androidx.lifecycle.SavedStateHandle
import city.mesto.sdk.FakeMesto
import city.mesto.sdk.core.CardState
import city.mesto.sdk.core.CardTrouble
import city.mesto.sdk.core.MestoException
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertIs
import kotlin.test.assertNull
import kotlin.test.assertTrue
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.test.TestScope
import kotlinx.coroutines.test.runCurrent
import kotlinx.coroutines.test.runTest
import org.junit.jupiter.api.Test

@OptIn(ExperimentalCoroutinesApi::class)
class CardPresenterTest {
    private val went = mutableListOf<String>()
    private val navigation = object : CardNavigation {
        override fun topUp(card: String) { went += "top-up $card" }

        override fun retry() { went += "retry" }

        override fun back() { went += "back" }
    }
    private val fake = FakeMesto()

    private fun TestScope.presenter(card: String = "cd_sample", saved: SavedStateHandle = SavedStateHandle()) = CardPresenter(fake, card, backgroundScope, saved, navigation).apply {
        start()
        runCurrent()
    }

    private fun TestScope.on(presenter: CardPresenter, vararg events: CardEvent) {
        events.forEach(presenter::on)
        runCurrent()
    }

    private fun shown(presenter: CardPresenter) = assertIs<CardUiState.Shown>(presenter.state.value)

    @Test
    fun what_moved_the_balance_is_read_page_by_page_newest_first_av_09() = runTest {
        val presenter = presenter()
        val first = assertIs<History.Shown>(shown(presenter).history)
        assertEquals(listOf("-120.00", "1000.00"), first.rows.map { it.amount.amount.toPlainString() })
        assertEquals("92 · " + fake.texts.ridesVehicle("1204"), first.rows.first().where)
        assertTrue(first.hasMore)
        on(presenter, CardEvent.MoreHistory)
        val all = assertIs<History.Shown>(shown(presenter).history)
        assertEquals(3 to false, all.rows.size to all.hasMore)
    }

    @Test
    fun without_a_connection_the_card_stands_there_and_its_history_says_why_not() = runTest {
        fake.failure = MestoException.Offline("offline", "No connection.", "", emptyMap(), "", null, false)
        val presenter = presenter()
        assertEquals("offline", assertIs<History.Refused>(shown(presenter).history).refusal.code)
        on(presenter, CardEvent.Retry)
        assertIs<History.Shown>(shown(presenter).history)
    }

    @Test
    fun a_lost_card_is_blocked_after_the_question_and_at_once_av_74() = runTest {
        val presenter = presenter()
        on(presenter, CardEvent.Asked(CardQuestion.Lost))
        assertEquals(CardQuestion.Lost, shown(presenter).question)
        on(presenter, CardEvent.No, CardEvent.Yes)
        assertEquals(emptyList(), fake.cards.reported)
        on(presenter, CardEvent.Asked(CardQuestion.Lost))
        presenter.on(CardEvent.Yes)
        presenter.on(CardEvent.Yes)
        runCurrent()
        assertEquals(listOf<CardTrouble>(CardTrouble.Lost), fake.cards.reported)
        val card = shown(presenter)
        assertFalse(card.card.isActive)
        assertNull(card.question)
        assertEquals(fake.texts.cardsBlockedNow(), card.card.notes.single().what, "what to bring, and where")
        assertEquals(CardState.Blocked, fake.cards.current().cards.single().state)
    }

    @Test
    fun a_defective_card_rides_on_and_is_replaced_at_the_office_av_75() = runTest {
        val presenter = presenter()
        on(presenter, CardEvent.Asked(CardQuestion.Defective), CardEvent.Yes)
        assertTrue(shown(presenter).card.isActive)
        assertEquals(fake.texts.cardsDefectiveNow(), shown(presenter).card.notes.single().what)
    }

    @Test
    fun a_card_is_unlinked_after_the_question_and_where_the_office_is_needed_that_is_said_av_74_av_75() = runTest {
        val presenter = presenter()
        on(presenter, CardEvent.Asked(CardQuestion.Unlink))
        fake.failure = MestoException.Refused("card_office_needed", "It was lost.", "Come yourself.", emptyMap(), "", null, false)
        on(presenter, CardEvent.Yes)
        assertEquals("card_office_needed", shown(presenter).refusal?.code)
        assertNull(shown(presenter).question)
        on(presenter, CardEvent.Asked(CardQuestion.Unlink))
        assertNull(shown(presenter).refusal)
        on(presenter, CardEvent.Yes)
        assertEquals(listOf("back"), went)
        assertEquals(emptyList(), fake.cards.current().cards)
    }

    @Test
    fun the_question_is_there_again_after_the_process_ended_and_a_card_that_is_not_there_says_so() = runTest {
        val saved = SavedStateHandle()
        on(presenter(saved = saved), CardEvent.Asked(CardQuestion.Stolen), CardEvent.TopUp)
        val again = presenter(saved = SavedStateHandle.createHandle(saved.savedStateProvider().saveState(), null))
        assertEquals(CardQuestion.Stolen, shown(again).question)
        assertEquals(listOf("top-up cd_sample"), went)
        assertEquals("card_missing", assertIs<CardUiState.Refused>(presenter("cd_other").state.value).refusal.code)
    }
}
