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

    /// Reads a plate as it is typed, without a connection.
    public func checkPlate(_ plate: String) async throws -> ParsedPlate { try core.client.vehicles().checkPlate(plate: plate) }
    public func add(plate: String, label: String? = nil) async throws -> Vehicle {
        try await core.waiting { try await core.client.vehicles().add(plate: plate, label: label, cancel: $0) }
    }
    /// A car that is parked is removed only when it is `confirmed` (`vehicle_parked`); its ticket stays and can be extended.
    public func remove(_ vehicle: VehicleId, confirmed: Bool = false) async throws {
        try await core.waiting { try await core.client.vehicles().remove(vehicle: vehicle, confirmed: confirmed, cancel: $0) }
    }
}
