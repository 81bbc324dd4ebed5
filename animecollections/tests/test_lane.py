"""The API's own lane changes no answer: every address, however asked, answers the same
with it and without, and writes the same lines and counts the same.
"""

import re
from contextlib import contextmanager
from types import SimpleNamespace

import orjson
import pytest
from django.conf import settings as installed
from django.core.checks import run_checks
from django.core.signals import request_finished
from django.db import close_old_connections, transaction
from django.test import Client
from django_otp.plugins.otp_totp import models as otp_models

from animecollections.api import throttling
from animecollections.api.errors import not_now
from animecollections.api.middleware import REFUSAL
from animecollections.api.reference import openapi
from animecollections.api.response_cache import bodies
from animecollections.ops import metrics, observing
from collections_app.imports import reading
from factories import PASSWORD

pytestmark = pytest.mark.django_db

LANE = "animecollections.lane.Lane"
DOCUMENT = orjson.loads(openapi())
OPERATIONS = {
    f"{method.upper()} {path}": operation
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
}
# Not under /api they go the pages' way, under it none is an endpoint's.
OTHER_ADDRESSES = [
    "/api/", "/api/none", "/api/user/watchList/", "/api/user/watchList/1535/none",
    "/api/a%0Ab", "/api/%00", "/api/docs", "/api/%ff", "/apis", "/API/animes",
    "/", "/none", "/reset", "/healthz", "/admin/", "/sw.js",
]  # fmt: skip
JSON = "application/json"
FRONTEND = "https://app.example"


# --- How an address is asked ---------------------------------------------------------


def ways(cookie, token):
    """By name: what is sent more than method, address and body; `…`: asked of a test's
    own request.
    """
    by_cookie, by_token = {"Cookie": f"sessionid={cookie}"}, {"Authorization": token}
    return {
        "by cookie": {"headers": by_cookie},
        "by token": {"headers": by_token},
        "by both": {"headers": by_cookie | by_token},
        "by a visitor": {},
        "by a dead session": {"headers": {"Cookie": f"sessionid={'x' * 32}"}},
        "by no session": {"headers": {"Cookie": "sessionid=none"}},
        "by a broken token": {"headers": {"Authorization": "Bearer none"}},
        "beside a broken CSRF token": {
            "headers": {"Cookie": f"sessionid={cookie}; csrftoken=none"}
        },
        "beside other cookies": {
            "headers": {"Cookie": f"sessionid={cookie}; device=none; messages=a"}
        },
        "by a foreign page": {
            "headers": by_cookie | {"Sec-Fetch-Site": "cross-site", "Origin": "null"}
        },
        "by a trusted page": {"headers": by_cookie | {"Origin": FRONTEND}},
        "by another account": {"headers": by_cookie | {"X-Account": "other"}},
        "compressed": {"headers": by_cookie | {"Accept-Encoding": "zstd"}},
        "with a condition": {"headers": by_cookie | {"If-None-Match": '"none"'}},
        "with a key": {"headers": by_cookie | {"Idempotency-Key": "of-this-test"}},
        "with a wrong query": {"headers": by_cookie, "query": "nonsense=1"},
        "with a broken body": {"headers": by_cookie, "body": b"{"},
        "without a body": {"headers": by_cookie, "body": b""},
        "with too large a body": {"headers": by_cookie, "length": "99999999"},
        "with a body of no length": {"headers": {"Transfer-Encoding": "chunked"}},
        "by HEAD": {"headers": by_cookie, "method": "HEAD"},
        "by OPTIONS": {"headers": by_cookie, "method": "OPTIONS"},
        "by TRACE": {"headers": by_cookie, "method": "TRACE"},
        "by a method that there is not": {"method": "BREW"},
        "before a foreign page asks": {
            "method": "OPTIONS",
            "headers": {
                "Origin": FRONTEND,
                "Access-Control-Request-Method": "POST",
            },
        },
        "of another host": {"headers": by_cookie | {"Host": "other.example"}},
        "once too often": {"headers": by_cookie, "times": 2, "scale": 0.0001},
        "while the server is busy": {"environ": {REFUSAL: not_now("busy", 2)}},
        "over HTTP where HTTPS is served": {"headers": by_cookie, "https": True},
    }


@contextmanager
def as_it_was(settings, https=False, scale=None):
    """What is done inside is undone: rows, rates, kept bodies."""
    throttling.tally.forget()
    throttling.cache.clear()
    bodies.forget()
    # Each assignment is one more layer of settings, and layers are walked by recursion.
    for name, value in (
        ("THROTTLE_SCALE", scale or 1.0),
        ("SECURE_SSL_REDIRECT", https),
    ):
        if getattr(settings, name) != value:
            setattr(settings, name, value)
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def stacks(settings):
    """A client whose requests take the lane, and one without."""
    settings.CORS_ALLOWED_ORIGINS = settings.TRUSTED_ORIGINS = [FRONTEND]
    settings.REQUEST_LOG = True
    with_lane = installed.MIDDLEWARE
    found = []
    for middleware in (with_lane, [name for name in with_lane if name != LANE]):
        settings.MIDDLEWARE = middleware
        client = Client(raise_request_exception=False)
        client.get("/healthz")  # it reads the setting with its first request
        found.append(client)
    settings.MIDDLEWARE = with_lane
    return found


