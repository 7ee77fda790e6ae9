"""The quick start of docs/quick-start.md, run and checked as it stands there."""

# quick-start
from collections.abc import Callable
from decimal import Decimal

import mesto


def park(config: mesto.ClientConfig, phone: str, ask_code: Callable[[], str], show_page: Callable[[str], object]) -> mesto.PurchaseIntent:
    with mesto.Mesto(config) as app:
        city = mesto.CityId("belgrade")
        app.cities.refresh(city)
        app.account.request_code(phone)
        app.account.sign_in(phone, ask_code(), "Ana's phone")
        car = app.vehicles.add(city, "BG 789-PP")
        if page := app.wallet.top_up(city, Decimal(1000)).page_url:
            show_page(page)  # the bank's page: card data is typed there and nowhere else
        app.payments.settle_all()
        zone = app.parking.zones_near(city, sign="9111").by_sign
        assert zone  # raised where there is none: sign_unknown; where there are two: sign_ambiguous
        return app.payments.buy(app.parking.quote(city, zone, car.id, 60))
# quick-start end
