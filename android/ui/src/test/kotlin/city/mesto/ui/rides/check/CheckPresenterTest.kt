// The check of a ride without pixels: nothing is charged before the tap, one tap registers once,
// and whoever has no network is told the truth.

package city.mesto.ui.rides.check

import androidx.lifecycle.SavedStateHandle
import city.mesto.sdk.FakeMesto
import city.mesto.sdk.FakeTerms
import city.mesto.sdk.Samples
import city.mesto.sdk.core.IntentState
import city.mesto.sdk.core.MestoException
import city.mesto.sdk.core.WalletState
import city.mesto.ui.PayBy
import city.mesto.ui.Payment
import city.mesto.ui.Price
import java.math.BigDecimal
import java.time.temporal.ChronoUnit
import kotlin.test.assertEquals
import kotlin.test.assertFalse
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
private const val SIGN = "https://qr.avtobys.kz/almaty/v/K7M2P9QD"

@OptIn(ExperimentalCoroutinesApi::class)
class CheckPresenterTest {
    private class RecordedNavigation : CheckNavigation {
        val went = mutableListOf<String>()

        override fun ride(id: String) { went += "ride $id" }

        override fun earlier(id: String) { went += "earlier $id" }

        override fun scan() { went += "scan" }

        override fun topUp() { went += "top-up" }

        override fun terms() { went += "terms" }

        override fun account() { went += "account" }

        override fun openPage(url: String) { went += "page $url" }

        override fun retry() { went += "retry" }

        override fun back() { went += "back" }
    }

    private val fake = FakeMesto()
    private val navigation = RecordedNavigation()
    private val ticks = MutableSharedFlow<Unit>(replay = 1).apply { tryEmit(Unit) }
    private val saved = SavedStateHandle()

    private fun TestScope.presenter(route: CheckRoute = CheckRoute(scanned = SIGN), saved: SavedStateHandle = this@CheckPresenterTest.saved) =
        CheckPresenter(fake, route, ticks, backgroundScope, saved, navigation).apply {
            start()
            runCurrent()
        }

    private fun TestScope.on(presenter: CheckPresenter, vararg events: CheckEvent) {
        events.forEach(presenter::on)
        runCurrent()
    }

    private fun firm(presenter: CheckPresenter) = assertIs<Checked.Firm>(presenter.state.value.checked)

    private fun bought() = fake.calls.count { it == "buy" }

    private fun refused(code: String) = MestoException.Refused(code, code, "", emptyMap(), "", null, false)

    @Test
    fun the_ride_is_shown_for_checking_with_its_fare_and_nothing_is_charged_av_65_av_66_av_70() = runTest {
        val presenter = presenter()
        val checked = firm(presenter)
        assertEquals("123 ABC 02", checked.ride.plate)
        assertEquals("Almatyelectrotrans", checked.ride.carrier)
        assertEquals(Samples.morning to Samples.morning.plus(1, ChronoUnit.HOURS), checked.at to checked.endsAt)
        assertEquals(BigDecimal("120.00"), checked.total.amount)
        assertEquals(checked.total.amount, checked.lines.sumOf { it.amount.amount })
        assertTrue(presenter.state.value.canConfirm)
        assertEquals(0, bought())
        assertEquals(BigDecimal("1000.00"), fake.wallet.current().balance?.amount)
    }

    @Test
    fun one_confirmation_registers_one_ride_however_often_it_is_tapped_av_66_av_69() = runTest {
        val presenter = presenter()
        on(presenter, CheckEvent.Confirm, CheckEvent.Confirm)
        on(presenter, CheckEvent.Confirm)
        assertEquals(1, bought())
        val ride = fake.rides.current().current.single()
        assertEquals(listOf("ride ${ride.id.value}"), navigation.went)
        assertEquals(BigDecimal("880.00"), fake.wallet.current().balance?.amount)
    }

    @Test
    fun who_rides_is_chosen_and_a_new_price_seen_before_the_tap_av_65_av_70() = runTest {
        val presenter = presenter()
        on(presenter, CheckEvent.PersonsChosen(3))
        assertEquals(BigDecimal("360.00"), firm(presenter).total.amount)
        on(presenter, CheckEvent.PersonsChosen(0))
        assertEquals(1, presenter.state.value.persons, "whoever rides is one")
        fake.failure = refused("persons_too_many")
        on(presenter, CheckEvent.PersonsChosen(11))
        assertEquals("persons_too_many", assertIs<Checked.Refused>(presenter.state.value.checked).refusal.code)
        on(presenter, CheckEvent.PersonsChosen(10))
        assertEquals(BigDecimal("1200.00"), firm(presenter).total.amount)
    }

