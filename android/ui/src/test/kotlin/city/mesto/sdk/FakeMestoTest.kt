// The fake client keeps the promises a screen relies on.
package city.mesto.sdk

import city.mesto.sdk.core.IntentState
import city.mesto.sdk.core.MestoException
import city.mesto.sdk.core.VehicleId
import city.mesto.sdk.core.ZoneId
import city.mesto.sdk.garages.garagesOffer
import city.mesto.sdk.garages.visit
import kotlinx.coroutines.test.runTest
import java.math.BigDecimal
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertNotNull

class FakeMestoTest {
    @Test
    fun `a double tap buys once and the balance falls once`() = runTest {
        val mesto = FakeMesto()
        val quote = mesto.parking.quote(Samples.city.id, ZoneId("red"), VehicleId("v"), 60)
        assertEquals(mesto.payments.buy(quote), mesto.payments.buy(quote))
        assertEquals(BigDecimal("920.00"), mesto.wallet.current().balance?.amount)
        assertEquals(1, mesto.parking.current().active.size)
    }

    @Test
    fun `an unconfirmed purchase stays open until it is settled`() = runTest {
        val mesto = FakeMesto()
        mesto.outcome = Samples.unconfirmed
        val intent = mesto.payments.buy(mesto.parking.quote(Samples.city.id, ZoneId("red"), VehicleId("v"), 60))
        assertEquals(listOf(intent), mesto.payments.current().open)
        assertEquals(BigDecimal("1000.00"), mesto.wallet.current().balance?.amount)
        mesto.outcome = IntentState.Expired
        assertEquals(IntentState.Expired, mesto.payments.settleAll().single().state)
        assertEquals(emptyList(), mesto.payments.current().open)
    }

    @Test
    fun `a ticket is paid once and then has its time to leave`() = runTest {
        val mesto = FakeMesto()
        val facility = mesto.garages.places(Samples.city.id).first().facility
        val quote = mesto.garages.quote(Samples.city.id, facility, "gr 0042-17")
        assertEquals("GR004217", quote.garagesOffer?.ticket)
        val paid = assertNotNull(mesto.payments.buy(quote).visit)
        assertEquals(quote.garagesOffer?.exitBy, paid.exitBy)
        assertEquals(listOf(paid), mesto.garages.current().inside)
        assertEquals(BigDecimal("800.00"), mesto.wallet.current().balance?.amount)
        val again = assertFailsWith<MestoException.Refused> { mesto.garages.pay(Samples.city.id, facility, "GR004217") }
        assertEquals("visit_already_paid", again.code)
    }

    @Test
    fun `the wheel ends at the limit and a failure is thrown once`() = runTest {
        val mesto = FakeMesto()
        val refused = assertFailsWith<MestoException.Refused> { mesto.parking.preview(Samples.city.id, ZoneId("red"), VehicleId("v"), 91) }
        assertEquals("90", refused.params["allowed"])
        mesto.failure = MestoException.Offline("offline", "No connection.", "Try again.", emptyMap(), "", null, false)
        assertEquals("offline", assertFailsWith<MestoException> { mesto.account.sync() }.code)
        mesto.account.sync()
    }
}
