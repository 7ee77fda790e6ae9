// The core of the app: off the main actor, its state as a stream, and a cancelled task reaches it.
import Foundation

/// A `MestoClient` over the native core. One per app; `close` it before the app is suspended, if its file is shared.
public final class Mesto: MestoClient {
    private let core: Client

    /// Opens the core's database, off the main actor; no request is made.
    public init(_ config: ClientConfig, phone: Phone = Phone()) async throws {
        core = try Client.open(config: config, phone: phone)
    }

    /// A task that is cancelled does not reach the core by itself: the handle does.
    private func waiting<Answer: Sendable>(_ call: @Sendable (Cancel) async throws -> Answer) async throws -> Answer {
        let cancel = Cancel()
        return try await withTaskCancellationHandler { try await call(cancel) } onCancel: { cancel.cancel() }
    }

    /// The core counts minutes from 0 and says itself that a length must be positive.
    private func atLeastNone(_ minutes: Int) -> UInt32 { UInt32(clamping: minutes) }

    public func snapshot() -> Snapshot { core.snapshot() }
    public func recovery() -> Recovery? { core.recovery() }
    public func close() { core.shutDown() }

    public func changes() -> AsyncStream<Snapshot> {
        AsyncStream(bufferingPolicy: .bufferingNewest(1)) { continuation in
            let subscription = core.subscribe(observer: Teller(continuation))
            continuation.onTermination = { _ in subscription.cancel() }
        }
    }

    public func now() -> Date { core.now() }
    public func text(_ id: String, _ args: [String: String]) -> String { core.text(id: id, args: args) }

    @discardableResult public func refresh() async throws -> Refreshed { try await waiting { try await core.refresh(cancel: $0) } }
    @discardableResult public func requestCode(phone: String) async throws -> CodeSent {
        try await waiting { try await core.requestCode(phone: phone, cancel: $0) }
    }
    public func signIn(phone: String, code: String, device: String) async throws {
        try await waiting { try await core.signIn(phone: phone, code: code, device: device, cancel: $0) }
    }
    public func signOut() async throws { try await waiting { try await core.signOut(cancel: $0) } }
    @discardableResult public func sync() async throws -> SyncReport { try await waiting { try await core.sync(cancel: $0) } }

    public func checkPlate(_ plate: String) async throws -> ParsedPlate { try core.checkPlate(plate: plate) }
    public func addVehicle(plate: String, label: String?) async throws -> Vehicle {
        try await waiting { try await core.addVehicle(plate: plate, label: label, cancel: $0) }
    }
    public func removeVehicle(_ vehicle: String, confirmed: Bool) async throws {
        try await waiting { try await core.removeVehicle(vehicle: vehicle, confirmed: confirmed, cancel: $0) }
    }

    public func zonesNear(_ position: Position?, sign: String?) async throws -> ZonesNear {
        try core.zonesNear(position: position, sign: sign)
    }
    public func preview(zone: String, vehicle: String, minutes: Int) async throws -> Preview {
        try core.preview(zone: zone, vehicle: vehicle, minutes: atLeastNone(minutes))
    }
    public func quote(zone: String, vehicle: String, minutes: Int) async throws -> Quote {
        let minutes = atLeastNone(minutes)
        return try await waiting { try await core.quote(zone: zone, vehicle: vehicle, minutes: minutes, cancel: $0) }
    }
    public func extend(ticket: String, minutes: Int) async throws -> Quote {
        let minutes = atLeastNone(minutes)
        return try await waiting { try await core.extend(ticket: ticket, minutes: minutes, cancel: $0) }
    }
    public func buy(_ quote: Quote) async throws -> Intent { try await waiting { try await core.buy(quote: quote, cancel: $0) } }
    public func topUp(_ amount: Decimal) async throws -> Intent {
        try await waiting { try await core.topUp(amount: amount, cancel: $0) }
    }
    public func payOrder(_ order: String) async throws -> Intent {
        try await waiting { try await core.payOrder(order: order, cancel: $0) }
    }

    public func intent(_ key: String) async throws -> Intent? { try core.intent(key: key) }
    @discardableResult public func settle() async throws -> [Intent] { try await waiting { try await core.settle(cancel: $0) } }
    public func settleIntent(_ key: String) async throws -> Intent {
        try await waiting { try await core.settleIntent(key: key, cancel: $0) }
    }
    public func nextRetryAt() async -> Date? { core.nextRetryAt() }
    @discardableResult public func settleDue() async throws -> [Intent] { try await waiting { try await core.settleDue(cancel: $0) } }
    public func abandon(_ intent: String) async throws -> Intent {
        try await waiting { try await core.abandon(intent: intent, cancel: $0) }
    }

    public func ticketCode(_ ticket: String) async throws -> TicketCode { try core.ticketCode(ticket: ticket) }
    public func history(before: String?, limit: Int) async throws -> History {
        try await waiting { try await core.history(before: before, limit: UInt32(clamping: limit), cancel: $0) }
    }
    public func deposit(before: Int64?, limit: Int) async throws -> Deposit {
        try await waiting { try await core.deposit(before: before, limit: UInt32(clamping: limit), cancel: $0) }
    }
    public func smsFallback(zone: String, vehicle: String) async throws -> SmsFallback {
        try core.smsFallback(zone: zone, vehicle: vehicle)
    }
    public func switchToSms(intent: String) async throws -> SmsFallback {
        try await waiting { try await core.switchToSms(intent: intent, cancel: $0) }
    }
    public func replan() async { core.replan() }
}

/// Hands every change to one stream.
private final class Teller: Observer {
    private let continuation: AsyncStream<Snapshot>.Continuation

    init(_ continuation: AsyncStream<Snapshot>.Continuation) { self.continuation = continuation }

    func changed(snapshot: Snapshot) { continuation.yield(snapshot) }
}
