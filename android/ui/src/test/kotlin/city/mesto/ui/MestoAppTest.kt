// The app without pixels and with a driver who taps what nobody expects: back, again, offline, after the system ended the process.

package city.mesto.ui

import androidx.compose.runtime.getValue
import androidx.compose.runtime.key
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.setValue
import androidx.compose.ui.test.ExperimentalTestApi
import androidx.compose.ui.test.hasSetTextAction
import androidx.compose.ui.test.onNodeWithContentDescription
import androidx.compose.ui.test.performTextReplacement
import androidx.compose.ui.test.runComposeUiTest
import city.mesto.sdk.FakeMesto
import city.mesto.sdk.MestoClient
import city.mesto.sdk.Samples
import city.mesto.sdk.core.IntentState
import city.mesto.sdk.core.Position
import city.mesto.sdk.core.Refreshed
import city.mesto.sdk.core.Plate
import city.mesto.sdk.core.Vehicle
import city.mesto.ui.app.MestoApp
import city.mesto.ui.app.MestoScreens
import city.mesto.ui.app.Outside
import city.mesto.ui.app.Place
import city.mesto.ui.buy.BuyEvent
import city.mesto.ui.buy.QuoteState
import city.mesto.ui.start.SignInEvent
import city.mesto.ui.ticket.TicketEvent
import city.mesto.ui.zones.ZonesEvent
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.cancel
import kotlinx.coroutines.flow.MutableSharedFlow
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.test.TestScope
import kotlinx.coroutines.test.runCurrent
import kotlinx.coroutines.test.runTest
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertIs
import kotlin.test.assertTrue

@OptIn(ExperimentalCoroutinesApi::class, ExperimentalTestApi::class)
class MestoAppTest {
    private val fake = FakeMesto()
    private val ticks = MutableSharedFlow<Unit>(replay = 1).apply { tryEmit(Unit) }
    private val outside = object : Outside {
        override fun openPage(url: String) = Unit

        override fun composeSms(sms: SmsFallback) = Unit
    }

    private fun TestScope.app(client: MestoClient = fake, kept: List<String> = emptyList()) =
        MestoApp(client, "en", "test", MutableStateFlow<Position?>(null), outside, backgroundScope, ticks).apply {
            start(kept)
            settle()
        }

    private fun TestScope.settle() {
        testScheduler.advanceTimeBy(1_000)
        runCurrent()
    }

    private inline fun <reified P : Place> MestoApp.at(): P = assertIs<P>(place.value)

    private fun TestScope.inRed(app: MestoApp): Place.Buy {
        app.at<Place.Zones>().presenter.on(ZonesEvent.ZoneChosen("red"))
        settle()
        return app.at<Place.Buy>()
    }

    private fun TestScope.paidWithoutAnswer(app: MestoApp) {
        fake.outcome = IntentState.Unconfirmed
        inRed(app).presenter.on(BuyEvent.Pay)
        settle()
    }

    private fun bought() = fake.calls.count { it == "buy" }

    @Test
    fun without_an_answer_at_the_start_what_is_stored_is_shown_at_once() = runTest {
        val silent = object : MestoClient by fake {
            override suspend fun refresh(): Refreshed = awaitCancellation()
        }
        assertIs<Place.Zones>(app(silent).place.value)
        fake.state.value = Samples.signedOut.copy(city = null)
        assertIs<Place.SignIn>(app(silent).place.value)
    }

    @Test
    fun back_from_an_unconfirmed_purchase_and_buying_again_leads_to_it_and_pays_nothing() = runTest {
        val app = app()
        paidWithoutAnswer(app)
        assertTrue(app.back())
        settle()
        assertEquals("BG 789-PP", app.at<Place.Zones>().presenter.state.value.unconfirmed?.plate)

        val again = inRed(app).presenter
        assertIs<Payment.Unconfirmed>(again.state.value.payment)
        again.on(BuyEvent.Pay)
        settle()
        assertEquals(1, bought())

        fake.outcome = IntentState.Confirmed
        again.on(BuyEvent.CheckAgain)
        settle()
        assertEquals(emptyList(), fake.state.value.openIntents)
        assertFalse(app.place.value is Place.Buy, "it is known now")
    }

    @Test
    fun back_while_the_tap_is_on_its_way_buys_at_most_once() = runTest {
        val app = app()
        val buy = inRed(app).presenter
        buy.on(BuyEvent.Pay)
        app.back()
        buy.on(BuyEvent.Pay)
        settle()
        assertIs<Place.Zones>(app.place.value)
        assertTrue(bought() <= 1)
    }

    @Test
    fun back_leads_out_of_the_app_only_from_where_it_began() = runTest {
        val app = app()
        assertFalse(app.back())
        app.at<Place.Zones>().presenter.on(ZonesEvent.ChangePlate)
        assertTrue(app.back(), "the question which car is closed first")
        assertFalse(app.at<Place.Zones>().presenter.state.value.choosingPlate)
        app.at<Place.Zones>().presenter.on(ZonesEvent.TopUp)
        assertTrue(app.back())
        assertIs<Place.Zones>(app.place.value)
    }

