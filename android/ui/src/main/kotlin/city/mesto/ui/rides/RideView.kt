// A ride on a screen: which route, where to, in which vehicle.

package city.mesto.ui.rides

import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.Immutable
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.semantics

/** What a vehicle does, in the rider's language. */
@Immutable
data class RideView(
    /** `Bus 92`; null where it is not known now. */
    val route: String?,
    /** Towards where; null where that is not known. */
    val to: String?,
    /** `Vehicle 1204`. */
    val vehicle: String,
    /** The plate as it is read on the vehicle. */
    val plate: String?,
    val carrier: String,
)

/** The route in big letters, and where it goes; the vehicle where the route is not known. */
@Composable
fun RideHead(ride: RideView, colour: Color = MaterialTheme.colorScheme.onSurface) {
    Text(ride.route ?: ride.vehicle, style = MaterialTheme.typography.headlineMedium, color = colour, modifier = Modifier.semantics { heading() })
    ride.to?.let { Text(it, style = MaterialTheme.typography.titleMedium, color = colour) }
    if (ride.route != null) Text(ride.vehicle, style = MaterialTheme.typography.titleMedium, color = colour)
}
