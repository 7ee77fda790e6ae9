// The operator's cities.
import Foundation

extension Mesto {
    /// The operator's cities.
    public var cities: CitiesClient { CitiesClient(core: core) }
}

public struct CitiesClient: Part {
    let core: Core

    public func state() -> CitiesState { core.client.cities().state() }
    public func changes() -> AsyncStream<CitiesState> { core.changes(of: .cities) { state() } }

    /// Fetches keys and city, verified against the pinned root key. At the first start and once a day.
    @discardableResult public func refresh() async throws -> Refreshed {
        try await core.waiting { try await core.client.cities().refresh(cancel: $0) }
    }
}
