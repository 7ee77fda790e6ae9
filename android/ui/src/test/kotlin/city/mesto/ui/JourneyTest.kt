// A driver's way through the screens against a real operator: every tap goes to the ledger and
// back.

package city.mesto.ui

import androidx.compose.ui.geometry.Size
import androidx.compose.ui.test.ComposeUiTest
import androidx.compose.ui.test.ExperimentalTestApi
import androidx.compose.ui.test.assertIsEnabled
import androidx.compose.ui.test.v2.runSkikoComposeUiTest
import androidx.compose.ui.unit.Density
import city.mesto.sdk.Mesto
import city.mesto.sdk.Texts
import city.mesto.sdk.account
import city.mesto.sdk.core.CityId
import city.mesto.sdk.core.ClientConfig
import city.mesto.sdk.core.OrderState
import city.mesto.sdk.core.Position
import city.mesto.sdk.orders.orders
import city.mesto.sdk.parking.parking
import city.mesto.ui.app.MestoApp
import city.mesto.ui.app.MestoScreens
import city.mesto.ui.app.Platform
import city.mesto.ui.fromcore.price
import city.mesto.ui.parts.spelled
import java.io.File
import java.nio.file.Path
import java.util.concurrent.CopyOnWriteArrayList
import java.util.concurrent.Executors
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertTrue
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.asCoroutineDispatcher
import kotlinx.coroutines.cancel
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.AfterEach
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir

private const val PHONE = "+381641234567"
private const val WIDTH = 390
private const val HEIGHT = 844

/** As large as a strip shows them. */
private const val SCALE = 0.8f

@OptIn(ExperimentalTestApi::class)
class JourneyTest {
    @TempDir
    lateinit var folder: Path

    private val testbed = Testbed()
    private val start = Strip("start")
    private val purchase = Strip("purchase")
    private val notConfirmed = Strip("not-confirmed")
    private val garage = Strip("garage")
    private val thread = Executors.newSingleThreadExecutor { Thread(it, "app").apply { isDaemon = true } }
    private val scope = CoroutineScope(SupervisorJob() + thread.asCoroutineDispatcher())
    private val pages = CopyOnWriteArrayList<String>()
    private val messages = CopyOnWriteArrayList<SmsFallback>()
    private var photo: ByteArray? = null
    private lateinit var client: Mesto
    private val texts: Texts get() = client.texts
    private val red: String get() = nameOf("red")
    private val yellow: String get() = nameOf("yellow")

    @AfterEach
    fun end() {
        scope.cancel()
        thread.shutdown()
        client.close()
        testbed.close()
    }

    @Test
    fun zones_sign_prices_quote_buy_ticket_extend_and_refused_more_bg_46_bg_50_bg_54_bg_55() = onPhone {
        open()
        signIn()
        addCar("bg789pp", "BG 789-PP")
        topUp("1.000,00 RSD")

        // The sign wins over the position.
        sees(texts.zonesNear())
        type(texts.zonesSignLabel(), "9111")
        sees(texts.zonesSignGo(zone = red))
        purchase.frame(this)
        tap(texts.zonesSignGo(zone = red))

        // 60 minutes in red: 80 RSD, and the wheel ends at 90.
        val pay = texts.buyPayDescribed(amount = rsd("80,00"), plate = "BG 789-PP", zone = red, time = "11:00")
        finds(pay).assertIsEnabled()
        sees(texts.buyStopLongest(minutes = 90, zone = red))
        sees(texts.buyDepositAfter(before = rsd("1.000,00"), after = rsd("920,00")))
        purchase.frame(this)

        // What the zone costs and when, before anything is paid, and back.
        tap(texts.zonesPricesTitle())
        sees(texts.zonesPricesWithin(step = texts.zonesPricesExtended(30), start = "60", end = "90"))
        sees(texts.zonesPricesDays(first = texts.zonesPricesMonday(), last = texts.zonesPricesFriday()))
        purchase.frame(this)
        tap(texts.goBack())
        tapTwice(pay)

        // One ticket, with an extension at its own price before the tap.
        sees(texts.ticketEndsAt("11:00"))
        sees(texts.ticketCodeDescribed("BG 789-PP"))
        val extend = texts.ticketExtendDescribed(minutes = 30, amount = rsd("120,00"), time = "11:30")
        finds(extend).assertIsEnabled()
        purchase.frame(this)
        tapTwice(extend)
        sees(texts.ticketEndsAt("11:30"))

        // No minute 91: the reason, and until when one may stay.
        sees(texts.ticketLimitReached())
        sees(texts.ticketLimitLeave("11:30"))
        sees(texts.stateRefusedCode("limit_reached"))
        purchase.frame(this)

        tap(texts.goBack())
        sees(texts.zonesDepositDescribed(rsd("800,00")))
        sees(texts.zonesRunning("BG 789-PP"))
        purchase.frame(this)
        val ledger = testbed.ledger()
        assertTrue("\"tickets\":2" in ledger.replace(" ", "") && "\"sums_to_zero\":true" in ledger.replace(" ", ""), ledger)
        start.write()
        purchase.write()
    }

