// The quick start of docs/quick-start.md, in an app's own package, compiled and run as it stands
// there.
package city.mesto.app

// quick-start
import city.mesto.sdk.Mesto
import city.mesto.sdk.account
import city.mesto.sdk.cities
import city.mesto.sdk.core.CityId
import city.mesto.sdk.core.ClientConfig
import city.mesto.sdk.core.PurchaseIntent
import city.mesto.sdk.parking.parking
import city.mesto.sdk.payments
import city.mesto.sdk.vehicles
import city.mesto.sdk.wallet
import java.math.BigDecimal

suspend fun park(config: ClientConfig, phone: String, askCode: suspend () -> String, showPage: (String) -> Unit): PurchaseIntent =
    Mesto.open(config).use { mesto ->
        val city = CityId("belgrade")
        mesto.cities.refresh(city)
        mesto.account.requestCode(phone)
        mesto.account.signIn(phone, askCode(), "Ana's phone")
        val car = mesto.vehicles.add(city, "BG 789-PP")
        mesto.wallet.topUp(city, BigDecimal(1000)).pageUrl?.let(showPage) // the bank's page: card data is typed there and nowhere else
        mesto.payments.settleAll()
        val zone = checkNotNull(mesto.parking.zonesNear(city, sign = "9111").bySign) // thrown where there is none: `sign_unknown`; where there are two: `sign_ambiguous`
        mesto.payments.buy(mesto.parking.quote(city, zone, car.id, minutes = 60))
    }
// quick-start end
