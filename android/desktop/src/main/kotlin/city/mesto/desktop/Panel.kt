// The world around the phone, beside the window: messages, bank, clock, network. A tool for
// developers, in English.

package city.mesto.desktop

import androidx.compose.foundation.background
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.ColumnScope
import androidx.compose.foundation.layout.ExperimentalLayoutApi
import androidx.compose.foundation.layout.FlowRow
import androidx.compose.foundation.layout.fillMaxHeight
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.width
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.text.selection.SelectionContainer
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.FilledTonalButton
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.rememberCoroutineScope
import androidx.compose.runtime.setValue
import androidx.compose.ui.Modifier
import androidx.compose.ui.unit.dp
import city.mesto.ui.SmsFallback
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext

private const val BUS = "1204"

@OptIn(ExperimentalLayoutApi::class)
@Composable
fun Panel(testbed: Testbed, phone: String?, page: String?, composed: SmsFallback?, sign: String?, onBoarded: (String?) -> Unit) {
    var inbox by remember { mutableStateOf(emptyList<Received>()) }
    var now by remember { mutableStateOf("") }
    var isOffline by remember { mutableStateOf(false) }
    val scope = rememberCoroutineScope()

    fun press(action: () -> Unit) {
        // A testbed that is gone stops the panel's buttons, not the window.
        scope.launch { withContext(Dispatchers.IO) { runCatching(action) } }
    }
    LaunchedEffect(testbed, phone) {
        while (true) {
            withContext(Dispatchers.IO) { runCatching { phone?.let(testbed::inbox).orEmpty() to testbed.now() }.getOrNull() }?.let { (messages, time) ->
                inbox = messages
                now = time
            }
            delay(1000)
        }
    }
    Column(
        verticalArrangement = Arrangement.spacedBy(12.dp),
        modifier = Modifier
            .width(320.dp)
            .fillMaxHeight()
            .background(MaterialTheme.colorScheme.surface)
            .verticalScroll(rememberScrollState())
            .padding(16.dp),
    ) {
        Part("Clock: $now") {
            FlowRow(horizontalArrangement = Arrangement.spacedBy(8.dp)) {
                for (minutes in listOf(1L, 10L, 30L)) FilledTonalButton({ press { testbed.advance(minutes) } }) { Text("+$minutes min") }
            }
        }
        Part("Network") {
            FilledTonalButton({
                isOffline = !isOffline
                press { testbed.offline(isOffline) }
            }) { Text(if (isOffline) "Reconnect" else "Cut the connection") }
            FilledTonalButton({ press { testbed.loseNextAnswer() } }) { Text("Lose the next purchase's answer") }
        }
        Part("What the camera sees") {
            // Where no vehicle runs nothing is answered, and the wall stays bare.
            if (sign == null) {
                FilledTonalButton({ press { onBoarded(testbed.vehicle(BUS)) } }) { Text("Board bus $BUS") }
            } else {
                FilledTonalButton({ onBoarded(null) }) { Text("Leave bus $BUS") }
                SelectionContainer { Text(sign, style = MaterialTheme.typography.labelMedium) }
            }
        }
        if (page != null) {
            Part("Bank") {
                FlowRow(horizontalArrangement = Arrangement.spacedBy(8.dp)) {
                    for (card in listOf("approve", "decline", "cancel")) FilledTonalButton({ press { testbed.walkBank(page, card) } }) { Text(card) }
                }
                SelectionContainer { Text(page, style = MaterialTheme.typography.labelMedium) }
            }
        }
        if (composed != null) {
            Part("SMS composer") { Text("To ${composed.number}: ${composed.body}") }
        }
        Part("Messages on the phone") {
            if (inbox.isEmpty()) Text("none yet")
            SelectionContainer {
                Column(verticalArrangement = Arrangement.spacedBy(6.dp)) { inbox.take(6).forEach { Text("${it.at.substringAfter('T').take(5)}  ${it.text}") } }
            }
        }
    }
}

@Composable
private fun Part(title: String, content: @Composable ColumnScope.() -> Unit) {
    Column(verticalArrangement = Arrangement.spacedBy(6.dp)) {
        Text(title, style = MaterialTheme.typography.titleMedium)
        content()
    }
}
