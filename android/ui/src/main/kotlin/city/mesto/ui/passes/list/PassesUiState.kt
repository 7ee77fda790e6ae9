// Everything that is shown of passes and benefits.

package city.mesto.ui.passes.list

import androidx.compose.runtime.Immutable
import city.mesto.ui.Connection
import city.mesto.ui.Price
import city.mesto.ui.Refusal
import java.time.Instant
import java.time.LocalDate

@Immutable
data class PassesUiState(
    /** Those that hold now; null before the account was ever read. */
    val current: List<PassView>? = null,
    /** Those that begin later. */
    val coming: List<PassView> = emptyList(),
    val over: List<PassView> = emptyList(),
    /** Those that the operator lost. */
    val forgotten: List<PassView> = emptyList(),
    val benefits: List<BenefitView> = emptyList(),
    val onSale: List<OnSale> = emptyList(),
    /** The product of a purchase whose outcome is not known yet. */
    val unconfirmed: String? = null,
    /** Which pass the rider is asked about, to be given back. */
    val question: PassView? = null,
    val isSending: Boolean = false,
    /** The price of the pass that was given back. */
    val givenBack: Price? = null,
    /** Why it was not given back. */
    val refusal: Refusal? = null,
    val connection: Connection = Connection.Online,
)

@Immutable
data class PassView(
    val id: String,
    val name: String,
    /** Whom it was sold to. */
    val category: String,
    val firstOn: LocalDate,
    val lastOn: LocalDate,
    val price: Price,
    /** That it was given back; null of one that was not. */
    val state: String? = null,
    /** When it ends, of one that ends soon. */
    val endsSoonAt: Instant? = null,
)

@Immutable
data class BenefitView(val category: String, val untilOn: LocalDate)

/** A pass that the city sells. */
@Immutable
data class OnSale(
    val product: String,
    val name: String,
    /** A calendar month where it is null. */
    val days: Int?,
    /** Null where it is not sold to this rider. */
    val price: Price?,
)

/** What a rider can do here. */
sealed interface PassesEvent {
    data class Buy(val product: String) : PassesEvent

    /** To the purchase that is not known yet. */
    data object UnconfirmedOpened : PassesEvent

    data class GiveBack(val pass: String) : PassesEvent

    data object Yes : PassesEvent

    data object No : PassesEvent

    data object Retry : PassesEvent

    data object Back : PassesEvent
}
