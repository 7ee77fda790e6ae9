// Benefits and passes of a rider.
import Foundation

extension Mesto {
    /// Benefits and passes of a rider.
    public var passes: PassesClient { PassesClient(core: core) }
}

public struct PassesClient: Part {
    let core: Core

    public func state() -> PassesState { core.client.passes().state() }
    public func changes() -> AsyncStream<PassesState> { core.changes(of: .passes) { state() } }

    /// Passes that a city sells, with what each costs this rider now. Without a connection.
    public func onSale(city: CityId) async throws -> [PassOnSale] { try core.client.passes().onSale(city: city) }
    /// What a category of riders is called, in the rider's language. Without a connection.
    public func categoryName(city: CityId, _ category: CategoryId) async throws -> String {
        try core.client.passes().categoryName(city: city, category: category)
    }
    /// What a pass is called, in the rider's language. Without a connection.
    public func productName(city: CityId, _ product: PassProductId) async throws -> String {
        try core.client.passes().productName(city: city, product: product)
    }
    /// Whether a pass ends soon, by the city's number of days. Without a connection.
    public func isEnding(_ pass: Pass) async throws -> Bool { try core.client.passes().isEnding(pass: pass) }
    /// What a pass would cost and until when it would hold. Nothing is charged; buying the quote
    /// buys it. Where the offer `overlaps` another one the rider is asked first, and the price is
    /// asked for again with `isAgain`.
    public func quote(city: CityId, _ subject: PassesSubject, pay: PayMethod = .deposit) async throws -> Quote {
        try await core.waiting { try await core.client.passes().quote(city: city, subject: subject, pay: pay, cancel: $0) }
    }
    /// Passes of this account, newest first; `cursor` is `next` of the page before.
    public func history(cursor: String? = nil, limit: Int = 50) async throws -> PassPage {
        try await core.waiting { try await core.client.passes().history(cursor: cursor, limit: atLeastNone(limit), cancel: $0) }
    }
    /// Gives a pass back before its first day, where the city says so.
    public func giveBack(_ pass: PassId) async throws -> Pass {
        try await core.waiting { try await core.client.passes().giveBack(pass: pass, cancel: $0) }
    }
}

extension Quote {
    /// What is promised of a pass; nil when the quote is of another service.
    public var passesOffer: PassesOffer? {
        for case let .passes(offer) in items.map(\.offer) { return offer }
        return nil
    }
}

extension PurchaseIntent {
    /// The pass that was bought.
    public var pass: Pass? {
        for case let .passes(outcome)? in items.map(\.outcome) { return outcome.pass }
        return nil
    }
}
