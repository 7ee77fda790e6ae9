// Prices and hours of a zone without pixels.

package city.mesto.ui.parking.prices

import city.mesto.sdk.FakeMesto
import city.mesto.sdk.Samples
import city.mesto.sdk.core.Certainty
import city.mesto.ui.text.Words
import kotlin.test.assertEquals
import kotlin.test.assertIs
import kotlin.test.assertNull
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.test.TestScope
import kotlinx.coroutines.test.runCurrent
import kotlinx.coroutines.test.runTest
import org.junit.jupiter.api.Test

@OptIn(ExperimentalCoroutinesApi::class)
class PricesPresenterTest {
    private class RecordedNavigation : PricesNavigation {
        val went = mutableListOf<String>()

        override fun retry() { went += "retry" }

        override fun back() { went += "back" }
    }

    private val fake = FakeMesto()
    private val navigation = RecordedNavigation()

    private fun TestScope.presenter() = PricesPresenter(fake, Words(fake.texts, "en") { 7200 }, "red", backgroundScope, navigation).apply {
        start()
        runCurrent()
    }

    private fun minutes(vararg minutes: Long) = minutes.map { fake.texts.zonesPricesMinutes(it) }

    private val PricesPresenter.shown get() = assertIs<PricesUiState.Shown>(state.value)

    @Test
    fun limited_and_extended_time_have_each_their_price_and_their_length_bg_46() = runTest {
        val shown = presenter().shown
        assertEquals(listOf("80.00\u00A0RSD", "120.00\u00A0RSD"), shown.prices.rows.map { it.value })
        assertEquals(minutes(60, 30, 90, 30), shown.stay.rows.map { it.value }, "both parts, the whole, the break before a new stay")
        assertNull(shown.prices.certainty, "the operator's own words need no remark")
    }

    @Test
    fun days_with_the_same_hours_stand_together_pq_10() = runTest {
        assertEquals(4, presenter().shown.hours.rows.size, "weekdays, Saturday, Sunday, holidays")
    }

    @Test
    fun what_is_not_known_is_neither_free_nor_unlimited_bg_46() = runTest {
        val red = Samples.redPrices
        fake.parking.prices = red.copy(
            steps = red.steps.map { it.copy(price = null, certainty = null) },
            week = emptyList(), hoursCertainty = null, holidaysCharged = null, holidaysCertainty = null,
            limitedMinutes = null, extendedMinutes = null, limitCertainty = null,
            noReturnMinutes = null, noReturnCertainty = null,
        )
        val shown = presenter().shown
        val values = (shown.prices.rows + shown.stay.rows + shown.hours.rows).map { it.value }
        assertEquals(listOf<String?>(null), values.distinct())
    }

    @Test
    fun a_zone_without_limit_says_so_bg_58() = runTest {
        fake.parking.prices = Samples.redPrices.copy(limitedMinutes = null, extendedMinutes = null, noReturnMinutes = 0u, noReturnCertainty = Certainty.Assumed)
        val stay = presenter().shown.stay
        assertEquals(listOf(fake.texts.zonesNoLimit()), stay.rows.map { it.value })
        assertNull(stay.certainty, "a break that renews nothing is not spoken of")
    }

    @Test
    fun a_break_that_is_not_known_is_not_left_out_bg_48() = runTest {
        fake.parking.prices = Samples.redPrices.copy(noReturnMinutes = null, noReturnCertainty = null)
        assertEquals(minutes(60, 30, 90) + null, presenter().shown.stay.rows.map { it.value })
    }

    @Test
    fun how_sure_the_hours_are_is_said_pq_10() = runTest {
        fake.parking.prices = Samples.redPrices.copy(hoursCertainty = Certainty.SecondHand)
        assertEquals(fake.texts.certaintySecondHand(), presenter().shown.hours.certainty)
    }

    @Test
    fun a_refusal_can_be_tried_again_pq_10() = runTest {
        fake.parking.prices = null
        val presenter = presenter()
        assertEquals("zone_unknown", assertIs<PricesUiState.Refused>(presenter.state.value).refusal.code)
        fake.parking.prices = Samples.redPrices
        presenter.on(PricesEvent.Retry)
        runCurrent()
        presenter.shown
        assertEquals(listOf("retry"), navigation.went)
    }
}
