// The list of rides without pixels: what runs, what is over, and the balance with its moment.

package city.mesto.ui.rides.list

import city.mesto.sdk.FakeMesto
import city.mesto.sdk.FakeNotices
import city.mesto.sdk.Samples
import city.mesto.sdk.core.ServiceNoticeKind
import city.mesto.sdk.core.WalletState
import city.mesto.sdk.rides.scannedRide
import city.mesto.ui.Connection
import java.math.BigDecimal
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertNotNull
import kotlin.test.assertNull
import kotlin.test.assertTrue
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.flow.MutableSharedFlow
import kotlinx.coroutines.test.TestScope
import kotlinx.coroutines.test.runCurrent
import kotlinx.coroutines.test.runTest
import org.junit.jupiter.api.Test

private const val SIGN = "https://qr.avtobys.kz/almaty/v/K7M2P9QD"

@OptIn(ExperimentalCoroutinesApi::class)
class RidesPresenterTest {
    private class RecordedNavigation : RidesNavigation {
        val went = mutableListOf<String>()

        override fun scan() { went += "scan" }

        override fun ride(id: String) { went += "ride $id" }

        override fun check(scanned: String?, typed: String?) { went += "check $scanned $typed" }

        override fun topUp() { went += "top-up" }

        override fun news() { went += "news" }

        override fun account() { went += "account" }

        override fun open(route: Any) { went += "open" }

        override fun retry() { went += "retry" }

        override fun back() { went += "back" }
    }

    private val fake = FakeMesto()
    private val navigation = RecordedNavigation()
    private val ticks = MutableSharedFlow<Unit>(replay = 1).apply { tryEmit(Unit) }

    private fun TestScope.presenter() = RidesPresenter(fake, ticks, backgroundScope, navigation).apply {
        start()
        runCurrent()
    }

    private suspend fun register() = fake.payments.buy(fake.rides.quote(Samples.city.id, scannedRide(SIGN)))

    @Test
    fun a_confirmed_ride_is_there_and_moves_to_those_before_when_its_ticket_ends_av_69() = runTest {
        val presenter = presenter()
        register()
        runCurrent()
        val row = assertNotNull(presenter.state.value.running).single()
        assertEquals(Samples.morning, row.registeredAt)
        assertEquals(1 to BigDecimal("120.00"), row.persons to row.price.amount)
        presenter.on(RidesEvent.Opened(row.id))
        assertEquals(listOf("ride ${row.id}"), navigation.went)
        fake.now = row.endsAt.minusMillis(1)
        ticks.emit(Unit)
        runCurrent()
        assertEquals(1, presenter.state.value.running?.size, "its last millisecond")
        fake.now = row.endsAt
        ticks.emit(Unit)
        runCurrent()
        assertEquals(emptyList(), presenter.state.value.running)
        assertEquals(listOf(row.id), presenter.state.value.over.map { it.id })
    }

    @Test
    fun the_balance_stands_there_with_its_moment_and_says_when_it_is_low_av_09_av_51() = runTest {
        val presenter = presenter()
        val balance = assertNotNull(presenter.state.value.balance)
        assertEquals(BigDecimal("1000.00") to Samples.morning, balance.amount.amount to balance.asOf)
        assertNotNull(balance.reaches)
        assertFalse(balance.isLow)
        fake.wallet.state.value = WalletState(Samples.rsd(BigDecimal("239.99")))
        runCurrent()
        assertTrue(assertNotNull(presenter.state.value.balance).isLow)
        fake.wallet.state.value = WalletState(null)
        runCurrent()
        assertNull(presenter.state.value.balance, "what nobody told is not 0")
    }

    @Test
    fun a_confirmation_that_is_not_known_yet_leads_back_to_it_av_66() = runTest {
        val presenter = presenter()
        fake.outcome = Samples.unconfirmed
        register()
        runCurrent()
        assertTrue(presenter.state.value.isUnconfirmed)
        assertEquals(emptyList(), presenter.state.value.running)
        presenter.on(RidesEvent.UnconfirmedOpened)
        assertEquals(listOf("check $SIGN null"), navigation.went)
    }

    @Test
    fun works_outages_and_a_suspended_account_are_told_on_the_first_screen_av_103_av_104_av_126() = runTest {
        fake.notices.published = listOf(FakeNotices.notice("nt1", ServiceNoticeKind.News), FakeNotices.notice("nt2", ServiceNoticeKind.PlannedWorks, "Works"))
        val presenter = presenter()
        fake.notices.refresh(Samples.city.id)
        fake.standing.suspendAccount()
        runCurrent()
        assertEquals("Works" to fake.texts.standingSuspended(), presenter.state.value.run { news to standing })
        presenter.on(RidesEvent.NewsOpened)
        presenter.on(RidesEvent.AccountOpened)
        assertEquals(listOf("news", "account"), navigation.went)
        fake.notices.markAllRead()
        fake.standing.resume()
        runCurrent()
        assertNull(presenter.state.value.news)
        assertNull(presenter.state.value.standing)
    }

    @Test
    fun the_scanner_and_the_top_up_are_one_tap_away_av_64() = runTest {
        val presenter = presenter()
        listOf(RidesEvent.Scan, RidesEvent.TopUp, RidesEvent.Retry, RidesEvent.Back, RidesEvent.UnconfirmedOpened).forEach(presenter::on)
        assertEquals(listOf("scan", "top-up", "retry", "back"), navigation.went)
        assertEquals(Connection.Online, presenter.state.value.connection)
    }
}
