// Every state of every screen in the designer's window of an IDE.

package city.mesto.ui.preview

import androidx.compose.runtime.Composable
import androidx.compose.ui.tooling.preview.Preview
import androidx.compose.ui.tooling.preview.PreviewParameter
import androidx.compose.ui.tooling.preview.PreviewParameterProvider
import city.mesto.sdk.Texts
import city.mesto.sdk.core.renderText
import city.mesto.ui.MestoScreen
import city.mesto.ui.buy.BuyScreen
import city.mesto.ui.buy.BuyUiState
import city.mesto.ui.start.PlateScreen
import city.mesto.ui.start.PlateUiState
import city.mesto.ui.start.SignInScreen
import city.mesto.ui.start.SignInUiState
import city.mesto.ui.start.TopUpScreen
import city.mesto.ui.start.TopUpUiState
import city.mesto.ui.text.Words
import city.mesto.ui.ticket.TicketScreen
import city.mesto.ui.ticket.TicketUiState
import city.mesto.ui.zones.ZonesScreen
import city.mesto.ui.zones.ZonesUiState
import java.time.ZoneId

private const val LANGUAGE = "sr-Latn"
private val states = PreviewStates(LANGUAGE)

/** The catalogue's words where the native library can be loaded; in an IDE that has none, the names of the texts. */
private val words = Words(Texts { id, args -> runCatching { renderText(LANGUAGE, id, args) }.getOrDefault(id) }, LANGUAGE) { ZoneId.of("Europe/Belgrade") }

open class States<T>(named: Map<String, T>) : PreviewParameterProvider<T> {
    override val values: Sequence<T> = named.values.asSequence()
}

class ZonesStates : States<ZonesUiState>(states.zones)

class BuyStates : States<BuyUiState>(states.buy)

class TicketStates : States<TicketUiState>(states.ticket)

class SignInStates : States<SignInUiState>(states.signIn)

class PlateStates : States<PlateUiState>(states.plate)

class TopUpStates : States<TopUpUiState>(states.topUp)

@Preview
@Composable
fun ZonesPreview(@PreviewParameter(ZonesStates::class) state: ZonesUiState) = MestoScreen(words) { ZonesScreen(state, {}) }

@Preview
@Composable
fun BuyPreview(@PreviewParameter(BuyStates::class) state: BuyUiState) = MestoScreen(words) { BuyScreen(state, {}) }

@Preview
@Composable
fun TicketPreview(@PreviewParameter(TicketStates::class) state: TicketUiState) = MestoScreen(words) { TicketScreen(state, {}) }

@Preview
@Composable
fun SignInPreview(@PreviewParameter(SignInStates::class) state: SignInUiState) = MestoScreen(words) { SignInScreen(state, {}) }

@Preview
@Composable
fun PlatePreview(@PreviewParameter(PlateStates::class) state: PlateUiState) = MestoScreen(words) { PlateScreen(state, {}) }

@Preview
@Composable
fun TopUpPreview(@PreviewParameter(TopUpStates::class) state: TopUpUiState) = MestoScreen(words) { TopUpScreen(state, {}) }
