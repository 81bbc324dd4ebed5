"""Calls every operation as the schema says, and as it does not: whatever is sent, there
is no 500, and no status, code or shape that the schema does not name.
"""

import orjson
import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, settings
from schemathesis import GenerationMode, checks
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

# In the process, it asks for compressed answers but does not read them.
PLAIN = {"Accept-Encoding": "identity"}
CHECKS = [
    checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]

# A signed-in user is refused so for what stands in the body.
OF_WHAT_IS_SENT = {"passkey_invalid", "wrong_code", "wrong_credentials"}


def served(environ, start_response):
    """The application, whose answers are read to their end and closed, as servers do
    (PEP 3333): a file that is sent ends with its answer.
    """
    answer = application(environ, start_response)
    try:
        return [b"".join(answer)]
    finally:
        answer.close()


def load(*modes):
    generation = GenerationConfig(modes=list(modes), with_security_parameters=False)
    project = ProjectConfig(generation=generation)
    config = schemathesis.Config(projects=ProjectsConfig(default=project))
    loaded = schemathesis.openapi.from_dict(orjson.loads(openapi()), config=config)
    loaded.app = served
    return loaded


anything = load()
what_is_asked_for = load(GenerationMode.POSITIVE)


def bounded(examples):
    """The same examples in every run; the database and the rates are shared by all."""
    return settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )


def call(case, cookies=None):
    """Django would close the connection, and with it the test's transaction."""
    request_started.disconnect(close_old_connections)
    request_finished.disconnect(close_old_connections)
    try:
        response = case.call_and_validate(cookies=cookies, headers=PLAIN, checks=CHECKS)
    finally:
        request_started.connect(close_old_connections)
        request_finished.connect(close_old_connections)
    # Else nothing would be tried but the refusal of visitors. (To erase an account asks
    # for its password, and the right one ends the session too.)
    if cookies and "/user/" in case.path and case.path != "/api/user/erase":
        assert response.status_code != 401 or code_of(response) in OF_WHAT_IS_SENT


def code_of(response):
    return response.json()["code"]


@pytest.fixture
def unlimited(settings):
    settings.THROTTLE_SCALE = settings.LOCKOUT_TRIES = 1_000_000
    settings.ALLOWED_HOSTS = ["*"]


@pytest.fixture
def signed_in(client):
    return {"sessionid": client.cookies["sessionid"].value}


@pytest.fixture
def known_ids(client, death_note):
    """Ids of what there is, so that more is met than what is not."""
    client.post("/api/user/watchList", {"animeId": 1535, "type": "Watching"})
    client.post("/api/user/searchHistory", {"query": "naruto"})
    [search] = client.get("/api/user/searchHistory").json()["data"]
    *_, operation = client.get("/api/user/operations").json()["data"]
    return {
        "anime_id": "1535",
        "animeId": 1535,
        "animeIds": [1535],
        "search_id": search["id"],
        "operation_id": operation["id"],
    }


def with_known(value, known):
    """The value, with what there is in the place of every id."""
    if isinstance(value, list):
        return [with_known(inner, known) for inner in value]
    if isinstance(value, dict):
        return {
            name: known[name] if name in known else with_known(inner, known)
            for name, inner in value.items()
        }
    return value


@anything.parametrize()
@bounded(8)
def test_a_user_who_sends_anything(case, signed_in, unlimited):
    call(case, signed_in)


@what_is_asked_for.parametrize()
@bounded(12)
def test_a_user_who_sends_what_is_asked_for(case, signed_in, known_ids, unlimited):
    case.path_parameters = with_known(case.path_parameters, known_ids)
    case.query = with_known(case.query, known_ids)
    case.body = with_known(case.body, known_ids)
    call(case, signed_in)


@anything.parametrize()
@bounded(3)
def test_a_visitor_who_sends_anything(case, unlimited, db):
    call(case)
