// What must be readable on each state of news, works and outages.

package city.mesto.ui.news

import city.mesto.ui.DrawnScreen
import city.mesto.ui.TestWords
import city.mesto.ui.Sample
import city.mesto.ui.text.Words

fun newsDrawn(language: String): List<DrawnScreen> = newsStates(language).map { (name, state) ->
    DrawnScreen("news-$name", newsSay(name, TestWords.of(language), Sample(language))) { NewsScreen(state, {}) }
}

private fun newsSay(name: String, words: Words, sample: Sample): List<String> = words.texts.run {
    when (name) {
        "unread" -> listOf(noticesTitle(), noticesKindOutage(), noticesKindPlannedWorks(), noticesKindTariffChange(), noticesFrom(words.dayAndTime(sample.after(-20))), noticesAllRead(), noticesUnread(2))
        "read" -> listOf(noticesPublished(words.dayAndTime(sample.after(-60 * 3))))
        "none" -> listOf(noticesNone())
        "loading" -> listOf(noticesLoading())
        "offline" -> listOf(stateOffline(), noticesKindPlannedWorks())
        "refused" -> listOf(sample.noConnection.text, stateRetry())
        else -> error("say what news-$name shows")
    }
}
