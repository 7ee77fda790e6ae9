// Zones near me: which car, which zone. The sign's code is asked for at the bottom, where the thumb
// is.

package city.mesto.ui.parking.zones

import androidx.compose.foundation.BorderStroke
import androidx.compose.foundation.clickable
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.FlowRow
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.text.KeyboardActions
import androidx.compose.foundation.text.KeyboardOptions
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.Icon
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.OutlinedTextField
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.draw.clip
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.semantics.clearAndSetSemantics
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.onClick
import androidx.compose.ui.semantics.role
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.font.FontWeight
import androidx.compose.ui.text.input.ImeAction
import androidx.compose.ui.text.input.KeyboardType
import androidx.compose.ui.unit.dp
import androidx.compose.ui.unit.sp
import city.mesto.ui.app.HomeButton
import city.mesto.ui.app.HomeButtons
import city.mesto.ui.parking.ZoneBadge
import city.mesto.ui.parts.IconAction
import city.mesto.ui.parts.Icons
import city.mesto.ui.parts.MainButton
import city.mesto.ui.parts.Notice
import city.mesto.ui.parts.OfflineNotice
import city.mesto.ui.parts.Page
import city.mesto.ui.parts.Plate
import city.mesto.ui.parts.QuietButton
import city.mesto.ui.parts.RefusedNotice
import city.mesto.ui.parts.Tone
import city.mesto.ui.parts.Waiting
import city.mesto.ui.text.texts
import city.mesto.ui.text.words
import city.mesto.ui.theme.FieldLetters
import city.mesto.ui.theme.signals

@Composable
fun ZonesScreen(state: ZonesUiState, onEvent: (ZonesEvent) -> Unit, modifier: Modifier = Modifier, homeButtons: List<HomeButton> = emptyList()) {
    Page(
        modifier = modifier,
        bar = { CarBar(state, onEvent) },
        actions = { SignField(state, onEvent) },
    ) {
        OfflineNotice(state.connection, onRetry = { onEvent(ZonesEvent.Retry) })
        state.unconfirmed?.let { waiting ->
            Notice(
                icon = Icons.Hourglass,
                title = texts.stateUnconfirmedOpen(waiting.plate),
                modifier = Modifier.clip(MaterialTheme.shapes.medium).clickable(role = Role.Button) { onEvent(ZonesEvent.UnconfirmedOpened) },
            )
        }
        state.running?.let { RunningStrip(it, onEvent) }
        HomeButtons(homeButtons, onOpen = { onEvent(ZonesEvent.FeatureOpened(it)) })
        when (val content = state.content) {
            ZonesContent.Loading -> Waiting(texts.zonesLoading())
            is ZonesContent.Refused -> RefusedNotice(content.refusal, actions = { QuietButton(texts.stateRetry(), { onEvent(ZonesEvent.Retry) }) })
            is ZonesContent.Zones -> ZoneList(content, onEvent)
        }
    }
    if (state.choosingPlate) PlateSheet(state, onEvent)
}

/** The car that is paid for, as big as its plate, and what is on the deposit. */
@Composable
private fun CarBar(state: ZonesUiState, onEvent: (ZonesEvent) -> Unit) {
    Surface(color = MaterialTheme.colorScheme.surface, modifier = Modifier.fillMaxWidth()) {
        FlowRow(
            itemVerticalAlignment = Alignment.CenterVertically,
            horizontalArrangement = Arrangement.SpaceBetween,
            modifier = Modifier.padding(start = 16.dp, end = 12.dp, top = 10.dp, bottom = 10.dp),
        ) {
            val plate = state.plate
            if (plate == null && state.plates.isNotEmpty()) {
                QuietButton(texts.zonesChoosePlate(), { onEvent(ZonesEvent.ChangePlate) }, icon = Icons.Car)
            } else if (plate == null) {
                QuietButton(texts.zonesPlateMissing(), { onEvent(ZonesEvent.AddPlate) }, icon = Icons.Plus)
            } else {
                val described = texts.zonesPlateDescribed(plate.shown)
                val change = texts.zonesPlateChange()
                Column(
                    verticalArrangement = Arrangement.spacedBy(2.dp),
                    modifier = Modifier
                        .clip(MaterialTheme.shapes.small)
                        .clickable(role = Role.Button, onClickLabel = change) { onEvent(ZonesEvent.ChangePlate) }
                        .padding(vertical = 4.dp)
                        .semantics(mergeDescendants = true) { contentDescription = described },
                ) {
                    Plate(plate.shown, size = 28.sp)
                    Text(plate.label ?: change, style = MaterialTheme.typography.labelMedium, color = MaterialTheme.colorScheme.onSurfaceVariant)
                }
            }
            state.balance?.let { balance ->
                val amount = words.money(balance)
                val described = texts.zonesDepositDescribed(amount)
                Column(
                    horizontalAlignment = Alignment.Start,
                    verticalArrangement = Arrangement.Center,
                    modifier = Modifier
                        .heightIn(min = 52.dp)
                        .clip(MaterialTheme.shapes.small)
                        .clickable(role = Role.Button) { onEvent(ZonesEvent.TopUp) }
                        .semantics(mergeDescendants = true) { contentDescription = described }
                        .padding(start = 12.dp, end = 4.dp, top = 4.dp, bottom = 4.dp),
                ) {
                    Row(horizontalArrangement = Arrangement.spacedBy(6.dp), verticalAlignment = Alignment.CenterVertically) {
                        Icon(Icons.Wallet, contentDescription = null, tint = MaterialTheme.colorScheme.onSurfaceVariant, modifier = Modifier.size(18.dp))
                        Text(texts.zonesDeposit(), style = MaterialTheme.typography.labelMedium, color = MaterialTheme.colorScheme.onSurfaceVariant)
                    }
                    Text(amount, style = MaterialTheme.typography.titleMedium, color = MaterialTheme.colorScheme.onSurface)
                }
            }
        }
    }
}

