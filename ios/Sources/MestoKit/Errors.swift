// What every error of the core says, whatever its kind.
import Foundation
@_exported import MestoCore

extension MestoError: LocalizedError {
    private var told: (code: String, text: String, advice: String, params: [String: String], detail: String) {
        switch self {
        case let .Refused(code, text, advice, params, detail), let .Offline(code, text, advice, params, detail),
            let .NoAnswer(code, text, advice, params, detail), let .NotNow(code, text, advice, params, detail),
            let .NotSignedIn(code, text, advice, params, detail), let .NotGenuine(code, text, advice, params, detail),
            let .Phone(code, text, advice, params, detail), let .Cancelled(code, text, advice, params, detail):
            (code, text, advice, params, detail)
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

    public var errorDescription: String? { text }
    public var recoverySuggestion: String? { advice.isEmpty ? nil : advice }
}
