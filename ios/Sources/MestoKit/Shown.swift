// What a part shows, for views: no clock of its own, testable anywhere.
import Foundation
import Observation

/// The state of one part of the client as a view shows it: follows it while `follow` runs.
@MainActor @Observable
public final class Shown<Of: Part> {
    public private(set) var state: Of.State
    @ObservationIgnored private let part: Of

    public init(_ part: Of) {
        self.part = part
        state = part.state()
    }

    /// Runs until its task is cancelled: `.task { await shown.follow() }`.
    public func follow() async {
        for await next in part.changes() { state = next }
    }
}

/// What a driver is told of an error: nothing of a call that the screen itself called off.
func shown(_ error: any Error) -> MestoError? {
    guard let error = error as? MestoError else { return nil }
    if case .Cancelled = error { return nil }
    return error
}
