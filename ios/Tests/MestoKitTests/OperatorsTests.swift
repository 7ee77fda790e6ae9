// Several operators in one phone: each has its file, token, device key, alarms and widgets' file,
// and none touches another's.
import Foundation
import MestoKit
import Testing

private let names = ["parking.example", "garaze.example"]
private let number = "+381660000070"

@Suite(.serialized) final class OperatorsTests {
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("mesto-\(UUID().uuidString)")
    private let beds: [Testbed]
    private let secrets = MemorySecrets()
    private let alarms = SetAlarms()
    private let operators: Operators
    private var apps: [Mesto] = []

    init() async throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        beds = try names.map { try Testbed(name: $0) }
        let clock = PhoneClock(try await beds[0].now())
        operators = Operators(
            OperatorsConfig(folder: folder.path), phone: Phone(clock: clock, secrets: secrets, reminders: alarms))
        apps = [try await opened(0), try await opened(1)]
        for app in apps {
            try await app.operator.refresh()
            try await app.cities.refresh(belgrade)
        }
    }

    deinit {
        operators.close()
        beds.forEach { $0.close() }
        try? FileManager.default.removeItem(at: folder)
    }

    private func opened(_ place: Int) async throws -> Mesto {
        try await operators.open(OperatorConfig(url: beds[place].operatorUrl, rootKey: beds[place].rootKey, name: names[place]))
    }

    private func ready(_ place: Int) async throws {
        let (app, testbed) = (apps[place], beds[place])
        try await app.account.requestCode(phone: number)
        try await app.account.signIn(phone: number, code: testbed.code(for: number), device: "Swift")
        _ = try await app.vehicles.add(city: belgrade, plate: "BG789PP")
        let page = try #require(try await app.wallet.topUp(city: belgrade, 1000).pageUrl)
        try await testbed.ask("POST", "/bank/walk", ["page_url": page, "card": "approve"])
        try await app.payments.settleAll()
    }

    private func quoted(_ place: Int) async throws -> Quote {
        let car = try #require(apps[place].vehicles.state().vehicles.first)
        return try await apps[place].parking.quote(city: belgrade, zone: "red", vehicle: car.id, minutes: 60)
    }

    private func park(_ place: Int) async throws -> PurchaseIntent { try await apps[place].payments.buy(quoted(place)) }

    private func token(_ place: Int) -> String? { secrets.get(name: "\(names[place])/session_token") }

    private func widget(_ place: Int) throws -> String {
        try String(contentsOf: folder.appendingPathComponent("\(names[place]).widget.json"), encoding: .utf8)
    }

    @Test func twoOperatorsDoNotTouchEachOthersTokenFileKeyAndReminders() async throws {
        #expect(operators.names() == names.sorted())
        try await ready(0)
        #expect(token(0) != nil && token(1) == nil, "signing in at one is no business of the other")
        try await ready(1)
        for place in [0, 1] {
            #expect(try await park(place).state == .confirmed)
            let ticket = try #require(apps[place].parking.state().active.first)
            #expect(try widget(place).contains("\(ticket.id)"))
            #expect(try !widget(1 - place).contains("\(ticket.id)"))
            #expect(!alarms.of(names[place]).isEmpty)
            #expect(FileManager.default.fileExists(atPath: folder.appendingPathComponent("\(names[place]).db").path))
        }
        #expect(token(0) != token(1))
        let keys = names.compactMap { secrets.get(name: "\($0)/device_key") }
        #expect(keys.count == 2 && keys[0] != keys[1], "two operators cannot tell that it is the same phone")
        #expect(await operators.reminders().map(\.id).sorted() == (alarms.of(names[0]) + alarms.of(names[1])).sorted())

        let before = (token(1), alarms.of(names[1]), try widget(1), apps[1].parking.state())
        try await apps[0].account.signOut()
        #expect(token(0) == nil)
        #expect(alarms.of(names[0]).isEmpty)
        #expect(token(1) == before.0 && alarms.of(names[1]) == before.1)
        #expect(try widget(1) == before.2)
        #expect(apps[1].parking.state() == before.3)
        try await apps[1].account.sync()
        #expect(apps[1].account.state().isSignedIn)
    }

    @Test func whileOneOperatorIsDownTheOtherWorks() async throws {
        try await ready(0)
        try await ready(1)
        let quote = try await quoted(0)
        try await beds[0].ask("POST", "/offline", ["on": true])
        let waits = try await apps[0].payments.buy(quote)
        #expect(waits.isOpen)
        #expect(try await park(1).state == .confirmed)
        let open = await operators.openIntents()
        #expect(open.map(\.operator) == [names[0]] && open.map(\.intent.key) == [waits.key])
    }

    @Test func oneThatIsClosedIsOpenedAgainAndKeepsItsAlarms() async throws {
        try await ready(0)
        _ = try await park(0)
        let set = alarms.of(names[0])
        #expect(await failure { _ = try await self.opened(0) }?.code == "operator_open")
        apps[0].close()
        #expect(operators.names() == [names[1]])
        #expect(alarms.of(names[0]) == set, "its ticket goes on")
        apps[0] = try await opened(0)
        #expect(apps[0].account.state().isSignedIn)
    }

    @Test func afterTheEndOfAllOfThemEachSaysSo() async throws {
        try await ready(0)
        operators.close()
        #expect(operators.names().isEmpty)
        #expect(await operators.openIntents().isEmpty)
        await operators.replan()
        #expect(apps[0].account.state().isSignedIn)
        #expect(await failure { try await self.apps[0].account.sync() }?.code == "closed")
    }

    @Test func anOperatorSaysWhatItIsAndOnlyUnderItsOwnName() async throws {
        let state = apps[1].operator.state()
        let document = try #require(state.document)
        #expect(document.operator == names[1] && document.cities.map(\.id) == [belgrade])
        #expect(state.client == .served)
        let config = OperatorConfig(url: beds[1].operatorUrl, rootKey: beds[1].rootKey, name: "other.example")
        let other = try await operators.open(config)
        #expect(await failure { try await other.operator.refresh() }?.code == "operator_untrusted")
    }

    private func failure(_ call: () async throws -> Void) async -> MestoError? {
        do { try await call() } catch { return error as? MestoError }
        return nil
    }
}

/// The alarms of a phone, as it sets and takes them back: by the ids that begin with the operator's
/// name.
private final class SetAlarms: ReminderPlan, @unchecked Sendable {
    private let lock = NSLock()
    private var set: [String: Reminder] = [:]

    func replace(operator: String, plan: [Reminder]) {
        lock.withLock {
            set = set.filter { !$0.key.hasPrefix("\(`operator`)/") }
            for one in plan { set[one.id] = one }
        }
    }

    func of(_ operator: String) -> [String] {
        lock.withLock { set.values.filter { $0.operator == `operator` }.map(\.id).sorted() }
    }
}

private final class MemorySecrets: SecretStore, @unchecked Sendable {
    private let lock = NSLock()
    private var kept: [String: String] = [:]

    func get(name: String) -> String? { lock.withLock { kept[name] } }
    func set(name: String, value: String) { lock.withLock { kept[name] = value } }
    func remove(name: String) { lock.withLock { kept[name] = nil } }
}
