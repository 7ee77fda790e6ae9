// Everything that is checked before a ride is confirmed.

package city.mesto.ui.rides.check

import androidx.compose.runtime.Immutable
import city.mesto.ui.Connection
import city.mesto.ui.DepositView
import city.mesto.ui.PayBy
import city.mesto.ui.Payment
import city.mesto.ui.Price
import city.mesto.ui.PriceLine
import city.mesto.ui.Refusal
import city.mesto.ui.TermsView
import city.mesto.ui.rides.RideView
import java.time.Instant

@Immutable
data class CheckUiState(
    val checked: Checked = Checked.Loading,
    /** All who ride, the rider among them. */
    val persons: Int = 1,
    val payBy: PayBy = PayBy.Deposit,
    val deposit: DepositView = DepositView(),
    val payment: Payment = Payment.Idle,
    val connection: Connection = Connection.Online,
) {
    /** A ride that repeats another is asked about first. */
    val canConfirm: Boolean get() = checked is Checked.Firm && checked.repeats == null && !checked.mustAccept && deposit.missing == null && !payment.isUnderWay
}

/** What the ride would be. */
@Immutable
sealed interface Checked {
    data object Loading : Checked

    /** The operator's word, held until `validUntil`; nothing is charged yet. */
    data class Firm(
        val ride: RideView,
        /** When it was asked. */
        val at: Instant,
        /** The ticket will be good until then. */
        val endsAt: Instant,
        val lines: List<PriceLine>,
        val total: Price,
        val notices: List<String>,
        val validUntil: Instant,
        /**
         * The ride of this account that it would repeat, as long as the rider did not say that he
         * rides again.
         */
        val repeats: Repeats? = null,
        /** New terms, which are seen before the button. */
        val terms: List<TermsView> = emptyList(),
    ) : Checked {
        val mustAccept: Boolean get() = terms.any { it.mustAccept }
    }

    data class Refused(val refusal: Refusal, val next: Next) : Checked
}

/** A ride that is registered already, by its id. */
@Immutable
data class Repeats(
    val ride: String,
    val registeredAt: Instant,
    /** Its vehicle broke down: its ticket is good in this one. */
    val isGoodHere: Boolean = false,
)

/** The step after a refusal. */
enum class Next {
    Retry,

    /** Another sign or number. */
    Scan,

    /** The account was suspended or blocked. */
    Account,

    /** None: the controller decides now. */
    None,
}

/** What a rider can do here. */
sealed interface CheckEvent {
    /** The screen is seen, at first or again: what was in the way may be so no more. */
    data object Seen : CheckEvent

    data class PersonsChosen(val persons: Int) : CheckEvent

    data class PayByChosen(val payBy: PayBy) : CheckEvent

    data object Confirm : CheckEvent

    /** He rides again, though a ride in this vehicle is registered. */
    data object RideAgain : CheckEvent

    /** To the ride that it would repeat. */
    data object SeeEarlier : CheckEvent

    data object OpenBank : CheckEvent

    data object GiveUp : CheckEvent

    data object CheckAgain : CheckEvent

    data object TopUp : CheckEvent

    data object SeeTerms : CheckEvent

    /** The step that the refusal offers. */
    data object Next : CheckEvent

    data object Retry : CheckEvent

    data object Back : CheckEvent
}
