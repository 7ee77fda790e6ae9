// The models behind the screens keep their promises, over the core and a testbed.
import Foundation
import MestoKit
import Testing

@Suite(.serialized) @MainActor struct ModelTests {
    private let driver: Driver
    private var mesto: Mesto { driver.mesto }
    private var car: Vehicle { driver.car }
    private var red: NearZone { driver.red }

    init() async throws { driver = try await Driver() }

    /// 60 minutes in the red zone, bought and not confirmed.
    private func unconfirmed(_ kind: String = "drop_answer") async throws -> PurchaseModel {
        let purchase = PurchaseModel(mesto, city: belgrade, zone: red, vehicle: car)
        await purchase.quote(minutes: 60)
        try await driver.lose(kind)
        await purchase.buy()
        return purchase
    }

    @Test func aDoubleTapBuysOnce() async throws {
        let purchase = PurchaseModel(mesto, city: belgrade, zone: red, vehicle: car)
        await purchase.quote(minutes: 60)
        async let first: Void = purchase.buy()
        async let second: Void = purchase.buy()
        _ = await (first, second)
        #expect(try await driver.sold() == 1)
        #expect(mesto.wallet.state().balance?.amount == 920)
        guard case let .ended(intent) = purchase.phase else { Issue.record("\(purchase.phase)"); return }
        #expect(intent.state == .confirmed)
    }

    @Test func anUnconfirmedPurchaseIsShownAsSuchUntilItIsKnown() async throws {
        let purchase = try await unconfirmed("drop_request")
        guard case let .ended(open) = purchase.phase else { Issue.record("\(purchase.phase)"); return }
        #expect(open.state == .unconfirmed(progress: .sent))
        #expect(mesto.payments.state().open == [open])
        #expect(mesto.wallet.state().balance?.amount == 1000)
        try await driver.pass(seconds: 180)
        await purchase.settle()
        guard case let .ended(ended) = purchase.phase else { Issue.record("\(purchase.phase)"); return }
        #expect(ended.state == .expired)
        #expect(mesto.payments.state().open.isEmpty)
        #expect(try await driver.sold() == 0)
    }

    @Test func whileAPurchaseIsUnderWayNothingElseCanBeAskedForOrBought() async throws {
        let purchase = try await unconfirmed()
        let phase = purchase.phase
        await purchase.turn(to: 30)
        await purchase.quote(minutes: 30)
        await purchase.buy()
        #expect(purchase.isUnderWay && purchase.phase == phase && purchase.preview == nil)
        #expect(try await driver.sold() == 1)
    }

    @Test func askingInVainLeavesAnUnconfirmedPurchaseAsItIs() async throws {
        let purchase = try await unconfirmed()
        try await driver.goOffline()
        await purchase.settle()
        #expect(purchase.isUnderWay)
    }

    @Test(.timeLimit(.minutes(1))) func anEndThatCameInTheBackgroundIsShown() async throws {
        let purchase = try await unconfirmed()
        let following = Task { await purchase.follow() }
        await mesto.beat()
        #expect(purchase.isUnderWay, "its time has not come")
        try await driver.pass(seconds: 10)
        await mesto.beat()
        while purchase.isUnderWay { await Task.yield() }
        following.cancel()
        await following.value
    }

    @Test func theWheelStopsAtTheLimitAndSaysWhy_bg_50() async throws {
        let purchase = PurchaseModel(mesto, city: belgrade, zone: red, vehicle: car)
        await purchase.look()
        #expect(purchase.wheel?.choices.last == 90)
        await purchase.turn(to: 90)
        #expect(purchase.preview?.offer.grantedMinutes == 90)
        await purchase.turn(to: 91)
        guard case let .failed(error) = purchase.phase else { Issue.record("\(purchase.phase)"); return }
        #expect(error.code == "max_stay_exceeded")
        #expect(error.params["allowed"] == "90")
    }

    @Test func theWheelIsTheCoresAndANewStayIsItsStop_bg_48() async throws {
        let purchase = PurchaseModel(mesto, city: belgrade, zone: red, vehicle: car)
        await purchase.look()
        #expect(purchase.wheel == TimeWheel(choices: [60, 90], chosen: 60, stop: .longestStay(minutes: 90)))
        await purchase.quote(minutes: 60)
        #expect(purchase.wheel?.choices == [60, 90], "the operator offers what was asked for")
        await purchase.buy()
        let next = PurchaseModel(mesto, city: belgrade, zone: red, vehicle: car)
        await next.look()
        let deadline = try #require(mesto.parking.state().active.first?.stay.deadline)
        #expect(next.wheel == TimeWheel(choices: [30], chosen: 30, stop: .restOfStay(minutes: 30, deadline: deadline)))
    }

