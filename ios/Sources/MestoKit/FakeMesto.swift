// A client without a core, a network or a database: for previews and for tests of models.
import Foundation

/// Answers at once from sample values. It prices every hour the same and knows one limit a zone: what is charged and allowed in
/// truth is decided by the core alone.
public final class FakeMesto: MestoClient, @unchecked Sendable {
    private let lock = NSRecursiveLock()
    private var state: Snapshot
    private var listeners: [Int: AsyncStream<Snapshot>.Continuation] = [:]
    private var intents: [String: Intent] = [:]
    private var bought: [Ticket] = []
    private var number = 0
    private var clock: Date
    private var nextFailure: MestoError?
    private var recovered: Recovery?
    private var end = IntentState.confirmed
    private var called: [String] = []
    public let zones: [NearZone]

    public init(_ state: Snapshot = Samples.signedIn, now: Date = Samples.morning, zones: [NearZone] = Samples.zones) {
        (self.state, self.clock, self.zones) = (state, now, zones)
    }

    /// The next call that asks the operator fails with this, once.
    public func fail(next error: MestoError) { lock.withLock { nextFailure = error } }
    /// How the next paying actions end; anything but `confirmed` leaves the balance as it is.
    public func end(next state: IntentState) { lock.withLock { end = state } }
    /// What `recovery` says.
    public func recover(_ recovery: Recovery?) { lock.withLock { recovered = recovery } }
    public func advance(seconds: TimeInterval) { lock.withLock { clock += seconds } }
    /// What was called, by name, in order.
    public var calls: [String] { lock.withLock { called } }

    public func snapshot() -> Snapshot { lock.withLock { state } }
    public func recovery() -> Recovery? { lock.withLock { recovered } }
    public func close() {}
    public func now() -> Date { lock.withLock { clock } }
    public func text(_ id: String, _ args: [String: String]) -> String { id }

    public func changes() -> AsyncStream<Snapshot> {
        AsyncStream(bufferingPolicy: .bufferingNewest(1)) { continuation in
            lock.withLock {
                number += 1
                let id = number
                listeners[id] = continuation
                continuation.yield(state)
                continuation.onTermination = { [weak self] _ in self?.forget(id) }
            }
        }
    }

    @discardableResult public func refresh() async throws -> Refreshed {
        try ask("refresh") { Refreshed(city: Samples.city, cityChanged: false, keysVersion: 1) }
    }
    @discardableResult public func requestCode(phone: String) async throws -> CodeSent {
        try ask("requestCode") { CodeSent(expiresAt: clock + 300, resendAt: clock + 60, digits: 6) }
    }
    public func signIn(phone: String, code: String, device: String) async throws {
        try ask("signIn") { show { $0.with(signedIn: true) } }
    }
    public func signOut() async throws { try ask("signOut") { show { _ in Samples.signedOut } } }
    @discardableResult public func sync() async throws -> SyncReport { try ask("sync") { SyncReport(fromSnapshot: false, events: 0, cursor: "sample:0") } }

    public func checkPlate(_ plate: String) async throws -> ParsedPlate { read(plate) }
    public func addVehicle(plate: String, label: String?) async throws -> Vehicle {
        try ask("addVehicle") {
            let car = Vehicle(id: next("v"), plate: read(plate).plate, label: label)
            show { $0.with(vehicles: $0.vehicles + [car]) }
            return car
        }
    }
    public func removeVehicle(_ vehicle: String, confirmed: Bool) async throws {
        try ask("removeVehicle") { show { $0.with(vehicles: $0.vehicles.filter { $0.id != vehicle }) } }
    }

