// Quote and buy without pixels: where the wheel stops, what a second tap does, what is said while
// nobody knows.

package city.mesto.ui.parking.buy

import androidx.lifecycle.SavedStateHandle
import city.mesto.sdk.FakeMesto
import city.mesto.sdk.Samples
import city.mesto.sdk.core.CityId
import city.mesto.sdk.core.Connection as CoreConnection
import city.mesto.sdk.core.IntentState
import city.mesto.sdk.core.MestoException
import city.mesto.sdk.core.Notice
import city.mesto.sdk.core.ItemOffer
import city.mesto.sdk.core.PayMethod
import city.mesto.sdk.core.PaymentsState
import city.mesto.sdk.core.Plate
import city.mesto.sdk.core.Reason
import city.mesto.sdk.core.WalletState
import city.mesto.sdk.core.ZoneId
import city.mesto.sdk.parking.parking
import city.mesto.sdk.parking.parkingOffer
import city.mesto.ui.PayBy
import city.mesto.ui.Payment
import city.mesto.ui.Price
import city.mesto.ui.Refusal
import city.mesto.ui.SmsFallback
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
class BuyPresenterTest {
    private class RecordedNavigation : BuyNavigation {
        val went = mutableListOf<String>()

        override fun ticket(id: String) { went += "ticket $id" }

        override fun topUp() { went += "top-up" }

        override fun changePlate(zone: String) { went += "plate $zone" }

        override fun prices(zone: String) { went += "prices $zone" }

        override fun composeSms(sms: SmsFallback) { went += "sms ${sms.number} ${sms.body}" }

        override fun openPage(url: String) { went += "page $url" }

        override fun retry() { went += "retry" }

        override fun back() { went += "back" }
    }

    private val fake = FakeMesto()
    private val navigation = RecordedNavigation()
    private val ticks = MutableSharedFlow<Unit>(replay = 1).apply { tryEmit(Unit) }

    private val BuyPresenter.shown get() = checkNotNull(state.value)

    private fun TestScope.presenter(zone: String = "red", vehicle: String = Samples.car.id.value) = BuyPresenter(
        client = fake,
        route = BuyRoute(zone, vehicle),
        ticks = ticks,
        scope = backgroundScope,
        saved = SavedStateHandle(),
        navigation = navigation,
    ).apply {
        start()
        settle()
    }

    private fun TestScope.settle() {
        testScheduler.advanceTimeBy(1_000)
        runCurrent()
    }

    private fun bought() = fake.calls.count { it == "buy" }

    @Test
    fun of_a_stay_that_another_account_paid_the_wheel_stops_at_what_can_be_had() = runTest {
        fake.toKnow = listOf(Notice("parking.clipped_by_another", mapOf("asked" to "60", "offered" to "30"), isSurprise = true))
        val presenter = presenter()
        assertEquals(Wheel(listOf(30), 30, Stop.AnothersStay(30)), presenter.shown.wheel)
        fake.toKnow = listOf(Notice("parking.clipped", mapOf("asked" to "60", "offered" to "30", "deadline" to "2025-09-03T08:30:00Z"), isSurprise = true))
        assertEquals(Stop.RestOfStay(30, Samples.morning.plusSeconds(1800)), presenter().shown.wheel.stop, "one's own tells its end")
    }

    @Test
    fun prices_and_hours_are_read_before_anything_is_paid_bg_46() = runTest {
        presenter().on(BuyEvent.Prices)
        assertEquals(listOf("prices red"), navigation.went)
        assertEquals(0, bought())
    }

    @Test
    fun the_wheel_stops_at_the_zones_limit_bg_50() = runTest {
        val presenter = presenter()
        val wheel = presenter.shown.wheel
        assertEquals(listOf(30, 60, 90), wheel.choices)
        assertEquals(60, wheel.chosen)
        assertEquals(Stop.LongestStay(90), wheel.stop)

        val asked = fake.calls.size
        presenter.on(BuyEvent.MinutesChosen(91))
        presenter.on(BuyEvent.MinutesChosen(120))
        settle()
        assertEquals(60, presenter.shown.wheel.chosen)
        assertEquals(asked, fake.calls.size, "nothing behind the stop is asked for")
    }

