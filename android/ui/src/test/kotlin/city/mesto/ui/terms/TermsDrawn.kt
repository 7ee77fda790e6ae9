// What must be readable on each state of the contract and its changes.

package city.mesto.ui.terms

import city.mesto.ui.DrawnScreen
import city.mesto.ui.TestWords
import city.mesto.ui.Sample
import city.mesto.ui.text.Words

fun termsDrawn(language: String): List<DrawnScreen> = termsStates(language).map { (name, state) ->
    DrawnScreen("terms-$name", termsSay(name, TestWords.of(language), Sample(language))) { TermsScreen(state, {}) }
}

private fun termsSay(name: String, words: Words, sample: Sample): List<String> = words.texts.run {
    when (name) {
        "in-force" -> listOf(termsTitle(), termsInForce("1"), termsAccepted(version = "1", acceptedAt = words.dayAndTime(sample.after(-60 * 24 * 90))), termsRead("1"), termsNone())
        "change" -> listOf(sample.newTerms.text, termsRead("2"), termsDisagree(), standingToAccount())
        "must-accept" -> listOf(sample.newTerms.text, termsAccept("2"), termsDisagree())
        "accepting" -> listOf(termsAccepting())
        "not-accepted" -> listOf(sample.noConnection.text, termsAccept("2"))
        "loading" -> listOf(termsLoading())
        "refused" -> listOf(sample.noConnection.text, stateRetry())
        else -> error("say what terms-$name shows")
    }
}
