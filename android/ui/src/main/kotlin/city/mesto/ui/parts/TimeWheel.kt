// The time wheel: turns through the minutes one can buy and stops hard at the limit.

package city.mesto.ui.parts

import androidx.compose.foundation.background
import androidx.compose.foundation.clickable
import androidx.compose.foundation.gestures.snapping.rememberSnapFlingBehavior
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.PaddingValues
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.height
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.lazy.LazyColumn
import androidx.compose.foundation.lazy.LazyListState
import androidx.compose.foundation.lazy.itemsIndexed
import androidx.compose.foundation.lazy.rememberLazyListState
import androidx.compose.material3.FilledTonalIconButton
import androidx.compose.material3.HorizontalDivider
import androidx.compose.material3.Icon
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.derivedStateOf
import androidx.compose.runtime.getValue
import androidx.compose.runtime.remember
import androidx.compose.runtime.rememberUpdatedState
import androidx.compose.runtime.snapshotFlow
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.draw.clip
import androidx.compose.ui.graphics.vector.ImageVector
import androidx.compose.ui.platform.LocalDensity
import androidx.compose.ui.platform.testTag
import androidx.compose.ui.semantics.ProgressBarRangeInfo
import androidx.compose.ui.semantics.clearAndSetSemantics
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.progressBarRangeInfo
import androidx.compose.ui.semantics.setProgress
import androidx.compose.ui.text.style.TextAlign
import androidx.compose.ui.unit.Dp
import androidx.compose.ui.unit.dp
import androidx.compose.ui.unit.sp
import city.mesto.ui.theme.capped
import kotlinx.coroutines.flow.distinctUntilChanged
import kotlinx.coroutines.flow.drop
import kotlinx.coroutines.flow.filter
import kotlin.math.roundToInt

/** Tag of the wheel for tests. */
const val WHEEL_TAG = "time-wheel"

/**
 * Minus, the wheel, plus. The wheel has a row per choice and nothing behind the last one: it cannot
 * be turned past the limit. To a screen reader it is one slider with `described` as its text.
 */
@Composable
fun TimeWheel(
    choices: List<Int>,
    chosen: Int,
    described: String,
    onChosen: (Int) -> Unit,
    modifier: Modifier = Modifier,
    enabled: Boolean = true,
) {
    val index = choices.indexOf(chosen).coerceAtLeast(0)
    val row = with(LocalDensity.current) { 52.sp.toDp() }.coerceAtMost(84.dp)
    Row(
        horizontalArrangement = Arrangement.spacedBy(8.dp),
        verticalAlignment = Alignment.CenterVertically,
        modifier = modifier.fillMaxWidth(),
    ) {
        StepButton(Icons.Minus, texts().less, enabled && index > 0) { choices.getOrNull(index - 1)?.let(onChosen) }
        Wheel(choices, index, described, onChosen, row, enabled, Modifier.weight(1f))
        StepButton(Icons.Plus, texts().more, enabled && index < choices.lastIndex) { choices.getOrNull(index + 1)?.let(onChosen) }
    }
}

private class StepTexts(val less: String, val more: String)

@Composable
private fun texts(): StepTexts = city.mesto.ui.text.texts.let { StepTexts(it.wheelLess(), it.wheelMore()) }

@Composable
private fun StepButton(icon: ImageVector, described: String, enabled: Boolean, onClick: () -> Unit) {
    FilledTonalIconButton(onClick = onClick, enabled = enabled, shape = MaterialTheme.shapes.large, modifier = Modifier.size(width = 64.dp, height = 72.dp)) {
        Icon(icon, contentDescription = described, modifier = Modifier.size(28.dp))
    }
}

