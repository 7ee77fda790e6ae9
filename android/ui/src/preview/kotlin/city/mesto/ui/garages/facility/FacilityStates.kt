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
        places = say("Slobodno mesta: 118 u 09:59", "118 places free at 09:59", "118 бос орын, 09:59", "118 свободных мест на 09:59"),
        hours = say("Otvoreno", "Open", "Ашық", "Открыто"),
        facts = listOf(
            Fact(say("Garaža", "Garage", "Паркинг", "Паркинг"), say("na 240 m", "240 m away", "240\u00a0м жерде", "240\u00a0м отсюда")),
            Fact(say("Adresa", "Address", "Мекенжай", "Адрес"), null),
            Fact(say("Ukupno mesta", "Places in all", "Барлық орын", "Всего мест"), "303"),
            Fact(say("Kada se plaća", "When it is paid", "Қашан төленеді", "Когда платят"), say("Pre nego što odete do vozila", "Before you go to the car", "Көлікке бармай тұрып", "До того, как идти к машине")),
        ),
        tariff = listOf(
            say("100,00 RSD za svaki započeti sat", "100.00 RSD for each started hour", "Басталған әр сағатқа 100,00 RSD", "100,00 RSD за каждый начатый час"),
            say("15 min za izlazak posle plaćanja", "15 min to leave after paying", "Төлемнен кейін шығуға 15\u00a0мин", "15\u00a0мин на выезд после оплаты"),
        ),
        tariffCertainty = say("Kako je operater ranije objavio", "As the operator published it earlier", "Оператор бұрын жариялағандай", "Как оператор публиковал раньше"),
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
        "not-paid-here" to known.copy(isPaidHere = false, certainty = say("Pretpostavka", "Assumed", "Болжам", "Предположение")),
        "loading" to FacilityUiState.Loading,
        "refused" to FacilityUiState.Refused(noConnection),
    )
}

class FacilityStates : States<FacilityUiState>(facilityStates(PREVIEW_LANGUAGE))

@EachState
@Composable
fun FacilityPreview(@PreviewParameter(FacilityStates::class) state: FacilityUiState) = Previewed { FacilityScreen(state, {}) }
