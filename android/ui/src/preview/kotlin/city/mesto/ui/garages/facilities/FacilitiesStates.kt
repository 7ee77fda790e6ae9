// Every state of the list of garages.

package city.mesto.ui.garages.facilities

import androidx.compose.runtime.Composable
import androidx.compose.ui.tooling.preview.PreviewParameter
import city.mesto.ui.EachState
import city.mesto.ui.PREVIEW_LANGUAGE
import city.mesto.ui.Previewed
import city.mesto.ui.Sample
import city.mesto.ui.States

/** The list of garages, by name of the state. */
fun facilitiesStates(language: String): Map<String, FacilitiesUiState> = with(Sample(language)) {
    val open = say("Otvoreno", "Open", "Ашық", "Открыто")
    val free = FacilityRow("zeleni-venac", "Zeleni venac", say("Slobodno mesta: 118 u 09:59", "118 places free at 09:59", "118 бос орын, 09:59", "118 свободных мест на 09:59"), FacilityRow.Standing.Free, open, isReachable = true, metres = 240)
    val old = FacilityRow(
        "kalemegdan", "Kalemegdan", say("Broj slobodnih mesta se sada ne zna; poslednji put prebrojano u 09:20", "Free places are not known now; last counted 09:20", "Бос орын қазір белгісіз; соңғы санақ: 09:20", "Свободные места сейчас неизвестны; последний подсчёт: 09:20"),
        FacilityRow.Standing.NotKnown, say("Radno vreme nije poznato", "Opening hours are not known", "Жұмыс уақыты белгісіз", "Часы работы неизвестны"), isReachable = false, metres = null,
    )
    val full = FacilityRow("baba-visnjina", "Baba Višnjina", say("Puno u 09:58", "Full at 09:58", "Орын жоқ, 09:58", "Мест нет на 09:58"), FacilityRow.Standing.Full, open, isReachable = true, metres = null)
    fun visit(facility: String, standing: VisitRow.Standing, exitBy: Long?) = VisitRow("vi-$facility", facility, standing, "GR004217", rsd("300"), exitBy?.let { after(it) })
    val known = FacilitiesUiState(FacilitiesContent.Facilities(listOf(free, old, full)))

    mapOf(
        "known" to known,
        "paid" to known.copy(visits = listOf(visit("Zeleni venac", VisitRow.Standing.Paid, exitBy = 15))),
        "owes-again" to known.copy(visits = listOf(visit("Zeleni venac", VisitRow.Standing.OwesAgain, exitBy = -1), visit("VMA", VisitRow.Standing.Paid, exitBy = null))),
        "forgotten" to known.copy(visits = listOf(visit("Zeleni venac", VisitRow.Standing.Paid, exitBy = 15), visit("VMA", VisitRow.Standing.Forgotten, exitBy = 5))),
        "unconfirmed" to known.copy(unconfirmed = UnconfirmedVisit("zeleni-venac", "Zeleni venac", "GR004217"), connection = offline),
        "loading" to FacilitiesUiState(),
        "none" to FacilitiesUiState(FacilitiesContent.Facilities(emptyList())),
        "refused" to FacilitiesUiState(FacilitiesContent.Refused(noConnection)),
    )
}

class FacilitiesStates : States<FacilitiesUiState>(facilitiesStates(PREVIEW_LANGUAGE))

@EachState
@Composable
fun FacilitiesPreview(@PreviewParameter(FacilitiesStates::class) state: FacilitiesUiState) = Previewed { FacilitiesScreen(state, {}) }
