// Values to look at: a driver in Belgrade on a Wednesday morning.
import Foundation

public enum Samples {
    public static let morning = Date(timeIntervalSince1970: 1_756_886_400)
    public static let city = CityVersion(
        id: "belgrade", version: 1, name: "Belgrade", timeZone: "Europe/Belgrade", depositValues: [200, 500, 1000, 2000, 5000])
    public static let car = Vehicle(id: "v", plate: Plate(canonical: "BG789PP", display: "BG 789-PP", country: "RS"), label: nil)
    public static let zones = [
        zone("red", "Red zone", "#d32f2f", "9111", metres: 0, most: 90),
        zone("yellow", "Yellow zone", "#fbc02d", "9112", metres: 180, most: 180),
        zone("green", "Green zone", "#388e3c", "9113", metres: 420, most: 240),
    ]
    public static let signedOut = Snapshot(
        signedIn: false, account: nil, phoneMasked: nil, city: city, vehicles: [], balance: nil, activeTickets: [], lostTickets: [],
        orders: [], openIntents: [], clock: .synced, connection: .online, lastSyncAt: nil)
    public static let signedIn = signedOut.with(signedIn: true, vehicles: [car], balance: rsd(1000))

    public static func rsd(_ amount: Decimal) -> Money { Money(amount: amount, currency: "RSD") }

    private static func zone(_ id: String, _ name: String, _ colour: String, _ sign: String, metres: UInt32, most: UInt32) -> NearZone {
        NearZone(
            zone: id, name: name, colour: colour, signCodes: [sign], distanceMetres: metres, inside: metres == 0, approximate: true,
            maxStayMinutes: most)
    }
}

extension Snapshot {
    /// The same state with some of it changed.
    public func with(
        signedIn: Bool? = nil, vehicles: [Vehicle]? = nil, balance: Money? = nil, activeTickets: [Ticket]? = nil,
        openIntents: [Intent]? = nil, connection: Connection? = nil
    ) -> Snapshot {
        Snapshot(
            signedIn: signedIn ?? self.signedIn, account: account, phoneMasked: phoneMasked, city: city,
            vehicles: vehicles ?? self.vehicles, balance: balance ?? self.balance,
            activeTickets: activeTickets ?? self.activeTickets, lostTickets: lostTickets, orders: orders, openIntents: openIntents ?? self.openIntents,
            clock: clock, connection: connection ?? self.connection, lastSyncAt: lastSyncAt)
    }
}

extension Intent {
    func ended(_ state: IntentState, at moment: Date) -> Intent {
        Intent(
            key: key, guard: `guard`, kind: kind, state: state, createdAt: createdAt, notAfter: notAfter, attempts: attempts, nextRetryAt: nil,
            endedAt: moment, ticket: ticket, order: order, topup: topup, pageUrl: nil)
    }
}
