"""Whose pages may make a browser write."""

import pytest
from django.middleware.csrf import _get_new_csrf_string, _mask_cipher_secret

from conftest import signed_in
from factories import PASSWORD
from profiles.models import Session, User

pytestmark = pytest.mark.django_db
BODY = {"email": "alice@example.org", "password": PASSWORD}
TRUSTED = "https://frontend.example.org"

WELCOME = [
    {},
    {"Sec-Fetch-Site": "same-origin"},
    {"Sec-Fetch-Site": "none"},
    {"Origin": "http://testserver"},
    {"Origin": "https://testserver"},
    {"Origin": TRUSTED},
    {"Origin": TRUSTED, "Sec-Fetch-Site": "cross-site"},
    {"Origin": "http://testserver", "Referer": "https://evil.example/"},
]
UNWELCOME = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "Same-Origin, cross-site"},
    {"Sec-Fetch-Site": ""},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": ""},
    {"Origin": "http://["},
    {"Origin": "http://testserver:81"},
    {"Origin": "http://testserver.evil.example"},
    {"Origin": "http://evil.example/http://testserver"},
    {"Origin": f"{TRUSTED}.evil.example"},
    {"Origin": TRUSTED.replace("https", "http")},
    {"Origin": "https://sub.frontend.example.org"},
    {"Referer": "http://testserver/"},
    {"Referer": "https://evil.example/"},
    {"Origin": "null", "Sec-Fetch-Site": "same-site"},
]


@pytest.fixture(autouse=True)
def _trust(settings):
    settings.TRUSTED_ORIGINS = [TRUSTED]


def told(response):
    return response.status_code, response.json().get("code")


@pytest.mark.parametrize("headers", WELCOME, ids=str)
def test_our_pages_trusted_ones_and_programs_are_welcome(visitor, alice, headers):
    response = visitor.post("/api/auth/signin", BODY, headers=headers)
    assert response.status_code == 200


@pytest.mark.parametrize("headers", UNWELCOME, ids=str)
def test_no_foreign_page_signs_anybody_in(visitor, alice, headers):
    """Into the attacker's account, where what is watched would be told."""
    for format in ("json", "multipart"):
        response = visitor.post(
            "/api/auth/signin", BODY, format=format, headers=headers
        )
        assert told(response) == (403, "cross_site")
    assert "sessionid" not in response.cookies
    assert not Session.objects.exists()


@pytest.mark.parametrize("headers", UNWELCOME, ids=str)
def test_no_foreign_page_writes_by_the_cookie(client, headers):
    response = client.post("/api/user/preferences", {"theme": "dark"}, headers=headers)
    assert told(response) == (403, "cross_site")


@pytest.mark.parametrize(
    ("address", "body"),
    [
        ("signup", BODY | {"user_name": "bob", "email": "bob@example.org"}),
        ("signin", BODY),
        ("password/reset", {"email": BODY["email"]}),
        ("password/reset/confirm", {"uid": "x", "token": "x", "new_password": "x"}),
    ],
)
def test_whatever_can_sign_in_is_checked_without_a_cookie_too(
    visitor, alice, address, body
):
    response = visitor.post(
        f"/api/auth/{address}", body, headers={"Origin": "https://evil.example"}
    )
    assert told(response) == (403, "cross_site")
    assert User.objects.count() == 1


def test_nobody_is_signed_out_by_a_foreign_page(client):
    response = client.post(
        "/api/auth/signout", headers={"Origin": "https://evil.example"}
    )
    assert told(response) == (403, "cross_site")
    assert client.get("/api/auth/session").json()["data"]


def test_reading_is_for_the_browser_to_guard(client):
    headers = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    response = client.get("/api/auth/session", headers=headers)
    assert response.status_code == 200
    assert "Access-Control-Allow-Origin" not in response


def bearer(client):
    access = client.post("/api/auth/token", BODY).json()["data"]["access"]
    return {"Authorization": f"Bearer {access}"}


