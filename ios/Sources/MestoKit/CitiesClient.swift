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

    /// Fetches keys and a city, verified against the pinned root key; it is stored beside the
    /// others. At the first start and once a day.
    @discardableResult public func refresh(_ city: CityId) async throws -> Refreshed {
        try await core.waiting { try await core.client.cities().refresh(city: city, cancel: $0) }
    }
}
