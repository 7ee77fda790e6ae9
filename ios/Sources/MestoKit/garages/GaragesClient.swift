// Garages, and lots with a barrier.
import Foundation

extension Mesto {
    /// Garages, and lots with a barrier.
    public var garages: GaragesClient { GaragesClient(core: core) }
}

public struct GaragesClient: Part {
    let core: Core

    public func state() -> GaragesState { core.client.garages().state() }
    public func changes() -> AsyncStream<GaragesState> { core.changes(of: .garages) { state() } }

    /// A city's facilities with free places as they were told last: first those with free places,
    /// then those of which that is not known, then full ones; within these nearest first. Without a
    /// connection.
    public func facilities(city: CityId, _ position: Position? = nil) async throws -> [FacilityView] {
        try core.client.garages().facilities(city: city, position: position)
    }
    /// Asks for free places first. Nobody needs to be signed in.
    public func places(city: CityId, _ position: Position? = nil) async throws -> [FacilityView] {
        try await core.waiting { try await core.client.garages().places(city: city, position: position, cancel: $0) }
    }
    /// The number of a facility's ticket as it was typed: capitals, without spaces and dashes;
    /// refused with `ticket_number_invalid`, which says how a number looks there. Without a
    /// connection.
    public func number(city: CityId, of facility: FacilityId, typed: String) async throws -> String {
        try core.client.garages().ticketNumber(city: city, facility: facility, typed: typed)
    }
    /// The number of a facility's ticket from a photo of it: a JPEG or PNG file, and on Apple's
    /// systems whatever they can open, such as HEIC. Without a connection.
    public func number(city: CityId, of facility: FacilityId, photo: Data) async throws -> String {
        try core.client.garages().numberFromPhoto(city: city, facility: facility, image: readable(photo))
    }
    /// What a ticket owes now, line by line; `ticket` is its number as it was typed.
    public func quote(city: CityId, _ facility: FacilityId, ticket: String, pay: PayMethod = .deposit) async throws -> Quote {
        try await core.waiting { try await core.client.garages().quote(city: city, facility: facility, ticket: ticket, pay: pay, cancel: $0) }
    }
    /// Pays what a ticket owes now: quote and purchase in one; by card the intent's `pageUrl` is
    /// the provider's page.
    public func pay(city: CityId, _ facility: FacilityId, ticket: String, pay: PayMethod = .deposit) async throws -> PurchaseIntent {
        try await core.waiting { try await core.client.garages().pay(city: city, facility: facility, ticket: ticket, pay: pay, cancel: $0) }
    }
    /// Visits that this account paid, newest first; `cursor` is `next` of the page before.
    public func history(cursor: String? = nil, limit: Int = 50) async throws -> VisitPage {
        try await core.waiting { try await core.client.garages().history(cursor: cursor, limit: atLeastNone(limit), cancel: $0) }
    }
    /// A stored visit, as it stands now.
    public func visit(_ id: VisitId) async throws -> Visit { try core.client.garages().visit(id: id) }
    /// From when on the time to leave of a stored visit is shown as ending; nil where the facility
    /// states none.
    public func endingAt(_ visit: VisitId) async throws -> Date? { try core.client.garages().endingAt(visit: visit) }
    /// The signed receipt of a paid visit, for a barrier that does not reach the operator; nil
    /// where none was signed, and once the car has left. Make it anew before `freshUntil`.
    public func receipt(_ visit: VisitId) async throws -> ShownCode? { try core.client.garages().receipt(visit: visit) }
}

extension Quote {
    /// What is promised of a visit; nil when the quote is of another service.
    public var garagesOffer: GaragesOffer? {
        for case let .garages(offer) in items.map(\.offer) { return offer }
        return nil
    }
}

extension PurchaseIntent {
    /// What is promised of the visit that is paid for; nil when the intent is of another service.
    public var garagesOffer: GaragesOffer? {
        for case let .garages(offer) in items.map(\.offer) { return offer }
        return nil
    }

    /// The facility and the ticket that are paid for; nil when the intent is of another service.
    public var garagesSubject: GaragesSubject? {
        for case let .garages(subject) in items.map(\.subject) { return subject }
        return nil
    }

    /// The visit that was paid.
    public var visit: Visit? {
        for case let .garages(outcome)? in items.map(\.outcome) { return outcome.visit }
        return nil
    }
}
