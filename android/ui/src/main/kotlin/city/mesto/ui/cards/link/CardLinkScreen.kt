// Linking a card: what the camera sees, the number and the printed code, and what is asked of a
// second card.

package city.mesto.ui.cards.link

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
import city.mesto.ui.parts.RefusedNotice
import city.mesto.ui.parts.Small
import city.mesto.ui.parts.Tone
import city.mesto.ui.text.texts

@Composable
fun CardLinkScreen(state: CardLinkUiState, onEvent: (CardLinkEvent) -> Unit, modifier: Modifier = Modifier) {
    Page(
        modifier,
        bar = { Bar(texts.cardsLinkGo(), onBack = { onEvent(CardLinkEvent.Back) }) },
        actions = {
            if (state.isLinking) MainButton(texts.cardsLinking(), {}, busy = true) else MainButton(texts.cardsLinkGo(), { onEvent(CardLinkEvent.Link) }, enabled = state.canLink)
        },
    ) {
        OfflineNotice(state.connection, onRetry = { onEvent(CardLinkEvent.Retry) })
        state.refusal?.let { RefusedNotice(it) }
        if (state.isLooking) {
            CameraFrame(state.picture, described = texts.ridesScanFrame(), isLow = true)
            Small(texts.cardsLinkLook())
        }
        if (state.isRead) Notice(icon = Icons.Check, title = texts.cardsLinkRead(), tone = Tone.Good)
        Typed(state.number, texts.cardsLinkNumber(), texts.cardsLinkNumberWhy(), KeyboardType.Number, ImeAction.Next, onDone = {}) { onEvent(CardLinkEvent.NumberTyped(it)) }
        Typed(state.code, texts.cardsLinkCode(), texts.cardsLinkCodeWhy(), KeyboardType.Text, ImeAction.Done, onDone = { onEvent(CardLinkEvent.Link) }) { onEvent(CardLinkEvent.CodeTyped(it)) }
        if (state.hasCard) {
            Notice(
                icon = Icons.Card,
                title = texts.cardsLinkSecond(),
                tone = Tone.Plain,
                body = listOf(texts.cardsLinkSecondWhy(), texts.cardsLinkSecondOffice()),
            )
        }
    }
}

@Composable
private fun Typed(value: String, label: String, why: String, keyboard: KeyboardType, action: ImeAction, onDone: () -> Unit, onTyped: (String) -> Unit) = OutlinedTextField(
    value = value,
    onValueChange = onTyped,
    label = { Text(label) },
    supportingText = { Text(why) },
    singleLine = true,
    textStyle = MaterialTheme.typography.titleLarge,
    shape = MaterialTheme.shapes.medium,
    keyboardOptions = KeyboardOptions(keyboardType = keyboard, imeAction = action, autoCorrectEnabled = false, capitalization = KeyboardCapitalization.Characters),
    keyboardActions = KeyboardActions(onDone = { onDone() }),
    modifier = Modifier.fillMaxWidth(),
)
