// The models behind the screens keep their promises, on the fake client.
import Foundation
import MestoKit
import Testing

@MainActor struct ModelTests {
    /// 60 minutes in the first zone, bought and not confirmed.
    private func unconfirmed() async -> (FakeMesto, PurchaseModel) {
        let mesto = FakeMesto()
        mesto.end(next: .unconfirmed)
        let purchase = PurchaseModel(mesto, zone: mesto.zones[0], vehicle: Samples.car)
        await purchase.quote(minutes: 60)
        await purchase.buy()
        return (mesto, purchase)
    }

    @Test func aDoubleTapBuysOnce() async throws {
        let mesto = FakeMesto()
        let purchase = PurchaseModel(mesto, zone: mesto.zones[0], vehicle: Samples.car)
        await purchase.quote(minutes: 60)
        async let first: Void = purchase.buy()
        async let second: Void = purchase.buy()
        _ = await (first, second)
        #expect(mesto.calls == ["quote", "buy"])
        #expect(mesto.snapshot().balance?.amount == 920)
        guard case let .ended(intent) = purchase.phase else { Issue.record("\(purchase.phase)"); return }
        #expect(intent.state == .confirmed)
    }

    @Test func anUnconfirmedPurchaseIsShownAsSuchUntilItIsKnown() async throws {
        let (mesto, purchase) = await unconfirmed()
        guard case let .ended(open) = purchase.phase else { Issue.record("\(purchase.phase)"); return }
        #expect(open.state == .unconfirmed)
        #expect(mesto.snapshot().openIntents == [open])
        #expect(mesto.snapshot().balance?.amount == 1000)
        mesto.end(next: .expired)
        await purchase.settle()
        guard case let .ended(ended) = purchase.phase else { Issue.record("\(purchase.phase)"); return }
        #expect(ended.state == .expired)
        #expect(mesto.snapshot().openIntents.isEmpty)
    }

    @Test func whileAPurchaseIsUnderWayNothingElseCanBeAskedForOrBought() async throws {
        let (mesto, purchase) = await unconfirmed()
        await purchase.turn(to: 30)
        await purchase.quote(minutes: 30)
        await purchase.buy()
        #expect(purchase.isUnderWay)
        #expect(mesto.calls == ["quote", "buy"])
    }

    @Test func askingInVainLeavesAnUnconfirmedPurchaseAsItIs() async throws {
        let (mesto, purchase) = await unconfirmed()
        mesto.fail(next: .Offline(code: "offline", text: "No connection", advice: "", params: [:], detail: ""))
        await purchase.settle()
        #expect(purchase.isUnderWay)
    }

    @Test(.timeLimit(.minutes(1))) func anEndThatCameInTheBackgroundIsShown() async throws {
        let (mesto, purchase) = await unconfirmed()
        let following = Task { await purchase.follow() }
        mesto.end(next: .confirmed)
        await AppModel(mesto).beat()
        #expect(purchase.isUnderWay, "its time has not come")
        mesto.advance(seconds: 2)
        await AppModel(mesto).beat()
        while purchase.isUnderWay { await Task.yield() }
        following.cancel()
        await following.value
    }

    @Test func theWheelStopsAtTheLimitAndSaysWhy() async throws {
        let mesto = FakeMesto()
        let purchase = PurchaseModel(mesto, zone: mesto.zones[0], vehicle: Samples.car)
        #expect(purchase.most == 90)
        await purchase.turn(to: 90)
        #expect(purchase.preview?.terms.grantedMinutes == 90)
        await purchase.turn(to: 91)
        guard case let .failed(error) = purchase.phase else { Issue.record("\(purchase.phase)"); return }
        #expect(error.code == "max_stay_exceeded")
        #expect(error.params["allowed"] == "90")
    }

    @Test func aSignWinsOverThePosition() async throws {
        let zones = ZonesModel(FakeMesto())
        await zones.look(at: Position(lat: 44.8, lon: 20.46, accuracyM: nil), sign: "SMS 9112")
        #expect(zones.chosen?.zone == "yellow")
        #expect(zones.zones.first?.zone == "yellow")
    }

    @Test func aTicketCountsDownByTheOperatorsTime() async throws {
        let mesto = FakeMesto()
        let ticket = try #require(try await mesto.buy(mesto.quote(zone: "red", vehicle: "v", minutes: 60)).ticket)
        let model = TicketModel(mesto, ticket: ticket)
        #expect(model.left == 3600)
        mesto.advance(seconds: 2700)
        await model.tick()
        #expect(model.left == 900)
        #expect(model.share == 0.25)
        #expect(model.code != nil)
        mesto.advance(seconds: 900)
        await model.tick()
        #expect(model.isOver)
    }

    @Test(.timeLimit(.minutes(1))) func theAppFollowsEveryChange() async throws {
        let mesto = FakeMesto(Samples.signedOut)
        let app = AppModel(mesto)
        #expect(!app.state.signedIn)
        try await mesto.signIn(phone: "+381641234567", code: "123456", device: "test")
        let following = Task { await app.follow() }
        while !app.state.signedIn { await Task.yield() }
        following.cancel()
        await following.value
    }
}
