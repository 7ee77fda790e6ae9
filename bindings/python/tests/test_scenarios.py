"""The scenarios of tests/scenarios, played word for word through the Python bindings: see docs/scenarios.md."""

import contextlib
import datetime
import json
import unittest
from decimal import Decimal

from harness import BELGRADE, ROOT, Phone, Problem, Testbed, mesto, text_of
from datetime import timedelta

FOLDER = ROOT / "tests" / "scenarios"


def word(variant):
    """`IntentState.CONFIRMED` as `confirmed`."""
    return repr(variant).split(".")[1].split("(")[0].lower()


def moment_of(at):
    return text_of(at) if at else None


def body(step):
    """What the step tells a control."""
    said = ("do", "expect", "expect_error", "phone_shows")
    return {name: value for name, value in step.items() if name not in said}


def amount(money):
    return format(money.amount, "f")


def pay(step):
    """From the deposit, unless it says."""
    return mesto.PayMethod.CARD if step.get("pay") == "card" else mesto.PayMethod.DEPOSIT


class Player:
    """Plays one scenario with one phone."""

    def __init__(self, testbed, phone, city):
        self.testbed, self.phone, self.city = testbed, phone, city
        self.vehicle = self.last_intent = self.slip = self.sign = None
        self.quotes, self.codes = {}, {}
        self.shop = None, None

    @property
    def mesto(self):
        return self.phone.mesto

    def play(self, step):
        return getattr(self, "do_" + step["do"])(step)

    def intent(self, key):
        intent = self.mesto.payments.intent(key)
        answer = {"state": word(intent.state)}
        if isinstance(intent.state, mesto.IntentState.REFUSED):
            reason = intent.state.reason
            answer["code"] = reason.code
            if back := reason.params.get("paid_back"):
                answer["paid_back"] = back.split()[0]  # `200.00 RSD`
        return answer

    def begun(self, step, intent):
        """The intent is the last one; with a card its page is walked, and what became of it is read."""
        self.last_intent = intent.key
        if "card" in step:
            self.testbed.ask("POST", "/bank/walk", {"page_url": intent.page_url, "card": step["card"]})
            self.mesto.payments.settle_all()
        if "card" in step or intent.state == mesto.IntentState.CONFIRMED:
            self.mesto.account.sync()
        return self.intent(intent.key)

    def vehicle_of(self, step):
        if "plate" not in step:
            return self.vehicle
        return next(v.id for v in self.mesto.vehicles.state().vehicles if v.plate.canonical == step["plate"])

    def priced(self, lines, notices, total):
        return {
            "total": amount(total),
            "lines": [{"kind": line.kind, "amount": amount(line.amount)} for line in lines],
            "notices": [notice.kind for notice in notices],
        }

    def offered(self, offer, lines, notices, total):
        return self.priced(lines, notices, total) | {
            "granted": offer.granted_minutes,
            "starts_at": text_of(offer.starts_at),
            "ends_at": text_of(offer.ends_at),
        }

    def remembered(self, quote, step):
        self.quotes[None] = self.quotes[step.get("as")] = quote
        return quote.items[0]

    def quoted(self, quote, step):
        item = self.remembered(quote, step)
        return self.offered(item.offer.offer, item.lines, item.notices, quote.total)

    def do_sign_in(self, step):
        self.mesto.account.request_code(step["phone"])
        code = self.testbed.code_for(step["phone"])
        if step.get("code") == "wrong":
            code = format((int(code) + 1) % 1_000_000, "06")
        self.mesto.account.sign_in(step["phone"], code, "Python")

    def do_add_vehicle(self, step):
        vehicle = self.mesto.vehicles.add(BELGRADE, step["plate"])
        self.vehicle = vehicle.id
        return {"plate": vehicle.plate.display, "canonical": vehicle.plate.canonical}

    def do_top_up(self, step):
        return self.begun(step, self.mesto.wallet.top_up(self.city, Decimal(step["amount"])))

    def do_zones(self, step):
        position = mesto.Position(lat=step["lat"], lon=step["lon"], accuracy_metres=None) if "lat" in step else None
        near = self.mesto.parking.zones_near(BELGRADE, position, step.get("sign"))
        nearest = min((z for z in near.zones if z.distance_metres is not None), key=lambda z: z.distance_metres, default=None)
        answer = {"by_sign": near.by_sign}
        if nearest:
            answer |= {"nearest": nearest.zone, "distance_metres": nearest.distance_metres, "is_approximate": nearest.is_approximate}
        return answer

    def do_quote(self, step):
        return self.quoted(self.mesto.parking.quote(BELGRADE, step["zone"], self.vehicle_of(step), step["minutes"], pay(step)), step)

    def do_preview(self, step):
        seen = self.mesto.parking.preview(BELGRADE, step["zone"], self.vehicle_of(step), step["minutes"], pay(step))
        return self.offered(seen.offer, seen.lines, seen.notices, seen.total)

    def do_extend(self, step):
        latest = max(self.mesto.parking.state().active, key=lambda ticket: ticket.ends_at)
        return self.quoted(self.mesto.parking.quote_extension(latest.id, step["minutes"], pay(step)), step)

    def do_buy(self, step):
        return self.begun(step, self.mesto.payments.buy(self.quotes[step.get("quote")]))

    def do_walk_page(self, step):
        return self.begun(step, self.mesto.payments.intent(self.last_intent))

    def do_give_up(self, step):
        return self.begun(step, self.mesto.payments.abandon(self.last_intent))

    def do_settle(self, _):
        try:
            self.mesto.payments.settle_all()
            self.mesto.account.sync()
        except (mesto.MestoError.Offline, mesto.MestoError.NoAnswer, mesto.MestoError.NotNow):
            pass
        return self.intent(self.last_intent)

    def do_sync(self, _):
        self.mesto.account.sync()

    def do_pay_order(self, step):
        unpaid = [order for order in self.mesto.orders.state().orders if order.state == mesto.OrderState.ISSUED]
        order = unpaid[0].id if unpaid else mesto.OrderId("or_00000000000000000000000000")
        return self.begun(step, self.mesto.orders.pay(order, pay(step)))

    def do_show_order(self, step):
        order = self.mesto.orders.by_slip(step.get("number", self.slip))
        return {"price": amount(order.price), "owed": amount(order.owed)}

    def do_history(self, _):
        tickets = self.mesto.parking.history().items
        answer = {"tickets": len(tickets)}
        if tickets:
            answer |= {"newest_zone": tickets[0].zone, "newest_price": amount(tickets[0].price)}
        return answer

    def do_deposit(self, _):
        deposit = self.mesto.wallet.history()
        return {"balance": amount(deposit.balance), "amounts": [amount(entry.amount) for entry in deposit.items]}

    def do_reminders(self, _):
        return {"at": [text_of(alarm.fire_at - self.phone.clock.ahead) for alarm in self.phone.alarms.plan]}

    def do_reopen(self, step):
        self.phone.close()
        if step.get("reboot"):
            self.phone.clock.reboot()
        self.phone.open()

    def do_phone_clock(self, step):
        self.phone.clock.ahead = timedelta(minutes=step["ahead_minutes"])

    def do_advance(self, step):
        seconds = step.get("seconds", 0) + 60 * step.get("minutes", 0)
        self.testbed.ask("POST", "/clock", {"set": step["to"]} if "to" in step else {"advance_seconds": seconds})
        self.phone.tick()

    def do_offline(self, step):
        self.testbed.ask("POST", "/offline", {"on": step["on"]})

    def do_fault(self, step):
        self.testbed.ask("POST", "/faults", body(step))

    def do_kill_operator(self, _):
        self.testbed.ask("POST", "/kill", {})

    def do_restart_operator(self, _):
        self.testbed.ask("POST", "/restart", {})

    def do_inspect(self, step):
        return self.testbed.ask("POST", "/inspector/check", body(step))

    def do_issue_order(self, step):
        order = self.testbed.ask("POST", "/inspector/orders", body(step))
        self.slip = order["number"]
        return {"state": order["state"], "price": order["price"]["amount"], "owed": order["owed"]["amount"]}

    def do_phone(self, _):
        self.phone.tick()

    def do_places(self, step):
        view = next(view for view in self.mesto.garages.places(BELGRADE) if view.facility == step["facility"])
        return {"free": view.free, "observed_at": moment_of(view.observed_at), "is_reachable": view.is_reachable}

    def do_photo(self, step):
        image = (FOLDER / "photos" / step["image"]).read_bytes()
        return {"ticket": self.mesto.garages.number_from_photo(BELGRADE, step["facility"], image)}

    def do_quote_visit(self, step):
        quote = self.mesto.garages.quote(BELGRADE, step["facility"], step["ticket"], pay(step))
        item = self.remembered(quote, step)
        visit = item.offer.offer
        return self.priced(item.lines, item.notices, quote.total) | {
            "price": amount(visit.price),
            "entered_at": text_of(visit.entered_at),
            "exit_by": moment_of(visit.exit_by),
            "rises_at": moment_of(visit.rises_at),
        }

    def do_pay_visit(self, step):
        return self.begun(step, self.mesto.garages.pay(BELGRADE, step["facility"], step["ticket"], pay(step)))

    def do_visit(self, step):
        state = self.mesto.garages.state()
        visit = next(visit for visit in state.inside + state.over if visit.ticket == step["ticket"])
        return {
            "state": word(visit.state),
            "paid": amount(visit.paid),
            "exit_by": moment_of(visit.exit_by),
            "owes_again_at": moment_of(visit.owes_again_at),
        }

    def do_controller(self, step):
        return self.testbed.ask("POST", "/controller/report", body(step))

    def do_barrier(self, step):
        return self.testbed.ask("POST", "/controller/exit", body(step))

    def do_grant_benefit(self, step):
        self.testbed.ask("POST", "/benefit", body(step) | {"account": self.mesto.account.state().account})

    def do_check_pass(self, step):
        first = step.get("first_on")
        subject = mesto.PassesSubject(
            product=step["product"],
            first_on=first and datetime.date.fromisoformat(first),
            is_again=step.get("again", False),
        )
        quote = self.mesto.passes.quote(self.city, subject, pay(step))
        item = self.remembered(quote, step)
        offer = item.offer.offer
        return self.priced(item.lines, item.notices, quote.total) | {
            "category": offer.category,
            "first_on": offer.first_on.isoformat(),
            "last_on": offer.last_on.isoformat(),
            "overlaps": offer.overlaps is not None,
        }

    def do_passes(self, _):
        state = self.mesto.passes.state()
        following = next(iter(state.current + state.coming), None)
        return {
            "current": len(state.current),
            "coming": len(state.coming),
            "over": len(state.over),
            "benefits": len(state.benefits),
            "last_on": following and following.last_on.isoformat(),
        }

    def do_give_pass_back(self, _):
        back = self.mesto.passes.give_back(self.mesto.passes.state().coming[0].id)
        self.mesto.account.sync()
        return {"state": word(back.state)}

    def do_issue_card(self, step):
        self.testbed.ask("POST", "/card", body(step))

    def card(self, card):
        waiting = self.mesto.cards.notes(card).waiting
        return {
            "number": card.number_masked,
            "state": word(card.state),
            "balance": amount(card.balance.amount),
            "waiting": amount(waiting) if waiting else "0.00",
        }

    def do_link_card(self, step):
        return self.card(self.mesto.cards.link(self.city, step["number"], step["code"]))

    def do_cards(self, _):
        return self.card(self.mesto.cards.state().cards[0])

    def do_check_card_top_up(self, step):
        card = self.mesto.cards.state().cards[0]
        money = mesto.Money(amount=Decimal(step["amount"]), currency=card.balance.amount.currency)
        quote = self.mesto.cards.quote(self.city, card.id, money, pay(step))
        item = self.remembered(quote, step)
        offer = item.offer.offer
        return self.priced(item.lines, item.notices, quote.total) | {
            "number": offer.number_masked,
            "hold_until": text_of(offer.hold_until),
        }

    def do_hold_card(self, step):
        return self.testbed.ask("POST", "/reader", body(step))

    def do_bus(self, step):
        self.sign = self.testbed.ask("POST", "/bus", body(step))["sign"]

    def do_check_ride(self, step):
        scanned, vehicle = step.get("scanned"), step.get("vehicle")
        if "terminal" in step:
            scanned = self.testbed.ask("POST", "/bus/terminal", {"vehicle": step["terminal"]})["code"]
        if scanned is None and vehicle is None:
            scanned = self.sign
        if scanned is not None:
            self.mesto.rides.check_sign(self.city, scanned)
        persons, again = step.get("persons", 1), step.get("again", False)
        companions = [mesto.Companions(**one) for one in step.get("companions", [])]
        subject = mesto.RidesSubject(
            scanned=scanned, vehicle=vehicle, persons=persons, companions=companions, is_again=again
        )
        quote = self.mesto.rides.quote(self.city, subject, pay(step))
        item = self.remembered(quote, step)
        offer = item.offer.offer
        names = self.mesto.rides.names(self.city, offer.vehicle, offer.trip)
        return self.priced(item.lines, item.notices, quote.total) | {
            "vehicle": offer.vehicle.board,
            "carrier": names.carrier,
            "route": names.route.number if names.route else None,
            "to": names.route.to if names.route else None,
            "persons": offer.persons,
            "service_on": offer.service_on.isoformat(),
            "ends_at": text_of(offer.ends_at),
            "repeats": offer.repeats is not None,
            "goes_on": offer.repeats_broke_down_at is not None,
        }

    def do_rides(self, _):
        state = self.mesto.rides.state()
        newest = next(iter(state.current + state.over), None)
        return {
            "current": len(state.current),
            "over": len(state.over),
            "vehicle": newest and newest.vehicle.board,
            "price": newest and amount(newest.price),
            "persons": newest and newest.persons,
            "state": newest and word(newest.state),
        }

    def do_shop(self, step):
        said = self.testbed.ask("POST", "/shop", body(step))
        if "gives_back" not in step:
            self.shop = said["code"], said["typed"]

    def do_check_payment(self, step):
        code, typed = self.shop
        is_typed = step.get("typed", False)
        sum_ = mesto.Money(amount=Decimal(step["amount"]), currency="KZT") if "amount" in step else None
        subject = mesto.MerchantsSubject(
            scanned=None if is_typed else step.get("scanned", code),
            typed=typed if is_typed else None,
            amount=sum_,
            is_again=step.get("again", False),
        )
        quote = self.mesto.merchants.quote(self.city, subject)
        item = self.remembered(quote, step)
        offer = item.offer.offer
        return self.priced(item.lines, item.notices, quote.total) | {
            "merchant": self.mesto.merchants.name(offer.merchant.names),
            "category": self.mesto.merchants.category_name(self.city, offer.merchant.category),
            "till": offer.till.name,
            "amount": amount(offer.amount),
            "fee": amount(offer.fee),
            "organisation": offer.contract.organisation,
            "contract": offer.contract.link,
            "version": offer.contract.version,
            "is_fee_irrevocable": offer.is_fee_irrevocable,
            "missing": offer.missing and amount(offer.missing),
            "invoice": offer.invoice and offer.invoice.reference,
            "repeats": offer.repeats is not None,
        }

    def do_merchant_payments(self, _):
        payments = self.mesto.merchants.state().payments
        newest = next(iter(payments), None)
        return {
            "count": len(payments),
            "number": newest and newest.number,
            "amount": newest and amount(newest.amount),
            "balance": newest and amount(newest.balance),
            "state": newest and word(newest.state),
        }

    def do_show_ride(self, step):
        ride = self.mesto.rides.state().current[0].id
        if step.get("here"):
            self.mesto.rides.move_code_here(ride)
        self.codes[step["as"]] = self.mesto.rides.code(ride).text

    def do_dispute_ride(self, step):
        ride = self.mesto.rides.state().current[0].id
        return {"state": word(self.mesto.rides.dispute(ride, step["reason"]).state)}

    def do_control(self, step):
        asked = body(step)
        if "code" in asked:
            asked["code"] = self.codes.get(asked["code"], asked["code"])
        return self.testbed.ask("POST", "/control", asked)

    def do_ledger(self, _):
        return self.testbed.ask("GET", "/ledger")

    def shows(self):
        app = self.mesto
        balance = app.wallet.state().balance
        return {
            "signed_in": app.account.state().is_signed_in,
            "balance": amount(balance) if balance else "0.00",
            "vehicles": len(app.vehicles.state().vehicles),
            "active_tickets": len(app.parking.state().active),
            "orders": sum(order.state == mesto.OrderState.ISSUED for order in app.orders.state().orders),
            "unconfirmed": len(app.payments.state().open),
            "visits": len(app.garages.state().inside),
            "rides": len(app.rides.state().current),
        }


