// What a driver reads, hears and hits: texts of every state, and targets a wet thumb finds.

package city.mesto.ui

import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.size
import androidx.compose.runtime.Composable
import androidx.compose.runtime.CompositionLocalProvider
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.setValue
import androidx.compose.ui.Modifier
import androidx.compose.ui.platform.LocalDensity
import androidx.compose.ui.semantics.SemanticsActions
import androidx.compose.ui.semantics.SemanticsNode
import androidx.compose.ui.semantics.SemanticsProperties
import androidx.compose.ui.semantics.getOrNull
import androidx.compose.ui.test.ComposeUiTest
import androidx.compose.ui.test.ExperimentalTestApi
import androidx.compose.ui.test.SemanticsMatcher
import androidx.compose.ui.test.v2.runComposeUiTest
import androidx.compose.ui.unit.Density
import androidx.compose.ui.unit.dp
import city.mesto.ui.account.AccountPreview
import city.mesto.ui.account.AccountStates
import city.mesto.ui.cards.card.CardPreview
import city.mesto.ui.cards.card.CardStates
import city.mesto.ui.cards.link.CardLinkPreview
import city.mesto.ui.cards.link.CardLinkStates
import city.mesto.ui.cards.list.CardsPreview
import city.mesto.ui.cards.list.CardsStates
import city.mesto.ui.cards.topup.CardTopUpPreview
import city.mesto.ui.cards.topup.CardTopUpStates
import city.mesto.ui.garages.facilities.FacilitiesPreview
import city.mesto.ui.garages.facilities.FacilitiesStates
import city.mesto.ui.garages.facility.FacilityPreview
import city.mesto.ui.garages.facility.FacilityStates
import city.mesto.ui.garages.owed.OwedPreview
import city.mesto.ui.garages.owed.OwedStates
import city.mesto.ui.garages.visit.VisitPreview
import city.mesto.ui.garages.visit.VisitStates
import city.mesto.ui.news.NewsPreview
import city.mesto.ui.news.NewsStates
import city.mesto.ui.orders.OrdersPreview
import city.mesto.ui.orders.OrdersStates
import city.mesto.ui.parking.buy.BuyPreview
import city.mesto.ui.parking.buy.BuyStates
import city.mesto.ui.parking.prices.PricesPreview
import city.mesto.ui.parking.prices.PricesStates
import city.mesto.ui.parking.ticket.TicketPreview
import city.mesto.ui.parking.ticket.TicketStates
import city.mesto.ui.parking.zones.ZonesPreview
import city.mesto.ui.parking.zones.ZonesStates
import city.mesto.ui.passes.buy.PassBuyPreview
import city.mesto.ui.passes.buy.PassBuyStates
import city.mesto.ui.passes.list.PassesPreview
import city.mesto.ui.passes.list.PassesStates
import city.mesto.ui.rides.check.CheckPreview
import city.mesto.ui.rides.check.CheckStates
import city.mesto.ui.rides.list.RidesPreview
import city.mesto.ui.rides.list.RidesStates
import city.mesto.ui.rides.scan.ScanPreview
import city.mesto.ui.rides.scan.ScanStates
import city.mesto.ui.rides.ticket.RidePreview
import city.mesto.ui.rides.ticket.RideStates
import city.mesto.ui.signin.SignInPreview
import city.mesto.ui.signin.SignInStates
import city.mesto.ui.terms.TermsPreview
import city.mesto.ui.terms.TermsStates
import city.mesto.ui.vehicles.PlatePreview
import city.mesto.ui.vehicles.PlateStates
import city.mesto.ui.wallet.TopUpPreview
import city.mesto.ui.wallet.TopUpStates
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertTrue
import org.junit.jupiter.api.DynamicTest
import org.junit.jupiter.api.DynamicTest.dynamicTest
import org.junit.jupiter.api.TestFactory

private val LANGUAGES = listOf("sr-Latn", "en", "kk", "ru")

@OptIn(ExperimentalTestApi::class)
class ScreensSpokenTest {
    @TestFactory
    fun every_state_says_what_it_must_in_every_language_av_135(): List<DynamicTest> = LANGUAGES.flatMap { language ->
        drawnScreens(language).map { screen ->
            dynamicTest("${screen.name} $language") {
                runComposeUiTest {
                    show(screen, language)
                    val heard = everything().flatMap { it.spoken() }
                    screen.says.forEach { text -> assertTrue(heard.any { text in it }, "\"$text\" is not on ${screen.name}; there is\n${heard.joinToString("\n")}") }
                }
            }
        }
    }

