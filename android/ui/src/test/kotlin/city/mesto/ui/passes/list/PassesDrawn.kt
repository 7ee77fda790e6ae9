// What must be readable on each state of passes and benefits.

package city.mesto.ui.passes.list

import city.mesto.ui.DrawnScreen
import city.mesto.ui.TestWords
import city.mesto.ui.passes.PassesSample
import city.mesto.ui.text.Words

fun passesDrawn(language: String): List<DrawnScreen> = passesStates(language).map { (name, state) ->
    DrawnScreen("passes-list-$name", passesSay(name, TestWords.of(language), PassesSample(language))) { PassesScreen(state, {}) }
}

private fun passesSay(name: String, words: Words, sample: PassesSample): List<String> = words.texts.run {
    fun money(amount: String) = words.money(sample.kzt(amount))
    when (name) {
        "none" -> listOf(passesTitle(), passesNone(), passesOnSaleTitle(), passesRowDescribed(pass = sample.monthly, holds = passesMonth(), price = money("9900")), passesNoPrice(), passesBenefitsTitle(), passesBenefitsNone())
        "held" -> listOf(sample.monthly, passesHolds(firstOn = words.day(sample.held.firstOn), lastOn = words.day(sample.held.lastOn)), passesEnding(pass = sample.monthly, endsAt = words.dayAndTime(sample.after(60 * 36))), passesComingTitle(), passesGiveBack(), sample.student, passesBenefitUntil(words.day(sample.today.plusDays(300))))
        "asked" -> listOf(passesGiveBackAsk(), passesGiveBackWhy(money("4200")), passesGiveBackNo())
        "giving-back" -> listOf(passesGivingBack())
        "given-back" -> listOf(passesGivenBack(money("9900")), passesOverTitle(), passStateGivenBack())
        "not-refundable" -> listOf(sample.notRefundable.text, sample.notRefundable.advice)
        "forgotten" -> listOf(passesForgottenWhy())
        "unconfirmed" -> listOf(passesUnconfirmed(), stateOffline())
        "loading" -> listOf(passesLoading())
        else -> error("say what passes-list-$name shows")
    }
}
