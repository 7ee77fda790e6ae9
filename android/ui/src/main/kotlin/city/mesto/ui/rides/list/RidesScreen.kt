// My rides: the balance and how far it reaches, the tickets that are good, then those before, and
// the way to the scanner under the thumb.

package city.mesto.ui.rides.list

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
import city.mesto.ui.app.HomeButton
import city.mesto.ui.app.HomeButtons
import city.mesto.ui.parts.Bar
import city.mesto.ui.parts.Card
import city.mesto.ui.parts.Icons
import city.mesto.ui.parts.MainButton
import city.mesto.ui.parts.Notice
import city.mesto.ui.parts.OfflineNotice
import city.mesto.ui.parts.Page
import city.mesto.ui.parts.QuietButton
import city.mesto.ui.parts.Tone
import city.mesto.ui.parts.Waiting
import city.mesto.ui.text.texts
import city.mesto.ui.text.words
import city.mesto.ui.theme.signals

@Composable
fun RidesScreen(state: RidesUiState, onEvent: (RidesEvent) -> Unit, modifier: Modifier = Modifier, isHome: Boolean = false, homeButtons: List<HomeButton> = emptyList()) {
    Page(
        modifier,
        bar = { Bar(texts.ridesTitle(), onBack = if (isHome) null else ({ onEvent(RidesEvent.Back) })) },
        actions = { MainButton(texts.ridesScanGo(), { onEvent(RidesEvent.Scan) }) },
    ) {
        OfflineNotice(state.connection, onRetry = { onEvent(RidesEvent.Retry) })
        if (state.isUnconfirmed) {
            Notice(
                icon = Icons.Hourglass,
                title = texts.ridesUnconfirmed(),
                modifier = Modifier.clip(MaterialTheme.shapes.medium).clickable(role = Role.Button) { onEvent(RidesEvent.UnconfirmedOpened) },
            )
        }
        state.standing?.let { Notice(icon = Icons.Refused, title = it, tone = Tone.Error) { QuietButton(texts.standingToAccount(), { onEvent(RidesEvent.AccountOpened) }, fill = true) } }
        state.news?.let {
            Notice(
                icon = Icons.News,
                title = it,
                modifier = Modifier.clip(MaterialTheme.shapes.medium).clickable(role = Role.Button) { onEvent(RidesEvent.NewsOpened) },
            )
        }
        val running = state.running
        if (running == null) Card { Waiting(texts.ridesLoading()) }
        running.orEmpty().forEach { RunningCard(it, state) { onEvent(RidesEvent.Opened(it.id)) } }
        state.balance?.let { Balance(it, state, onEvent) }
        HomeButtons(homeButtons, onOpen = { onEvent(RidesEvent.FeatureOpened(it)) })
        state.forgotten.forEach { Forgotten(it) { onEvent(RidesEvent.Opened(it.id)) } }
        if (running != null && running.isEmpty() && state.over.isEmpty()) {
            Text(texts.ridesNone(), style = MaterialTheme.typography.bodyLarge, color = MaterialTheme.colorScheme.onBackground)
        }
        if (state.over.isNotEmpty()) {
            Text(
                texts.ridesEarlier(),
                style = MaterialTheme.typography.titleMedium,
                color = MaterialTheme.colorScheme.onBackground,
                modifier = Modifier.semantics { heading() },
            )
        }
        state.over.forEach { OverCard(it) { onEvent(RidesEvent.Opened(it.id)) } }
    }
}

@Composable
private fun Balance(balance: BalanceView, state: RidesUiState, onEvent: (RidesEvent) -> Unit) = Card {
    val amount = words.money(balance.amount)
    Text(
        balance.asOf?.let { texts.ridesBalanceAt(amount = amount, time = words.time(it, from = state.now)) } ?: texts.ridesBalance(amount),
        style = MaterialTheme.typography.titleMedium,
        color = MaterialTheme.colorScheme.onSurface,
    )
    balance.reaches?.let {
        Text(it, style = MaterialTheme.typography.bodyLarge, color = if (balance.isLow) signals.attentionMark else MaterialTheme.colorScheme.onSurfaceVariant)
    }
    QuietButton(texts.ridesTopUp(), { onEvent(RidesEvent.TopUp) }, icon = Icons.Wallet, modifier = Modifier.padding(top = 8.dp))
}

