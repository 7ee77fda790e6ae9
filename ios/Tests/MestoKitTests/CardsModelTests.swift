// The models behind the screens of cards, passes, news, standing and terms keep their promises,
// over the core and a testbed of Almaty.
import Foundation
import MestoKit
import Testing

private let almaty: CityId = "almaty"

/// A rider with 20000 on the balance, and a card that was issued.
private final class Rider: @unchecked Sendable {
    private static let number = "+77010000002"
    private let testbed: Testbed
    private let phone: TestPhone
    var mesto: Mesto { phone.mesto }

    init() async throws {
        testbed = try Testbed(city: "almaty")
        phone = try await TestPhone(testbed, city: almaty)
        let mesto = phone.mesto
        try await testbed.ask("POST", "/card", ["number": "9643100000000017", "code": "K7M2P9QD"])
        try await mesto.account.requestCode(phone: Self.number)
        try await mesto.account.signIn(phone: Self.number, code: testbed.code(for: Self.number), device: "Swift")
        for _ in 1...2 {
            let page = try #require(try await mesto.wallet.topUp(city: almaty, 10000).pageUrl)
            try await testbed.ask("POST", "/bank/walk", ["page_url": page, "card": "approve"])
            try await mesto.payments.settleAll()
        }
        try await mesto.account.sync()
    }

    deinit {
        phone.close()
        testbed.close()
    }

    func hold() async throws { try await testbed.ask("POST", "/reader", ["code": "K7M2P9QD", "vehicle": "1204", "balance_only": true]) }
    func goOffline(_ on: Bool = true) async throws { try await testbed.ask("POST", "/offline", ["on": on]) }
}

@Suite(.serialized) @MainActor struct CardsModelTests {
    private let rider: Rider
    private var mesto: Mesto { rider.mesto }

    init() async throws { rider = try await Rider() }

    private func linked() async throws -> Card {
        let link = CardLinkModel(mesto, city: almaty)
        (link.number, link.code) = ("9643 1000 0000 0017", "K7M2P9QD")
        await link.link()
        return try #require(link.card)
    }

    @Test func aCardIsLinkedByNumberAndCodeAndAWrongOneSaysWhatToDo_av_73_av_76() async throws {
        let link = CardLinkModel(mesto, city: almaty)
        (link.number, link.code) = ("9643100000000017", "WRONG123")
        await link.link()
        #expect(link.failure?.code == "card_unknown" && link.card == nil && !link.hasCard)
        link.code = "K7M2P9QD"
        await link.link()
        #expect(link.card?.numberMasked == "**** 0017" && link.failure == nil && link.hasCard)
    }

    @Test func aTopUpOfTenThousandIsPaidOnceAndWaitsForAReaderAndATiynMoreIsRefused_av_09_av_77_av_78_av_79() async throws {
        let card = try await linked()
        let topUp = CardTopUpModel(mesto, card: card)
        await topUp.price(Decimal(string: "10000.01")!)
        guard case let .failed(error) = topUp.phase else { Issue.record("\(topUp.phase)"); return }
        #expect(error.code == "card_top_up_too_much")
        await topUp.price(10000)
        #expect(topUp.offer?.numberMasked == "**** 0017" && mesto.wallet.state().balance?.amount == 20000)
        async let first: Void = topUp.buy()
        async let second: Void = topUp.buy()
        _ = await (first, second)
        #expect(topUp.paid?.amount.amount == 10000)
        try await mesto.account.sync()
        #expect(mesto.wallet.state().balance?.amount == 10000)
        let model = CardModel(mesto, card: card)
        await model.read()
        #expect(model.card.balance.amount.amount == 0 && model.notes?.waiting?.amount == 10000 && model.notes?.most?.amount == 10000)
        try await rider.hold()
        try await mesto.account.sync()
        await model.read()
        await model.readMoved()
        #expect(model.card.balance.amount.amount == 10000 && model.notes?.waiting == nil)
        #expect(model.moved?.map(\.kind) == ["cards.held"] && !model.hasMore)
    }

    @Test func aLostCardIsBlockedAtOnceAndNotUnlinkedHere_av_74_av_75() async throws {
        let model = CardModel(mesto, card: try await linked())
        await model.report(.lost)
        #expect(model.card.state == .blocked && model.card.blockedFor == .lost && model.failure == nil)
        await model.unlink()
        #expect(model.failure?.code == "card_office_needed" && !model.isUnlinked)
    }

    @Test func aPassIsBoughtOnceAndOneThatHasNotBegunIsGivenBack() async throws {
        let buy = PassBuyModel(mesto, city: almaty, product: "month")
        await buy.check()
        let today = try #require(buy.offer?.firstOn)
        #expect(buy.overlaps == nil)
        async let first: Void = buy.confirm()
        async let second: Void = buy.confirm()
        _ = await (first, second)
        try await mesto.account.sync()
        #expect(mesto.passes.state().current.count == 1)
        let other = PassBuyModel(mesto, city: almaty, product: "month")
        await other.choose(firstOn: Day(year: today.year, month: today.month, day: today.day + 1))
        #expect(other.overlaps != nil)
        await other.confirm()
        #expect(mesto.passes.state().coming.isEmpty, "nothing is bought before the answer")
        await other.buyAgain()
        await other.confirm()
        try await mesto.account.sync()
        let passes = PassesModel(mesto, city: almaty)
        await passes.tick()
        #expect(passes.onSale.map(\.product) == ["month"])
        await passes.giveBack(try #require(passes.passes.coming.first))
        #expect(passes.givenBack?.state == .givenBack && passes.passes.coming.isEmpty)
    }

    @Test func theAccountIsSuspendedAndResumedAndWithoutANetworkThatIsSaid_av_103_av_126() async throws {
        let model = StandingModel(mesto)
        await model.suspendAccount()
        #expect(!model.standing.mayPay && model.text != nil && model.failure == nil)
        try await rider.goOffline()
        await model.resume()
        #expect(model.failure != nil && !model.standing.mayPay)
        try await rider.goOffline(false)
        await model.resume()
        #expect(model.standing.mayPay && model.text == nil)
    }

    @Test func newsAndTermsAreRead_av_95_av_125() async throws {
        let news = NewsModel(mesto, city: almaty)
        await news.refresh()
        #expect(news.failure == nil && news.notices.unread == 0)
        let terms = TermsModel(mesto, city: almaty)
        await terms.read()
        let first = try #require(terms.terms?.first)
        #expect(first.id == "public-offer" && first.versions.first?.version == "2026-02" && terms.failure == nil)
        await terms.accept("no-such-terms")
        #expect(terms.failure == nil && !terms.isSending, "nothing is accepted that is not new")
    }
}
