// Passes and benefits without pixels.

package city.mesto.ui.passes.list

import androidx.lifecycle.SavedStateHandle
import city.mesto.sdk.FakeMesto
import city.mesto.sdk.FakePasses
import city.mesto.sdk.Samples
import city.mesto.sdk.core.MestoException
import city.mesto.sdk.core.PassProductId
import city.mesto.sdk.core.PassesSubject
import java.math.BigDecimal
import java.time.LocalDate
import java.time.temporal.ChronoUnit
import kotlin.test.assertEquals
import kotlin.test.assertNotNull
import kotlin.test.assertNull
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.flow.MutableSharedFlow
import kotlinx.coroutines.test.TestScope
import kotlinx.coroutines.test.runCurrent
import kotlinx.coroutines.test.runTest
import org.junit.jupiter.api.Test

@OptIn(ExperimentalCoroutinesApi::class)
class PassesPresenterTest {
    private val went = mutableListOf<String>()
    private val navigation = object : PassesNavigation {
        override fun buy(product: String) { went += "buy $product" }

        override fun retry() { went += "retry" }

        override fun back() { went += "back" }
    }
    private val fake = FakeMesto()
    private val ticks = MutableSharedFlow<Unit>(replay = 1).apply { tryEmit(Unit) }

    private fun TestScope.presenter() = PassesPresenter(fake, ticks, backgroundScope, SavedStateHandle(), navigation).apply {
        start()
        runCurrent()
    }

    private fun TestScope.on(presenter: PassesPresenter, vararg events: PassesEvent) {
        events.forEach(presenter::on)
        runCurrent()
    }

    private suspend fun buy(first: LocalDate? = null) = fake.payments.buy(fake.passes.quote(Samples.city.id, PassesSubject(PassProductId("month"), first, false)))

    @Test
    fun what_can_be_bought_has_its_price_for_this_rider_and_what_is_granted_its_last_day_av_72() = runTest {
        val presenter = presenter()
        assertEquals(listOf("900.00", null), presenter.state.value.onSale.map { it.price?.amount?.toPlainString() })
        assertEquals(listOf(null, 7), presenter.state.value.onSale.map { it.days })
        fake.passes.benefits = listOf(FakePasses.student)
        runCurrent()
        assertEquals(listOf("450.00", null), presenter.state.value.onSale.map { it.price?.amount?.toPlainString() })
        assertEquals(listOf(BenefitView("Student", LocalDate.of(2026, 6, 30))), presenter.state.value.benefits)
        on(presenter, PassesEvent.Buy("month"))
        assertEquals(listOf("buy month"), went)
    }

    @Test
    fun a_pass_begins_ends_soon_and_is_over_by_the_clock_alone() = runTest {
        val presenter = presenter()
        buy(LocalDate.of(2025, 9, 5))
        runCurrent()
        val coming = presenter.state.value.coming.single()
        assertEquals(LocalDate.of(2025, 9, 5) to LocalDate.of(2025, 10, 4), coming.firstOn to coming.lastOn)
        fake.now = fake.now.plus(2, ChronoUnit.DAYS)
        ticks.emit(Unit)
        runCurrent()
        assertNull(assertNotNull(presenter.state.value.current).single().endsSoonAt)
        fake.now = fake.now.plus(28, ChronoUnit.DAYS)
        ticks.emit(Unit)
        runCurrent()
        fake.passes.benefits = listOf(FakePasses.student)
        runCurrent()
        assertNotNull(assertNotNull(presenter.state.value.current).single().endsSoonAt)
        fake.now = fake.now.plus(3, ChronoUnit.DAYS)
        ticks.emit(Unit)
        runCurrent()
        assertEquals(0 to 1, presenter.state.value.run { current.orEmpty().size to over.size })
    }

    @Test
    fun a_pass_is_given_back_after_the_question_and_a_refusal_says_why() = runTest {
        val presenter = presenter()
        buy(LocalDate.of(2025, 9, 5))
        runCurrent()
        val pass = presenter.state.value.coming.single()
        on(presenter, PassesEvent.Yes, PassesEvent.GiveBack(pass.id))
        assertEquals(pass, presenter.state.value.question)
        on(presenter, PassesEvent.No)
        assertNull(presenter.state.value.question)
        on(presenter, PassesEvent.GiveBack(pass.id))
        fake.failure = MestoException.Refused("pass_not_refundable", "Not any more.", "", emptyMap(), "", null, false)
        on(presenter, PassesEvent.Yes)
        assertEquals("pass_not_refundable", presenter.state.value.refusal?.code)
        on(presenter, PassesEvent.GiveBack(pass.id))
        presenter.on(PassesEvent.Yes)
        presenter.on(PassesEvent.Yes)
        runCurrent()
        assertEquals(2, fake.calls.count { it == "giveBack" }, "the refused one, and one")
        assertEquals(BigDecimal("900.00"), presenter.state.value.givenBack?.amount)
        assertEquals(fake.texts.passStateGivenBack(), presenter.state.value.over.single().state)
    }

    @Test
    fun a_purchase_that_is_not_known_yet_leads_back_to_it() = runTest {
        val presenter = presenter()
        fake.outcome = Samples.unconfirmed
        buy()
        runCurrent()
        on(presenter, PassesEvent.UnconfirmedOpened)
        assertEquals(listOf("buy month"), went)
    }
}
