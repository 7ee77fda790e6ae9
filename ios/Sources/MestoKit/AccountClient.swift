// Signing in and out, the devices that are signed in, all that is stored, the end of the account,
// and bringing it up to date.
import Foundation

extension Mesto {
    /// Who is signed in.
    public var account: AccountClient { AccountClient(core: core) }
}

public struct AccountClient: Part {
    let core: Core

    public func state() -> AccountState { core.client.account().state() }
    public func changes() -> AsyncStream<AccountState> { core.changes(of: .account) { state() } }

    /// Asks for a one-time code by SMS to `phone`, which begins with `+` and the country.
    @discardableResult public func requestCode(phone: String) async throws -> CodeSent {
        try await core.waiting { try await core.client.account().requestCode(phone: phone, cancel: $0) }
    }
    /// Trades the code for a session; `device` is shown in the driver's list of devices.
    public func signIn(phone: String, code: String, device: String) async throws {
        try await core.waiting { try await core.client.account().signIn(phone: phone, code: code, device: device, cancel: $0) }
    }
    /// Ends the session here and at the operator, and forgets the account on this phone.
    public func signOut() async throws { try await core.waiting { try await core.client.account().signOut(cancel: $0) } }
    /// All that the operator stores about the account: a JSON document to be saved.
    public func export() async throws -> String {
        try await core.waiting { try await core.client.account().export(cancel: $0) }
    }
    /// The devices that are signed in, newest first; `cursor` is `next` of the page before.
    public func sessions(cursor: String? = nil, limit: Int = 50) async throws -> SessionPage {
        try await core.waiting { try await core.client.account().sessions(cursor: cursor, limit: atLeastNone(limit), cancel: $0) }
    }
    /// Ends the session of another device; this one's is ended by `signOut`.
    public func endSession(_ session: DeviceId) async throws {
        try await core.waiting { try await core.client.account().endSession(session: session, cancel: $0) }
    }
    /// Closes the account for good: what is owed is paid from the deposit, what is left of it goes
    /// back, and the phone forgets the account. Where no answer came (`isClosing` of the state) it
    /// is called again: closing twice is one closing. Refused with `account_owes` when the deposit
    /// does not cover what is owed: the account stays open.
    @discardableResult public func closeAccount() async throws -> AccountClosed {
        try await core.waiting { try await core.client.account().closeAccount(cancel: $0) }
    }
    /// Brings the stored account up to date.
    @discardableResult public func sync() async throws -> SyncReport {
        try await core.waiting { try await core.client.account().sync(cancel: $0) }
    }
}
