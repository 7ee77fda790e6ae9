// The zones and prices that the states of parking's screens are made of.

package city.mesto.ui.parking

import city.mesto.ui.Sample

class ParkingSample(language: String) : Sample(language) {
    val red = ZoneView("red", say("Zona 1 (crvena)", "Zone 1 (red)"), "9111", "#d32f2f")
    val yellow = ZoneView("yellow", say("Zona 2 (žuta)", "Zone 2 (yellow)"), "9112", "#f9a825")
    val green = ZoneView("green", say("Zona 3 (zelena)", "Zone 3 (green)"), "9113", "#2e7d32")
    val zoneA = ZoneView("a", say("Zona A", "Zone A"), "9114", "#6a1b9a")
    val blue = ZoneView("blue", say("Plava zona", "Blue zone"), "9119", "#1565c0")

    val firstHour = line("60 min po 80,00 RSD", "60 min at 80.00 RSD", "80")
    val halfMore = line("Produženo vreme: 30 min po 120,00 RSD", "Extended time: 30 min at 120.00 RSD", "120")
}
