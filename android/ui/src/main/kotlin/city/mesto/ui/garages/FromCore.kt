// From the core's words of garages to what its screens show.

package city.mesto.ui.garages

import city.mesto.sdk.MestoClient
import city.mesto.sdk.core.FacilityId
import city.mesto.sdk.core.MestoException
import city.mesto.sdk.garages.garages
import city.mesto.ui.fromcore.here

/** The name of a facility in the driver's language; its id before the city was ever fetched. */
internal suspend fun MestoClient.facilityName(id: FacilityId): String = try {
    garages.facilities(here).find { it.facility == id }?.name ?: id.value
} catch (_: MestoException) {
    id.value
}
