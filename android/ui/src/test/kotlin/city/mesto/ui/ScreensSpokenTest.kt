// What a driver reads, hears and hits: texts of every state, and targets a wet thumb finds.

package city.mesto.ui

import androidx.compose.runtime.CompositionLocalProvider
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
import org.junit.jupiter.api.DynamicTest
import org.junit.jupiter.api.DynamicTest.dynamicTest
import org.junit.jupiter.api.TestFactory
import kotlin.test.assertTrue

@OptIn(ExperimentalTestApi::class)
class ScreensSpokenTest {
    @TestFactory
    fun every_state_says_what_it_must_in_both_languages(): List<DynamicTest> = listOf("sr-Latn", "en").flatMap { language ->
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
    fun every_target_is_48_dp_and_has_a_name(): List<DynamicTest> = listOf(1f, 1.6f).flatMap { font ->
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
