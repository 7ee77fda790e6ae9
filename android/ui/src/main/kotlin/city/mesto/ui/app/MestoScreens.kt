// The app with its pixels: the screen of the place, drawn from its presenter's state.

package city.mesto.ui.app

import androidx.compose.foundation.isSystemInDarkTheme
import androidx.compose.runtime.Composable
import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import city.mesto.ui.MestoScreen
import city.mesto.ui.buy.BuyScreen
import city.mesto.ui.parts.Page
import city.mesto.ui.parts.Waiting
import city.mesto.ui.start.PlateScreen
import city.mesto.ui.start.SignInScreen
import city.mesto.ui.start.TopUpScreen
import city.mesto.ui.text.texts
import city.mesto.ui.ticket.TicketScreen
import city.mesto.ui.zones.ZonesScreen

@Composable
fun MestoScreens(app: MestoApp, dark: Boolean = isSystemInDarkTheme()) {
    val place by app.place.collectAsState()
    MestoScreen(app.words, dark) {
        when (val here = place) {
            Place.Opening -> Page { Waiting(texts.startWorking()) }
            is Place.SignIn -> here.presenter.state.collectAsState().value.let { SignInScreen(it, here.presenter::on) }
            is Place.FirstPlate -> here.presenter.state.collectAsState().value.let { PlateScreen(it, here.presenter::on) }
            is Place.Zones -> here.presenter.state.collectAsState().value.let { ZonesScreen(it, here.presenter::on) }
            is Place.Buy -> here.presenter.state.collectAsState().value.let { BuyScreen(it, here.presenter::on) }
            is Place.Ticket -> here.presenter.state.collectAsState().value.let { TicketScreen(it, here.presenter::on) }
            is Place.TopUp -> here.presenter.state.collectAsState().value.let { TopUpScreen(it, here.presenter::on) }
        }
    }
}