@Composable
private fun RunningStrip(ticket: RunningTicket, onEvent: (ZonesEvent) -> Unit) {
    Surface(
        onClick = { onEvent(ZonesEvent.TicketOpened(ticket.id)) },
        shape = MaterialTheme.shapes.large,
        color = MaterialTheme.colorScheme.primary,
        contentColor = MaterialTheme.colorScheme.onPrimary,
        modifier = Modifier.fillMaxWidth(),
    ) {
        Row(
            verticalAlignment = Alignment.CenterVertically,
            horizontalArrangement = Arrangement.spacedBy(14.dp),
            modifier = Modifier.padding(horizontal = 16.dp, vertical = 12.dp),
        ) {
            Column(Modifier.weight(1f)) {
                Text(texts.zonesRunning(ticket.plate), style = MaterialTheme.typography.titleMedium)
                Text("${ticket.zone.name} · ${texts.zonesRunningUntil(words.time(ticket.endsAt))}", style = MaterialTheme.typography.bodyMedium)
            }
            Text(words.countdown(ticket.secondsLeft), style = MaterialTheme.typography.headlineMedium)
        }
    }
}

@Composable
private fun ZoneList(content: ZonesContent.Zones, onEvent: (ZonesEvent) -> Unit) {
    if (!content.positionKnown) {
        Notice(icon = Icons.Pin, title = texts.zonesNoPosition(), tone = Tone.Plain)
    }
    if (content.positionKnown && content.rows.any { it.approximate }) {
        Row(horizontalArrangement = Arrangement.spacedBy(8.dp), verticalAlignment = Alignment.CenterVertically, modifier = Modifier.padding(start = 4.dp)) {
            Icon(Icons.Warning, contentDescription = null, tint = signals.attentionMark, modifier = Modifier.size(18.dp))
            Text(texts.zonesApproximate(), style = MaterialTheme.typography.bodyMedium, color = MaterialTheme.colorScheme.onBackground)
        }
    }
    Text(
        if (content.positionKnown) texts.zonesNear() else texts.zonesAll(),
        style = MaterialTheme.typography.titleMedium,
        color = MaterialTheme.colorScheme.onSurfaceVariant,
        modifier = Modifier.padding(start = 4.dp, top = 4.dp).semantics { heading() },
    )
    Column(verticalArrangement = Arrangement.spacedBy(10.dp)) {
        content.rows.forEach { ZoneRowCard(it, onEvent) }
    }
}

