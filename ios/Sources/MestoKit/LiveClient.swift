// Live updates: what happens at the operator shows at once, while the app is in front.
import Foundation

extension Mesto {
    /// Live updates.
    public var live: LiveClient { LiveClient(core: core) }
}

/// A ticket that is bought on another phone shows here at once. On while `run` is under way: in a
/// task of a scene that is active, and never in the background.
public struct LiveClient: Part {
    let core: Core

    public func state() -> LiveState { core.client.live().state() }
    public func changes() -> AsyncStream<LiveState> { core.changes(of: .live) { state() } }

    /// Follows the operator until its task is cancelled or `stop` is called. Called again it ends
    /// the call before, so that there is never more than one stream. Fails with `not_signed_in` or
    /// `unauthorized` when nobody is signed in any more, and with `client_too_old`; what else
    /// breaks is begun anew, after pauses that grow to a minute.
    public func run() async throws { try await core.waiting { try await core.client.live().run(cancel: $0) } }
    /// Ends `run`, whoever called it.
    public func stop() { core.client.live().stop() }
    /// The phone has another network, or one again: it is tried at once.
    public func networkChanged() { core.client.live().networkChanged() }
}
