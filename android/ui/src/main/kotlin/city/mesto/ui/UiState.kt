// What several screens show: plates, money, refusals, the connection, a payment on its way.

package city.mesto.ui

import androidx.compose.runtime.Immutable
import java.math.BigDecimal
import java.time.Instant

/** A vehicle of the account. */
@Immutable
data class PlateView(
    val vehicle: String,
    /** As it is read on the car: `BG 789-PP`. */
    val shown: String,
    val label: String? = null,
)

/** Money: decimal, with its ISO 4217 code. */
@Immutable
data class Price(val amount: BigDecimal, val currency: String)

/**
 * Why something cannot be done and what to do instead; both texts are for the driver, `code` is
 * stable.
 */
@Immutable
data class Refusal(
    val code: String,
    val text: String,
    val advice: String,
    /** Nobody can say that nothing was charged. */
    val mayBeCharged: Boolean = false,
)

/** The deposit beside a price. */
@Immutable
data class DepositView(
    /** Null before it was ever read. */
    val balance: Price? = null,
    /** What would be left; null where it is not enough, not known, or not what is paid with. */
    val after: Price? = null,
    /** What it lacks; null when it is enough, not known, or not what is paid with. */
    val missing: Price? = null,
)

/** Where the money comes from. */
enum class PayBy { Deposit, Card }

/** Whether the operator can be reached. */
@Immutable
sealed interface Connection {
    data object Online : Connection

    /** Not reachable; what is shown was true at `asOf`, or was never fetched. */
    data class Offline(val asOf: Instant?) : Connection
}

/**
 * The message that buys parking without data: the driver sends it himself from his phone's
 * composer.
 */
@Immutable
data class SmsFallback(val number: String, val body: String)

/** How far a payment is. A wait is never shown as success, and never as failure. */
@Immutable
sealed interface Payment {
    data object Idle : Payment

    /** The tap was taken; the answer is on its way. */
    data object Sending : Payment

    /** The request may have been executed; the operator has not said so yet. */
    data class Unconfirmed(
        val since: Instant,
        val sms: SmsFallback?,
        /** Why the payment could not be given up for an SMS. */
        val refusal: Refusal? = null,
        /** The bank's page, while it waits for the driver there. */
        val page: String? = null,
    ) : Payment

    /** Surely not executed, nothing was charged. */
    data class Refused(val refusal: Refusal) : Payment

    /** Taken and not ended: nothing else may be paid meanwhile. */
    val isUnderWay: Boolean get() = this is Sending || this is Unconfirmed
}

/** A line of a price: what for, how much. */
@Immutable
data class PriceLine(val text: String, val amount: Price)

/** A value with its name; null is not known. */
@Immutable
data class Fact(val name: String, val value: String?)

/** A change of the terms that this account did not accept yet. */
@Immutable
data class TermsView(
    val text: String,
    /** Nothing is sold until it was accepted. */
    val mustAccept: Boolean,
)
