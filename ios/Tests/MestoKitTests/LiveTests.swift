// Live updates, the log, time-outs, prices as data and the inspector's verifier in Swift.
import Foundation
import MestoKit
import Testing

@Suite(.serialized) final class LiveTests {
    private let testbed: Testbed
    private let folder: URL
    private var files = 0

    init() throws {
        testbed = try Testbed()
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("mesto-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit {
        testbed.close()
        try? FileManager.default.removeItem(at: folder)
    }

    private let number = "+381660000041"

    private func driver(_ phone: Phone = Phone()) async throws -> Mesto {
        files += 1
        let path = folder.appendingPathComponent("\(files).db").path
        let mesto = try await Mesto(ClientConfig(path: path, operatorUrl: testbed.operatorUrl, rootKey: testbed.rootKey), phone: phone)
        try await mesto.cities.refresh(belgrade)
        // The newest code is told by its moment.
        try await testbed.ask("POST", "/clock", ["advance_seconds": 61])
        try await mesto.account.requestCode(phone: number)
        try await mesto.account.signIn(phone: number, code: testbed.code(for: number), device: "Swift")
        return mesto
    }

    @discardableResult private func buys(_ mesto: Mesto) async throws -> PurchaseIntent {
        let page = try #require(try await mesto.wallet.topUp(city: belgrade, 1000).pageUrl)
        try await testbed.ask("POST", "/bank/walk", ["page_url": page, "card": "approve"])
        try await mesto.payments.settleAll()
        let car = try await mesto.vehicles.add(city: belgrade, plate: "BG789PP")
        return try await mesto.payments.buy(mesto.parking.quote(city: belgrade, zone: "red", vehicle: car.id, minutes: 60))
    }

    /// Waits for the next value that is so; the time bounds a test that has failed.
    private func until<State: Sendable>(_ changes: AsyncStream<State>, _ what: @escaping @Sendable (State) -> Bool) async throws {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                for await state in changes where what(state) { return true }
                return false
            }
            group.addTask {
                try await Task.sleep(for: .seconds(20))
                return false
            }
            let isSo = try await group.next() ?? false
            group.cancelAll()
            #expect(isSo)
        }
    }

    private func showsWhatHappensElsewhere(_ phone: Phone = Phone()) async throws {
        let (here, there) = (try await driver(phone), try await driver())
        let live = Task { try await here.live.run() }
        try await until(here.live.changes()) { $0 == .live }
        try await buys(there)
        try await until(here.parking.changes()) { !$0.active.isEmpty }
        live.cancel()
        try await until(here.live.changes()) { $0 == .off }
    }

    @Test func aTicketBoughtOnAnotherPhoneShowsAtOnce() async throws { try await showsWhatHappensElsewhere() }

    @Test func liveUpdatesGoOverTheAppsOwnLink() async throws {
        try await showsWhatHappensElsewhere(Phone(link: URLSessionLink(), linkStreams: true))
    }

    @Test func aLinkThatHandsOnWholeAnswersIsAskedAgainAndAgain() async throws {
        let mesto = try await driver(Phone(link: URLSessionLink()))
        let live = Task { try await mesto.live.run() }
        try await until(mesto.live.changes()) { $0 == .polling }
        mesto.live.stop()
        try await live.value
        #expect(mesto.live.state() == .off)
    }

    @Test func liveUpdatesEndWithTheSessionAndASecondCallEndsTheFirst() async throws {
        let mesto = try await driver()
        let first = Task { try await mesto.live.run() }
        try await until(mesto.live.changes()) { $0 == .live }
        let second = Task { try await mesto.live.run() }
        try await first.value
        try await until(mesto.live.changes()) { $0 == .live }
        try await mesto.account.signOut()
        guard case .failure(let over as MestoError) = await second.result, case .NotSignedIn = over else {
            Issue.record("they go on")
            return
        }
    }

    private final class Lines: LogSink, @unchecked Sendable {
        private let lock = NSLock()
        private var lines: [LogLine] = []
        var all: [LogLine] { lock.withLock { lines } }
        func line(line: LogLine) { lock.withLock { lines.append(line) } }
    }

    @Test func theAppsLogNamesRequestsAndNobody() async throws {
        let log = Lines()
        let mesto = try await driver(Phone(log: log))
        let bought = try await buys(mesto)
        let line = try #require(log.all.first { $0.operation == "POST /v1/purchases" })
        #expect(line.level == .debug && line.message == "answered" && line.status == 201 && line.duration != nil)
        #expect(line.request?.hasPrefix("rq_") == true)
        await #expect(throws: MestoError.self) { try await mesto.vehicles.add(city: belgrade, plate: "BG789PP") }
        let last = try #require(log.all.last)
        #expect(last.level == .info && last.code == "vehicle_exists" && last.request != nil)
        for secret in ["BG789PP", "660000041", bought.key, "belgrade"] { #expect(!"\(log.all)".contains(secret)) }
    }

    @Test func timeOutsAndRetriesBeyondReasonAreRefused() async throws {
        func refused(_ config: ClientConfig) async -> MestoError? {
            do {
                _ = try await Mesto(config)
                return nil
            } catch { return error as? MestoError }
        }
        func config(_ request: TimeInterval? = nil, _ connect: TimeInterval? = nil, _ retries: UInt32 = 0) -> ClientConfig {
            ClientConfig(
                path: folder.appendingPathComponent("mesto.db").path, operatorUrl: "http://127.0.0.1:1",
                rootKey: String(repeating: "A", count: 43), requestTimeout: request, connectTimeout: connect, readRetries: retries)
        }
        for wrong in [config(0), config(180), config(nil, 11)] {
            let why = await refused(wrong)
            #expect(why?.code == "set_up_wrong" && why?.detail.contains("from 1 s to 120 s") == true)
        }
        #expect(await refused(config(nil, nil, 6))?.params["most"] == "5")
        #expect(coreVersion().split(separator: ".").count == 3)
    }

    @Test func aZoneTellsPricesAndHoursAsDataAndTheAlarmsCanBeRead() async throws {
        let mesto = try await driver()
        let red = try await mesto.parking.prices(city: belgrade, zone: "red", on: Day(year: 2025, month: 9, day: 3))
        #expect(red.steps.map { $0.price?.amount } == [80, 120] && red.steps.map(\.isExtended) == [false, true])
        #expect(red.week.first?.hours.map(\.fromTime) == ["07:00"] && red.week.last?.hours.isEmpty == true)
        #expect(red.limitedMinutes == 60 && red.extendedMinutes == 30 && red.limitCertainty == .official)
        let white = try await mesto.parking.prices(city: belgrade, zone: "white")
        #expect(white.steps.first?.price == nil && white.week.isEmpty)
        try await buys(mesto)
        #expect(await mesto.reminders().count == 2)
        #expect(try await mesto.parking.storedHistory().items.count == 1)
    }

    private func vectors() throws -> Fields {
        let data = try Data(contentsOf: root.appendingPathComponent("tests/vectors/ticket-code.json"))
        return try #require(try JSONSerialization.jsonObject(with: data) as? Fields)
    }

    private func text(_ fields: Fields, _ name: String) throws -> String { try #require(fields[name] as? String) }

    private func key(_ hex: String) -> String {
        let digits = Array(hex)
        let bytes = stride(from: 0, to: digits.count, by: 2).compactMap { UInt8(String(digits[$0...($0 + 1)]), radix: 16) }
        return Data(bytes).base64EncodedString().replacingOccurrences(of: "+", with: "-").replacingOccurrences(of: "/", with: "_")
            .replacingOccurrences(of: "=", with: "")
    }

    /// With thousandths or without.
    private func exact(_ told: String) throws -> Date {
        try Date(told, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: told.contains(".")))
    }

    @Test func everyVectorOfAShownCodeIsJudgedAsThePageSays() throws {
        let file = try vectors()
        let cases = try #require(file["cases"] as? [Fields])
        let rootKey = key(try text(try #require(file["root"] as? Fields), "public"))
        let config = VerifierConfig(operatorUrl: "https://mesto.example", rootKey: rootKey, operator: try text(file, "issuer"))
        for one in cases {
            let name = try text(one, "name")
            let verifier = try CodeVerifier(config)
            try verifier.takeKeys(try text(file, "key_set"))
            if !(one["revocations"] is NSNull) { try verifier.takeRevocations(try text(file, "revocations"), at: exact("2025-09-03T08:30:00Z")) }
            for seen in one["seen"] as? [Fields] ?? [] {
                let other = try #require(
                    cases.first {
                        let says = $0["says"] as? Fields
                        return $0["error"] == nil && says?["id"] as? String == seen["id"] as? String && says?["issue"] as? Int == seen["issue"] as? Int
                    })
                #expect(try verifier.verify(try text(other, "text"), at: exact(try text(other, "now"))).isGood, "\(name)")
            }
            let verdict = try verifier.verify(try text(one, "text"), at: exact(try text(one, "now")))
            #expect(verdict.reason == one["error"] as? String, "\(name)")
            #expect(verdict.isGood == (one["error"] == nil), "\(name)")
            #expect((verdict.code != nil) == (one["says"] != nil), "\(name)")
            if let says = one["says"] as? Fields, let code = verdict.code { try compare(says, code, name) }
        }
    }

    private func compare(_ told: Fields, _ code: VerifiedCode, _ name: String) throws {
        #expect(try exact(try text(told, "ends_at")) == code.endsAt && exact(try text(told, "bought_at")) == code.boughtAt, "\(name)")
        #expect(told["issuer"] as? String == code.issuer && told["issue"] as? Int == Int(code.issue), "\(name)")
        let what = told["what"] as? Fields ?? [:]
        switch code.what {
        case .parking(let ticket): #expect(what["plate"] as? String == ticket.plate && what["zone"] as? String == ticket.zone.value, "\(name)")
        case .garages(let receipt): #expect(what["ticket"] as? String == receipt.ticket && what["facility"] as? String == receipt.facility.value, "\(name)")
        case .rides(let ticket): #expect(what["vehicle"] as? String == ticket.vehicle && what["persons"] as? Int == Int(ticket.persons), "\(name)")
        case .other: #expect(what["plate"] == nil && what["facility"] == nil && what["vehicle"] == nil, "\(name)")
        }
    }

    @Test func anInspectorFetchesKeysAndJudgesWithoutANetwork() async throws {
        let mesto = try await driver(Phone(clock: PhoneClock(try await testbed.now())))
        let ticket = try #require(try await buys(mesto).ticket)
        let config = VerifierConfig(operatorUrl: testbed.operatorUrl, rootKey: testbed.rootKey)
        let verifier = try CodeVerifier(config)
        let shown = try await mesto.parking.code(ticket.id).text
        #expect(throws: MestoError.self) { try verifier.verify(shown) }
        #expect(try await verifier.refresh())
        #expect(try await !verifier.refresh(), "nothing changed")
        let now = try await testbed.now()
        try await testbed.ask("POST", "/offline", ["on": true])
        // What was kept suffices.
        let again = try CodeVerifier(config, kept: verifier.taken())
        let verdict = try again.verify(shown, at: now)
        #expect(verdict.isGood && again.nextUpdate() != nil, "\(verdict)")
        #expect(try again.verify(shown, at: now + 62).reason == "moment_too_old")
        await #expect(throws: MestoError.self) { try await again.refresh() }
    }
}
