// What the parts of a client are made of: the native core, the waiting for it, and its states as
// streams.
import Foundation

/// The native core behind the parts.
public struct Core: Sendable {
    public let client: Client

    /// A task that is cancelled does not reach the core by itself: the handle does.
    func waiting<Answer: Sendable>(_ call: @Sendable (Cancel) async throws -> Answer) async throws -> Answer {
        let cancel = Cancel()
        return try await withTaskCancellationHandler { try await call(cancel) } onCancel: { cancel.cancel() }
    }

    /// What is read by `read`: at once, and whenever the core says that the topic changed, the
    /// latest only.
    func changes<State: Sendable>(of topic: Topic, _ read: @escaping @Sendable () -> State) -> AsyncStream<State> {
        AsyncStream(bufferingPolicy: .bufferingNewest(1)) { continuation in
            let subscription = client.subscribe(observer: Teller { topics in
                if topics.contains(topic) { continuation.yield(read()) }
            })
            continuation.onTermination = { _ in subscription.cancel() }
        }
    }
}

/// A part of the client: what one service does, and what it shows.
public protocol Part: Sendable {
    associatedtype State: Sendable

    /// As of this moment.
    func state() -> State
    /// The current state first, then every change, the latest only; ends with the task that reads
    /// it.
    func changes() -> AsyncStream<State>
}

/// The core counts minutes from 0 and says itself that a length must be positive.
func atLeastNone(_ count: Int) -> UInt32 { UInt32(clamping: count) }

private final class Teller: Observer {
    private let told: @Sendable ([Topic]) -> Void

    init(_ told: @escaping @Sendable ([Topic]) -> Void) { self.told = told }

    func changed(topics: [Topic]) { told(topics) }
}
