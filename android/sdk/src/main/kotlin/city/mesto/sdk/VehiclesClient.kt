// The account's vehicles.
package city.mesto.sdk

import city.mesto.sdk.core.ParsedPlate
import city.mesto.sdk.core.Topic
import city.mesto.sdk.core.Vehicle
import city.mesto.sdk.core.VehicleId
import city.mesto.sdk.core.VehiclesState
import kotlinx.coroutines.flow.StateFlow

/** The account's vehicles. */
interface VehiclesClient {
    /** The current value at once, read when it is asked for first; then every change. */
    val state: StateFlow<VehiclesState>

    /** As of this moment: [state] may be a change behind. */
    fun current(): VehiclesState

    /** Reads a plate as it is typed, without a connection. */
    suspend fun checkPlate(plate: String): ParsedPlate

    suspend fun add(plate: String, label: String? = null): Vehicle

    /** A car that is parked is removed only when it is [confirmed] (`vehicle_parked`); its ticket stays and can be extended. */
    suspend fun remove(vehicle: VehicleId, confirmed: Boolean = false)
}

val MestoClient.vehicles: VehiclesClient get() = part(VehiclesClient::class.java, ::VehiclesOfCore)

private class VehiclesOfCore(private val core: Core) : VehiclesClient {
    private val vehicles = core.holds(core.client.vehicles())

    override val state by lazy { core.state(Topic.Vehicles, vehicles::state) }

    override fun current() = vehicles.state()

    override suspend fun checkPlate(plate: String) = core.on { vehicles.checkPlate(plate) }

    override suspend fun add(plate: String, label: String?) = core.on { vehicles.add(plate, label) }

    override suspend fun remove(vehicle: VehicleId, confirmed: Boolean) = core.on { vehicles.remove(vehicle, confirmed) }
}
