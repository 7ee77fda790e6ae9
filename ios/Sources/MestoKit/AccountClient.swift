// Signing in and out, and bringing the account up to date.
import Foundation

extension Mesto {
    /// Who is signed in.
    public var account: AccountClient { AccountClient(core: core) }
}

public struct AccountClient: Part {
    let core: Core

    public func state() -> AccountState { core.client.account().state() }
    public func changes() -> AsyncStream<AccountState> { core.changes(of: .account) { state() } }

    @discardableResult public func requestCode(phone: String) async throws -> CodeSent {
        try await core.waiting { try await core.client.account().requestCode(phone: phone, cancel: $0) }
    }
    /// `device` is shown in the driver's list of devices.
    public func signIn(phone: String, code: String, device: String) async throws {
        try await core.waiting { try await core.client.account().signIn(phone: phone, code: code, device: device, cancel: $0) }
    }
    public func signOut() async throws { try await core.waiting { try await core.client.account().signOut(cancel: $0) } }
    /// Brings the stored account up to date.
    @discardableResult public func sync() async throws -> SyncReport {
        try await core.waiting { try await core.client.account().sync(cancel: $0) }
    }
}
