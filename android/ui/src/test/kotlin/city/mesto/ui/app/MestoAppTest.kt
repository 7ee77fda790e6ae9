// The app with a driver who taps what nobody expects: back, again, offline, after the system ended
// the process.

package city.mesto.ui.app

import androidx.compose.foundation.text.BasicText
import androidx.compose.ui.test.ComposeUiTest
import androidx.compose.ui.test.ExperimentalTestApi
import androidx.compose.ui.test.assertIsEnabled
import androidx.compose.ui.test.assertTextContains
import androidx.compose.ui.test.hasSetTextAction
import androidx.compose.ui.test.performClick
import androidx.navigation.compose.composable
import androidx.navigation.toRoute
import city.mesto.sdk.AccountClient
import city.mesto.sdk.CitiesClient
import city.mesto.sdk.FakeMesto
import city.mesto.sdk.Samples
import city.mesto.sdk.core.CitiesState
import city.mesto.sdk.core.CityId
import city.mesto.sdk.core.IntentState
import city.mesto.sdk.core.LiveState
import city.mesto.sdk.core.MestoException
import city.mesto.sdk.core.ParkingState
import city.mesto.sdk.core.Plate
import city.mesto.sdk.core.Position
import city.mesto.sdk.core.Refreshed
import city.mesto.sdk.core.Vehicle
import city.mesto.sdk.core.VehicleId
import city.mesto.sdk.core.VehiclesState
import city.mesto.sdk.core.WalletState
import city.mesto.sdk.core.renderText
import city.mesto.ui.SmsFallback
import city.mesto.ui.finds
import city.mesto.ui.mestoFeatures
import city.mesto.ui.parts.Icons
import city.mesto.ui.parts.spelled
import city.mesto.ui.sees
import city.mesto.ui.shows
import city.mesto.ui.tap
import city.mesto.ui.tapWhat
import city.mesto.ui.type
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertTrue
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.flow.MutableSharedFlow
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.serialization.Serializable
import org.junit.jupiter.api.Test

private const val PLATE = "BG 789-PP"
private const val SECOND = "NS 123-ŠĆ"

@OptIn(ExperimentalTestApi::class)
class MestoAppTest {
    private val fake = FakeMesto(render = { id, args -> renderText("en", id, args) })
    private val texts = fake.texts
    private val ticks = MutableSharedFlow<Unit>(replay = 1).apply { tryEmit(Unit) }
    private val pages = mutableListOf<String>()
    private val messages = mutableListOf<SmsFallback>()
    private var photo: ByteArray? = null
    private var taken: ByteArray? = null
    private val platform = object : Platform {
        override fun openPage(url: String) {
            pages += url
        }

        override suspend fun pickPhoto(): ByteArray? = photo

        override val hasCamera = true

        override suspend fun takePhoto(): ByteArray? = taken

        override fun composeSms(sms: SmsFallback) {
            messages += sms
        }
    }

    private fun driven(features: Features = mestoFeatures, way: suspend ComposeUiTest.(Phone) -> Unit) =
        onPhone({ scope: CoroutineScope -> MestoApp(fake, "en", "test", MutableStateFlow<Position?>(null), platform, features, scope, ticks) }, way)

    private fun asked(call: String) = fake.calls.count { it == call }

    private fun rsd(amount: String) = "$amount\u00A0RSD"

    private fun payInRed(until: String = "11:00", amount: String = "80.00", plate: String = PLATE) =
        texts.buyPayDescribed(amount = rsd(amount), plate = plate, zone = "Red zone", time = until)

    private fun ComposeUiTest.isHome() = sees(texts.zonesAll())

    private fun ComposeUiTest.payInRedWithoutAnswer() {
        fake.outcome = Samples.unconfirmed
        tapWhat("Red zone")
        tap(payInRed())
        sees(texts.stateUnconfirmedWhat())
    }

