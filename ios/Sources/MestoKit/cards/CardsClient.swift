// Transport cards.
import Foundation

extension Mesto {
    /// Transport cards.
    public var cards: CardsClient { CardsClient(core: core) }
}

public struct CardsClient: Part {
    let core: Core

    public func state() -> CardsState { core.client.cards().state() }
    public func changes() -> AsyncStream<CardsState> { core.changes(of: .cards) { state() } }

    /// A stored card.
    public func card(_ id: CardId) async throws -> Card { try core.client.cards().card(id: id) }
    /// What is said beside a card, in the rider's language. Without a connection.
    public func notes(_ card: Card) async throws -> CardNotes { try core.client.cards().notes(card: card) }
    /// Links a card by its number and the code that is printed on it: both are needed. Refused with
    /// `card_office_needed` after a loss or a theft, and with `card_linked_elsewhere`, which does
    /// not say whose it is.
    public func link(city: CityId, number: String, code: String) async throws -> Card {
        try await core.waiting { try await core.client.cards().link(city: city, number: number, code: code, cancel: $0) }
    }
    /// The account has this card no more; the card keeps what is on it.
    public func unlink(_ card: CardId) async throws {
        try await core.waiting { try await core.client.cards().unlink(card: card, cancel: $0) }
    }
    /// Says that a card is lost, stolen (it is blocked at once) or defective.
    public func report(_ card: CardId, _ trouble: CardTrouble, note: String = "") async throws -> Card {
        try await core.waiting { try await core.client.cards().report(card: card, trouble: trouble, note: note, cancel: $0) }
    }
    /// What moved the balance of a card since it was linked, newest first; `cursor` is `next` of
    /// the page before.
    public func history(_ card: CardId, cursor: String? = nil, limit: Int = 50) async throws -> CardHistory {
        try await core.waiting { try await core.client.cards().history(card: card, cursor: cursor, limit: atLeastNone(limit), cancel: $0) }
    }
    /// What a top-up would be. Nothing is charged; buying the quote pays it, then the card is held
    /// at a reader.
    public func quote(city: CityId, _ card: CardId, amount: Money, pay: PayMethod = .deposit) async throws -> Quote {
        try await core.waiting { try await core.client.cards().quote(city: city, card: card, amount: amount, pay: pay, cancel: $0) }
    }
}

extension Quote {
    /// What is promised of a top-up; nil when the quote is of another service.
    public var cardsOffer: CardsOffer? {
        for case let .cards(offer) in items.map(\.offer) { return offer }
        return nil
    }
}

extension PurchaseIntent {
    /// What is to be put on a card; nil when the intent is of another service.
    public var cardsSubject: CardsSubject? {
        for case let .cards(subject) in items.map(\.subject) { return subject }
        return nil
    }

    /// The top-up that was paid.
    public var cardTopUp: CardTopUp? {
        for case let .cards(outcome)? in items.map(\.outcome) { return outcome.topUp }
        return nil
    }
}