@pytest.fixture(autouse=True)
def _no_time_passes(monkeypatch):
    """For rates, which tell when they begin anew."""
    monkeypatch.setattr(throttling, "time", SimpleNamespace(time=lambda: 1_800_000_000))


@pytest.fixture(autouse=True)
def _no_search_is_cut_short(monkeypatch):
    """For rows of an import: on a busy machine one answer would be whole, one not."""
    monkeypatch.setattr(reading, "SECONDS_OF_SEARCH", 600)


@pytest.fixture(autouse=True)
def _no_chance(monkeypatch):
    """For authenticators, whose QR code is as long as its secret makes it."""
    monkeypatch.setattr(otp_models, "random_hex", lambda length: "0f" * length)


@pytest.fixture
def heard(monkeypatch, caplog):
    """What the server says of a request: its line, others' lines."""
    lines = []
    monkeypatch.setattr(observing, "log_request", lambda **told: lines.append(told))

    def take():
        told = [{**line, "ms": 0} for line in lines]
        told += [(record.name, record.getMessage()) for record in caplog.records]
        lines.clear()
        caplog.clear()
        return told

    return take


COUNTERS = (metrics.REQUESTS, metrics.SECONDS, metrics.WRITES)


def count_anew():
    """Else each tells of every address before, which takes longer than to ask."""
    metrics.REQUESTS.clear()
    metrics.SECONDS.clear()
    metrics.WRITES.reset()
    observing.figures.cache_clear()  # it holds those of before


def counted():
    return {
        (sample.name, *sample.labels.values()): sample.value
        for counter in COUNTERS
        for family in counter.collect()
        for sample in family.samples
        if sample.name.endswith(("_total", "_count"))
    }


# What differs from one moment to the next.
MOMENT = re.compile(
    r"""(?<=sessionid=)[a-z0-9]{32,64}
      | (?<="ticket":")[\w.-]+
      | ac_pat_\w+                                         # personal tokens
      | ac_app_\w+                                         # secrets of apps
      | (?<=/feeds/)[\w.-]+(?=\.(?:ics|rss|json))           # secrets of feeds
      | (?<=/shared/)[\w.-]+                                # secrets of links
      | [0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}      # ids
      | \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z          # times
      | eyJ[\w-]+\.[\w-]+\.[\w-]+                          # tokens
      | whsec_[\w+/=]+                                      # secrets of webhooks
      | (?<=csrftoken=)\w{32}
      | (?<=device=)[\w-]+
      | [A-Z][a-z]{2},\ \d\d\ [A-Z][a-z]{2}\ \d{4}\ [\d:]{8}\ GMT
    """,
    re.VERBOSE,
)


def of_any_moment(text):
    return MOMENT.sub("…", text)


def body_of(response):
    chunks = response if response.streaming else [response.content]
    body = b"".join(chunks)
    if response.streaming:  # a file, which HEAD leaves open
        request_finished.disconnect(close_old_connections)
        response.close()
        request_finished.connect(close_old_connections)
    return of_any_moment(body.decode("latin-1"))


def ask(client, path, *, method, body, content_type, query="", **more):
    headers = {"X-Request-Id": "of-this-request"} | more.get("headers", {})
    environ = {"QUERY_STRING": query} | more.get("environ", {})
    if "length" in more:
        environ["CONTENT_LENGTH"] = more["length"]
    if "Transfer-Encoding" in headers:
        environ["CONTENT_LENGTH"] = ""
    return client.generic(method, path, body, content_type, headers=headers, **environ)


def whole(settings, heard, client, path, *, times=1, https=False, scale=None, **more):
    """All that a request brings about: the answer, lines, counts."""
    count_anew()
    heard()
    with as_it_was(settings, https=https, scale=scale):
        for _ in range(times):
            response = ask(client, path, **more)
            body = body_of(response)
            client.cookies.clear()
        counts = counted()
        assert counts
        return {
            "status": response.status_code,
            "headers": sorted(
                (name, of_any_moment(value)) for name, value in response.items()
            ),
            "cookies": of_any_moment(response.cookies.output()),
            "body": body,
            "lines": of_any_moment(repr(heard())),
            "counts": counts,
        }


# --- What is asked -------------------------------------------------------------------


@pytest.fixture
def cookie(client):
    return client.cookies["sessionid"].value


@pytest.fixture
def token(alice):
    pair = Client().post(
        "/api/auth/token", {"email": alice.email, "password": PASSWORD}, JSON
    )
    return f"Bearer {pair.json()['data']['access']}"