    @Test
    fun without_an_answer_at_the_start_what_is_stored_is_shown_at_once() {
        fake.instead = object : CitiesClient by fake.cities {
            override suspend fun refresh(city: CityId): Refreshed = awaitCancellation()
        }
        driven { isHome() }
        fake.forget()
        fake.cities.state.value = CitiesState(emptyList())
        driven { sees(texts.startPhoneLabel()) }
    }

    @Test
    fun what_happens_elsewhere_is_followed_while_the_app_is_seen_and_somebody_is_signed_in() = driven { phone ->
        isHome()
        assertEquals(0, asked("live"), "nobody sees it yet")
        phone.toFront()
        phone.toFront()
        assertEquals(1 to LiveState.Live, asked("live") to fake.live.current())
        phone.toBack()
        assertEquals(LiveState.Off, fake.live.current(), "nothing is kept open in the background")
        phone.toFront()
        assertEquals(2 to LiveState.Live, asked("live") to fake.live.current())
        fake.forget()
        phone.waits()
        assertEquals(LiveState.Off, fake.live.current(), "nobody is signed in")
        fake.live.end = MestoException.NotSignedIn("unauthorized", "", "", emptyMap(), "", null, false)
        fake.account.signIn("+381641234567", "123456", "test")
        phone.waits()
        assertEquals(3 to LiveState.Off, asked("live") to fake.live.current(), "what ends by itself ends nothing else")
    }

    @Test
    fun back_from_an_unconfirmed_purchase_and_buying_again_leads_to_it_and_pays_nothing() = driven { phone ->
        payInRedWithoutAnswer()
        phone.back()
        sees(texts.stateUnconfirmedOpen(PLATE))

        tapWhat("Red zone")
        sees(texts.stateUnconfirmedWhat())
        assertFalse(shows(payInRed()), "there is nothing to pay with")
        phone.back()
        tap(texts.stateUnconfirmedOpen(PLATE))
        sees(texts.stateUnconfirmedWhat())
        assertEquals(1, asked("buy"))

        fake.outcome = IntentState.Confirmed
        tap(texts.stateCheckAgain())
        isHome()
        assertEquals(emptyList(), fake.payments.state.value.open, "it is known now")
    }

    @Test
    fun back_while_the_tap_is_on_its_way_buys_at_most_once() = driven { phone ->
        tapWhat("Red zone")
        val pay = finds(payInRed())
        mainClock.autoAdvance = false
        pay.performClick()
        phone.back()
        mainClock.autoAdvance = true
        isHome()
        assertTrue(asked("buy") <= 1)
    }

    @Test
    fun back_leads_out_of_the_app_only_from_where_it_began() = driven { phone ->
        isHome()
        tapWhat(texts.zonesDepositDescribed(rsd("1,000.00")))
        sees(texts.topupTitle())
        phone.back()
        isHome()
        assertEquals(0, phone.left)
        phone.back()
        assertEquals(1, phone.left)
    }

    @Test
    fun back_from_the_question_which_car_closes_it() = driven { phone ->
        tapWhat(texts.zonesPlateDescribed(PLATE))
        sees(texts.zonesAddPlate())
        phone.back()
        waitUntil { !shows(texts.zonesAddPlate()) }
        isHome()
        assertEquals(0, phone.left)
    }

    @Test
    fun back_from_the_code_leads_to_the_number_and_from_there_out() {
        fake.forget()
        driven { phone ->
            type(texts.startPhoneLabel(), "+381641234567")
            tap(texts.startSendCode())
            sees(texts.startCodeLabel())
            phone.back()
            sees(texts.startPhoneLabel())
            assertEquals(0, phone.left)
            phone.back()
            assertEquals(1, phone.left)
        }
    }

