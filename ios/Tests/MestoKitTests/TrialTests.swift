import Foundation
import Testing
@testable import MestoKit

final class FixedClock: Clock {
    func now() -> Date { ISO8601DateFormatter().date(from: "2025-09-03T08:00:00Z")! }
}
final class Collector: Observer, @unchecked Sendable {
    private let lock = NSLock()
    private var seen: [Quote] = []
    func changed(total: Quote) { lock.withLock { seen.append(total) } }
    var count: Int { lock.withLock { seen.count } }
}

@Test func values() throws {
    let quote = try Trial(clock: FixedClock()).quote(minutes: 60)
    #expect(quote.total.amount == Decimal(string: "80.00"))
    #expect(quote.endsAt == ISO8601DateFormatter().date(from: "2025-09-03T09:00:00Z"))
    #expect(quote.notices == [.clipped(asked: 60, offered: 30), .noRefund])
}
@Test func errors() throws {
    do { _ = try Trial(clock: FixedClock()).quote(minutes: 91); Issue.record("no error") }
    catch let error as MestoError {
        print(error, error.localizedDescription)
        guard case let .Refused(code, text, advice) = error else { Issue.record("other"); return }
        #expect(code == "max_stay_exceeded" && text == "At most 90 minutes here." && advice == "Choose 90.")
    }
}
@Test func asyncCalls() async throws {
    let trial = Trial(clock: FixedClock())
    let seen = Collector()
    let subscription = trial.subscribe(observer: seen)
    _ = try await trial.buy(minutes: 60, cancel: nil)
    #expect(seen.count == 1)
    subscription.cancel()
    let cancel = Cancel(); cancel.cancel()
    await #expect(throws: MestoError.self) { _ = try await trial.buy(minutes: 60, cancel: cancel) }
}
