// A car that is parked: a ticket and its extensions are one time to a driver.

package city.mesto.ui.parking

import city.mesto.sdk.core.ParkingState
import city.mesto.sdk.core.Ticket
import city.mesto.sdk.core.TicketId
import city.mesto.ui.Price
import java.time.Instant

/** Tickets in the order they follow one another, never empty. */
class Parked(val tickets: List<Ticket>) {
    val last: Ticket get() = tickets.last()
    val startsAt: Instant get() = tickets.first().startsAt
    val endsAt: Instant get() = last.endsAt
    val paid: Price get() = Price(tickets.map { it.price.amount }.reduce { sum, amount -> sum + amount }, last.price.currency)

    /** The one an inspector has to see at a moment. */
    fun inForce(now: Instant): Ticket = tickets.find { now < it.endsAt } ?: last
}

/** Everything that runs or is still to start, the first to end first. */
fun ParkingState.parked(): List<Parked> {
    val extended = active.mapNotNull { it.extends }.toSet()
    return active.filter { it.id !in extended }.map { last -> chain(last) }.sortedBy { it.endsAt }
}

/** What a ticket belongs to, by the id of any part of it. */
fun ParkingState.parkedWith(ticket: TicketId): Parked? = parked().find { parked -> parked.tickets.any { it.id == ticket } }

private fun ParkingState.chain(last: Ticket): Parked {
    val tickets = generateSequence(last) { ticket -> active.find { it.id == ticket.extends } }
    return Parked(tickets.toList().asReversed())
}
