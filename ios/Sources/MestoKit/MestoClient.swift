// What screens are written against: the core behind it, or a fake one in previews and tests.
import Foundation

/// The app's core. Every call throws `MestoError` with a code, a text and an advice; cancelling the task calls it off, and a
/// paying action that had begun stays an open intent.
public protocol MestoClient: AnyObject, Sendable {
    /// What the app shows, as of this moment.
    func snapshot() -> Snapshot
    /// What a damaged database meant, when there was one since the client was opened.
    func recovery() -> Recovery?
    /// Closes the database, whose file is free when this returns. Later calls, and those that still wait, fail with `closed`; the
    /// snapshot stays as it was last; what is not confirmed yet goes on when the file is opened again. Again does nothing.
    func close()
    /// The current state first, then every change, the latest only; ends with the task that reads it.
    func changes() -> AsyncStream<Snapshot>
    /// The corrected time: the operator's, as well as the phone can know it. Countdowns count by it.
    func now() -> Date
    /// A text of the catalogue in the driver's language; times in the city's zone.
    func text(_ id: String, _ args: [String: String]) -> String

    /// Fetches keys and city, verified against the pinned root key. At the first start and once a day.
    @discardableResult func refresh() async throws -> Refreshed
    @discardableResult func requestCode(phone: String) async throws -> CodeSent
    /// `device` is shown in the driver's list of devices.
    func signIn(phone: String, code: String, device: String) async throws
    func signOut() async throws
    /// Brings the stored account up to date.
    @discardableResult func sync() async throws -> SyncReport

    /// Reads a plate as it is typed, without a connection.
    func checkPlate(_ plate: String) async throws -> ParsedPlate
    func addVehicle(plate: String, label: String?) async throws -> Vehicle
    /// A car that is parked is removed only when it is `confirmed` (`vehicle_parked`); its ticket stays and can be extended.
    func removeVehicle(_ vehicle: String, confirmed: Bool) async throws

    /// Zones near a position, nearest first; a sign, typed or scanned, wins. Without a connection.
    func zonesNear(_ position: Position?, sign: String?) async throws -> ZonesNear
    /// What `minutes` would cost, without a connection: to look at while the wheel turns, never to buy.
    func preview(zone: String, vehicle: String, minutes: Int) async throws -> Preview
    /// A price that holds for the city's quote time; it continues a running ticket of this vehicle in this zone.
    func quote(zone: String, vehicle: String, minutes: Int) async throws -> Quote
    /// A quote that continues a ticket with the time after its end.
    func extend(ticket: String, minutes: Int) async throws -> Quote
    /// Buys exactly what the quote says, once, however often it is tapped. A purchase for the same car and zone that is not
    /// confirmed yet is settled first: confirmed, it is the answer; still open, this is refused with `unconfirmed`, whose
    /// params name it (`intent`, and `page_url` at the bank).
    func buy(_ quote: Quote) async throws -> Intent
    /// Starts a top-up of the deposit; the intent's page is the bank's.
    func topUp(_ amount: Decimal) async throws -> Intent
    /// Pays a daily order from the deposit.
    func payOrder(_ order: String) async throws -> Intent

    /// An intent by its key, open or ended.
    func intent(_ key: String) async throws -> Intent?
    /// Goes on with every open intent now: at start, and when the connection comes back.
    @discardableResult func settle() async throws -> [Intent]
    /// Goes on with one intent: when the bank's page led back with its key.
    func settleIntent(_ key: String) async throws -> Intent
    /// When an open intent wants another attempt; call `settleDue` then.
    func nextRetryAt() async -> Date?
    @discardableResult func settleDue() async throws -> [Intent]
    /// Ends what the driver no longer wants, at the bank too: what it still takes is paid back. The intent's state tells.
    func abandon(_ intent: String) async throws -> Intent

    /// What to draw as a QR; made anew before `freshUntil`.
    func ticketCode(_ ticket: String) async throws -> TicketCode
    /// Newest first; `before` is the id of the last one seen. Without a connection what the phone knows.
    func history(before: String?, limit: Int) async throws -> History
    /// The balance and what consumed it, newest first; `before` is the id of the last entry seen.
    func deposit(before: Int64?, limit: Int) async throws -> Deposit
    /// The SMS that buys parking for this vehicle in this zone.
    func smsFallback(zone: String, vehicle: String) async throws -> SmsFallback
    /// Takes a purchase back and gives the SMS instead, only when it is sure that it will not be executed.
    func switchToSms(intent: String) async throws -> SmsFallback
    /// Gives the phone its alarms anew: after a reboot, and when its clock was changed.
    func replan() async
}

extension MestoClient {
    /// Every text by its name.
    public var texts: Texts { Texts { [self] id, args in text(id, args) } }

    public func addVehicle(plate: String) async throws -> Vehicle { try await addVehicle(plate: plate, label: nil) }
    public func zonesNear(sign: String) async throws -> ZonesNear { try await zonesNear(nil, sign: sign) }
    public func history() async throws -> History { try await history(before: nil, limit: 50) }
    public func deposit() async throws -> Deposit { try await deposit(before: nil, limit: 50) }
}
