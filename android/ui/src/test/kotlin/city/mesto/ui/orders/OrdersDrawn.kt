// What must be readable on each state of the screen of daily orders.

package city.mesto.ui.orders

import city.mesto.ui.DrawnScreen
import city.mesto.ui.TestWords
import city.mesto.ui.money
import city.mesto.ui.text.Words

fun ordersDrawn(language: String): List<DrawnScreen> = ordersStates(language).map { (name, state) ->
    DrawnScreen("orders-$name", ordersSay(name, TestWords.of(language), language)) { OrdersScreen(state, {}) }
}

private fun ordersSay(name: String, words: Words, language: String): List<String> = words.texts.run {
    val due = money(words, "1900")
    val plate = "BG 789-PP"
    when (name) {
        "ready" -> listOf(ordersRowDescribed(plate, due, orderStateIssued()), ordersPayDescribed(due, plate), topupBalance(money(words, "5000")), buyTotal())
        "by-card" -> listOf(ordersPayCardDescribed(due, plate), buyCardNote(), buyByDeposit(), buyByCard())
        "which" -> listOf(ordersChoose(), ordersRowDescribed("BG 1234-ŠĆ", money(words, "3800"), orderStateIssued()))
        "none" -> listOf(ordersNone(), ordersNumberWhy(), ordersNumberLabel(), ordersNumberShow())
        "number-asked" -> listOf("4821 0937 5557", ordersLoading())
        "number-wrong" -> listOf("4821 0937 5558", stateRefusedCode("order_number_invalid"), ordersNumberShow())
        "number-found" -> listOf(ordersNumberFound(plate), ordersPayDescribed(due, plate))
        "loading" -> listOf(ordersLoading())
        "price-loading" -> listOf(buyPriceLoading())
        "refused" -> listOf(stateRefusedCode("order_not_payable"), stateRetry())
        "deposit-short" -> listOf(buyDepositShort(money(words, "1800")), buyTopUp())
        "paying" -> listOf(buyPaying())
        "at-the-bank" -> listOf(stateUnconfirmed(), stateAtBankWhy(), topupOpenBank(), topupGiveUp(), stateCheckAgain())
        "unconfirmed" -> listOf(stateUnconfirmed(), stateUnconfirmedWhy("10:00"), stateCheckAgain())
        "paid-back" -> listOf(stateRefusedCode("order_already_paid"), if (language == "sr-Latn") "1.900,00 RSD se vraća" else "1,900.00 RSD is paid back")
        "paid" -> listOf(ordersDone(due, plate), orderStatePaid())
        else -> error("say what orders-$name shows")
    }
}
