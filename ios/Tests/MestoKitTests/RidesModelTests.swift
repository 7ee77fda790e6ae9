// The models behind the screens of rides keep their promises, over the core and a testbed of
// Almaty.
import Foundation
import MestoKit
import Testing

private let almaty: CityId = "almaty"

/// A rider with 1000 on the balance, who stands in a bus.
private final class Rider: @unchecked Sendable {
    private static let number = "+77010000001"
    private let testbed: Testbed
    private let phone: TestPhone
    private var second: TestPhone?
    /// What the sign in the bus says.
    let sign: String
    var mesto: Mesto { phone.mesto }

    init() async throws {
        testbed = try Testbed(city: "almaty")
        phone = try await TestPhone(testbed, city: almaty)
        let mesto = phone.mesto
        let bus = try await testbed.ask("POST", "/bus", ["vehicle": "1204", "plate": "123ABC02", "route": "92"])
        guard let sign = bus["sign"] as? String else { throw TestbedFailed(why: "\(bus)") }
        self.sign = sign
        try await mesto.account.requestCode(phone: Self.number)
        try await mesto.account.signIn(phone: Self.number, code: testbed.code(for: Self.number), device: "Swift")
        let page = try #require(try await mesto.wallet.topUp(city: almaty, 1000).pageUrl)
        try await testbed.ask("POST", "/bank/walk", ["page_url": page, "card": "approve"])
        try await mesto.payments.settleAll()
        try await mesto.account.sync()
    }

    deinit {
        second?.close()
        phone.close()
        testbed.close()
    }

    /// What the terminal in the bus shows now.
    func terminal() async throws -> String {
        let shown = try await testbed.ask("POST", "/bus/terminal", ["vehicle": "1204"])
        guard let code = shown["code"] as? String else { throw TestbedFailed(why: "\(shown)") }
        return code
    }

    func lose() async throws {
        try await testbed.ask("POST", "/faults", ["method": "POST", "path": "/v1/purchases", "kind": "drop_answer"])
    }

    func goOffline(_ on: Bool = true) async throws { try await testbed.ask("POST", "/offline", ["on": on]) }

    func pass(seconds: Int) async throws {
        try await testbed.ask("POST", "/clock", ["advance_seconds": seconds])
        try await phone.tick()
    }

    /// The same rider's second phone.
    func secondPhone() async throws -> Mesto {
        try await pass(seconds: 1)
        let phone = try await TestPhone(testbed, city: almaty)
        second = phone
        try await phone.mesto.account.requestCode(phone: Self.number)
        try await phone.mesto.account.signIn(phone: Self.number, code: testbed.code(for: Self.number), device: "Second")
        try await phone.mesto.account.sync()
        return phone.mesto
    }
}

@Suite(.serialized) @MainActor struct RidesModelTests {
    private let rider: Rider
    private var mesto: Mesto { rider.mesto }

    init() async throws { rider = try await Rider() }

    private func confirmed() async throws -> Ride {
        let check = RideCheckModel(mesto, city: almaty, scanned: rider.sign)
        await check.check()
        await check.confirm()
        guard case let .ended(intent) = check.phase else { throw TestbedFailed(why: "\(check.phase)") }
        return try #require(intent.ride)
    }

    @Test func aFrameWhoseNumbersDoNotFitIsRefusedAndADarkOneSaysSo_av_64() async throws {
        let scanner = try FrameScanner(budget: 5)
        await #expect(throws: MestoError.self) { try await scanner.scan(ScanFrame(luminance: Data(count: 3), width: 2, height: 2)) }
        let model = ScanModel(mesto, city: almaty, scanner: scanner)
        await model.look(at: ScanFrame(luminance: Data(repeating: 9, count: 320 * 240), width: 320, height: 240))
        #expect(model.hint == .tooDark && model.failure == nil && model.sign == nil)
        await model.look(at: ScanFrame(luminance: Data(count: 3), width: 2, height: 2))
        #expect(model.failure?.code == "frame_invalid")
    }

