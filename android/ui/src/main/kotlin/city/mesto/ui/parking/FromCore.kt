// From the core's words of parking to what its screens show.

package city.mesto.ui.parking

import city.mesto.sdk.MestoClient
import city.mesto.sdk.core.LineKind
import city.mesto.sdk.core.MestoException
import city.mesto.sdk.core.NearZone
import city.mesto.sdk.core.Notice
import city.mesto.sdk.core.QuoteLine
import city.mesto.sdk.core.QuoteTerms
import city.mesto.ui.PriceLine
import city.mesto.ui.fromcore.price
import city.mesto.ui.text.Words
import java.time.Instant

internal fun NearZone.view() = ZoneView(zone, name, signCodes.firstOrNull(), colour)

/** The zone of an id; null where the city has none, or was never fetched. */
internal suspend fun MestoClient.zoneOrNull(id: String): NearZone? = try {
    zonesNear().zones.find { it.zone == id }
} catch (_: MestoException) {
    null
}

/** The zone of an id as its sign looks; named by its id alone before the city was ever fetched. */
internal suspend fun MestoClient.zoneView(id: String): ZoneView = zoneOrNull(id)?.view() ?: ZoneView(id, id, null, "")

/** A price as a screen explains it. */
internal fun QuoteTerms.view(words: Words) = QuoteView(
    asked = askedMinutes.toInt(),
    granted = grantedMinutes.toInt(),
    startsAt = startsAt,
    endsAt = endsAt,
    lines = lines.map { it.view(words) },
    total = total.price(),
    notices = notices.map { it.view(this, words) },
)

internal fun QuoteLine.view(words: Words): PriceLine {
    val texts = words.texts
    val text = when (val kind = kind) {
        is LineKind.Limited ->
            texts.lineLimited(units = kind.units.toLong(), unitMinutes = kind.unitMinutes.toString(), unitPrice = words.money(kind.unitPrice.price()))
        is LineKind.Extended ->
            texts.lineExtended(units = kind.units.toLong(), unitMinutes = kind.unitMinutes.toString(), unitPrice = words.money(kind.unitPrice.price()))
        is LineKind.CardFee -> texts.lineCardFee(words.money(kind.below.price()))
        LineKind.Other -> texts.lineOther()
    }
    return PriceLine(text, amount.price())
}

private fun Notice.view(terms: QuoteTerms, words: Words): QuoteNotice {
    val texts = words.texts
    fun time(at: Instant) = words.time(at, from = terms.startsAt)
    return when (this) {
        is Notice.Clipped -> QuoteNotice(
            texts.noticeClipped(
                asked = asked.toString(),
                offered = offered.toString(),
                deadlineTime = time(deadline),
                newStayAt = time(newStayAt),
            ),
            isSurprise = true,
        )
        is Notice.AnotherTicketLimits -> QuoteNotice(texts.noticeAnotherTicketLimits(time(deadline)), isSurprise = true)
        is Notice.RoundedUp -> QuoteNotice(texts.noticeRoundedUp(granted = granted.toString(), asked = asked.toString()), isSurprise = true)
        is Notice.StartsAtOpening -> QuoteNotice(texts.noticeStartsAtOpening(time(opensAt)), isSurprise = true)
        is Notice.EndsAtClosing -> QuoteNotice(texts.noticeEndsAtClosing(closesAtTime = time(closesAt), granted = granted.toString()), isSurprise = true)
        is Notice.RollsOver -> QuoteNotice(texts.noticeRollsOver(time(endsAt)), isSurprise = true)
        Notice.NoRefund -> QuoteNotice(texts.noticeNoRefund(), isSurprise = false)
        Notice.Other -> QuoteNotice(texts.noticeOther(), isSurprise = true)
    }
}
