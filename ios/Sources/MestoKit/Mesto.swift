// The core of the app, for one operator and any number of its cities.
import Foundation

/// What it does lies with its parts, each declared in the file of its service: `mesto.parking`,
/// `mesto.payments`. Every call of theirs works off the main actor and throws `MestoError` with a
/// code, a text and an advice; cancelling the task calls it off, and a purchase that had begun
/// stays an open intent. One per operator, see `Operators`; `close` it before the app is suspended,
/// if its file is shared.
public final class Mesto: Sendable {
    public let core: Core

    /// Opens the core's database, off the main actor; no request is made.
    public init(_ config: ClientConfig, phone: Phone = Phone()) async throws {
        core = Core(client: try Client.open(config: config, phone: phone))
    }

    init(_ client: Client) { core = Core(client: client) }

    /// The DNS name of its operator. What the phone keeps of it is named so.
    public var operatorName: String { core.client.operatorName() }

    /// What a damaged database meant, when there was one since the client was opened.
    public func recovery() -> Recovery? { core.client.recovery() }
    /// Closes the database, whose file is free when this returns. Later calls, and those that still
    /// wait, fail with `closed`; the states stay as they were last; what is not confirmed yet goes
    /// on when the file is opened again. Again does nothing.
    public func close() { core.client.shutDown() }

    /// The corrected time: the operator's, as well as the phone can know it. Countdowns count by
    /// it.
    public func now() -> Date { core.client.now() }
    /// Seconds by which a city's clock, else that of the first stored one, is ahead of UTC at a
    /// moment; nil before one was fetched, and for a moment or a city that cannot be.
    public func utcOffset(at moment: Date, city: CityId? = nil) -> Int? { (try? core.client.utcOffset(at: moment, city: city)).map(Int.init) }
    /// How far that time can be trusted.
    public func clock() -> ClockState { core.client.clock() }
    /// How the last request went.
    public func connection() -> Connection { core.client.connection() }
    /// The current one first, then every change.
    public func connections() -> AsyncStream<Connection> { core.changes(of: .connection) { [core] in core.client.connection() } }

    /// A text of the catalogue in the driver's language; times in the zone of `city`, else of the
    /// first stored one.
    public func text(_ id: String, _ args: [String: String] = [:], city: CityId? = nil) -> String {
        core.client.text(id: id, args: args, city: city?.value)
    }
    /// A line of a price, for the driver.
    public func text(_ line: Line, city: CityId? = nil) -> String { textOf { try core.client.lineText(line: line, city: city?.value) } }
    /// What to know before paying, for the driver.
    public func text(_ notice: Notice, city: CityId? = nil) -> String {
        textOf { try core.client.noticeText(notice: notice, city: city?.value) }
    }
    /// Every text by its name.
    public var texts: Texts { Texts { [self] id, args in text(id, args) } }
    /// Every text by its name; times in the zone of `city`.
    public func texts(in city: CityId) -> Texts { Texts { [self] id, args in text(id, args, city: city) } }

    /// The alarms as of now, at most 64, earliest first: for an app that sets them itself.
    public func reminders() async -> [Reminder] { core.client.reminders() }
    /// Gives the phone its alarms anew: after a reboot, and when its clock was changed.
    public func replan() async { core.client.replan() }
}
