// What must be readable on each state of the sign-in screen.

package city.mesto.ui.signin

import city.mesto.sdk.Texts
import city.mesto.ui.DrawnScreen
import city.mesto.ui.TestWords

fun signInDrawn(language: String): List<DrawnScreen> = signInStates(language).map { (name, state) ->
    DrawnScreen("sign-in-$name", signInSay(name, TestWords.of(language).texts)) { SignInScreen(state, {}) }
}

private fun signInSay(name: String, texts: Texts): List<String> =
    listOf(if (name == "phone") texts.startSendCode() else texts.startSignIn())
