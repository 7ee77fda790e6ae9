// From the core's words to what screens show.

package city.mesto.ui.fromcore

import city.mesto.sdk.MestoClient
import city.mesto.sdk.Texts
import city.mesto.sdk.account
import city.mesto.sdk.advice
import city.mesto.sdk.cities
import city.mesto.sdk.code
import city.mesto.sdk.core.Certainty
import city.mesto.sdk.core.CityId
import city.mesto.sdk.core.CityVersion
import city.mesto.sdk.core.Connection as CoreConnection
import city.mesto.sdk.core.PurchaseIntent
import city.mesto.sdk.core.MestoException
import city.mesto.sdk.core.Money
import city.mesto.sdk.core.PayMethod
import city.mesto.sdk.core.Plate
import city.mesto.sdk.core.Quote
import city.mesto.sdk.core.Reason
import city.mesto.sdk.core.SmsFallback as CoreSms
import city.mesto.sdk.core.Vehicle
import city.mesto.sdk.mayBeCharged
import city.mesto.sdk.operator
import city.mesto.sdk.params
import city.mesto.sdk.payments
import city.mesto.sdk.terms
import city.mesto.sdk.text
import city.mesto.sdk.wallet
import city.mesto.ui.Connection
import city.mesto.ui.DepositView
import city.mesto.ui.PayBy
import city.mesto.ui.PlateView
import city.mesto.ui.Price
import city.mesto.ui.PriceLine
import city.mesto.ui.Refusal
import city.mesto.ui.SmsFallback
import city.mesto.ui.TermsView
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.combine

internal fun Money.price() = Price(amount, currency)

internal fun Vehicle.view() = PlateView(id.value, plate.display, label)

internal fun CoreSms.view() = SmsFallback(number, body)

internal fun Reason.refusal() = Refusal(code, text, advice, mayBeCharged)

internal val PayBy.method: PayMethod
    get() = when (this) {
        PayBy.Deposit -> PayMethod.Deposit
        PayBy.Card -> PayMethod.Card
    }

internal fun MestoClient.connectionView(): Connection =
    if (connection.value == CoreConnection.OFFLINE) Connection.Offline(account.state.value.lastSyncAt) else Connection.Online

/** The city this app is for; null before it was ever fetched. */
internal val MestoClient.city: CityVersion? get() = cities.state.value.stored.firstOrNull()

/** Whether the operator has a service in the city of the screens; false before it was ever told. */
internal fun MestoClient.hasService(service: String): Boolean {
    val told = operator.state.value.document?.cities.orEmpty()
    return (told.find { it.id == city?.id } ?: told.firstOrNull())?.services.orEmpty().any { it.service == service }
}

/** What the deposit is, and what a price that is paid from it would leave or lack. */
internal fun MestoClient.depositView(quote: Quote?, payBy: PayBy): DepositView {
    val preview = quote?.total?.takeIf { payBy == PayBy.Deposit }?.let { wallet.preview(it) }
    return DepositView(wallet.state.value.balance?.price(), preview?.after?.price(), preview?.missing?.price())
}

/** What a price is made of, line by line. */
internal fun MestoClient.priceLines(quote: Quote) = quote.items.flatMap { it.lines }.map { PriceLine(text(it), it.amount.price()) }

/** What is to be read beside a price. */
internal fun MestoClient.noticeTexts(quote: Quote) = quote.items.flatMap { it.notices }.map { text(it) }

/** Whether a price does not hold any more; none is over. */
internal fun MestoClient.isOver(quote: Quote?) = quote?.let(payments::isOver) ?: false

/** That city for a call to the core; `city_missing` before it was ever fetched. */
internal val MestoClient.here: CityId
    get() = city?.id ?: throw MestoException.Phone(
        "city_missing", text("error-city_missing"), text("error-city_missing.advice"), emptyMap(), "no city is stored yet", null, false,
    )

/**
 * At once, and again whenever one of `states` changes; what they are then is read by whoever
 * collects.
 */
internal fun changes(vararg states: StateFlow<*>): Flow<Unit> = combine(states.asList()) { }

internal fun MestoException.refusal() = Refusal(code, text, advice, mayBeCharged)

/** Whether this is the car of a plate, however that is shown. */
internal fun Vehicle.bears(plate: Plate): Boolean = plate.canonical == this.plate.canonical

/** No connection, or no answer in time: nothing to refuse, only to wait for. */
internal val MestoException.isConnection: Boolean
    get() = this is MestoException.Offline || this is MestoException.NoAnswer

/** An intent by its key; null when the phone's own store does not tell it now. */
internal suspend fun MestoClient.intentOrNull(key: String): PurchaseIntent? = try {
    payments.intent(key)
} catch (_: MestoException) {
    null
}

/** The open payment that a refusal names: it is shown, and nothing else is paid. */
internal suspend fun MestoClient.openBehind(refused: MestoException): PurchaseIntent? =
    refused.params["intent"]?.let { intentOrNull(it) }

/** How sure something is, where it is not the operator's word of today. */
internal fun Certainty.unsure(texts: Texts): String? = when (this) {
    Certainty.Official -> null
    Certainty.OfficialOld -> texts.certaintyOfficialOld()
    Certainty.SecondHand -> texts.certaintySecondHand()
    Certainty.Assumed -> texts.certaintyAssumed()
    is Certainty.Other -> texts.certaintyOther()
}

/** Changes of the terms that are shown before the button that pays a quote. */
internal suspend fun MestoClient.termsViews(quote: Quote): List<TermsView> = quote.termsPending.mapNotNull {
    try {
        TermsView(terms.text(it), mustAccept = it.isEffective && it.needsAcceptance)
    } catch (_: MestoException) {
        null
    }
}

/** The account was suspended or blocked: its screen says what can be done. */
internal val MestoException.isOfStanding: Boolean get() = code == "account_suspended" || code == "account_blocked"
