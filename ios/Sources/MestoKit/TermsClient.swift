// The contract and its changes.
import Foundation

extension Mesto {
    /// The contract and its changes. A quote tells in `termsPending` what is to be shown before the
    /// button that pays.
    public var terms: TermsClient { TermsClient(core: core) }
}

public struct TermsClient: Sendable {
    let core: Core

    /// A change, for the person, to be shown before the button that pays.
    public func text(_ pending: TermsPending) async throws -> String {
        try core.client.terms().pendingText(pending: pending)
    }
    /// The terms of a city with every version, and what this account accepted.
    public func list(city: CityId) async throws -> [CityTerms] {
        try await core.waiting { try await core.client.terms().list(city: city, cancel: $0) }
    }
    /// Accepts a version, as it was shown. Who disagrees suspends the account or closes it.
    @discardableResult
    public func accept(city: CityId, id: String, version: String) async throws -> AcceptedTerms {
        try await core.waiting { try await core.client.terms().accept(city: city, id: id, version: version, cancel: $0) }
    }
}
