"""The quick start of docs/quick-start.md, run as it stands there; and the pages hold what every language runs."""

import re
import tempfile
import unittest
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from harness import ROOT, Testbed, mesto

from guide import shown
from quick_start import park

PAGES = ("docs/quick-start.md", "docs/guide-app-teams.md")
# Where each piece stands that a language's tests compile and run, between its markers.
SOURCES = [
    ("rust", "core/client/examples/quick_start.rs", "quick-start"),
    ("kotlin", "android/sdk/src/test/kotlin/city/mesto/app/QuickStart.kt", "quick-start"),
    ("kotlin", "android/sdk/src/test/kotlin/city/mesto/app/Inspector.kt", "inspector"),
    ("kotlin", "android/ui/src/test/kotlin/city/mesto/app/Following.kt", "following"),
    ("swift", "ios/Tests/MestoKitTests/QuickStartTests.swift", "quick-start"),
    ("python", "bindings/python/tests/quick_start.py", "quick-start"),
    ("python", "bindings/python/tests/guide.py", "bought"),
    ("python", "bindings/python/tests/guide.py", "following"),
    ("python", "bindings/python/tests/guide.py", "inspector"),
]
# What no machine of the tests can compile, by its first line: SwiftUI, and Android's own classes.
NOT_COMPILED = ["import SwiftUI", "import android.content.ContentResolver"]


def snippet(source, name):
    """What stands between the markers, moved to the left edge."""
    body = re.search(rf"^ *(?://|#) {name}\n(.*?)^ *(?://|#) {name} end", source, flags=re.S | re.M).group(1)
    edge = min(len(line) - len(line.lstrip()) for line in body.splitlines() if line.strip())
    return "\n".join(line[edge:].rstrip() for line in body.splitlines()) + "\n"


class QuickStart(unittest.TestCase):
    def test_the_quick_start_buys_an_hour(self):
        number = "+381641234567"
        with Testbed() as testbed, tempfile.TemporaryDirectory() as folder:
            config = mesto.ClientConfig(path=f"{folder}/mesto.db", operator_url=testbed.operator, root_key=testbed.root_key)
            approve = lambda page: testbed.ask("POST", "/bank/walk", {"page_url": page, "card": "approve"})
            intent = park(config, number, lambda: testbed.code_for(number), approve)
        self.assertEqual(mesto.IntentState.CONFIRMED, intent.state)
        self.assertEqual(Decimal("80.00"), intent.items[0].outcome.outcome.ticket.price.amount)
        self.assertIn("is parked until 20", shown(intent))
        reason = mesto.Reason(code="card_declined", text="The bank said no.", advice="", params={}, may_be_charged=False)
        refused, none = mesto.IntentState.REFUSED(reason), [replace(intent.items[0], outcome=None)]
        self.assertEqual("The bank said no.", shown(replace(intent, state=refused)))
        self.assertEqual("not bought, or not confirmed yet", shown(replace(intent, state=mesto.IntentState.EXPIRED, items=none)))
        unknown = [replace(intent.items[0], outcome=mesto.ItemOutcome.OTHER("{}"))]
        self.assertEqual("paid, update the app", shown(replace(intent, items=unknown)))

    def test_the_pages_hold_what_is_run_and_nothing_else(self):
        run = {(language, snippet((ROOT / path).read_text(), name)) for language, path, name in SOURCES}
        shown = set()
        for page in PAGES:
            for language, text in re.findall(r"```(rust|kotlin|swift|python)\n(.*?)```", (ROOT / page).read_text(), flags=re.S):
                if text.splitlines()[0] not in NOT_COMPILED:
                    shown.add((language, text))
        self.assertEqual(run, shown)


if __name__ == "__main__":
    unittest.main()
