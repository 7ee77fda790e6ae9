// The observable models behind the screens of passes: no view, no clock of their own, testable
// anywhere.
import Foundation
import Observation

/// Passes and benefits of the rider, and what he can buy.
@MainActor @Observable
public final class PassesModel {
    public private(set) var passes: PassesState
    public private(set) var onSale: [PassOnSale] = []
    public private(set) var isSending = false
    /// The pass that was given back.
    public private(set) var givenBack: Pass?
    public private(set) var failure: MestoError?
    public let city: CityId
    @ObservationIgnored private let mesto: Mesto

    public init(_ mesto: Mesto, city: CityId) { (self.mesto, self.city, passes) = (mesto, city, mesto.passes.state()) }

    /// Called every second by the screen: a pass begins and ends by the clock alone.
    public func tick() async {
        passes = mesto.passes.state()
        onSale = (try? await mesto.passes.onSale(city: city)) ?? []
    }

    /// Ask before: the pass does not hold any more.
    public func giveBack(_ pass: Pass) async {
        guard !isSending else { return }
        isSending = true
        defer { isSending = false }
        do {
            (givenBack, failure) = (try await mesto.passes.giveBack(pass.id), nil)
        } catch {
            failure = shown(error)
        }
        await tick()
    }
}

/// The purchase of a pass: its days and its price are seen before `buy`.
@MainActor @Observable
public final class PassBuyModel: PaymentModel {
    public let city: CityId
    public let product: PassProductId
    /// Its first day; nil: the service day that it is now.
    public private(set) var firstOn: Day?
    public private(set) var pay = PayMethod.deposit
    /// The rider was asked and buys another one.
    public private(set) var isAgain = false

    public init(_ mesto: Mesto, city: CityId, product: PassProductId) {
        (self.city, self.product) = (city, product)
        super.init(mesto)
    }

    /// What the pass would be; nil until that is known.
    public var offer: PassesOffer? {
        guard case let .quoted(quote) = phase else { return nil }
        return quote.passesOffer
    }

    /// The pass for the same rides that it would be beside, as long as the rider did not say that
    /// he buys another one: ask him before `confirm`, which does nothing until then.
    public var overlaps: Pass? { isAgain ? nil : offer?.overlaps }

    /// Asks what the pass would be.
    public func check() async {
        let subject = PassesSubject(product: product, firstOn: firstOn, isAgain: isAgain)
        await ask { try await self.mesto.passes.quote(city: self.city, subject, pay: self.pay) }
    }

    public func choose(firstOn day: Day?) async {
        guard !isUnderWay else { return }
        (firstOn, isAgain) = (day, false)
        await check()
    }

    public func choose(pay method: PayMethod) async {
        guard !isUnderWay else { return }
        pay = method
        await check()
    }

    /// He buys another one: the price is seen anew before the tap.
    public func buyAgain() async {
        guard !isUnderWay else { return }
        isAgain = true
        await check()
    }

    /// A second tap while the first is under way does nothing.
    public func confirm() async {
        if overlaps == nil { await buy() }
    }
}
