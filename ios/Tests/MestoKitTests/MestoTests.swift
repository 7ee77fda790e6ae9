// How the core's values, errors, ports and waiting calls are in Swift.
import Foundation
import MestoKit
import Testing

@Suite(.serialized) final class MestoTests {
    private let testbed: Testbed
    private let folder: URL

    init() throws {
        testbed = try Testbed()
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("mesto-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit {
        testbed.close()
        try? FileManager.default.removeItem(at: folder)
    }

    private func config(operatorUrl: String? = nil, rootKey: String? = nil, locale: String = "en") -> ClientConfig {
        ClientConfig(
            path: folder.appendingPathComponent("\(locale).db").path, operatorUrl: operatorUrl ?? testbed.operatorUrl,
            rootKey: rootKey ?? testbed.rootKey, locale: locale)
    }

    private func driver(_ phone: Phone = Phone(), locale: String = "en") async throws -> Mesto {
        let (mesto, number) = (try await Mesto(config(locale: locale), phone: phone), "+381660000001")
        try await mesto.cities.refresh(belgrade)
        try await mesto.account.requestCode(phone: number)
        try await mesto.account.signIn(phone: number, code: testbed.code(for: number), device: "Swift")
        return mesto
    }

    @Test func moneyIsADecimalWithItsCurrencyAndTimeIsADate() async throws {
        let mesto = try await driver(Phone(clock: PhoneClock(try await testbed.now())))
        let car = try await mesto.vehicles.add(city: belgrade, plate: "BG789PP")
        let preview = try await mesto.parking.preview(city: belgrade, zone: "red", vehicle: car.id, minutes: 60)
        #expect(preview.total == Money(amount: Decimal(string: "80.00")!, currency: "RSD"))
        let start = try moment("2025-09-03T08:00:00Z")
        #expect(preview.offer.startsAt == start)
        #expect(preview.offer.tariffFrom == Day(year: 2025, month: 2, day: 1) && "\(preview.offer.tariffFrom)" == "2025-02-01")
        let kept = try JSONDecoder().decode([VehicleId].self, from: JSONEncoder().encode([car.id]))
        #expect(kept == [car.id])
    }

    @Test(arguments: [
        ("en", "91 minutes are more than this zone allows: at most 90.", "You can buy 90 minutes now."),
        ("sr-Latn-RS", "91 min je više nego što zona dozvoljava: najviše 90.", "Sada možete kupiti 90 min."),
        ("kk-KZ", "91\u{a0}мин — бұл аймақ рұқсат еткеннен көп: ең көбі — 90.", "Қазір 90\u{a0}мин сатып алуға болады."),
        ("ru", "91\u{a0}мин — больше, чем разрешает зона: не больше 90.", "Сейчас можно купить 90\u{a0}мин."),
    ])
    func aRefusalSaysWhatHappenedAndWhatIsAllowed_bg_50(locale: String, text: String, advice: String) async throws {
        let mesto = try await driver(locale: locale)
        let car = try await mesto.vehicles.add(city: belgrade, plate: "BG789PP")
        let error = await failure { _ = try await mesto.parking.quote(city: belgrade, zone: "red", vehicle: car.id, minutes: 91) }
        #expect(error?.code == "max_stay_exceeded")
        #expect(error?.localizedDescription == text)
        #expect(error?.recoverySuggestion == advice)
        #expect(error?.params["allowed"] == "90")
        guard case .Refused = error else { Issue.record("\(String(describing: error))"); return }
    }

    @Test func anAccountIsListedExportedAndClosedOnceThoughTheAnswerIsLost_av_123_av_128() async throws {
        let mesto = try await driver()
        let page = try #require(try await mesto.wallet.topUp(city: belgrade, 1000).pageUrl)
        try await testbed.ask("POST", "/bank/walk", ["page_url": page, "card": "approve"])
        try await mesto.payments.settleAll()
        let car = try await mesto.vehicles.add(city: belgrade, plate: "BG789PP")
        _ = try await mesto.payments.buy(mesto.parking.quote(city: belgrade, zone: "red", vehicle: car.id, minutes: 60))
        let newest = try await mesto.payments.history(limit: 1)
        let bought = try #require(newest.items.first)
        #expect(bought.payment.purpose == .sale && bought.payment.method == .deposit && bought.payment.sale == bought.sale.id)
        #expect(bought.payment.captured.amount == 80)
        let older = try await mesto.payments.history(cursor: newest.next)
        #expect(older.items.first?.sale.items.first?.service == "wallet")
        let (orders, visits) = (try await mesto.orders.history(), try await mesto.garages.history())
        #expect(orders.items.isEmpty && visits.items.isEmpty)
        let document = try await mesto.account.export()
        #expect(document.contains("BG 789-PP"))

        try await testbed.ask("POST", "/clock", ["advance_seconds": 61])
        let other = try await driver(locale: "sr-Latn")
        let sessions = try await other.account.sessions().items
        let own = try #require(sessions.first { $0.isOwn })
        #expect(sessions.count == 2 && sessions.allSatisfy { $0.device == "Swift" })
        let isOwn = await failure { try await other.account.endSession(own.id) }
        #expect(isOwn?.code == "session_is_own")
        try await mesto.account.endSession(own.id)
        let over = await failure { _ = try await other.account.sync() }
        guard case .NotSignedIn = over else { Issue.record("\(String(describing: over))"); return }

        try await testbed.ask("POST", "/faults", ["method": "DELETE", "path": "/v1/account", "kind": "drop_answer"])
        let lost = await failure { _ = try await mesto.account.closeAccount() }
        guard case .NoAnswer = lost else { Issue.record("\(String(describing: lost))"); return }
        #expect(mesto.account.state().isClosing)
        let closed = try await mesto.account.closeAccount()
        let refund = try #require(closed.refund)
        #expect(closed.settled == nil && refund.amount.amount == 920)
        #expect(mesto.payments.text(refund).contains("920.00"))
        #expect(!mesto.account.state().isSignedIn && mesto.wallet.state().balance == nil)
        other.close()
        mesto.close()
    }

    @Test func whatIsPrintedOfAnErrorIsCodeAndDetailAndNoPlate() {
        let error = MestoError.Refused(
            code: "vehicle_parked", text: "BG 789-PP is parked.", advice: "Leave.", params: ["plate": "BG 789-PP"], detail: "a ticket runs",
            request: nil, mayBeCharged: false)
        var dumped = ""
        dump(error, to: &dumped)
        #expect(!dumped.contains("789"))
        for printed in ["\(error)", "\(error as any Error)", "\([error])", String(describing: Optional(error)), String(reflecting: error)] {
            #expect(printed.contains("vehicle_parked: a ticket runs"))
            #expect(!printed.contains("789"))
        }
        #expect("\(error)" == "vehicle_parked: a ticket runs")
        #expect(error.localizedDescription == "BG 789-PP is parked.")
    }

    @Test func withoutAConnectionNothingLeftThePhone() async throws {
        let mesto = try await driver()
        try await testbed.ask("POST", "/offline", ["on": true])
        let error = await failure { try await mesto.account.sync() }
        #expect(error?.code == "offline")
        #expect(error?.text == "There is no connection to the operator.")
        #expect(error?.advice == "Nothing was sent and nothing was charged. Look for a signal and try again.")
        guard case .Offline = error else { Issue.record("\(String(describing: error))"); return }
    }

    @Test func aWrongSetUpSaysWhatIsWrong() async throws {
        #expect(await failure { _ = try await Mesto(self.config(rootKey: "abc")) }?.code == "set_up_wrong")
        #expect(await failure { _ = try await Mesto(self.config(operatorUrl: "http://operator.example")) }?.code == "set_up_wrong")
    }

    @Test func theTokenLiesInThePhonesOwnSecretsAndNotInTheDatabase() async throws {
        let secrets = MemorySecrets()
        let mesto = try await driver(Phone(secrets: secrets))
        let token = try #require(try secrets.get(name: "localhost/session_token"))
        #expect(mesto.account.state().isSignedIn)
        for name in ["en.db", "en.db-wal"] {
            let file = try Data(contentsOf: folder.appendingPathComponent(name))
            #expect(file.range(of: Data(token.utf8)) == nil, "the token lies in \(name)")
        }
    }

    @Test func aLockedKeychainIsAnErrorOfThePhone() async throws {
        let error = await failure { _ = try await self.driver(Phone(secrets: MemorySecrets(locked: true))) }
        #expect(error?.code == "phone_secrets_failed")
        #expect(error?.detail.contains("the keychain is locked") == true)
    }

    @Test func theStreamHasTheCurrentStateAtOnceAndThenChanges() async throws {
        let mesto = try await driver()
        var changes = mesto.vehicles.changes().makeAsyncIterator()
        #expect(await changes.next()?.vehicles.isEmpty == true)
        _ = try await mesto.vehicles.add(city: belgrade, plate: "BG789PP")
        var latest = await changes.next()
        while latest?.vehicles.isEmpty == true { latest = await changes.next() }
        #expect(latest?.vehicles.map(\.plate.canonical) == ["BG789PP"])
    }

    @Test func aCancelledTaskReachesTheCore() async throws {
        let mesto = try await driver()
        try await testbed.ask("POST", "/faults", ["method": "GET", "path": "/v1/events", "kind": "delay", "milliseconds": 30000])
        let waiting = Task { try await mesto.account.sync() }
        waiting.cancel()
        let error = await failure { _ = try await waiting.value }
        guard case .Cancelled = error else { Issue.record("\(String(describing: error))"); return }
        #expect(error?.code == "called_off")
        #expect(error?.text == "You called this off.")
    }

    @Test func aPortThatThrowsStopsNothing() async throws {
        let mesto = try await driver(Phone(reminders: NoAlarms()))
        _ = try await mesto.vehicles.add(city: belgrade, plate: "BG789PP")
        #expect(mesto.vehicles.state().vehicles.count == 1)
        let error = await failure { _ = try await Mesto(self.config(locale: "sr"), phone: Phone(clock: NoClock())) }
        #expect(error?.code == "set_up_wrong")
    }

    @Test func aValueThatNobodyCanMeanIsAnErrorAndNoPanic() async throws {
        let mesto = try await driver()
        for amount in [Decimal.nan, Decimal(string: "1e40")!, Decimal(string: "0.33333333333333333333333333333333")!] {
            #expect(await failure { _ = try await mesto.wallet.topUp(city: belgrade, amount) }?.code == "out_of_range")
        }
        #expect(await failure { _ = try await mesto.parking.history(limit: -1) }?.code == "out_of_range")
    }

    @Test func noValueInACallThatCannotFailEndsTheApp() async throws {
        let mesto = try await Mesto(config())
        let nowhere: CityId = "Novi Sad"
        #expect(mesto.text("go-back", city: nowhere) == "Back")
        #expect(mesto.texts(in: nowhere).goBack() == "Back")
        #expect(mesto.utcOffset(at: Date(timeIntervalSince1970: 0), city: nowhere) == nil)
        for seconds in [1e15, -1e15, 1e300, -1e300, Double.nan, Double.infinity] {
            #expect(mesto.utcOffset(at: Date(timeIntervalSince1970: seconds)) == nil)
        }
        for sum in [Money(amount: .nan, currency: "RSD"), Money(amount: 1, currency: "rsd")] {
            let refused = await failure { _ = try mesto.wallet.preview(sum) }
            #expect(refused?.code == "out_of_range")
            let line = Line(kind: "parking.limited", params: [:], amount: sum, vat: Vat(category: .unknown, rate: nil, amount: nil), seller: nil)
            #expect(mesto.text(line) == refused?.text)
        }
    }

    @Test func aTicketByCardWaitsAtTheBankUntilItWasHeard_bg_43() async throws {
        let mesto = try await driver()
        let car = try await mesto.vehicles.add(city: belgrade, plate: "BG789PP")
        let quote = try await mesto.parking.quote(city: belgrade, zone: "red", vehicle: car.id, minutes: 90, pay: .card)
        #expect(quote.parkingOffer?.grantedMinutes == 90)
        let intent = try await mesto.payments.buy(quote)
        #expect(intent.state == .unconfirmed(progress: .atBank))
        #expect(mesto.payments.state().open.map(\.key) == [intent.key])
        // Whatever it is paid by, the same thing is not bought again meanwhile.
        let again = await failure { _ = try await mesto.payments.buy(mesto.parking.quote(city: belgrade, zone: "red", vehicle: car.id, minutes: 60)) }
        #expect(again?.code == "unconfirmed" && again?.params["intent"] == intent.key)
        try await testbed.ask("POST", "/bank/walk", ["page_url": try #require(intent.pageUrl), "card": "approve"])
        let settled = try await mesto.payments.settle(intent.key)
        #expect(settled.state == .confirmed && settled.payment?.captured.amount == 200)
        #expect(settled.ticket?.plate.canonical == "BG789PP")
        #expect(quote.items.allSatisfy { $0.lines.allSatisfy { !mesto.text($0).isEmpty } })
    }

    @Test func aVisitToAGarageIsPaidByItsTicketTypedOrPhotographed_bg_64_bg_65_bg_67() async throws {
        let told: Fields = [
            "facility": "zeleni-venac", "event": "entered", "ticket": "SW000001", "at": "2025-09-03T06:50:00Z", "free": 12,
        ]
        try await testbed.ask("POST", "/controller/report", told)
        let mesto = try await driver()
        let view = try #require(try await mesto.garages.places(city: belgrade).first { $0.facility == "zeleni-venac" })
        #expect(view.free == 12 && view.isReachable == true)
        #expect(try await mesto.garages.facilities(city: belgrade).contains(view))
        #expect(try await mesto.garages.number(city: belgrade, of: view.facility, typed: "sw 0000-01") == "SW000001")
        let photo = try Data(contentsOf: root.appendingPathComponent("tests/scenarios/photos/ticket.jpg"))
        #expect(try await mesto.garages.number(city: belgrade, of: view.facility, photo: photo) == "GR004217")
        let torn = await failure { _ = try await mesto.garages.number(city: belgrade, of: view.facility, photo: photo.prefix(200)) }
        #expect(torn?.code == "photo_unreadable")
        // A file that no system opens: only its header says what it is.
        let heic = Data([0, 0, 0, 24]) + Data("ftypheic".utf8) + Data(count: 40)
        let unread = await failure { _ = try await mesto.garages.number(city: belgrade, of: view.facility, photo: heic) }
        #expect(unread?.code == "photo_unreadable" && unread?.params["format"] == "HEIC")
        #expect(unread?.advice.contains("JPEG and PNG are read") == true)
        let mistyped = await failure { _ = try await mesto.garages.pay(city: belgrade, view.facility, ticket: "SW!") }
        #expect(mistyped?.code == "ticket_number_invalid")

        let intent = try await mesto.garages.pay(city: belgrade, view.facility, ticket: "sw 000001", pay: .card)
        #expect(intent.state == .unconfirmed(progress: .atBank) && intent.garagesSubject?.ticket == "SW000001")
        try await testbed.ask("POST", "/bank/walk", ["page_url": try #require(intent.pageUrl), "card": "approve"])
        let visit = try #require(try await mesto.payments.settle(intent.key).visit)
        #expect(visit.state == .paid && visit.paid.amount == 200)
        #expect(mesto.garages.state().inside == [visit])
        #expect(try await mesto.garages.visit(visit.id) == visit)
        #expect(try await mesto.garages.receipt(visit.id)?.text.hasPrefix("MESTO1:") == true)
    }

    @Test func textThatIsNoIdIsRefused() async throws {
        let mesto = try await driver()
        #expect(await failure { _ = try await mesto.parking.ticket("nonsense") }?.code == "id_invalid")
    }

    @Test func closingLetsGoOfTheFileAndLaterCallsSaySo() async throws {
        let mesto = try await driver()
        let following = Task { for await _ in mesto.account.changes() {} }
        defer { following.cancel() }
        mesto.close()
        mesto.close()
        let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(left.filter { $0.hasPrefix("en.db-") }.isEmpty)
        let shown = mesto.account.state()
        #expect(shown.isSignedIn)
        let error = await failure { try await mesto.account.sync() }
        #expect(error?.code == "closed")
        #expect(error?.text == "The app has closed its data.")
        #expect(mesto.account.state() == shown)
        #expect(mesto.now() > Date(timeIntervalSince1970: 0))
        #expect(mesto.text("error-closed") == "The app has closed its data.")
        #expect(mesto.payments.state().open.isEmpty && mesto.recovery() == nil)
        _ = (mesto.utcOffset(at: mesto.now()), mesto.clock(), mesto.connection())
        await mesto.replan()
        var followed = mesto.account.changes().makeAsyncIterator()
        #expect(await followed.next() == shown)
        let calls: [@Sendable () async throws -> Void] = [
            { try await mesto.cities.refresh(belgrade) }, { _ = try await mesto.operator.refresh() },
            { _ = try await mesto.vehicles.add(city: belgrade, plate: "BG790PP") }, { _ = try await mesto.parking.parked() },
            { _ = try await mesto.orders.history() }, { _ = try await mesto.garages.places(city: belgrade) },
            { _ = try await mesto.payments.intents() }, { try await mesto.payments.settleAll() },
            { _ = try await mesto.wallet.topUp(city: belgrade, 1000) },
        ]
        for call in calls { #expect(await failure(call)?.code == "closed") }
        let again = try await Mesto(config())
        #expect(again.account.state().isSignedIn)
    }

    @Test func whatADamagedDatabaseMeantIsTold() async throws {
        let whole = try await Mesto(config())
        #expect(whole.recovery() == nil)
        whole.close()
        try Data(String(repeating: "noise ", count: 1000).utf8).write(to: folder.appendingPathComponent("en.db"))
        let recovery = try #require(try await Mesto(config()).recovery())
        #expect(FileManager.default.fileExists(atPath: recovery.setAside))
    }

    @Test func onlyWithoutAConnectionNothingWasSent() async throws {
        // Port 9 of this machine: nobody discards there.
        let closed = try await Mesto(config(operatorUrl: "http://127.0.0.1:9"), phone: Phone(link: URLSessionLink()))
        guard case .Offline = await failure({ try await closed.cities.refresh(belgrade) }) else { Issue.record("not offline"); return }
        let mesto = try await Mesto(config(locale: "sr"), phone: Phone(link: URLSessionLink()))
        try await testbed.ask("POST", "/faults", ["method": "POST", "path": "/v1/auth/code", "kind": "drop_answer"])
        let error = await failure { try await mesto.account.requestCode(phone: "+381660000002") }
        guard case .NoAnswer = error else { Issue.record("\(String(describing: error))"); return }
    }

    @Test func aCancelledTaskCancelsTheRequestOfTheAppsOwnLink() async throws {
        let mesto = try await driver(Phone(link: URLSessionLink()))
        try await testbed.ask("POST", "/faults", ["method": "GET", "path": "/v1/events", "kind": "delay", "milliseconds": 30000])
        let waiting = Task { try await mesto.account.sync() }
        waiting.cancel()
        guard case .Cancelled = await failure({ _ = try await waiting.value }) else { Issue.record("not cancelled"); return }
    }

    private func failure(_ call: () async throws -> Void) async -> MestoError? {
        do { try await call() } catch { return error as? MestoError }
        return nil
    }
}

@MainActor @Test func theCoreNeverWorksOnTheMainThread() async throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("mesto-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let clock = WatchedClock(try moment("2025-09-03T08:00:00Z"))
    let path = folder.appendingPathComponent("mesto.db").path
    let config = ClientConfig(path: path, operatorUrl: "http://127.0.0.1:9", rootKey: String(repeating: "A", count: 43))
    let mesto = try await Mesto(config, phone: Phone(clock: clock))
    let opening = clock.readings
    await #expect(throws: MestoError.self) { try await mesto.cities.refresh(belgrade) }
    #expect(opening > 0 && clock.readings > opening)
    #expect(clock.readingsOnMain == 0)
}

private final class WatchedClock: DeviceClock, @unchecked Sendable {
    private let lock = NSLock()
    private let clock: PhoneClock
    private var (all, onMain) = (0, 0)

    init(_ now: Date) { clock = PhoneClock(now) }

    var readings: Int { lock.withLock { all } }
    var readingsOnMain: Int { lock.withLock { onMain } }

    func wall() -> Date {
        lock.withLock { (all, onMain) = (all + 1, onMain + (Thread.isMainThread ? 1 : 0)) }
        return clock.wall()
    }
    func monotonic() -> TimeInterval { clock.monotonic() }
    func boot() -> String { clock.boot() }
}

private final class NoAlarms: ReminderPlan {
    func replace(operator: String, plan: [Reminder]) throws { throw CancellationError() }
}

private final class NoClock: DeviceClock {
    func wall() throws -> Date { throw CancellationError() }
    func monotonic() throws -> TimeInterval { 0 }
    func boot() throws -> String { "" }
}

private final class MemorySecrets: SecretStore, @unchecked Sendable {
    private let lock = NSLock()
    private var kept: [String: String] = [:]
    private let locked: Bool

    init(locked: Bool = false) { self.locked = locked }

    func get(name: String) throws -> String? { lock.withLock { kept[name] } }
    func set(name: String, value: String) throws {
        if locked { throw PhoneError.Failed(reason: "the keychain is locked") }
        lock.withLock { kept[name] = value }
    }
    func remove(name: String) throws { lock.withLock { kept[name] = nil } }
}