@pytest.fixture
def ids(client, death_note):
    """Of what there is, by the names of addresses."""
    client.post("/api/user/watchList", {"animeId": 1535, "type": "Watching"})
    client.post("/api/user/searchHistory", {"query": "naruto"})
    [search] = client.get("/api/user/searchHistory").json()["data"]
    *_, operation = client.get("/api/user/operations").json()["data"]
    file = b"title,status,anime_id\nDeath Note,watching,1535\n"
    plan = client.generic("POST", "/api/user/imports", file, "text/csv")
    return {
        "anime_id": 1535,
        "search_id": search["id"],
        "operation_id": operation["id"],
        "import_id": plan.json()["data"]["id"],
    }


class Named(dict[str, object]):
    """What an address names: a thing there is, else one that there is not."""

    def __missing__(self, name: str) -> str:
        return "none"


def body_for(operation):
    """The first example of its body, with what this test's user has."""
    content = operation.get("requestBody", {}).get("content", {})
    if not content:
        return b"", ""
    if JSON not in content:
        return b"title,status\nDeath Note,watching\n", "application/octet-stream"
    examples = [*content[JSON].get("examples", {}).values()]
    text = orjson.dumps(examples[0]["value"] if examples else {}).decode()
    return text.replace("Right-Horse-7", PASSWORD).encode(), JSON


def query_for(operation):
    needed = [part for part in operation.get("parameters", ()) if part.get("required")]
    return "&".join(
        f"{part['name']}={words_of(part['schema'])[0]}"
        for part in needed
        if part["in"] == "query"
    )


def words_of(schema):
    name = schema.get("$ref", "").rpartition("/")[2]
    return (DOCUMENT["components"]["schemas"][name] if name else schema)["enum"]


# What an endpoint may answer in a way of its own. The other ways are met before it, or
# beside it, whatever the address: some of each kind of operation show them.
OF_EVERY_ENDPOINT = [
    "by cookie", "by token", "by a visitor", "with a key", "with a wrong query",
    "with a broken body", "by HEAD", "by OPTIONS",
]  # fmt: skip
ASKED_IN_EVERY_WAY = [
    "GET /api/animes", "GET /api/user/watchList", "POST /api/user/watchList",
    "PATCH /api/user/watchList/{anime_id}", "DELETE /api/user/watchList/{anime_id}",
    "POST /api/user/watchList/batch", "GET /api/user/export", "POST /api/user/imports",
    "GET /api/user/sync", "POST /api/auth/signin", "POST /api/auth/token",
    "GET /api/auth/session", "PUT /api/user/lists/{list_id}/items/{anime_id}",
]  # fmt: skip


def test_what_is_asked_in_every_way_is_there():
    assert {*ASKED_IN_EVERY_WAY} <= {*OPERATIONS}


# All of a method in one test: to make what is asked takes as long as to ask. All take
# the same two ways, so coverage need not trace each.
@pytest.mark.no_cover
@pytest.mark.parametrize("method", sorted({name.split(" ")[0] for name in OPERATIONS}))
def test_every_operation_answers_the_same(
    settings, heard, stacks, cookie, token, ids, method
):
    for name, operation in OPERATIONS.items():
        if not name.startswith(f"{method} "):
            continue
        path = name.removeprefix(f"{method} ").format_map(Named(ids))
        body, content_type = body_for(operation)
        asked = {
            "method": method,
            "body": body,
            "content_type": content_type,
            "query": query_for(operation),
        }
        for way, more in ways(cookie, token).items():
            if name not in ASKED_IN_EVERY_WAY and way not in OF_EVERY_ENDPOINT:
                continue
            with_lane, without = (
                whole(settings, heard, client, path, **asked | more)
                for client in stacks
            )
            assert with_lane == without, (name, way)


@pytest.mark.parametrize("path", OTHER_ADDRESSES)
def test_every_other_address_answers_the_same(
    settings, heard, stacks, cookie, token, path
):
    for way, more in ways(cookie, token).items():
        asked = {"method": "GET", "body": b"", "content_type": ""} | more
        with_lane, without = (
            whole(settings, heard, client, path, **asked) for client in stacks
        )
        assert with_lane == without, way


def test_an_endpoint_is_reached_without_what_pages_need(client, death_note):
    """Else both ways would be one, and the tests above told nothing."""
    for response in (
        client.get("/api/user/watchList"),
        client.post("/api/user/watchList", {"animeId": 1535, "type": "Watching"}),
        client.get("/api/user/watchList/1535"),
    ):
        assert response.status_code == 200
        assert not hasattr(response.wsgi_request, "session")
        assert not hasattr(response.wsgi_request, "_messages")


@pytest.mark.parametrize("path", ["/reset", "/api/docs", "/api/none"])
def test_all_else_goes_the_way_of_pages(visitor, path):
    assert hasattr(visitor.get(path).wsgi_request, "session")


def test_the_admin_finds_what_it_asks_for():
    """Django's own checks: E408, E409, E410."""
    assert not [found for found in run_checks() if found.id.startswith("admin.")]
