// Daily orders without pixels: none is chosen silently, paid once, and an open payment is followed.

package city.mesto.ui.orders

import androidx.lifecycle.SavedStateHandle
import city.mesto.sdk.FakeMesto
import city.mesto.sdk.Samples
import city.mesto.sdk.core.IntentState
import city.mesto.sdk.core.MestoException
import city.mesto.sdk.core.OrdersState
import city.mesto.sdk.core.PayMethod
import city.mesto.sdk.core.Reason
import city.mesto.sdk.core.WalletState
import city.mesto.ui.PayBy
import city.mesto.ui.Payment
import city.mesto.ui.Price
import city.mesto.ui.Refusal
import java.math.BigDecimal
import kotlin.test.assertEquals
import kotlin.test.assertIs
import kotlin.test.assertNull
import kotlin.test.assertTrue
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.flow.MutableSharedFlow
import kotlinx.coroutines.test.TestScope
import kotlinx.coroutines.test.runCurrent
import kotlinx.coroutines.test.runTest
import org.junit.jupiter.api.Test

private const val PAGE = "https://bank.example/pay"

@OptIn(ExperimentalCoroutinesApi::class)
class OrdersPresenterTest {
    private class RecordedNavigation : OrdersNavigation {
        val went = mutableListOf<String>()

        override fun topUp() { went += "top-up" }

        override fun openPage(url: String) { went += "page $url" }

        override fun retry() { went += "retry" }

        override fun back() { went += "back" }
    }

    private val fake = FakeMesto().apply {
        orders.state.value = OrdersState(listOf(Samples.order("o1")), emptyList())
        wallet.state.value = WalletState(Samples.rsd(BigDecimal(5000)))
    }
    private val navigation = RecordedNavigation()
    private val ticks = MutableSharedFlow<Unit>(replay = 1).apply { tryEmit(Unit) }

    private fun TestScope.presenter() =
        OrdersPresenter(fake, ticks, backgroundScope, SavedStateHandle(), navigation).apply {
            start()
            runCurrent()
        }

    private fun TestScope.on(presenter: OrdersPresenter, vararg events: OrdersEvent) {
        events.forEach(presenter::on)
        runCurrent()
    }

    private fun bought() = fake.calls.count { it == "buy" }

    @Test
    fun the_only_order_has_its_price_and_is_paid_once_from_the_deposit() = runTest {
        val presenter = presenter()
        assertEquals("o1", presenter.state.value.chosen)
        assertEquals(BigDecimal("1900.00"), assertIs<OrderPrice.Firm>(presenter.state.value.price).total.amount)
        on(presenter, OrdersEvent.Pay, OrdersEvent.Pay)
        assertEquals(1, bought())
        assertEquals(BigDecimal("1900.00"), presenter.state.value.paid?.owed?.amount)
        assertEquals(OrderRow.Standing.Paid, presenter.state.value.orders?.single()?.standing)
        assertNull(presenter.state.value.chosen, "nothing is left to pay")
        assertEquals(BigDecimal("3100.00"), fake.wallet.state.value.balance?.amount)
    }

    @Test
    fun of_several_orders_none_is_chosen_silently() = runTest {
        fake.orders.state.value = OrdersState(listOf(Samples.order("o1"), Samples.order("o2")), emptyList())
        val presenter = presenter()
        assertNull(presenter.state.value.chosen)
        assertEquals(0, fake.calls.count { it == "quote" })
        on(presenter, OrdersEvent.Chosen("o2"))
        assertIs<OrderPrice.Firm>(presenter.state.value.price)
    }

    @Test
    fun an_order_that_the_operator_forgot_is_shown_and_cannot_be_chosen() = runTest {
        fake.orders.state.value = OrdersState(listOf(Samples.order("o1")), listOf(Samples.order("o2")))
        val presenter = presenter()
        assertEquals("o1", presenter.state.value.chosen)
        val standings = presenter.state.value.orders?.associate { it.id to it.standing }
        assertEquals(mapOf("o1" to OrderRow.Standing.ToPay, "o2" to OrderRow.Standing.Forgotten), standings)
    }

    @Test
    fun a_short_deposit_is_said_and_by_card_it_is_no_obstacle() = runTest {
        fake.wallet.state.value = WalletState(Samples.rsd(BigDecimal(100)))
        val presenter = presenter()
        assertEquals(Price(BigDecimal("1800.00"), "RSD"), presenter.state.value.deposit.missing)
        on(presenter, OrdersEvent.Pay)
        assertEquals(0, bought())
        on(presenter, OrdersEvent.PayByChosen(PayBy.Card))
        assertTrue(presenter.state.value.canPay)
    }

