// Daily parking ticket orders.
import Foundation

extension Mesto {
    /// Daily orders.
    public var orders: OrdersClient { OrdersClient(core: core) }
}

public struct OrdersClient: Part {
    let core: Core

    public func state() -> OrdersState { core.client.orders().state() }
    public func changes() -> AsyncStream<OrdersState> { core.changes(of: .orders) { state() } }

    /// Shows an order by the number on its slip; from then on it is among `state()` and can be
    /// paid. Spaces and dashes are nothing.
    public func bySlip(_ number: String) async throws -> Order {
        try await core.waiting { try await core.client.orders().bySlip(number: number, cancel: $0) }
    }
    /// Orders that the account has shown to be its own, newest first; `cursor` is `next` of the
    /// page before.
    public func history(cursor: String? = nil, limit: Int = 50) async throws -> OrderPage {
        try await core.waiting { try await core.client.orders().history(cursor: cursor, limit: atLeastNone(limit), cancel: $0) }
    }
    /// What is to be paid for an order now: the discount off, a card's fee included.
    public func quote(_ order: OrderId, pay: PayMethod = .deposit) async throws -> Quote {
        try await core.waiting { try await core.client.orders().quote(order: order, pay: pay, cancel: $0) }
    }
    /// Pays an order: quote and purchase in one; by card the intent's `pageUrl` is the provider's
    /// page.
    public func pay(_ order: OrderId, pay: PayMethod = .deposit) async throws -> PurchaseIntent {
        try await core.waiting { try await core.client.orders().pay(order: order, pay: pay, cancel: $0) }
    }
}

extension Quote {
    /// The order as it stood when its price was asked for; nil when the quote is of another
    /// service.
    public var ordersOffer: OrdersOffer? {
        for case let .orders(offer) in items.map(\.offer) { return offer }
        return nil
    }
}

extension PurchaseIntent {
    /// The order that is paid for, as it stood before; nil when the intent is of another service.
    public var ordersOffer: OrdersOffer? {
        for case let .orders(offer) in items.map(\.offer) { return offer }
        return nil
    }

    /// The order that was paid.
    public var order: Order? {
        for case let .orders(outcome)? in items.map(\.outcome) { return outcome.order }
        return nil
    }
}
