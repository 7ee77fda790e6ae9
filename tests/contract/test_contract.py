"""The contract as it is served, tried by generated requests: as a driver, an inspector, a controller
and nobody. Whatever is sent, the operator does not fail, refuses what the contract does not allow, and
answers with a status, a content type and a body that stand in the contract.

The same seed makes the same requests; `EXAMPLES=200` hunts longer."""

import os

import hypothesis
import schemathesis
from hypothesis import HealthCheck, Phase
from schemathesis.specs.openapi.checks import positive_data_acceptance

from conftest import SERVED

# Parameters that nobody knows are passed over, as fields are: `/v1` grows by them. Who is signed in
# is the test's to say.
GENERATION = {"allow-extra-parameters": False, "with-security-parameters": False}
config = schemathesis.Config.from_dict({"generation": GENERATION})
schema = schemathesis.openapi.from_url(SERVED["url"] + "/v1/openapi.json", config=config)

# What ends the session that it is tried with.
ENDS = [("DELETE", "/v1/account"), ("DELETE", "/v1/auth/session")]

# What is right in form may still be refused: a cursor is opaque, a plate is one of its city's.
NOT_ASKED = [positive_data_acceptance]

settings = hypothesis.settings(
    max_examples=int(os.environ.get("EXAMPLES", "16")),
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def is_end(context) -> bool:
    return (context.operation.method.upper(), context.operation.path) in ENDS


def tried_as(case, token: str | None) -> None:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    case.call_and_validate(headers=headers, excluded_checks=NOT_ASKED)


@schema.exclude(is_end).parametrize()
@hypothesis.seed(1)
@settings
def test_a_driver_is_answered_as_the_contract_says(case):
    tried_as(case, SERVED["tokens"]["driver"])


@schema.exclude(is_end).parametrize()
@hypothesis.seed(1)
@settings
def test_an_inspector_is_answered_as_the_contract_says(case):
    tried_as(case, SERVED["tokens"]["inspector"])


@schema.exclude(is_end).parametrize()
@hypothesis.seed(1)
@settings
def test_a_controller_is_answered_as_the_contract_says(case):
    tried_as(case, SERVED["tokens"]["controller"])


@schema.parametrize()
@hypothesis.seed(1)
@settings
def test_nobody_is_answered_as_the_contract_says(case):
    tried_as(case, None)


@schema.include(is_end).parametrize()
@hypothesis.seed(1)
@settings
def test_who_ends_a_session_or_an_account_is_answered_as_the_contract_says(case):
    tried_as(case, SERVED["leavers"][ENDS.index((case.operation.method.upper(), case.operation.path))])


def test_every_operation_of_the_contract_was_tried():
    tried = {f"{one.ok().method.upper()} {one.ok().path}" for one in schema.get_all_operations()}
    listed = {f"{method.upper()} {path}" for path, methods in schema.raw_schema["paths"].items() for method in methods}
    # It is read at its own address, so that it is no case.
    assert listed - tried == {"GET /v1/openapi.json"}
