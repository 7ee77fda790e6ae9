// Plays one scenario with one phone, verb by verb: see docs/scenarios.md.
import Foundation
import MestoKit

struct StepFailed: Error, CustomStringConvertible { let description: String }

final class ScenarioPlayer {
    private let testbed: Testbed
    private let phone: TestPhone
    private var quotes: [String: Quote] = [:]
    private var vehicle: VehicleId = ""
    private var lastIntent = ""
    /// The number on the slip of the last order that was issued.
    private var slip = ""
    /// The sign of the vehicle that was told of last.
    private var sign = ""
    /// The last code of the shop, as it is scanned and typed.
    private var shop = (code: "", typed: "")
    /// Codes that were shown, by name.
    private var codes: [String: String] = [:]
    private let city: CityId
    private var mesto: Mesto { phone.mesto }

    init(_ testbed: Testbed, _ phone: TestPhone, _ city: CityId) {
        (self.testbed, self.phone, self.city) = (testbed, phone, city)
    }

    func check(_ step: Fields) async throws {
        var (found, failure): (Fields, (code: String, says: String)?) = ([:], nil)
        do {
            found = try await play(step)
        } catch let error as MestoError {
            failure = (error.code, error.text + "\n" + error.advice)
        } catch let error as Problem {
            failure = (error.code, error.detail)
        }
        if let expected = step["expect_error"] as? Fields {
            guard let failure else { throw StepFailed(description: "expected \(expected), found \(found)") }
            try equal("code", expected["code"], failure.code)
            for said in expected["says"] as? [String] ?? [] where !failure.says.contains(said) {
                throw StepFailed(description: "\(said) is not in: \(failure.says)")
            }
        } else if let failure {
            throw StepFailed(description: "unexpected \(failure)")
        }
        for (name, value) in step["expect"] as? Fields ?? [:] { try equal(name, value, found[name]) }
        let shown = shows()
        for (name, value) in step["phone_shows"] as? Fields ?? [:] { try equal("the phone shows \(name)", value, shown[name]) }
    }

    private func equal(_ name: String, _ expected: Any?, _ found: Any?) throws {
        func plain(_ value: Any?) -> String {
            guard let value, let data = try? JSONSerialization.data(withJSONObject: [value], options: .sortedKeys) else { return "nothing" }
            return String(decoding: data, as: UTF8.self)
        }
        if plain(expected) != plain(found) { throw StepFailed(description: "\(name): expected \(plain(expected)), found \(plain(found))") }
    }

