// The quick start of docs/quick-start.md, compiled and run as it stands there.
package city.mesto.sdk

import city.mesto.sdk.core.CityId
import city.mesto.sdk.core.ClientConfig
import city.mesto.sdk.core.PurchaseIntent
import city.mesto.sdk.core.IntentState
import city.mesto.sdk.parking.parking
import city.mesto.sdk.parking.ticket
import kotlinx.coroutines.runBlocking
import java.math.BigDecimal
import java.nio.file.Files
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertIs

class QuickStartTest {
    // quick-start
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

    @Test
    fun `the quick start buys an hour`() = runBlocking {
        Testbed().use { testbed ->
            val folder = Files.createTempDirectory("mesto").toFile()
            val config = ClientConfig(folder.resolve("mesto.db").path, testbed.operator, testbed.rootKey)
            val number = "+381641234567"
            val approve = { page: String -> testbed.ask("POST", "/bank/walk", json("page_url" to page, "card" to "approve")); Unit }
            val intent = park(config, number, { testbed.codeFor(number) }, approve)
            assertIs<IntentState.Confirmed>(intent.state)
            assertEquals(BigDecimal("80.00"), intent.ticket?.price?.amount)
            folder.deleteRecursively()
        }
        Unit
    }
}
