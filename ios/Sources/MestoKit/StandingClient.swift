// Whether the account may pay.
import Foundation

extension Mesto {
    /// Suspending the account and going on; a block by the operator is seen here.
    public var standing: StandingClient { StandingClient(core: core) }
}

public struct StandingClient: Part {
    let core: Core

    public func state() -> StandingView { core.client.standing().state() }
    public func changes() -> AsyncStream<StandingView> { core.changes(of: .standing) { state() } }

    /// Why nothing can be paid and what to do, for the person; nil while it can be.
    public func text() async throws -> String? { try core.client.standing().text() }
    /// Stops paying for a while: balance, cards, tickets and history stay.
    @discardableResult
    public func suspendAccount() async throws -> AccountStanding {
        try await core.waiting { try await core.client.standing().suspendAccount(cancel: $0) }
    }
    /// Goes on with an account that was suspended. One that the operator blocked stays blocked.
    @discardableResult
    public func resume() async throws -> AccountStanding {
        try await core.waiting { try await core.client.standing().resume(cancel: $0) }
    }
}