    private func play(_ step: Fields) async throws -> Fields {
        switch step["do"] as? String {
        case "sign_in": try await signIn(step)
        case "add_vehicle":
            let added = try await mesto.vehicles.add(city: belgrade, plate: word(step, "plate"))
            vehicle = added.id
            return ["plate": added.plate.display, "canonical": added.plate.canonical]
        case "top_up":
            guard let sum = Decimal(string: word(step, "amount")) else { throw StepFailed(description: "no amount") }
            return try await begun(step, try await mesto.wallet.topUp(city: city, sum))
        case "zones": return try await zones(step)
        case "quote":
            return try quoted(
                try await mesto.parking.quote(city: belgrade, zone: zone(step), vehicle: vehicle(of: step), minutes: whole(step, "minutes"), pay: pay(step)), step)
        case "preview":
            let seen = try await mesto.parking.preview(
                city: belgrade, zone: zone(step), vehicle: vehicle(of: step), minutes: whole(step, "minutes"), pay: pay(step))
            return offered(seen.offer, seen.lines, seen.notices, seen.total)
        case "extend":
            guard let latest = mesto.parking.state().active.max(by: { $0.endsAt < $1.endsAt }) else { throw StepFailed(description: "no ticket") }
            return try quoted(try await mesto.parking.quoteExtension(ticket: latest.id, minutes: whole(step, "minutes"), pay: pay(step)), step)
        case "buy":
            guard let quote = quotes[word(step, "quote")] else { throw StepFailed(description: "no quote") }
            return try await begun(step, try await mesto.payments.buy(quote))
        case "walk_page":
            guard let open = try await mesto.payments.intent(lastIntent) else { throw StepFailed(description: "no intent") }
            return try await begun(step, open)
        case "give_up": return try await begun(step, try await mesto.payments.abandon(lastIntent))
        case "settle": return try await settle()
        case "sync": try await mesto.account.sync()
        case "pay_order":
            let unpaid = mesto.orders.state().orders.first { $0.state == .issued }
            return try await begun(step, try await mesto.orders.pay(unpaid?.id ?? "or_00000000000000000000000000", pay: pay(step)))
        case "show_order":
            let order = try await mesto.orders.bySlip(step["number"] as? String ?? slip)
            return ["price": amount(order.price), "owed": amount(order.owed)]
        case "history":
            let tickets = try await mesto.parking.history().items
            guard let newest = tickets.first else { return ["tickets": 0] }
            return ["tickets": tickets.count, "newest_zone": newest.zone.value, "newest_price": amount(newest.price)]
        case "deposit":
            let deposit = try await mesto.wallet.history()
            return ["balance": amount(deposit.balance), "amounts": deposit.items.map { amount($0.amount) }]
        case "reminders": return ["at": phone.alarms.plan.map { text(of: $0.fireAt - phone.clock.ahead) }]
        case "reopen":
            if step["reboot"] as? Bool == true { phone.clock.reboot() }
            try await phone.reopen()
        case "phone_clock": phone.clock.ahead = TimeInterval(whole(step, "ahead_minutes") * 60)
        case "advance": try await advance(step)
        case "offline": try await testbed.ask("POST", "/offline", ["on": step["on"] as Any])
        case "fault":
            try await testbed.ask("POST", "/faults", body(step))
        case "kill_operator": try await testbed.ask("POST", "/kill", [:])
        case "restart_operator": try await testbed.ask("POST", "/restart", [:])
        case "inspect": return try await testbed.ask("POST", "/inspector/check", body(step))
        case "issue_order": return try await issueOrder(step)
        case "phone": try await phone.tick()
        case "places":
            let views = try await mesto.garages.places(city: belgrade)
            guard let view = views.first(where: { $0.facility == facility(step) }) else { throw StepFailed(description: "no facility") }
            return ["free": view.free.map(Int.init) ?? NSNull() as Any, "observed_at": textIfAny(view.observedAt), "is_reachable": view.isReachable as Any]
        case "photo":
            let image = try Data(contentsOf: root.appendingPathComponent("tests/scenarios/photos/\(word(step, "image"))"))
            return ["ticket": try await mesto.garages.number(city: belgrade, of: facility(step), photo: image)]
        case "quote_visit":
            return try visitQuoted(try await mesto.garages.quote(city: belgrade, facility(step), ticket: word(step, "ticket"), pay: pay(step)), step)
        case "pay_visit":
            return try await begun(step, try await mesto.garages.pay(city: belgrade, facility(step), ticket: word(step, "ticket"), pay: pay(step)))
        case "visit": return try visit(word(step, "ticket"))
        case "controller": return try await testbed.ask("POST", "/controller/report", body(step))
        case "barrier": return try await testbed.ask("POST", "/controller/exit", body(step))
        case "grant_benefit":
            guard let account = mesto.account.state().account else { throw StepFailed(description: "nobody is signed in") }
            var granted = body(step)
            granted["account"] = account.value
            try await testbed.ask("POST", "/benefit", granted)
        case "check_pass": return try await checkPass(step)
        case "passes": return passes()
        case "give_pass_back":
            guard let coming = mesto.passes.state().coming.first else { throw StepFailed(description: "no pass begins later") }
            let back = try await mesto.passes.giveBack(coming.id)
            try await mesto.account.sync()
            return ["state": back.state == .givenBack ? "given_back" : "held"]
        case "issue_card": try await testbed.ask("POST", "/card", body(step))
        case "link_card": return try await card(try await mesto.cards.link(city: city, number: word(step, "number"), code: word(step, "code")))
        case "cards": return try await card(try firstCard())
        case "check_card_top_up": return try await checkTopUp(step)
        case "hold_card": return try await testbed.ask("POST", "/reader", body(step))
        case "bus": sign = try await testbed.ask("POST", "/bus", body(step))["sign"] as? String ?? ""
        case "check_ride": return try await checkRide(step)
        case "rides": return rides()
        case "shop":
            let said = try await testbed.ask("POST", "/shop", body(step))
            if step["gives_back"] == nil { shop = (word(said, "code"), word(said, "typed")) }
        case "check_payment": return try await checkPayment(step)
        case "merchant_payments": return merchantPayments()
        case "show_ride":
            let ride = try goingOn().id
            if step["here"] as? Bool == true { try await mesto.rides.moveCodeHere(ride) }
            codes[word(step, "as")] = try await mesto.rides.code(ride).text
        case "dispute_ride": return ["state": state(try await mesto.rides.dispute(try goingOn().id, reason: word(step, "reason")))]
        case "control":
            var asked = body(step)
            if let shown = codes[word(step, "code")] { asked["code"] = shown }
            return try await testbed.ask("POST", "/control", asked)
        case "ledger": return try await testbed.ask("GET", "/ledger")
        default: throw StepFailed(description: "no such verb: \(step)")
        }
        return [:]
    }

