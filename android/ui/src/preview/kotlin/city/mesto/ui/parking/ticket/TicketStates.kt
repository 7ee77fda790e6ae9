// Every state of the ticket screen.

package city.mesto.ui.parking.ticket

import androidx.compose.runtime.Composable
import androidx.compose.ui.tooling.preview.PreviewParameter
import city.mesto.ui.Connection
import city.mesto.ui.EachState
import city.mesto.ui.PREVIEW_LANGUAGE
import city.mesto.ui.Payment
import city.mesto.ui.Previewed
import city.mesto.ui.Refusal
import city.mesto.ui.States
import city.mesto.ui.parking.ParkingSample

/** The ticket screen, by name of the state. */
fun ticketStates(language: String): Map<String, TicketUiState> = with(ParkingSample(language)) {
    val limitReached = Refusal(
        "limit_reached",
        say("Najduže vreme je iskorišćeno", "The longest stay is used up"),
        say("Nova karta ovde je moguća posle pauze od 30 minuta.", "A new ticket here is possible after a break of 30 minutes."),
    )
    val extendOffer = Extension.Offered(30, after(90), listOf(halfMore), rsd("120"))
    val ticketRunning = TicketUiState.Shown(
        plate = car,
        zone = red,
        startsAt = now,
        endsAt = after(60),
        endingFrom = after(50),
        now = now.plusSeconds(17 * 60 + 53),
        paid = rsd("80"),
        lines = listOf(say("Plaćeno za 60 min", "Paid for 60 min", "60\u00a0мин төленді", "Оплачено 60\u00a0мин")),
        code = Code.Here(SAMPLE_CODE),
        extension = extendOffer,
    )

    mapOf(
        "running" to ticketRunning,
        "ending" to ticketRunning.copy(now = now.plusSeconds(54 * 60 + 18)),
        "limit-reached" to ticketRunning.copy(
            endsAt = after(90),
            endingFrom = after(80),
            paid = rsd("200"),
            lines = listOf(say("Plaćeno za 90 min", "Paid for 90 min", "90\u00a0мин төленді", "Оплачено 90\u00a0мин")),
            now = now.plusSeconds(61 * 60),
            extension = Extension.LimitReached(after(90), limitReached),
        ),
        "expired" to ticketRunning.copy(now = after(64)),
        "may-be-over" to ticketRunning.copy(
            now = after(64),
            mayBeOver = true,
            lines = ticketRunning.lines + say(
                "Vreme na ovom telefonu nije potvrđeno od kada je uključen. Povežite se da vidite kada karta ističe.",
                "This phone's clock was not confirmed since it was switched on. Connect to see when the ticket ends.",
                "Телефон қосылғалы сағаты тексерілмеген. Билеттің қашан бітетінін көру үшін желіге қосылыңыз.",
                "Часы телефона не проверены с момента включения. Подключитесь, чтобы увидеть, когда закончится билет.",
            ),
            extension = Extension.Offline,
        ),
        "expired-unconfirmed" to ticketRunning.copy(now = after(64), payment = unconfirmed),
        "extension-refused" to ticketRunning.copy(extension = Extension.Refused(noConnection)),
        "waiting" to ticketRunning.copy(startsAt = after(60), endsAt = after(120), endingFrom = after(110), now = after(35)),
        "loading" to TicketUiState.Loading,
        "extension-loading" to ticketRunning.copy(extension = Extension.Loading, code = Code.Loading),
        "code-elsewhere" to ticketRunning.copy(code = Code.Elsewhere()),
        "code-moving" to ticketRunning.copy(code = Code.Elsewhere(isMoving = true)),
        "code-not-moved" to ticketRunning.copy(code = Code.Elsewhere(refusal = noConnection)),
        "offline" to ticketRunning.copy(connection = offline, extension = Extension.Offline),
        "refused" to ticketRunning.copy(payment = Payment.Refused(depositTooLow), extension = extendOffer.copy(isShort = true)),
        "extending" to ticketRunning.copy(payment = Payment.Sending),
        "at-the-bank" to ticketRunning.copy(payment = atTheBank),
        "unconfirmed" to ticketRunning.copy(payment = unconfirmed, connection = Connection.Offline(asOf = now.plusSeconds(17 * 60))),
    )
}

class TicketStates : States<TicketUiState>(ticketStates(PREVIEW_LANGUAGE))

@EachState
@Composable
fun TicketPreview(@PreviewParameter(TicketStates::class) state: TicketUiState) = Previewed { TicketScreen(state, {}) }

/**
 * As long as a signed ticket with its moment, in the alphabet of base45; it verifies as nothing.
 */
private val SAMPLE_CODE: String = "MST1:" + (0 until 420).map { "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"[(it * 31 + it * it * 7) % 45] }.joinToString("")
