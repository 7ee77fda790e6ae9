// The observable models behind the screens of news, of the account's standing and of the terms.
import Foundation
import Observation

/// News, works and outages: what was fetched last, and what is new.
@MainActor @Observable
public final class NewsModel {
    public private(set) var notices: NoticesState
    public private(set) var failure: MestoError?
    public let city: CityId
    @ObservationIgnored private let mesto: Mesto

    public init(_ mesto: Mesto, city: CityId) { (self.mesto, self.city, notices) = (mesto, city, mesto.notices.state()) }

    public func refresh() async { await change { _ = try await self.mesto.notices.refresh(city: self.city) } }
    public func markRead(_ notice: NoticeId) async { await change { try await self.mesto.notices.markRead(notice) } }
    public func markAllRead() async { await change { try await self.mesto.notices.markAllRead() } }

    private func change(_ call: () async throws -> Void) async {
        do {
            try await call()
            failure = nil
        } catch {
            failure = shown(error)
        }
        notices = mesto.notices.state()
    }
}

/// Whether the account may pay; suspending it, and going on.
@MainActor @Observable
public final class StandingModel {
    public private(set) var standing: StandingView
    /// Why nothing can be paid and what to do; nil while it can be.
    public private(set) var text: String?
    public private(set) var isSending = false
    public private(set) var failure: MestoError?
    @ObservationIgnored private let mesto: Mesto

    public init(_ mesto: Mesto) { (self.mesto, standing) = (mesto, mesto.standing.state()) }

    public func read() async {
        standing = mesto.standing.state()
        text = try? await mesto.standing.text()
    }

    /// Ask before: nothing can be paid until it is resumed.
    public func suspendAccount() async { await send { _ = try await self.mesto.standing.suspendAccount() } }
    public func resume() async { await send { _ = try await self.mesto.standing.resume() } }

    private func send(_ call: () async throws -> Void) async {
        guard !isSending else { return }
        isSending = true
        defer { isSending = false }
        do {
            try await call()
            failure = nil
        } catch {
            failure = shown(error)
        }
        await read()
    }
}

/// The contract and its changes; `accept` says that the newest version was read and is accepted.
@MainActor @Observable
public final class TermsModel {
    /// Nil before they were read.
    public private(set) var terms: [CityTerms]?
    public private(set) var isSending = false
    public private(set) var failure: MestoError?
    public let city: CityId
    @ObservationIgnored private let mesto: Mesto

    public init(_ mesto: Mesto, city: CityId) { (self.mesto, self.city) = (mesto, city) }

    public func read() async {
        do {
            (terms, failure) = (try await mesto.terms.list(city: city), nil)
        } catch {
            failure = shown(error)
        }
    }

    /// Does nothing where there is nothing new. A newer version may be there by now: it is read.
    public func accept(_ id: String) async {
        guard !isSending, let pending = terms?.first(where: { $0.id == id })?.pending else { return }
        isSending = true
        defer { isSending = false }
        do {
            _ = try await mesto.terms.accept(city: city, id: id, version: pending.version)
            await read()
        } catch {
            let why = shown(error)
            await read()
            failure = why
        }
    }
}