    private func checkRide(_ step: Fields) async throws -> Fields {
        let vehicle = step["vehicle"] as? String
        var scanned = step["scanned"] as? String
        if let terminal = step["terminal"] {
            scanned = try await testbed.ask("POST", "/bus/terminal", ["vehicle": terminal])["code"] as? String
        }
        if scanned == nil, vehicle == nil { scanned = sign }
        if let scanned { try await mesto.rides.checkSign(city: city, scanned) }
        let persons = step["persons"] == nil ? 1 : whole(step, "persons")
        let companions = (step["companions"] as? [Fields] ?? []).map { Companions(category: CategoryId(word($0, "category")), persons: UInt32(whole($0, "persons"))) }
        let subject = RidesSubject(scanned: scanned, vehicle: vehicle, persons: UInt32(persons), companions: companions, isAgain: step["again"] as? Bool == true)
        let quote = try await mesto.rides.quote(city: city, subject, pay: pay(step))
        let item = try remembered(quote, step)
        guard let offer = quote.ridesOffer else { throw StepFailed(description: "no ride is promised") }
        let names = try await mesto.rides.names(city: city, offer.vehicle, trip: offer.trip)
        var answer = priced(item.lines, item.notices, quote.total)
        answer["vehicle"] = offer.vehicle.board
        answer["carrier"] = names.carrier
        answer["route"] = names.route?.number ?? NSNull() as Any
        answer["to"] = names.route?.to ?? NSNull() as Any
        answer["persons"] = Int(offer.persons)
        answer["service_on"] = "\(offer.serviceOn)"
        answer["ends_at"] = text(of: offer.endsAt)
        answer["repeats"] = offer.repeats != nil
        answer["goes_on"] = offer.repeatsBrokeDownAt != nil
        return answer
    }

    private func checkPayment(_ step: Fields) async throws -> Fields {
        let isTyped = step["typed"] as? Bool == true
        let scanned = isTyped ? nil : step["scanned"] as? String ?? shop.code
        let sum = (step["amount"] as? String).flatMap { Decimal(string: $0) }.map { Money(amount: $0, currency: "KZT") }
        let subject = MerchantsSubject(scanned: scanned, typed: isTyped ? shop.typed : nil, amount: sum, isAgain: step["again"] as? Bool == true)
        let quote = try await mesto.merchants.quote(city: city, subject)
        let item = try remembered(quote, step)
        guard let offer = quote.merchantsOffer else { throw StepFailed(description: "no payment is promised") }
        var answer = priced(item.lines, item.notices, quote.total)
        answer["merchant"] = try await mesto.merchants.name(offer.merchant.names)
        answer["category"] = try await mesto.merchants.categoryName(city: city, offer.merchant.category)
        answer["till"] = offer.till.name
        answer["amount"] = amount(offer.amount)
        answer["fee"] = amount(offer.fee)
        answer["organisation"] = offer.contract.organisation
        answer["contract"] = offer.contract.link
        answer["version"] = offer.contract.version
        answer["is_fee_irrevocable"] = offer.isFeeIrrevocable
        answer["missing"] = offer.missing.map(amount) ?? NSNull() as Any
        answer["invoice"] = offer.invoice?.reference ?? NSNull() as Any
        answer["repeats"] = offer.repeats != nil
        return answer
    }