    @Test
    fun the_wheel_stops_at_what_is_left_of_the_stay_bg_48() = runTest {
        fake.payments.buy(fake.parking.quote(Samples.city.id, ZoneId("red"), Samples.car.id, 60))
        val wheel = presenter().shown.wheel
        assertEquals(listOf(30), wheel.choices)
        assertEquals(Stop.RestOfStay(30, Samples.morning.plusSeconds(90 * 60)), wheel.stop)
    }

    @Test
    fun a_price_is_firm_before_the_button_and_paid_exactly() = runTest {
        val presenter = presenter()
        val firm = assertIs<QuoteState.Firm>(presenter.shown.quote)
        assertEquals(BigDecimal("80.00"), firm.quote.total.amount)
        assertTrue(presenter.shown.canPay)
        presenter.on(BuyEvent.Pay)
        settle()
        assertEquals(listOf("ticket " + fake.parking.state.value.active.single().id.value), navigation.went)
        assertEquals(BigDecimal("920.00"), fake.wallet.state.value.balance?.amount)
    }

    @Test
    fun a_double_tap_buys_once() = runTest {
        val presenter = presenter()
        presenter.on(BuyEvent.Pay)
        presenter.on(BuyEvent.Pay)
        assertEquals(Payment.Sending, presenter.shown.payment)
        settle()
        presenter.on(BuyEvent.Pay)
        settle()
        assertEquals(1, bought())
        assertEquals(1, fake.parking.state.value.active.size)
    }

    @Test
    fun unconfirmed_is_shown_until_it_is_known() = runTest {
        val presenter = presenter()
        fake.outcome = Samples.unconfirmed
        presenter.on(BuyEvent.Pay)
        settle()
        val waiting = assertIs<Payment.Unconfirmed>(presenter.shown.payment)
        assertEquals(SmsFallback("9111", "BG789PP"), waiting.sms)
        assertEquals(emptyList(), navigation.went, "neither paid nor unpaid")

        presenter.on(BuyEvent.Pay)
        presenter.on(BuyEvent.MinutesChosen(90))
        presenter.on(BuyEvent.CheckAgain)
        settle()
        assertIs<Payment.Unconfirmed>(presenter.shown.payment)
        assertEquals(1, bought())

        fake.outcome = IntentState.Confirmed
        fake.payments.settleDue()
        settle()
        assertEquals(Payment.Idle, presenter.shown.payment)
        assertEquals(1, navigation.went.size, "its end is told once: ${navigation.went}")
    }

    private fun TestScope.byCard(outcome: IntentState): BuyPresenter {
        val presenter = presenter()
        presenter.on(BuyEvent.PayByChosen(PayBy.Card))
        settle()
        fake.outcome = outcome
        presenter.on(BuyEvent.Pay)
        settle()
        return presenter
    }

    @Test
    fun by_card_the_banks_page_opens_and_the_purchase_is_not_confirmed_until_the_bank_says_so_bg_91() = runTest {
        val presenter = byCard(Samples.unconfirmed)
        assertEquals(listOf("page $PAGE"), navigation.went)
        val waiting = assertIs<Payment.Unconfirmed>(presenter.shown.payment)
        assertEquals(PAGE, waiting.page)
        assertNull(waiting.sms, "what waits at the bank is given up there first")
        assertEquals(listOf(PayMethod.Card), fake.payments.state.value.open.map { it.pay })

        presenter.on(BuyEvent.PayByChosen(PayBy.Deposit))
        presenter.on(BuyEvent.Pay)
        presenter.on(BuyEvent.OpenBank)
        settle()
        assertEquals(1, bought())
        assertEquals(listOf("page $PAGE", "page $PAGE"), navigation.went)

        fake.outcome = IntentState.Confirmed
        presenter.on(BuyEvent.CheckAgain)
        settle()
        assertEquals(Payment.Idle, presenter.shown.payment)
    }

