"""Calls every operation as the schema says, and as it does not: whatever is sent, there
is no 500, and no status, code or shape that the schema does not name.
"""

import orjson
import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, settings
from schemathesis import checks
from schemathesis.config import GenerationConfig, ProjectConfig, ProjectsConfig
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from animecollections.api.reference import openapi
from animecollections.wsgi import application

pytestmark = pytest.mark.django_db

CHECKS = [
    checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]

config = schemathesis.Config(
    projects=ProjectsConfig(
        default=ProjectConfig(
            generation=GenerationConfig(with_security_parameters=False)
        )
    )
)
schema = schemathesis.openapi.from_dict(orjson.loads(openapi()), config=config)
schema.app = application


def bounded(examples):
    """The same examples in every run; the database and the rates are shared by all."""
    return settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )


def call(case, headers=None):
    """Django would close the connection, and with it the test's transaction."""
    request_started.disconnect(close_old_connections)
    request_finished.disconnect(close_old_connections)
    try:
        case.call_and_validate(headers=headers, checks=CHECKS)
    finally:
        request_started.connect(close_old_connections)
        request_finished.connect(close_old_connections)


@pytest.fixture
def unlimited(settings):
    settings.THROTTLE_SCALE = settings.LOCKOUT_TRIES = 1_000_000
    settings.ALLOWED_HOSTS = ["*"]


@pytest.fixture
def signed_in(client):
    return {"Cookie": f"sessionid={client.cookies['sessionid'].value}"}


@pytest.fixture
def known_ids(client, death_note):
    """Ids for addresses, so that more is met than what is not there."""
    client.post("/api/user/watchList", {"animeId": 1535, "type": "Watching"})
    client.post("/api/user/searchHistory", {"query": "naruto"})
    [search] = client.get("/api/user/searchHistory").json()["data"]
    *_, operation = client.get("/api/user/operations").json()["data"]
    return {
        "anime_id": "1535",
        "search_id": search["id"],
        "operation_id": operation["id"],
    }


@schema.parametrize()
@bounded(8)
def test_a_user_who_sends_anything(case, signed_in, unlimited):
    call(case, signed_in)


@schema.include(path_regex="{").parametrize()
@bounded(8)
def test_a_user_who_has_what_the_address_names(case, signed_in, known_ids, unlimited):
    known = case.path_parameters.keys() & known_ids.keys()
    case.path_parameters.update({name: known_ids[name] for name in known})
    call(case, signed_in)


@schema.parametrize()
@bounded(3)
def test_a_visitor_who_sends_anything(case, unlimited, db):
    call(case)