@Composable
private fun Wheel(choices: List<Int>, index: Int, described: String, onChosen: (Int) -> Unit, row: Dp, enabled: Boolean, modifier: Modifier) {
    val list = rememberLazyListState(initialFirstVisibleItemIndex = index)
    val middle by remember(choices) { derivedStateOf { list.middle(choices.lastIndex) } }
    val report by rememberUpdatedState(onChosen)

    LaunchedEffect(index, choices) {
        if (list.middle(choices.lastIndex) != index) list.animateScrollToItem(index)
    }
    LaunchedEffect(choices) {
        // Told only when the wheel has come to rest: every row on the way would ask for a price.
        snapshotFlow { list.isScrollInProgress }
            .distinctUntilChanged()
            .drop(1)
            .filter { scrolling -> !scrolling }
            .collect { choices.getOrNull(list.middle(choices.lastIndex))?.let { report(it) } }
    }

    Box(
        contentAlignment = Alignment.Center,
        modifier = modifier
            .height(row * 3)
            .testTag(WHEEL_TAG)
            .clearAndSetSemantics {
                contentDescription = described
                progressBarRangeInfo = ProgressBarRangeInfo(
                    current = index.toFloat(),
                    range = 0f..choices.lastIndex.coerceAtLeast(0).toFloat(),
                    steps = (choices.size - 2).coerceAtLeast(0),
                )
                setProgress { wanted ->
                    val target = wanted.roundToInt().coerceIn(0, choices.lastIndex.coerceAtLeast(0))
                    choices.getOrNull(target)?.let(onChosen)
                    true
                }
            },
    ) {
        Box(
            Modifier.fillMaxWidth().height(row).clip(MaterialTheme.shapes.medium).background(MaterialTheme.colorScheme.primaryContainer),
        )
        LazyColumn(
            state = list,
            flingBehavior = rememberSnapFlingBehavior(list),
            contentPadding = PaddingValues(top = row),
            userScrollEnabled = enabled,
            horizontalAlignment = Alignment.CenterHorizontally,
            modifier = Modifier.height(row * 3).fillMaxWidth(),
        ) {
            itemsIndexed(choices, key = { _, minutes -> minutes }) { at, minutes ->
                WheelRow(minutes, isMiddle = at == middle, row = row, onClick = { if (enabled) onChosen(minutes) })
            }
            item(key = "stop") { StopRow(row) }
        }
    }
}

/** Which choice lies in the middle of the wheel now. */
private fun LazyListState.middle(last: Int): Int {
    val height = layoutInfo.visibleItemsInfo.firstOrNull()?.size ?: return firstVisibleItemIndex
    val next = if (firstVisibleItemScrollOffset * 2 > height) 1 else 0
    return (firstVisibleItemIndex + next).coerceIn(0, last.coerceAtLeast(0))
}

@Composable
private fun WheelRow(minutes: Int, isMiddle: Boolean, row: Dp, onClick: () -> Unit) {
    val colours = MaterialTheme.colorScheme
    // Grows with the phone's letters only as far as three figures fit between the buttons.
    val chosenSize = capped(36.sp, 40.dp)
    Box(contentAlignment = Alignment.Center, modifier = Modifier.fillMaxWidth().height(row).clickable(onClick = onClick)) {
        Text(
            city.mesto.ui.text.texts.wheelMinutes(minutes.toLong()),
            style = if (isMiddle) MaterialTheme.typography.displaySmall.copy(fontSize = chosenSize) else MaterialTheme.typography.titleLarge,
            color = if (isMiddle) colours.onPrimaryContainer else colours.onSurfaceVariant,
            textAlign = TextAlign.Center,
            maxLines = 1,
            softWrap = false,
        )
    }
}

/** The stop below the last choice: a bolt across the wheel. */
@Composable
private fun StopRow(row: Dp) {
    Column(
        horizontalAlignment = Alignment.CenterHorizontally,
        verticalArrangement = Arrangement.spacedBy(6.dp),
        modifier = Modifier.fillMaxWidth().height(row).padding(top = 8.dp, start = 20.dp, end = 20.dp),
    ) {
        HorizontalDivider(thickness = 4.dp, color = MaterialTheme.colorScheme.outline, modifier = Modifier.clip(MaterialTheme.shapes.small))
        Icon(Icons.Lock, contentDescription = null, tint = MaterialTheme.colorScheme.outline, modifier = Modifier.size(20.dp))
    }
}