    @Test
    fun after_the_process_was_ended_the_driver_stands_where_he_stood() {
        fake.vehicles.state.value = VehiclesState(listOf(Samples.car, Vehicle(VehicleId("w"), Plate("NS123ŠĆ", SECOND, "RS"), null)))
        driven { phone ->
            tap(texts.zonesChoosePlate())
            tap(spelled(SECOND))
            tapWhat("Red zone")
            finds(payInRed(plate = SECOND))
            tap(texts.wheelMore())
            finds(payInRed(until = "11:30", amount = "160.00", plate = SECOND)).assertIsEnabled()
            val asked = asked("quote")

            phone.endProcess()
            finds(payInRed(until = "11:30", amount = "160.00", plate = SECOND)).assertIsEnabled()
            assertTrue(asked("quote") > asked, "the price is asked for anew")

            // What lay behind it is there too, with the car he chose.
            phone.back()
            sees(texts.zonesPlateDescribed(SECOND))
            tapWhat("Red zone")
            tap(payInRed(plate = SECOND))
            sees(texts.ticketEndsAt("11:00"))

            phone.endProcess()
            sees(texts.ticketEndsAt("11:00"))
            fake.parking.state.value = ParkingState(emptyList(), emptyList())
            phone.endProcess()
            isHome()
            assertFalse(shows(texts.ticketTitle()), "that ticket is over")
        }
    }

    @Test
    fun what_was_typed_is_there_after_the_process_was_ended() = driven { phone ->
        tapWhat(texts.zonesDepositDescribed(rsd("1,000.00")))
        tap(rsd("2,000.00"))
        sees(texts.topupGo(rsd("2,000.00")))
        phone.endProcess()
        finds(texts.topupGo(rsd("2,000.00"))).assertIsEnabled()
        phone.back()

        tapWhat(texts.zonesPlateDescribed(PLATE))
        tap(texts.zonesAddPlate())
        type(texts.plateLabel(), "ns123aa")
        sees(spelled("NS123AA"))
        phone.endProcess()
        sees(spelled("NS123AA"))
        phone.back()

        type(texts.zonesSignLabel(), "9113")
        sees(texts.zonesSignGo("Green zone"))
        phone.endProcess()
        sees(texts.zonesSignGo("Green zone"))
        onNode(hasSetTextAction()).assertTextContains("9113")
    }

    @Test
    fun a_top_up_at_the_bank_is_followed_after_the_process_was_ended_bg_32() = driven { phone ->
        fake.outcome = Samples.unconfirmed
        tapWhat(texts.zonesDepositDescribed(rsd("1,000.00")))
        tap(rsd("2,000.00"))
        tap(texts.topupGo(rsd("2,000.00")))
        sees(texts.topupWaiting())
        phone.endProcess()
        sees(texts.topupWaiting())
        fake.outcome = IntentState.Confirmed
        tap(texts.stateCheckAgain())
        sees(texts.topupDone(rsd("2,000.00")))
        assertEquals(1, asked("topUp"))
    }

    @Test
    fun a_purchase_at_the_bank_is_found_again_with_its_page_after_the_process_was_ended_bg_91() = driven { phone ->
        fake.outcome = Samples.unconfirmed
        tapWhat("Red zone")
        tap(texts.buyByCard())
        tap(texts.buyPayCardDescribed(amount = rsd("80.00"), plate = PLATE, zone = "Red zone", time = "11:00"))
        sees(texts.stateAtBankWhy())
        phone.endProcess()
        sees(texts.stateAtBankWhy())
        tap(texts.topupOpenBank())
        tap(texts.topupGiveUp())
        sees(texts.stateRefusedCode("abandoned"))
        assertEquals(listOf("https://bank.example/pay", "https://bank.example/pay"), pages)
        assertEquals(1, asked("buy"))
    }

    @Test
    fun a_purchase_that_was_not_confirmed_when_the_process_was_ended_is_found_again() = driven { phone ->
        payInRedWithoutAnswer()
        phone.endProcess()
        sees(texts.stateUnconfirmedWhat())
        assertEquals(1, asked("buy"))
    }

