// Prices and hours of one zone, to be read before anything is bought.

package city.mesto.ui.parking.prices

import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.semantics
import city.mesto.ui.parking.ZoneBar
import city.mesto.ui.parts.Bar
import city.mesto.ui.parts.Card
import city.mesto.ui.parts.FactRow
import city.mesto.ui.parts.Page
import city.mesto.ui.parts.QuietButton
import city.mesto.ui.parts.RefusedNotice
import city.mesto.ui.parts.Small
import city.mesto.ui.parts.Waiting
import city.mesto.ui.text.texts

@Composable
fun PricesScreen(state: PricesUiState, onEvent: (PricesEvent) -> Unit, modifier: Modifier = Modifier) {
    val back = { onEvent(PricesEvent.Back) }
    Page(modifier, bar = { if (state is PricesUiState.Shown) ZoneBar(state.zone, back) else Bar(texts.zonesPricesTitle(), back) }) {
        when (state) {
            PricesUiState.Loading -> Waiting(texts.zonesPricesLoading())
            is PricesUiState.Refused -> RefusedNotice(state.refusal, actions = { QuietButton(texts.stateRetry(), { onEvent(PricesEvent.Retry) }) })
            is PricesUiState.Shown -> {
                SectionCard(texts.zonesPricesPrices(), state.prices, empty = texts.zonesPricesNone())
                SectionCard(texts.zonesPricesStay(), state.stay)
                SectionCard(texts.zonesPricesHours(), state.hours)
            }
        }
    }
}

@Composable
private fun SectionCard(title: String, section: Section, empty: String? = null) = Card {
    Text(title, style = MaterialTheme.typography.titleMedium, color = MaterialTheme.colorScheme.onSurface, modifier = Modifier.semantics { heading() })
    section.rows.forEach { FactRow(it, texts.zonesPricesUnknown()) }
    empty?.takeIf { section.rows.isEmpty() }?.let { Small(it) }
    section.certainty?.let { Small(texts.zonesPricesCertainty(it)) }
}
