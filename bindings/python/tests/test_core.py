"""How the core's values, errors, ports and waiting calls are in Python."""

import asyncio
import copy
import dataclasses
import gc
import json
import logging
import multiprocessing
import os
import pickle
import signal
import socket
import sys
import tempfile
import threading
import unittest
from datetime import datetime, timedelta, timezone
from decimal import Decimal

from harness import BELGRADE, ROOT, Phone, RememberedPlan, Serving, Testbed, mesto


class Observed(mesto.Observer):
    """Reads a state whenever its topic is told; `wait_for` waits for the next telling, not for time."""

    def __init__(self, topic, read):
        self.topic, self.read = topic, read
        self.seen = []
        self.told = threading.Condition()

    def changed(self, topics):
        if self.topic not in topics:
            return
        with self.told:
            self.seen.append(self.read())
            self.told.notify_all()

    def wait_for(self, what):
        with self.told:
            if not self.told.wait_for(lambda: self.seen and what(self.seen[-1]), timeout=20):
                raise AssertionError("the observer was never told")
            return self.seen[-1]


def of_vehicles(app):
    return Observed(mesto.Topic.VEHICLES, app.vehicles.state)


class MemorySecrets(mesto.SecretStore):
    def __init__(self, broken=False):
        self.kept, self.broken = {}, broken

    def get(self, name):
        return self.kept.get(name)

    def set(self, name, value):
        if self.broken:
            raise mesto.PhoneError.Failed("the keychain is locked")
        self.kept[name] = value

    def remove(self, name):
        self.kept.pop(name, None)


class WithTestbed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.testbed = Testbed()

    @classmethod
    def tearDownClass(cls):
        cls.testbed.__exit__()

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def config(self, **others):
        values = {"path": f"{self.folder}/mesto.db", "operator_url": self.testbed.operator, "root_key": self.testbed.root_key}
        return mesto.ClientConfig(**(values | others))

    def driver(self, number, **others):
        phone = others.pop("phone", None)
        app = mesto.Mesto(self.config(**others), phone)
        self.addCleanup(app.close)
        app.cities.refresh(BELGRADE)
        app.account.request_code(number)
        app.account.sign_in(number, self.testbed.code_for(number), "Python")
        return app


class Accounts(WithTestbed):
    """In a city of their own, whose clock they move."""

    def test_an_account_is_listed_exported_and_closed_once_though_the_answer_is_lost_av_123_av_128(self):
        app, number = self.driver("+381640000011"), "+381640000011"
        page = app.wallet.top_up(BELGRADE, Decimal("1000")).page_url
        self.testbed.ask("POST", "/bank/walk", {"page_url": page, "card": "approve"})
        app.payments.settle_all()
        # Ids of one millisecond have no order among them, and this clock stands still.
        self.testbed.ask("POST", "/clock", {"advance_seconds": 1})
        app.payments.buy(app.parking.quote(BELGRADE, "red", app.vehicles.add(BELGRADE, "BG789PP").id, 60))
        newest = app.payments.history(limit=1)
        bought = newest.items[0]
        self.assertEqual((mesto.PaymentPurpose.SALE, mesto.PayMethod.DEPOSIT), (bought.payment.purpose, bought.payment.method))
        self.assertEqual((Decimal("80.00"), bought.sale.id), (bought.payment.captured.amount, bought.payment.sale))
        self.assertEqual("BG789PP", bought.sale.items[0].outcome.outcome.ticket.plate.canonical)
        self.assertEqual("wallet", app.payments.history(newest.next).items[0].sale.items[0].service)
        self.assertEqual(([], []), (app.orders.history().items, app.garages.history().items))
        known = json.loads(app.account.export())
        self.assertEqual((number, "BG 789-PP"), (known["person"][0]["phone"], known["vehicles"][0]["shown"]))

        self.testbed.ask("POST", "/clock", {"advance_seconds": 61})
        other = self.driver(number, path=f"{self.folder}/other.db")
        here, there = sorted(other.account.sessions().items, key=lambda session: not session.is_own)
        self.assertEqual((True, False, "Python"), (here.is_own, there.is_own, there.device))
        with self.assertRaises(mesto.MestoError.Refused) as refused:
            other.account.end_session(here.id)
        self.assertEqual("session_is_own", refused.exception.code)
        app.account.end_session(here.id)
        with self.assertRaises(mesto.MestoError.NotSignedIn):
            other.account.sync()

        self.testbed.ask("POST", "/faults", {"method": "DELETE", "path": "/v1/account", "kind": "drop_answer"})
        with self.assertRaises(mesto.MestoError.NoAnswer):
            app.account.close_account()
        self.assertTrue(app.account.state().is_closing)
        closed = app.account.close_account()
        self.assertEqual((None, Decimal("920.00")), (closed.settled, closed.refund.amount.amount))
        self.assertIn("920.00", app.payments.refund_text(closed.refund))
        self.assertEqual((False, None), (app.account.state().is_signed_in, app.wallet.state().balance))
        with self.assertRaises(mesto.MestoError.NotSignedIn):
            app.account.close_account()

    def test_an_account_that_owes_more_than_its_deposit_stays_open_bg_68(self):
        def tell(event):
            self.testbed.ask("POST", "/controller/report", {"facility": "zeleni-venac", "event": event, "ticket": "PY000009"})

        app = self.driver("+381640000012")
        page = app.wallet.top_up(BELGRADE, Decimal("200")).page_url
        self.testbed.ask("POST", "/bank/walk", {"page_url": page, "card": "approve"})
        app.payments.settle_all()
        tell("entered")
        app.garages.pay(BELGRADE, "zeleni-venac", "PY000009", mesto.PayMethod.DEPOSIT)
        # Two hours more than were paid.
        self.testbed.ask("POST", "/clock", {"advance_seconds": 10_000})
        tell("left")
        self.assertEqual(["PY000009"], [visit.ticket for visit in app.garages.history().items])
        with self.assertRaises(mesto.MestoError.Refused) as refused:
            app.account.close_account()
        self.assertEqual(("account_owes", "100.00 RSD"), (refused.exception.code, refused.exception.params["missing"]))
        self.assertEqual((True, False), (app.account.state().is_signed_in, app.account.state().is_closing))