/** A ticket that is good: what a controller asks for is one tap away. */
@Composable
private fun RunningCard(row: RideRow, state: RidesUiState, onClick: () -> Unit) {
    val colours = MaterialTheme.colorScheme
    val until = texts.ridesValidUntil(words.time(row.endsAt, from = state.now))
    val described = texts.ridesRowDescribed(ride = row.ride.route ?: row.ride.vehicle, state = row.state, time = words.time(row.registeredAt))
    Surface(
        onClick = onClick,
        shape = MaterialTheme.shapes.large,
        color = colours.primary,
        contentColor = colours.onPrimary,
        modifier = Modifier.fillMaxWidth().semantics {
            role = Role.Button
            contentDescription = described
        },
    ) {
        Row(horizontalArrangement = Arrangement.spacedBy(12.dp), verticalAlignment = Alignment.CenterVertically, modifier = Modifier.padding(16.dp)) {
            Column(Modifier.weight(1f), verticalArrangement = Arrangement.spacedBy(4.dp)) {
                Text(row.ride.route ?: row.ride.vehicle, style = MaterialTheme.typography.titleLarge)
                row.ride.to?.let { Text(it, style = MaterialTheme.typography.bodyLarge) }
                Text("${row.ride.vehicle} · ${texts.ridesPersons(row.persons.toLong())}", style = MaterialTheme.typography.bodyMedium)
                Text(until, style = MaterialTheme.typography.titleMedium)
            }
            Icon(Icons.Forward, contentDescription = null, modifier = Modifier.size(24.dp))
        }
    }
}

@Composable
private fun OverCard(row: RideRow, onClick: () -> Unit) {
    val colours = MaterialTheme.colorScheme
    val described = texts.ridesRowDescribed(ride = row.ride.route ?: row.ride.vehicle, state = row.state, time = words.dayAndTime(row.registeredAt))
    Surface(
        onClick = onClick,
        shape = MaterialTheme.shapes.large,
        color = colours.surface,
        modifier = Modifier.fillMaxWidth().heightIn(min = 64.dp).semantics {
            role = Role.Button
            contentDescription = described
        },
    ) {
        Row(horizontalArrangement = Arrangement.spacedBy(12.dp), verticalAlignment = Alignment.CenterVertically, modifier = Modifier.padding(16.dp)) {
            Column(Modifier.weight(1f), verticalArrangement = Arrangement.spacedBy(4.dp)) {
                Text(row.ride.route ?: row.ride.vehicle, style = MaterialTheme.typography.titleMedium, color = colours.onSurface)
                row.ride.to?.let { Text(it, style = MaterialTheme.typography.bodyMedium, color = colours.onSurface) }
                Text(words.dayAndTime(row.registeredAt), style = MaterialTheme.typography.bodyMedium, color = colours.onSurfaceVariant)
                Text("${words.money(row.price)} · ${row.state}", style = MaterialTheme.typography.bodyMedium, color = colours.onSurfaceVariant)
            }
            Icon(Icons.Forward, contentDescription = null, tint = colours.onSurfaceVariant, modifier = Modifier.size(24.dp))
        }
    }
}

@Composable
private fun Forgotten(row: RideRow, onClick: () -> Unit) = Notice(
    icon = Icons.Warning,
    title = row.ride.route ?: row.ride.vehicle,
    tone = Tone.Attention,
    body = listOf(texts.stateForgotten()),
    modifier = Modifier.clip(MaterialTheme.shapes.medium).clickable(role = Role.Button, onClick = onClick),
)