    @TestFactory
    fun every_target_is_48_dp_and_has_a_name(): List<DynamicTest> = listOf(1f, 2f).flatMap { font ->
        drawnScreens("sr-Latn").map { screen ->
            dynamicTest("${screen.name} letters x$font") {
                runComposeUiTest {
                    show(screen, "sr-Latn", font)
                    val targets = everything().filter { SemanticsActions.OnClick in it.config }
                    for (target in targets) {
                        val density = target.layoutInfo.density.density
                        val width = target.size.width / density
                        val height = target.size.height / density
                        assertTrue(width >= 47.9f && height >= 47.9f, "${target.spoken()} is $width x $height dp")
                        assertTrue(target.spoken().any { it.isNotBlank() }, "a target at ${target.boundsInRoot} has no name")
                    }
                }
            }
        }
    }

    @Test
    fun at_200_percent_the_main_button_stays_on_the_screen() = LANGUAGES.forEach { language ->
        for (screen in drawnScreens(language).filter { it.name in setOf("buy-ready", "buy-at-the-stop", "buy-by-card", "buy-at-the-bank", "orders-ready", "orders-at-the-bank", "ticket-running", "ticket-expired", "garages-facility-typed", "garages-owed-ready", "garages-owed-by-card", "garages-visit-owes-again", "sign-in-code", "rides-scan-typed", "rides-check-ready", "rides-check-by-card", "rides-check-repeats", "rides-list-running", "rides-ticket-writing", "cards-list-linked", "cards-card-block-asked", "cards-link-second", "cards-top-up-ready", "cards-top-up-short", "passes-list-asked", "passes-buy-ready", "passes-buy-overlaps", "account-asked", "account-suspended", "terms-must-accept") }) {
            runComposeUiTest {
                setContent {
                    CompositionLocalProvider(LocalDensity provides Density(1f, 2f)) {
                        MestoScreen(TestWords.of(language), dark = false) { Box(Modifier.size(360.dp, 640.dp)) { screen.content() } }
                    }
                }
                val main = everything().filter { SemanticsActions.OnClick in it.config }.maxBy { it.boundsInRoot.bottom }
                assertTrue(main.size.height >= 64 && main.boundsInRoot.bottom <= 640f, "${screen.name} $language: ${main.spoken()} at ${main.boundsInRoot}")
                assertEquals(main.size.height.toFloat(), main.boundsInRoot.height, 1f, "${screen.name} $language: ${main.spoken()} is cut")
            }
        }
    }

    @Test
    fun every_state_has_a_preview() = runComposeUiTest {
        var shown by mutableStateOf<@Composable () -> Unit>({})
        setContent { shown() }
        val previews = ZonesStates().values.map<_, @Composable () -> Unit> { { ZonesPreview(it) } } +
            BuyStates().values.map { { BuyPreview(it) } } + PricesStates().values.map { { PricesPreview(it) } } + TicketStates().values.map { { TicketPreview(it) } } +
            SignInStates().values.map { { SignInPreview(it) } } + PlateStates().values.map { { PlatePreview(it) } } +
            TopUpStates().values.map { { TopUpPreview(it) } } + OrdersStates().values.map { { OrdersPreview(it) } } +
            FacilitiesStates().values.map { { FacilitiesPreview(it) } } + FacilityStates().values.map { { FacilityPreview(it) } } +
            OwedStates().values.map { { OwedPreview(it) } } + VisitStates().values.map { { VisitPreview(it) } } +
            RidesStates().values.map { { RidesPreview(it) } } + ScanStates().values.map { { ScanPreview(it) } } +
            CheckStates().values.map { { CheckPreview(it) } } + RideStates().values.map { { RidePreview(it) } } +
            CardsStates().values.map { { CardsPreview(it) } } + CardStates().values.map { { CardPreview(it) } } +
            CardLinkStates().values.map { { CardLinkPreview(it) } } + CardTopUpStates().values.map { { CardTopUpPreview(it) } } +
            PassesStates().values.map { { PassesPreview(it) } } + PassBuyStates().values.map { { PassBuyPreview(it) } } +
            NewsStates().values.map { { NewsPreview(it) } } + AccountStates().values.map { { AccountPreview(it) } } + TermsStates().values.map { { TermsPreview(it) } }
        var count = 0
        for (preview in previews) {
            shown = preview
            waitForIdle()
            assertTrue(everything().any { node -> node.spoken().any(String::isNotBlank) })
            count++
        }
        assertEquals(drawnScreens("sr-Latn").size, count)
    }

    private fun ComposeUiTest.show(screen: DrawnScreen, language: String, font: Float = 1f) {
        setContent {
            CompositionLocalProvider(LocalDensity provides Density(LocalDensity.current.density, font)) {
                MestoScreen(TestWords.of(language), dark = false) { screen.content() }
            }
        }
    }

    /** Every node a screen reader stops at or reads. */
    private fun ComposeUiTest.everything(): List<SemanticsNode> =
        onAllNodes(SemanticsMatcher("any") { true }).fetchSemanticsNodes()

    private fun SemanticsNode.spoken(): List<String> =
        config.getOrNull(SemanticsProperties.ContentDescription).orEmpty() +
            config.getOrNull(SemanticsProperties.Text).orEmpty().map { it.text } +
            listOfNotNull(config.getOrNull(SemanticsProperties.EditableText)?.text)
}