    @Test
    fun a_page_that_is_given_up_ends_the_purchase_and_a_new_price_is_asked_for() = runTest {
        val presenter = byCard(Samples.unconfirmed)
        val asked = fake.calls.count { it == "quote" }
        presenter.on(BuyEvent.GiveUp)
        settle()
        val refusal = assertIs<Payment.Refused>(presenter.shown.payment).refusal
        assertEquals("abandoned", refusal.code)
        assertTrue(refusal.mayBeCharged, "the bank may still charge it, and then pays back")
        assertEquals(asked + 1, fake.calls.count { it == "quote" })
        assertEquals(emptyList(), fake.payments.state.value.open)
    }

    @Test
    fun a_page_that_cannot_be_given_up_now_stays_with_the_reason() = runTest {
        val presenter = byCard(Samples.unconfirmed)
        fake.failure = MestoException.Offline("offline", "No connection", "Look for a signal", emptyMap(), "", null, false)
        presenter.on(BuyEvent.GiveUp)
        settle()
        val waiting = assertIs<Payment.Unconfirmed>(presenter.shown.payment)
        assertEquals("offline", waiting.refusal?.code)
        assertEquals(PAGE, waiting.page)
    }

    @Test
    fun a_declined_card_charges_nothing_and_what_cannot_be_given_is_paid_back_bg_32() = runTest {
        val declined = byCard(Samples.refused("card_declined", "The bank declined the card", "Use another one"))
        assertEquals(false, assertIs<Payment.Refused>(declined.shown.payment).refusal.mayBeCharged)

        val back = Reason("quote_stale", "The offer no longer holds", "80.00 RSD is paid back", mapOf("paid_back" to "80.00 RSD"), true)
        val refusal = assertIs<Payment.Refused>(byCard(IntentState.Refused(back)).shown.payment).refusal
        assertTrue(refusal.mayBeCharged)
        assertEquals("80.00 RSD is paid back", refusal.advice)
    }

    @Test
    fun what_is_not_sold_by_card_says_why_and_is_sold_from_the_deposit_bg_93() = runTest {
        val presenter = presenter()
        fake.failure = MestoException.Refused("card_fee_unknown", "The fee is not known", "Pay from the deposit.", emptyMap(), "", null, false)
        presenter.on(BuyEvent.PayByChosen(PayBy.Card))
        settle()
        val refusal = assertIs<QuoteState.Refused>(presenter.shown.quote).refusal
        assertEquals(Refusal("card_fee_unknown", "The fee is not known", "Pay from the deposit."), refusal)
        presenter.on(BuyEvent.PayByChosen(PayBy.Deposit))
        settle()
        assertTrue(presenter.shown.canPay)
    }

    @Test
    fun by_card_a_short_deposit_is_no_obstacle() = runTest {
        fake.wallet.state.value = WalletState(Samples.rsd(BigDecimal(50)))
        val presenter = presenter()
        assertEquals(false, presenter.shown.canPay)
        presenter.on(BuyEvent.PayByChosen(PayBy.Card))
        settle()
        assertNull(presenter.shown.deposit.missing)
        assertTrue(presenter.shown.canPay)
    }

    @Test
    fun an_sms_is_offered_only_after_the_payment_was_given_up() = runTest {
        val presenter = presenter()
        fake.outcome = Samples.unconfirmed
        presenter.on(BuyEvent.Pay)
        settle()

        fake.failure = MestoException.Refused("unconfirmed", "It is not known", "Wait", emptyMap(), "", null, false)
        presenter.on(BuyEvent.UseSms)
        settle()
        assertEquals("unconfirmed", assertIs<Payment.Unconfirmed>(presenter.shown.payment).refusal?.code)
        assertEquals(emptyList(), navigation.went)

        presenter.on(BuyEvent.UseSms)
        settle()
        assertEquals(listOf("sms 9111 BG789PP"), navigation.went)
        assertEquals(emptyList(), fake.payments.state.value.open)
    }

    @Test
    fun a_refused_purchase_says_why_and_asks_for_a_new_price() = runTest {
        val presenter = presenter()
        fake.outcome = Samples.refused("deposit_too_low", "The deposit is too low", "Top it up")
        presenter.on(BuyEvent.Pay)
        settle()
        assertEquals(Payment.Refused(Refusal("deposit_too_low", "The deposit is too low", "Top it up")), presenter.shown.payment)
        assertEquals(2, fake.calls.count { it == "quote" })
        assertTrue(presenter.shown.canPay, "with the new price he may try again")
    }

