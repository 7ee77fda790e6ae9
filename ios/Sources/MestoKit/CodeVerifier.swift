// An inspector's verifier: codes that drivers show, judged without a network.
import Foundation

/// Verifies the codes of one operator. It has no account and no file: keep what `taken` gives, and
/// hand it in at the next start, so that it works without a network from the first code on.
public final class CodeVerifier: Sendable {
    private let core: TicketVerifier

    public init(_ config: VerifierConfig, kept: VerifierData? = nil) throws {
        core = try TicketVerifier(config: config)
        if let keys = kept?.keys { _ = try core.takeKeys(text: keys) }
        if let list = kept?.revocations { _ = try core.takeRevocations(text: list) }
    }

    /// Takes a key set as the operator answers `GET /v1/keys`; its version.
    @discardableResult public func takeKeys(_ text: String) throws -> UInt64 { try core.takeKeys(text: text) }
    /// Takes a list of ended codes as the operator answers `GET /v1/revocations`; its version.
    @discardableResult public func takeRevocations(_ text: String, at moment: Date? = nil) throws -> UInt64 {
        try core.takeRevocations(text: text, at: moment)
    }
    /// What it verifies with, to be kept.
    public func taken() -> VerifierData { core.taken() }
    /// When to `refresh`; at once where nil.
    public func nextUpdate() -> Date? { core.nextUpdate() }
    /// Judges the text of a scanned code; by this machine's clock where no moment is given.
    /// `keys_missing` before the first keys.
    public func verify(_ text: String, at moment: Date? = nil) throws -> Verdict { try core.verify(text: text, at: moment) }
    /// Fetches the key set and the list where they changed; whether one did.
    @discardableResult public func refresh() async throws -> Bool {
        let cancel = Cancel()
        return try await withTaskCancellationHandler { try await core.refresh(cancel: cancel) } onCancel: { cancel.cancel() }
    }
}
