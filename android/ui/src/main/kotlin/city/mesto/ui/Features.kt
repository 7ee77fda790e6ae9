// Every feature of the app, and where its screens lead. A new feature is one entry of this list.

package city.mesto.ui

import city.mesto.sdk.MestoClient
import city.mesto.sdk.account as accountOf
import city.mesto.sdk.vehicles
import city.mesto.ui.account.AccountNavigation
import city.mesto.ui.account.AccountRoute
import city.mesto.ui.account.account
import city.mesto.ui.app.HomeButton
import city.mesto.ui.app.Feature
import city.mesto.ui.app.Features
import city.mesto.ui.app.MestoApp
import city.mesto.ui.app.Seen
import city.mesto.ui.app.Steps
import city.mesto.ui.cards.card.CardNavigation
import city.mesto.ui.cards.card.CardRoute
import city.mesto.ui.cards.card.card
import city.mesto.ui.cards.link.CardLinkNavigation
import city.mesto.ui.cards.link.CardLinkRoute
import city.mesto.ui.cards.link.cardLink
import city.mesto.ui.cards.list.CardsNavigation
import city.mesto.ui.cards.list.CardsRoute
import city.mesto.ui.cards.list.cards
import city.mesto.ui.cards.topup.CardTopUpNavigation
import city.mesto.ui.cards.topup.CardTopUpRoute
import city.mesto.ui.cards.topup.cardTopUp
import city.mesto.ui.fromcore.hasService
import city.mesto.ui.garages.facilities.FacilitiesRoute
import city.mesto.ui.garages.facilities.FacilitiesNavigation
import city.mesto.ui.garages.facilities.facilities
import city.mesto.ui.garages.facility.FacilityRoute
import city.mesto.ui.garages.facility.FacilityNavigation
import city.mesto.ui.garages.facility.facility
import city.mesto.ui.garages.owed.OwedRoute
import city.mesto.ui.garages.owed.OwedNavigation
import city.mesto.ui.garages.owed.owed
import city.mesto.ui.garages.visit.VisitRoute
import city.mesto.ui.garages.visit.VisitNavigation
import city.mesto.ui.garages.visit.visit
import city.mesto.ui.news.NewsNavigation
import city.mesto.ui.news.NewsRoute
import city.mesto.ui.news.news
import city.mesto.ui.orders.OrdersRoute
import city.mesto.ui.orders.OrdersNavigation
import city.mesto.ui.orders.orders
import city.mesto.ui.parking.buy.BuyRoute
import city.mesto.ui.parking.buy.BuyNavigation
import city.mesto.ui.parking.buy.buy
import city.mesto.ui.parking.prices.PricesRoute
import city.mesto.ui.parking.prices.PricesNavigation
import city.mesto.ui.parking.prices.prices
import city.mesto.ui.parking.ticket.TicketRoute
import city.mesto.ui.parking.ticket.TicketNavigation
import city.mesto.ui.parking.ticket.ticket
import city.mesto.ui.parking.zones.CHANGE_PLATE_FOR
import city.mesto.ui.parking.zones.ZonesRoute
import city.mesto.ui.parking.zones.ZonesNavigation
import city.mesto.ui.parking.zones.zones
import city.mesto.ui.parts.Icons
import city.mesto.ui.passes.buy.PassBuyNavigation
import city.mesto.ui.passes.buy.PassBuyRoute
import city.mesto.ui.passes.buy.passBuy
import city.mesto.ui.passes.list.PassesNavigation
import city.mesto.ui.passes.list.PassesRoute
import city.mesto.ui.passes.list.passes
import city.mesto.ui.rides.check.CheckNavigation
import city.mesto.ui.rides.check.CheckRoute
import city.mesto.ui.rides.check.check
import city.mesto.ui.rides.list.RidesNavigation
import city.mesto.ui.rides.list.RidesRoute
import city.mesto.ui.rides.list.rides
import city.mesto.ui.rides.scan.ScanNavigation
import city.mesto.ui.rides.scan.ScanRoute
import city.mesto.ui.rides.scan.scan
import city.mesto.ui.rides.ticket.RideNavigation
import city.mesto.ui.rides.ticket.RideRoute
import city.mesto.ui.rides.ticket.ride
import city.mesto.ui.signin.SignInRoute
import city.mesto.ui.signin.signIn
import city.mesto.ui.terms.TermsNavigation
import city.mesto.ui.terms.TermsRoute
import city.mesto.ui.terms.terms
import city.mesto.ui.vehicles.PlateRoute
import city.mesto.ui.vehicles.plate
import city.mesto.ui.wallet.TopUpRoute
import city.mesto.ui.wallet.topUp
import kotlinx.coroutines.flow.Flow

