// Garages near me: visits that are not over or were forgotten, then every garage with its free places.

package city.mesto.ui.garages.facilities

import androidx.compose.foundation.clickable
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.material3.Icon
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.draw.clip
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.role
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.unit.dp
import city.mesto.ui.parts.Bar
import city.mesto.ui.parts.Icons
import city.mesto.ui.parts.Notice
import city.mesto.ui.parts.OfflineNotice
import city.mesto.ui.parts.Page
import city.mesto.ui.parts.QuietButton
import city.mesto.ui.parts.RefusedNotice
import city.mesto.ui.parts.Tone
import city.mesto.ui.parts.Waiting
import city.mesto.ui.text.texts
import city.mesto.ui.text.words
import city.mesto.ui.theme.signals

@Composable
fun FacilitiesScreen(state: FacilitiesUiState, onEvent: (FacilitiesEvent) -> Unit, modifier: Modifier = Modifier) {
    Page(modifier, bar = { Bar(texts.garagesTitle(), onBack = { onEvent(FacilitiesEvent.Back) }) }) {
        OfflineNotice(state.connection, onRetry = { onEvent(FacilitiesEvent.Retry) })
        state.unconfirmed?.let { waiting ->
            Notice(icon = Icons.Hourglass, title = texts.garagesUnconfirmed(waiting.name), modifier = Modifier.opens { onEvent(FacilitiesEvent.UnconfirmedOpened) })
        }
        state.visits.forEach { visit -> VisitStrip(visit) { onEvent(FacilitiesEvent.VisitOpened(visit.id)) } }
        when (val content = state.content) {
            FacilitiesContent.Loading -> Waiting(texts.garagesLoading())
            is FacilitiesContent.Refused -> RefusedNotice(content.refusal, actions = { QuietButton(texts.stateRetry(), { onEvent(FacilitiesEvent.Retry) }) })
            is FacilitiesContent.Facilities -> FacilityList(content.rows, onEvent)
        }
    }
}

@Composable
private fun Modifier.opens(onClick: () -> Unit) = clip(MaterialTheme.shapes.medium).clickable(role = Role.Button, onClick = onClick)

@Composable
private fun VisitStrip(visit: VisitRow, onClick: () -> Unit) {
    val isSettled = visit.standing == VisitRow.Standing.Paid
    Notice(
        icon = if (isSettled) Icons.Clock else Icons.Warning,
        title = visit.facility,
        tone = if (isSettled) Tone.Good else Tone.Attention,
        body = when (visit.standing) {
            VisitRow.Standing.Paid -> listOf(visit.exitBy?.let { texts.garagesVisitPaid(words.time(it)) } ?: texts.garagesVisitPaidNoEnd())
            VisitRow.Standing.OwesAgain -> listOf(texts.garagesVisitOwes())
            VisitRow.Standing.Forgotten -> listOfNotNull(
                texts.stateForgotten(),
                visit.ticket.takeIf { it.isNotEmpty() }?.let { texts.garagesOwedTicket(it) },
                texts.garagesVisitPaidSum(words.money(visit.paid)),
            )
        },
        modifier = Modifier.opens(onClick),
    )
}

@Composable
private fun FacilityList(rows: List<FacilityRow>, onEvent: (FacilitiesEvent) -> Unit) {
    if (rows.isEmpty()) return Text(texts.garagesNone(), style = MaterialTheme.typography.bodyLarge, color = MaterialTheme.colorScheme.onBackground)
    Text(
        texts.garagesNear(),
        style = MaterialTheme.typography.titleMedium,
        color = MaterialTheme.colorScheme.onBackground,
        modifier = Modifier.semantics { heading() },
    )
    rows.forEach { row -> FacilityCard(row) { onEvent(FacilitiesEvent.Chosen(row.id)) } }
}

@Composable
private fun FacilityCard(row: FacilityRow, onClick: () -> Unit) {
    val colours = MaterialTheme.colorScheme
    val described = texts.garagesRowDescribed(name = row.name, places = row.places, hours = row.hours)
    Surface(
        onClick = onClick,
        shape = MaterialTheme.shapes.large,
        color = colours.surface,
        modifier = Modifier.fillMaxWidth().heightIn(min = 64.dp).semantics {
            role = Role.Button
            contentDescription = described
        },
    ) {
        Row(verticalAlignment = Alignment.CenterVertically, horizontalArrangement = Arrangement.spacedBy(12.dp), modifier = Modifier.padding(16.dp)) {
            Column(Modifier.weight(1f), verticalArrangement = Arrangement.spacedBy(4.dp)) {
                Text(row.name, style = MaterialTheme.typography.titleLarge, color = colours.onSurface)
                Text(
                    row.places,
                    style = MaterialTheme.typography.titleMedium,
                    color = when (row.standing) {
                        FacilityRow.Standing.Free -> signals.onGood
                        FacilityRow.Standing.Full -> colours.error
                        FacilityRow.Standing.NotKnown -> colours.onSurfaceVariant
                    },
                )
                Text(row.hours, style = MaterialTheme.typography.bodyMedium, color = colours.onSurfaceVariant)
                row.metres?.let { Text(texts.distanceMetres(it.toString()), style = MaterialTheme.typography.bodyMedium, color = colours.onSurfaceVariant) }
                if (row.isReachable == false) Text(texts.garagesUnreachable(), style = MaterialTheme.typography.bodyMedium, color = colours.error)
            }
            Icon(Icons.Forward, contentDescription = null, tint = colours.onSurfaceVariant, modifier = Modifier.size(24.dp))
        }
    }
}
