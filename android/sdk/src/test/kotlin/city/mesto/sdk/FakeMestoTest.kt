// The fake client keeps the promises a screen relies on.
package city.mesto.sdk

import city.mesto.sdk.core.IntentState
import city.mesto.sdk.core.MestoException
import kotlinx.coroutines.test.runTest
import java.math.BigDecimal
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith

class FakeMestoTest {
    @Test
    fun `a double tap buys once and the balance falls once`() = runTest {
        val mesto = FakeMesto()
        val quote = mesto.quote("red", "v", 60)
        assertEquals(mesto.buy(quote), mesto.buy(quote))
        assertEquals(BigDecimal("920.00"), mesto.state.value.balance?.amount)
        assertEquals(1, mesto.state.value.activeTickets.size)
    }

    @Test
    fun `an unconfirmed purchase stays open until it is settled`() = runTest {
        val mesto = FakeMesto()
        mesto.outcome = IntentState.Unconfirmed
        val intent = mesto.buy(mesto.quote("red", "v", 60))
        assertEquals(listOf(intent), mesto.state.value.openIntents)
        assertEquals(BigDecimal("1000.00"), mesto.state.value.balance?.amount)
        mesto.outcome = IntentState.Expired
        assertEquals(IntentState.Expired, mesto.settle().single().state)
        assertEquals(emptyList(), mesto.state.value.openIntents)
    }

    @Test
    fun `the wheel ends at the limit and a failure is thrown once`() = runTest {
        val mesto = FakeMesto()
        val refused = assertFailsWith<MestoException.Refused> { mesto.preview("red", "v", 91) }
        assertEquals("90", refused.params["allowed"])
        mesto.failure = MestoException.Offline("offline", "No connection.", "Try again.", emptyMap(), "")
        assertEquals("offline", assertFailsWith<MestoException> { mesto.sync() }.code)
        mesto.sync()
    }
}