    @Test func aCodeMovesToThePhoneThatAsksForIt() async throws {
        let quote = try await mesto.parking.quote(city: belgrade, zone: "red", vehicle: car.id, minutes: 60)
        let ticket = try #require(try await mesto.payments.buy(quote).ticket)
        let second = try await driver.secondPhone()
        let there = TicketModel(second, ticket: ticket)
        await there.tick()
        #expect(there.code == nil && there.isCodeElsewhere)
        try await driver.goOffline()
        await there.moveCodeHere()
        #expect(there.failure != nil && there.isCodeElsewhere, "it stays where it was")
        try await driver.goOnline()
        await there.moveCodeHere()
        #expect(there.code != nil && !there.isCodeElsewhere && there.failure == nil)
        try await mesto.account.sync()
        let here = TicketModel(mesto, ticket: ticket)
        await here.tick()
        #expect(here.code == nil && here.isCodeElsewhere)
    }

    @Test func anOrderIsFoundByTheNumberOnItsSlip() async throws {
        let number = try await driver.issueOrder()
        let order = OrderPaymentModel(mesto)
        await order.quote()
        #expect(order.phase == .choosing, "nothing is meant yet")
        order.number = "4821"
        await order.find()
        guard case let .failed(error) = order.phase else { Issue.record("\(order.phase)"); return }
        #expect(error.code == "order_number_invalid" && order.order == nil)
        order.number = number
        await order.find()
        let due = try #require(order.order?.owed.amount)
        await order.quote()
        #expect(order.missing?.amount == due - 1000, "the deposit has 1000")
        await order.quote(pay: .card)
        #expect(order.missing == nil)
        await order.buy()
        guard case let .ended(intent) = order.phase else { Issue.record("\(order.phase)"); return }
        #expect(intent.isOpen && intent.pageUrl != nil && intent.ordersOffer?.order.id == order.order?.id)
    }

    @Test func aSignWinsOverThePosition() async throws {
        let zones = ZonesModel(mesto, city: belgrade)
        await zones.look(at: Position(lat: 44.8, lon: 20.46, accuracyMetres: nil), sign: "SMS 9112")
        #expect(zones.chosen?.zone == "yellow")
        #expect(zones.zones.first?.zone == "yellow")
    }

    @Test func pricesAndHoursAreReadBeforeAnythingIsBought_bg_46() async throws {
        let prices = PricesModel(mesto, city: belgrade, zone: red.zone)
        #expect(prices.prices == nil && prices.failure == nil)
        try await driver.goOffline()
        await prices.look()
        let shown = try #require(prices.prices)
        #expect(shown.steps.map { $0.price?.amount } == [80, 120])
        #expect(shown.limitedMinutes == 60 && shown.extendedMinutes == 30 && shown.week.count == 7)
        #expect(prices.failure == nil, "no connection is needed")
        let unknown = PricesModel(mesto, city: belgrade, zone: "nowhere")
        await unknown.look()
        #expect(unknown.prices == nil && unknown.failure?.code == "zone_unknown")
        #expect(try await driver.sold() == 0)
    }

    @Test func aTicketCountsDownByTheOperatorsTime() async throws {
        let quote = try await mesto.parking.quote(city: belgrade, zone: "red", vehicle: car.id, minutes: 60)
        let ticket = try #require(try await mesto.payments.buy(quote).ticket)
        let model = TicketModel(mesto, ticket: ticket)
        #expect(model.left == 3600)
        try await driver.pass(seconds: 2700)
        await model.tick()
        #expect(model.left == 900)
        #expect(model.share == 0.25)
        #expect(model.code != nil)
        #expect(model.lines == ["Paid for 60 min"])
        #expect(!model.isEnding)
        try await driver.pass(seconds: 600)
        await model.tick()
        #expect(model.isEnding && !model.isOver)
        try await driver.pass(seconds: 300)
        await model.tick()
        #expect(model.isOver && !model.isEnding)
    }

