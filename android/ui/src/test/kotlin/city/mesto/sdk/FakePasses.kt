// Passes and benefits of a fake client: a month for 9900.00, half of that for a benefit.
package city.mesto.sdk

import city.mesto.sdk.core.Benefit
import city.mesto.sdk.core.BenefitId
import city.mesto.sdk.core.CategoryId
import city.mesto.sdk.core.CityId
import city.mesto.sdk.core.ItemOffer
import city.mesto.sdk.core.ItemSubject
import city.mesto.sdk.core.MestoException
import city.mesto.sdk.core.Pass
import city.mesto.sdk.core.PassId
import city.mesto.sdk.core.PassOnSale
import city.mesto.sdk.core.PassPage
import city.mesto.sdk.core.PassProductId
import city.mesto.sdk.core.PassState
import city.mesto.sdk.core.PassesOffer
import city.mesto.sdk.core.PassesState
import city.mesto.sdk.core.PassesSubject
import city.mesto.sdk.core.PayMethod
import city.mesto.sdk.core.Quote
import city.mesto.sdk.passes.PassesClient
import java.math.BigDecimal
import java.time.Instant
import java.time.LocalDate
import java.time.ZoneOffset
import kotlinx.coroutines.flow.MutableStateFlow

/** A day begins at midnight by UTC; a pass begins at most 30 days ahead. */
class FakePasses(private val fake: FakeMesto) : PassesClient {
    override val state = MutableStateFlow(NONE)
    private val bought = mutableListOf<Pass>()

    /** What the rider was granted. */
    var benefits: List<Benefit> = emptyList()
        set(value) {
            field = value
            show()
        }

    private val today get() = fake.now.atZone(ZoneOffset.UTC).toLocalDate()

    /** As [state], and by the clock. */
    override fun current(): PassesState {
        val (held, back) = bought.partition { it.state == PassState.Held }
        val (over, kept) = held.partition { it.endsAt <= fake.now }
        val (coming, current) = kept.partition { it.startsAt > fake.now }
        return PassesState(current, coming, back + over, emptyList(), benefits)
    }

    private fun show() {
        state.value = current()
    }

    fun forget() {
        bought.clear()
        benefits = emptyList()
        show()
    }

    override suspend fun onSale(city: CityId) = listOf(
        PassOnSale(PassProductId("month"), "Monthly pass", null, price()),
        PassOnSale(PassProductId("week"), "Weekly pass", 7u, null),
    )

    private fun price() = Samples.rsd(BigDecimal(if (benefits.isEmpty()) "900" else "450"))

    override suspend fun categoryName(city: CityId, category: CategoryId) = category.value.replaceFirstChar(Char::uppercase)

    override suspend fun productName(city: CityId, product: PassProductId) = if (product.value == "month") "Monthly pass" else product.value

    override suspend fun isEnding(pass: Pass) = pass.startsAt <= fake.now && fake.now < pass.endsAt && pass.endsAt.epochSecond - fake.now.epochSecond <= 3 * DAY

    override suspend fun quote(city: CityId, subject: PassesSubject, pay: PayMethod): Quote = fake.ask("quote") {
        val first = subject.firstOn ?: today
        if (first < today || first > today.plusDays(30)) {
            throw MestoException.Refused("out_of_range", "This value is out of range.", "Choose another day.", emptyMap(), "", null, false)
        }
        val last = first.plusMonths(1).minusDays(1)
        val overlaps = bought.find { it.state == PassState.Held && it.firstOn <= last && it.lastOn >= first }
        val category = CategoryId(if (benefits.isEmpty()) "adult" else "student")
        val offer = PassesOffer(subject.product, category, first, last, begins(first).takeIf { first > today }, overlaps)
        val total = price()
        fake.quoted("passes", ItemSubject.Passes(subject), ItemOffer.Passes(offer), "passes/${subject.product}", listOf(fake.line("passes.pass", total)), total, pay)
    }

    override suspend fun history(cursor: String?, limit: Int) = fake.ask("history") { PassPage(bought.take(limit), null) }

    override suspend fun giveBack(pass: PassId): Pass = fake.ask("giveBack") {
        val at = bought.indexOfFirst { it.id == pass }
        val back = bought[at].copy(state = PassState.GivenBack)
        bought[at] = back
        show()
        back
    }

    internal fun sell(quote: Quote, offer: PassesOffer): Pass {
        val pass = Pass(
            PassId(fake.next("ps")), quote.city, offer.product, offer.category, offer.firstOn, offer.lastOn, begins(offer.firstOn), begins(offer.lastOn.plusDays(1)),
            PassState.Held, fake.now, quote.total, quote.items.single().lines, quote.pay,
        )
        bought += pass
        show()
        return pass
    }

    private fun begins(on: LocalDate): Instant = on.atStartOfDay(ZoneOffset.UTC).toInstant()

    companion object {
        private const val DAY = 86_400L
        private val NONE = PassesState(emptyList(), emptyList(), emptyList(), emptyList(), emptyList())

        val student = Benefit(
            BenefitId("bn"), Samples.city.id, CategoryId("student"), Samples.morning, LocalDate.of(2026, 6, 30), Instant.parse("2026-06-30T22:00:00Z"), false,
        )
    }
}
