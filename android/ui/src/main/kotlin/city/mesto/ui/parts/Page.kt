// The frame of a screen: what is read scrolls, what is pressed stays within the thumb's reach at
// the bottom.

package city.mesto.ui.parts

import androidx.compose.foundation.background
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.BoxWithConstraints
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.ColumnScope
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.imePadding
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.safeDrawingPadding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.layout.widthIn
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.CircularProgressIndicator
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.semantics.LiveRegionMode
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.liveRegion
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.unit.dp
import city.mesto.ui.text.texts

private const val ACTIONS_SHARE = 0.55f

/**
 * A screen: bar, scrolling content, and the action area that never scrolls away; where it is too
 * high it shows its end, which is the main button. On a wide window it keeps a hand's width.
 */
@Composable
fun Page(
    modifier: Modifier = Modifier,
    bar: @Composable () -> Unit = {},
    actions: @Composable (ColumnScope.() -> Unit)? = null,
    content: @Composable ColumnScope.() -> Unit,
) {
    BoxWithConstraints(modifier.fillMaxSize().background(MaterialTheme.colorScheme.background), contentAlignment = Alignment.TopCenter) {
        // With letters at 200 % the actions may not leave nothing of what they act on.
        val mostForActions = maxHeight * ACTIONS_SHARE
        Column(Modifier.widthIn(max = 560.dp).fillMaxSize().safeDrawingPadding().imePadding()) {
            bar()
            Column(
                verticalArrangement = Arrangement.spacedBy(12.dp),
                modifier = Modifier.weight(1f).fillMaxWidth().verticalScroll(rememberScrollState()).padding(horizontal = 16.dp, vertical = 8.dp),
                content = content,
            )
            actions?.let {
                Surface(shadowElevation = 12.dp, color = MaterialTheme.colorScheme.surface, modifier = Modifier.fillMaxWidth()) {
                    Column(
                        verticalArrangement = Arrangement.spacedBy(10.dp),
                        modifier = Modifier
                            .heightIn(max = mostForActions)
                            .verticalScroll(rememberScrollState(), reverseScrolling = true)
                            .padding(start = 16.dp, end = 16.dp, top = 14.dp, bottom = 16.dp),
                        content = it,
                    )
                }
            }
        }
    }
}

/** The bar: back, and where one is. */
@Composable
fun Bar(title: String, onBack: (() -> Unit)?, modifier: Modifier = Modifier, end: @Composable () -> Unit = {}) {
    Row(
        verticalAlignment = Alignment.CenterVertically,
        modifier = modifier.fillMaxWidth().heightIn(min = 60.dp).padding(start = if (onBack == null) 20.dp else 6.dp, end = 12.dp),
    ) {
        onBack?.let { IconAction(Icons.Back, texts.goBack(), it) }
        Text(
            title,
            style = MaterialTheme.typography.titleLarge,
            color = MaterialTheme.colorScheme.onBackground,
            modifier = Modifier.weight(1f).semantics { heading() },
        )
        end()
    }
}

/** A white card. */
@Composable
fun Card(modifier: Modifier = Modifier, content: @Composable ColumnScope.() -> Unit) {
    Surface(shape = MaterialTheme.shapes.large, color = MaterialTheme.colorScheme.surface, modifier = modifier.fillMaxWidth()) {
        Column(Modifier.padding(16.dp), content = content)
    }
}

/** Waiting, and what for. */
@Composable
fun Waiting(text: String, modifier: Modifier = Modifier) {
    Row(
        horizontalArrangement = Arrangement.spacedBy(14.dp, Alignment.CenterHorizontally),
        verticalAlignment = Alignment.CenterVertically,
        modifier = modifier.fillMaxWidth().padding(vertical = 20.dp).semantics(mergeDescendants = true) { liveRegion = LiveRegionMode.Polite },
    ) {
        CircularProgressIndicator(strokeWidth = 3.dp, modifier = Modifier.size(26.dp))
        Text(text, style = MaterialTheme.typography.bodyLarge, color = MaterialTheme.colorScheme.onSurfaceVariant)
    }
}
