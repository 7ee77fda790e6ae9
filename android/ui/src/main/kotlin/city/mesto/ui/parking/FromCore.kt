// From the core's words of parking to what its screens show.

package city.mesto.ui.parking

import city.mesto.sdk.MestoClient
import city.mesto.sdk.core.Line
import city.mesto.sdk.core.MestoException
import city.mesto.sdk.core.Money
import city.mesto.sdk.core.NearZone
import city.mesto.sdk.core.Notice
import city.mesto.sdk.core.Parked
import city.mesto.sdk.core.ParkingOffer
import city.mesto.sdk.core.Preview
import city.mesto.sdk.core.Quote
import city.mesto.sdk.core.TicketId
import city.mesto.sdk.core.ZoneId
import city.mesto.sdk.parking.parking
import city.mesto.sdk.parking.parkingOffer
import city.mesto.ui.PriceLine
import city.mesto.ui.fromcore.here
import city.mesto.ui.fromcore.price

internal fun NearZone.view() = ZoneView(zone.value, name, signCodes.firstOrNull(), colour)

/** The zone of an id; null where the city has none, or was never fetched. */
internal suspend fun MestoClient.zoneOrNull(id: ZoneId): NearZone? = try {
    parking.zonesNear(here).zones.find { it.zone == id }
} catch (_: MestoException) {
    null
}

/** The zone of an id as its sign looks; named by its id alone before the city was ever fetched. */
internal suspend fun MestoClient.zoneView(id: ZoneId): ZoneView = zoneOrNull(id)?.view() ?: ZoneView(id.value, id.value, null, "")

/** The time that a ticket is a part of; null when it is not on the phone. */
internal suspend fun MestoClient.parkedOrNull(ticket: TicketId): Parked? = try {
    parking.parkedWith(ticket)
} catch (_: MestoException) {
    null
}

/** A price as a screen explains it. */
internal fun Preview.view(client: MestoClient) = offer.view(lines, notices, total, client)

/** A price as a screen explains it; null when what is offered is no parking. */
internal fun Quote.view(client: MestoClient): QuoteView? =
    parkingOffer?.view(items.flatMap { it.lines }, items.flatMap { it.notices }, total, client)

private fun ParkingOffer.view(lines: List<Line>, notices: List<Notice>, total: Money, client: MestoClient) = QuoteView(
    asked = askedMinutes.toInt(),
    granted = grantedMinutes.toInt(),
    startsAt = startsAt,
    endsAt = endsAt,
    lines = lines.map { PriceLine(client.text(it), it.amount.price()) },
    total = total.price(),
    notices = notices.map { it.view(client) },
)

private fun Notice.view(client: MestoClient) = QuoteNotice(client.text(this), isSurprise)