    @Test
    fun a_code_that_is_read_in_another_app_can_still_be_typed() {
        fake.forget()
        driven { phone ->
            type(texts.startPhoneLabel(), "+381641234567")
            tap(texts.startSendCode())
            sees(texts.startCodeSent("+381641234567"))
            phone.endProcess()
            sees(texts.startCodeSent("+381641234567"))
            type(texts.startCodeLabel(), "123456")
            tap(texts.startSignIn())
            waitUntil { fake.account.state.value.isSignedIn }
            assertEquals(1, asked("requestCode"))
        }
    }

    @Test
    fun a_session_that_is_over_leads_to_the_sign_in_but_leaves_the_ticket_on_the_screen() {
        driven { phone ->
            tapWhat("Red zone")
            tap(payInRed())
            sees(texts.ticketEndsAt("11:00"))
            fake.account.state.value = Samples.account.copy(isSignedIn = false)
            waitForIdle()
            sees(texts.ticketEndsAt("11:00"))
            phone.back()
            sees(texts.startPhoneLabel())
        }
        fake.account.state.value = Samples.account
        driven { phone ->
            isHome()
            fake.account.state.value = Samples.account.copy(isSignedIn = false)
            sees(texts.startPhoneLabel())
            phone.back()
            assertEquals(1, phone.left, "nothing of the account lies behind it")
        }
    }

    @Test
    fun a_session_that_ended_with_the_process_leads_to_the_sign_in() = driven { phone ->
        tapWhat(texts.zonesDepositDescribed(rsd("1,000.00")))
        sees(texts.topupTitle())
        fake.account.state.value = Samples.account.copy(isSignedIn = false)
        phone.endProcess()
        sees(texts.startPhoneLabel())
    }

    @Test
    fun a_car_that_was_added_on_another_phone_has_not_to_be_typed() {
        fake.vehicles.state.value = VehiclesState(emptyList())
        fake.instead = object : AccountClient by fake.account {
            override suspend fun sync() = fake.account.sync().also { fake.vehicles.state.value = VehiclesState(listOf(Samples.car)) }
        }
        driven { isHome() }
    }

    @Test
    fun another_car_for_the_same_zone_leads_back_to_its_price() {
        fake.vehicles.state.value = VehiclesState(listOf(Samples.car, Vehicle(VehicleId("w"), Plate("NS123ŠĆ", SECOND, "RS"), null)))
        driven {
            tap(texts.zonesChoosePlate())
            tap(spelled(PLATE))
            tapWhat("Red zone")
            tap(texts.buyChangePlate())
            tap(spelled(SECOND))
            finds(payInRed(plate = SECOND)).assertIsEnabled()
        }
    }

    @Test
    fun topping_up_on_the_way_leads_back_to_the_length_that_was_chosen() {
        fake.wallet.state.value = WalletState(Samples.rsd(100.toBigDecimal()))
        driven { phone ->
            tapWhat("Red zone")
            tap(texts.wheelMore())
            tap(texts.buyTopUp())
            tap(rsd("200.00"))
            tap(texts.topupGo(rsd("200.00")))
            tap(texts.topupDoneNext())
            finds(payInRed(until = "11:30", amount = "160.00")).assertIsEnabled()
            phone.back()
            isHome()
        }
    }

    @Test
    fun prices_and_hours_lead_back_to_the_length_that_was_chosen_and_buy_nothing_bg_46() = driven { phone ->
        tapWhat("Red zone")
        tap(texts.wheelMore())
        val pay = payInRed(until = "11:30", amount = "160.00")
        finds(pay).assertIsEnabled()
        tap(texts.zonesPricesTitle())
        sees(texts.zonesPricesHours())
        sees(texts.zonesPricesWithin(step = texts.zonesPricesExtended(30), start = "60", end = "90"))
        assertFalse(shows(pay), "there is nothing to pay with")
        phone.turn()
        sees(texts.zonesPricesHours())
        phone.endProcess()
        sees(texts.zonesPricesHours())
        tap(texts.goBack())
        finds(pay).assertIsEnabled()
        tap(texts.zonesPricesTitle())
        sees(texts.zonesPricesHours())
        phone.back()
        finds(pay).assertIsEnabled()
        assertEquals(0, asked("buy"))
        phone.back()
        isHome()
    }

