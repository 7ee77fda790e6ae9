// The observable models behind the screens of transport cards: no view, no clock of their own,
// testable anywhere.
import Foundation
import Observation

/// Linking a card by its number and its printed code, both typed, or the code read from its QR.
@MainActor @Observable
public final class CardLinkModel {
    public var number = ""
    public var code = ""
    /// The card that is linked: on with it to `CardModel`.
    public private(set) var card: Card?
    public private(set) var isLinking = false
    /// Why it was not linked; `card_office_needed` says what to bring where.
    public private(set) var failure: MestoError?
    public let city: CityId
    @ObservationIgnored private let mesto: Mesto

    public init(_ mesto: Mesto, city: CityId) { (self.mesto, self.city) = (mesto, city) }

    /// The account has a card: say what is asked of another one.
    public var hasCard: Bool { !mesto.cards.state().cards.isEmpty }

    /// Looks at a frame of the camera, until a code was read.
    public func look(at frame: ScanFrame, with scanner: FrameScanner) async {
        guard code.isEmpty else { return }
        do {
            if let read = try await scanner.scan(frame).codes.first { (code, failure) = (read.text, nil) }
        } catch {
            failure = shown(error)
        }
    }

    /// A second tap while the first is under way does nothing.
    public func link() async {
        guard !isLinking, !number.isEmpty, !code.isEmpty else { return }
        isLinking = true
        defer { isLinking = false }
        do {
            (card, failure) = (try await mesto.cards.link(city: city, number: number, code: code), nil)
        } catch {
            failure = shown(error)
        }
    }
}

/// One card: its balance with the moment of that, what moved it, and reporting and unlinking it.
@MainActor @Observable
public final class CardModel {
    public private(set) var card: Card
    /// What is said beside it.
    public private(set) var notes: CardNotes?
    /// What moved the balance, newest first; nil before it was read.
    public private(set) var moved: [CardMovement]?
    public private(set) var hasMore = false
    /// It was unlinked: leave the screen.
    public private(set) var isUnlinked = false
    public private(set) var isSending = false
    public private(set) var failure: MestoError?
    @ObservationIgnored private var next: String?
    @ObservationIgnored private let mesto: Mesto

    public init(_ mesto: Mesto, card: Card) { (self.mesto, self.card) = (mesto, card) }

    /// Reads the card anew, as it is stored.
    public func read() async {
        if let known = try? await mesto.cards.card(card.id) { card = known }
        notes = try? await mesto.cards.notes(card)
    }

    /// The first page of what moved the balance, or the next one.
    public func readMoved(more: Bool = false) async {
        do {
            let page = try await mesto.cards.history(card.id, cursor: more ? next : nil)
            moved = (more ? moved ?? [] : []) + page.items
            (next, hasMore, failure) = (page.next, page.next != nil, nil)
        } catch {
            failure = shown(error)
        }
    }

    /// Ask before: a lost or stolen card is blocked at once, and unblocked at an office alone.
    public func report(_ trouble: CardTrouble) async {
        await send { self.card = try await self.mesto.cards.report(self.card.id, trouble) }
        await read()
    }

    /// Ask before: the card keeps what is on it, and is not seen here any more.
    public func unlink() async {
        await send {
            try await self.mesto.cards.unlink(self.card.id)
            self.isUnlinked = true
        }
    }

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
    }
}

/// The top-up of a card: what it costs is seen before `buy`, and what was paid is on the card when
/// it was held at a reader.
@MainActor @Observable
public final class CardTopUpModel: PaymentModel {
    public let card: Card
    public private(set) var pay = PayMethod.deposit
    @ObservationIgnored private var amount: Decimal?

    public init(_ mesto: Mesto, card: Card) {
        self.card = card
        super.init(mesto)
    }

    /// What is promised; nil until it is known.
    public var offer: CardsOffer? {
        guard case let .quoted(quote) = phase else { return nil }
        return quote.cardsOffer
    }

    /// The top-up that was paid: hold the card at a reader until its `holdUntil`.
    public var paid: CardTopUp? {
        guard case let .ended(intent) = phase else { return nil }
        return intent.cardTopUp
    }

    /// Asks what an amount costs; the price of another one is forgotten.
    public func price(_ sum: Decimal) async {
        amount = sum
        let money = Money(amount: sum, currency: card.balance.amount.currency)
        await ask { try await self.mesto.cards.quote(city: self.card.city, self.card.id, amount: money, pay: self.pay) }
    }

    public func choose(pay method: PayMethod) async {
        guard !isUnderWay else { return }
        pay = method
        if let amount { await price(amount) }
    }
}