class Values(WithTestbed):
    def test_money_is_a_decimal_with_its_currency_and_time_is_an_aware_datetime(self):
        now = self.testbed.now()
        with Phone(self.testbed) as phone:
            app, number = phone.mesto, "+381640000001"
            app.account.request_code(number)
            app.account.sign_in(number, self.testbed.code_for(number), "Python")
            seen = app.parking.preview(BELGRADE, "red", app.vehicles.add(BELGRADE, "BG789PP").id, 60)
        self.assertEqual((Decimal("80.00"), "RSD"), (seen.total.amount, seen.total.currency))
        self.assertEqual("80.00", str(seen.total.amount))
        self.assertEqual(now, seen.offer.starts_at)
        self.assertEqual(timezone.utc, seen.offer.starts_at.tzinfo)
        self.assertEqual("2025-02-01", seen.offer.tariff_from.isoformat())
        self.assertEqual(("parking.limited", "1"), (seen.lines[0].kind, seen.lines[0].params["units"]))

    def test_the_wheel_is_the_rules_and_figures_are_written_as_the_language_does_bg_50(self):
        with Phone(self.testbed) as phone:
            app, number = phone.mesto, "+381640000040"
            app.account.request_code(number)
            app.account.sign_in(number, self.testbed.code_for(number), "Python")
            app.account.sync()
            wheel = app.parking.wheel(BELGRADE, "red", app.vehicles.add(BELGRADE, "BG789PP").id)
            lacks = app.wallet.preview(mesto.Money(amount=Decimal("1000.00"), currency="RSD")).missing
            offset = app.utc_offset(datetime(2025, 9, 3, 8, tzinfo=timezone.utc))
        self.assertEqual(([60, 90], 60), (wheel.choices, wheel.chosen))
        self.assertEqual(90, wheel.stop.minutes)
        self.assertEqual("1.000,00 RSD", mesto.money_text("sr-Latn", lacks))
        self.assertEqual("2,1", mesto.number_text("sr-Latn", Decimal("2.1")))
        fare = mesto.Money(amount=Decimal("120.00"), currency="KZT")
        self.assertEqual({"120\xa0₸"}, {mesto.money_text(locale, fare) for locale in ("en", "sr-Latn", "kk", "ru")})
        self.assertEqual(7200, offset)
        at = datetime(2025, 9, 3, 23, 30, tzinfo=timezone.utc)
        self.assertEqual(("01:30", "4 Sep, 01:30"), (mesto.time_text(at, offset), mesto.moment_text("en", at, offset)))
        told = [mesto.moment_text("en", at, offset, from_moment=at.replace(hour=hour)) for hour in (21, 22)]
        self.assertEqual(["4 Sep, 01:30", "01:30"], told, "the day beside a time when it is another")
        self.assertEqual("23:30", mesto.time_text(at, 100_000_000), "no clock is that far from UTC")

    def test_a_ticket_and_its_extension_are_one_time_bg_50_bg_54(self):
        app = self.driver("+381640000041")
        filled = app.wallet.top_up(BELGRADE, Decimal(1000))
        self.testbed.ask("POST", "/bank/walk", {"page_url": filled.page_url, "card": "approve"})
        app.payments.settle(filled.key)
        car = app.vehicles.add(BELGRADE, "NS777AB").id
        quote = app.parking.quote(BELGRADE, "red", car, 60, mesto.PayMethod.DEPOSIT)
        first = app.payments.buy(quote).items[0].outcome.outcome.ticket
        wheel = app.parking.extension_wheel(first.id)
        self.assertEqual(([30], 30), (wheel.choices, wheel.chosen))
        more = app.parking.quote_extension(first.id, wheel.chosen, mesto.PayMethod.DEPOSIT)
        app.payments.buy(more)
        parked = app.parking.parked_with(first.id)
        self.assertEqual([parked], app.parking.parked())
        self.assertEqual((2, first.id), (len(parked.tickets), parked.in_force))
        self.assertEqual(first.price.amount + more.total.amount, parked.paid.amount)
        with self.assertRaises(mesto.MestoError.Refused) as refused:
            app.parking.quote_extension(parked.tickets[-1].id, 30, mesto.PayMethod.DEPOSIT)
        self.assertEqual(("limit_reached", False), (refused.exception.code, refused.exception.may_be_charged))
        leave_by = datetime.fromisoformat(refused.exception.params["leave_by"].replace("Z", "+00:00"))
        self.assertEqual(first.stay.deadline, leave_by)

    def test_the_smallest_and_largest_sums_survive_the_border_bg_76(self):
        app = self.driver("+381640000002")
        for amount, taken in (("200", True), ("5000.00", True), ("0.01", False), ("99999999999999999.99", False)):
            with self.subTest(amount=amount):
                if taken:
                    intent = app.wallet.top_up(BELGRADE, Decimal(amount))
                    self.assertEqual(Decimal(amount), intent.items[0].offer.offer.amount.amount)
                    # One top-up at a time waits at the bank.
                    app.payments.abandon(intent.key)
                else:
                    with self.assertRaises(mesto.MestoError.Refused) as refused:
                        app.wallet.top_up(BELGRADE, Decimal(amount))
                    self.assertEqual("amount_not_offered", refused.exception.code)


    def test_a_value_that_nobody_can_mean_is_an_error_and_no_panic(self):
        app = self.driver("+381640000003")
        for amount in (Decimal("NaN"), Decimal("Infinity"), Decimal("1e40"), Decimal("0.33333333333333333333333333333333")):
            with self.subTest(amount=amount), self.assertRaises(mesto.MestoError.Refused) as refused:
                app.wallet.top_up(BELGRADE, amount)
            self.assertEqual("out_of_range", refused.exception.code)
        of_the_core = refused.exception
        car = app.vehicles.add(BELGRADE, "BG789PP").id
        for minutes in (-1, 2**32, 2**40):
            with self.subTest(minutes=minutes), self.assertRaises(mesto.MestoError.Refused) as refused:
                app.parking.quote(BELGRADE, "red", car, minutes)
            error = refused.exception
            self.assertEqual(("out_of_range", of_the_core.text, of_the_core.advice), (error.code, error.text, error.advice))


    def test_text_that_is_no_id_is_refused_and_ids_are_types_of_their_own(self):
        app = self.driver("+381640000007")
        with self.assertRaises(mesto.MestoError.Refused) as refused:
            app.parking.ticket("+381641234567")
        self.assertEqual("id_invalid", refused.exception.code)
        self.assertNotIn("641234567", refused.exception.detail, "it goes into logs")
        car = app.vehicles.add(BELGRADE, "BG789PP")
        self.assertIs(mesto.VehicleId, type(car.id))
        self.assertEqual(f"VehicleId({str(car.id)!r})", repr(car.id))

    def test_records_print_compare_hash_copy_and_pickle(self):
        app = self.driver("+381640000008")
        quote = app.parking.quote(BELGRADE, "red", app.vehicles.add(BELGRADE, "BG789PP").id, 60)
        again = app.parking.quote(BELGRADE, "red", app.vehicles.state().vehicles[0].id, 60)
        self.assertIn("minutes=60", repr(quote.items[0].subject))
        self.assertEqual(quote, pickle.loads(pickle.dumps(quote)))
        self.assertEqual(1, len({quote, pickle.loads(pickle.dumps(quote))}))
        self.assertNotEqual(quote, again)
        self.assertNotEqual(quote, None)
        self.assertEqual(Decimal("80.00"), dataclasses.asdict(quote)["items"][0]["lines"][0]["amount"]["amount"])
        other = dataclasses.replace(quote, id=again.id)
        self.assertEqual(again.id, other.id)
        with self.assertRaises(dataclasses.FrozenInstanceError):
            quote.id = again.id
        self.assertIs(mesto.PayMethod.DEPOSIT, copy.deepcopy(quote).pay)
        self.assertEqual("PayMethod.OTHER(value='coin')", repr(mesto.PayMethod.OTHER("coin")))
        match quote.items[0].offer:
            case mesto.ItemOffer.PARKING(offer=offer):
                self.assertEqual(60, offer.granted_minutes)
            case other:
                self.fail(f"{other}")

    def test_what_is_bought_is_told_in_its_services_own_type_and_in_words(self):
        app = self.driver("+381640000009")
        quote = app.parking.quote(BELGRADE, "red", app.vehicles.add(BELGRADE, "BG789PP").id, 90, mesto.PayMethod.CARD)
        intent = app.payments.buy(quote)
        self.assertEqual(mesto.IntentState.UNCONFIRMED(mesto.IntentProgress.AT_BANK), intent.state)
        self.testbed.ask("POST", "/bank/walk", {"page_url": intent.page_url, "card": "approve"})
        intent = app.payments.settle(intent.key)
        self.assertEqual(mesto.IntentState.CONFIRMED, intent.state)
        self.assertEqual("BG789PP", intent.items[0].outcome.outcome.ticket.plate.canonical)
        for said in [app.line_text(line) for line in quote.items[0].lines] + [app.payments.payment_text(intent.payment)]:
            self.assertRegex(said, r"^[A-Z0-9]")

    def test_a_visit_to_a_garage_is_paid_by_its_ticket_typed_or_photographed_bg_64_bg_65_bg_67(self):
        entered = {"facility": "zeleni-venac", "event": "entered", "ticket": "PY000001", "at": "2025-09-03T06:50:00Z", "free": 12}
        self.testbed.ask("POST", "/controller/report", entered)
        app = self.driver("+381640000010")
        garages = app.garages
        view = next(view for view in garages.places(BELGRADE) if view.facility == "zeleni-venac")
        self.assertEqual((12, True), (view.free, view.is_reachable))
        self.assertIn(view, garages.facilities(BELGRADE))
        self.assertEqual("PY000001", garages.ticket_number(BELGRADE, view.facility, "py 0000-01"))
        photo = (ROOT / "tests" / "scenarios" / "photos" / "ticket.jpg").read_bytes()
        self.assertEqual("GR004217", garages.number_from_photo(BELGRADE, view.facility, photo))
        for wrong, code in ((b"", "photo_unreadable"), (b"\x89PNG\r\n\x1a\n", "photo_unreadable"), (photo[:200], "photo_unreadable")):
            with self.subTest(wrong=wrong[:8]), self.assertRaises(mesto.MestoError.Refused) as refused:
                garages.number_from_photo(BELGRADE, view.facility, wrong)
            self.assertEqual(code, refused.exception.code)
        with self.assertRaises(mesto.MestoError.Refused) as refused:
            garages.number_from_photo(BELGRADE, view.facility, b"\0\0\0\x18ftypheic" + bytes(40))
        self.assertEqual(("photo_unreadable", "HEIC"), (refused.exception.code, refused.exception.params["format"]))
        self.assertIn("JPEG and PNG are read", refused.exception.advice)
        with self.assertRaises(mesto.MestoError.Refused) as refused:
            garages.pay(BELGRADE, view.facility, "PY!", mesto.PayMethod.CARD)
        self.assertEqual("ticket_number_invalid", refused.exception.code)

        intent = garages.pay(BELGRADE, view.facility, "py 000001", mesto.PayMethod.CARD)
        self.assertEqual(mesto.IntentState.UNCONFIRMED(mesto.IntentProgress.AT_BANK), intent.state)
        self.testbed.ask("POST", "/bank/walk", {"page_url": intent.page_url, "card": "approve"})
        paid = app.payments.settle(intent.key).items[0].outcome.outcome.visit
        self.assertEqual((mesto.VisitState.PAID, Decimal("200.00")), (paid.state, paid.paid.amount))
        self.assertEqual([paid], garages.state().inside)
        self.assertEqual(paid, garages.visit(paid.id))
        self.assertRegex(garages.receipt(paid.id).text, r"^MESTO1:")

    def test_a_request_is_printed_without_the_token(self):
        request = mesto.LinkRequest(
            id=1, method="GET", url="http://x/v1/account?plate=BG789PP", headers={"authorization": "Bearer secret"}, body=None,
            timeout=timedelta(seconds=1),
        )
        self.assertEqual("LinkRequest(GET 1)", repr(request))
        self.assertEqual("LinkRequest(GET 1)", str(request))


