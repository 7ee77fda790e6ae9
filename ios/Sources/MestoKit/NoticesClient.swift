// News, works and outages.
import Foundation

extension Mesto {
    /// News, works and outages.
    public var notices: NoticesClient { NoticesClient(core: core) }
}

public struct NoticesClient: Part {
    let core: Core

    /// What was fetched last, also without a network.
    public func state() -> NoticesState { core.client.notices().state() }
    public func changes() -> AsyncStream<NoticesState> { core.changes(of: .notices) { state() } }

    /// Fetches the notices of a city. Nobody has to be signed in.
    @discardableResult
    public func refresh(city: CityId) async throws -> NoticesState {
        try await core.waiting { try await core.client.notices().refresh(city: city, cancel: $0) }
    }
    /// Marks one notice as read.
    public func markRead(_ notice: NoticeId) async throws { try core.client.notices().markRead(notice: notice) }
    /// Marks every notice as read.
    public func markAllRead() async throws { try core.client.notices().markAllRead() }
    /// How much of a calendar month, `2026-11`, the operator was up, as it says itself.
    public func availability(city: CityId, month: String) async throws -> MonthAvailability {
        try await core.waiting { try await core.client.notices().availability(city: city, month: month, cancel: $0) }
    }
}
