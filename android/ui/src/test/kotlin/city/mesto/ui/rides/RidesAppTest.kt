// The app with a rider: rides are there where the operator has them, nobody sees them without a
// session, and the ticket on the screen stays.

package city.mesto.ui.rides

import androidx.compose.ui.test.ComposeUiTest
import androidx.compose.ui.test.ExperimentalTestApi
import city.mesto.sdk.FakeMesto
import city.mesto.sdk.Samples
import city.mesto.sdk.core.OperatorState
import city.mesto.sdk.core.ClientStanding
import city.mesto.sdk.core.Position
import city.mesto.sdk.core.ScanFrame
import city.mesto.sdk.core.ServiceOfCity
import city.mesto.sdk.core.VehiclesState
import city.mesto.sdk.core.WalletState
import city.mesto.sdk.core.renderText
import city.mesto.ui.SmsFallback
import city.mesto.ui.app.MestoApp
import city.mesto.ui.app.Phone
import city.mesto.ui.app.Platform
import city.mesto.ui.app.Seen
import city.mesto.ui.app.onPhone
import city.mesto.ui.finds
import city.mesto.ui.mestoFeatures
import city.mesto.ui.sees
import city.mesto.ui.shows
import city.mesto.ui.tap
import city.mesto.ui.tapButton
import city.mesto.ui.tapWhat
import city.mesto.ui.type
import java.math.BigDecimal
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertTrue
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.MutableSharedFlow
import kotlinx.coroutines.flow.MutableStateFlow
import org.junit.jupiter.api.Test

@OptIn(ExperimentalTestApi::class)
class RidesAppTest {
    private val fake = FakeMesto(render = { id, args -> renderText("en", id, args) })
    private val texts = fake.texts
    private val ticks = MutableSharedFlow<Unit>(replay = 1).apply { tryEmit(Unit) }
    private val camera = MutableSharedFlow<Seen>(extraBufferCapacity = 4)
    private val platform = object : Platform {
        override fun openPage(url: String) = error("no page is opened: $url")

        override suspend fun pickPhoto(): ByteArray? = null

        override val frames: Flow<Seen> = camera

        override fun composeSms(sms: SmsFallback) = Unit
    }

    private fun driven(vararg services: String, way: suspend ComposeUiTest.(Phone) -> Unit) {
        val operator = Samples.operator.run { copy(cities = cities.map { it.copy(services = services.map { name -> ServiceOfCity(name, 1u) }) }) }
        fake.operator.state.value = OperatorState(operator, ClientStanding.Served)
        onPhone({ scope: CoroutineScope -> MestoApp(fake, "en", "test", MutableStateFlow<Position?>(null), platform, mestoFeatures, scope, ticks) }, way)
    }

    private fun confirm(amount: String = "120.00") = texts.ridesConfirmDescribed(amount = "$amount\u00A0RSD", ride = "Bus 92")

    private fun ComposeUiTest.checkByNumber() {
        tap(texts.ridesScanGo())
        type(texts.ridesNumberLabel(), "1204")
        tap(texts.ridesNumberGo())
    }

    @Test
    fun rides_have_a_button_where_the_operator_has_them_and_none_elsewhere_av_15() {
        driven("parking", "rides") {
            tap(texts.ridesTitle())
            sees(texts.ridesNone())
        }
        driven("parking") { assertFalse(shows(texts.ridesTitle())) }
    }

    @Test
    fun where_there_is_no_parking_the_app_opens_on_rides_and_needs_no_car_av_15() {
        fake.vehicles.state.value = VehiclesState(emptyList())
        driven("rides") { phone ->
            sees(texts.ridesNone())
            assertFalse(shows(texts.goBack()), "nothing lies behind it")
            phone.back()
            assertEquals(1, phone.left)
        }
    }

    @Test
    fun cards_passes_news_and_the_account_are_one_tap_from_the_rides_and_a_card_is_topped_up_av_15_av_77() = driven("rides", "cards", "passes") { phone ->
        fake.wallet.state.value = WalletState(Samples.rsd(BigDecimal(1000)))
        for (title in listOf(texts.passesTitle(), texts.noticesTitle(), texts.standingTitle())) {
            tap(title)
            sees(texts.goBack())
            phone.back()
            sees(texts.ridesNone())
        }
        tap(texts.cardsTitle())
        tapWhat("**** 0017")
        tap(texts.cardsTopUpGo())
        type(texts.cardsTopUpAmount(), "500")
        tap(texts.cardsTopUpPrice())
        phone.turn()
        tap(texts.cardsTopUpDescribed(amount = "500.00\u00A0RSD", card = "**** 0017"))
        finds(texts.topupDoneNext())
        tap(texts.topupDoneNext())
        sees(texts.cardsWaits("500.00\u00A0RSD"))
        assertEquals(1, fake.calls.count { it == "buy" })
    }

    @Test
    fun where_the_operator_has_no_cards_and_passes_there_is_no_way_to_them_av_15() = driven("rides") {
        sees(texts.ridesNone())
        assertFalse(shows(texts.cardsTitle()))
        assertFalse(shows(texts.passesTitle()))
    }

    @Test
    fun a_ride_is_confirmed_once_and_back_leads_to_the_rides_not_to_the_payment_av_66_av_69() = driven("rides") { phone ->
        checkByNumber()
        sees("Vehicle 1204")
        phone.turn()
        tap(confirm())
        sees(texts.ridesTicketNote())
        phone.endProcess()
        sees(texts.ridesTicketNote())
        phone.back()
        sees(texts.ridesBalanceAt(amount = "880.00\u00A0RSD", time = "10:00"))
        tapWhat(texts.ridesRowDescribed(ride = "Bus 92", state = texts.rideStateRegistered(), time = "10:00"))
        sees(texts.ridesClockDescribed("10:00"))
        assertEquals(1, fake.calls.count { it == "buy" })
    }

    @Test
    fun without_a_session_no_ride_is_seen_but_the_ticket_on_the_screen_av_15_av_82() = driven("rides") { phone ->
        checkByNumber()
        tap(confirm())
        sees(texts.ridesTicketNote())
        fake.account.state.value = fake.account.state.value.copy(isSignedIn = false)
        phone.waits()
        sees(texts.ridesTicketNote())
        phone.back()
        sees(texts.startPhoneLabel())
        assertFalse(shows(texts.ridesTitle()))
    }

    @Test
    fun the_camera_is_on_while_the_scanner_is_seen_av_64() = driven("rides") { phone ->
        assertEquals(0, camera.subscriptionCount.value)
        tap(texts.ridesScanGo())
        phone.waits()
        assertEquals(1, camera.subscriptionCount.value)
        // A frame that is dark says so under what the camera sees.
        assertTrue(camera.tryEmit(Seen(ScanFrame(ByteArray(64 * 64) { 9 }, 64u, 64u), null)))
        sees(texts.ridesScanDark())
        phone.back()
        sees(texts.ridesNone())
        phone.waits()
        assertEquals(0, camera.subscriptionCount.value)
    }

    @Test
    fun the_earlier_ticket_is_seen_and_the_question_stays_av_65() = driven("rides") { phone ->
        checkByNumber()
        tap(confirm())
        sees(texts.ridesTicketNote())
        phone.back()
        checkByNumber()
        tap(texts.ridesSeeEarlier())
        sees(texts.ridesTicketNote())
        phone.back()
        tapButton(texts.ridesConfirmAgain())
        finds(confirm())
        assertEquals(1, fake.calls.count { it == "buy" })
    }
}
