// Every state of the account.

package city.mesto.ui.account

import androidx.compose.runtime.Composable
import androidx.compose.ui.tooling.preview.PreviewParameter
import city.mesto.ui.EachState
import city.mesto.ui.PREVIEW_LANGUAGE
import city.mesto.ui.Previewed
import city.mesto.ui.States
import city.mesto.ui.Sample

/** The account, by name of the state. */
fun accountStates(language: String): Map<String, AccountUiState> = with(Sample(language)) {
    val blocked = say("Operator je blokirao vaš nalog: tuđa kartica. Što ste platili, i dalje važi. Pišite na help@example.org.", "The operator blocked your account: a card of somebody else. What you paid stays valid. Write to help@example.org.", "Оператор тіркелгіңізді бұғаттады: бөтен карта. Төленгені жарамды. Мына жерге жазыңыз: help@example.org.", "Оператор заблокировал вашу учётную запись: чужая карта. Оплаченное действует. Пишите: help@example.org.")
    val suspended = AccountUiState(Standing.Suspended(say("Privremeno ste zaustavili nalog. Depozit, kartice i karte ostaju; nastavite korišćenje da biste platili.", "You suspended your account. Balance, cards and tickets stay; resume it to pay.", "Тіркелгіні тоқтата тұрдыңыз. Теңгерім, карталар мен билеттер сақталады; төлеу үшін пайдалануды жалғастырыңыз.", "Вы приостановили учётную запись. Баланс, карты и билеты остаются; возобновите её, чтобы платить.")))
    val active = AccountUiState(Standing.Active)
    mapOf(
        "active" to active,
        "asked" to active.copy(isAsking = true),
        "suspending" to active.copy(isAsking = true, isSending = true),
        "suspended" to suspended,
        "resuming" to suspended.copy(isSending = true),
        "blocked" to AccountUiState(Standing.Blocked(blocked)),
        "not-done" to active.copy(refusal = noConnection, connection = offline),
        "loading" to AccountUiState(),
    )
}

class AccountStates : States<AccountUiState>(accountStates(PREVIEW_LANGUAGE))

@EachState
@Composable
fun AccountPreview(@PreviewParameter(AccountStates::class) state: AccountUiState) = Previewed { AccountScreen(state, {}) }
