// The way to the operator over URLSession: with the phone's proxies, certificates and connection
// rules.
import Foundation

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// Give it as `Phone(link: URLSessionLink(), linkStreams: true)`. It has a session of its own,
/// because a redirect must not be followed and no answer may be kept on the phone's disk.
public final class URLSessionLink: OperatorLink, @unchecked Sendable {
    private let receiver = Receiver()
    private let session: URLSession

    public init(_ configuration: URLSessionConfiguration = .ephemeral) {
        configuration.urlCache = nil
        configuration.httpShouldSetCookies = false
        session = URLSession(configuration: configuration, delegate: receiver, delegateQueue: nil)
    }

    deinit { session.finishTasksAndInvalidate() }

    public func send(request: LinkRequest, reply: LinkReply) {
        guard let url = URL(string: request.url) else { return reply.notSent(why: "no address") }
        // Of a stream it is the longest silence: the operator sends a comment every 20 seconds, and
        // the core gives a silent one up itself.
        let timeout = request.isStream ? max(60, request.timeout) : request.timeout
        var outgoing = URLRequest(url: url, cachePolicy: .reloadIgnoringLocalCacheData, timeoutInterval: timeout)
        outgoing.httpMethod = request.method
        outgoing.httpBody = request.body
        for (name, value) in request.headers { outgoing.setValue(value, forHTTPHeaderField: name) }
        let task = session.dataTask(with: outgoing)
        receiver.expect(task, request, reply)
        task.resume()
    }

    public func cancel(request: UInt64) { receiver.task(of: request)?.cancel() }
}

/// Collects what comes back for each task.
private final class Receiver: NSObject, URLSessionDataDelegate, @unchecked Sendable {
    private static let longestAnswer = 8 * 1024 * 1024

    private struct Waiting {
        let task: URLSessionTask
        let request: UInt64
        let reply: LinkReply
        let isStream: Bool
        var body = Data()
    }

    private let lock = NSLock()
    private var waiting: [Int: Waiting] = [:]

    func expect(_ task: URLSessionTask, _ request: LinkRequest, _ reply: LinkReply) {
        let one = Waiting(task: task, request: request.id, reply: reply, isStream: request.isStream)
        lock.withLock { waiting[task.taskIdentifier] = one }
    }

    func task(of request: UInt64) -> URLSessionTask? { lock.withLock { waiting.values.first { $0.request == request }?.task } }

    /// A redirect could carry the token to another host: it is an answer, and not the operator's.
    func urlSession(
        _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
        newRequest request: URLRequest, completionHandler: @escaping @Sendable (URLRequest?) -> Void
    ) { completionHandler(nil) }

    func urlSession(
        _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
        completionHandler: @escaping @Sendable (URLSession.ResponseDisposition) -> Void
    ) {
        if let stream = stream(of: dataTask), let answer = response as? HTTPURLResponse { stream.begun(status: 200, headers: Self.headers(of: answer)) }
        completionHandler(.allow)
    }

    /// Where the pieces of a stream go that was answered with 200.
    private func stream(of task: URLSessionTask) -> LinkReply? {
        guard (task.response as? HTTPURLResponse)?.statusCode == 200 else { return nil }
        return lock.withLock { waiting[task.taskIdentifier].flatMap { $0.isStream ? $0.reply : nil } }
    }

    private static func headers(of answer: HTTPURLResponse) -> [String: String] {
        var headers: [String: String] = [:]
        for (name, value) in answer.allHeaderFields { headers["\(name)"] = "\(value)" }
        return headers
    }

    func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
        if let stream = stream(of: dataTask) { return stream.more(bytes: data) }
        let size = lock.withLock {
            waiting[dataTask.taskIdentifier]?.body.append(data)
            return waiting[dataTask.taskIdentifier]?.body.count ?? 0
        }
        if size > Self.longestAnswer { dataTask.cancel() }
    }

    func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
        guard let ended = lock.withLock({ waiting.removeValue(forKey: task.taskIdentifier) }) else { return }
        let answer = task.response as? HTTPURLResponse
        if ended.isStream, answer?.statusCode == 200 {
            ended.reply.unknown(why: error.map { "\($0)" } ?? "the stream ended")
        } else if let error {
            answer == nil && isSurelyUnsent(task, error) ? ended.reply.notSent(why: "\(error)") : ended.reply.unknown(why: "\(error)")
        } else if let answer {
            let status = UInt16(clamping: answer.statusCode)
            ended.reply.answered(answer: LinkAnswer(status: status, headers: Self.headers(of: answer), body: ended.body))
        } else {
            ended.reply.unknown(why: "no answer and no error")
        }
    }

    /// Errors that come before a connection is made; every other could have carried the request.
    private func isSurelyUnsent(_ task: URLSessionTask, _ error: any Error) -> Bool {
        switch (error as? URLError)?.code {
        case .cannotFindHost, .dnsLookupFailed, .cannotConnectToHost, .serverCertificateUntrusted, .serverCertificateHasBadDate,
            .serverCertificateNotYetValid, .serverCertificateHasUnknownRoot, .appTransportSecurityRequiresSecureConnection:
            true
        // Said at the start, and perhaps when a connection is lost: what pays has a body, and none
        // of it left.
        case .notConnectedToInternet, .dataNotAllowed, .internationalRoamingOff, .callIsActive: task.countOfBytesSent == 0
        default: false
        }
    }
}
