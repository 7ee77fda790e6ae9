// What a screen that sells something shows, from the question to the core's word about the payment.
import Foundation
import Observation

/// One payment: what is asked for is a subclass's.
@MainActor @Observable
public class PaymentModel {
    public enum Phase: Equatable {
        case choosing
        case quoting
        /// The total stands here, with every fee, before there is anything to pay.
        case quoted(Quote)
        case buying(Quote)
        /// Confirmed, refused, expired, or not confirmed yet.
        case ended(PurchaseIntent)
        case failed(MestoError)
    }

    public private(set) var phase = Phase.choosing
    @ObservationIgnored let mesto: Mesto
    /// An answer to an older question is not shown.
    @ObservationIgnored private var questions = 0

    init(_ mesto: Mesto) { self.mesto = mesto }

    /// A purchase was tapped and nobody knows its end yet: nothing else can be asked for or bought
    /// meanwhile.
    public var isUnderWay: Bool {
        switch phase {
        case .buying: true
        case let .ended(intent): intent.isOpen
        case .choosing, .quoting, .quoted, .failed: false
        }
    }

    /// What the deposit lacks for the price that is shown; absent when it covers it, or something
    /// else pays.
    public var missing: Money? {
        guard case let .quoted(quote) = phase, quote.pay == .deposit else { return nil }
        return try? mesto.wallet.preview(quote.total).missing
    }

    /// A second tap while the first is under way does nothing.
    public func buy() async {
        guard case let .quoted(quote) = phase else { return }
        phase = .buying(quote)
        do {
            phase = .ended(try await mesto.payments.buy(quote))
        } catch {
            // Called off or cut short: what had begun is open until it is known. So is what the
            // core names as in the way.
            let inTheWay = (error as? MestoError)?.params["intent"]
            let open = mesto.payments.state().open.first { $0.quote == quote.id || $0.key == inTheWay }
            if let open { phase = .ended(open) } else { fail(error) }
        }
    }

    /// Asks again how an unconfirmed purchase ended; while that is not known it stays as it is.
    public func settle() async {
        guard case let .ended(intent) = phase, intent.isOpen else { return }
        if let now = try? await mesto.payments.settle(intent.key) { phase = .ended(now) }
    }

    /// Hears of an end that came in the background; runs until its task is cancelled.
    public func follow() async {
        for await state in mesto.payments.changes() {
            guard case let .ended(open) = phase, open.isOpen, !state.open.contains(where: { $0.key == open.key }),
                let ended = try? await mesto.payments.intent(open.key)
            else { continue }
            phase = .ended(ended)
        }
    }

    /// Nothing is priced: what `look` gives is shown, unless something else was asked for
    /// meanwhile.
    func choose(_ look: @MainActor () async -> @MainActor () -> Void) async {
        guard !isUnderWay else { return }
        phase = .choosing
        let question = next()
        let show = await look()
        if question == questions { show() }
    }

    /// Asks for a price.
    func ask(_ quote: () async throws -> Quote) async {
        guard !isUnderWay else { return }
        phase = .quoting
        let question = next()
        do {
            let answer = try await quote()
            if question == questions { phase = .quoted(answer) }
        } catch {
            if question == questions { fail(error) }
        }
    }

    func fail(_ error: any Error) {
        if let error = shown(error) { phase = .failed(error) } else { phase = .choosing }
    }

    private func next() -> Int {
        questions += 1
        return questions
    }
}
