// The deposit.
import Foundation

extension Mesto {
    /// The deposit.
    public var wallet: WalletClient { WalletClient(core: core) }
}

public struct WalletClient: Part {
    let core: Core

    public func state() -> WalletState { core.client.wallet().state() }
    public func changes() -> AsyncStream<WalletState> { core.changes(of: .wallet) { state() } }

    /// What paying `total` from the deposit would leave or lack, by the balance as the operator
    /// said it last.
    public func preview(_ total: Money) throws -> DepositPreview { try core.client.wallet().preview(total: total) }
    /// Below which sum the balance is low: what the person said, else what one usual purchase
    /// costs; nil where neither is known.
    public func lowFrom() async throws -> Money? { try core.client.wallet().lowFrom() }
    /// Says below which sum the person wants to be told; nil for one usual purchase again.
    public func tellLowFrom(_ below: Money?) async throws { try core.client.wallet().tellLowFrom(below: below) }
    /// The balance when it is low, to be told before the bus comes; nil while it is not.
    public func low() async throws -> LowBalance? { try core.client.wallet().low() }
    /// That the balance is low, for the person; nil while it is not.
    public func lowText() async throws -> String? { try core.client.wallet().lowText() }
    /// A top-up by one of the city's amounts; by card. The deposit is one for all cities of the
    /// operator.
    public func quote(city: CityId, _ amount: Decimal) async throws -> Quote {
        try await core.waiting { try await core.client.wallet().quote(city: city, amount: amount, cancel: $0) }
    }
    /// Quote and purchase in one; the intent's page is the bank's. While another one waits there:
    /// `unconfirmed`, as `payments.buy`.
    public func topUp(city: CityId, _ amount: Decimal) async throws -> PurchaseIntent {
        try await core.waiting { try await core.client.wallet().topUp(city: city, amount: amount, cancel: $0) }
    }
    /// The balance and what consumed it, newest first; `cursor` is `next` of the page before.
    public func history(cursor: String? = nil, limit: Int = 50) async throws -> DepositPage {
        try await core.waiting { try await core.client.wallet().history(cursor: cursor, limit: atLeastNone(limit), cancel: $0) }
    }
    /// The history as it was read last, newest first, without a connection; nil before it was read
    /// for the first time.
    public func past(limit: Int = 50) async throws -> DepositPast? {
        try core.client.wallet().past(limit: atLeastNone(limit))
    }
    /// Of which moment that history is, for the person.
    public func pastText(_ past: DepositPast) async throws -> String { try core.client.wallet().pastText(past: past) }
    /// What a movement was for, for the driver.
    public func text(_ entry: DepositEntry) -> String { textOf { try core.client.wallet().entryText(entry: entry) } }
}

extension Quote {
    /// What is put on the deposit; nil when the quote is of another service.
    public var walletOffer: WalletOffer? {
        for case let .wallet(offer) in items.map(\.offer) { return offer }
        return nil
    }
}

extension PurchaseIntent {
    /// What is to be put on the deposit; nil when the intent is of another service.
    public var walletOffer: WalletOffer? {
        for case let .wallet(offer) in items.map(\.offer) { return offer }
        return nil
    }
}
