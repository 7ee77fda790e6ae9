// Payments at merchants.
import Foundation

extension Mesto {
    /// Payments at merchants.
    public var merchants: MerchantsClient { MerchantsClient(core: core) }
}

public struct MerchantsClient: Part {
    let core: Core

    public func state() -> MerchantsState { core.client.merchants().state() }
    public func changes() -> AsyncStream<MerchantsState> { core.changes(of: .merchants) { state() } }

    /// What a merchant is called, in the rider's language. Without a connection.
    public func name(_ names: [MerchantName]) async throws -> String { try core.client.merchants().name(names: names) }
    /// What a category of merchants is called, in the rider's language. Without a connection.
    public func categoryName(city: CityId, _ category: MerchantCategoryId) async throws -> String {
        try core.client.merchants().categoryName(city: city, category: category)
    }
    /// Whether what was scanned is a code of a merchant of this city; throws what it is instead.
    /// Nothing of it is opened. Without a connection.
    public func checkCode(city: CityId, _ scanned: String) async throws {
        try core.client.merchants().checkCode(city: city, scanned: scanned)
    }
    /// What paying would be: the merchant, the amount, the fee, and the contract that is accepted
    /// by paying. Nothing is charged; buying the quote pays it, from the balance alone. Where the
    /// offer `repeats` another payment the payer is asked first, and the price is asked for again
    /// with `isAgain`.
    public func quote(city: CityId, _ subject: MerchantsSubject) async throws -> Quote {
        try await core.waiting { try await core.client.merchants().quote(city: city, subject: subject, cancel: $0) }
    }
    /// Payments of this account, newest first; `cursor` is `next` of the page before.
    public func history(cursor: String? = nil, limit: Int = 50) async throws -> MerchantPaymentPage {
        try await core.waiting { try await core.client.merchants().history(cursor: cursor, limit: atLeastNone(limit), cancel: $0) }
    }
}

extension Quote {
    /// What is promised of a payment at a merchant; nil when the quote is of another service.
    public var merchantsOffer: MerchantsOffer? {
        for case let .merchants(offer) in items.map(\.offer) { return offer }
        return nil
    }
}

extension PurchaseIntent {
    /// What was paid at a merchant.
    public var merchantPayment: MerchantPayment? {
        for case let .merchants(outcome)? in items.map(\.outcome) { return outcome.payment }
        return nil
    }
}
