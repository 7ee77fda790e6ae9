// The ticket of a ride, made to be inspected: a clock that runs, a code that changes, the vehicle,
// the persons and until when; and the way to say that the ride is wrong.

package city.mesto.ui.rides.ticket

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.OutlinedTextField
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.semantics.clearAndSetSemantics
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.text.style.TextAlign
import androidx.compose.ui.unit.dp
import city.mesto.ui.Fact
import city.mesto.ui.parts.Bar
import city.mesto.ui.parts.Card
import city.mesto.ui.parts.FactRow
import city.mesto.ui.parts.Icons
import city.mesto.ui.parts.MainButton
import city.mesto.ui.parts.Notice
import city.mesto.ui.parts.OfflineNotice
import city.mesto.ui.parts.Page
import city.mesto.ui.parts.QrPicture
import city.mesto.ui.parts.QuietButton
import city.mesto.ui.parts.RefusedNotice
import city.mesto.ui.parts.Tone
import city.mesto.ui.parts.Waiting
import city.mesto.ui.parts.fixedSize
import city.mesto.ui.rides.RideHead
import city.mesto.ui.text.texts
import city.mesto.ui.text.words

@Composable
fun RideScreen(state: RideUiState, onEvent: (RideEvent) -> Unit, modifier: Modifier = Modifier) {
    val writing = (state as? RideUiState.Shown)?.wrong as? Wrong.Writing
    Page(
        modifier,
        bar = { Bar(texts.ridesTicketTitle(), onBack = { onEvent(RideEvent.Back) }) },
        actions = writing?.let { { Writing(it, onEvent) } },
    ) {
        when (state) {
            RideUiState.Loading -> Card { Waiting(texts.ridesLoading()) }
            is RideUiState.Refused -> RefusedNotice(state.refusal, actions = { QuietButton(texts.stateRetry(), { onEvent(RideEvent.Retry) }) })
            is RideUiState.Shown -> Ticket(state, onEvent)
        }
    }
}

@Composable
private fun Ticket(state: RideUiState.Shown, onEvent: (RideEvent) -> Unit) {
    OfflineNotice(state.connection, onRetry = { onEvent(RideEvent.Retry) })
    when (state.phase) {
        Phase.Running -> Unit
        Phase.Over -> Notice(icon = Icons.Clock, title = texts.ridesTicketOver(), tone = Tone.Plain, body = listOf(texts.ridesTicketOverAt(words.time(state.endsAt, from = state.now))))
        Phase.Voided -> Notice(icon = Icons.Refused, title = state.state, tone = Tone.Error)
        Phase.Forgotten -> Notice(icon = Icons.Warning, title = texts.stateForgotten(), tone = Tone.Attention, body = listOf(texts.ridesForgottenWhy()))
    }
    val isShown = state.phase == Phase.Running || state.phase == Phase.Forgotten
    // What a camera looks for is on the screen however large the letters are.
    if (isShown) Clock(state)
    if (isShown) CodeCard(state, onEvent)
    Card {
        RideHead(state.ride)
        Text(texts.ridesPersons(state.persons.toLong()), style = MaterialTheme.typography.titleLarge, color = MaterialTheme.colorScheme.onSurface)
        if (isShown) Text(texts.ridesValidUntil(words.time(state.endsAt, from = state.now)), style = MaterialTheme.typography.titleLarge, color = MaterialTheme.colorScheme.onSurface)
    }
    Card {
        FactRow(Fact(texts.ridesRegistered(), words.dayAndTime(state.registeredAt)), "")
        FactRow(Fact(texts.ridesFare(), words.money(state.paid)), "")
        state.ride.plate?.let { FactRow(Fact(texts.ridesPlate(), it), it) }
        FactRow(Fact(texts.ridesCarrier(), state.ride.carrier), "")
    }
    when (state.wrong) {
        Wrong.Closed -> QuietButton(texts.ridesWrong(), { onEvent(RideEvent.SayWrong) }, icon = Icons.Message, fill = true)
        Wrong.Said -> Notice(icon = Icons.Hourglass, title = texts.ridesWrongSent(), tone = Tone.Plain)
        is Wrong.Writing, Wrong.Settled -> Unit
    }
}

/** It runs while the ticket is shown: what stands still is a picture of it. */
@Composable
private fun Clock(state: RideUiState.Shown) {
    val time = words.clock(state.now)
    val described = texts.ridesClockDescribed(words.time(state.now))
    Text(
        time,
        style = MaterialTheme.typography.displaySmall,
        fontSize = fixedSize(46.dp),
        lineHeight = fixedSize(52.dp),
        color = MaterialTheme.colorScheme.onBackground,
        textAlign = TextAlign.Center,
        maxLines = 1,
        modifier = Modifier.fillMaxWidth().clearAndSetSemantics { contentDescription = described },
    )
}

@Composable
private fun CodeCard(state: RideUiState.Shown, onEvent: (RideEvent) -> Unit) {
    when (val code = state.code) {
        Code.Loading -> Card { Waiting(texts.ridesCodeLoading()) }
        is Code.Here -> Card {
            Column(horizontalAlignment = Alignment.CenterHorizontally, verticalArrangement = Arrangement.spacedBy(8.dp), modifier = Modifier.fillMaxWidth()) {
                QrPicture(code.text, described = texts.ridesCodeDescribed(state.ride.vehicle), side = 264.dp)
                Text(texts.ridesTicketNote(), style = MaterialTheme.typography.bodyMedium, color = MaterialTheme.colorScheme.onSurfaceVariant, textAlign = TextAlign.Center)
            }
        }
        is Code.Elsewhere -> {
            Notice(icon = Icons.Lock, title = texts.ridesCodeElsewhere(), tone = Tone.Attention, body = listOf(texts.ridesCodeElsewhereWhy())) {
                if (code.isMoving) Waiting(texts.ridesCodeMoving()) else QuietButton(texts.ridesCodeMove(), { onEvent(RideEvent.MoveCode) }, fill = true)
            }
            code.refusal?.let { RefusedNotice(it) }
        }
    }
}

/** What is wrong, in the rider's words. */
@Composable
private fun Writing(wrong: Wrong.Writing, onEvent: (RideEvent) -> Unit) {
    wrong.refusal?.let { RefusedNotice(it) }
    OutlinedTextField(
        value = wrong.typed,
        onValueChange = { onEvent(RideEvent.WrongTyped(it)) },
        label = { Text(texts.ridesWrongWhat()) },
        maxLines = 4,
        shape = MaterialTheme.shapes.medium,
        modifier = Modifier.fillMaxWidth(),
    )
    if (wrong.isSending) {
        MainButton(texts.ridesWrongSending(), {}, busy = true)
    } else {
        MainButton(texts.ridesWrongSend(), { onEvent(RideEvent.SendWrong) }, enabled = wrong.typed.isNotBlank())
    }
}