@Composable
private fun ZoneRowCard(row: ZoneRow, onEvent: (ZonesEvent) -> Unit) {
    val metres = row.metres
    val distance = when {
        metres == null -> null
        metres == 0 -> if (row.approximate) texts.zonesHereAbout() else texts.zonesHere()
        row.approximate -> texts.zonesDistanceAbout(metres.toString())
        else -> texts.distanceMetres(metres.toString())
    }
    val limit = row.maxMinutes?.let { texts.zonesMaxStay(it.toLong()) } ?: texts.zonesNoLimit()
    val note = if (row.approximate) texts.zonesApproximate() else ""
    val first = if (row.bySign) texts.zonesBySign() else distance
    val described = texts.zonesRowDescribed(
        zone = row.zone.name,
        sign = row.zone.sign.orEmpty(),
        distance = listOfNotNull(if (row.bySign) texts.zonesBySign() else null, distance).joinToString(", "),
        limit = limit,
        note = note,
    )
    val choose = { onEvent(ZonesEvent.ZoneChosen(row.zone.id)) }
    Surface(
        onClick = choose,
        shape = MaterialTheme.shapes.large,
        color = MaterialTheme.colorScheme.surface,
        border = if (row.bySign) BorderStroke(3.dp, MaterialTheme.colorScheme.primary) else null,
        modifier = Modifier.fillMaxWidth().clearAndSetSemantics {
            contentDescription = described
            role = Role.Button
            onClick {
                choose()
                true
            }
        },
    ) {
        Row(
            verticalAlignment = Alignment.CenterVertically,
            horizontalArrangement = Arrangement.spacedBy(14.dp),
            modifier = Modifier.padding(12.dp),
        ) {
            ZoneBadge(row.zone)
            Column(Modifier.weight(1f), verticalArrangement = Arrangement.spacedBy(1.dp)) {
                Text(row.zone.name, style = MaterialTheme.typography.titleLarge, color = MaterialTheme.colorScheme.onSurface)
                first?.let { Text(it, style = MaterialTheme.typography.bodyMedium, fontWeight = FontWeight.SemiBold, color = MaterialTheme.colorScheme.onSurface) }
                Text(limit, style = MaterialTheme.typography.bodyMedium, color = MaterialTheme.colorScheme.onSurfaceVariant)
            }
            Icon(Icons.Forward, contentDescription = null, tint = MaterialTheme.colorScheme.outline, modifier = Modifier.size(24.dp))
        }
    }
}

/** The code of the sign: big figures, and at once the zone it names. */
@Composable
private fun SignField(state: ZonesUiState, onEvent: (ZonesEvent) -> Unit) {
    val answer = state.signAnswer
    if (answer is SignAnswer.Unknown) RefusedNotice(answer.refusal)
    val found = (answer as? SignAnswer.Found)?.let { hit -> (state.content as? ZonesContent.Zones)?.rows?.find { it.zone.id == hit.zone }?.zone }
    OutlinedTextField(
        value = state.sign,
        onValueChange = { onEvent(ZonesEvent.SignTyped(it)) },
        label = { Text(texts.zonesSignLabel()) },
        supportingText = if (answer is SignAnswer.None) ({ Text(texts.zonesSignWhy()) }) else null,
        leadingIcon = { Icon(Icons.Sign, contentDescription = null) },
        trailingIcon = {
            if (state.sign.isNotEmpty()) IconAction(Icons.Close, texts.zonesSignClear(), { onEvent(ZonesEvent.SignTyped("")) })
        },
        isError = answer is SignAnswer.Unknown,
        singleLine = true,
        textStyle = FieldLetters,
        shape = MaterialTheme.shapes.medium,
        keyboardOptions = KeyboardOptions(keyboardType = KeyboardType.Number, imeAction = ImeAction.Go),
        keyboardActions = KeyboardActions(onGo = { found?.let { onEvent(ZonesEvent.ZoneChosen(it.id)) } }),
        modifier = Modifier.fillMaxWidth(),
    )
    if (found != null) MainButton(texts.zonesSignGo(found.name), { onEvent(ZonesEvent.ZoneChosen(found.id)) })
}

/** Which car: every plate of the account, big, none chosen silently. */
@Composable
private fun PlateSheet(state: ZonesUiState, onEvent: (ZonesEvent) -> Unit) {
    Box(contentAlignment = Alignment.BottomCenter, modifier = Modifier.fillMaxWidth()) {
        androidx.compose.material3.AlertDialog(
            onDismissRequest = { onEvent(ZonesEvent.PlateSheetClosed) },
            title = { Text(texts.zonesChoosePlate(), style = MaterialTheme.typography.titleLarge) },
            text = {
                Column(verticalArrangement = Arrangement.spacedBy(12.dp), modifier = Modifier.verticalScroll(rememberScrollState())) {
                    state.plates.forEach { plate ->
                        Row(
                            verticalAlignment = Alignment.CenterVertically,
                            horizontalArrangement = Arrangement.spacedBy(12.dp),
                            modifier = Modifier
                                .fillMaxWidth()
                                .heightIn(min = 56.dp)
                                .clickable(role = Role.Button) { onEvent(ZonesEvent.PlateChosen(plate.vehicle)) },
                        ) {
                            Plate(plate.shown)
                            plate.label?.let { Text(it, style = MaterialTheme.typography.bodyLarge) }
                            if (plate.vehicle == state.plate?.vehicle) Icon(Icons.Check, contentDescription = null)
                        }
                    }
                }
            },
            confirmButton = { QuietButton(texts.zonesAddPlate(), { onEvent(ZonesEvent.AddPlate) }, icon = Icons.Plus) },
        )
    }
}
