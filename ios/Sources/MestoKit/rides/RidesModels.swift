// The observable models behind the screens of rides: no view, no clock of their own, testable
// anywhere.
import Foundation
import Observation

/// The scanner: frame after frame until a sign is read. What is none is told and never opened.
@MainActor @Observable
public final class ScanModel {
    /// What is in the way while nothing is read.
    public private(set) var hint: ScanHint?
    /// Why what was scanned sells nothing: `not_a_ride_code` names its host.
    public private(set) var failure: MestoError?
    /// What was scanned, of a vehicle of this city: on with it to `RideCheckModel`.
    public private(set) var sign: String?
    public let city: CityId
    @ObservationIgnored private let mesto: Mesto
    @ObservationIgnored private let scanner: FrameScanner
    /// What was refused is not said again for each frame that shows it.
    @ObservationIgnored private var refused: String?
    /// Frames since something was last in the way.
    @ObservationIgnored private var clear = 0

    public init(_ mesto: Mesto, city: CityId, scanner: FrameScanner) { (self.mesto, self.city, self.scanner) = (mesto, city, scanner) }

    /// Looks at a frame, unless a sign was read: give the newest one whenever this returned.
    public func look(at frame: ScanFrame) async {
        guard sign == nil else { return }
        do {
            let scanned = try await scanner.scan(frame)
            show(scanned.hint)
            for code in scanned.codes where sign == nil && code.text != refused { await take(code.text) }
        } catch {
            failure = shown(error)
        }
    }

    /// The camera is on again.
    public func again() { (sign, failure, refused, hint) = (nil, nil, nil, nil) }

    private func take(_ text: String) async {
        do {
            try await mesto.rides.checkSign(city: city, text)
            (sign, failure, hint) = (text, nil, nil)
        } catch {
            (refused, failure) = (text, shown(error))
        }
    }

    /// A hint stands long enough to be read, though not every frame has it.
    private func show(_ now: ScanHint?) {
        clear = now == nil ? clear + 1 : 0
        if now != nil || clear >= 10 { hint = now }
    }
}

/// The check of a ride and its confirmation: nothing is charged before `buy`.
@MainActor @Observable
public final class RideCheckModel: PaymentModel {
    public let city: CityId
    /// All who ride, the rider among them.
    public private(set) var persons: UInt32 = 1
    public private(set) var pay = PayMethod.deposit
    /// The rider was asked and rides again.
    public private(set) var isAgain = false
    @ObservationIgnored private let scanned: String?
    @ObservationIgnored private let vehicle: String?

    /// A ride by what was scanned.
    public init(_ mesto: Mesto, city: CityId, scanned: String) {
        (self.city, self.scanned, vehicle) = (city, scanned, nil)
        super.init(mesto)
    }

    /// A ride by the number on the board or the plate.
    public init(_ mesto: Mesto, city: CityId, typed: String) {
        (self.city, scanned, vehicle) = (city, nil, typed)
        super.init(mesto)
    }

    /// Vehicle, trip, service day, and until when the ticket would be good; nil until that is
    /// known.
    public var offer: RidesOffer? {
        guard case let .quoted(quote) = phase else { return nil }
        return quote.ridesOffer
    }

    /// The ride that it would repeat, as long as the rider did not say that he rides again: ask him
    /// before `buy`, which does nothing until then.
    public var repeats: Ride? { isAgain ? nil : offer?.repeats }

    /// Asks what the ride would be.
    public func check() async {
        let subject = RidesSubject(scanned: scanned, vehicle: vehicle, persons: persons, companions: [], isAgain: isAgain)
        await ask { try await self.mesto.rides.quote(city: self.city, subject, pay: self.pay) }
    }

    public func choose(persons count: UInt32) async {
        guard !isUnderWay else { return }
        persons = max(1, count)
        await check()
    }

    public func choose(pay method: PayMethod) async {
        guard !isUnderWay else { return }
        pay = method
        await check()
    }

    /// He rides again: the price is seen anew before the tap.
    public func rideAgain() async {
        guard !isUnderWay else { return }
        isAgain = true
        await check()
    }

    /// Confirms the ride («Растау»); a second tap while the first is under way does nothing.
    public func confirm() async {
        if repeats == nil { await buy() }
    }

    /// What the vehicle does, in the rider's language.
    public func names() async -> RideNames? {
        guard let offer else { return nil }
        return try? await mesto.rides.names(city: city, offer.vehicle, trip: offer.trip)
    }
}

/// The ticket of a ride: its code is kept fresh, it is moved here on asking, and a ride that is
/// wrong is said to be so.
@MainActor @Observable
public final class RideModel {
    public enum Phase: Equatable {
        /// The ticket is good.
        case running
        case over
        /// Its price was given back.
        case voided
        /// The operator lost its record of it.
        case forgotten
    }

    public private(set) var ride: Ride
    public private(set) var phase: Phase
    /// By the operator's clock: what a controller sees run.
    public private(set) var now: Date
    /// What to draw as a QR for a controller; nil where the ticket is over, and where another phone
    /// shows it.
    public private(set) var code: ShownCode?
    /// Another phone shows the ticket: one at a time does. `moveCodeHere` ends that.
    public private(set) var isCodeElsewhere = false
    /// Why the ticket could not be moved here, or the ride not be disputed.
    public private(set) var failure: MestoError?
    @ObservationIgnored private var codeOf: String?
    @ObservationIgnored private let mesto: Mesto

    public init(_ mesto: Mesto, ride: Ride) {
        (self.mesto, self.ride, now) = (mesto, ride, mesto.now())
        phase = Self.phase(of: ride, mesto)
    }

    /// Called every second by the screen; makes the code anew before it is stale.
    public func tick() async {
        // What was seen stays on the screen whatever becomes of the account.
        if let known = try? await mesto.rides.ride(ride.id) { ride = known }
        now = mesto.now()
        phase = Self.phase(of: ride, mesto)
        let isStale = code.map { now >= $0.freshUntil.addingTimeInterval(-3) } ?? true
        if codeOf != ride.signed || isStale { await makeCode() }
    }

    /// Binds the ticket to this phone; the one that another phone shows ends.
    public func moveCodeHere() async {
        do {
            try await mesto.rides.moveCodeHere(ride.id)
            failure = nil
            await tick()
        } catch {
            failure = shown(error)
        }
    }

    /// Says that the ride is wrong, and why; its ticket stays good until the operator decides.
    public func dispute(_ reason: String) async {
        do {
            ride = try await mesto.rides.dispute(ride.id, reason: reason)
            failure = nil
        } catch {
            failure = shown(error)
        }
    }

    private static func phase(of ride: Ride, _ mesto: Mesto) -> Phase {
        let rides = mesto.rides.state()
        if case .voided = ride.state { return .voided }
        if rides.forgotten.contains(where: { $0.id == ride.id }) { return .forgotten }
        if rides.current.contains(where: { $0.id == ride.id }) { return .running }
        if rides.over.contains(where: { $0.id == ride.id }) { return .over }
        return mesto.now() < ride.endsAt ? .running : .over
    }

    private func makeCode() async {
        codeOf = ride.signed
        if phase == .over || phase == .voided { return code = nil }
        do {
            (code, isCodeElsewhere) = (try await mesto.rides.code(ride.id), false)
        } catch {
            (code, isCodeElsewhere) = (nil, (error as? MestoError)?.code == "code_of_another_phone")
        }
    }
}