    @Test
    fun a_lost_answer_is_not_confirmed_yet_until_it_is_known() = onPhone {
        open()
        signIn()
        addCar("NS 123-ŠĆ", "NS 123-ŠĆ")
        topUp("500,00 RSD")
        type(texts.zonesSignLabel(), "9112")
        tap(texts.zonesSignGo(zone = yellow))

        val pay = texts.buyPayDescribed(amount = rsd("65,00"), plate = "NS 123-ŠĆ", zone = yellow, time = "11:00")
        finds(pay)
        notConfirmed.frame(this)
        testbed.dropNextAnswer("/v1/purchases")
        // Asking what became of it fails too: nobody knows.
        testbed.dropNextAnswer("/v1/purchases")
        tap(pay)
        sees(texts.stateUnconfirmedWhat())
        sees(texts.stateUseSms())
        assertEquals(emptyList(), client.parking.state.value.active, "neither paid nor unpaid")
        notConfirmed.frame(this)

        // Left and chosen again: the same purchase, not a second one.
        tap(texts.goBack())
        sees(texts.stateUnconfirmedOpen("NS 123-ŠĆ"))
        notConfirmed.frame(this)
        tapWhat(yellow)
        sees(texts.stateUnconfirmedWhat())

        tapUntil(texts.stateCheckAgain()) { shows(texts.ticketEndsAt("11:00")) }
        assertEquals(1, client.parking.state.value.active.size)
        assertTrue("\"tickets\":1" in testbed.ledger().replace(" ", ""), testbed.ledger())
        assertEquals(emptyList(), messages)
        notConfirmed.frame(this)
        notConfirmed.write()
    }

    @Test
    fun by_card_the_bank_is_paid_and_the_ticket_comes_without_a_deposit_bg_91_bg_93() = onPhone {
        open()
        signIn()
        addCar("bg789pp", "BG 789-PP")
        type(texts.zonesSignLabel(), "9111")
        tap(texts.zonesSignGo(zone = red))

        // Below 200 RSD nobody knows the fee, so nothing is sold by card.
        tap(texts.buyByCard())
        sees(texts.stateRefusedCode("card_fee_unknown"))
        tap(texts.wheelMore())

        tap(texts.buyPayCardDescribed(amount = rsd("200,00"), plate = "BG 789-PP", zone = red, time = "11:30"))
        sees(texts.stateAtBankWhy())
        assertEquals(emptyList(), client.parking.state.value.active, "neither paid nor unpaid")
        testbed.payAt(thePage())
        tapUntil(texts.stateCheckAgain()) { shows(texts.ticketEndsAt("11:30")) }
        tap(texts.goBack())
        sees(texts.zonesDepositDescribed(rsd("0,00")))
        assertTrue("\"tickets\":1" in testbed.ledger().replace(" ", ""), testbed.ledger())
    }

    @Test
    fun a_daily_order_is_found_by_its_number_and_paid_by_card_bg_91() = onPhone {
        open()
        signIn()
        addCar("bg789pp", "BG 789-PP")
        sees(texts.zonesNear())
        val number = testbed.issueOrder("red", "BG789PP")
        runBlocking { client.account.sync() }
        tap(texts.ordersTitle())
        // The plate alone shows nothing of it.
        sees(texts.ordersNone())
        type(texts.ordersNumberLabel(), number.replaceRange(number.lastIndex, number.length, if (number.last() == '0') "1" else "0"))
        tap(texts.ordersNumberShow())
        sees(texts.stateRefusedCode("order_number_invalid"))
        type(texts.ordersNumberLabel(), number)
        tap(texts.ordersNumberShow())
        sees(texts.ordersNumberFound("BG 789-PP"))
        val due = TestWords.of("sr-Latn").money(client.orders.state.value.orders.single().owed.price())

        tap(texts.buyByCard())
        tap(texts.ordersPayCardDescribed(amount = due, plate = "BG 789-PP"))
        sees(texts.stateAtBankWhy())
        testbed.payAt(thePage())
        tapUntil(texts.stateCheckAgain()) { shows(texts.ordersDone(amount = due, plate = "BG 789-PP")) }
        assertEquals(OrderState.Paid, client.orders.state.value.orders.single().state)
        tap(texts.goBack())
        sees(texts.zonesDepositDescribed(rsd("0,00")))
    }