    @Test func theRideIsSeenBeforeItIsConfirmedAndOneTapRegistersOnce_av_65_av_66_av_69() async throws {
        let check = RideCheckModel(mesto, city: almaty, scanned: rider.sign)
        await check.check()
        let offer = try #require(check.offer)
        #expect(offer.vehicle.board == "1204" && offer.trip != nil && check.repeats == nil)
        #expect(mesto.wallet.state().balance?.amount == 1000)
        let names = try #require(await check.names())
        #expect(names.route?.number == "92" && names.route?.to == "Al-Farabi Avenue")
        async let first: Void = check.confirm()
        async let second: Void = check.confirm()
        _ = await (first, second)
        #expect(mesto.rides.state().current.count == 1)
        #expect(mesto.wallet.state().balance?.amount == 880)
    }

    @Test func theTerminalsCodeIsAsGoodAsTheSign_av_63() async throws {
        let check = RideCheckModel(mesto, city: almaty, scanned: try await rider.terminal())
        await check.choose(persons: 3)
        guard case let .quoted(quote) = check.phase else { Issue.record("\(check.phase)"); return }
        #expect(quote.total.amount == 360)
    }

    @Test func aSecondRideInTheSameVehicleIsAskedAbout_av_65() async throws {
        let ride = try await confirmed()
        let check = RideCheckModel(mesto, city: almaty, typed: "1204")
        await check.check()
        #expect(check.repeats?.id == ride.id)
        await check.confirm()
        #expect(mesto.rides.state().current.count == 1, "nothing is bought before the answer")
        await check.rideAgain()
        #expect(check.repeats == nil)
        await check.confirm()
        #expect(mesto.rides.state().current.count == 2)
    }

    @Test func withoutANetworkNothingIsSoldAndALostAnswerIsNotConfirmedYet_av_66() async throws {
        let check = RideCheckModel(mesto, city: almaty, scanned: rider.sign)
        await check.check()
        try await rider.lose()
        await check.confirm()
        #expect(check.isUnderWay)
        try await rider.goOffline()
        let next = RideCheckModel(mesto, city: almaty, typed: "1204")
        await next.check()
        guard case let .failed(error) = next.phase else { Issue.record("\(next.phase)"); return }
        #expect(error.code == "ride_not_checked")
        try await rider.goOffline(false)
        await check.settle()
        #expect(!check.isUnderWay && mesto.rides.state().current.count == 1)
    }

    @Test func theTicketHasACodeThatChangesAndMovesToThePhoneThatAsks_av_38_av_82() async throws {
        let ride = try await confirmed()
        let here = RideModel(mesto, ride: ride)
        await here.tick()
        let first = try #require(here.code)
        #expect(here.phase == .running)
        try await rider.pass(seconds: 60)
        await here.tick()
        #expect(here.code != nil && here.code != first && here.now > ride.registeredAt)
        let second = try await rider.secondPhone()
        let there = RideModel(second, ride: ride)
        await there.tick()
        #expect(there.code == nil && there.isCodeElsewhere)
        await there.moveCodeHere()
        #expect(there.code != nil && !there.isCodeElsewhere && there.failure == nil)
    }

    @Test func aRideThatIsWrongIsSaidAndItsTicketStaysGood_av_69() async throws {
        let model = RideModel(mesto, ride: try await confirmed())
        await model.dispute("The bus broke down")
        await model.tick()
        #expect(model.ride.state == .disputed && model.phase == .running && model.code != nil)
    }

    @Test func aTicketThatIsOverShowsNoCode_av_82() async throws {
        let model = RideModel(mesto, ride: try await confirmed())
        await model.tick()
        try await rider.pass(seconds: 4 * 3600)
        await model.tick()
        #expect(model.phase == .over && model.code == nil)
    }
}
