// What must be readable on each state of the purchase of a pass.

package city.mesto.ui.passes.buy

import city.mesto.ui.DrawnScreen
import city.mesto.ui.TestWords
import city.mesto.ui.passes.PassesSample
import city.mesto.ui.text.Words

fun passBuyDrawn(language: String): List<DrawnScreen> = passBuyStates(language).map { (name, state) ->
    DrawnScreen("passes-buy-$name", passBuySay(name, TestWords.of(language), PassesSample(language))) { PassBuyScreen(state, {}) }
}

private fun passBuySay(name: String, words: Words, sample: PassesSample): List<String> = words.texts.run {
    fun money(amount: String) = words.money(sample.kzt(amount))
    when (name) {
        "ready" -> listOf(passesBuyTitle(), sample.monthly, passesBuyFirst(), words.day(sample.today), passesBuyLast(), words.day(sample.lastDay), passesBuyFor(), sample.adult, passesBuyKept(), money("9900"), passesBuyDescribed(pass = sample.monthly, amount = money("9900")))
        "later" -> listOf(passesBuyRefundable(words.dayAndTime(sample.after(60 * 15))), passesBuyEarlier(), passesBuyLater())
        "by-card" -> listOf(buyCardNote())
        "short" -> listOf(ridesBalanceShort(money("9400")), ridesTopUp())
        "overlaps" -> listOf(passesBuyOverlaps(pass = sample.monthly, lastOn = words.day(sample.lastDay)), passesBuyAgain())
        "new-terms" -> listOf(sample.newTerms.text, termsSee(), passesBuyDescribed(pass = sample.monthly, amount = money("9900")))
        "must-accept" -> listOf(sample.newTerms.text, termsSee())
        "loading" -> listOf(buyPriceLoading())
        "not-that-day" -> listOf(sample.notThatDay.text, sample.notThatDay.advice, passesBuyEarlier())
        "suspended" -> listOf(sample.suspended.text, standingToAccount())
        "paying" -> listOf(buyPaying())
        "unconfirmed" -> listOf(stateUnconfirmed(), stateCheckAgain())
        "at-the-bank" -> listOf(stateAtBankWhy(), topupOpenBank())
        else -> error("say what passes-buy-$name shows")
    }
}
