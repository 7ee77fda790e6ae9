// The account's vehicles.
package city.mesto.sdk

import city.mesto.sdk.core.CityId
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

    /** Reads a plate as it is typed, by the city's grammar, without a connection. */
    suspend fun checkPlate(city: CityId, plate: String): ParsedPlate

    /**
     * Adds a vehicle by its plate, read by the city's grammar; it can be used in every city of the
     * operator.
     */
    suspend fun add(city: CityId, plate: String, label: String? = null): Vehicle

    /**
     * A car that is parked is removed only when it is [confirmed] (`vehicle_parked`); its ticket
     * stays and can be extended.
     */
    suspend fun remove(vehicle: VehicleId, confirmed: Boolean = false)
}

val MestoClient.vehicles: VehiclesClient get() = part(VehiclesClient::class.java, ::VehiclesOfCore)

private class VehiclesOfCore(private val core: Core) : VehiclesClient {
    private val vehicles = core.client.vehicles()

    override val state by lazy { core.state(Topic.Vehicles, vehicles::state) }

    override fun current() = vehicles.state()

    override suspend fun checkPlate(city: CityId, plate: String) = core.on { vehicles.checkPlate(city, plate) }

    override suspend fun add(city: CityId, plate: String, label: String?) = core.on { vehicles.add(city, plate, label) }

    override suspend fun remove(vehicle: VehicleId, confirmed: Boolean) = core.on { vehicles.remove(vehicle, confirmed) }
}
