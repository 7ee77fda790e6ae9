"""What a type checker has to know of `mesto`: read by mypy in strict mode, never run."""

import ssl
from datetime import datetime, timedelta
from decimal import Decimal

import mesto
from typing_extensions import assert_type


class Log(mesto.LogSink):
    def line(self, line: mesto.LogLine) -> None:
        assert_type(line.message, str)


def opened(folder: str) -> mesto.Mesto:
    config = mesto.ClientConfig(
        path=f"{folder}/mesto.db",
        operator_url="http://127.0.0.1:8080",
        root_key="A" * 43,
        request_timeout=timedelta(seconds=10),
        connect_timeout=2.5,  # type: ignore[arg-type]
    )
    link = mesto.UrllibLink(ssl.create_default_context())
    return mesto.Mesto(config, mesto.Phone(log=Log(), link=link, link_streams=True))


def parked(app: mesto.Mesto, zone: mesto.ZoneId) -> Decimal:
    city = mesto.CityId("belgrade")
    app.cities.refresh("belgrade")  # type: ignore[arg-type]
    car = app.vehicles.add(city, "BG 789-PP")
    assert_type(car.id, mesto.VehicleId)
    app.parking.quote(city, car.id, zone, 60)  # type: ignore[arg-type]
    quote = app.parking.quote(city, zone, car.id, 60)
    intent = app.payments.buy(quote)
    assert_type(intent, mesto.PurchaseIntent)
    assert_type(app.parking.state(), mesto.ParkingState)
    assert_type(app.now(), datetime)
    return quote.total.amount


def tried(app: mesto.Mesto) -> str:
    try:
        app.account.sync()
    except mesto.MestoError.Offline as error:
        assert_type(error.code, str)
        assert_type(error.request, str | None)
        return error.advice
    except mesto.MestoError as error:
        assert_type(error.may_be_charged, bool)
        assert_type(error.params, dict[str, str])
        if isinstance(error, mesto.MestoError.Refused):
            return error.text
        error.advise  # type: ignore[attr-defined]
        raise
    raise mesto.PhoneError.Failed("of a port")


def followed(app: mesto.Mesto) -> None:
    with app.updates() as updates:
        for topics in updates:
            assert_type(topics, set[mesto.Topic])
            if mesto.Topic.PARKING in topics:
                return app.close()


def inspected(text: str, at: datetime) -> str | None:
    verifier = mesto.Verifier(mesto.VerifierConfig(operator_url="https://parking.example", root_key="A" * 43))
    assert_type(verifier.refresh(), bool)
    verifier.verify(text, "2025-09-03T08:00:00Z")  # type: ignore[arg-type]
    verdict = verifier.verify(text, at)
    assert_type(verdict.is_good, bool)
    return verdict.reason


def several(folder: str) -> list[str]:
    with mesto.Operators(mesto.OperatorsConfig(folder=folder)) as operators:
        one = operators.open(mesto.OperatorConfig(url="https://parking.example", root_key="A" * 43))
        assert_type(one, mesto.Mesto)
        return operators.names()


async def awaited(config: mesto.ClientConfig) -> None:
    mesto.Client.open(config, "a phone")  # type: ignore[arg-type]
    client = mesto.Client.open(config)
    assert_type(await client.account().sync(), mesto.SyncReport)
    client.shut_down()