    public func zonesNear(_ position: Position?, sign: String?) async throws -> ZonesNear {
        let named = zones.first { zone in sign.map { sign in zone.signCodes.contains { sign.contains($0) } } ?? false }
        return ZonesNear(zones: [named].compactMap { $0 } + zones.filter { $0 != named }, bySign: named?.zone)
    }
    public func preview(zone: String, vehicle: String, minutes: Int) async throws -> Preview {
        Preview(terms: try terms(zone, minutes), extends: nil, ownTicketsAsOf: clock, clock: .synced, cityVersion: Samples.city.version)
    }
    public func quote(zone: String, vehicle: String, minutes: Int) async throws -> Quote {
        try ask("quote") {
            Quote(
                id: next("q"), city: Samples.city.id, vehicle: vehicle, plate: Samples.car.plate, issuedAt: clock,
                expiresAt: clock + 120, pay: .deposit, extends: nil, terms: try terms(zone, minutes))
        }
    }
    public func extend(ticket: String, minutes: Int) async throws -> Quote {
        guard let running = snapshot().activeTickets.first(where: { $0.id == ticket }) else { throw missing("ticket_missing") }
        return try await quote(zone: running.zone, vehicle: Samples.car.id, minutes: minutes)
    }
    public func buy(_ quote: Quote) async throws -> Intent {
        try ask("buy") {
            let known = intents.values.first { if case .purchase(quote.id, _, _, _, _, _, _) = $0.kind { true } else { false } }
            if let known { return known }
            let terms = quote.terms
            let kind = IntentKind.purchase(
                quote: quote.id, city: quote.city, zone: terms.zone, plate: quote.plate, minutes: terms.grantedMinutes,
                total: terms.total, extends: nil)
            guard end == .confirmed else { return begin(kind) }
            let ticket = self.ticket(quote)
            bought.insert(ticket, at: 0)
            show {
                let left = $0.balance.map { Money(amount: $0.amount - terms.total.amount, currency: $0.currency) }
                return $0.with(balance: left, activeTickets: $0.activeTickets + [ticket])
            }
            return begin(kind, ticket: ticket)
        }
    }
    public func topUp(_ amount: Decimal) async throws -> Intent {
        try ask("topUp") {
            if end == .confirmed {
                show { $0.with(balance: Samples.rsd(($0.balance?.amount ?? 0) + amount)) }
            }
            return begin(.topup(amount: Samples.rsd(amount)))
        }
    }
    public func payOrder(_ order: String) async throws -> Intent {
        guard let due = snapshot().orders.first(where: { $0.id == order }) else { throw missing("order_missing") }
        return try ask("payOrder") { begin(.orderPayment(order: order, amount: due.due)) }
    }

    public func intent(_ key: String) async throws -> Intent? { lock.withLock { intents[key] } }
    @discardableResult public func settle() async throws -> [Intent] { try ask("settle") { state.openIntents.map(settled) } }
    public func settleIntent(_ key: String) async throws -> Intent {
        try ask("settleIntent") {
            guard let intent = intents[key] else { throw missing("intent_missing") }
            return settled(intent)
        }
    }
    public func nextRetryAt() async -> Date? { snapshot().openIntents.first?.nextRetryAt }
    @discardableResult public func settleDue() async throws -> [Intent] { try await settle() }
    public func abandon(_ intent: String) async throws -> Intent {
        try ask("abandon") {
            guard let open = intents[intent] else { throw missing("intent_missing") }
            let reason = Reason(code: "abandoned", text: "abandoned", advice: "", params: [:])
            let ended = open.ended(.refused(reason: reason), at: clock)
            replace(ended)
            return ended
        }
    }

    public func ticketCode(_ ticket: String) async throws -> TicketCode { TicketCode(text: "MESTO1:SAMPLE", freshUntil: now() + 30) }
    public func history(before: String?, limit: Int) async throws -> History {
        try ask("history") { History(tickets: bought, more: false, fromPhone: false) }
    }
    public func deposit(before: Int64?, limit: Int) async throws -> Deposit {
        try ask("deposit") { Deposit(balance: state.balance ?? Samples.rsd(0), entries: [], more: false) }
    }
    public func smsFallback(zone: String, vehicle: String) async throws -> SmsFallback {
        SmsFallback(number: zones.first { $0.zone == zone }?.signCodes.first ?? "", body: Samples.car.plate.canonical, price: nil, minutes: 60, note: "")
    }
    public func switchToSms(intent: String) async throws -> SmsFallback {
        guard let open = try await self.intent(intent), case let .purchase(_, _, zone, _, _, _, _) = open.kind else {
            throw missing("intent_missing")
        }
        lock.withLock { replace(open.ended(.expired, at: clock)) }
        return try await smsFallback(zone: zone, vehicle: Samples.car.id)
    }
    public func replan() async {}

    // MARK: what stands behind the answers