    @Test func aTicketAndItsExtensionAreOneTime_bg_50_bg_54() async throws {
        let quote = try await mesto.parking.quote(city: belgrade, zone: "red", vehicle: car.id, minutes: 60)
        let ticket = try #require(try await mesto.payments.buy(quote).ticket)
        let purchase = PurchaseModel(mesto, city: belgrade, zone: red, vehicle: car)
        await purchase.look(extending: ticket)
        #expect(purchase.wheel?.choices == [30])
        await purchase.quoteExtension(of: ticket)
        await purchase.buy()
        let model = TicketModel(mesto, ticket: ticket)
        await model.tick()
        let parked = try #require(model.parked)
        #expect(model.left == 5400 && parked.tickets.count == 2 && parked.inForce == ticket.id)
        #expect(parked.paid.amount == parked.tickets.map(\.price.amount).reduce(0, +))
        #expect(try await mesto.parking.parked() == [parked])
        try await driver.pass(seconds: 3600)
        await model.tick()
        #expect(model.parked?.inForce == parked.tickets.last?.id && model.left == 1800 && model.code != nil)
        // Nothing is left of the stay, and the refusal says by when the car must be gone.
        await purchase.settle()
        let last = try #require(parked.tickets.last)
        let rest = PurchaseModel(mesto, city: belgrade, zone: red, vehicle: car)
        await rest.look(extending: last)
        #expect(rest.wheel?.choices.isEmpty == true)
        await rest.quoteExtension(of: last)
        guard case let .failed(error) = rest.phase else { Issue.record("\(rest.phase)"); return }
        #expect(error.code == "limit_reached" && error.params["leave_by"] == "2025-09-03T09:30:00Z" && !error.mayBeCharged)
    }

    @Test(.timeLimit(.minutes(1))) func aViewFollowsEveryChangeOfItsPart() async throws {
        let vehicles = Shown(mesto.vehicles)
        #expect(vehicles.state.vehicles == [car])
        let following = Task { await vehicles.follow() }
        _ = try await mesto.vehicles.add(city: belgrade, plate: "NS123AB")
        while vehicles.state.vehicles.count == 1 { await Task.yield() }
        following.cancel()
        await following.value
    }

    @Test func facilitiesShowWhatIsKnownAndThenWhatIsTold() async throws {
        let facilities = FacilitiesModel(mesto, city: belgrade)
        try await driver.controller(["free": 12])
        try await driver.goOffline()
        await facilities.look()
        #expect(facilities.failure != nil && facilities.facilities.allSatisfy { $0.free == nil })
        #expect(!facilities.facilities.isEmpty)
        try await driver.goOnline()
        await facilities.look()
        #expect(facilities.failure == nil)
        #expect(facilities.facilities.first?.facility == "zeleni-venac" && facilities.facilities.first?.free == 12)
    }

    @Test func freePlacesThatWereToldTooLongAgoAreNotShown() async throws {
        try await driver.controller(["free": 12])
        let facilities = FacilitiesModel(mesto, city: belgrade)
        await facilities.look()
        #expect(facilities.facilities.first?.free == 12)
        try await driver.goOffline()
        try await driver.pass(seconds: 16 * 60)
        await facilities.look()
        let aged = facilities.facilities.first { $0.facility == "zeleni-venac" }
        #expect(aged?.free == nil && aged?.observedAt != nil)
    }

    @Test func aVisitIsPaidByAPhotoOfItsTicketAndOwesAgainByTheOperatorsTime_bg_65_bg_68() async throws {
        try await driver.controller(["event": "entered", "ticket": "GR004217"])
        let garage = try #require(try await mesto.garages.places(city: belgrade).first { $0.facility == "zeleni-venac" })
        let photos = root.appendingPathComponent("tests/scenarios/photos")
        let payment = VisitPaymentModel(mesto, city: belgrade, facility: garage)
        payment.ticket = "GR 99"
        await payment.read(try Data(contentsOf: photos.appendingPathComponent("wall.jpg")))
        guard case let .failed(error) = payment.phase else { Issue.record("\(payment.phase)"); return }
        #expect(error.code == "photo_without_code" && payment.ticket == "GR 99")
        await payment.read(try Data(contentsOf: photos.appendingPathComponent("ticket.jpg")))
        #expect(payment.phase == .choosing && payment.ticket == "GR004217")

        await payment.quote()
        guard case let .quoted(quote) = payment.phase else { Issue.record("\(payment.phase)"); return }
        #expect(quote.total.amount == 100)
        async let first: Void = payment.buy()
        async let second: Void = payment.buy()
        _ = await (first, second)
        guard case let .ended(intent) = payment.phase else { Issue.record("\(payment.phase)"); return }
        #expect(mesto.wallet.state().balance?.amount == 900)

        let visit = VisitModel(mesto, visit: try #require(intent.visit))
        #expect(visit.visit.state == .paid && visit.left == nil, "the city states no time to leave")
        try await driver.pass(seconds: 3601)
        await visit.tick()
        #expect(visit.visit.state == .owingAgain)
    }
}
