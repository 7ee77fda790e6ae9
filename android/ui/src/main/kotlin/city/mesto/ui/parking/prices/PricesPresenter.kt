// Prices and hours of one zone, as the stored city tells them: no connection is needed.

package city.mesto.ui.parking.prices

import city.mesto.sdk.MestoClient
import city.mesto.sdk.Texts
import city.mesto.sdk.cities
import city.mesto.sdk.core.Certainty
import city.mesto.sdk.core.ChargedDay
import city.mesto.sdk.core.MestoException
import city.mesto.sdk.core.PriceStep
import city.mesto.sdk.core.ZoneId
import city.mesto.sdk.core.ZonePrices
import city.mesto.sdk.parking.parking
import city.mesto.ui.Fact
import city.mesto.ui.fromcore.changes
import city.mesto.ui.fromcore.here
import city.mesto.ui.fromcore.price
import city.mesto.ui.fromcore.refusal
import city.mesto.ui.fromcore.unsure
import city.mesto.ui.parking.zoneView
import city.mesto.ui.text.Words
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.launch

/** Where the screen leads to. */
interface PricesNavigation {
    fun retry()

    fun back()
}

/** Lives as long as `scope`. */
class PricesPresenter(
    private val client: MestoClient,
    private val words: Words,
    zone: String,
    private val scope: CoroutineScope,
    private val navigation: PricesNavigation,
) {
    private val zone = ZoneId(zone)
    private val texts: Texts get() = words.texts
    private val shown = MutableStateFlow<PricesUiState>(PricesUiState.Loading)

    val state: StateFlow<PricesUiState> = shown.asStateFlow()

    fun start() {
        scope.launch { changes(client.cities.state).collect { read() } }
    }

    fun on(event: PricesEvent) {
        when (event) {
            PricesEvent.Retry -> {
                navigation.retry()
                scope.launch { read() }
            }
            PricesEvent.Back -> navigation.back()
        }
    }

    private suspend fun read() {
        shown.value = try {
            val prices = client.parking.prices(client.here, zone)
            PricesUiState.Shown(client.zoneView(zone), prices.prices(), prices.stay(), prices.hours())
        } catch (refused: MestoException) {
            PricesUiState.Refused(refused.refusal())
        }
    }

    private fun ZonePrices.prices() = Section(steps.map { it.row() }, unsure(steps.map { it.certainty }))

    private fun PriceStep.row(): Fact {
        val unit = unitMinutes.toLong()
        val step = if (isExtended) texts.zonesPricesExtended(unit) else texts.zonesPricesLimited(unit)
        val until = untilMinutes
        val name = when {
            until != null -> texts.zonesPricesWithin(step = step, start = fromMinutes.toString(), end = until.toString())
            fromMinutes > 0u -> texts.zonesPricesAfter(step = step, start = fromMinutes.toString())
            else -> step
        }
        return Fact(name, price?.let { words.money(it.price()) })
    }

    private fun ZonePrices.stay(): Section {
        val limited = limitedMinutes?.toLong()
        val extended = extendedMinutes?.toLong() ?: 0
        val limit = when {
            limitCertainty == null -> listOf(Fact(texts.zonesPricesWhole(), null))
            limited == null -> listOf(Fact(texts.zonesPricesWhole(), texts.zonesNoLimit()))
            extended == 0L -> listOf(Fact(texts.zonesPricesWhole(), texts.zonesPricesMinutes(limited)))
            else -> listOf(
                Fact(texts.zonesPricesLimitedPart(), texts.zonesPricesMinutes(limited)),
                Fact(texts.zonesPricesExtendedPart(), texts.zonesPricesMinutes(extended)),
                Fact(texts.zonesPricesWhole(), texts.zonesPricesMinutes(limited + extended)),
            )
        }
        // Without a limit a break renews nothing.
        if (limitCertainty != null && limited == null) return Section(limit, unsure(listOf(limitCertainty)))
        val pause = Fact(texts.zonesPricesNoReturn(), noReturnMinutes?.let { texts.zonesPricesMinutes(it.toLong()) })
        return Section(limit + pause, unsure(listOf(limitCertainty, noReturnCertainty)))
    }

    private fun ZonePrices.hours(): Section {
        val days = if (week.isEmpty()) listOf(Fact(texts.zonesPricesHours(), null)) else together(week).map { it.row() }
        val holidays = holidaysCharged?.let { if (it) texts.zonesPricesHolidaysCharged() else texts.zonesPricesFree() }
        return Section(days + Fact(texts.zonesPricesHolidays(), holidays), unsure(listOf(hoursCertainty, holidaysCertainty)))
    }

    /** Days that follow each other and have the same hours. */
    private fun together(week: List<ChargedDay>): List<List<ChargedDay>> = week.fold(emptyList()) { groups, day ->
        val last = groups.lastOrNull()
        if (last != null && last.first().hours == day.hours) groups.dropLast(1).plusElement(last + day) else groups.plusElement(listOf(day))
    }

    private fun List<ChargedDay>.row(): Fact {
        val first = texts.day(first())
        val name = if (size == 1) first else texts.zonesPricesDays(first = first, last = texts.day(last()))
        val hours = first().hours.joinToString { texts.buyFromUntil(start = it.fromTime, end = it.untilTime) }
        return Fact(name, hours.ifEmpty { texts.zonesPricesFree() })
    }

    /** What is not known says so itself. */
    private fun unsure(certainties: List<Certainty?>): String? =
        certainties.mapNotNull { it?.unsure(texts) }.distinct().takeIf { it.isNotEmpty() }?.joinToString()
}

private fun Texts.day(day: ChargedDay): String = when (day.weekday.toInt()) {
    1 -> zonesPricesMonday()
    2 -> zonesPricesTuesday()
    3 -> zonesPricesWednesday()
    4 -> zonesPricesThursday()
    5 -> zonesPricesFriday()
    6 -> zonesPricesSaturday()
    else -> zonesPricesSunday()
}
