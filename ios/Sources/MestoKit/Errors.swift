// What every error of the core says, whatever its kind.
import Foundation
@_exported import MestoCore

/// What is printed, logged, dumped or written into a crash report is `code: detail`, which names
/// nobody; `localizedDescription` is the text for the driver, and may name his plate.
extension MestoError: LocalizedError, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    private var told: (
        code: String, text: String, advice: String, params: [String: String], detail: String, request: String?, mayBeCharged: Bool
    ) {
        switch self {
        case let .Refused(code, text, advice, params, detail, request, mayBeCharged), let .Offline(code, text, advice, params, detail, request, mayBeCharged),
            let .NoAnswer(code, text, advice, params, detail, request, mayBeCharged), let .NotNow(code, text, advice, params, detail, request, mayBeCharged),
            let .NotSignedIn(code, text, advice, params, detail, request, mayBeCharged), let .Untrusted(code, text, advice, params, detail, request, mayBeCharged),
            let .Phone(code, text, advice, params, detail, request, mayBeCharged), let .Cancelled(code, text, advice, params, detail, request, mayBeCharged):
            (code, text, advice, params, detail, request, mayBeCharged)
        }
    }

    /// Stable, `snake_case`: to branch on and to report.
    public var code: String { told.code }
    /// What happened, for the driver, in his language.
    public var text: String { told.text }
    /// What he can do now; empty when there is nothing.
    public var advice: String { told.advice }
    /// The numbers, moments (RFC 3339) and sums of the text.
    public var params: [String: String] { told.params }
    /// For developers and logs; never holds personal data.
    public var detail: String { told.detail }
    /// By which the operator finds the request in its log; nil when nothing was sent.
    public var request: String? { told.request }
    /// Nobody can say that nothing was charged: it may have been, or it was and goes back.
    public var mayBeCharged: Bool { told.mayBeCharged }

    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }

    public var errorDescription: String? { text }
    public var recoverySuggestion: String? { advice.isEmpty ? nil : advice }
}

/// A text of a value that the core told. Views cannot fail in the middle of a line: of a value that
/// was changed so that nobody can read it, what is wrong stands there.
func textOf(_ read: () throws -> String) -> String {
    do {
        return try read()
    } catch {
        return error.localizedDescription
    }
}