    private func merchantPayments() -> Fields {
        let payments = mesto.merchants.state().payments
        let newest = payments.first
        return [
            "count": payments.count, "number": newest.map { Int($0.number) } ?? NSNull() as Any,
            "amount": newest.map { amount($0.amount) } ?? NSNull() as Any, "balance": newest.map { amount($0.balance) } ?? NSNull() as Any,
            "state": newest.map(state) ?? NSNull() as Any,
        ]
    }

    private func state(_ payment: MerchantPayment) -> String {
        switch payment.state {
        case .paid: "paid"
        case .partlyGivenBack: "partly_given_back"
        case .givenBack: "given_back"
        case let .other(other): other
        }
    }

    private func checkPass(_ step: Fields) async throws -> Fields {
        let first = (step["first_on"] as? String).flatMap(Day.init)
        let subject = PassesSubject(product: PassProductId(word(step, "product")), firstOn: first, isAgain: step["again"] as? Bool == true)
        let quote = try await mesto.passes.quote(city: city, subject, pay: pay(step))
        let item = try remembered(quote, step)
        guard let offer = quote.passesOffer else { throw StepFailed(description: "no pass is promised") }
        var answer = priced(item.lines, item.notices, quote.total)
        answer["category"] = offer.category.value
        answer["first_on"] = "\(offer.firstOn)"
        answer["last_on"] = "\(offer.lastOn)"
        answer["overlaps"] = offer.overlaps != nil
        return answer
    }

    private func passes() -> Fields {
        let passes = mesto.passes.state()
        return [
            "current": passes.current.count, "coming": passes.coming.count, "over": passes.over.count, "benefits": passes.benefits.count,
            "last_on": (passes.current + passes.coming).first.map { "\($0.lastOn)" } ?? NSNull() as Any,
        ]
    }

    private func firstCard() throws -> Card {
        guard let card = mesto.cards.state().cards.first else { throw StepFailed(description: "no card is linked") }
        return card
    }

    private func card(_ card: Card) async throws -> Fields {
        let state: String
        switch card.state {
        case .active: state = "active"
        case .blocked: state = "blocked"
        case .replaced: state = "replaced"
        case let .other(other): state = other
        }
        let waiting = try await mesto.cards.notes(card).waiting
        return ["number": card.numberMasked, "state": state, "balance": amount(card.balance.amount), "waiting": waiting.map(amount) ?? "0.00"]
    }

    private func checkTopUp(_ step: Fields) async throws -> Fields {
        let card = try firstCard()
        guard let sum = Decimal(string: word(step, "amount")) else { throw StepFailed(description: "no amount") }
        let quote = try await mesto.cards.quote(city: city, card.id, amount: Money(amount: sum, currency: card.balance.amount.currency), pay: pay(step))
        let item = try remembered(quote, step)
        guard let offer = quote.cardsOffer else { throw StepFailed(description: "no top-up is promised") }
        var answer = priced(item.lines, item.notices, quote.total)
        answer["number"] = offer.numberMasked
        answer["hold_until"] = text(of: offer.holdUntil)
        return answer
    }

    private func rides() -> Fields {
        let rides = mesto.rides.state()
        let newest = (rides.current + rides.over).first
        return [
            "current": rides.current.count, "over": rides.over.count, "vehicle": newest?.vehicle.board ?? NSNull() as Any,
            "price": newest.map { amount($0.price) } ?? NSNull() as Any, "persons": newest.map { Int($0.persons) } ?? NSNull() as Any,
            "state": newest.map(state) ?? NSNull() as Any,
        ]
    }

    private func goingOn() throws -> Ride {
        guard let ride = mesto.rides.state().current.first else { throw StepFailed(description: "no ride goes on") }
        return ride
    }

