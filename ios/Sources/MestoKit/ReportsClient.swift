// Reports of trouble.
import Foundation

extension Mesto {
    /// Reporting trouble to the operator.
    public var reports: ReportsClient { ReportsClient(core: core) }
}

public struct ReportsClient: Part {
    let core: Core

    /// What was told last: a report that was made, or answered.
    public func state() -> ReportsState { core.client.reports().state() }
    public func changes() -> AsyncStream<ReportsState> { core.changes(of: .reports) { state() } }

    /// Reports a trouble; the answer has the number for the telephone.
    public func report(city: CityId, _ trouble: TroubleToReport) async throws -> TroubleReport {
        try await core.waiting { try await core.client.reports().report(city: city, said: trouble, cancel: $0) }
    }
    /// Reports of this account with their answers, newest first; `cursor` is `next` of the page
    /// before.
    public func list(cursor: String? = nil, limit: Int = 50) async throws -> ReportPage {
        try await core.waiting { try await core.client.reports().list(cursor: cursor, limit: atLeastNone(limit), cancel: $0) }
    }
}