    @Test
    fun a_garages_ticket_is_read_from_a_photo_paid_once_and_paid_again_after_a_late_exit_bg_64_bg_65_bg_67() = onPhone {
        open()
        signIn()
        addCar("bg789pp", "BG 789-PP")
        topUp("1.000,00 RSD")
        sees(texts.zonesNear())
        testbed.controller("zeleni-venac", event = "entered", ticket = "GR004217", at = client.now().minusSeconds(90 * 60), free = 118)
        tap(texts.garagesTitle())
        sees(texts.garagesFree(free = 118, observedAtTime = "10:00"))
        garage.frame(this)
        tapWhat("Zeleni venac")

        // What is read from the photo is compared with the ticket first.
        photo = File(root(), "tests/scenarios/photos/wall.jpg").readBytes()
        tap(texts.garagesTicketPhoto())
        sees(texts.stateRefusedCode("photo_without_code"))
        photo = File(root(), "tests/scenarios/photos/ticket.jpg").readBytes()
        tap(texts.garagesTicketPhoto())
        sees(texts.garagesTicketRead("GR004217"))
        garage.frame(this)
        tap(texts.garagesTicketGo())

        // Two started hours, 100 RSD each; a second tap buys nothing.
        assertFalse(testbed.opens("zeleni-venac", "GR004217"))
        val pay = texts.garagesPayDescribed(amount = rsd("200,00"), ticket = "GR004217", name = "Zeleni venac")
        finds(pay).assertIsEnabled()
        garage.frame(this)
        tapTwice(pay)
        sees(texts.garagesVisitLeaveNow())
        sees(texts.garagesVisitOwesFrom("10:30"))
        garage.frame(this)
        assertTrue(testbed.opens("zeleni-venac", "GR004217"))

        // The third hour has begun before the car left: one more is owed, and nothing twice.
        testbed.advance(minutes = 40)
        testbed.controller("zeleni-venac")
        runBlocking { client.account.sync() }
        sees(texts.visitStateOwingAgain())
        garage.frame(this)
        tap(texts.garagesVisitPayRest())
        val rest = texts.garagesPayDescribed(amount = rsd("100,00"), ticket = "GR004217", name = "Zeleni venac")
        finds(rest).assertIsEnabled()
        garage.frame(this)
        tapTwice(rest)
        sees(texts.garagesVisitPaidSum(rsd("300,00")))
        assertTrue(testbed.opens("zeleni-venac", "GR004217"))
        testbed.controller("zeleni-venac", event = "left", ticket = "GR004217")
        runBlocking { client.account.sync() }
        sees(texts.garagesVisitOver())
        garage.frame(this)
        val ledger = testbed.ledger().replace(" ", "")
        assertTrue("\"deposits\":\"700.00\"" in ledger && "\"sums_to_zero\":true" in ledger, ledger)
        garage.write()
    }

    private fun onPhone(way: suspend ComposeUiTest.() -> Unit) =
        runSkikoComposeUiTest(Size(WIDTH * SCALE, HEIGHT * SCALE), Density(SCALE), block = way)

    private fun ComposeUiTest.open() {
        client = runBlocking {
            Mesto.open(ClientConfig(path = folder.resolve("mesto.db").toString(), operatorUrl = testbed.operator, rootKey = testbed.rootKey, locale = "sr-Latn"))
        }
        val app = MestoApp(
            client = client,
            language = "sr-Latn",
            device = "test",
            position = MutableStateFlow(Position(44.8125, 20.4612, 15.0)),
            platform = object : Platform {
                override fun openPage(url: String) { pages += url }

                override suspend fun pickPhoto(): ByteArray? = photo

                override fun composeSms(sms: SmsFallback) { messages += sms }
            },
            features = mestoFeatures,
            scope = scope,
        )
        app.start()
        setContent { MestoScreens(app, dark = false) }
    }

    private fun ComposeUiTest.signIn() {
        type(texts.startPhoneLabel(), PHONE)
        tap(texts.startSendCode())
        sees(texts.startCodeSent(PHONE))
        type(texts.startCodeLabel(), testbed.code(PHONE))
        start.frame(this)
        tap(texts.startSignIn())
    }

    private fun ComposeUiTest.addCar(typed: String, shown: String) {
        sees(texts.plateCheck())
        type(texts.plateLabel(), typed)
        sees(spelled(shown))
        start.frame(this)
        tap(texts.plateSave())
    }

    private fun ComposeUiTest.topUp(amount: String) {
        tap(texts.zonesDepositDescribed(rsd("0,00")))
        tap(amount.replace(' ', '\u00A0'))
        sees(texts.topupGo(amount.replace(' ', '\u00A0')))
        start.frame(this)
        tap(texts.topupGo(amount.replace(' ', '\u00A0')))
        sees(texts.topupWaiting())
        start.frame(this)
        testbed.payAt(thePage())
        tapUntil(texts.stateCheckAgain()) { shows(texts.topupDone(amount.replace(' ', '\u00A0'))) }
        start.frame(this)
        tap(texts.topupDoneNext())
    }

    /** The bank's page, which is opened after the screen says that it waits. */
    private fun ComposeUiTest.thePage(): String {
        awaits("the bank's page") { pages.isNotEmpty() }
        return pages.single()
    }

    private fun nameOf(zone: String) = runBlocking { client.parking.zonesNear(CityId("belgrade")) }.zones.first { it.zone.value == zone }.name

    private fun rsd(amount: String) = "$amount\u00A0RSD"
}
