// The scanner: what the camera sees, what is in its way, and at the bottom the number instead.

package city.mesto.ui.rides.scan

import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.text.KeyboardActions
import androidx.compose.foundation.text.KeyboardOptions
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.OutlinedTextField
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.text.input.ImeAction
import androidx.compose.ui.text.input.KeyboardCapitalization
import androidx.compose.ui.text.input.KeyboardType
import city.mesto.ui.parts.Bar
import city.mesto.ui.parts.CameraFrame
import city.mesto.ui.parts.Icons
import city.mesto.ui.parts.MainButton
import city.mesto.ui.parts.Notice
import city.mesto.ui.parts.OfflineNotice
import city.mesto.ui.parts.Page
import city.mesto.ui.parts.QuietButton
import city.mesto.ui.parts.RefusedNotice
import city.mesto.ui.parts.Tone
import city.mesto.ui.parts.Waiting
import city.mesto.ui.rides.scan.ScanUiState.Hint
import city.mesto.ui.text.texts

@Composable
fun ScanScreen(state: ScanUiState, onEvent: (ScanEvent) -> Unit, modifier: Modifier = Modifier) {
    Page(
        modifier,
        bar = { Bar(texts.ridesScanTitle(), onBack = { onEvent(ScanEvent.Back) }) },
        actions = { Number(state, onEvent) },
    ) {
        OfflineNotice(state.connection, onRetry = { onEvent(ScanEvent.Retry) })
        // What was refused is read before anything else.
        state.refusal?.let { RefusedNotice(it) }
        if (state.hasCamera || state.picture != null) CameraFrame(state.picture, described = texts.ridesScanFrame())
        UnderFrame(state)
        if (state.mayPick && !state.isReading) QuietButton(texts.ridesScanPick(), { onEvent(ScanEvent.PickPicture) }, icon = Icons.Photo, fill = true)
    }
}

/** What is in the way, or what to do. */
@Composable
private fun UnderFrame(state: ScanUiState) {
    val hint = state.hint
    when {
        state.isReading -> Waiting(texts.ridesScanReading())
        hint != null -> Notice(icon = Icons.Warning, title = hint.text(), tone = Tone.Attention)
        state.isNothingFound -> Notice(icon = Icons.Warning, title = texts.ridesScanNothing(), tone = Tone.Attention)
        state.hasCamera -> Text(texts.ridesScanLook(), style = MaterialTheme.typography.bodyLarge, color = MaterialTheme.colorScheme.onBackground)
        else -> Text(texts.ridesScanNoCamera(), style = MaterialTheme.typography.bodyLarge, color = MaterialTheme.colorScheme.onBackground)
    }
}

@Composable
private fun Hint.text(): String = when (this) {
    Hint.TooDark -> texts.ridesScanDark()
    Hint.Glare -> texts.ridesScanGlare()
    Hint.TooSmall -> texts.ridesScanSmall()
    Hint.TooBlurred -> texts.ridesScanBlurred()
    Hint.Torn -> texts.ridesScanTorn()
}

/** The number on the board or the plate, and the way on. */
@Composable
private fun Number(state: ScanUiState, onEvent: (ScanEvent) -> Unit) {
    OutlinedTextField(
        value = state.typed,
        onValueChange = { onEvent(ScanEvent.NumberTyped(it)) },
        label = { Text(texts.ridesNumberLabel()) },
        supportingText = { Text(texts.ridesNumberWhy()) },
        singleLine = true,
        textStyle = MaterialTheme.typography.titleLarge,
        shape = MaterialTheme.shapes.medium,
        keyboardOptions = KeyboardOptions(
            keyboardType = KeyboardType.Text,
            imeAction = ImeAction.Go,
            autoCorrectEnabled = false,
            capitalization = KeyboardCapitalization.Characters,
        ),
        keyboardActions = KeyboardActions(onGo = { onEvent(ScanEvent.CheckNumber) }),
        modifier = Modifier.fillMaxWidth(),
    )
    MainButton(texts.ridesNumberGo(), { onEvent(ScanEvent.CheckNumber) }, enabled = state.typed.isNotBlank())
}
