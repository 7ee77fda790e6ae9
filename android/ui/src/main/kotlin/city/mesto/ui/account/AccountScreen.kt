// The account: whether it may pay, and the way to stop and to go on.

package city.mesto.ui.account

import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import city.mesto.ui.parts.Bar
import city.mesto.ui.parts.Card
import city.mesto.ui.parts.Icons
import city.mesto.ui.parts.MainButton
import city.mesto.ui.parts.Notice
import city.mesto.ui.parts.OfflineNotice
import city.mesto.ui.parts.Page
import city.mesto.ui.parts.Question
import city.mesto.ui.parts.QuietButton
import city.mesto.ui.parts.RefusedNotice
import city.mesto.ui.parts.Tone
import city.mesto.ui.parts.Waiting
import city.mesto.ui.text.texts

@Composable
fun AccountScreen(state: AccountUiState, onEvent: (AccountEvent) -> Unit, modifier: Modifier = Modifier) {
    val standing = state.standing
    val isResuming = standing is Standing.Suspended
    Page(
        modifier,
        bar = { Bar(texts.standingTitle(), onBack = { onEvent(AccountEvent.Back) }) },
        actions = when {
            state.isAsking -> ({
                Question(
                    texts.standingSuspendAsk(),
                    texts.standingSuspendWhy(),
                    yes = texts.standingSuspendYes(),
                    no = texts.standingSuspendNo(),
                    busy = texts.standingSending().takeIf { state.isSending },
                    onYes = { onEvent(AccountEvent.Yes) },
                    onNo = { onEvent(AccountEvent.No) },
                )
            })
            isResuming && state.isSending -> ({ MainButton(texts.standingSending(), {}, busy = true) })
            isResuming -> ({ MainButton(texts.standingResume(), { onEvent(AccountEvent.Resume) }) })
            else -> null
        },
    ) {
        OfflineNotice(state.connection, onRetry = { onEvent(AccountEvent.Retry) })
        state.refusal?.let { RefusedNotice(it) }
        when (standing) {
            null -> Card { Waiting(texts.standingLoading()) }
            Standing.Active -> Notice(icon = Icons.Check, title = texts.standingActive(), tone = Tone.Good)
            is Standing.Suspended -> Notice(icon = Icons.Hourglass, title = standing.text, tone = Tone.Attention)
            is Standing.Blocked -> Notice(icon = Icons.Refused, title = standing.text, tone = Tone.Error)
        }
        QuietButton(texts.termsTitle(), { onEvent(AccountEvent.SeeTerms) }, icon = Icons.Page, fill = true)
        if (standing == Standing.Active && !state.isAsking) QuietButton(texts.standingSuspend(), { onEvent(AccountEvent.Suspend) }, icon = Icons.Lock, fill = true)
    }
}
