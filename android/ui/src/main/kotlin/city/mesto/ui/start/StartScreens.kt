// Sign in, first car, top up: as little as the way to a ticket needs.

package city.mesto.ui.start

import androidx.compose.foundation.BorderStroke
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.ExperimentalLayoutApi
import androidx.compose.foundation.layout.FlowRow
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.selection.selectable
import androidx.compose.foundation.selection.selectableGroup
import androidx.compose.foundation.text.KeyboardActions
import androidx.compose.foundation.text.KeyboardOptions
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.OutlinedTextField
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.text.input.ImeAction
import androidx.compose.ui.text.input.KeyboardCapitalization
import androidx.compose.ui.text.input.KeyboardType
import androidx.compose.ui.unit.dp
import androidx.compose.ui.unit.sp
import city.mesto.ui.Price
import city.mesto.ui.parts.Bar
import city.mesto.ui.parts.Icons
import city.mesto.ui.parts.MainButton
import city.mesto.ui.parts.Notice
import city.mesto.ui.parts.OfflineNotice
import city.mesto.ui.parts.Page
import city.mesto.ui.parts.Plate
import city.mesto.ui.parts.QuietButton
import city.mesto.ui.parts.RefusedNotice
import city.mesto.ui.parts.Tone
import city.mesto.ui.text.texts
import city.mesto.ui.text.words
import city.mesto.ui.theme.FieldLetters

@Composable
fun SignInScreen(state: SignInUiState, onEvent: (SignInEvent) -> Unit, modifier: Modifier = Modifier) {
    val sentTo = state.codeSentTo
    val action = if (sentTo == null) SignInEvent.SendCode else SignInEvent.SignIn
    Page(
        modifier,
        bar = { Bar(texts.startTitle(state.city), onBack = null) },
        actions = {
            MainButton(
                text = if (sentTo == null) texts.startSendCode() else texts.startSignIn(),
                onClick = { onEvent(action) },
                enabled = if (sentTo == null) state.canSendCode else state.canSignIn,
                busy = state.isWorking,
            )
        },
    ) {
        OfflineNotice(state.connection, onRetry = { onEvent(action) })
        if (sentTo == null) {
            BigField(state.phone, texts.startPhoneLabel(), texts.startPhoneHint(), KeyboardType.Phone, { onEvent(SignInEvent.SendCode) }) {
                onEvent(SignInEvent.PhoneTyped(it))
            }
        } else {
            Text(texts.startCodeSent(sentTo), style = MaterialTheme.typography.bodyLarge, color = MaterialTheme.colorScheme.onBackground)
            BigField(state.code, texts.startCodeLabel(), "", KeyboardType.NumberPassword, { onEvent(SignInEvent.SignIn) }) {
                onEvent(SignInEvent.CodeTyped(it))
            }
            Column(verticalArrangement = Arrangement.spacedBy(8.dp)) {
                QuietButton(texts.startResend(), { onEvent(SignInEvent.SendCode) }, fill = true)
                QuietButton(texts.startOtherNumber(), { onEvent(SignInEvent.OtherNumber) }, fill = true)
            }
        }
        state.refusal?.let { RefusedNotice(it) }
    }
}

@Composable
fun PlateScreen(state: PlateUiState, onEvent: (PlateEvent) -> Unit, modifier: Modifier = Modifier) {
    val back: (() -> Unit)? = if (state.canGoBack) ({ onEvent(PlateEvent.Back) }) else null
    Page(
        modifier,
        bar = { Bar(texts.plateTitle(), onBack = back) },
        actions = {
            MainButton(texts.plateSave(), { onEvent(PlateEvent.Save) }, enabled = state.typed.isNotBlank(), busy = state.isWorking)
        },
    ) {
        Text(texts.plateCheck(), style = MaterialTheme.typography.bodyLarge, color = MaterialTheme.colorScheme.onBackground)
        BigField(state.typed, texts.plateLabel(), texts.plateHint(), KeyboardType.Text, { onEvent(PlateEvent.Save) }) { onEvent(PlateEvent.Typed(it)) }
        state.shown?.let { shown ->
            Box(Modifier.fillMaxWidth().padding(vertical = 12.dp), contentAlignment = Alignment.Center) { Plate(shown, size = 40.sp) }
        }
        state.warnings.forEach { Notice(icon = Icons.Warning, title = it) }
        state.refusal?.let { RefusedNotice(it) }
    }
}

