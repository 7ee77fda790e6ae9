// What must be readable on each state of the account.

package city.mesto.ui.account

import city.mesto.ui.DrawnScreen
import city.mesto.ui.TestWords
import city.mesto.ui.Sample
import city.mesto.ui.text.Words

fun accountDrawn(language: String): List<DrawnScreen> = accountStates(language).map { (name, state) ->
    DrawnScreen("account-$name", accountSay(name, TestWords.of(language), Sample(language))) { AccountScreen(state, {}) }
}

private fun accountSay(name: String, words: Words, sample: Sample): List<String> = words.texts.run {
    when (name) {
        "active" -> listOf(standingTitle(), standingActive(), standingSuspend(), termsTitle())
        "asked" -> listOf(standingSuspendAsk(), standingSuspendWhy(), standingSuspendYes(), standingSuspendNo())
        "suspending", "resuming" -> listOf(standingSending())
        "suspended" -> listOf(standingSuspended(), standingResume())
        "blocked" -> listOf("help@example.org", termsTitle())
        "not-done" -> listOf(sample.noConnection.text, stateOffline())
        "loading" -> listOf(standingLoading())
        else -> error("say what account-$name shows")
    }
}