    @Test
    fun after_the_process_was_ended_the_driver_stands_where_he_stood() = runTest {
        fake.state.value = fake.state.value.copy(vehicles = listOf(Samples.car, Vehicle("w", Plate("NS123ŠĆ", "NS 123-ŠĆ", "RS"), null)))
        val app = app()
        app.at<Place.Zones>().presenter.on(ZonesEvent.PlateChosen("w"))
        val buy = inRed(app).presenter
        buy.on(BuyEvent.MinutesChosen(90))
        settle()

        val again = app(kept = app.kept()).at<Place.Buy>().presenter.state.value
        assertEquals(listOf("NS 123-ŠĆ", "red"), listOf(again.plate.shown, again.zone.id))
        assertEquals(90, again.wheel.chosen)
        assertIs<QuoteState.Firm>(again.quote, "the price is asked for anew")

        buy.on(BuyEvent.Pay)
        settle()
        val ticket = app.at<Place.Ticket>().id
        assertEquals(ticket, app(kept = app.kept()).at<Place.Ticket>().id)
        fake.state.value = fake.state.value.copy(activeTickets = emptyList())
        assertIs<Place.Zones>(app(kept = app.kept()).place.value, "that ticket is over")
        assertIs<Place.Zones>(app(kept = listOf("buy", "gone", "nowhere", "x")).place.value)
    }

    @Test
    fun a_purchase_that_was_not_confirmed_when_the_process_was_ended_is_found_again() = runTest {
        val app = app()
        paidWithoutAnswer(app)
        val again = app(kept = app.kept()).at<Place.Buy>().presenter
        assertIs<Payment.Unconfirmed>(again.state.value.payment)
        assertEquals(1, bought())
    }

    @Test
    fun a_code_that_is_read_in_another_app_can_still_be_typed() = runTest {
        fake.state.value = Samples.signedOut
        val app = app()
        val signIn = app.at<Place.SignIn>().presenter
        signIn.on(SignInEvent.PhoneTyped("+381641234567"))
        signIn.on(SignInEvent.SendCode)
        settle()
        val again = app(kept = app.kept()).at<Place.SignIn>().presenter
        assertEquals("+381641234567", again.state.value.codeSentTo)
        again.on(SignInEvent.CodeTyped("123456"))
        again.on(SignInEvent.SignIn)
        settle()
        assertTrue(fake.state.value.signedIn)
        assertEquals(1, fake.calls.count { it == "requestCode" })
    }

    @Test
    fun a_session_that_is_over_leads_to_the_sign_in_but_leaves_the_ticket_on_the_screen() = runTest {
        val app = app()
        inRed(app).presenter.on(BuyEvent.Pay)
        settle()
        fake.state.value = fake.state.value.copy(signedIn = false)
        settle()
        app.at<Place.Ticket>().presenter.on(TicketEvent.Back)
        settle()
        assertIs<Place.SignIn>(app.place.value)

        fake.state.value = Samples.signedIn
        val other = app()
        fake.state.value = fake.state.value.copy(signedIn = false)
        settle()
        assertIs<Place.SignIn>(other.place.value)
    }

    @Test
    fun a_car_that_was_added_on_another_phone_has_not_to_be_typed() = runTest {
        fake.state.value = fake.state.value.copy(vehicles = emptyList())
        val elsewhere = object : MestoClient by fake {
            override suspend fun sync() = fake.sync().also { fake.state.value = fake.state.value.copy(vehicles = listOf(Samples.car)) }
        }
        assertIs<Place.Zones>(app(elsewhere).place.value)
    }

    @Test
    fun turning_the_phone_keeps_what_was_typed_and_chosen() = runComposeUiTest {
        val scope = CoroutineScope(SupervisorJob() + Dispatchers.Unconfined)
        val app = MestoApp(fake, "en", "test", MutableStateFlow(null), outside, scope, ticks).apply { start() }
        var turned by mutableStateOf(false)
        setContent { key(turned) { MestoScreens(app, dark = false) } }
        onNode(hasSetTextAction()).performTextReplacement("9112")
        turned = true
        waitForIdle()
        assertEquals("9112", app.at<Place.Zones>().presenter.state.value.sign)
        app.at<Place.Zones>().presenter.on(ZonesEvent.ZoneChosen("yellow"))
        // As long as a busy machine may need.
        waitUntil(timeoutMillis = 60_000) { (app.place.value as? Place.Buy)?.presenter?.state?.value?.quote is QuoteState.Firm }
        app.at<Place.Buy>().presenter.on(BuyEvent.MinutesChosen(120))
        turned = false
        waitForIdle()
        assertEquals(120, app.at<Place.Buy>().presenter.state.value.wheel.chosen)
        onNodeWithContentDescription(app.words.texts.buyMore()).assertExists()
        scope.cancel()
    }
}