    @Test
    fun the_rider_chooses_the_balance_or_a_card_av_67() = runTest {
        val presenter = presenter()
        assertEquals(BigDecimal("880.00"), presenter.state.value.deposit.after?.amount)
        on(presenter, CheckEvent.PayByChosen(PayBy.Card))
        fake.outcome = Samples.unconfirmed
        on(presenter, CheckEvent.Confirm)
        assertEquals(PAGE, assertIs<Payment.Unconfirmed>(presenter.state.value.payment).page)
        on(presenter, CheckEvent.PayByChosen(PayBy.Deposit), CheckEvent.PersonsChosen(2), CheckEvent.Confirm, CheckEvent.OpenBank)
        assertEquals(listOf("page $PAGE", "page $PAGE"), navigation.went)
        assertEquals(PayBy.Card to 1, presenter.state.value.run { payBy to persons }, "what is on its way is not changed")

        val again = presenter(saved = SavedStateHandle.createHandle(saved.savedStateProvider().saveState(), null))
        assertEquals(PAGE, assertIs<Payment.Unconfirmed>(again.state.value.payment).page)
        fake.outcome = IntentState.Confirmed
        on(again, CheckEvent.CheckAgain)
        assertEquals(1, bought())
    }

    @Test
    fun a_short_balance_says_what_it_lacks_and_leads_to_the_top_up_av_51() = runTest {
        fake.wallet.state.value = WalletState(Samples.rsd(BigDecimal("119.99")))
        val presenter = presenter()
        assertEquals(Price(BigDecimal("0.01"), "RSD"), presenter.state.value.deposit.missing)
        on(presenter, CheckEvent.Confirm, CheckEvent.TopUp)
        assertEquals(0 to listOf("top-up"), bought() to navigation.went)
        fake.wallet.state.value = WalletState(Samples.rsd(BigDecimal("120.00")))
        runCurrent()
        assertTrue(presenter.state.value.canConfirm)
    }

    @Test
    fun a_second_ride_in_the_same_vehicle_is_asked_about_with_the_earlier_one_av_65() = runTest {
        on(presenter(saved = SavedStateHandle()), CheckEvent.Confirm)
        val first = fake.rides.current().current.single()
        fake.now = fake.now.plusSeconds(600)
        val presenter = presenter()
        assertEquals(Repeats(first.id.value, Samples.morning), firm(presenter).repeats)
        assertFalse(presenter.state.value.canConfirm)
        on(presenter, CheckEvent.Confirm, CheckEvent.SeeEarlier)
        assertEquals(1, bought())
        assertEquals("earlier ${first.id.value}", navigation.went.last())
        // The question is answered once; the price is seen again before the tap.
        on(presenter, CheckEvent.RideAgain)
        assertNull(firm(presenter).repeats)
        assertEquals(1, bought())
        on(presenter, CheckEvent.Confirm)
        assertEquals(2 to 2, bought() to fake.rides.current().current.size)
    }

    @Test
    fun in_the_bus_after_one_that_broke_down_the_ticket_is_good_and_nothing_is_paid_av_65() = runTest {
        on(presenter(saved = SavedStateHandle()), CheckEvent.Confirm)
        val first = fake.rides.current().current.single()
        fake.rides.brokeDownAt = Samples.morning.plusSeconds(300)
        val presenter = presenter()
        assertEquals(Repeats(first.id.value, Samples.morning, isGoodHere = true), firm(presenter).repeats)
        on(presenter, CheckEvent.Confirm, CheckEvent.SeeEarlier)
        assertEquals(1 to "earlier ${first.id.value}", bought() to navigation.went.last())
    }

    @Test
    fun two_phones_that_confirm_at_once_pay_once_and_the_other_is_asked_av_66() = runTest {
        val presenter = presenter()
        fake.outcome = Samples.refused("ride_repeated", "You registered in this vehicle.", "Nothing more was charged.")
        on(presenter, CheckEvent.Confirm)
        val refused = assertIs<Payment.Refused>(presenter.state.value.payment).refusal
        assertEquals("ride_repeated" to false, refused.code to refused.mayBeCharged)
        assertIs<Checked.Firm>(presenter.state.value.checked, "seen anew before the next tap")
        assertEquals(BigDecimal("1000.00"), fake.wallet.current().balance?.amount)
    }