    private func state(_ ride: Ride) -> String {
        switch ride.state {
        case .registered: "registered"
        case .disputed: "disputed"
        case .voided: "voided"
        case let .other(other): other
        }
    }

    private func signIn(_ step: Fields) async throws {
        let number = word(step, "phone")
        try await mesto.account.requestCode(phone: number)
        let code = try await testbed.code(for: number)
        let wrong = String(1_000_000 + ((Int(code) ?? 0) + 1) % 1_000_000).dropFirst()
        try await mesto.account.signIn(phone: number, code: step["code"] == nil ? code : String(wrong), device: "Swift")
    }

    private func zones(_ step: Fields) async throws -> Fields {
        let number = { (name: String) in (step[name] as? NSNumber)?.doubleValue }
        let position = number("lat").flatMap { lat in number("lon").map { Position(lat: lat, lon: $0, accuracyMetres: nil) } }
        let near = try await mesto.parking.zonesNear(city: belgrade, position, sign: step["sign"] as? String)
        var answer: Fields = [:]
        if let sign = near.bySign { answer["by_sign"] = sign.value }
        if let nearest = near.zones.filter({ $0.distanceMetres != nil }).min(by: { $0.distanceMetres! < $1.distanceMetres! }) {
            answer["nearest"] = nearest.zone.value
            answer["distance_metres"] = Int(nearest.distanceMetres!)
            answer["is_approximate"] = nearest.isApproximate
        }
        return answer
    }

    private func settle() async throws -> Fields {
        do {
            try await mesto.payments.settleAll()
            try await mesto.account.sync()
        } catch MestoError.Offline, MestoError.NoAnswer, MestoError.NotNow {}
        return try await intent(lastIntent)
    }

    private func advance(_ step: Fields) async throws {
        let seconds = ((step["seconds"] as? Int) ?? 0) + 60 * ((step["minutes"] as? Int) ?? 0)
        try await testbed.ask("POST", "/clock", step["to"].map { ["set": $0] } ?? ["advance_seconds": seconds])
        try await phone.tick()
    }

    private func issueOrder(_ step: Fields) async throws -> Fields {
        let order = try await testbed.ask("POST", "/inspector/orders", body(step))
        slip = order["number"] as? String ?? ""
        let sum = { (name: String) in (order[name] as? Fields)?["amount"] as Any }
        return ["state": order["state"] as Any, "price": sum("price"), "owed": sum("owed")]
    }

    /// The intent is the last one; with a card its page is walked, and what became of it is read.
    private func begun(_ step: Fields, _ intent: PurchaseIntent) async throws -> Fields {
        lastIntent = intent.key
        if let card = step["card"] {
            try await testbed.ask("POST", "/bank/walk", ["page_url": intent.pageUrl as Any, "card": card])
            try await mesto.payments.settleAll()
        }
        if step["card"] != nil || intent.state == .confirmed { try await mesto.account.sync() }
        return try await self.intent(intent.key)
    }

    private func intent(_ key: String) async throws -> Fields {
        switch try await mesto.payments.intent(key)?.state {
        case .confirmed: return ["state": "confirmed"]
        case .unconfirmed: return ["state": "unconfirmed"]
        case .expired: return ["state": "expired"]
        case .forgotten: return ["state": "forgotten"]
        case let .refused(reason):
            var answer: Fields = ["state": "refused", "code": reason.code]
            // `200.00 RSD`
            if let back = reason.params["paid_back"]?.split(separator: " ").first { answer["paid_back"] = String(back) }
            return answer
        case nil: throw StepFailed(description: "no intent \(key)")
        }
    }

    /// What the step tells a control.
    private func body(_ step: Fields) -> Fields {
        let said: Set = ["do", "expect", "expect_error", "phone_shows"]
        return step.filter { !said.contains($0.key) }
    }

    private func textIfAny(_ moment: Date?) -> Any { moment.map(text(of:)) ?? NSNull() as Any }
    private func facility(_ step: Fields) -> FacilityId { FacilityId(word(step, "facility")) }
    private func zone(_ step: Fields) -> ZoneId { ZoneId(word(step, "zone")) }

