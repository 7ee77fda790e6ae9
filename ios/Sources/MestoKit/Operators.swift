// Several operators in one phone.
import Foundation

/// The operators of one phone, a `Mesto` each: file, secrets, device key and alarms are named by
/// the operator's DNS name, and none touches another's. Of all their alarms the earliest 64 are
/// set. One per app.
public final class Operators: Sendable {
    private let core: OperatorSet

    /// No operator yet. `phone` is shared by all of them; its link by those that bring none of
    /// their own.
    public init(_ config: OperatorsConfig, phone: Phone = Phone()) { core = OperatorSet(config: config, phone: phone) }

    /// Opens the client of an operator, off the main actor; no request is made. `operator_open`
    /// when it is open already. `link` is its own, else the phone's. It is closed by its `close`;
    /// its alarms stay set, because its tickets go on.
    public func open(_ config: OperatorConfig, link: (any OperatorLink)? = nil) async throws -> Mesto {
        Mesto(try core.open(operator: config, link: link))
    }

    /// The DNS names of those that are open.
    public func names() -> [String] { core.names() }
    /// The alarms of all operators, earliest first.
    public func reminders() async -> [Reminder] { core.reminders() }
    /// Gives the phone all alarms anew: after a reboot, and when its clock was changed.
    public func replan() async { core.replan() }
    /// What is not confirmed yet at any operator, oldest first.
    public func openIntents() async -> [OperatorIntent] { core.openIntents() }
    /// Refuses what was scanned and is no sign of a vehicle of the operator's city; one of a city
    /// of another operator of this phone is named as such.
    public func checkRideSign(_ name: String, city: CityId, scanned: String) async throws {
        try core.checkRideSign(operator: name, city: city, scanned: scanned)
    }
    /// Closes every client.
    public func close() { core.shutDownAll() }
}