    @Test
    fun while_the_vehicle_is_controlled_nothing_is_sold_and_nothing_is_tried_again_av_82() = runTest {
        fake.failure = refused("payment_closed_in_control")
        val presenter = presenter()
        assertEquals(Next.None, assertIs<Checked.Refused>(presenter.state.value.checked).next)
        on(presenter, CheckEvent.Next, CheckEvent.Confirm)
        assertEquals(0 to 1, bought() to fake.calls.count { it == "quote" })
        assertEquals(emptyList(), navigation.went)
    }

    @Test
    fun without_a_network_at_boarding_nothing_is_sold_and_that_is_said_av_65() = runTest {
        fake.failure = MestoException.Offline("ride_not_checked", "Nothing was charged.", "Pay with a transport card.", emptyMap(), "", null, false)
        val presenter = presenter()
        val refused = assertIs<Checked.Refused>(presenter.state.value.checked)
        assertEquals("ride_not_checked" to Next.Retry, refused.refusal.code to refused.next)
        on(presenter, CheckEvent.Confirm)
        assertEquals(0, bought())
        on(presenter, CheckEvent.Next)
        assertIs<Checked.Firm>(presenter.state.value.checked)
        assertEquals(listOf("retry"), navigation.went)
    }

    @Test
    fun a_lost_answer_is_not_confirmed_yet_and_is_neither_success_nor_failure_av_66() = runTest {
        val presenter = presenter()
        fake.outcome = Samples.unconfirmed
        on(presenter, CheckEvent.Confirm)
        assertEquals(Samples.morning, assertIs<Payment.Unconfirmed>(presenter.state.value.payment).since)
        on(presenter, CheckEvent.Confirm, CheckEvent.PersonsChosen(2))
        assertEquals(1, bought())
        fake.outcome = IntentState.Confirmed
        on(presenter, CheckEvent.CheckAgain)
        assertEquals(Payment.Idle, presenter.state.value.payment)
    }

    @Test
    fun another_payment_of_the_same_sign_is_found_again_and_one_of_another_vehicle_is_not() = runTest {
        fake.outcome = Samples.unconfirmed
        on(presenter(), CheckEvent.Confirm)
        assertIs<Payment.Unconfirmed>(presenter(saved = SavedStateHandle()).state.value.payment)
        assertEquals(Payment.Idle, presenter(CheckRoute(typed = "1204"), SavedStateHandle()).state.value.payment)
    }

    @Test
    fun a_number_that_no_vehicle_has_leads_back_to_the_scanner_av_62() = runTest {
        val presenter = presenter(CheckRoute(typed = "9999"))
        assertEquals(Next.Scan, assertIs<Checked.Refused>(presenter.state.value.checked).next)
        on(presenter, CheckEvent.Next)
        assertEquals(listOf("scan"), navigation.went)
    }

    @Test
    fun a_vehicle_whose_trip_nobody_told_is_sold_and_says_so_av_65() = runTest {
        fake.rides.isTripKnown = false
        val ride = firm(presenter(CheckRoute(typed = "1204"))).ride
        assertEquals(null to null, ride.route to ride.to)
    }

    @Test
    fun new_terms_stand_before_the_button_and_a_suspended_account_leads_to_the_account_av_125_av_126() = runTest {
        fake.terms.change = FakeTerms.second
        val presenter = presenter()
        assertTrue(firm(presenter).mustAccept)
        on(presenter, CheckEvent.Confirm, CheckEvent.SeeTerms)
        assertEquals(0 to listOf("terms"), bought() to navigation.went)
        fake.terms.accept(Samples.city.id, "rules", "2")
        fake.failure = refused("account_suspended")
        on(presenter, CheckEvent.Seen)
        assertEquals(Next.Account, assertIs<Checked.Refused>(presenter.state.value.checked).next)
        on(presenter, CheckEvent.Next, CheckEvent.Seen)
        assertEquals("account", navigation.went.last())
        assertTrue(presenter.state.value.canConfirm)
    }

    @Test
    fun a_price_that_is_over_is_asked_for_anew() = runTest {
        val presenter = presenter()
        fake.now = Samples.morning.plusSeconds(120)
        ticks.emit(Unit)
        runCurrent()
        assertEquals(fake.now, firm(presenter).validUntil, "its last millisecond")
        fake.now = fake.now.plusMillis(1)
        ticks.emit(Unit)
        runCurrent()
        assertEquals(fake.now.plusSeconds(120), firm(presenter).validUntil)
    }
}
