// What a driver does with the screens: reads, taps, types; waits as long as a busy machine may
// need.

package city.mesto.ui

import androidx.compose.ui.semantics.SemanticsProperties
import androidx.compose.ui.semantics.getOrNull
import androidx.compose.ui.test.ComposeTimeoutException
import androidx.compose.ui.test.ComposeUiTest
import androidx.compose.ui.test.ExperimentalTestApi
import androidx.compose.ui.test.SemanticsMatcher
import androidx.compose.ui.test.SemanticsNodeInteraction
import androidx.compose.ui.test.hasAnyAncestor
import androidx.compose.ui.test.hasClickAction
import androidx.compose.ui.test.hasContentDescription
import androidx.compose.ui.test.hasScrollAction
import androidx.compose.ui.test.hasSetTextAction
import androidx.compose.ui.test.hasText
import androidx.compose.ui.test.isEnabled
import androidx.compose.ui.test.performClick
import androidx.compose.ui.test.performScrollTo
import androidx.compose.ui.test.performTextReplacement

/** A node by what is read or heard there. */
private fun says(text: String) = hasText(text, substring = true).or(hasContentDescription(text))

@OptIn(ExperimentalTestApi::class)
internal fun ComposeUiTest.shows(text: String) = onAllNodes(says(text)).fetchSemanticsNodes().isNotEmpty()

@OptIn(ExperimentalTestApi::class)
internal fun ComposeUiTest.sees(text: String) = awaits("\"$text\"") { shows(text) }

/** Tells what stood on the screen when it did not come. */
@OptIn(ExperimentalTestApi::class)
internal fun ComposeUiTest.awaits(what: String, condition: () -> Boolean) {
    try {
        waitUntil(what, timeoutMillis = 60_000) { condition() }
    } catch (late: ComposeTimeoutException) {
        val there = onAllNodes(SemanticsMatcher("any") { true }).fetchSemanticsNodes().flatMap { node ->
            node.config.getOrNull(SemanticsProperties.Text).orEmpty().map { it.text } + node.config.getOrNull(SemanticsProperties.ContentDescription).orEmpty()
        }
        throw AssertionError("$what did not come; there is: ${there.joinToString(" | ")}", late)
    }
}

@OptIn(ExperimentalTestApi::class)
internal fun ComposeUiTest.finds(text: String): SemanticsNodeInteraction {
    sees(text)
    return onAllNodes(says(text))[0]
}

@OptIn(ExperimentalTestApi::class)
internal fun ComposeUiTest.tap(text: String) = tap(says(text), text)

/** A row or a button that is described by more than its name. */
@OptIn(ExperimentalTestApi::class)
internal fun ComposeUiTest.tapWhat(begins: String) = tap(hasContentDescription(begins, substring = true).and(hasClickAction()), begins)

/** A button whose words stand in a sentence above it, too. */
@OptIn(ExperimentalTestApi::class)
internal fun ComposeUiTest.tapButton(text: String) = tap(says(text).and(hasClickAction()), text)

@OptIn(ExperimentalTestApi::class)
private fun ComposeUiTest.tap(node: SemanticsMatcher, text: String) {
    awaits("\"$text\" to tap") { onAllNodes(node.and(isEnabled())).fetchSemanticsNodes().isNotEmpty() }
    val enabled = node.and(isEnabled())
    // What lies below the edge is scrolled to first, as a finger would.
    if (onAllNodes(enabled.and(hasAnyAncestor(hasScrollAction()))).fetchSemanticsNodes().isNotEmpty()) {
        onAllNodes(enabled.and(hasAnyAncestor(hasScrollAction())))[0].performScrollTo().performClick()
    } else {
        onAllNodes(enabled)[0].performClick()
    }
}

/** The second tap comes before anything can have answered the first. */
@OptIn(ExperimentalTestApi::class)
internal fun ComposeUiTest.tapTwice(text: String) {
    val button = finds(text)
    mainClock.autoAdvance = false
    button.performClick()
    onAllNodes(says(text)).fetchSemanticsNodes().firstOrNull()?.let { button.performClick() }
    mainClock.autoAdvance = true
}

/** A live update can take the button away while the finger comes down. */
@OptIn(ExperimentalTestApi::class)
internal fun ComposeUiTest.tapUntil(text: String, condition: () -> Boolean) = awaits("what \"$text\" leads to") {
    if (!condition() && shows(text)) {
        try {
            onAllNodes(says(text))[0].performClick()
        } catch (missed: AssertionError) {
            println("\"$text\" was gone: ${missed.message}")
        }
    }
    condition()
}

@OptIn(ExperimentalTestApi::class)
internal fun ComposeUiTest.type(label: String, text: String) {
    awaits("a field \"$label\"") {
        onAllNodes(hasSetTextAction().and(hasText(label))).fetchSemanticsNodes().isNotEmpty()
    }
    onNode(hasSetTextAction().and(hasText(label))).performTextReplacement(text)
}
