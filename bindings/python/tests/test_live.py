"""Live updates, the log, time-outs, prices as data and the inspector's verifier in Python."""

import asyncio
import base64
import gc
import json
import socket
import subprocess
import sys
import tempfile
import threading
import unittest
import weakref
from datetime import date, datetime, timedelta
from decimal import Decimal

from harness import BELGRADE, ROOT, Phone, PhoneClock, Testbed, mesto

from guide import Inspector

NUMBER = "+381640000041"
# A process that ends with its updates or its subscription on.
ENDING = """
import sys, threading
from harness import mesto
kind, folder, operator, root_key = sys.argv[1:]
app = mesto.Mesto(mesto.ClientConfig(path=f"{folder}/mesto.db", operator_url=operator, root_key=root_key))
told = threading.Event()
class Observer(mesto.Observer):
    def changed(self, topics):
        told.set()
def follow():
    with app.updates() as updates:
        for _ in updates:
            if told.is_set() or app.live.state() == mesto.LiveState.LIVE:
                told.set()
if kind == "updates":
    threading.Thread(target=follow, daemon=True).start()
else:
    client = app._client
    kept = client.subscribe(Observer())
assert told.wait(20)
print("on", flush=True)
"""
SOON = 20  # seconds after which a test has failed


class LogSink(mesto.LogSink):
    def __init__(self):
        self.lines = []

    def line(self, line):
        self.lines.append(line)


def until(updates, what):
    """Reads the updates until it is so; each round waits for the next change, not for time."""
    failed = threading.Timer(SOON, updates.changed, [["it is not so"]])
    failed.start()
    try:
        while not what():
            if next(updates) == {"it is not so"}:
                raise AssertionError("it is not so")
    finally:
        failed.cancel()


def plate_of(number):
    """A car of his own, whose time in a zone nobody else uses up."""
    return f"BG7{number[-2:]}PP"


