"""Several operators in one phone: each has its file, token, device key, alarms and widgets' file, and none touches another's."""

import json
import tempfile
import unittest
from decimal import Decimal
from pathlib import Path

from harness import BELGRADE, PhoneClock, Testbed, mesto
from test_core import MemorySecrets

NAMES = ("parking.example", "garaze.example")
NUMBER = "+381640000070"


class Alarms(mesto.ReminderPlan):
    """The alarms of a phone, as it sets and takes them back: by the ids that begin with the operator's name."""

    def __init__(self):
        self.set = {}

    def replace(self, operator, plan):
        self.set = {id: one for id, one in self.set.items() if not id.startswith(f"{operator}/")}
        self.set |= {one.id: one for one in plan}

    def of(self, operator):
        return sorted(id for id, one in self.set.items() if one.operator == operator)


class TwoOperators(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.beds = [Testbed(name=name) for name in NAMES]
        for testbed in self.beds:
            self.addCleanup(testbed.__exit__)
        self.secrets, self.alarms = MemorySecrets(), Alarms()
        phone = mesto.Phone(clock=PhoneClock(self.beds[0].now()), secrets=self.secrets, reminders=self.alarms)
        self.operators = mesto.Operators(mesto.OperatorsConfig(folder=folder.name), phone)
        self.addCleanup(self.operators.close)
        self.apps = [self.opened(place) for place in (0, 1)]
        for app in self.apps:
            app.operator.refresh()
            app.cities.refresh(BELGRADE)

    def opened(self, place):
        testbed = self.beds[place]
        return self.operators.open(mesto.OperatorConfig(url=testbed.operator, root_key=testbed.root_key, name=NAMES[place]))

    def ready(self, place):
        app, testbed = self.apps[place], self.beds[place]
        app.account.request_code(NUMBER)
        app.account.sign_in(NUMBER, testbed.code_for(NUMBER), "Python")
        app.vehicles.add(BELGRADE, "BG789PP")
        page = app.wallet.top_up(BELGRADE, Decimal(1000)).page_url
        testbed.ask("POST", "/bank/walk", {"page_url": page, "card": "approve"})
        app.payments.settle_all()

    def quoted(self, place):
        app = self.apps[place]
        car = app.vehicles.state().vehicles[0].id
        return app.parking.quote(BELGRADE, "red", car, 60, mesto.PayMethod.DEPOSIT)

    def park(self, place):
        return self.apps[place].payments.buy(self.quoted(place))

    def token(self, place):
        return self.secrets.kept.get(f"{NAMES[place]}/session_token")

    def widget(self, place):
        return json.loads((self.folder / f"{NAMES[place]}.widget.json").read_text())

    def test_two_operators_do_not_touch_each_others_token_file_key_and_reminders(self):
        self.assertEqual(sorted(NAMES), self.operators.names())
        self.ready(0)
        self.assertTrue(self.token(0) and not self.token(1), "signing in at one is no business of the other")
        self.ready(1)
        tickets = []
        for place in (0, 1):
            intent = self.park(place)
            self.assertEqual(mesto.IntentState.CONFIRMED, intent.state)
            tickets.append(self.apps[place].parking.state().active[0].id)
            self.assertTrue(self.alarms.of(NAMES[place]))
            self.assertIn(tickets[place], json.dumps(self.widget(place)))
            self.assertTrue((self.folder / f"{NAMES[place]}.db").exists())
        self.assertNotIn(tickets[1], json.dumps(self.widget(0)))
        self.assertNotEqual(self.token(0), self.token(1))
        keys = [self.secrets.kept[f"{name}/device_key"] for name in NAMES]
        self.assertNotEqual(keys[0], keys[1], "two operators cannot tell that it is the same phone")
        self.assertEqual(sorted(self.alarms.set), sorted(one.id for one in self.operators.reminders()))

        before = (self.token(1), self.alarms.of(NAMES[1]), self.widget(1), self.apps[1].parking.state())
        self.apps[0].account.sign_out()
        self.assertIsNone(self.token(0))
        self.assertEqual([], self.alarms.of(NAMES[0]))
        self.assertEqual(before, (self.token(1), self.alarms.of(NAMES[1]), self.widget(1), self.apps[1].parking.state()))
        self.apps[1].account.sync()
        self.assertTrue(self.apps[1].account.state().is_signed_in)

    def test_while_one_operator_is_down_the_other_works(self):
        self.ready(0)
        self.ready(1)
        quote = self.quoted(0)
        self.beds[0].ask("POST", "/offline", {"on": True})
        waits = self.apps[0].payments.buy(quote)
        self.assertIsInstance(waits.state, mesto.IntentState.UNCONFIRMED)
        self.assertEqual(mesto.IntentState.CONFIRMED, self.park(1).state)
        of = [(open.operator, open.intent.key) for open in self.operators.open_intents()]
        self.assertEqual([(NAMES[0], waits.key)], of)

    def test_one_that_is_closed_is_opened_again_and_keeps_its_alarms(self):
        self.ready(0)
        self.park(0)
        alarms = self.alarms.of(NAMES[0])
        with self.assertRaises(mesto.MestoError.Phone) as again:
            self.opened(0)
        self.assertEqual("operator_open", again.exception.code)
        self.apps[0].close()
        self.assertEqual([NAMES[1]], self.operators.names())
        self.assertEqual(alarms, self.alarms.of(NAMES[0]), "its ticket goes on")
        self.apps[0] = self.opened(0)
        self.assertTrue(self.apps[0].account.state().is_signed_in)

    def test_after_the_end_of_all_of_them_each_says_so(self):
        self.ready(0)
        self.operators.close()
        self.assertEqual(([], []), (self.operators.names(), self.operators.open_intents()))
        self.operators.replan()
        self.assertTrue(self.apps[0].account.state().is_signed_in)
        with self.assertRaises(mesto.MestoError.Phone) as closed:
            self.apps[0].account.sync()
        self.assertEqual("closed", closed.exception.code)

    def test_an_operator_says_what_it_is(self):
        document = self.apps[1].operator.state().document
        self.assertEqual((NAMES[1], [BELGRADE]), (document.operator, [city.id for city in document.cities]))
        self.assertEqual(mesto.ClientStanding.SERVED, self.apps[1].operator.state().client)
        # One that is called otherwise is not this operator's.
        testbed = self.beds[1]
        other = self.operators.open(mesto.OperatorConfig(url=testbed.operator, root_key=testbed.root_key, name="other.example"))
        with self.assertRaises(mesto.MestoError.Untrusted) as refused:
            other.operator.refresh()
        self.assertEqual("operator_untrusted", refused.exception.code)


if __name__ == "__main__":
    unittest.main()
