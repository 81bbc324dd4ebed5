"""What browsers are told: who may read, what may run, where from."""

import pytest
from django.core.management import call_command
from django.test import override_settings
from rest_framework.test import APIClient

pytestmark = pytest.mark.django_db

OURS = "https://app.example"
FOREIGN = "https://evil.example"


@pytest.fixture
def trusted(settings):
    settings.CORS_ALLOWED_ORIGINS = settings.TRUSTED_ORIGINS = [OURS]


def preflight(client, origin, method="PATCH", headers="content-type,if-match"):
    return client.options(
        "/api/user/watchList/1535",
        headers={
            "Origin": origin,
            "Access-Control-Request-Method": method,
            "Access-Control-Request-Headers": headers,
        },
    )


def cors(response):
    return {
        name.lower(): value
        for name, value in response.headers.items()
        if name.lower().startswith("access-control-")
    }


@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "DELETE"])
def test_a_trusted_frontend_may_ask(visitor, trusted, method):
    response = preflight(visitor, OURS, method)
    told = cors(response)
    assert response.status_code == 200
    assert told["access-control-allow-origin"] == OURS
    assert told["access-control-allow-credentials"] == "true"
    assert method in told["access-control-allow-methods"]


def test_the_headers_that_a_frontend_may_send(visitor, trusted):
    told = cors(preflight(visitor, OURS))
    for name in (
        "authorization",
        "idempotency-key",
        "if-match",
        "x-client-id",
        "x-request-id",
    ):
        assert name in told["access-control-allow-headers"]


def test_the_headers_that_a_frontend_may_read(visitor, trusted):
    told = cors(visitor.get("/api/none", headers={"Origin": OURS}))
    for name in ("ETag", "Retry-After", "X-Request-Id", "Idempotency-Replayed"):
        assert name in told["access-control-expose-headers"]


@pytest.mark.parametrize(
    "origin",
    [FOREIGN, "null", "http://app.example", OURS + ".evil.example", OURS + ":444", "["],
)
def test_others_are_told_nothing(visitor, trusted, origin):
    assert cors(preflight(visitor, origin)) == {}
    assert cors(visitor.get("/api/none", headers={"Origin": origin})) == {}


def test_nobody_is_trusted_unless_said(visitor):
    assert cors(preflight(visitor, OURS)) == {}


@pytest.mark.parametrize("path", ["/api", "/api/schema", "/api/animes"])
def test_a_trusted_frontend_may_read_the_first_address_too(visitor, trusted, path):
    told = cors(visitor.get(path, headers={"Origin": OURS}))
    assert told["access-control-allow-origin"] == OURS


@pytest.mark.parametrize(
    "path", ["/api/docs", "/media/images/none.webp", "/", "/sw.js", "/reset"]
)
def test_what_is_only_read_says_so_before_it_asks_for_a_csrf_token(path):
    response = APIClient(enforce_csrf_checks=True).post(path)
    assert response.status_code == 405
    assert "GET" in response.headers["Allow"]
    assert b"<html" not in response.content


def test_pages_are_for_no_frontend(visitor, trusted):
    assert cors(visitor.get("/nowhere", headers={"Origin": OURS})) == {}


def test_an_origin_answered_is_kept_apart_by_caches(visitor, trusted):
    response = visitor.get("/api/schema", headers={"Origin": OURS})
    assert "origin" in response["Vary"].lower()


@pytest.mark.parametrize("path", ["/api/schema", "/api/docs", "/api/none", "/nowhere"])
def test_the_headers_of_every_answer(visitor, path):
    headers = visitor.get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    policy = headers["Content-Security-Policy"]
    own = "none" if path == "/api/schema" else "self"
    assert f"default-src '{own}'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


FOR_ALL = "public, max-age=60, stale-while-revalidate=600"


@pytest.mark.parametrize(
    "path", ["/api", "/api/animes", "/api/genres", "/api/studios", "/api/schema"]
)
def test_what_is_the_same_for_all_visitors_may_be_kept_by_any_cache(
    visitor, client, path
):
    first, second = visitor.get(path), APIClient().get(path)
    assert first["Cache-Control"] == FOR_ALL
    assert first["ETag"] == second["ETag"]
    assert not first.cookies
    unchanged = visitor.get(path, headers={"If-None-Match": first["ETag"]})
    assert unchanged.status_code == 304
    for name in ("Cache-Control", "ETag", "Vary"):
        assert unchanged[name] == first[name]
    assert "Content-Length" not in unchanged.headers
    assert {"Cookie", "Authorization"} <= {
        name.strip() for name in first["Vary"].split(",")
    }
    assert client.get(path)["Cache-Control"] == "private, no-cache"


def test_one_title_may_be_kept_too(visitor, death_note):
    assert visitor.get("/api/animes/1535")["Cache-Control"] == FOR_ALL


@pytest.mark.parametrize("path", ["/api/animes/404", "/api/animes?limit=x"])
def test_a_failure_is_kept_by_no_cache(visitor, path):
    response = visitor.get(path)
    assert response.status_code >= 400
    assert response["Cache-Control"] == "private, no-cache"


def test_what_brought_credentials_is_kept_for_nobody_else_though_they_are_dead(visitor):
    visitor.cookies["sessionid"] = "x" * 32
    assert visitor.get("/api/animes")["Cache-Control"] == "private, no-cache"


def test_an_answer_to_a_user_is_for_that_user_alone(client):
    response = client.get("/api/user/searchHistory")
    assert response["Cache-Control"] == "private, no-cache"
    assert {"Cookie", "Authorization"} <= {
        name.strip() for name in response["Vary"].split(",")
    }


# --- The cross-site rule -----------------------------------------------------------

WRITE = "/api/user/searchHistory"


def write(client, **headers):
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.post(WRITE, {"query": "naruto"}, headers=names)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec_Fetch_Site": "same-origin"},
        {"Sec_Fetch_Site": "none"},
        {"Origin": "http://testserver"},
        {"Origin": "http://testserver", "Referer": "http://testserver/page"},
        {"Origin": OURS, "Sec_Fetch_Site": "cross-site"},
    ],
)
def test_our_own_pages_may_write_by_cookie(client, trusted, headers):
    assert write(client, **headers).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
        {"Sec_Fetch_Site": ""},
        {"Origin": FOREIGN},
        {"Origin": FOREIGN, "Sec_Fetch_Site": "cross-site"},
        {"Origin": "null"},
        {"Origin": "http://["},
        {"Origin": "http://testserver.evil.example"},
        {"Referer": FOREIGN + "/page"},
        {"Origin": FOREIGN, "X_CSRFToken": "x" * 32},
    ],
)
def test_a_foreign_page_may_not_write_by_cookie(client, trusted, headers):
    response = write(client, **headers)
    assert response.status_code == 403
    assert response.json()["code"] == "cross_site"
    assert client.get(WRITE).json()["data"] == []


def test_a_foreign_page_may_read_what_cors_then_hides(client):
    assert client.get(WRITE, headers={"Origin": FOREIGN}).status_code == 200


# --- Production --------------------------------------------------------------------


def test_the_docs_find_their_files_in_production(tmp_path):
    """Every name in the page and in its files has to be there for the manifest."""
    with override_settings(
        STATIC_ROOT=tmp_path,
        STORAGES={
            "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
            "staticfiles": {
                "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
            },
        },
    ):
        call_command("collectstatic", verbosity=0)
    assert list(tmp_path.glob("docs.*.js"))
    assert list(tmp_path.glob("**/swagger-ui-bundle.*.js.gz"))
