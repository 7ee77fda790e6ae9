// A price as screens explain it.

package city.mesto.ui.parking

import androidx.compose.runtime.Immutable
import city.mesto.ui.Price
import city.mesto.ui.PriceLine
import java.time.Instant

@Immutable
data class QuoteView(
    val asked: Int,
    val granted: Int,
    val startsAt: Instant,
    val endsAt: Instant,
    /** Every step of the price, fees included; they add up to `total`. */
    val lines: List<PriceLine>,
    val total: Price,
    /**
     * What the driver must know before he pays: clipped, rounded up, ends at closing, not refunded.
     */
    val notices: List<QuoteNotice> = emptyList(),
)

/**
 * A remark on a quote; a surprise is something else than was asked for and is shown before the
 * price.
 */
@Immutable
data class QuoteNotice(val text: String, val isSurprise: Boolean)
