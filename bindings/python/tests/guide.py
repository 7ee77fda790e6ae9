"""The pieces of docs/guide-app-teams.md in Python, run and checked as they stand there."""

# bought
import mesto


def shown(intent: mesto.PurchaseIntent) -> str:
    """A case without data is a value, to compare; one with data is a class."""
    if isinstance(intent.state, mesto.IntentState.REFUSED):
        return intent.state.reason.text
    match intent.items[0].outcome:
        case mesto.ItemOutcome.PARKING(outcome=bought):
            runs = bought.ticket.state == mesto.TicketState.ACTIVE
            return f"{bought.ticket.plate} is parked until {bought.ticket.ends_at}" if runs else "over"
        case mesto.ItemOutcome.OTHER():
            return "paid, update the app"
        case None if intent.state != mesto.IntentState.CONFIRMED:
            return "not bought, or not confirmed yet"
        case _:
            return "bought"
# bought end


# following
import mesto


def follow(app: mesto.Mesto) -> None:
    """Shows what runs at every change of it, until `app.live.stop()` is called."""
    with app.updates() as updates:
        for topics in updates:
            if mesto.Topic.PARKING in topics:
                print(app.parking.state().active)
# following end


# inspector
from datetime import datetime

import mesto


class Inspector:
    """`kept` is what `taken()` of its verifier was at an earlier start."""

    def __init__(self, operator: str, root_key: str, kept: mesto.VerifierData | None = None) -> None:
        self.verifier = mesto.Verifier(mesto.VerifierConfig(operator_url=operator, root_key=root_key), kept)

    def judge(self, scanned: str, at: datetime | None = None) -> str:
        """What to show of a scanned code. `at` is this machine's clock where it is absent; against a testbed give the testbed's."""
        try:
            verdict = self.verifier.verify(scanned, at)
        except mesto.MestoError.NotNow as error:
            return f"not judged: {error.code}"  # keys_missing: neither `kept` nor `verifier.refresh()` brought keys yet
        if verdict.is_good and verdict.code:
            return f"good: {verdict.code.what}"
        return f"not good: {verdict.reason}"  # moment_too_old, over, revoked, reissued, other_issuer, ...
# inspector end
