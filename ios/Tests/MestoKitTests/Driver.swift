// Whom the tests of the models are about.
import Foundation
import MestoKit
import Testing

/// A driver with a car and 1000 on his deposit, whose phone's way to the operator can fail.
final class Driver: @unchecked Sendable {
    private static let number = "+381670000001"
    private let testbed: Testbed
    private let phone: TestPhone
    private var second: TestPhone?
    let car: Vehicle
    let red: NearZone
    var mesto: Mesto { phone.mesto }

    init() async throws {
        testbed = try Testbed()
        phone = try await TestPhone(testbed)
        let (mesto, number) = (phone.mesto, Self.number)
        try await mesto.account.requestCode(phone: number)
        try await mesto.account.signIn(phone: number, code: testbed.code(for: number), device: "Swift")
        car = try await mesto.vehicles.add(city: belgrade, plate: "BG789PP")
        red = try #require(try await mesto.parking.zonesNear(city: belgrade, sign: "9111").zones.first)
        let page = try #require(try await mesto.wallet.topUp(city: belgrade, 1000).pageUrl)
        try await testbed.ask("POST", "/bank/walk", ["page_url": page, "card": "approve"])
        try await mesto.payments.settleAll()
        try await mesto.account.sync()
    }

    deinit {
        second?.close()
        phone.close()
        testbed.close()
    }

    /// What happens to the next purchase on its way.
    func lose(_ kind: String) async throws {
        try await testbed.ask("POST", "/faults", ["method": "POST", "path": "/v1/purchases", "kind": kind])
    }

    func goOffline() async throws { try await testbed.ask("POST", "/offline", ["on": true]) }

    func goOnline() async throws { try await testbed.ask("POST", "/offline", ["on": false]) }

    func pass(seconds: Int) async throws {
        try await testbed.ask("POST", "/clock", ["advance_seconds": seconds])
        try await phone.tick()
    }

    /// The same driver's second phone, where he has signed in too.
    func secondPhone() async throws -> Mesto {
        // The newest code is told by its moment.
        try await pass(seconds: 1)
        let phone = try await TestPhone(testbed)
        second = phone
        let mesto = phone.mesto
        try await mesto.account.requestCode(phone: Self.number)
        try await mesto.account.signIn(phone: Self.number, code: testbed.code(for: Self.number), device: "Second")
        try await mesto.account.sync()
        return mesto
    }

    /// What a garage's controller says; nothing is a sign of life.
    func controller(_ told: Fields = [:]) async throws {
        try await testbed.ask("POST", "/controller/report", told.merging(["facility": "zeleni-venac"]) { own, _ in own })
    }

    /// The number on the slip of an order that was just issued for the car.
    func issueOrder() async throws -> String {
        let order = try await testbed.ask("POST", "/inspector/orders", ["zone": "red", "plate": "BG789PP", "violation": "no_ticket"])
        guard let number = order["number"] as? String else { throw TestbedFailed(why: "\(order)") }
        return number
    }

    func sold() async throws -> Int? { try await testbed.ask("GET", "/ledger")["tickets"] as? Int }
}
