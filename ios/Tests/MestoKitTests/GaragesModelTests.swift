// The models behind the screens of garages, over the core and a testbed.
import Foundation
import MestoKit
import Testing

@Suite(.serialized) @MainActor struct GaragesModelTests {
    private let driver: Driver
    private var mesto: Mesto { driver.mesto }

    init() async throws { driver = try await Driver() }

    /// Zeleni venac, where GR004217 has just come in.
    private func entered() async throws -> FacilityView {
        try await driver.controller(["event": "entered", "ticket": "GR004217", "free": 118])
        let facilities = FacilitiesModel(mesto)
        await facilities.look()
        #expect(facilities.failure == nil)
        return try #require(facilities.facilities.first)
    }

    private func photo(_ name: String) throws -> Data {
        try Data(contentsOf: root.appendingPathComponent("tests/scenarios/photos/\(name)"))
    }

    @Test func withoutAConnectionTheFreePlacesAreThoseToldLast_bg_64() async throws {
        let facility = try await entered()
        #expect(facility.facility == "zeleni-venac" && facility.free == 118)
        try await driver.goOffline()
        let facilities = FacilitiesModel(mesto)
        await facilities.look()
        #expect(facilities.failure != nil)
        #expect(facilities.facilities.first?.free == 118)
        try await driver.pass(seconds: 16 * 60)
        await facilities.look()
        let aged = facilities.facilities.first { $0.facility == "zeleni-venac" }
        #expect(aged?.free == nil && aged?.observedAt != nil, "too old to be told")
    }

    @Test func aTicketIsReadFromAPhotoAndPaidOnce_bg_65_bg_67() async throws {
        let payment = VisitPaymentModel(mesto, facility: try await entered())
        payment.ticket = "GR00"
        await payment.read(try photo("wall.jpg"))
        guard case let .failed(error) = payment.phase else { Issue.record("\(payment.phase)"); return }
        #expect(error.code == "photo_without_code" && payment.ticket == "GR00")
        await payment.read(try photo("ticket.jpg"))
        #expect(payment.phase == .choosing && payment.ticket == "GR004217")
        try await driver.pass(seconds: 30 * 60)
        try await driver.controller()
        await payment.quote()
        #expect(payment.missing == nil)
        async let first: Void = payment.buy()
        async let second: Void = payment.buy()
        _ = await (first, second)
        #expect(mesto.wallet.state().balance?.amount == 900)
        await payment.quote()
        guard case let .failed(paid) = payment.phase else { Issue.record("\(payment.phase)"); return }
        #expect(paid.code == "visit_already_paid")
    }

    @Test func aPaidVisitOwesAgainByTheClockAlone_bg_68() async throws {
        let facility = try await entered()
        try await driver.pass(seconds: 30 * 60)
        try await driver.controller()
        let intent = try await mesto.garages.pay(facility.facility, ticket: "gr 0042-17")
        let visit = VisitModel(mesto, visit: try #require(intent.visit))
        #expect(visit.visit.state == .paid && visit.left == nil, "the garage states no time to leave")
        try await driver.goOffline()
        try await driver.pass(seconds: 31 * 60)
        await visit.tick()
        #expect(visit.visit.state == .owingAgain)
    }
}
