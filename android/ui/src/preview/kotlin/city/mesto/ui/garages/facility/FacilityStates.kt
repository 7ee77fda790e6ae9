// Every state of the screen of one garage.

package city.mesto.ui.garages.facility

import androidx.compose.runtime.Composable
import androidx.compose.ui.tooling.preview.PreviewParameter
import city.mesto.ui.EachState
import city.mesto.ui.Fact
import city.mesto.ui.PREVIEW_LANGUAGE
import city.mesto.ui.Previewed
import city.mesto.ui.Refusal
import city.mesto.ui.Sample
import city.mesto.ui.States

/** One garage, by name of the state. */
fun facilityStates(language: String): Map<String, FacilityUiState> = with(Sample(language)) {
    val known = FacilityUiState.Shown(
        name = "Zeleni venac",
        places = say("Slobodno mesta: 118 u 09:59", "118 places free at 09:59"),
        hours = say("Otvoreno", "Open"),
        facts = listOf(
            Fact(say("Garaža", "Garage"), say("na 240 m", "240 m away")),
            Fact(say("Adresa", "Address"), null),
            Fact(say("Ukupno mesta", "Places in all"), "303"),
            Fact(say("Kada se plaća", "When it is paid"), say("Pre nego što odete do vozila", "Before you go to the car")),
        ),
        tariff = listOf(
            say("100,00 RSD za svaki započeti sat", "100.00 RSD for each started hour"),
            say("15 min za izlazak posle plaćanja", "15 min to leave after paying"),
        ),
        tariffCertainty = say("Kako je operater ranije objavio", "As the operator published it earlier"),
        certainty = null,
        isReachable = true,
        isPaidHere = true,
        hasCamera = true,
    )
    val invalid = Refusal(
        "ticket_number_invalid",
        say("Jedna cifra broja nije tačna.", "A digit of the number is wrong."),
        say("Broj je odštampan ispod bar koda na karti: znakova: 8, na primer GR004217.", "The number is printed under the bar code of the ticket: 8 signs, such as GR004217."),
    )
    val unreadable = Refusal(
        "photo_unreadable",
        say("Fotografija se ne može pročitati.", "The photo cannot be read."),
        say("Slikajte ponovo ili upišite broj ispod bar koda.", "Take another one, or type the number under the bar code."),
    )
    val elsewhere = Refusal(
        "photo_of_another_facility",
        say("Karta na fotografiji je iz garaže VMA.", "The ticket in the photo is of VMA."),
        say("Izaberite garažu VMA ili slikajte drugu kartu.", "Choose VMA, or take a photo of the other ticket."),
    )

    mapOf(
        "known" to known,
        "without-camera" to known.copy(hasCamera = false),
        "typed" to known.copy(ticket = TicketEntry("gr 0042-17")),
        "wrong-number" to known.copy(ticket = TicketEntry("GR004218", refusal = invalid)),
        "photo-reading" to known.copy(ticket = TicketEntry(isReading = true)),
        "photo-read" to known.copy(ticket = TicketEntry("GR004217", fromPhoto = "GR004217")),
        "photo-unreadable" to known.copy(ticket = TicketEntry(refusal = unreadable)),
        "photo-elsewhere" to known.copy(ticket = TicketEntry(refusal = elsewhere, elsewhere = Elsewhere("vma", "VMA"))),
        "unreachable" to known.copy(isReachable = false, connection = offline),
        "not-paid-here" to known.copy(isPaidHere = false, certainty = say("Pretpostavka", "Assumed")),
        "loading" to FacilityUiState.Loading,
        "refused" to FacilityUiState.Refused(noConnection),
    )
}

class FacilityStates : States<FacilityUiState>(facilityStates(PREVIEW_LANGUAGE))

@EachState
@Composable
fun FacilityPreview(@PreviewParameter(FacilityStates::class) state: FacilityUiState) = Previewed { FacilityScreen(state, {}) }
