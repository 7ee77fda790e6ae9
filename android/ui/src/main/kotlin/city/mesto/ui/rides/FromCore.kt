// From the core's words of rides to what its screens show.

package city.mesto.ui.rides

import city.mesto.sdk.MestoClient
import city.mesto.sdk.Texts
import city.mesto.sdk.core.CityId
import city.mesto.sdk.core.RideState
import city.mesto.sdk.core.RideTrip
import city.mesto.sdk.core.RideVehicle
import city.mesto.sdk.core.VehicleKind
import city.mesto.sdk.rides.rides

/** What a vehicle does on a trip, in the rider's language. */
internal suspend fun MestoClient.rideView(city: CityId, vehicle: RideVehicle, trip: RideTrip?): RideView {
    val names = rides.names(city, vehicle, trip)
    val route = names.route
    return RideView(
        route = route?.let { texts.ridesRoute(kind = it.kind.text(texts), number = it.number) },
        to = route?.to?.takeIf { it.isNotEmpty() }?.let { texts.ridesTo(it) },
        vehicle = texts.ridesVehicle(vehicle.board),
        plate = vehicle.plate?.display,
        carrier = names.carrier,
    )
}

private fun VehicleKind.text(texts: Texts): String = when (this) {
    VehicleKind.Bus -> texts.rideKindBus()
    VehicleKind.Trolleybus -> texts.rideKindTrolleybus()
    VehicleKind.Tram -> texts.rideKindTram()
    VehicleKind.Metro -> texts.rideKindMetro()
    is VehicleKind.Other -> texts.rideKindOther()
}

internal fun RideState.text(texts: Texts): String = when (this) {
    RideState.Registered -> texts.rideStateRegistered()
    RideState.Disputed -> texts.rideStateDisputed()
    RideState.Voided -> texts.rideStateVoided()
    is RideState.Other -> texts.rideStateOther()
}
