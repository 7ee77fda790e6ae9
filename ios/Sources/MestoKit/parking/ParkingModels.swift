// The observable models behind the screens of street parking: no view, no clock of their own, testable anywhere.
import Foundation
import Observation

/// Zones near the driver; a sign, typed or scanned, wins over the position.
@MainActor @Observable
public final class ZonesModel {
    public private(set) var zones: [NearZone] = []
    /// The zone that is meant: the sign's, or the one the driver chose.
    public private(set) var chosen: NearZone?
    public private(set) var failure: MestoError?
    @ObservationIgnored private let mesto: Mesto
    /// An answer to an older question is not shown.
    @ObservationIgnored private var looks = 0
    public let city: CityId

    public init(_ mesto: Mesto, city: CityId) { (self.mesto, self.city) = (mesto, city) }

    public func look(at position: Position?, sign: String? = nil) async {
        looks += 1
        let look = looks
        do {
            let near = try await mesto.parking.zonesNear(city: city, position, sign: sign)
            guard look == looks else { return }
            zones = near.zones
            failure = nil
            if let named = near.bySign { chosen = near.zones.first { $0.zone == named } }
        } catch {
            if look == looks { failure = shown(error) }
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
    @ObservationIgnored private let mesto: Mesto
    @ObservationIgnored private let vehicle: Vehicle
    /// An answer to an older question is not shown.
    @ObservationIgnored private var questions = 0
    public let city: CityId
    public let zone: NearZone

    public init(_ mesto: Mesto, city: CityId, zone: NearZone, vehicle: Vehicle) {
        (self.mesto, self.city, self.zone, self.vehicle) = (mesto, city, zone, vehicle)
    }

    /// Where the wheel stops; absent when there is no limit or it is not known.
    public var most: Int? { zone.maxStayMinutes.map(Int.init) }

    /// A purchase was tapped and nobody knows its end yet: nothing else can be asked for or bought meanwhile.
    public var isUnderWay: Bool {
        switch phase {
        case .buying: true
        case let .ended(intent): intent.isOpen
        case .choosing, .quoting, .quoted, .failed: false
        }
    }

    public func turn(to minutes: Int) async {
        guard !isUnderWay else { return }
        phase = .choosing
        let question = next()
        do {
            let answer = try await mesto.parking.preview(city: city, zone: zone.zone, vehicle: vehicle.id, minutes: minutes)
            if question == questions { preview = answer }
        } catch {
            guard question == questions else { return }
            preview = nil
            fail(error)
        }
    }

    public func quote(minutes: Int) async {
        await ask { try await self.mesto.parking.quote(city: self.city, zone: self.zone.zone, vehicle: self.vehicle.id, minutes: minutes) }
    }

    public func extend(_ ticket: Ticket, minutes: Int) async {
        await ask { try await self.mesto.parking.extend(ticket: ticket.id, minutes: minutes) }
    }

    /// A second tap while the first is under way does nothing.
    public func buy() async {
        guard case let .quoted(quote) = phase else { return }
        phase = .buying(quote)
        do {
            phase = .ended(try await mesto.payments.buy(quote))
        } catch {
            // Called off or cut short: what had begun is open until it is known. So is what the core names as in the way.
            let inTheWay = (error as? MestoError).flatMap { $0.code == "unconfirmed" ? $0.params["intent"] : nil }
            let open = mesto.payments.state().open.first { $0.quote == quote.id || $0.key == inTheWay }
            if let open { phase = .ended(open) } else { fail(error) }
        }
    }

    /// Asks again how an unconfirmed purchase ended; while that is not known it stays as it is.
    public func settle() async {
        guard case let .ended(intent) = phase, intent.isOpen else { return }
        if let now = try? await mesto.payments.settle(intent.key) { phase = .ended(now) }
    }

    /// Hears of an end that came in the background; runs until its task is cancelled.
    public func follow() async {
        for await state in mesto.payments.changes() {
            guard case let .ended(open) = phase, open.isOpen, !state.open.contains(where: { $0.key == open.key }),
                let ended = try? await mesto.payments.intent(open.key)
            else { continue }
            phase = .ended(ended)
        }
    }

    private func ask(_ quote: () async throws -> Quote) async {
        guard !isUnderWay else { return }
        phase = .quoting
        let question = next()
        do {
            let answer = try await quote()
            if question == questions { phase = .quoted(answer) }
        } catch {
            if question == questions { fail(error) }
        }
    }

    private func next() -> Int {
        questions += 1
        return questions
    }

    private func fail(_ error: any Error) {
        if let error = shown(error) { phase = .failed(error) } else { phase = .choosing }
    }
}

/// A ticket with its countdown, counted by the operator's time.
@MainActor @Observable
public final class TicketModel {
    public let ticket: Ticket
    /// Seconds until the end; 0 when it is over.
    public private(set) var left: TimeInterval
    public private(set) var code: TicketCode?
    @ObservationIgnored private let mesto: Mesto

    public init(_ mesto: Mesto, ticket: Ticket) {
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
        if code.map({ now >= $0.freshUntil }) ?? true { code = isOver ? nil : try? await mesto.parking.code(ticket.id) }
    }
}