    @Test
    fun a_screen_that_is_covered_asks_for_no_price() {
        fake.wallet.state.value = WalletState(Samples.rsd(10.toBigDecimal()))
        driven { phone ->
            tapWhat("Red zone")
            tap(texts.buyTopUp())
            sees(texts.topupTitle())
            val asked = asked("quote")
            fake.now = Samples.morning.plusSeconds(600)
            ticks.emit(Unit)
            mainClock.advanceTimeBy(1_000)
            assertEquals(asked, asked("quote"))
            phone.back()
            waitUntil { asked("quote") > asked }
        }
    }

    @Test
    fun an_sms_in_place_of_a_purchase_leads_home_and_to_the_composer() = driven {
        payInRedWithoutAnswer()
        tap(texts.stateUseSms())
        isHome()
        assertEquals(listOf(SmsFallback("9111", "BG789PP")), messages)
    }

    @Test
    fun turning_the_phone_keeps_what_was_typed_and_chosen() = driven { phone ->
        type(texts.zonesSignLabel(), "9112")
        sees(texts.zonesSignGo("Yellow zone"))
        phone.turn()
        sees(texts.zonesSignGo("Yellow zone"))
        tap(texts.zonesSignGo("Yellow zone"))
        tap(texts.wheelMore())
        val pay = texts.buyPayDescribed(amount = rsd("160.00"), plate = PLATE, zone = "Yellow zone", time = "11:30")
        finds(pay).assertIsEnabled()
        val asked = asked("quote")
        phone.turn()
        finds(pay).assertIsEnabled()
        assertEquals(asked, asked("quote"), "the price is still held")
    }

    @Serializable
    private data class ChargerRoute(val charger: String)

    @Test
    fun a_new_feature_is_one_entry_of_the_list() {
        val charging = Feature(homeButton = HomeButton(Icons.Car, { "Charging" }, ChargerRoute("obilicev"))) {
            composable<ChargerRoute> { entry -> BasicText("the charger ${entry.toRoute<ChargerRoute>().charger}") }
        }
        driven(features = Features(mestoFeatures.all + charging, mestoFeatures.first)) { phone ->
            tap("Charging")
            sees("the charger obilicev")
            phone.endProcess()
            sees("the charger obilicev")
            phone.back()
            isHome()
        }
    }

    @Test
    fun a_ticket_is_photographed_in_the_app_bg_65() = driven {
        taken = byteArrayOf(1)
        tap(texts.garagesTitle())
        tapWhat("Zeleni venac")
        tap(texts.garagesTicketCamera())
        sees(texts.garagesTicketRead("GR004217"))
    }

    @Test
    fun a_visit_is_paid_by_a_photo_of_its_ticket_and_back_leads_to_the_list_not_to_the_payment_bg_65_bg_68() = driven { phone ->
        photo = byteArrayOf(1)
        tap(texts.garagesTitle())
        tapWhat("Zeleni venac")
        tap(texts.garagesTicketPhoto())
        sees(texts.garagesTicketRead("GR004217"))
        tap(texts.garagesTicketGo())
        val pay = texts.garagesPayDescribed(amount = rsd("200.00"), name = "Zeleni venac", ticket = "GR004217")
        sees(pay)
        phone.turn()
        tap(pay)
        sees(texts.garagesVisitLeaveBy("10:15"))
        phone.endProcess()
        sees(texts.garagesVisitLeaveBy("10:15"))
        phone.back()
        assertFalse(shows(pay), "what was paid is not asked for again")
        phone.back()
        tapWhat("Zeleni venac")
        assertEquals(1, asked("buy"))
    }
}
