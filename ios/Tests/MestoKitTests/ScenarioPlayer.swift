// Plays one scenario with one phone, verb by verb: see docs/scenarios.md.
import Foundation
import MestoKit

struct StepFailed: Error, CustomStringConvertible { let description: String }

final class ScenarioPlayer {
    private let testbed: Testbed
    private let phone: TestPhone
    private var quotes: [String: Quote] = [:]
    private var vehicle = ""
    private var lastQuote: Quote?
    private var lastIntent = ""
    private var mesto: Mesto { phone.mesto }

    init(_ testbed: Testbed, _ phone: TestPhone) { (self.testbed, self.phone) = (testbed, phone) }

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
            let added = try await mesto.addVehicle(plate: word(step, "plate"))
            vehicle = added.id
            return ["plate": added.plate.display, "canonical": added.plate.canonical]
        case "top_up": return try await topUp(step)
        case "zones": return try await zones(step)
        case "quote":
            return quoted(try await mesto.quote(zone: word(step, "zone"), vehicle: vehicle(of: step), minutes: whole(step, "minutes")), step)
        case "preview":
            return terms(try await mesto.preview(zone: word(step, "zone"), vehicle: vehicle(of: step), minutes: whole(step, "minutes")).terms)
        case "extend":
            let latest = mesto.snapshot().activeTickets.max { $0.endsAt < $1.endsAt }
            return quoted(try await mesto.extend(ticket: latest?.id ?? "", minutes: whole(step, "minutes")), step)
        case "buy":
            guard let quote = (step["quote"] as? String).map({ quotes[$0] }) ?? lastQuote else { throw StepFailed(description: "no quote") }
            let answer = try await began(try await mesto.buy(quote).key)
            if answer["state"] as? String == "confirmed" { try await mesto.sync() }
            return answer
        case "settle": return try await settle()
        case "sync": try await mesto.sync()
        case "pay_order":
            let unpaid = mesto.snapshot().orders.first { $0.state == .issued }
            let answer = try await began(try await mesto.payOrder(unpaid?.id ?? "").key)
            try await mesto.sync()
            return answer
        case "history":
            let tickets = try await mesto.history().tickets
            guard let newest = tickets.first else { return ["tickets": 0] }
            return ["tickets": tickets.count, "newest_zone": newest.zone, "newest_price": amount(newest.price)]
        case "deposit":
            let deposit = try await mesto.deposit()
            return ["balance": amount(deposit.balance), "amounts": deposit.entries.map { amount($0.amount) }]
        case "reminders": return ["at": phone.alarms.plan.map { text(of: $0.fireAt - phone.clock.ahead) }]
        case "reopen":
            if step["reboot"] as? Bool == true { phone.clock.reboot() }
            try await phone.reopen()
        case "phone_clock": phone.clock.ahead = TimeInterval(whole(step, "ahead_minutes") * 60)
        case "advance": try await advance(step)
        case "offline": try await testbed.ask("POST", "/offline", ["on": step["on"] as Any])
        case "fault":
            let said: Set = ["do", "expect", "expect_error", "phone_shows"]
            try await testbed.ask("POST", "/faults", step.filter { !said.contains($0.key) })
        case "kill_operator": try await testbed.ask("POST", "/kill", [:])
        case "restart_operator": try await testbed.ask("POST", "/restart", [:])
        case "inspect": return try await testbed.ask("POST", "/inspector/check", step.filter { ["zone", "plate"].contains($0.key) })
        case "issue_order": return try await issueOrder(step)
        case "ledger": return try await testbed.ask("GET", "/ledger")
        default: throw StepFailed(description: "no such verb: \(step)")
        }
        return [:]
    }

    private func signIn(_ step: Fields) async throws {
        let number = word(step, "phone")
        try await mesto.requestCode(phone: number)
        let code = try await testbed.code(for: number)
        let wrong = String(1_000_000 + ((Int(code) ?? 0) + 1) % 1_000_000).dropFirst()
        try await mesto.signIn(phone: number, code: step["code"] == nil ? code : String(wrong), device: "Swift")
    }

    private func topUp(_ step: Fields) async throws -> Fields {
        guard let sum = Decimal(string: word(step, "amount")) else { throw StepFailed(description: "no amount") }
        let intent = try await mesto.topUp(sum)
        if let card = step["card"], let page = intent.pageUrl {
            try await testbed.ask("POST", "/bank/walk", ["page_url": page, "card": card])
            try await mesto.settle()
            try await mesto.sync()
        }
        return try await began(intent.key)
    }

    private func zones(_ step: Fields) async throws -> Fields {
        let number = { (name: String) in (step[name] as? NSNumber)?.doubleValue }
        let position = number("lat").flatMap { lat in number("lon").map { Position(lat: lat, lon: $0, accuracyM: nil) } }
        let near = try await mesto.zonesNear(position, sign: step["sign"] as? String)
        var answer: Fields = [:]
        if let sign = near.bySign { answer["by_sign"] = sign }
        if let nearest = near.zones.filter({ $0.distanceMetres != nil }).min(by: { $0.distanceMetres! < $1.distanceMetres! }) {
            answer["nearest"] = nearest.zone
            answer["distance_metres"] = Int(nearest.distanceMetres!)
            answer["approximate"] = nearest.approximate
        }
        return answer
    }

    private func settle() async throws -> Fields {
        do {
            try await mesto.settle()
            try await mesto.sync()
        } catch MestoError.Offline, MestoError.NoAnswer, MestoError.NotNow {}
        return try await intent(lastIntent)
    }

    private func advance(_ step: Fields) async throws {
        let seconds = ((step["seconds"] as? Int) ?? 0) + 60 * ((step["minutes"] as? Int) ?? 0)
        try await testbed.ask("POST", "/clock", step["to"].map { ["set": $0] } ?? ["advance_seconds": seconds])
        try await phone.tick()
    }

    private func issueOrder(_ step: Fields) async throws -> Fields {
        let asked = step.filter { ["zone", "plate", "violation"].contains($0.key) }
        let order = try await testbed.ask("POST", "/inspector/orders", asked)
        let sum = { (name: String) in (order[name] as? Fields)?["amount"] as Any }
        return ["state": order["state"] as Any, "price": sum("price"), "due": sum("due")]
    }

    private func began(_ key: String) async throws -> Fields {
        lastIntent = key
        return try await intent(key)
    }

    private func intent(_ key: String) async throws -> Fields {
        switch try await mesto.intent(key)?.state {
        case .confirmed: return ["state": "confirmed"]
        case .unconfirmed: return ["state": "unconfirmed"]
        case .expired: return ["state": "expired"]
        case .lost: return ["state": "lost"]
        case let .refused(reason): return ["state": "refused", "code": reason.code]
        case nil: throw StepFailed(description: "no intent \(key)")
        }
    }

    private func vehicle(of step: Fields) -> String {
        guard let plate = step["plate"] as? String else { return vehicle }
        return mesto.snapshot().vehicles.first { $0.plate.canonical == plate }?.id ?? ""
    }

    private func quoted(_ quote: Quote, _ step: Fields) -> Fields {
        lastQuote = quote
        if let name = step["as"] as? String { quotes[name] = quote }
        return terms(quote.terms)
    }

    private func terms(_ terms: QuoteTerms) -> Fields {
        [
            "total": amount(terms.total), "granted": Int(terms.grantedMinutes), "starts_at": text(of: terms.startsAt),
            "ends_at": text(of: terms.endsAt), "notices": terms.notices.map { name(of: $0) },
            "lines": terms.lines.map { ["kind": name(of: $0.kind), "amount": amount($0.amount)] },
        ]
    }

    private func shows() -> Fields {
        let state = mesto.snapshot()
        return [
            "signed_in": state.signedIn, "balance": state.balance.map(amount) ?? "0.00", "vehicles": state.vehicles.count,
            "active_tickets": state.activeTickets.count, "orders": state.orders.filter { $0.state == .issued }.count,
            "unconfirmed": state.openIntents.count,
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

    /// `.roundedUp(asked: 61, ...)` as `rounded_up`.
    private func name(of variant: Any) -> String {
        let name = Mirror(reflecting: variant).children.first?.label ?? "\(variant)"
        return name.reduce(into: "") { $0 += $1.isUppercase ? "_" + $1.lowercased() : String($1) }
    }
}