    @Test
    fun by_card_the_banks_page_opens_and_the_payment_is_followed_to_its_end_bg_91() = runTest {
        val presenter = presenter()
        on(presenter, OrdersEvent.PayByChosen(PayBy.Card))
        fake.outcome = Samples.unconfirmed
        on(presenter, OrdersEvent.Pay)
        assertEquals(PAGE, assertIs<Payment.Unconfirmed>(presenter.state.value.payment).page)
        assertEquals(listOf(PayMethod.Card), fake.payments.state.value.open.map { it.pay })
        on(presenter, OrdersEvent.Pay, OrdersEvent.PayByChosen(PayBy.Deposit), OrdersEvent.OpenBank)
        assertEquals(listOf("page $PAGE", "page $PAGE"), navigation.went)
        assertEquals(1, bought())

        // Opened again, it is found; its end is told once.
        val again = presenter()
        assertEquals(PAGE, assertIs<Payment.Unconfirmed>(again.state.value.payment).page)
        fake.outcome = IntentState.Confirmed
        on(again, OrdersEvent.CheckAgain)
        assertEquals(Payment.Idle, again.state.value.payment)
        assertEquals("BG 789-PP", again.state.value.paid?.plate)
    }

    @Test
    fun what_is_given_up_declined_or_paid_back_says_so_bg_32() = runTest {
        val presenter = presenter()
        on(presenter, OrdersEvent.PayByChosen(PayBy.Card))
        fake.outcome = Samples.unconfirmed
        on(presenter, OrdersEvent.Pay)
        fake.failure = MestoException.Offline("offline", "No connection", "Look for a signal", emptyMap(), "", null, false)
        on(presenter, OrdersEvent.GiveUp)
        assertEquals("offline", assertIs<Payment.Unconfirmed>(presenter.state.value.payment).refusal?.code)
        on(presenter, OrdersEvent.GiveUp)
        assertEquals("abandoned", assertIs<Payment.Refused>(presenter.state.value.payment).refusal.code)

        fake.outcome = Samples.refused("card_declined", "The bank declined the card", "Use another one")
        on(presenter, OrdersEvent.Pay)
        assertEquals(false, assertIs<Payment.Refused>(presenter.state.value.payment).refusal.mayBeCharged)

        fake.outcome = IntentState.Refused(Reason("order_already_paid", "Paid already", "1900.00 RSD is paid back", mapOf("paid_back" to "1900.00 RSD"), true))
        on(presenter, OrdersEvent.Pay)
        val back = assertIs<Payment.Refused>(presenter.state.value.payment).refusal
        assertTrue(back.mayBeCharged)
        assertEquals("1900.00 RSD is paid back", back.advice)
    }

    @Test
    fun what_is_not_sold_by_card_says_why_bg_93() = runTest {
        val presenter = presenter()
        fake.failure = MestoException.Refused("card_fee_unknown", "The fee is not known", "Pay from the deposit.", emptyMap(), "", null, false)
        on(presenter, OrdersEvent.PayByChosen(PayBy.Card))
        val refusal = assertIs<OrderPrice.Refused>(presenter.state.value.price).refusal
        assertEquals(Refusal("card_fee_unknown", "The fee is not known", "Pay from the deposit."), refusal)
    }

    @Test
    fun an_order_is_found_by_the_number_on_its_slip_and_can_be_paid_at_once_bg_70() = runTest {
        fake.orders.state.value = OrdersState(emptyList(), emptyList())
        fake.orders.slips = listOf(Samples.order("o7"))
        val presenter = presenter()
        assertEquals(emptyList(), presenter.state.value.orders)
        on(presenter, OrdersEvent.ShowByNumber)
        assertEquals(0, fake.calls.count { it == "bySlip" }, "nothing was typed")
        on(presenter, OrdersEvent.NumberTyped("1"), OrdersEvent.ShowByNumber)
        assertEquals("not_found", presenter.state.value.slip.refusal?.code)
        on(presenter, OrdersEvent.NumberTyped(fake.orders.slips.single().number))
        assertNull(presenter.state.value.slip.refusal, "another number is typed")
        on(presenter, OrdersEvent.ShowByNumber, OrdersEvent.ShowByNumber)
        assertEquals(2, fake.calls.count { it == "bySlip" }, "the wrong one, and one for two taps")
        assertEquals("o7", presenter.state.value.slip.found?.id)
        assertEquals("", presenter.state.value.slip.typed)
        assertEquals("o7", presenter.state.value.chosen)
        on(presenter, OrdersEvent.Pay)
        assertEquals("o7", presenter.state.value.paid?.id)
    }

    @Test
    fun a_number_that_was_typed_is_there_again() = runTest {
        fun presenter(saved: SavedStateHandle) = OrdersPresenter(fake, ticks, backgroundScope, saved, navigation).apply { start() }
        val saved = SavedStateHandle()
        presenter(saved).on(OrdersEvent.NumberTyped("4821 0937"))
        val kept = SavedStateHandle.createHandle(saved.savedStateProvider().saveState(), null)
        assertEquals("4821 0937", presenter(kept).state.value.slip.typed)
    }

    @Test
    fun a_price_that_is_over_is_asked_for_anew() = runTest {
        val presenter = presenter()
        fake.now = Samples.morning.plusSeconds(120)
        ticks.emit(Unit)
        runCurrent()
        assertEquals(fake.now, assertIs<OrderPrice.Firm>(presenter.state.value.price).validUntil, "its last millisecond")
        fake.now = fake.now.plusMillis(1)
        ticks.emit(Unit)
        runCurrent()
        assertEquals(fake.now.plusSeconds(120), assertIs<OrderPrice.Firm>(presenter.state.value.price).validUntil)
    }
}