/** What the apps of Mesto are made of. */
val mestoFeatures = Features(
    listOf(
        Feature(withoutSession = setOf(SignInRoute::class)) { signIn(it) { steps -> steps.home() } },
        Feature { plate(it) { steps -> steps.back() } },
        Feature { topUp(it) { steps -> steps.back() } },
        Feature { app -> zones(app) { steps -> ZonesLinks(app, steps) } },
        Feature { app -> buy(app) { steps -> BuyLinks(app, steps) } },
        Feature { app -> prices(app) { steps -> PricesLinks(app, steps) } },
        Feature(homeButton = HomeButton(Icons.Warning, { it.ordersTitle() }, OrdersRoute, service = "orders")) { app -> orders(app) { steps -> OrdersLinks(app, steps) } },
        Feature(homeButton = HomeButton(Icons.Garage, { it.garagesTitle() }, FacilitiesRoute, service = "garages")) { app -> facilities(app) { steps -> FacilitiesLinks(app, steps) } },
        Feature { app -> facility(app) { steps -> FacilityLinks(app, steps) } },
        Feature { app -> owed(app) { steps -> OwedLinks(app, steps) } },
        Feature(homeButton = HomeButton(Icons.Bus, { it.ridesTitle() }, RidesRoute, service = RIDES)) { app -> rides(app) { steps -> RidesLinks(app, steps) } },
        Feature { app -> scan(app) { steps -> ScanLinks(app, steps) } },
        Feature { app -> check(app) { steps -> CheckLinks(app, steps) } },
        Feature(homeButton = HomeButton(Icons.Card, { it.cardsTitle() }, CardsRoute, service = "cards")) { app -> cards(app) { steps -> CardsLinks(app, steps) } },
        Feature { app -> card(app) { steps -> CardLinks(app, steps) } },
        Feature { app -> cardLink(app) { steps -> CardLinkLinks(app, steps) } },
        Feature { app -> cardTopUp(app) { steps -> CardTopUpLinks(app, steps) } },
        Feature(homeButton = HomeButton(Icons.Pass, { it.passesTitle() }, PassesRoute, service = "passes")) { app -> passes(app) { steps -> PassesLinks(app, steps) } },
        Feature { app -> passBuy(app) { steps -> PassBuyLinks(app, steps) } },
        Feature(homeButton = HomeButton(Icons.News, { it.noticesTitle() }, NewsRoute)) { app -> news(app) { steps -> NewsLinks(app, steps) } },
        Feature(homeButton = HomeButton(Icons.Person, { it.standingTitle() }, AccountRoute)) { app -> account(app) { steps -> AccountLinks(app, steps) } },
        Feature { app -> terms(app) { steps -> TermsLinks(app, steps) } },
        // The ticket on the screen is what a controller asks for: it stays until the rider leaves
        // it.
        Feature(withoutSession = setOf(RideRoute::class)) { app -> ride(app) { steps -> RideLinks(app, steps) } },
        // So does what opens the barrier.
        Feature(withoutSession = setOf(VisitRoute::class)) { app -> visit(app) { steps -> VisitLinks(app, steps) } },
        // The ticket on the screen is what an inspector asks for: it stays until the driver leaves
        // it.
        Feature(withoutSession = setOf(TicketRoute::class)) { app -> ticket(app) { steps -> TicketLinks(app, steps) } },
    ),
    ::first,
)

private const val RIDES = "rides"
private const val PARKING = "parking"

/**
 * Rides where there is no parking; else zones, without a car first the car, since nothing can be
 * bought for none.
 */
private fun first(client: MestoClient): Any {
    val account = client.accountOf.current()
    return when {
        !account.isSignedIn -> SignInRoute
        client.hasService(RIDES) && !client.hasService(PARKING) -> RidesRoute
        client.vehicles.current().vehicles.isEmpty() && account.lastSyncAt != null -> PlateRoute(isFirst = true)
        else -> ZonesRoute
    }
}

