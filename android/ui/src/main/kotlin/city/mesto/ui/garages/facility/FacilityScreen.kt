// One garage: free places, prices, what is known of it; at the bottom, where the thumb is, the
// number of the ticket.

package city.mesto.ui.garages.facility

import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.text.KeyboardActions
import androidx.compose.foundation.text.KeyboardOptions
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.OutlinedTextField
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.input.ImeAction
import androidx.compose.ui.text.input.KeyboardCapitalization
import androidx.compose.ui.text.input.KeyboardType
import city.mesto.ui.parts.Bar
import city.mesto.ui.parts.Card
import city.mesto.ui.parts.FactRow
import city.mesto.ui.parts.Icons
import city.mesto.ui.parts.MainButton
import city.mesto.ui.parts.Notice
import city.mesto.ui.parts.OfflineNotice
import city.mesto.ui.parts.Page
import city.mesto.ui.parts.QuietButton
import city.mesto.ui.parts.RefusedNotice
import city.mesto.ui.parts.Small
import city.mesto.ui.parts.Tone
import city.mesto.ui.parts.Waiting
import city.mesto.ui.text.texts

@Composable
fun FacilityScreen(state: FacilityUiState, onEvent: (FacilityEvent) -> Unit, modifier: Modifier = Modifier) {
    val title = (state as? FacilityUiState.Shown)?.name ?: texts.garagesTitle()
    Page(
        modifier,
        bar = { Bar(title, onBack = { onEvent(FacilityEvent.Back) }) },
        actions = (state as? FacilityUiState.Shown)?.takeIf { it.isPaidHere }?.let { shown -> { Ticket(shown.ticket, shown.hasCamera, onEvent) } },
    ) {
        when (state) {
            FacilityUiState.Loading -> Waiting(texts.garagesLoading())
            is FacilityUiState.Refused -> RefusedNotice(state.refusal, actions = { QuietButton(texts.stateRetry(), { onEvent(FacilityEvent.Retry) }) })
            is FacilityUiState.Shown -> Facility(state, onEvent)
        }
    }
}

@Composable
private fun Facility(state: FacilityUiState.Shown, onEvent: (FacilityEvent) -> Unit) {
    OfflineNotice(state.connection, onRetry = { onEvent(FacilityEvent.Retry) })
    state.ticket.refusal?.let { refusal ->
        RefusedNotice(
            refusal,
            actions = state.ticket.elsewhere?.let { there -> { QuietButton(texts.garagesGoThere(there.name), { onEvent(FacilityEvent.GoThere) }, fill = true) } },
        )
    }
    state.ticket.fromPhoto?.let { Notice(icon = Icons.Check, title = texts.garagesTicketRead(it), tone = Tone.Good) }
    Card {
        Text(state.places, style = MaterialTheme.typography.titleLarge, color = MaterialTheme.colorScheme.onSurface, modifier = Modifier.semantics { heading() })
        Text(state.hours, style = MaterialTheme.typography.bodyLarge, color = MaterialTheme.colorScheme.onSurfaceVariant)
    }
    if (state.isReachable == false) Notice(icon = Icons.Offline, title = texts.garagesUnreachable(), tone = Tone.Attention)
    Card {
        Text(texts.garagesTariff(), style = MaterialTheme.typography.titleMedium, color = MaterialTheme.colorScheme.onSurface, modifier = Modifier.semantics { heading() })
        state.tariff.forEach { Text(it, style = MaterialTheme.typography.bodyLarge, color = MaterialTheme.colorScheme.onSurface) }
        state.tariffCertainty?.let { Small(texts.garagesCertainty(it)) }
    }
    Card {
        state.facts.forEach { FactRow(it, texts.garagesUnknown()) }
        state.certainty?.let { Small(texts.garagesCertainty(it)) }
    }
    Small(if (state.isPaidHere) texts.garagesTicketLost() else texts.garagesNotInApp())
}

/** The number of the ticket, and the way on. */
@Composable
private fun Ticket(ticket: TicketEntry, hasCamera: Boolean, onEvent: (FacilityEvent) -> Unit) {
    OutlinedTextField(
        value = ticket.typed,
        onValueChange = { onEvent(FacilityEvent.NumberTyped(it)) },
        label = { Text(texts.garagesTicketLabel()) },
        supportingText = { Text(texts.garagesTicketWhy()) },
        singleLine = true,
        textStyle = MaterialTheme.typography.titleLarge,
        shape = MaterialTheme.shapes.medium,
        keyboardOptions = KeyboardOptions(
            keyboardType = KeyboardType.Text,
            imeAction = ImeAction.Go,
            autoCorrectEnabled = false,
            capitalization = KeyboardCapitalization.Characters,
        ),
        keyboardActions = KeyboardActions(onGo = { onEvent(FacilityEvent.Ask) }),
        modifier = Modifier.fillMaxWidth(),
    )
    if (ticket.isReading) {
        MainButton(texts.garagesTicketPhotoReading(), {}, busy = true)
    } else {
        if (hasCamera) QuietButton(texts.garagesTicketCamera(), { onEvent(FacilityEvent.TakePhoto) }, icon = Icons.Photo, fill = true)
        QuietButton(texts.garagesTicketPhoto(), { onEvent(FacilityEvent.PickPhoto) }, icon = Icons.Photo, fill = true)
        MainButton(texts.garagesTicketGo(), { onEvent(FacilityEvent.Ask) }, enabled = ticket.typed.isNotBlank())
    }
}