    @Test
    fun without_a_connection_there_is_a_preview_and_an_sms_but_nothing_to_buy_bg_43() = runTest {
        fake.failure = MestoException.Offline("offline", "No connection", "Look for a signal", emptyMap(), "", null, false)
        val presenter = presenter()
        assertEquals(SmsFallback("9111", "BG789PP"), assertIs<QuoteState.Preview>(presenter.shown.quote).sms)
        presenter.on(BuyEvent.Pay)
        settle()
        assertEquals(0, bought())
        presenter.on(BuyEvent.UseSms)
        assertEquals(listOf("sms 9111 BG789PP"), navigation.went)
    }

    @Test
    fun with_the_connection_the_price_comes_by_itself() = runTest {
        fake.connection.value = CoreConnection.OFFLINE
        fake.failure = MestoException.Offline("offline", "No connection", "Look for a signal", emptyMap(), "", null, false)
        val presenter = presenter()
        ticks.emit(Unit)
        settle()
        assertIs<QuoteState.Preview>(presenter.shown.quote, "while there is none nothing is asked")
        fake.connection.value = CoreConnection.ONLINE
        settle()
        ticks.emit(Unit)
        settle()
        assertIs<QuoteState.Firm>(presenter.shown.quote)
    }

    @Test
    fun a_short_deposit_is_said_before_the_tap() = runTest {
        fake.wallet.state.value = WalletState(Samples.rsd(BigDecimal(50)))
        val presenter = presenter()
        assertEquals(Price(BigDecimal("30.00"), "RSD"), presenter.shown.deposit.missing)
        presenter.on(BuyEvent.Pay)
        settle()
        assertEquals(0, bought())
    }

    @Test
    fun a_price_that_is_over_is_renewed_before_it_can_be_paid() = runTest {
        val presenter = presenter()
        fake.now = Samples.morning.plusSeconds(120)
        ticks.emit(Unit)
        runCurrent()
        assertIs<QuoteState.Firm>(presenter.shown.quote, "its last millisecond")
        fake.now = fake.now.plusMillis(1)
        ticks.emit(Unit)
        runCurrent()
        assertEquals(QuoteState.Loading, presenter.shown.quote)
        assertNull(presenter.shown.deposit.missing)
        settle()
        assertEquals(fake.now.plusSeconds(120), assertIs<QuoteState.Firm>(presenter.shown.quote).validUntil)
    }

    @Test
    fun a_zone_or_a_car_that_is_gone_leads_back() = runTest {
        presenter(zone = "nowhere")
        assertEquals(listOf("back"), navigation.went)
        presenter(vehicle = "gone")
        assertEquals(listOf("back", "back"), navigation.went)
    }

    @Test
    fun an_unconfirmed_purchase_is_found_again_however_its_plate_is_written() = runTest {
        fake.outcome = Samples.unconfirmed
        val open = fake.payments.buy(fake.parking.quote(Samples.city.id, ZoneId("red"), Samples.car.id, 60))
        for (plate in listOf("BG789PP", "BG 789-PP")) {
            val shown = Plate(canonical = "BG789PP", display = plate, country = null)
            val offer = ItemOffer.Parking(checkNotNull(open.parkingOffer).copy(plate = shown))
            fake.payments.state.value = PaymentsState(listOf(open.copy(items = open.items.map { it.copy(offer = offer) })))
            assertIs<Payment.Unconfirmed>(presenter().shown.payment, plate)
        }
        assertIs<QuoteState.Firm>(presenter(zone = "yellow").shown.quote, "of another zone")
    }

    @Test
    fun a_purchase_in_another_city_with_a_zone_of_that_name_is_not_taken_for_this_one() = runTest {
        fake.outcome = Samples.unconfirmed
        val open = fake.payments.buy(fake.parking.quote(Samples.city.id, ZoneId("red"), Samples.car.id, 60))
        fake.payments.state.value = PaymentsState(listOf(open.copy(city = CityId("elsewhere"))))
        assertEquals(Payment.Idle, presenter().shown.payment)
        fake.payments.state.value = PaymentsState(listOf(open))
        assertIs<Payment.Unconfirmed>(presenter().shown.payment)
    }
}