private class ZonesLinks(private val app: MestoApp, private val steps: Steps) : ZonesNavigation {
    override fun buy(zone: String, vehicle: String) = steps.forward(BuyRoute(zone, vehicle))

    override fun ticket(id: String) = steps.forward(TicketRoute(id))

    override fun addPlate() = steps.forward(PlateRoute(isFirst = false))

    override fun topUp() = steps.forward(TopUpRoute)

    override fun open(route: Any) = steps.forward(route)

    override fun retry() = app.retry()
}

private class BuyLinks(private val app: MestoApp, private val steps: Steps) : BuyNavigation {
    override fun ticket(id: String) = steps.instead(TicketRoute(id))

    override fun topUp() = steps.forward(TopUpRoute)

    override fun changePlate(zone: String) = steps.back(CHANGE_PLATE_FOR, zone)

    override fun prices(zone: String) = steps.forward(PricesRoute(zone))

    override fun composeSms(sms: SmsFallback) {
        steps.back()
        app.platform.composeSms(sms)
    }

    override fun openPage(url: String) = app.platform.openPage(url)

    override fun retry() = app.retry()

    override fun back() = steps.back()
}

private class PricesLinks(private val app: MestoApp, private val steps: Steps) : PricesNavigation {
    override fun retry() = app.retry()

    override fun back() = steps.back()
}

private class OrdersLinks(private val app: MestoApp, private val steps: Steps) : OrdersNavigation {
    override fun topUp() = steps.forward(TopUpRoute)

    override fun openPage(url: String) = app.platform.openPage(url)

    override fun retry() = app.retry()

    override fun back() = steps.back()
}

private class FacilitiesLinks(private val app: MestoApp, private val steps: Steps) : FacilitiesNavigation {
    override fun facility(id: String) = steps.forward(FacilityRoute(id))

    override fun owed(facility: String, ticket: String) = steps.forward(OwedRoute(facility, ticket))

    override fun visit(id: String) = steps.forward(VisitRoute(id))

    override fun retry() = app.retry()

    override fun back() = steps.back()
}

private class FacilityLinks(private val app: MestoApp, private val steps: Steps) : FacilityNavigation {
    override fun owed(facility: String, ticket: String) = steps.forward(OwedRoute(facility, ticket))

    override fun facility(id: String) = steps.instead(FacilityRoute(id))

    override suspend fun pickPhoto(): ByteArray? = app.platform.pickPhoto()

    override val hasCamera get() = app.platform.hasCamera

    override suspend fun takePhoto(): ByteArray? = app.platform.takePhoto()

    override fun retry() = app.retry()

    override fun back() = steps.back()
}

private class OwedLinks(private val app: MestoApp, private val steps: Steps) : OwedNavigation {
    override fun visit(id: String) = steps.instead(VisitRoute(id))

    override fun owed(facility: String, ticket: String) = steps.instead(OwedRoute(facility, ticket))

    override fun topUp() = steps.forward(TopUpRoute)

    override fun openPage(url: String) = app.platform.openPage(url)

    override fun retry() = app.retry()

    override fun back() = steps.back()
}

private class VisitLinks(private val app: MestoApp, private val steps: Steps) : VisitNavigation {
    override fun owed(facility: String, ticket: String) = steps.instead(OwedRoute(facility, ticket))

    override fun retry() = app.retry()

    override fun back() = steps.back()
}

private class TicketLinks(private val app: MestoApp, private val steps: Steps) : TicketNavigation {
    override fun topUp() = steps.forward(TopUpRoute)

    override fun buyAgain(zone: String, vehicle: String) = steps.instead(BuyRoute(zone, vehicle))

    override fun composeSms(sms: SmsFallback) = app.platform.composeSms(sms)

    override fun openPage(url: String) = app.platform.openPage(url)

    override fun retry() = app.retry()

    override fun back() = steps.back()
}

private class RidesLinks(private val app: MestoApp, private val steps: Steps) : RidesNavigation {
    override fun scan() = steps.forward(ScanRoute)

    override fun ride(id: String) = steps.forward(RideRoute(id))

    override fun check(scanned: String?, typed: String?) = steps.forward(CheckRoute(scanned, typed))

    override fun topUp() = steps.forward(TopUpRoute)

