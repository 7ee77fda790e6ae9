// What must be readable on each state of the top-up screen.

package city.mesto.ui.wallet

import city.mesto.sdk.Texts
import city.mesto.ui.DrawnScreen
import city.mesto.ui.TestWords

fun topUpDrawn(language: String): List<DrawnScreen> = topUpStates(language).map { (name, state) ->
    DrawnScreen("top-up-$name", topUpSay(name, TestWords.of(language).texts)) { TopUpScreen(state, {}) }
}

private fun topUpSay(name: String, texts: Texts): List<String> = listOf(
    when (name) {
        "at-the-bank" -> texts.topupOpenBank()
        "done" -> texts.topupDoneNext()
        else -> texts.topupNote()
    },
)