@Composable
fun TopUpScreen(state: TopUpUiState, onEvent: (TopUpEvent) -> Unit, modifier: Modifier = Modifier) {
    Page(
        modifier,
        bar = { Bar(texts.topupTitle(), onBack = { onEvent(TopUpEvent.Back) }) },
        actions = { TopUpAction(state, onEvent) },
    ) {
        OfflineNotice(state.connection, onRetry = { onEvent(TopUpEvent.CheckAgain) })
        state.balance?.let {
            Text(texts.topupBalance(words.money(it)), style = MaterialTheme.typography.titleMedium, color = MaterialTheme.colorScheme.onBackground)
        }
        when (val step = state.step) {
            TopUpStep.Choosing, TopUpStep.Asking -> Amounts(state, onEvent)
            is TopUpStep.Refused -> {
                RefusedNotice(step.refusal, notCharged = true)
                Amounts(state, onEvent)
            }
            is TopUpStep.AtTheBank -> Notice(
                icon = Icons.Hourglass,
                title = texts.topupWaiting(),
                body = listOf(texts.topupWaitingWhy()),
                actions = {
                    QuietButton(texts.stateCheckAgain(), { onEvent(TopUpEvent.CheckAgain) }, fill = true)
                    QuietButton(texts.topupGiveUp(), { onEvent(TopUpEvent.GiveUp) }, fill = true)
                },
            )
            is TopUpStep.Done -> Notice(icon = Icons.Check, title = texts.topupDone(words.money(step.amount)), tone = Tone.Good)
        }
    }
}

@Composable
private fun TopUpAction(state: TopUpUiState, onEvent: (TopUpEvent) -> Unit) {
    when (state.step) {
        is TopUpStep.Done -> MainButton(texts.topupDoneNext(), { onEvent(TopUpEvent.Back) })
        is TopUpStep.AtTheBank -> MainButton(texts.topupOpenBank(), { onEvent(TopUpEvent.OpenBank) })
        TopUpStep.Choosing, TopUpStep.Asking, is TopUpStep.Refused -> {
            val chosen = state.chosen
            MainButton(
                text = chosen?.let { texts.topupGo(words.money(it)) } ?: texts.topupChoose(),
                onClick = { onEvent(TopUpEvent.Go) },
                enabled = chosen != null,
                busy = state.step is TopUpStep.Asking,
            )
        }
    }
}

@OptIn(ExperimentalLayoutApi::class)
@Composable
private fun Amounts(state: TopUpUiState, onEvent: (TopUpEvent) -> Unit) {
    FlowRow(
        horizontalArrangement = Arrangement.spacedBy(10.dp),
        verticalArrangement = Arrangement.spacedBy(10.dp),
        modifier = Modifier.selectableGroup(),
    ) {
        state.amounts.forEach { amount -> AmountChoice(amount, isChosen = amount == state.chosen) { onEvent(TopUpEvent.Chosen(amount)) } }
    }
    Text(texts.topupNote(), style = MaterialTheme.typography.bodyMedium, color = MaterialTheme.colorScheme.onSurfaceVariant)
}

@Composable
private fun AmountChoice(amount: Price, isChosen: Boolean, onClick: () -> Unit) {
    val colours = MaterialTheme.colorScheme
    Surface(
        shape = MaterialTheme.shapes.medium,
        color = if (isChosen) colours.primaryContainer else colours.surface,
        border = BorderStroke(if (isChosen) 3.dp else 1.dp, if (isChosen) colours.primary else colours.outlineVariant),
        modifier = Modifier.heightIn(min = 60.dp).selectable(selected = isChosen, role = Role.RadioButton, onClick = onClick),
    ) {
        Box(contentAlignment = Alignment.Center, modifier = Modifier.padding(horizontal = 18.dp, vertical = 16.dp)) {
            Text(words.money(amount), style = MaterialTheme.typography.titleLarge, color = colours.onSurface)
        }
    }
}

@Composable
private fun BigField(value: String, label: String, hint: String, keyboard: KeyboardType, onDone: () -> Unit, onTyped: (String) -> Unit) {
    OutlinedTextField(
        value = value,
        onValueChange = onTyped,
        label = { Text(label) },
        placeholder = { Text(hint, style = MaterialTheme.typography.headlineMedium) },
        singleLine = true,
        textStyle = FieldLetters,
        shape = MaterialTheme.shapes.medium,
        keyboardOptions = KeyboardOptions(
            keyboardType = keyboard,
            imeAction = ImeAction.Done,
            autoCorrectEnabled = false,
            capitalization = if (keyboard == KeyboardType.Text) KeyboardCapitalization.Characters else KeyboardCapitalization.None,
        ),
        keyboardActions = KeyboardActions(onDone = { onDone() }),
        modifier = Modifier.fillMaxWidth(),
    )
}