class Life(WithTestbed):
    def test_after_its_end_it_says_so_and_ending_again_does_nothing(self):
        app = self.driver("+381640000013")
        app.close()
        app.close()
        for call in (
            app.account.sync, lambda: app.cities.refresh(BELGRADE), app.operator.refresh, lambda: app.vehicles.add(BELGRADE, "BG790PP"),
            lambda: app.parking.zones_near(BELGRADE), app.parking.parked, app.orders.history, lambda: app.garages.places(BELGRADE),
            app.payments.intents, app.payments.settle_all, lambda: app.wallet.top_up(BELGRADE, Decimal(1000)),
        ):
            with self.assertRaises(mesto.MestoError.Phone) as closed:
                call()
            self.assertEqual("closed", closed.exception.code)
        self.assertTrue(app.account.state().is_signed_in, "as it was last")
        self.assertGreater(app.now().year, 1970)
        self.assertEqual("The app has closed its data.", app.text("error-closed", {}))
        self.assertEqual([], app.payments.state().open)
        self.assertIsNone(app.recovery())
        self.assertIsNotNone((app.clock(), app.connection()))
        app.utc_offset(app.now())
        app.replan()

    def test_at_its_end_its_file_is_free(self):
        app = self.driver("+381640000005")
        app.close()
        self.assertEqual([], [name for name in os.listdir(self.folder) if name.startswith("mesto.db-")])

    def test_a_client_that_was_shut_down_says_so_and_goes_on_when_opened_again(self):
        self.driver("+381640000006").close()
        client = mesto.Client.open(self.config())
        shown = client.account().state()
        client.shut_down()
        client.shut_down()
        with self.assertRaises(mesto.MestoError.Phone) as closed:
            asyncio.run(client.account().sync())
        error = closed.exception
        self.assertEqual(("closed", "The app has closed its data."), (error.code, error.text))
        self.assertEqual(shown, client.account().state())
        with mesto.Mesto(self.config()) as again:
            self.assertTrue(again.account.state().is_signed_in)

    def test_what_a_damaged_database_meant_is_told(self):
        with mesto.Mesto(self.config()) as app:
            self.assertIsNone(app.recovery())
        with open(f"{self.folder}/mesto.db", "w") as file:
            file.write("noise " * 1000)
        with mesto.Mesto(self.config()) as app:
            self.assertTrue(os.path.exists(app.recovery().set_aside))

    def test_a_frame_says_what_is_in_the_way_and_one_that_cannot_be_is_refused_av_64(self):
        scanner = mesto.CodeScanner(budget=timedelta(seconds=5))
        dark = scanner.scan(mesto.ScanFrame(luminance=bytes([9]) * (320 * 240), width=320, height=240))
        self.assertEqual((dark.codes, dark.hint), ([], mesto.ScanHint.TOO_DARK))
        with self.assertRaises(mesto.MestoError.Refused) as refused:
            scanner.scan(mesto.ScanFrame(luminance=bytes(3), width=2, height=2))
        self.assertEqual(refused.exception.code, "frame_invalid")
        self.assertIn("takes 4 bytes, and 3 were given", refused.exception.detail)
        with self.assertRaises(mesto.MestoError.Refused):
            mesto.CodeScanner(budget=timedelta(0))

    def test_what_lies_in_the_core_is_neither_copied_nor_pickled_and_goes_on(self):
        app = self.driver("+381640000015")
        client = mesto.Client.open(self.config())
        self.addCleanup(client.shut_down)
        parts = (client.parking(), client.account(), client.live())
        verifier = mesto.Verifier(mesto.VerifierConfig(operator_url=self.testbed.operator, root_key=self.testbed.root_key))
        operators = mesto.Operators(mesto.OperatorsConfig(folder=self.folder))
        self.addCleanup(operators.close)
        holder = dataclasses.make_dataclass("Holder", ["held"])
        subscription = app.subscribe(of_vehicles(app))
        for one in (app, app.updates(), operators, client, *parts, mesto.Cancel(), verifier, mesto.CodeScanner(), subscription, operators._core):
            for call in (
                copy.copy, copy.deepcopy, lambda one: copy.deepcopy([one]), lambda one: dataclasses.asdict(holder(one)),
                *(lambda one, protocol=protocol: pickle.dumps(one, protocol) for protocol in range(pickle.HIGHEST_PROTOCOL + 1)),
            ):
                with self.subTest(type(one).__name__), self.assertRaisesRegex(TypeError, "belongs to its process; open another one there"):
                    call(one)
        with self.assertRaisesRegex(TypeError, "belongs to its process"):
            multiprocessing.get_context("spawn").Process(target=print, args=(client,)).start()
        subscription.cancel()
        gc.collect()
        client.parking().state()
        self.assertEqual([], app.vehicles.state().vehicles)
        app.account.sync()

    def test_one_that_never_opened_has_nothing_to_end(self):
        with self.assertRaises(mesto.MestoError.Phone):
            with mesto.Mesto(self.config(root_key="abc")):
                self.fail("it opened")

    def test_it_may_be_called_where_an_event_loop_runs_and_from_any_thread(self):
        app = self.driver("+381640000004")

        async def notebook():
            return app.account.sync()

        self.assertIn(":", asyncio.run(notebook()).cursor)
        answers = []
        threads = [threading.Thread(target=lambda: answers.append(app.account.sync())) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(4, len(answers))

    def test_who_waits_when_it_ends_hears_of_it(self):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            app = mesto.Mesto(self.config(operator_url=f"http://127.0.0.1:{silent.getsockname()[1]}"))
            ends = []

            def wait():
                try:
                    app.cities.refresh(BELGRADE)
                except mesto.MestoError as end:
                    ends.append(end.code)

            waiting = threading.Thread(target=wait)
            waiting.start()
            with silent.accept()[0]:
                app.close()
                waiting.join(20)
        self.assertEqual(["closed"], ends)


def forked(*calls):
    """What each of these does in a child that is forked: the error, or nothing. One that waits for ever is ended."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            signal.alarm(20)
            for call in calls:
                try:
                    call()
                    told = "nothing"
                except BaseException as error:
                    told = f"{type(error).__name__}: {error}"
                os.write(write, (told + "\n").encode())
        finally:
            os._exit(0)
    os.close(write)
    with os.fdopen(read) as said:
        told = said.read().splitlines()
    os.waitpid(child, 0)
    return told


class Names(unittest.TestCase):
    def test_what_an_app_is_given_by_a_star_is_what_is_public(self):
        given = {}
        exec("from mesto import *", given)
        for name in ("Mesto", "Operators", "UrllibLink", "Client", "ClientConfig", "MestoError", "TicketId"):
            self.assertIs(getattr(mesto, name), given[name])
        self.assertEqual(set(), {"asyncio", "os", "Path", "Parts", "core"} & given.keys())
        self.assertEqual(len(mesto.__all__), len(set(mesto.__all__)))


class Errors(WithTestbed):
    def test_a_refusal_says_what_happened_and_what_is_allowed_in_the_drivers_language_bg_50(self):
        said = {
            "en": ("91 minutes are more than this zone allows: at most 90.", "You can buy 90 minutes now."),
            "sr-Latn-RS": ("91 min je više nego što zona dozvoljava: najviše 90.", "Sada možete kupiti 90 min."),
            "kk-KZ": ("91\xa0мин — бұл аймақ рұқсат еткеннен көп: ең көбі — 90.", "Қазір 90\xa0мин сатып алуға болады."),
            "ru": ("91\xa0мин — больше, чем разрешает зона: не больше 90.", "Сейчас можно купить 90\xa0мин."),
        }
        for number, (locale, (text, advice)) in enumerate(said.items()):
            app = self.driver(f"+38164000031{number}", locale=locale, path=f"{self.folder}/{locale}.db")
            vehicle = app.vehicles.add(BELGRADE, "BG789PP").id
            with self.assertRaises(mesto.MestoError.Refused) as refused:
                app.parking.quote(BELGRADE, "red", vehicle, 91)
            error = refused.exception
            self.assertEqual(("max_stay_exceeded", text, advice), (error.code, error.text, error.advice))
            self.assertEqual("90", error.params["allowed"])
            self.assertEqual(f"max_stay_exceeded: {error.detail}", str(error))

    def test_what_is_printed_or_logged_of_an_error_is_code_and_detail_and_no_plate(self):
        said = ("BG 789-PP is parked.", "Leave.", {"plate": "BG 789-PP"}, "a ticket runs", None, False)
        error = mesto.MestoError.Refused("vehicle_parked", *said)
        log = logging.getLogger("app")
        with self.assertLogs(log) as kept:
            try:
                raise error
            except mesto.MestoError:
                log.exception("not bought")
        logged = logging.Formatter().format(kept.records[0])
        self.assertIn("Refused: vehicle_parked: a ticket runs", logged)
        self.assertEqual("vehicle_parked: a ticket runs", str(error))
        self.assertEqual("MestoError.Refused(vehicle_parked: a ticket runs)", repr(error))
        for seen in (logged, str(error), repr(error), str([error]), str(error.args)):
            self.assertNotIn("789", seen)
        self.assertEqual("BG 789-PP is parked.", error.text)

    def test_an_error_crosses_processes_with_its_code_and_text(self):
        app = self.driver("+381640000012")
        with self.assertRaises(mesto.MestoError.Refused) as refused:
            app.parking.quote(BELGRADE, "red", app.vehicles.add(BELGRADE, "BG789PP").id, 91)
        error = pickle.loads(pickle.dumps(refused.exception))
        self.assertIsInstance(error, mesto.MestoError.Refused)
        self.assertEqual(("max_stay_exceeded", str(refused.exception)), (error.code, str(error)))
        self.assertEqual((refused.exception.params, refused.exception.request), (error.params, error.request))
        self.assertTrue(error.request, "the operator finds it by this")

    def test_without_a_connection_nothing_left_the_phone(self):
        with socket.socket() as nobody:
            nobody.bind(("127.0.0.1", 0))
            app = mesto.Mesto(self.config(operator_url=f"http://127.0.0.1:{nobody.getsockname()[1]}"))
            with self.assertRaises(mesto.MestoError.Offline) as offline:
                app.cities.refresh(BELGRADE)
            app.close()
        error = offline.exception
        self.assertEqual(("offline", "There is no connection to the operator."), (error.code, error.text))
        self.assertEqual("Nothing was sent and nothing was charged. Look for a signal and try again.", error.advice)

    def test_a_wrong_set_up_says_what_is_wrong(self):
        for wrong in ({"root_key": "abc"}, {"operator_url": "http://operator.example"}, {"operator_url": "ftp://x"}):
            with self.subTest(wrong=wrong), self.assertRaises(mesto.MestoError.Phone) as phone:
                mesto.Mesto(self.config(**wrong))
            self.assertEqual("set_up_wrong", phone.exception.code)

    def test_a_version_is_up_to_three_numbers_and_what_is_none_is_named(self):
        for version in ("1.4", "1.4.0-rc1", "2.0.1+45"):
            mesto.Mesto(self.config(version=version)).close()
        for wrong in ("v1.4", "1.4.0.7", "one", ""):
            with self.subTest(wrong=wrong), self.assertRaises(mesto.MestoError.Phone) as phone:
                mesto.Mesto(self.config(version=wrong))
            self.assertEqual("set_up_wrong", phone.exception.code)
            self.assertIn(f'"{wrong}"', phone.exception.detail)

    def test_a_folder_that_is_not_there_and_a_key_that_is_none_are_named(self):
        for wrong, named in (({"path": f"{self.folder}/none/mesto.db"}, f"{self.folder}/none"), ({"root_key": "AAAA"}, "AAAA")):
            with self.subTest(wrong=wrong), self.assertRaises(mesto.MestoError.Phone) as phone:
                mesto.Mesto(self.config(**wrong))
            self.assertEqual("set_up_wrong", phone.exception.code)
            self.assertIn(named, phone.exception.detail)
        operators = mesto.OperatorSet(mesto.OperatorsConfig(folder=f"{self.folder}/none"))
        with self.assertRaises(mesto.MestoError.Phone) as phone:
            operators.open(mesto.OperatorConfig(url="http://127.0.0.1:1", root_key="A" * 43))
        self.assertEqual("set_up_wrong", phone.exception.code)


class Versions(unittest.TestCase):
    def test_an_app_that_is_served_no_more_learns_it_from_the_operator_and_knows_it_without_a_connection(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        serves = Serving(folder.name, 'version = 1\nname.en = "Ours"\nclient.least = "1.4"\n')
        self.addCleanup(serves.end)

        def app(version, file="mesto.db"):
            path = f"{folder.name}/{file}"
            config = mesto.ClientConfig(path=path, operator_url=serves.operator, root_key=serves.root_key, version=version)
            app = mesto.Mesto(config)
            self.addCleanup(app.close)
            return app

        old = app("1.3.9")
        with self.assertRaises(mesto.MestoError.Refused) as refused:
            old.operator.refresh()
        self.assertEqual(("client_too_old", "1.4.0"), (refused.exception.code, refused.exception.params["min_client"]))
        self.assertEqual(mesto.ClientStanding.TOO_OLD("1.4.0"), old.operator.state().client)
        self.assertEqual("Ours", old.operator.state().document.name)
        with self.assertRaises(mesto.MestoError) as refused:
            old.account.request_code("+381641234567")
        self.assertEqual("client_too_old", refused.exception.code)
        self.assertEqual("Ours", app("1.4.0-rc1", "new.db").operator.refresh().document.name)
        serves.end()
        old.close()
        self.assertEqual(mesto.ClientStanding.TOO_OLD("1.4.0"), app("1.3.9").operator.state().client)


class Ports(WithTestbed):
    def test_the_token_lies_in_the_phones_own_secrets_and_not_in_the_database(self):
        secrets = MemorySecrets()
        app = self.driver("+381640000020", phone=mesto.Phone(secrets=secrets))
        token = secrets.kept["localhost/session_token"]
        self.assertTrue(app.account.state().is_signed_in)
        for name in ("mesto.db", "mesto.db-wal"):
            with open(f"{self.folder}/{name}", "rb") as file:
                self.assertNotIn(token.encode(), file.read())

    def test_a_port_that_throws_stops_nothing(self):
        class Broken(mesto.Observer, mesto.ReminderPlan):
            def __init__(self):
                self.told = threading.Semaphore(0)

            def changed(self, topics):
                self.told.release()
                raise KeyError("a screen that fails")

            def replace(self, operator, plan):
                raise OSError("no alarms today")

        class NoClock(mesto.DeviceClock):
            def wall(self):
                raise OSError("no clock")

            monotonic = boot = wall

        broken = Broken()
        self.addCleanup(setattr, sys, "unraisablehook", sys.unraisablehook)
        sys.unraisablehook = lambda _: None
        app = self.driver("+381640000023", phone=mesto.Phone(reminders=broken))
        observer = app.subscribe(broken)
        self.assertTrue(broken.told.acquire(timeout=20))
        app.vehicles.add(BELGRADE, "BG789PP")
        self.assertTrue(broken.told.acquire(timeout=20), "the next change is told all the same")
        observer.cancel()
        with self.assertRaises(mesto.MestoError.Phone) as refused:
            mesto.Mesto(self.config(path=f"{self.folder}/other.db"), mesto.Phone(clock=NoClock()))
        self.assertEqual("set_up_wrong", refused.exception.code)

    def test_a_port_that_lacks_a_method_is_refused_with_its_name(self):
        class Empty(mesto.LogSink):
            pass

        class Misspelt(mesto.LogSink):
            def lines(self, line):
                pass

        class NoMethod(mesto.LogSink):
            line = None

        class Half(mesto.SecretStore):
            def get(self, name):
                return None

        class Duck:
            def line(self, line):
                pass

        class Told(mesto.LogSink):
            def line(self, line):
                pass

        lacking = r"has no method `line`, which mesto.LogSink needs"
        for port, wrong, said in (
            ("log", Empty(), lacking),
            ("log", Misspelt(), lacking),
            ("log", NoMethod(), lacking),
            ("log", Duck(), "Duck is no LogSink: derive it from mesto.LogSink"),
            ("log", Told, "is no LogSink"),
            ("secrets", Half(), "Half has no method `set`, which mesto.SecretStore needs"),
            ("clock", object(), "object is no DeviceClock"),
            ("link", mesto.OperatorLink(), "OperatorLink has no method `send`"),
        ):
            with self.subTest(port=port, wrong=type(wrong).__name__), self.assertRaisesRegex(TypeError, said):
                mesto.Mesto(self.config(), mesto.Phone(**{port: wrong}))
        app = self.driver("+381640000024", phone=mesto.Phone(log=Told()))
        with self.assertRaisesRegex(TypeError, "Observer has no method `changed`"):
            app.subscribe(mesto.Observer())
        # One that an object has of its own is one.
        own = Empty()
        own.line = lambda line: None
        mesto.Mesto(self.config(path=f"{self.folder}/own.db"), mesto.Phone(log=own)).close()

    def test_a_length_of_time_is_a_timedelta_and_never_a_number(self):
        for wrong, kind in ((10, "int"), (2.5, "float"), ("10", "str")):
            with self.subTest(wrong=wrong), self.assertRaisesRegex(TypeError, rf"timedelta\(seconds=10\), not {kind}"):
                mesto.Mesto(self.config(request_timeout=wrong))
        for wrong in (timedelta(seconds=-1), timedelta(microseconds=-1)):
            with self.subTest(wrong=wrong), self.assertRaises(mesto.MestoError.Refused) as refused:
                mesto.Mesto(self.config(request_timeout=wrong))
            self.assertEqual("out_of_range", refused.exception.code)
        mesto.Mesto(self.config(path=f"{self.folder}/patient.db", request_timeout=timedelta(seconds=20))).close()

    def test_a_locked_keychain_is_an_error_of_the_phone(self):
        with self.assertRaises(mesto.MestoError.Phone) as phone:
            self.driver("+381640000021", phone=mesto.Phone(secrets=MemorySecrets(broken=True)))
        self.assertEqual("phone_secrets_failed", phone.exception.code)
        self.assertIn("the keychain is locked", phone.exception.detail)


class Watching(WithTestbed):
    def test_an_observer_is_told_every_topic_first_and_then_changes_until_it_is_cancelled(self):
        app = self.driver("+381640000030")
        observed = of_vehicles(app)
        subscription = app.subscribe(observed)
        self.assertEqual([], observed.wait_for(lambda _: True).vehicles)
        app.vehicles.add(BELGRADE, "BG789PP")
        observed.wait_for(lambda state: len(state.vehicles) == 1)
        subscription.cancel()
        self.hears_no_more(app, observed, vehicles=2)

    def test_letting_go_of_the_subscription_ends_it(self):
        app = self.driver("+381640000031")
        observed = of_vehicles(app)
        subscription = app.subscribe(observed)
        observed.wait_for(lambda _: True)
        del subscription
        gc.collect()
        self.hears_no_more(app, observed, vehicles=1)

    def hears_no_more(self, app, observed, vehicles):
        other = of_vehicles(app)
        kept = app.subscribe(other)
        # One thread tells all: when the other hears of the present, a telling that was under way is
        # over.
        other.wait_for(lambda state: len(state.vehicles) == vehicles - 1)
        told = len(observed.seen)
        app.vehicles.add(BELGRADE, "NS123AB")
        other.wait_for(lambda state: len(state.vehicles) == vehicles)
        self.assertEqual(told, len(observed.seen))
        kept.cancel()

    def test_a_waiting_call_is_called_off_by_its_handle(self):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            client = mesto.Client.open(self.config(operator_url=f"http://127.0.0.1:{silent.getsockname()[1]}"))
            self.addCleanup(client.shut_down)
            cancel = mesto.Cancel()

            async def call_off():
                waiting = asyncio.create_task(client.cities().refresh(BELGRADE, cancel))
                connection, _ = await asyncio.get_running_loop().run_in_executor(None, silent.accept)
                with connection:
                    cancel.cancel()
                    await waiting

            with self.assertRaises(mesto.MestoError.Cancelled) as cancelled:
                asyncio.run(call_off())
        error = cancelled.exception
        self.assertEqual(("called_off", "You called this off."), (error.code, error.text))

    def test_in_a_forked_process_every_call_says_what_to_do_instead_of_waiting_for_ever(self):
        app = self.driver("+381640000033")
        wallet = app.wallet
        client = mesto.Client.open(self.config())
        self.addCleanup(client.shut_down)
        said = forked(
            app.account.sync,
            lambda: app.vehicles.state(),
            lambda: wallet.top_up(BELGRADE, Decimal(1000)),
            lambda: asyncio.run(client.account().sync()),
            lambda: mesto.Mesto(self.config()),
            lambda: mesto.Operators(mesto.OperatorsConfig(folder=tempfile.gettempdir())),
            lambda: app.updates().__enter__(),
        )
        self.assertEqual(7, len(said))
        for one in said:
            self.assertRegex(one, r"^RuntimeError: .*multiprocessing.get_context\('spawn'\)")
        # Leaving the `with` there closes nothing, and the parent goes on.
        self.assertEqual(["nothing"], forked(app.close))
        self.assertEqual([], app.vehicles.state().vehicles)
        app.account.sync()

    def test_a_plan_of_alarms_reaches_the_phone(self):
        alarms = RememberedPlan()
        app = self.driver("+381640000032", phone=mesto.Phone(reminders=alarms))
        page = app.wallet.top_up(BELGRADE, Decimal(1000)).page_url
        self.testbed.ask("POST", "/bank/walk", {"page_url": page, "card": "approve"})
        app.payments.settle_all()
        app.payments.buy(app.parking.quote(BELGRADE, "red", app.vehicles.add(BELGRADE, "BG789PP").id, 60))
        self.assertEqual([mesto.ReminderKind.BEFORE_END(5), mesto.ReminderKind.AT_END], [alarm.kind for alarm in alarms.plan])
        self.assertTrue(app.parking.code(app.parking.state().active[0].id).text.startswith("MESTO1:"))


if __name__ == "__main__":
    unittest.main()
