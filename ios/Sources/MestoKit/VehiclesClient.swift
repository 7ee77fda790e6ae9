// The account's vehicles.
import Foundation

extension Mesto {
    /// The account's vehicles.
    public var vehicles: VehiclesClient { VehiclesClient(core: core) }
}

public struct VehiclesClient: Part {
    let core: Core

    public func state() -> VehiclesState { core.client.vehicles().state() }
    public func changes() -> AsyncStream<VehiclesState> { core.changes(of: .vehicles) { state() } }

    /// Reads a plate as it is typed, by the city's grammar, without a connection.
    public func checkPlate(city: CityId, _ plate: String) async throws -> ParsedPlate {
        try core.client.vehicles().checkPlate(city: city, plate: plate)
    }
    /// Adds a vehicle by its plate, read by the city's grammar; it can be used in every city of the
    /// operator.
    public func add(city: CityId, plate: String, label: String? = nil) async throws -> Vehicle {
        try await core.waiting { try await core.client.vehicles().add(city: city, plate: plate, label: label, cancel: $0) }
    }
    /// A car that is parked is removed only when it is `confirmed` (`vehicle_parked`); its ticket
    /// stays and can be extended.
    public func remove(_ vehicle: VehicleId, confirmed: Bool = false) async throws {
        try await core.waiting { try await core.client.vehicles().remove(vehicle: vehicle, confirmed: confirmed, cancel: $0) }
    }
}
