// The observable models behind the screens: no view, no clock of their own, testable anywhere.
import Foundation
import Observation

/// What every screen shows of the app: follows the core's state while `follow` runs.
@MainActor @Observable
public final class AppModel {
    public private(set) var state: Snapshot
    @ObservationIgnored private let mesto: any MestoClient

    public init(_ mesto: any MestoClient) {
        self.mesto = mesto
        state = mesto.snapshot()
    }

    /// Runs until its task is cancelled: `.task { await model.follow() }`.
    public func follow() async {
        for await next in mesto.changes() { state = next }
    }
}

/// Zones near the driver; a sign, typed or scanned, wins over the position.
@MainActor @Observable
public final class ZonesModel {
    public private(set) var zones: [NearZone] = []
    /// The zone that is meant: the sign's, or the one the driver chose.
    public private(set) var chosen: NearZone?
    public private(set) var failure: MestoError?
    @ObservationIgnored private let mesto: any MestoClient

    public init(_ mesto: any MestoClient) { self.mesto = mesto }

    public func look(at position: Position?, sign: String? = nil) async {
        do {
            let near = try await mesto.zonesNear(position, sign: sign)
            zones = near.zones
            failure = nil
            if let named = near.bySign { chosen = near.zones.first { $0.zone == named } }
        } catch {
            failure = error as? MestoError
        }
    }

    public func choose(_ zone: NearZone) { chosen = zone }
}

/// One purchase, from the wheel to the core's word about it: a new ticket or an extension.
@MainActor @Observable
public final class PurchaseModel {
    public enum Phase: Equatable {
        case choosing
        case quoting
        /// The total stands here, with every fee, before there is anything to pay.
        case quoted(Quote)
        case buying(Quote)
        /// Confirmed, refused, expired, or not confirmed yet.
        case ended(Intent)
        case failed(MestoError)
    }

    public private(set) var phase = Phase.choosing
    /// What the chosen minutes would cost, while the wheel turns.
    public private(set) var preview: Preview?
    @ObservationIgnored private let mesto: any MestoClient
    @ObservationIgnored private let vehicle: Vehicle
    public let zone: NearZone

    public init(_ mesto: any MestoClient, zone: NearZone, vehicle: Vehicle) {
        (self.mesto, self.zone, self.vehicle) = (mesto, zone, vehicle)
    }

    /// Where the wheel stops; absent when there is no limit or it is not known.
    public var most: Int? { zone.maxStayMinutes.map(Int.init) }

    public func turn(to minutes: Int) async {
        do {
            preview = try await mesto.preview(zone: zone.zone, vehicle: vehicle.id, minutes: minutes)
            phase = .choosing
        } catch {
            preview = nil
            fail(error)
        }
    }

    public func quote(minutes: Int) async {
        await ask { try await self.mesto.quote(zone: self.zone.zone, vehicle: self.vehicle.id, minutes: minutes) }
    }

    public func extend(_ ticket: Ticket, minutes: Int) async {
        await ask { try await self.mesto.extend(ticket: ticket.id, minutes: minutes) }
    }

    /// A second tap while the first is under way does nothing.
    public func buy() async {
        guard case let .quoted(quote) = phase else { return }
        phase = .buying(quote)
        do { phase = .ended(try await mesto.buy(quote)) } catch { fail(error) }
    }

    /// Asks again how an unconfirmed purchase ended.
    public func settle() async {
        guard case let .ended(intent) = phase, intent.state == .unconfirmed else { return }
        do { phase = .ended(try await mesto.settleIntent(intent.key)) } catch { fail(error) }
    }

    private func ask(_ quote: () async throws -> Quote) async {
        phase = .quoting
        do { phase = .quoted(try await quote()) } catch { fail(error) }
    }

    private func fail(_ error: any Error) {
        if let error = error as? MestoError { phase = .failed(error) } else { phase = .choosing }
    }
}

/// A ticket with its countdown, counted by the operator's time.
@MainActor @Observable
public final class TicketModel {
    public let ticket: Ticket
    /// Seconds until the end; 0 when it is over.
    public private(set) var left: TimeInterval
    public private(set) var code: TicketCode?
    @ObservationIgnored private let mesto: any MestoClient

    public init(_ mesto: any MestoClient, ticket: Ticket) {
        (self.mesto, self.ticket) = (mesto, ticket)
        left = max(0, ticket.endsAt.timeIntervalSince(mesto.now()))
    }

    public var isOver: Bool { left == 0 }

    /// Between 1 at the start and 0 at the end: the ring.
    public var share: Double {
        let whole = ticket.endsAt.timeIntervalSince(ticket.startsAt)
        return whole > 0 ? min(1, left / whole) : 0
    }

    /// Called every second by the screen; makes the code anew before it is stale.
    public func tick() async {
        let now = mesto.now()
        left = max(0, ticket.endsAt.timeIntervalSince(now))
        if code.map({ now >= $0.freshUntil }) ?? true { code = isOver ? nil : try? await mesto.ticketCode(ticket.id) }
    }
}
