// The quick start of docs/quick-start.md, compiled and run as it stands there.
import Testing

// quick-start
import Foundation
import MestoKit

func park(_ config: ClientConfig, phone: String, askCode: () async throws -> String, showPage: (String) async throws -> Void) async throws
    -> PurchaseIntent?
{
    let mesto = try await Mesto(config)
    let city: CityId = "belgrade"
    try await mesto.cities.refresh(city)
    try await mesto.account.requestCode(phone: phone)
    try await mesto.account.signIn(phone: phone, code: askCode(), device: "Ana's phone")
    let car = try await mesto.vehicles.add(city: city, plate: "BG 789-PP")
    if let page = try await mesto.wallet.topUp(city: city, 1000).pageUrl { try await showPage(page) }  // card data is typed there and nowhere else
    try await mesto.payments.settleAll()
    // Thrown where there is no such sign: `sign_unknown`; where there are two: `sign_ambiguous`.
    guard let zone = try await mesto.parking.zonesNear(city: city, sign: "9111").bySign else { return nil }
    return try await mesto.payments.buy(mesto.parking.quote(city: city, zone: zone, vehicle: car.id, minutes: 60))
}
// quick-start end

@Test func theQuickStartBuysAnHour() async throws {
    let testbed = try Testbed()
    defer { testbed.close() }
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("mesto-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appendingPathComponent("mesto.db").path
    let config = ClientConfig(path: path, operatorUrl: testbed.operatorUrl, rootKey: testbed.rootKey)
    let number = "+381641234567"
    let intent = try await park(config, phone: number, askCode: { try await testbed.code(for: number) }) { page in
        try await testbed.ask("POST", "/bank/walk", ["page_url": page, "card": "approve"])
    }
    #expect(intent?.state == .confirmed)
    #expect(intent?.ticket?.price == Money(amount: 80, currency: "RSD"))
}