    /// From the deposit, unless it says.
    private func pay(_ step: Fields) -> PayMethod { step["pay"] as? String == "card" ? .card : .deposit }

    private func vehicle(of step: Fields) -> VehicleId {
        guard let plate = step["plate"] as? String else { return vehicle }
        return mesto.vehicles.state().vehicles.first { $0.plate.canonical == plate }?.id ?? ""
    }

    private func quoted(_ quote: Quote, _ step: Fields) throws -> Fields {
        let item = try remembered(quote, step)
        guard let offer = quote.parkingOffer else { throw StepFailed(description: "no parking is promised") }
        return offered(offer, item.lines, item.notices, quote.total)
    }

    private func visitQuoted(_ quote: Quote, _ step: Fields) throws -> Fields {
        let item = try remembered(quote, step)
        guard let visit = quote.garagesOffer else { throw StepFailed(description: "no visit is promised") }
        var answer = priced(item.lines, item.notices, quote.total)
        answer["price"] = amount(visit.price)
        answer["entered_at"] = text(of: visit.enteredAt)
        answer["exit_by"] = textIfAny(visit.exitBy)
        answer["rises_at"] = textIfAny(visit.risesAt)
        return answer
    }

    private func remembered(_ quote: Quote, _ step: Fields) throws -> QuoteItem {
        quotes[""] = quote
        if let name = step["as"] as? String { quotes[name] = quote }
        guard let item = quote.items.first else { throw StepFailed(description: "an empty quote") }
        return item
    }

    private func visit(_ ticket: String) throws -> Fields {
        let state = mesto.garages.state()
        guard let visit = (state.inside + state.over).first(where: { $0.ticket == ticket }) else { throw StepFailed(description: "no visit") }
        let word: String
        switch visit.state {
        case .inside: word = "inside"
        case .paid: word = "paid"
        case .owingAgain: word = "owing_again"
        case .left: word = "left"
        case .cancelled: word = "cancelled"
        case let .other(other): word = other
        }
        return ["state": word, "paid": amount(visit.paid), "exit_by": textIfAny(visit.exitBy), "owes_again_at": textIfAny(visit.owesAgainAt)]
    }

    private func offered(_ offer: ParkingOffer, _ lines: [Line], _ notices: [Notice], _ total: Money) -> Fields {
        var answer = priced(lines, notices, total)
        answer["granted"] = Int(offer.grantedMinutes)
        answer["starts_at"] = text(of: offer.startsAt)
        answer["ends_at"] = text(of: offer.endsAt)
        return answer
    }

    private func priced(_ lines: [Line], _ notices: [Notice], _ total: Money) -> Fields {
        ["total": amount(total), "notices": notices.map(\.kind), "lines": lines.map { ["kind": $0.kind, "amount": amount($0.amount)] }]
    }

    private func shows() -> Fields {
        [
            "signed_in": mesto.account.state().isSignedIn, "balance": mesto.wallet.state().balance.map(amount) ?? "0.00",
            "vehicles": mesto.vehicles.state().vehicles.count, "active_tickets": mesto.parking.state().active.count,
            "orders": mesto.orders.state().orders.filter { $0.state == .issued }.count, "unconfirmed": mesto.payments.state().open.count,
            "visits": mesto.garages.state().inside.count, "rides": mesto.rides.state().current.count,
        ]
    }

    private func word(_ step: Fields, _ name: String) -> String { step[name] as? String ?? "" }
    private func whole(_ step: Fields, _ name: String) -> Int { (step[name] as? NSNumber)?.intValue ?? 0 }

    /// `80` as `80.00`: a Decimal does not keep its noughts.
    private func amount(_ money: Money) -> String {
        var (sum, hundredths) = (money.amount * 100, Decimal())
        NSDecimalRound(&hundredths, &sum, 0, .plain)
        let digits = String(repeating: "0", count: 3) + "\(abs(hundredths))"
        let whole = String(digits.dropLast(2).drop { $0 == "0" })
        return (hundredths < 0 ? "-" : "") + (whole.isEmpty ? "0" : whole) + "." + digits.suffix(2)
    }
}
