// Street parking.
import Foundation

extension Mesto {
    /// Street parking.
    public var parking: ParkingClient { ParkingClient(core: core) }
}

public struct ParkingClient: Part {
    let core: Core

    public func state() -> ParkingState { core.client.parking().state() }
    public func changes() -> AsyncStream<ParkingState> { core.changes(of: .parking) { state() } }

    /// Zones of a city near a position, nearest first; a sign, typed or scanned, wins. Without a
    /// connection.
    public func zonesNear(city: CityId, _ position: Position? = nil, sign: String? = nil) async throws -> ZonesNear {
        try core.client.parking().zonesNear(city: city, position: position, sign: sign)
    }
    /// What parking in a zone costs and when, as the city says it, on a day of the city; today
    /// where none is given. Without a connection.
    public func prices(city: CityId, zone: ZoneId, on day: Day? = nil) async throws -> ZonePrices {
        try core.client.parking().prices(city: city, zone: zone, on: day)
    }
    /// What `minutes` would cost, without a connection: to look at while the wheel turns, never to
    /// buy.
    public func preview(city: CityId, zone: ZoneId, vehicle: VehicleId, minutes: Int, pay: PayMethod = .deposit) async throws -> Preview {
        try core.client.parking().preview(city: city, zone: zone, vehicle: vehicle, minutes: atLeastNone(minutes), pay: pay)
    }
    /// A price that holds for the city's quote time; it continues a running ticket of this vehicle
    /// in this zone.
    public func quote(city: CityId, zone: ZoneId, vehicle: VehicleId, minutes: Int, pay: PayMethod = .deposit) async throws -> Quote {
        let minutes = atLeastNone(minutes)
        return try await core.waiting {
            try await core.client.parking().quote(city: city, zone: zone, vehicle: vehicle, minutes: minutes, pay: pay, cancel: $0)
        }
    }
    /// A quote that continues a ticket with the time after its end. Where the longest stay is used
    /// up it is refused, and `leave_by` of the params is the moment at which the car must be gone.
    public func quoteExtension(ticket: TicketId, minutes: Int, pay: PayMethod = .deposit) async throws -> Quote {
        let minutes = atLeastNone(minutes)
        return try await core.waiting { try await core.client.parking().quoteExtension(ticket: ticket, minutes: minutes, pay: pay, cancel: $0) }
    }
    /// The lengths that can be chosen for a car in a zone, by the rules, with the stop; it stands
    /// at the first one that is not below `wanted` minutes. Without a connection.
    public func wheel(city: CityId, zone: ZoneId, vehicle: VehicleId, wanted: Int? = nil) async throws -> TimeWheel {
        try core.client.parking().wheel(city: city, zone: zone, vehicle: vehicle, wanted: wanted.map(atLeastNone))
    }
    /// The wheel after a quote: the operator may know of a stay that this phone does not.
    public func wheel(_ wheel: TimeWheel, within quote: Quote) throws -> TimeWheel {
        try core.client.parking().wheelWithin(wheel: wheel, quote: quote)
    }
    /// What a ticket can be extended by, by the rules; it stands at half an hour or the next length
    /// that is sold. It has no choices where the longest stay is used up: then the stop is that
    /// stay's end. Without a connection.
    public func wheel(extending ticket: TicketId) async throws -> TimeWheel { try core.client.parking().extensionWheel(ticket: ticket) }
    /// Every time that runs or is still to start, a ticket with its extensions, the first to end
    /// first.
    public func parked() async throws -> [Parked] { try core.client.parking().parked() }
    /// The time that a ticket is a part of, also when it is over.
    public func parked(with ticket: TicketId) async throws -> Parked { try core.client.parking().parkedWith(ticket: ticket) }
    /// A stored ticket.
    public func ticket(_ id: TicketId) async throws -> Ticket { try core.client.parking().ticket(id: id) }
    /// What to draw as a QR; made anew before `freshUntil`.
    public func code(_ ticket: TicketId) async throws -> ShownCode { try core.client.parking().code(ticket: ticket) }
    /// Binds a running ticket's code to this phone: `code` draws it here, and the one that another
    /// phone shows ends.
    public func moveCodeHere(_ ticket: TicketId) async throws {
        try await core.waiting { try await core.client.parking().moveCodeHere(ticket: ticket, cancel: $0) }
    }
    /// Newest first; `cursor` is `next` of the page before. Without a connection what the phone
    /// knows.
    public func history(cursor: String? = nil, limit: Int = 50) async throws -> TicketPage {
        try await core.waiting { try await core.client.parking().history(cursor: cursor, limit: atLeastNone(limit), cancel: $0) }
    }
    /// What the phone knows of it, without asking.
    public func storedHistory(cursor: String? = nil, limit: Int = 50) async throws -> TicketPage {
        try core.client.parking().storedHistory(cursor: cursor, limit: atLeastNone(limit))
    }
    /// The SMS that buys parking for this vehicle in this zone.
    public func sms(city: CityId, zone: ZoneId, vehicle: VehicleId) async throws -> SmsFallback {
        try core.client.parking().sms(city: city, zone: zone, vehicle: vehicle)
    }
    /// Takes a purchase back and gives the SMS instead, only when it is sure that it will not be
    /// executed.
    public func switchToSms(_ key: String) async throws -> SmsFallback {
        try await core.waiting { try await core.client.parking().switchToSms(key: key, cancel: $0) }
    }
}

extension Quote {
    /// What is promised of parking time; nil when the quote is of another service.
    public var parkingOffer: ParkingOffer? {
        for case let .parking(offer) in items.map(\.offer) { return offer }
        return nil
    }
}

extension PurchaseIntent {
    /// The parking time that is paid for; nil when the intent is of another service.
    public var parkingOffer: ParkingOffer? {
        for case let .parking(offer) in items.map(\.offer) { return offer }
        return nil
    }

    /// The ticket that was bought.
    public var ticket: Ticket? {
        for case let .parking(outcome)? in items.map(\.outcome) { return outcome.ticket }
        return nil
    }
}
