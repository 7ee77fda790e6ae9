// A zone as screens show it.

package city.mesto.ui.parking

import androidx.compose.runtime.Immutable

/** A zone as its sign looks. */
@Immutable
data class ZoneView(
    val id: String,
    val name: String,
    /** The code on the sign: `9111`; null where signs carry none. */
    val sign: String?,
    /** `#rrggbb`, as on the sign. */
    val colour: String,
)
