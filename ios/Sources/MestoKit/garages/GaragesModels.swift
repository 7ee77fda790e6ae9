// The observable models behind the screens of garages: no view, no clock of their own, testable
// anywhere.
import Foundation
import Observation

/// The city's facilities with their free places.
@MainActor @Observable
public final class FacilitiesModel {
    /// First those with free places, nearest first.
    public private(set) var facilities: [FacilityView] = []
    /// Why the free places are those that were told last.
    public private(set) var failure: MestoError?
    @ObservationIgnored private let mesto: Mesto
    @ObservationIgnored private let city: CityId
    /// An answer to an older question is not shown.
    @ObservationIgnored private var looks = 0

    public init(_ mesto: Mesto, city: CityId) { (self.mesto, self.city) = (mesto, city) }

    /// Shows what the phone knows, then what the operator tells.
    public func look(at position: Position? = nil) async {
        looks += 1
        let look = looks
        do {
            let known = try await mesto.garages.facilities(city: city, position)
            if look == looks { facilities = known }
            let told = try await mesto.garages.places(city: city, position)
            if look == looks { (facilities, failure) = (told, nil) }
        } catch {
            if look == looks { failure = shown(error) }
        }
    }
}

/// What a ticket owes, and its payment. Who paid too little and stays too long asks again.
@MainActor @Observable
public final class VisitPaymentModel: PaymentModel {
    public let city: CityId
    public let facility: FacilityView
    /// What was typed, or read from a photo.
    public var ticket = ""

    public init(_ mesto: Mesto, city: CityId, facility: FacilityView) {
        (self.city, self.facility) = (city, facility)
        super.init(mesto)
    }

    /// Takes the number from a photo, as the camera wrote it. What is wrong with it is the phase;
    /// what was typed stays.
    public func read(_ photo: Data) async {
        let place = facility.facility
        await choose {
            do {
                let number = try await self.mesto.garages.number(city: self.city, of: place, photo: photo)
                return { self.ticket = number }
            } catch {
                return { self.fail(error) }
            }
        }
    }

    /// Asks what the ticket owes now.
    public func quote(pay: PayMethod = .deposit) async {
        await ask { try await self.mesto.garages.quote(city: self.city, self.facility.facility, ticket: self.ticket, pay: pay) }
    }
}

/// A visit that was paid, with the time to leave counted by the operator's time.
@MainActor @Observable
public final class VisitModel {
    public private(set) var visit: Visit
    /// Seconds to leave in; absent when the facility states no time, 0 when it is over.
    public private(set) var left: TimeInterval?
    /// Soon over: from the last reminder before its end on.
    public private(set) var isEnding = false
    /// The operator has lost its record of it: neither paid nor unpaid at the barrier.
    public private(set) var isForgotten = false
    /// What to draw as a QR for the barrier; nil where the operator signed none, where another
    /// phone shows it, and once the car has left.
    public private(set) var receipt: ShownCode?
    @ObservationIgnored private var receiptOf: String?
    @ObservationIgnored private let mesto: Mesto

    public init(_ mesto: Mesto, visit: Visit) {
        (self.mesto, self.visit) = (mesto, visit)
        count()
    }

    /// Called every second by the screen: a visit that stays too long owes again, also without a
    /// connection, and its receipt is made anew before it is stale.
    public func tick() async {
        if let now = try? await mesto.garages.visit(visit.id) { visit = now }
        let endingFrom = try? await mesto.garages.endingAt(visit.id)
        isEnding = endingFrom.map { mesto.now() >= $0 } ?? false
        isForgotten = mesto.garages.state().forgotten.contains { $0.id == visit.id }
        count()
        if receiptOf != visit.signed || receipt.map({ mesto.now() >= $0.freshUntil }) ?? false {
            receiptOf = visit.signed
            receipt = try? await mesto.garages.receipt(visit.id)
        }
    }

    private func count() { left = visit.exitBy.map { max(0, $0.timeIntervalSince(mesto.now())) } }
}