class Live(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.testbed = Testbed()

    @classmethod
    def tearDownClass(cls):
        cls.testbed.__exit__()

    def folder(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        return folder.name

    def driver(self, number, link=None, streams=False, folder=None, **phone):
        path = f"{folder or self.folder()}/mesto.db"
        config = mesto.ClientConfig(path=path, operator_url=self.testbed.operator, root_key=self.testbed.root_key)
        app = mesto.Mesto(config, mesto.Phone(link=link, link_streams=streams, **phone))
        self.addCleanup(app.close)
        app.cities.refresh(BELGRADE)
        # The newest code is told by its moment.
        self.testbed.ask("POST", "/clock", {"advance_seconds": 61})
        app.account.request_code(number)
        app.account.sign_in(number, self.testbed.code_for(number), "Python")
        return app

    def buys(self, app, number):
        page = app.wallet.top_up(BELGRADE, Decimal(1000)).page_url
        self.testbed.ask("POST", "/bank/walk", {"page_url": page, "card": "approve"})
        app.payments.settle_all()
        return app.payments.buy(app.parking.quote(BELGRADE, "red", app.vehicles.add(BELGRADE, plate_of(number)).id, 60))

    def shows_what_happens_elsewhere(self, number, state, **others):
        here, there = self.driver(number, **others), self.driver(number)
        with here.updates() as updates:
            until(updates, lambda: here.live.state() == state)
            begun = datetime.now()
            self.buys(there, number)
            until(updates, lambda: here.parking.state().active)
            self.assertLess(datetime.now() - begun, timedelta(seconds=10))
        with here.updates() as updates:
            here.live.stop()
            # They end, whether anything was told before or not.
            for _ in updates:
                pass
        self.assertEqual(mesto.LiveState.OFF, here.live.state())
        return here

    def test_a_ticket_bought_on_another_phone_shows_at_once(self):
        self.shows_what_happens_elsewhere(NUMBER, mesto.LiveState.LIVE)

    def test_they_go_over_the_apps_own_link(self):
        self.shows_what_happens_elsewhere("+381640000042", mesto.LiveState.LIVE, link=mesto.UrllibLink(), streams=True)

    def test_a_link_that_hands_on_whole_answers_is_asked_again_and_again(self):
        app = self.driver("+381640000043", link=mesto.UrllibLink())
        with app.updates() as updates:
            until(updates, lambda: app.live.state() == mesto.LiveState.POLLING)
        self.assertEqual(mesto.LiveState.OFF, app.live.state())

    def test_they_end_with_the_session_and_a_second_loop_ends_the_first(self):
        app = self.driver("+381640000044")
        with app.updates() as first:
            until(first, lambda: app.live.state() == mesto.LiveState.LIVE)
            with app.updates() as second:
                for _ in first:
                    pass
                until(second, lambda: app.live.state() == mesto.LiveState.LIVE)
                app.account.sign_out()
                with self.assertRaises(mesto.MestoError.NotSignedIn):
                    for _ in second:
                        pass

    def test_they_can_be_begun_again_and_their_end_is_told_again(self):
        app = self.driver("+381640000046")
        updates = app.updates()
        for _ in range(2):
            with updates:
                until(updates, lambda: app.live.state() == mesto.LiveState.LIVE)
            for _ in range(2):
                with self.assertRaises(StopIteration):
                    while True:
                        next(updates)

    def test_a_process_ends_well_while_updates_and_subscriptions_are_on(self):
        folder = self.folder()
        self.driver("+381640000051", folder=folder).close()
        for kind in ("updates", "subscription"):
            for number in range(8):
                with self.subTest(kind, number=number):
                    words = [sys.executable, "-c", ENDING, kind, folder, self.testbed.operator, self.testbed.root_key]
                    said = subprocess.run(words, capture_output=True, text=True, timeout=60, cwd=ROOT / "bindings/python/tests")
                    self.assertEqual((0, "on\n", ""), (said.returncode, said.stdout, said.stderr))

    def test_updates_outside_of_a_with_say_so(self):
        with self.assertRaisesRegex(RuntimeError, "within a `with`"):
            next(self.driver("+381640000048").updates())

    def test_a_port_that_waits_for_the_client_in_its_own_thread_is_told_so(self):
        said = []

        class Calls(mesto.LogSink):
            def line(self, line):
                for call in (app.account.sync, app.close, lambda: app.updates().__enter__()):
                    try:
                        call()
                    except RuntimeError as error:
                        said.append(str(error))

        app = self.driver("+381640000049")
        app.close()
        with tempfile.TemporaryDirectory() as folder:
            config = mesto.ClientConfig(path=f"{folder}/mesto.db", operator_url=self.testbed.operator, root_key=self.testbed.root_key)
            with mesto.Mesto(config, mesto.Phone(log=Calls())) as app:
                app.cities.refresh(BELGRADE)
        self.assertGreaterEqual(len(said), 3)
        for one in said:
            self.assertIn("make it from another thread", one)

    def test_what_an_apps_own_observer_or_log_raises_is_told(self):
        class Log(mesto.LogSink):
            def line(self, line):
                raise KeyError("of a log")

        class Observer(mesto.Observer):
            def changed(self, topics):
                raise mesto.PhoneError.Failed("of an observer")

        told, both = {}, threading.Event()

        def hear(args):
            told[type(args.exc_value)] = f"{args.err_msg} {args.object!r}"
            if len(told) == 2:
                both.set()

        self.addCleanup(setattr, sys, "unraisablehook", sys.unraisablehook)
        sys.unraisablehook = hear
        app = self.driver("+381640000052", log=Log())
        subscription = app.subscribe(Observer())
        self.assertTrue(both.wait(SOON))
        subscription.cancel()
        self.assertIn("Log.line", told[KeyError])
        self.assertIn("Observer.changed", told[mesto.PhoneError.Failed])

    def test_a_closed_client_keeps_no_thread(self):
        before = threading.active_count()
        app = self.driver("+381640000050")
        self.assertGreater(threading.active_count(), before)
        app.close()
        self.assertEqual(before, threading.active_count())
        with self.assertRaises(mesto.MestoError.Phone) as closed:
            app.account.sync()
        self.assertEqual("closed", closed.exception.code)

    def test_a_closed_client_lets_go_of_a_port_that_holds_it(self):
        class Holds(mesto.LogSink):
            app = None

            def line(self, line):
                pass

        port = Holds()
        config = mesto.ClientConfig(path=f"{self.folder()}/mesto.db", operator_url=self.testbed.operator, root_key=self.testbed.root_key)
        app = port.app = mesto.Mesto(config, mesto.Phone(log=port, clock=PhoneClock(self.testbed.now())))
        app.close()
        self.assertEqual(self.testbed.now().date(), app.now().date(), "its clock goes on")
        both = weakref.ref(port), weakref.ref(app)
        del port, app
        gc.collect()
        self.assertEqual((None, None), (both[0](), both[1]()))

    def test_the_apps_log_names_requests_and_nobody(self):
        log = LogSink()
        app = self.driver("+381640000045", log=log)
        bought = self.buys(app, "+381640000045")
        line = next(line for line in log.lines if line.operation == "POST /v1/purchases")
        self.assertEqual((mesto.LogLevel.DEBUG, "answered", 201), (line.level, line.message, line.status))
        self.assertTrue(line.request.startswith("rq_") and line.duration >= timedelta())
        with self.assertRaises(mesto.MestoError.Refused) as refused:
            app.vehicles.add(BELGRADE, plate_of("+381640000045"))
        last = log.lines[-1]
        self.assertEqual((mesto.LogLevel.INFO, refused.exception.code, refused.exception.request), (last.level, last.code, last.request))
        said = repr(log.lines)
        for secret in ("BG745PP", "640000045", bought.key, "belgrade"):
            self.assertNotIn(secret, said)

    def test_a_log_that_throws_stops_nothing(self):
        class Broken(mesto.LogSink):
            def line(self, line):
                raise RuntimeError("the disk is full")

        self.assertEqual(0, self.driver("+381640000046", log=Broken()).account.sync().events)

    def test_a_zone_tells_prices_and_hours_as_data(self):
        app = self.driver("+381640000047")
        red = app.parking.prices(BELGRADE, "red", date(2025, 9, 3))
        self.assertEqual([Decimal("80.00"), Decimal("120.00")], [step.price.amount for step in red.steps])
        self.assertEqual([False, True], [step.is_extended for step in red.steps])
        hours = [[(span.from_time, span.until_time) for span in day.hours] for day in red.week]
        self.assertEqual([[("07:00", "21:00")]] * 5 + [[("07:00", "14:00")], []], hours)
        self.assertEqual((60, 30, mesto.Certainty.OFFICIAL), (red.limited_minutes, red.extended_minutes, red.limit_certainty))
        white = app.parking.prices(BELGRADE, "white")
        self.assertEqual((None, []), (white.steps[0].price, white.week))


class SettingUp(unittest.TestCase):
    def config(self, folder, url="http://127.0.0.1:1", **others):
        return mesto.ClientConfig(path=f"{folder}/mesto.db", operator_url=url, root_key="A" * 43, **others)

    def test_time_outs_and_retries_beyond_reason_are_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            for wrong in (
                {"request_timeout": timedelta()},
                {"request_timeout": timedelta(minutes=3)},
                {"connect_timeout": timedelta(seconds=11)},
                {"connect_timeout": timedelta(milliseconds=10)},
            ):
                with self.subTest(wrong), self.assertRaises(mesto.MestoError.Phone) as refused:
                    mesto.Mesto(self.config(folder, **wrong))
                self.assertEqual("set_up_wrong", refused.exception.code)
                self.assertIn("from 1 s to 120 s", refused.exception.detail)
            with self.assertRaises(mesto.MestoError.Refused) as refused:
                mesto.Mesto(self.config(folder, read_retries=6))
            self.assertEqual(("out_of_range", "5"), (refused.exception.code, refused.exception.params["most"]))

    def test_an_answer_is_waited_for_as_long_as_was_said_and_asked_for_again_as_often(self):
        with tempfile.TemporaryDirectory() as folder, socket.create_server(("127.0.0.1", 0)) as silent:
            url = f"http://127.0.0.1:{silent.getsockname()[1]}"
            accepted = []

            def accept():
                while True:
                    try:
                        accepted.append(silent.accept()[0])
                    except OSError:
                        return

            threading.Thread(target=accept, daemon=True).start()
            config = self.config(folder, url, request_timeout=timedelta(seconds=1), read_retries=1)
            with mesto.Mesto(config) as app, self.assertRaises(mesto.MestoError.NoAnswer) as unknown:
                app.cities.refresh(BELGRADE)
            self.assertIn("within 1s", unknown.exception.detail)
            self.assertEqual(2, len(accepted))
            for connection in accepted:
                connection.close()

    def test_the_core_says_its_version(self):
        self.assertRegex(mesto.core_version(), r"^\d+\.\d+\.\d+$")


def moment(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


class Verifying(unittest.TestCase):
    def test_every_vector_is_judged_as_the_page_says(self):
        file = json.loads((ROOT / "tests" / "vectors" / "ticket-code.json").read_text())
        root = mesto_key(file["root"]["public"])
        for case in file["cases"]:
            with self.subTest(case["name"]):
                config = mesto.VerifierConfig(operator_url="https://mesto.example", root_key=root, operator=file["issuer"])
                verifier = mesto.TicketVerifier(config)
                verifier.take_keys(file["key_set"])
                if case.get("revocations", file["revocations"]):
                    verifier.take_revocations(file["revocations"], moment("2025-09-03T08:30:00Z"))
                for seen in case.get("seen", []):
                    other = next(
                        other
                        for other in file["cases"]
                        if "error" not in other and (other["says"]["id"], other["says"]["issue"]) == (seen["id"], seen["issue"])
                    )
                    self.assertTrue(verifier.verify(other["text"], moment(other["now"])).is_good)
                verdict = verifier.verify(case["text"], moment(case["now"]))
                self.assertEqual((case.get("error"), "error" not in case), (verdict.reason, verdict.is_good))
                self.assertEqual("says" in case, verdict.code is not None)
                if "error" not in case:
                    self.assertEqual(case["warnings"], [warning.code for warning in verdict.warnings])
                if "says" in case:
                    self.says(case["says"], verdict.code)

    def says(self, told, code):
        for name in ("bought_at", "issued_at", "starts_at", "ends_at"):
            self.assertEqual(moment(told[name]), getattr(code, name))
        self.assertEqual((told["issuer"], told["kind"], told["issue"]), (code.issuer, code.kind, code.issue))
        self.assertEqual(told["device"] is not None, code.is_bound)
        what = told.get("what") or {}
        if "plate" in what:
            ticket = code.what.code
            self.assertEqual((what["plate"], what["zone"], what["city"]), (ticket.plate, ticket.zone, ticket.city))
        elif "facility" in what:
            receipt = code.what.receipt
            self.assertEqual((what["facility"], what["ticket"]), (receipt.facility, receipt.ticket))
        elif "vehicle" in what:
            ride = code.what.ticket
            self.assertEqual((what["vehicle"], what["persons"], what["city"]), (ride.vehicle, ride.persons, ride.city))
        else:
            self.assertEqual(mesto.CodeSays.OTHER, code.what)

    def test_an_inspector_fetches_keys_and_judges_without_a_network(self):
        with Testbed() as testbed, Phone(testbed) as phone:
            app = phone.mesto
            app.account.request_code(NUMBER)
            app.account.sign_in(NUMBER, testbed.code_for(NUMBER), "Python")
            page = app.wallet.top_up(BELGRADE, Decimal(1000)).page_url
            testbed.ask("POST", "/bank/walk", {"page_url": page, "card": "approve"})
            app.payments.settle_all()
            app.payments.buy(app.parking.quote(BELGRADE, "red", app.vehicles.add(BELGRADE, "BG789PP").id, 60))
            shown = app.parking.code(app.parking.state().active[0].id).text
            config = mesto.VerifierConfig(operator_url=testbed.operator, root_key=testbed.root_key)
            verifier = mesto.Verifier(config)
            with self.assertRaises(mesto.MestoError.NotNow) as early:
                verifier.verify(shown)
            self.assertEqual("keys_missing", early.exception.code)
            inspector = Inspector(testbed.operator, testbed.root_key)
            self.assertEqual("not judged: keys_missing", inspector.judge(shown))
            inspector.verifier.refresh()
            self.assertTrue(inspector.judge(shown, testbed.now()).startswith("good: "), inspector.judge(shown, testbed.now()))
            # This machine's clock is years ahead of the testbed's.
            self.assertEqual("not good: moment_too_old", inspector.judge(shown))
            self.assertTrue(verifier.refresh())
            self.assertFalse(verifier.refresh(), "nothing changed")

            async def in_a_notebook():
                return verifier.refresh()

            self.assertFalse(asyncio.run(in_a_notebook()), "nothing changed")
            kept, now = verifier.taken(), testbed.now()
        # The operator is gone: what was kept suffices.
        again = mesto.Verifier(config, kept)
        verdict = again.verify(shown, now)
        self.assertEqual((True, "BG789PP", "red"), (verdict.is_good, verdict.code.what.code.plate, verdict.code.what.code.zone))
        self.assertEqual("moment_too_old", again.verify(shown, now + timedelta(seconds=62)).reason)
        with self.assertRaises(mesto.MestoError.Offline):
            again.refresh()

    def test_a_verifier_that_was_set_up_wrongly_says_why(self):
        for wrong, code in (
            ({"root_key": "A"}, "set_up_wrong"),
            ({"operator_url": "http://mesto.example"}, "set_up_wrong"),
            ({"max_skew": timedelta(hours=2)}, "out_of_range"),
        ):
            values = {"operator_url": "https://mesto.example", "root_key": "A" * 43}
            with self.subTest(wrong), self.assertRaises(mesto.MestoError) as refused:
                mesto.TicketVerifier(mesto.VerifierConfig(**(values | wrong)))
            self.assertEqual(code, refused.exception.code)


def mesto_key(public):
    """A key as an app pins it, of its hexadecimal digits."""
    return base64.urlsafe_b64encode(bytes.fromhex(public)).rstrip(b"=").decode()


if __name__ == "__main__":
    unittest.main()