    private func ask<Answer>(_ name: String, _ answer: () throws -> Answer) throws -> Answer {
        try lock.withLock {
            called.append(name)
            if let error = nextFailure {
                nextFailure = nil
                throw error
            }
            return try answer()
        }
    }

    private func missing(_ code: String) -> MestoError { .Refused(code: code, text: code, advice: "", params: [:], detail: "") }

    private func forget(_ id: Int) { lock.withLock { listeners[id] = nil } }

    private func show(_ change: (Snapshot) -> Snapshot) {
        state = change(state)
        for listener in listeners.values { listener.yield(state) }
    }

    private func next(_ kind: String) -> String {
        number += 1
        return "\(kind)\(number)"
    }

    private func read(_ plate: String) -> ParsedPlate {
        let canonical = String(plate.uppercased().filter { $0.isLetter || $0.isNumber })
        let plate = Plate(canonical: canonical, display: plate.uppercased(), country: "RS")
        return ParsedPlate(plate: plate, sms: canonical, kind: .standard, warnings: [])
    }

    private func terms(_ zone: String, _ minutes: Int) throws -> QuoteTerms {
        let most = zones.first { $0.zone == zone }?.maxStayMinutes.map(Int.init) ?? nil
        if let most, minutes > most {
            throw MestoError.Refused(
                code: "max_stay_exceeded", text: "At most \(most) minutes.", advice: "Choose \(most).",
                params: ["allowed": String(most)], detail: "")
        }
        let (units, now) = (UInt32((minutes + 59) / 60), now())
        let line = QuoteLine(kind: .limited(units: units, unitMinutes: 60, unitPrice: Samples.rsd(80)), amount: Samples.rsd(Decimal(80 * units)))
        let stay = StayPreview(startedAt: now, deadline: most.map { now + TimeInterval($0 * 60) }, leftMinutes: most.map { UInt32($0 - minutes) })
        return QuoteTerms(
            zone: zone, tariff: "sample", tariffFrom: "2025-02-01", askedMinutes: UInt32(minutes), grantedMinutes: UInt32(minutes),
            start: .onPurchase, startsAt: now, endsAt: now + TimeInterval(minutes * 60),
            latestEnd: now + TimeInterval(minutes * 60), lines: [line], total: line.amount, notices: [], stay: stay)
    }

    private func ticket(_ quote: Quote) -> Ticket {
        let terms = quote.terms
        return Ticket(
            id: next("t"), city: quote.city, zone: terms.zone, plate: quote.plate, channel: .app,
            state: .active, issuedAt: clock, startsAt: terms.startsAt, endsAt: terms.endsAt, minutes: terms.grantedMinutes,
            price: terms.total, lines: terms.lines, tariff: terms.tariff, pay: quote.pay,
            stay: StayOfTicket(id: "s", startedAt: terms.stay.startedAt, deadline: terms.stay.deadline, paidUntil: terms.endsAt),
            extends: quote.extends, signed: "")
    }

    private func begin(_ kind: IntentKind, ticket: Ticket? = nil) -> Intent {
        let open = end == .unconfirmed
        let intent = Intent(
            key: next("k"), guard: guardOf(kind), kind: kind, state: end, createdAt: clock, notAfter: clock + 120, attempts: 1,
            nextRetryAt: open ? clock + 2 : nil, endedAt: open ? nil : clock, ticket: ticket, order: nil, topup: nil, pageUrl: nil)
        intents[intent.key] = intent
        if open { show { $0.with(openIntents: $0.openIntents + [intent]) } }
        return intent
    }

    private func guardOf(_ kind: IntentKind) -> String {
        switch kind {
        case let .purchase(_, city, zone, plate, _, _, _): "parking/\(city)/\(zone)/\(plate.canonical)"
        case let .orderPayment(order, _): "orders/\(order)"
        case .topup: "wallet"
        }
    }

    private func settled(_ intent: Intent) -> Intent {
        guard end != .unconfirmed, intent.state == .unconfirmed else { return intent }
        let ended = intent.ended(end, at: clock)
        replace(ended)
        return ended
    }

    private func replace(_ ended: Intent) {
        intents[ended.key] = ended
        show { $0.with(openIntents: $0.openIntents.filter { $0.key != ended.key }) }
    }
}
