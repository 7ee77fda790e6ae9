// What every error of the core says, whatever its kind.
import Foundation
@_exported import MestoCore

extension MestoError: LocalizedError {
    private var told: (code: String, text: String, advice: String, params: [String: String], detail: String, request: String?) {
        switch self {
        case let .Refused(code, text, advice, params, detail, request), let .Offline(code, text, advice, params, detail, request),
            let .NoAnswer(code, text, advice, params, detail, request), let .NotNow(code, text, advice, params, detail, request),
            let .NotSignedIn(code, text, advice, params, detail, request), let .Untrusted(code, text, advice, params, detail, request),
            let .Phone(code, text, advice, params, detail, request), let .Cancelled(code, text, advice, params, detail, request):
            (code, text, advice, params, detail, request)
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

    public var errorDescription: String? { text }
    public var recoverySuggestion: String? { advice.isEmpty ? nil : advice }
}
