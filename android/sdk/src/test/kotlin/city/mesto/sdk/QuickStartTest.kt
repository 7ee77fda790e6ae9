// The quick start of docs/quick-start.md buys an hour.
package city.mesto.sdk

import city.mesto.app.park
import city.mesto.sdk.core.ClientConfig
import city.mesto.sdk.core.IntentState
import city.mesto.sdk.parking.ticket
import kotlinx.coroutines.runBlocking
import java.math.BigDecimal
import java.nio.file.Files
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertIs

class QuickStartTest {
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
