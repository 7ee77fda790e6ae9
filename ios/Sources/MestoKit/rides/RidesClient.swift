// Rides in public transport.
import Foundation

extension Mesto {
    /// Rides in public transport.
    public var rides: RidesClient { RidesClient(core: core) }
}

public struct RidesClient: Part {
    let core: Core

    public func state() -> RidesState { core.client.rides().state() }
    public func changes() -> AsyncStream<RidesState> { core.changes(of: .rides) { state() } }

    /// Refuses what was scanned and is no sign of a vehicle of this city: `not_a_ride_code` with
    /// its `host`, `ride_sign_of_another_city`, `ride_sign_unreadable`. Nothing of it is opened.
    /// Without a connection.
    public func checkSign(city: CityId, _ scanned: String) async throws {
        try core.client.rides().checkSign(city: city, scanned: scanned)
    }
    /// What a ride would be: vehicle, route, direction, carrier, time and fare. Nothing is charged;
    /// buying the quote confirms the ride. Where the offer `repeats` a ride the rider is asked
    /// first, and the price is asked for again with `isAgain`. Without a connection refused with
    /// `ride_not_checked`, which says what to do instead.
    public func quote(city: CityId, _ subject: RidesSubject, pay: PayMethod = .deposit) async throws -> Quote {
        try await core.waiting { try await core.client.rides().quote(city: city, subject: subject, pay: pay, cancel: $0) }
    }
    /// What a vehicle does on a trip, in the rider's language. Without a connection.
    public func names(city: CityId, _ vehicle: RideVehicle, trip: RideTrip? = nil) async throws -> RideNames {
        try core.client.rides().names(city: city, vehicle: vehicle, trip: trip)
    }
    /// How far the balance reaches in a city; nil where that is not known.
    public func left(city: CityId) async throws -> RidesLeft? { try core.client.rides().left(city: city) }
    /// Rides of this account, newest first; `cursor` is `next` of the page before.
    public func history(cursor: String? = nil, limit: Int = 50) async throws -> RidePage {
        try await core.waiting { try await core.client.rides().history(cursor: cursor, limit: atLeastNone(limit), cancel: $0) }
    }
    /// A stored ride.
    public func ride(_ id: RideId) async throws -> Ride { try core.client.rides().ride(id: id) }
    /// The code of a ride's ticket for a controller's camera; make it anew before `freshUntil`.
    /// Refused with `code_of_another_phone` while another phone shows it. Without a connection.
    public func code(_ ride: RideId) async throws -> ShownCode { try core.client.rides().code(ride: ride) }
    /// Moves the ticket of a running ride to this phone; the one that another phone shows ends.
    public func moveCodeHere(_ ride: RideId) async throws {
        try await core.waiting { try await core.client.rides().moveCodeHere(ride: ride, cancel: $0) }
    }
    /// Says that a ride is wrong, and why; its ticket stays good until the operator decides.
    public func dispute(_ ride: RideId, reason: String) async throws -> Ride {
        try await core.waiting { try await core.client.rides().dispute(ride: ride, reason: reason, cancel: $0) }
    }
}

extension RidesSubject {
    /// A ride by what was scanned.
    public static func scanned(_ text: String, persons: UInt32 = 1, isAgain: Bool = false, companions: [Companions] = []) -> RidesSubject {
        RidesSubject(scanned: text, vehicle: nil, persons: persons, companions: companions, isAgain: isAgain)
    }
    /// A ride by the number on the board or the plate.
    public static func typed(_ number: String, persons: UInt32 = 1, isAgain: Bool = false, companions: [Companions] = []) -> RidesSubject {
        RidesSubject(scanned: nil, vehicle: number, persons: persons, companions: companions, isAgain: isAgain)
    }
}

extension Quote {
    /// What is promised of a ride; nil when the quote is of another service.
    public var ridesOffer: RidesOffer? {
        for case let .rides(offer) in items.map(\.offer) { return offer }
        return nil
    }
}

extension PurchaseIntent {
    /// What is promised of the ride that is registered; nil when the intent is of another service.
    public var ridesOffer: RidesOffer? {
        for case let .rides(offer) in items.map(\.offer) { return offer }
        return nil
    }

    /// What was scanned or typed; nil when the intent is of another service.
    public var ridesSubject: RidesSubject? {
        for case let .rides(subject) in items.map(\.subject) { return subject }
        return nil
    }

    /// The ride that was registered.
    public var ride: Ride? {
        for case let .rides(outcome)? in items.map(\.outcome) { return outcome.ride }
        return nil
    }
}
