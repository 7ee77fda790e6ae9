// Every state of the check of a ride.

package city.mesto.ui.rides.check

import androidx.compose.runtime.Composable
import androidx.compose.ui.tooling.preview.PreviewParameter
import city.mesto.ui.DepositView
import city.mesto.ui.EachState
import city.mesto.ui.PREVIEW_LANGUAGE
import city.mesto.ui.PayBy
import city.mesto.ui.Payment
import city.mesto.ui.Previewed
import city.mesto.ui.States
import city.mesto.ui.rides.RidesSample

/** The check of a ride, by name of the state. */
fun checkStates(language: String): Map<String, CheckUiState> = with(RidesSample(language)) {
    val one = Checked.Firm(
        ride = bus,
        at = now,
        endsAt = after(60),
        lines = listOf(persons(1, "120")),
        total = kzt("120"),
        notices = emptyList(),
        validUntil = after(2),
    )
    val ready = CheckUiState(one, deposit = DepositView(kzt("1000"), after = kzt("880")))
    val three = one.copy(lines = listOf(persons(3, "360")), total = kzt("360"))
    mapOf(
        "ready" to ready,
        "by-card" to ready.copy(payBy = PayBy.Card),
        "three-persons" to ready.copy(checked = three, persons = 3),
        "route-unknown" to ready.copy(checked = one.copy(ride = unknown)),
        "repeats" to ready.copy(checked = one.copy(repeats = Repeats("rd1", after(-12)))),
        "good-here" to ready.copy(checked = one.copy(repeats = Repeats("rd1", after(-12), isGoodHere = true))),
        "new-terms" to ready.copy(checked = one.copy(terms = listOf(newTerms))),
        "must-accept" to ready.copy(checked = one.copy(terms = listOf(newTerms.copy(mustAccept = true)))),
        "suspended" to CheckUiState(Checked.Refused(suspended, Next.Account)),
        "short" to ready.copy(deposit = DepositView(kzt("50"), missing = kzt("70"))),
        "loading" to CheckUiState(),
        "closed-in-control" to CheckUiState(Checked.Refused(closed, Next.None)),
        "not-checked" to CheckUiState(Checked.Refused(notChecked, Next.Retry), connection = offline),
        "vehicle-unknown" to CheckUiState(Checked.Refused(unknownVehicle, Next.Scan)),
        "confirming" to ready.copy(payment = Payment.Sending),
        "unconfirmed" to ready.copy(payment = Payment.Unconfirmed(now, sms = null), connection = offline),
        "at-the-bank" to ready.copy(payBy = PayBy.Card, payment = atTheBank),
        "refused" to ready.copy(payment = Payment.Refused(closed), checked = Checked.Refused(closed, Next.None)),
    )
}

class CheckStates : States<CheckUiState>(checkStates(PREVIEW_LANGUAGE))

@EachState
@Composable
fun CheckPreview(@PreviewParameter(CheckStates::class) state: CheckUiState) = Previewed { CheckScreen(state, {}) }
