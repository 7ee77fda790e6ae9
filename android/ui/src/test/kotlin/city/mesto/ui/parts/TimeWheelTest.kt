// The wheel turns to the limit and not a minute further.

package city.mesto.ui.parts

import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.setValue
import androidx.compose.ui.semantics.ProgressBarRangeInfo
import androidx.compose.ui.semantics.SemanticsActions
import androidx.compose.ui.test.ComposeUiTest
import androidx.compose.ui.test.ExperimentalTestApi
import androidx.compose.ui.test.assertIsEnabled
import androidx.compose.ui.test.assertIsNotEnabled
import androidx.compose.ui.test.assertRangeInfoEquals
import androidx.compose.ui.test.onNodeWithContentDescription
import androidx.compose.ui.test.onNodeWithTag
import androidx.compose.ui.test.performClick
import androidx.compose.ui.test.performSemanticsAction
import androidx.compose.ui.test.performTouchInput
import androidx.compose.ui.test.swipeDown
import androidx.compose.ui.test.swipeUp
import androidx.compose.ui.test.v2.runComposeUiTest
import city.mesto.ui.MestoScreen
import city.mesto.ui.TestWords
import org.junit.jupiter.api.Test
import kotlin.test.assertEquals
import kotlin.test.assertTrue

@OptIn(ExperimentalTestApi::class)
class TimeWheelTest {
    private val words = TestWords.of("en")
    private var chosen by mutableStateOf(60)
    private val told = mutableListOf<Int>()

    private fun ComposeUiTest.wheel(choices: List<Int>, first: Int = choices.first()) {
        chosen = first
        setContent {
            MestoScreen(words, dark = false) {
                TimeWheel(choices, chosen, described = "wheel at $chosen", onChosen = {
                    told += it
                    chosen = it
                })
            }
        }
    }

    @Test
    fun the_hardest_swing_ends_at_the_limit_bg_50() = runComposeUiTest {
        wheel(listOf(60, 90))
        repeat(3) {
            onNodeWithTag(WHEEL_TAG).performTouchInput { swipeUp(durationMillis = 40) }
            waitForIdle()
        }
        assertEquals(90, chosen)
        assertTrue(told.all { it <= 90 }, "the wheel told $told")
    }

    @Test
    fun a_swing_back_ends_at_the_first_choice() = runComposeUiTest {
        wheel(listOf(60, 120, 180), first = 180)
        repeat(3) {
            onNodeWithTag(WHEEL_TAG).performTouchInput { swipeDown(durationMillis = 40) }
            waitForIdle()
        }
        assertEquals(60, chosen)
    }

    @Test
    fun plus_steps_to_the_limit_and_is_off_there() = runComposeUiTest {
        wheel(listOf(60, 120, 180))
        onNodeWithContentDescription(words.texts.wheelLess()).assertIsNotEnabled()
        repeat(2) { onNodeWithContentDescription(words.texts.wheelMore()).assertIsEnabled().performClick() }
        waitForIdle()
        assertEquals(180, chosen)
        onNodeWithContentDescription(words.texts.wheelMore()).assertIsNotEnabled()
        onNodeWithContentDescription(words.texts.wheelLess()).assertIsEnabled()
    }

    @Test
    fun to_a_screen_reader_it_is_a_slider_that_ends_at_the_limit() = runComposeUiTest {
        wheel(listOf(60, 120, 180))
        onNodeWithTag(WHEEL_TAG).assertRangeInfoEquals(ProgressBarRangeInfo(0f, 0f..2f, 1))
        onNodeWithTag(WHEEL_TAG).performSemanticsAction(SemanticsActions.SetProgress) { it(7f) }
        waitForIdle()
        assertEquals(180, chosen)
        onNodeWithContentDescription("wheel at 180").assertExists()
    }

    @Test
    fun a_limit_that_shrinks_takes_the_wheel_along() = runComposeUiTest {
        var choices by mutableStateOf(listOf(60, 120, 180))
        chosen = 180
        setContent {
            MestoScreen(words, dark = false) {
                TimeWheel(choices, chosen, described = "wheel at $chosen", onChosen = { chosen = it })
            }
        }
        choices = listOf(60)
        chosen = 60
        waitForIdle()
        onNodeWithTag(WHEEL_TAG).assertRangeInfoEquals(ProgressBarRangeInfo(0f, 0f..0f, 0))
        assertEquals(60, chosen)
    }
}
