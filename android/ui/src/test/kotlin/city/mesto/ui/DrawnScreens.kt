// Every state of every screen, with what must be readable on it.

package city.mesto.ui

import androidx.compose.runtime.Composable
import city.mesto.ui.account.accountDrawn
import city.mesto.ui.cards.card.cardDrawn
import city.mesto.ui.cards.link.cardLinkDrawn
import city.mesto.ui.cards.list.cardsDrawn
import city.mesto.ui.cards.topup.cardTopUpDrawn
import city.mesto.ui.garages.facilities.facilitiesDrawn
import city.mesto.ui.garages.facility.facilityDrawn
import city.mesto.ui.garages.owed.owedDrawn
import city.mesto.ui.garages.visit.visitDrawn
import city.mesto.ui.news.newsDrawn
import city.mesto.ui.orders.ordersDrawn
import city.mesto.ui.parking.buy.buyDrawn
import city.mesto.ui.parking.prices.pricesDrawn
import city.mesto.ui.parking.ticket.ticketDrawn
import city.mesto.ui.parking.zones.zonesDrawn
import city.mesto.ui.passes.buy.passBuyDrawn
import city.mesto.ui.passes.list.passesDrawn
import city.mesto.ui.rides.check.checkDrawn
import city.mesto.ui.rides.list.ridesDrawn
import city.mesto.ui.rides.scan.scanDrawn
import city.mesto.ui.rides.ticket.rideDrawn
import city.mesto.ui.signin.signInDrawn
import city.mesto.ui.terms.termsDrawn
import city.mesto.ui.text.Words
import city.mesto.ui.vehicles.plateDrawn
import city.mesto.ui.wallet.topUpDrawn

/** A screen in one state; `says` are texts or descriptions a driver must find on it. */
class DrawnScreen(val name: String, val says: List<String>, val content: @Composable () -> Unit)

fun drawnScreens(language: String): List<DrawnScreen> =
    zonesDrawn(language) + buyDrawn(language) + pricesDrawn(language) + ticketDrawn(language) + signInDrawn(language) + plateDrawn(language) + topUpDrawn(language) +
        ordersDrawn(language) + facilitiesDrawn(language) + facilityDrawn(language) + owedDrawn(language) + visitDrawn(language) +
        ridesDrawn(language) + scanDrawn(language) + checkDrawn(language) + rideDrawn(language) +
        cardsDrawn(language) + cardDrawn(language) + cardLinkDrawn(language) + cardTopUpDrawn(language) +
        passesDrawn(language) + passBuyDrawn(language) + newsDrawn(language) + accountDrawn(language) + termsDrawn(language)

internal fun money(words: Words, amount: String) = words.money(Price(amount.toBigDecimal(), "RSD"))
