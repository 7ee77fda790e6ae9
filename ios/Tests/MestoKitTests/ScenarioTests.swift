// The scenarios of tests/scenarios, played word for word through MestoKit against a testbed.
import Foundation
import MestoKit
import Testing

private let folder = root.appendingPathComponent("tests/scenarios")

private func names() -> [String] {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return files.filter { $0.hasSuffix(".json") && $0 != "schema.json" }.map { String($0.dropLast(5)) }.sorted()
}

private func read(_ name: String) throws -> Fields {
    let data = try Data(contentsOf: folder.appendingPathComponent("\(name).json"))
    guard let scenario = try JSONSerialization.jsonObject(with: data) as? Fields else { throw StepFailed(description: name) }
    return scenario
}

private func play(_ scenario: Fields, link: (any OperatorLink)? = nil) async throws {
    let city = CityId(scenario["city"] as? String ?? "belgrade")
    let testbed = try Testbed(start: scenario["start"] as? String ?? "", city: city)
    defer { testbed.close() }
    var (phones, players, name): ([String: TestPhone], [String: ScenarioPlayer], String) = ([:], [:], "first")
    defer { phones.values.forEach { $0.close() } }
    for (number, step) in (scenario["steps"] as? [Fields] ?? []).enumerated() {
        if step["do"] as? String == "phone" { name = step["name"] as? String ?? "" }
        if phones[name] == nil { phones[name] = try await TestPhone(testbed, link: link, city: city) }
        guard let phone = phones[name] else { throw StepFailed(description: "no phone \(name)") }
        let player = players[name] ?? ScenarioPlayer(testbed, phone, city)
        players[name] = player
        do {
            try await player.check(step)
        } catch let failed as StepFailed {
            throw StepFailed(description: "step \(number + 1) \(step): \(failed)")
        }
    }
}

@Suite(.serialized) struct ScenarioTests {
    @Test func thereAreScenarios() { #expect(names().count >= 12) }

    @Test(arguments: names()) func goesAsWritten(_ name: String) async throws { try await play(try read(name)) }

    @Test(arguments: ["journey", "lost-answer", "lost-request", "operator-restarts"])
    func anAppWithItsOwnLinkPlaysTheSame(_ name: String) async throws { try await play(try read(name), link: URLSessionLink()) }

    @Test func aScenarioThatExpectsTooMuchFails() async throws {
        let scenario: Fields = ["start": "2025-09-03T08:00:00Z", "steps": [["do": "ledger", "expect": ["tickets": 1]] as Fields]]
        await #expect(throws: StepFailed.self) { try await play(scenario) }
    }
}
