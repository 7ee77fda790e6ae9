// The operator's cities.
package city.mesto.sdk

import city.mesto.sdk.core.CitiesState
import city.mesto.sdk.core.CityId
import city.mesto.sdk.core.Refreshed
import city.mesto.sdk.core.Topic
import kotlinx.coroutines.flow.StateFlow

/** The operator's cities. */
interface CitiesClient {
    /** The current value at once, read when it is asked for first; then every change. */
    val state: StateFlow<CitiesState>

    /** As of this moment: [state] may be a change behind. */
    fun current(): CitiesState

    /**
     * Fetches keys and a city, verified against the pinned root key; it is stored beside the
     * others. At the first start and once a day.
     */
    suspend fun refresh(city: CityId): Refreshed
}

val MestoClient.cities: CitiesClient get() = part(CitiesClient::class.java, ::CitiesOfCore)

private class CitiesOfCore(private val core: Core) : CitiesClient {
    private val cities = core.client.cities()

    override val state by lazy { core.state(Topic.Cities, cities::state) }

    override fun current() = cities.state()

    override suspend fun refresh(city: CityId) = core.on { cities.refresh(city) }
}
