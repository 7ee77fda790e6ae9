// A testbed and a phone for tests: see docs/testbed.md and docs/scenarios.md.
import Foundation
import MestoKit

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// The repository, from where this file lies.
let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

/// The city of the testbed.
let belgrade: CityId = "belgrade"

typealias Fields = [String: Any]

/// A problem document of the operator, passed on by the testbed.
struct Problem: Error {
    let code: String
    let detail: String
}

struct TestbedFailed: Error { let why: String }

/// A city of its own in a process; ends with its standard input.
final class Testbed {
    private let process = Process()
    private let input = Pipe()
    private let addresses: Fields
    var operatorUrl: String { addresses["operator"] as? String ?? "" }
    var rootKey: String { addresses["root_key"] as? String ?? "" }

    init(start: String = "2025-09-03T08:00:00Z", name: String = "localhost", city: CityId = belgrade) throws {
        let folder = ProcessInfo.processInfo.environment["MESTO_LIB_DIR"] ?? root.appendingPathComponent("target/debug").path
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: folder).appendingPathComponent("mesto")
        process.arguments = ["testbed", "--port", "0", "--json", "--start", start, "--name", name, "--city", city.value]
        process.environment = ProcessInfo.processInfo.environment.merging(["RUST_LOG": "error"]) { given, _ in given }
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        var line = Data()
        while line.last != UInt8(ascii: "\n") {
            let byte = output.fileHandleForReading.readData(ofLength: 1)
            if byte.isEmpty { throw TestbedFailed(why: "the testbed said nothing") }
            line += byte
        }
        guard let read = try JSONSerialization.jsonObject(with: line) as? Fields else { throw TestbedFailed(why: "no object") }
        addresses = read
    }

    func close() {
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
    }

    @discardableResult
    func ask(_ method: String, _ path: String, _ body: Fields? = nil) async throws -> Fields {
        guard let url = URL(string: (addresses["control"] as? String ?? "") + path) else { throw TestbedFailed(why: path) }
        var request = URLRequest(url: url, timeoutInterval: 30)
        request.httpMethod = method
        request.setValue("application/json", forHTTPHeaderField: "content-type")
        if let body { request.httpBody = try JSONSerialization.data(withJSONObject: body) }
        let (data, answer) = try await URLSession.shared.data(for: request)
        let document = (data.isEmpty ? [:] : try JSONSerialization.jsonObject(with: data) as? Fields) ?? [:]
        let status = (answer as? HTTPURLResponse)?.statusCode ?? 0
        if status < 400 { return document }
        if let code = document["code"] as? String { throw Problem(code: code, detail: document["detail"] as? String ?? "") }
        throw TestbedFailed(why: "\(method) \(path): \(status) \(document)")
    }

    func now() async throws -> Date { try moment(try await ask("GET", "/clock")["now"]) }

    /// The newest one-time code that was sent to this number.
    func code(for phone: String) async throws -> String {
        let number = phone.replacingOccurrences(of: "+", with: "%2B")
        let messages = try await ask("GET", "/messages?phone=\(number)")["messages"] as? [Fields] ?? []
        guard let code = messages.compactMap({ $0["code"] as? String }).first else { throw TestbedFailed(why: "no code was sent") }
        return code
    }
}

func moment(_ value: Any?) throws -> Date {
    guard let text = value as? String, let date = try? Date(text, strategy: .iso8601) else {
        throw TestbedFailed(why: "\(String(describing: value)) is no moment")
    }
    return date
}

func text(of moment: Date) -> String { moment.formatted(.iso8601) }

/// Tells the testbed's time, wrong by `ahead`; stands still until it is told.
final class PhoneClock: DeviceClock, @unchecked Sendable {
    private let lock = NSLock()
    private var (current, booted, boots, wrong): (Date, Date, Int, TimeInterval)

    init(_ now: Date) { (current, booted, boots, wrong) = (now, now, 1, 0) }

    var ahead: TimeInterval {
        get { lock.withLock { wrong } }
        set { lock.withLock { wrong = newValue } }
    }
    func set(_ now: Date) { lock.withLock { current = now } }
    func reboot() { lock.withLock { (booted, boots) = (current, boots + 1) } }

    func wall() -> Date { lock.withLock { current + wrong } }
    func monotonic() -> TimeInterval { lock.withLock { current.timeIntervalSince(booted) } }
    func boot() -> String { lock.withLock { "boot \(boots)" } }
}

/// Keeps the last plan of alarms.
final class RememberedPlan: ReminderPlan, @unchecked Sendable {
    private let lock = NSLock()
    private var last: [Reminder] = []
    var plan: [Reminder] { lock.withLock { last } }
    func replace(operator: String, plan: [Reminder]) { lock.withLock { last = plan } }
}

/// One phone with an empty folder, its clock and its alarms.
final class TestPhone {
    private let testbed: Testbed
    private let link: (any OperatorLink)?
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("mesto-\(UUID().uuidString)")
    let clock: PhoneClock
    let alarms = RememberedPlan()
    private(set) var mesto: Mesto

    init(_ testbed: Testbed, link: (any OperatorLink)? = nil, city: CityId = belgrade) async throws {
        (self.testbed, self.link) = (testbed, link)
        clock = PhoneClock(try await testbed.now())
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        mesto = try await Self.open(testbed, folder, clock, alarms, link)
        try await mesto.cities.refresh(city)
    }

    func reopen() async throws {
        mesto.close()
        mesto = try await Self.open(testbed, folder, clock, alarms, link)
    }
    func tick() async throws { clock.set(try await testbed.now()) }
    func close() {
        mesto.close()
        try? FileManager.default.removeItem(at: folder)
    }

    private static func open(
        _ testbed: Testbed, _ folder: URL, _ clock: PhoneClock, _ alarms: RememberedPlan, _ link: (any OperatorLink)?
    ) async throws -> Mesto {
        let path = folder.appendingPathComponent("mesto.db").path
        let config = ClientConfig(path: path, operatorUrl: testbed.operatorUrl, rootKey: testbed.rootKey)
        return try await Mesto(config, phone: Phone(clock: clock, reminders: alarms, link: link))
    }
}
