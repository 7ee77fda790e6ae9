// The observable models behind the screens of street parking: no view, no clock of their own,
// testable anywhere.
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

/// What a zone costs and when, to be read before anything is bought.
@MainActor @Observable
public final class PricesModel {
    /// Absent before `look`; what stands in it as nil is not known.
    public private(set) var prices: ZonePrices?
    public private(set) var failure: MestoError?
    @ObservationIgnored private let mesto: Mesto
    public let city: CityId
    public let zone: ZoneId

    public init(_ mesto: Mesto, city: CityId, zone: ZoneId) { (self.mesto, self.city, self.zone) = (mesto, city, zone) }

    /// Reads the stored city: no connection is needed.
    public func look() async {
        do {
            prices = try await mesto.parking.prices(city: city, zone: zone)
            failure = nil
        } catch {
            failure = shown(error)
        }
    }
}

/// One purchase, from the wheel to the core's word about it: a new ticket or an extension.
@MainActor @Observable
public final class PurchaseModel: PaymentModel {
    /// What the chosen minutes would cost, while the wheel turns.
    public private(set) var preview: Preview?
    /// The lengths that can be chosen, with the stop and its reason; absent before `look`.
    public private(set) var wheel: TimeWheel?
    @ObservationIgnored private let vehicle: Vehicle
    public let city: CityId
    public let zone: NearZone

    public init(_ mesto: Mesto, city: CityId, zone: NearZone, vehicle: Vehicle) {
        (self.city, self.zone, self.vehicle) = (city, zone, vehicle)
        super.init(mesto)
    }

    /// Asks the rules what can be chosen now.
    public func look() async {
        await choose {
            do {
                let answer = try await self.mesto.parking.wheel(city: self.city, zone: self.zone.zone, vehicle: self.vehicle.id)
                return { self.wheel = answer }
            } catch {
                return { self.fail(error) }
            }
        }
    }

    public func turn(to minutes: Int) async {
        await choose {
            do {
                let answer = try await self.mesto.parking.preview(city: self.city, zone: self.zone.zone, vehicle: self.vehicle.id, minutes: minutes)
                return { self.preview = answer }
            } catch {
                return {
                    self.preview = nil
                    self.fail(error)
                }
            }
        }
    }

    public func quote(minutes: Int, pay: PayMethod = .deposit) async {
        await ask { try await self.mesto.parking.quote(city: self.city, zone: self.zone.zone, vehicle: self.vehicle.id, minutes: minutes, pay: pay) }
        guard case let .quoted(quote) = phase, let before = wheel else { return }
        wheel = (try? mesto.parking.wheel(before, within: quote)) ?? before
    }

    /// Asks the rules what a ticket can be extended by.
    public func look(extending ticket: Ticket) async {
        await choose {
            do {
                let answer = try await self.mesto.parking.wheel(extending: ticket.id)
                return { self.wheel = answer }
            } catch {
                return { self.fail(error) }
            }
        }
    }

    /// Without minutes by what the rules offer first.
    public func quoteExtension(of ticket: Ticket, minutes: Int? = nil) async {
        await ask {
            let chosen = try await self.mesto.parking.wheel(extending: ticket.id).chosen
            return try await self.mesto.parking.quoteExtension(ticket: ticket.id, minutes: minutes ?? Int(chosen))
        }
    }
}

/// A ticket with its extensions and their countdown, counted by the operator's time.
@MainActor @Observable
public final class TicketModel {
    /// The part of it that was asked for.
    public let ticket: Ticket
    /// The whole time; absent before the first `tick`, and where the phone does not have the
    /// ticket.
    public private(set) var parked: Parked?
    /// Seconds until the end; 0 when it is over.
    public private(set) var left: TimeInterval
    public private(set) var code: ShownCode?
    @ObservationIgnored private var codeOf: TicketId?
    /// Another phone shows the code: one at a time does. `moveCodeHere` ends that.
    public private(set) var isCodeElsewhere = false
    /// Why the code could not be moved here.
    public private(set) var failure: MestoError?
    @ObservationIgnored private let mesto: Mesto

    public init(_ mesto: Mesto, ticket: Ticket) {
        (self.mesto, self.ticket) = (mesto, ticket)
        left = max(0, ticket.endsAt.timeIntervalSince(mesto.now()))
    }

    public var isOver: Bool { left == 0 }

    /// What the whole time is besides its hours and its price: a line each, in the app's language.
    public var lines: [String] { parked?.lines ?? [] }

    /// Soon over: from the last reminder before its end on.
    public var isEnding: Bool { parked.map { !isOver && mesto.now() >= $0.endingAt } ?? false }

    /// Between 1 at the start and 0 at the end: the ring.
    public var share: Double {
        let whole = endsAt.timeIntervalSince(parked?.startsAt ?? ticket.startsAt)
        return whole > 0 ? min(1, left / whole) : 0
    }

    /// Called every second by the screen; makes the code anew before it is stale.
    public func tick() async {
        // What was seen stays on the screen whatever becomes of the account.
        if let known = try? await mesto.parking.parked(with: ticket.id) { parked = known }
        let now = mesto.now()
        left = max(0, endsAt.timeIntervalSince(now))
        if codeOf != inForce || code.map({ now >= $0.freshUntil }) ?? true { await makeCode() }
    }

    /// Binds the code to this phone; the one that another phone shows ends.
    public func moveCodeHere() async {
        do {
            try await mesto.parking.moveCodeHere(inForce)
            failure = nil
            await makeCode()
        } catch {
            failure = shown(error)
        }
    }

    private var endsAt: Date { parked?.endsAt ?? ticket.endsAt }

    private var inForce: TicketId { parked?.inForce ?? ticket.id }

    private func makeCode() async {
        codeOf = inForce
        if isOver { return code = nil }
        do {
            (code, isCodeElsewhere) = (try await mesto.parking.code(inForce), false)
        } catch {
            (code, isCodeElsewhere) = (nil, (error as? MestoError)?.code == "code_of_another_phone")
        }
    }
}
