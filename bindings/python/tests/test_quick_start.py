"""The quick start of docs/quick-start.md, run as it stands there; and the page holds what every language runs."""

import re
import tempfile
import unittest
from decimal import Decimal
from pathlib import Path

from harness import ROOT, Testbed, mesto

# quick-start
def park(config, phone, ask_code, show_page):
    with mesto.Mesto(config) as app:
        city = "belgrade"
        app.cities.refresh(city)
        app.account.request_code(phone)
        app.account.sign_in(phone, ask_code(), "Ana's phone")
        car = app.vehicles.add(city, "BG 789-PP")
        show_page(app.wallet.top_up(city, Decimal(1000)).page_url)  # the bank's page: card data is typed there and nowhere else
        app.payments.settle_all()
        zone = app.parking.zones_near(city, sign="9111").by_sign  # raised where there is none: sign_unknown; where there are two: sign_ambiguous
        return app.payments.buy(app.parking.quote(city, zone, car.id, 60))
# quick-start end


SOURCES = {
    "rust": "core/client/examples/quick_start.rs",
    "kotlin": "android/sdk/src/test/kotlin/city/mesto/sdk/QuickStartTest.kt",
    "swift": "ios/Tests/MestoKitTests/QuickStartTests.swift",
    "python": "bindings/python/tests/test_quick_start.py",
}


def snippet(source):
    """What stands between the markers, moved to the left edge."""
    body = re.search(r"^ *(?://|#) quick-start\n(.*?)^ *(?://|#) quick-start end", source, flags=re.S | re.M).group(1)
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

    def test_the_page_holds_what_is_run(self):
        page = (ROOT / "docs" / "quick-start.md").read_text()
        for language, path in SOURCES.items():
            shown = re.findall(rf"```{language}\n(.*?)```", page, flags=re.S)
            with self.subTest(language=language):
                self.assertIn(snippet((ROOT / path).read_text()), shown)


if __name__ == "__main__":
    unittest.main()
