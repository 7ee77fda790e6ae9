// What the operator says of itself.
import Foundation

extension Mesto {
    /// What the operator says of itself.
    public var `operator`: OperatorClient { OperatorClient(core: core) }
}

/// Its cities, ways to pay and to sign in, who it is in law, and whether it serves this app.
public struct OperatorClient: Part {
    let core: Core

    public func state() -> OperatorState { core.client.`operator`().state() }
    public func changes() -> AsyncStream<OperatorState> { core.changes(of: .`operator`) { state() } }

    /// Fetches keys and the operator's document, verified against the pinned root key. At the first
    /// start and once a day. When the app must be updated: `client_too_old`, whose `min_client` is
    /// the least version that is served.
    @discardableResult public func refresh() async throws -> OperatorState {
        try await core.waiting { try await core.client.`operator`().refresh(cancel: $0) }
    }
}
