// Buying, for every service, and what is neither paid nor unpaid.
import Foundation

extension Mesto {
    /// Buying, and what is not confirmed yet.
    public var payments: PaymentsClient { PaymentsClient(core: core) }

    /// Called every second while the app is seen: goes on with what is not confirmed yet, when its
    /// time has come.
    public func beat() async {
        guard let due = await payments.nextRetryAt(), due <= now() else { return }
        // What goes wrong shows in the state, and the next time comes later.
        _ = try? await payments.settleDue()
    }
}

public struct PaymentsClient: Part {
    let core: Core

    public func state() -> PaymentsState { core.client.payments().state() }
    public func changes() -> AsyncStream<PaymentsState> { core.changes(of: .payments) { state() } }

    /// Buys exactly what the quote says, once, however often it is tapped; by card the intent's
    /// `pageUrl` is the provider's page. A purchase of the same thing that is not confirmed yet is
    /// settled first: confirmed, it is the answer; still open, this is refused with `unconfirmed`,
    /// whose params name it (`intent`, and `page_url` at the bank).
    public func buy(_ quote: Quote) async throws -> PurchaseIntent {
        try await core.waiting { try await core.client.payments().buy(quote: quote, cancel: $0) }
    }
    /// Whether the price of a quote no longer holds, by the corrected time: another one is to be
    /// asked for. The same moment as the operator's.
    public func isOver(_ quote: Quote) -> Bool { (try? core.client.payments().isOver(quote: quote)) ?? true }
    /// An intent by its key, open or ended.
    public func intent(_ key: String) async throws -> PurchaseIntent? { try core.client.payments().intent(key: key) }
    /// The newest intents, ended ones included, newest first; `limit` is 1 to 200, as in every
    /// list.
    public func intents(limit: Int = 50) async throws -> [PurchaseIntent] { try core.client.payments().intents(limit: atLeastNone(limit)) }
    /// What was bought, with its money, on any phone of the account: newest first; `cursor` is
    /// `next` of the page before.
    public func history(cursor: String? = nil, limit: Int = 50) async throws -> PurchasePage {
        try await core.waiting { try await core.client.payments().history(cursor: cursor, limit: atLeastNone(limit), cancel: $0) }
    }
    /// Goes on with every open intent now: at start, and when the connection comes back.
    @discardableResult public func settleAll() async throws -> [PurchaseIntent] {
        try await core.waiting { try await core.client.payments().settleAll(cancel: $0) }
    }
    /// Goes on with one intent: when the bank's page led back with its key.
    public func settle(_ key: String) async throws -> PurchaseIntent {
        try await core.waiting { try await core.client.payments().settle(key: key, cancel: $0) }
    }
    /// When an open intent wants another attempt; call `settleDue` then.
    public func nextRetryAt() async -> Date? { core.client.payments().nextRetryAt() }
    /// Goes on with the open intents whose time has come by `nextRetryAt`.
    @discardableResult public func settleDue() async throws -> [PurchaseIntent] {
        try await core.waiting { try await core.client.payments().settleDue(cancel: $0) }
    }
    /// Ends what the driver no longer wants, at the bank too: what it still takes is paid back. The
    /// intent's state tells.
    public func abandon(_ key: String) async throws -> PurchaseIntent {
        try await core.waiting { try await core.client.payments().abandon(key: key, cancel: $0) }
    }
    /// Where a payment stands, for the driver.
    public func text(_ payment: Payment) -> String { textOf { try core.client.payments().paymentText(payment: payment) } }
    /// What goes back and by when, for the driver.
    public func text(_ refund: Refund) -> String { textOf { try core.client.payments().refundText(refund: refund) } }
}

extension PurchaseIntent {
    /// Neither paid nor unpaid.
    public var isOpen: Bool { if case .unconfirmed = state { true } else { false } }
}