def test_an_app_with_a_token_alone_is_exempt(visitor, alice):
    headers = bearer(visitor) | {"Origin": "https://evil.example"}
    response = visitor.post("/api/user/preferences", {"theme": "dark"}, headers=headers)
    assert response.status_code == 200
    body = {"old_password": PASSWORD, "new_password": "Left-Cow-8"}
    assert visitor.post("/api/auth/password", body, headers=headers).status_code == 200


def test_a_token_beside_the_cookie_is_not_exempt(visitor, client):
    headers = bearer(visitor) | {"Origin": "https://evil.example"}
    response = client.post("/api/user/preferences", {"theme": "dark"}, headers=headers)
    assert told(response) == (403, "cross_site")


def test_tokens_are_asked_for_from_anywhere_but_not_beside_a_cookie(visitor, client):
    headers = {"Origin": "https://evil.example"}
    assert visitor.post("/api/auth/token", BODY, headers=headers).status_code == 200
    response = client.post("/api/auth/token", BODY, headers=headers)
    assert told(response) == (403, "cross_site")


def test_over_https_an_http_page_of_this_host_is_foreign(visitor, alice):
    for origin, status in (("http://testserver", 403), ("https://testserver", 200)):
        response = visitor.post(
            "/api/auth/signin", BODY, headers={"Origin": origin}, secure=True
        )
        assert response.status_code == status


@pytest.mark.parametrize("mask", [True, False])
def test_djangos_own_token_is_taken_by_header(client, mask):
    secret = _get_new_csrf_string()
    client.cookies["csrftoken"] = secret
    token = _mask_cipher_secret(secret) if mask else secret
    headers = {"Origin": "https://evil.example", "X-CSRFToken": token}
    body = {"theme": "dark"}
    for method in (client.post, client.patch):
        assert method("/api/user/preferences", body, headers=headers).status_code == 200


@pytest.mark.parametrize("format", ["multipart", "form"])
def test_djangos_own_token_is_taken_in_a_form(visitor, alice, format):
    secret = _get_new_csrf_string()
    visitor.cookies["csrftoken"] = secret
    body = BODY | {"csrfmiddlewaretoken": _mask_cipher_secret(secret)}
    more = {"headers": {"Referer": "http://testserver/sign-in"}}
    if format == "multipart":
        response = visitor.post("/api/auth/signin", body, format=format, **more)
    else:
        form = "&".join(f"{name}={value}" for name, value in body.items())
        response = visitor.generic(
            "POST",
            "/api/auth/signin",
            form,
            content_type="application/x-www-form-urlencoded",
            **more,
        )
    assert response.status_code == 200
    assert response.json()["data"]["user"]["name"] == "alice"


@pytest.mark.parametrize(
    ("cookie", "token"),
    [
        ("a" * 32, "b" * 32),
        ("a" * 32, "b" * 32 + "c" * 32),
        ("a" * 32, "x"),
        ("a" * 32, ""),
        ("x", "x"),
        ("", ""),
        ("ä" * 32, "ä" * 32),
        (None, "a" * 32),
    ],
)
def test_a_wrong_token_is_none(client, cookie, token):
    if cookie is not None:
        client.cookies["csrftoken"] = cookie
    headers = {"Origin": "https://evil.example", "X-CSRFToken": token}
    response = client.post("/api/user/preferences", {}, headers=headers)
    assert told(response) == (403, "cross_site")


def test_a_foreign_page_learns_nothing_of_a_dead_cookie(visitor):
    visitor.cookies["sessionid"] = "a" * 32
    response = visitor.post(
        "/api/user/preferences", {}, headers={"Origin": "https://evil.example"}
    )
    assert told(response) == (403, "cross_site")


def test_the_check_costs_nothing(alice, budget):
    client = signed_in(alice)
    with budget(1, "sign-in check"):
        client.post("/api/user/preferences", {}, headers={"Origin": "null"})
