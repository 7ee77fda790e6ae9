package city.mesto.sdk

import city.mesto.sdk.core.*
import kotlinx.coroutines.runBlocking
import java.math.BigDecimal
import java.time.Instant
import java.util.concurrent.CopyOnWriteArrayList
import kotlin.test.*

class TrialTest {
    private val clock = object : Clock { override fun now(): Instant = Instant.parse("2025-09-03T08:00:00Z") }
    @Test fun values() {
        val q = Trial(clock).quote(60u)
        assertEquals(BigDecimal("80.00"), q.total.amount)
        assertEquals(Instant.parse("2025-09-03T09:00:00Z"), q.endsAt)
        assertEquals(listOf(Notice.Clipped(60u, 30u), Notice.NoRefund), q.notices)
    }
    @Test fun errors() {
        val e = assertFailsWith<MestoException.Refused> { Trial(clock).quote(91u) }
        assertEquals("max_stay_exceeded", e.code)
        println(e.toString() + " | " + e.message)
    }
    @Test fun asyncAndObserver() = runBlocking {
        val trial = Trial(clock)
        val seen = CopyOnWriteArrayList<Quote>()
        val s = trial.subscribe(object : Observer { override fun changed(total: Quote) { seen += total } })
        trial.buy(60u, null)
        assertEquals(1, seen.size)
        s.cancel()
        trial.buy(60u, null)
        assertEquals(1, seen.size)
        val c = Cancel(); c.cancel()
        assertFailsWith<MestoException.Offline> { trial.buy(60u, c) }
        Unit
    }
}