    override fun news() = steps.forward(NewsRoute)

    override fun account() = steps.forward(AccountRoute)

    override fun open(route: Any) = steps.forward(route)

    override fun retry() = app.retry()

    override fun back() = steps.back()
}

private class CardsLinks(private val app: MestoApp, private val steps: Steps) : CardsNavigation {
    override fun card(id: String) = steps.forward(CardRoute(id))

    override fun link() = steps.forward(CardLinkRoute)

    override fun topUp(card: String) = steps.forward(CardTopUpRoute(card))

    override fun retry() = app.retry()

    override fun back() = steps.back()
}

private class CardLinks(private val app: MestoApp, private val steps: Steps) : CardNavigation {
    override fun topUp(card: String) = steps.forward(CardTopUpRoute(card))

    override fun retry() = app.retry()

    override fun back() = steps.back()
}

private class CardLinkLinks(private val app: MestoApp, private val steps: Steps) : CardLinkNavigation {
    override fun card(id: String) = steps.instead(CardRoute(id))

    override val frames: Flow<Seen>? get() = app.platform.frames

    override fun retry() = app.retry()

    override fun back() = steps.back()
}

private class CardTopUpLinks(private val app: MestoApp, private val steps: Steps) : CardTopUpNavigation {
    override fun topUp() = steps.forward(TopUpRoute)

    override fun terms() = steps.forward(TermsRoute)

    override fun account() = steps.forward(AccountRoute)

    override fun openPage(url: String) = app.platform.openPage(url)

    override fun retry() = app.retry()

    override fun back() = steps.back()
}

private class PassesLinks(private val app: MestoApp, private val steps: Steps) : PassesNavigation {
    override fun buy(product: String) = steps.forward(PassBuyRoute(product))

    override fun retry() = app.retry()

    override fun back() = steps.back()
}

private class PassBuyLinks(private val app: MestoApp, private val steps: Steps) : PassBuyNavigation {
    override fun topUp() = steps.forward(TopUpRoute)

    override fun terms() = steps.forward(TermsRoute)

    override fun account() = steps.forward(AccountRoute)

    override fun openPage(url: String) = app.platform.openPage(url)

    override fun retry() = app.retry()

    override fun back() = steps.back()
}

private class NewsLinks(private val app: MestoApp, private val steps: Steps) : NewsNavigation {
    override fun retry() = app.retry()

    override fun back() = steps.back()
}

private class AccountLinks(private val app: MestoApp, private val steps: Steps) : AccountNavigation {
    override fun terms() = steps.forward(TermsRoute)

    override fun retry() = app.retry()

    override fun back() = steps.back()
}

private class TermsLinks(private val app: MestoApp, private val steps: Steps) : TermsNavigation {
    override fun account() = steps.forward(AccountRoute)

    override fun openPage(url: String) = app.platform.openPage(url)

    override fun retry() = app.retry()

    override fun back() = steps.back()
}

private class ScanLinks(private val app: MestoApp, private val steps: Steps) : ScanNavigation {
    // Back from there leads to the rides: the camera is not on for who looks at a ticket.
    override fun checkScanned(text: String) = steps.instead(CheckRoute(scanned = text))

    override fun checkTyped(number: String) = steps.instead(CheckRoute(typed = number))

    override val frames: Flow<Seen>? get() = app.platform.frames

    override val mayPick get() = app.platform.mayPickFrame

    override suspend fun pickFrame(): Seen? = app.platform.pickFrame()

    override fun retry() = app.retry()

    override fun back() = steps.back()
}

private class CheckLinks(private val app: MestoApp, private val steps: Steps) : CheckNavigation {
    override fun ride(id: String) = steps.instead(RideRoute(id))

    override fun earlier(id: String) = steps.forward(RideRoute(id))

    override fun scan() = steps.instead(ScanRoute)

    override fun topUp() = steps.forward(TopUpRoute)

    override fun terms() = steps.forward(TermsRoute)

    override fun account() = steps.forward(AccountRoute)

    override fun openPage(url: String) = app.platform.openPage(url)

    override fun retry() = app.retry()

    override fun back() = steps.back()
}

private class RideLinks(private val app: MestoApp, private val steps: Steps) : RideNavigation {
    override fun retry() = app.retry()

    override fun back() = steps.back()
}
