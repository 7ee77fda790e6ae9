// From the core's words to what screens show.

package city.mesto.ui.app

import city.mesto.sdk.MestoClient
import city.mesto.sdk.advice
import city.mesto.sdk.code
import city.mesto.sdk.core.Connection as CoreConnection
import city.mesto.sdk.core.Intent
import city.mesto.sdk.core.IntentState
import city.mesto.sdk.core.LineKind
import city.mesto.sdk.core.MestoException
import city.mesto.sdk.core.Money
import city.mesto.sdk.core.NearZone
import city.mesto.sdk.core.Notice
import city.mesto.sdk.core.QuoteLine
import city.mesto.sdk.core.QuoteTerms
import city.mesto.sdk.core.Reason
import city.mesto.sdk.core.SmsFallback as CoreSms
import city.mesto.sdk.core.Snapshot
import city.mesto.sdk.core.Vehicle
import city.mesto.sdk.text
import city.mesto.ui.Connection
import city.mesto.ui.PlateView
import city.mesto.ui.Price
import city.mesto.ui.PriceLine
import city.mesto.ui.Refusal
import city.mesto.ui.SmsFallback
import city.mesto.ui.ZoneView
import city.mesto.ui.buy.QuoteNotice
import city.mesto.ui.buy.QuoteView
import city.mesto.ui.text.Words
import java.time.Instant

internal fun Money.price() = Price(amount, currency)

internal fun Vehicle.view() = PlateView(id, plate, label)

internal fun NearZone.view() = ZoneView(zone, name, signCodes.firstOrNull(), colour)

internal fun CoreSms.view() = SmsFallback(number, body)

internal fun Reason.refusal() = Refusal(code, text, advice)

internal fun Snapshot.connectionView(): Connection =
    if (connection == CoreConnection.OFFLINE) Connection.Offline(lastSyncAt) else Connection.Online

internal fun MestoException.refusal() = Refusal(code, text, advice)

/** No connection, or no answer in time: nothing to refuse, only to wait for. */
internal val MestoException.isConnection: Boolean
    get() = this is MestoException.Offline || this is MestoException.NoAnswer

/** An intent by its key; null when the phone's own store does not tell it now. */
internal suspend fun MestoClient.intentOrNull(key: String): Intent? = try {
    intent(key)
} catch (_: MestoException) {
    null
}

/** The zone of an id as its sign looks; named by its id alone before the city was ever fetched. */
internal suspend fun MestoClient.zoneView(id: String): ZoneView = try {
    zonesNear().zones.find { it.zone == id }?.view()
} catch (_: MestoException) {
    null
} ?: ZoneView(id, id, null, "")

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

/** Why an intent that ended was not executed; null when it was, or when nobody knows yet. */
internal fun IntentState.refusal(words: Words): Refusal? = when (this) {
    is IntentState.Refused -> reason.refusal()
    IntentState.Expired -> Refusal("intent_expired", words.texts.buyExpired(), words.texts.buyExpiredAdvice())
    IntentState.Confirmed, IntentState.Unconfirmed -> null
}