class Scenarios(unittest.TestCase):
    maxDiff = None

    def play(self, scenario):
        self.steps(scenario, self.subTest)

    def steps(self, scenario, around, link=None):
        with contextlib.ExitStack() as opened:
            city = scenario.get("city", BELGRADE)
            testbed, players, name = opened.enter_context(Testbed(scenario["start"], city=city)), {}, "first"
            for number, step in enumerate(scenario["steps"], 1):
                if step["do"] == "phone":
                    name = step["name"]
                if name not in players:
                    players[name] = Player(testbed, opened.enter_context(Phone(testbed, link, city)), city)
                with around(scenario=scenario["name"], step=number, do=step["do"]):
                    self.check(step, players[name])

    def check(self, step, player):
        answer, error = {}, None
        try:
            answer = player.play(step) or {}
        except (mesto.MestoError, Problem) as failed:
            error = failed
        if expected := step.get("expect_error"):
            self.assertIsNotNone(error, f"expected {expected['code']}, found {answer}")
            self.assertEqual(expected["code"], error.code, error)
            for said in expected.get("says", []):
                self.assertIn(said, error.text + "\n" + error.advice)
        elif error:
            self.fail(f"{error.code}: {error.text} {getattr(error, 'detail', '')}")
        for name, value in step.get("expect", {}).items():
            self.assertEqual(value, answer.get(name, "nothing"), name)
        shown = player.shows()
        for name, value in step.get("phone_shows", {}).items():
            self.assertEqual(value, shown[name], f"the phone shows {name}")

    def test_a_scenario_that_expects_too_much_fails(self):
        step = {"do": "ledger", "expect": {"tickets": 1}}
        with self.assertRaises(AssertionError):
            scenario = {"name": "too much", "start": "2025-09-03T08:00:00Z", "steps": [step]}
            self.steps(scenario, lambda **_: contextlib.nullcontext())

    def test_a_script_with_its_own_link_plays_the_same(self):
        for name in ("journey", "lost-answer", "lost-request", "operator-restarts"):
            self.steps(json.loads((FOLDER / f"{name}.json").read_text()), self.subTest, mesto.UrllibLink())

    def test_there_are_scenarios(self):
        self.assertGreaterEqual(len(list(FOLDER.glob("*.json"))), 12)


def of_file(path):
    return lambda self: self.play(json.loads(path.read_text()))


for file in sorted(FOLDER.glob("*.json")):
    if file.name != "schema.json":
        setattr(Scenarios, "test_" + file.stem.replace("-", "_"), of_file(file))


if __name__ == "__main__":
    unittest.main()
