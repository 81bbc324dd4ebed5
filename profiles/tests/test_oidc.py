"""Signing in by a provider of OpenID Connect, and what an attacker gets."""

import logging
import re
import subprocess
import sys
import time
from functools import partial
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
import requests
from django.core import signing

from animecollections.api.errors import ApiError
from animecollections.identity import Origin
from animecollections.tests.serving import free_port
from conftest import WatchedClient, signed_in
from factories import PASSWORD, UserFactory
from profiles.models import Identity, LoginClaim, Session, User
from profiles.oidc import flow, services
from profiles.oidc import http as provider_http
from profiles.personal_data import erasure
from profiles.tests.bent_provider import OTHER_KEY, bent_provider
from profiles.tests.factors import turn_on
from profiles.tests.outbox import send_all
from profiles.tests.test_sign_in_races import at_once

BEGIN, CONNECT, MINE = (
    "/api/auth/oidc/work",
    "/api/auth/connect",
    "/api/user/identities",
)
pytestmark = pytest.mark.django_db


@pytest.fixture
def provider(settings):
    """One of its own for each test, so that nothing is remembered of another's."""
    with bent_provider() as one:
        settings.OIDC_PROVIDERS = {"work": one.settings}
        yield one


def begin(browser, **query):
    told = browser.get(BEGIN, query)
    assert told.status_code == 302, told.content
    return told["Location"]


def come_back(browser, address):
    """Where the browser is led from the page that the provider leads to."""
    told = browser.get(address.removeprefix("http://127.0.0.1:8000"))
    assert told.status_code == 302, told.content
    assert told["Referrer-Policy"] == "no-referrer"
    return told["Location"]


def go(browser, provider, **query):
    return come_back(browser, provider.authorize(begin(browser, **query)))


def whose(browser):
    data = browser.get("/api/auth/session").json()["data"]
    return data and data["name"]


def join(client, provider):
    """A signed-in person joins the provider, as the page Security does."""
    told = client.post(MINE, {"provider": "work"})
    assert told.status_code == 200, told.json()
    return come_back(client, provider.authorize(told.json()["data"]["address"]))


@pytest.fixture
def browser():
    return WatchedClient()


@pytest.fixture
def joined(client, provider):
    assert join(client, provider) == "/security"
    return provider


# --- A real provider of another make -----------------------------------------------


@pytest.fixture(scope="module")
def real_provider():
    """As a process on a port of its own."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            for _ in range(200):
                try:
                    requests.get(f"{url}/jwks", timeout=5)
                    break
                except requests.ConnectionError:
                    time.sleep(0.1)
            yield url
        finally:
            process.terminate()


def test_a_real_provider_signs_up_and_in(settings, real_provider, browser, budget):
    client = {"client_id": "us", "client_secret": "a secret"}
    told = {"name": "Real", "issuer": real_provider} | client
    settings.OIDC_PROVIDERS = {"work": told}
    claims = {"email": "bob@example.org", "email_verified": True}
    requests.put(f"{real_provider}/users/bob", json=claims, timeout=9)

    def agree():
        agreed = requests.post(
            begin(browser), data={"sub": "bob"}, allow_redirects=False, timeout=9
        )
        return come_back(browser, agreed.headers["Location"])

    assert agree() == "/connect"
    told = browser.get(CONNECT).json()["data"]
    assert told["provider"] == {"id": "work", "name": "Real"}
    assert (told["email"], told["has_account"]) == ("bob@example.org", False)
    body = {"user_name": "bob", "timezone": "Europe/Madrid", "language": "es"}
    assert browser.post(CONNECT, body).status_code == 200
    assert whose(browser) == "bob"
    user = User.objects.get(user_name="bob")
    assert not user.has_usable_password()
    assert user.email_confirmed_at is not None
    assert user.preferences.timezone == "Europe/Madrid"
    browser.post("/api/auth/signout")
    assert whose(browser) is None
    assert agree() == "/"
    assert whose(browser) == "bob"


# --- Signing in --------------------------------------------------------------------


def test_only_configured_providers_are_offered(browser, provider):
    listed = browser.get("/api/auth/oidc").json()["data"]
    assert listed == [{"id": "work", "name": "Example"}]
    told = browser.get("/api/auth/oidc/google")
    assert (told.status_code, told.json()["code"]) == (404, "provider_not_found")


def test_without_any_the_list_is_empty(browser):
    assert browser.get("/api/auth/oidc").json()["data"] == []


def test_a_joined_account_is_signed_in(joined, browser, alice, mailoutbox):
    assert go(browser, joined, next="/statistics?year=2026") == "/statistics?year=2026"
    assert whose(browser) == "alice"
    [identity] = Identity.objects.all()
    assert identity.used_at is not None
    assert identity.email == "alice@example.org"
    send_all()
    subjects = {mail.subject for mail in mailoutbox}
    assert "Example can now sign in to your account" in subjects
    assert "New sign-in to your account" in subjects


def test_the_account_stays_joined_whatever_the_address_becomes(joined, browser):
    joined.who["email"] = "other@example.net"
    assert go(browser, joined) == "/"
    assert whose(browser) == "alice"


def test_a_second_factor_is_asked_for_all_the_same(joined, browser, alice):
    codes = turn_on(alice)
    wanted = "/oauth/authorize?state=a b&scope=read#x"
    page, _, rest = go(browser, joined, next=wanted).partition("#")
    assert page == "/connect"
    assert whose(browser) is None
    told = {name: value for name, [value] in parse_qs(rest).items()}
    assert told["methods"] == "authenticator recovery_code"
    assert told["next"] == wanted.replace(" ", "%20")
    body = {"ticket": told["second"], "recovery_code": codes[0]}
    other = WatchedClient().post("/api/auth/second-factor", body)
    assert other.json()["code"] == "ticket_invalid"
    assert browser.post("/api/auth/second-factor", body).status_code == 200
    assert whose(browser) == "alice"


def test_claims_may_come_from_userinfo(joined, browser):
    joined.in_userinfo = True
    assert go(browser, joined) == "/"
    assert "/userinfo" in joined.asked


def test_a_deactivated_account_is_not(joined, browser, alice):
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert go(browser, joined) == "/connect#failed=refused"
    assert whose(browser) is None


def test_the_provider_is_asked_about_itself_once(joined, browser):
    for _ in range(3):
        go(browser, joined)
    assert joined.asked.count("/.well-known/openid-configuration") == 1
    assert joined.asked.count("/keys") == 1


def test_a_new_key_of_the_provider_is_fetched(joined, browser, monkeypatch):
    monkeypatch.setattr("profiles.oidc.providers.ASKED_AGAIN_AFTER", 0.0)
    joined.key, joined.keys = OTHER_KEY, [OTHER_KEY]
    assert go(browser, joined) == "/"


def test_the_budget_of_the_way_back(joined, browser, budget):
    back = joined.authorize(begin(browser))
    with budget(11, "claim, identity, user, sign-in, its place, session, mail"):
        come_back(browser, back)


# --- Making an account -------------------------------------------------------------


def test_names_are_checked_as_at_sign_up(browser, provider, stranger):
    go(browser, provider)
    for name, status in (("ad", 400), ("admin", 409), ("stranger", 409)):
        assert browser.post(CONNECT, {"user_name": name}).status_code == status
    assert browser.post(CONNECT, {"user_name": "alice"}).status_code == 200


def test_the_same_once_more_makes_no_second_account(browser, provider):
    go(browser, provider)
    cookie = browser.cookies["oidc"].value
    assert browser.post(CONNECT, {"user_name": "alice"}).status_code == 200
    browser.cookies["oidc"] = cookie
    told = browser.post(CONNECT, {"user_name": "alice2"})
    assert (told.status_code, told.json()["code"]) == (409, "email_taken")
    assert User.objects.count() == 1


def test_what_the_provider_said_is_only_for_this_browser(browser, provider):
    go(browser, provider)
    told = WatchedClient().get(CONNECT)
    assert (told.status_code, told.json()["code"]) == (400, "connect_expired")
    assert WatchedClient().post(CONNECT, {"user_name": "alice"}).status_code == 400


def test_a_page_of_another_site_makes_none(browser, provider):
    go(browser, provider)
    headers = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    told = browser.post(CONNECT, {"user_name": "alice"}, headers=headers)
    assert (told.status_code, told.json()["code"]) == (403, "cross_site")


# --- Joining -----------------------------------------------------------------------


def test_an_existing_account_is_never_entered_without_its_password(
    browser, provider, alice
):
    assert go(browser, provider) == "/connect"
    assert whose(browser) is None
    assert browser.get(CONNECT).json()["data"]["has_account"]
    told = browser.post(CONNECT, {"user_name": "alicia"})
    assert (told.status_code, told.json()["code"]) == (409, "email_taken")
    assert not Identity.objects.exists()


def test_it_is_joined_after_a_sign_in(browser, provider, alice):
    go(browser, provider)
    assert browser.post(f"{CONNECT}/join").status_code == 401
    credentials = {"email": alice.email, "password": PASSWORD}
    assert browser.post("/api/auth/signin", credentials).status_code == 200
    assert browser.post(f"{CONNECT}/join").status_code == 200
    again = WatchedClient()
    assert go(again, provider) == "/"
    assert whose(again) == "alice"


def test_another_person_in_the_same_browser_joins_nothing(browser, provider, stranger):
    """Somebody left the page with a name to choose open: what it knows of them does
    not get into the account of who signs in next.
    """
    go(browser, provider)
    credentials = {"email": stranger.email, "password": PASSWORD}
    browser.post("/api/auth/signin", credentials)
    told = browser.post(f"{CONNECT}/join")
    assert (told.status_code, told.json()["code"]) == (400, "connect_expired")


def test_to_join_asks_for_a_fresh_proof(client, provider, alice):
    Session.objects.filter(user=alice).update(proved_at=None)
    told = client.post(MINE, {"provider": "work"})
    assert told.json()["code"] == "proof_needed"
    assert go(client, provider) == "/connect"
    assert client.post(f"{CONNECT}/join").json()["code"] == "proof_needed"
    assert not Identity.objects.exists()


def test_nobody_is_led_to_join_by_another_site(client, provider):
    """Or a page could join the provider's account of an attacker."""
    headers = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    told = client.post(MINE, {"provider": "work"}, headers=headers)
    assert told.json()["code"] == "cross_site"
    go(client, provider)  # what any page can begin
    assert not Identity.objects.exists()


def test_who_began_to_join_has_to_be_here_still(client, provider, stranger):
    told = client.post(MINE, {"provider": "work"}).json()["data"]
    credentials = {"email": stranger.email, "password": PASSWORD}
    client.post("/api/auth/signin", credentials)
    back = come_back(client, provider.authorize(told["address"]))
    assert back == "/connect#failed=expired"
    assert not Identity.objects.exists()


def test_one_identity_is_of_one_account(joined, stranger):
    other = signed_in(stranger)
    assert join(other, joined) == "/connect#failed=taken"
    assert Identity.objects.get().user.user_name == "alice"


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_of_20_who_join_one_identity_at_once_one_wins(provider):
    found = flow.Found("work", "k" * 64, "a@example.org")
    people = [UserFactory() for _ in range(20)]

    def one(user):
        try:
            services.join(user_id=user.pk, found=found)
        except ApiError as error:
            return error.code
        return "joined"

    answers = at_once([partial(one, user) for user in people])
    assert sorted(answers) == ["identity_taken"] * 19 + ["joined"]
    assert Identity.objects.count() == 1


def test_it_is_listed_and_let_go(joined, client, browser, alice):
    [one] = client.get(MINE).json()["data"]
    assert one["provider"] == {"id": "work", "name": "Example"}
    other = signed_in(UserFactory())
    assert other.delete(f"{MINE}/{one['id']}").json()["code"] == "identity_not_found"
    assert client.delete(f"{MINE}/{one['id']}").status_code == 200
    assert client.get(MINE).json()["data"] == []
    assert go(browser, joined) == "/connect"
    assert not LoginClaim.objects.filter(value__startswith="oidc:").exists()


def test_the_last_way_in_is_kept(browser, provider):
    go(browser, provider)
    browser.post(CONNECT, {"user_name": "alice"})
    [one] = browser.get(MINE).json()["data"]
    told = browser.delete(f"{MINE}/{one['id']}")
    assert (told.status_code, told.json()["code"]) == (409, "last_sign_in")
    User.objects.update(second_factors="passkey")  # which sign in by themselves
    assert browser.delete(f"{MINE}/{one['id']}").status_code == 200


def test_an_erasure_leaves_nothing(joined, browser, alice):
    erasure.erase(user_id=alice.pk, through=Origin("command"))
    assert not LoginClaim.objects.exists()
    assert go(browser, joined) == "/connect"


# --- Attack: what comes back -------------------------------------------------------

REFUSED = "/connect#failed=refused"
# Fixed: processes that collect the same tests must give them the same names.
LONG_AGO, FAR_AHEAD = 1_000_000_000, 4_000_000_000


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"iss": "https://evil.example"},
        {"iss": None},
        {"aud": "another-client"},
        {"aud": ["our-client", "another-client"]},
        {"aud": None},
        {"azp": "another-client"},
        {"exp": LONG_AGO},
        {"exp": None},
        {"exp": "soon"},
        {"iat": None},
        {"nbf": FAR_AHEAD},
        {"at_hash": "wrong"},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"sub": "x" * 256},
    ],
    ids=str,
)
def test_an_id_token_that_is_not_for_us_now(joined, browser, claims):
    joined.claims = claims
    assert go(browser, joined) == REFUSED
    assert whose(browser) is None


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
def test_an_id_token_without_the_providers_signature(joined, browser, algorithm):
    joined.algorithm = algorithm
    assert go(browser, joined) == REFUSED


def test_an_id_token_of_another_key(joined, browser):
    joined.key = OTHER_KEY
    assert go(browser, joined) == REFUSED


@pytest.mark.parametrize(
    "who",
    [
        {"email_verified": False},
        {"email_verified": None},
        {"email_verified": "yes"},
        {"email_verified": 1},
        {"email": None},
        {"email": "no address"},
        {"email": ["alice@example.org"]},
    ],
    ids=str,
)
def test_an_address_that_is_not_confirmed_joins_and_makes_nothing(
    provider, browser, who
):
    provider.who |= who
    assert go(browser, provider) == "/connect#failed=unconfirmed"
    assert browser.get(CONNECT).status_code == 400


def test_userinfo_of_somebody_else(joined, browser):
    joined.in_userinfo = True
    joined.answers["/userinfo"] = lambda handler: handler.send(
        {"sub": "mallory", "email": "alice@example.org", "email_verified": True}
    )
    assert go(browser, joined) == REFUSED


def test_a_state_of_another_browser(joined, browser):
    """An attacker's own way back, given to somebody else: they would be signed in as
    the attacker.
    """
    back = joined.authorize(begin(WatchedClient()))
    assert come_back(browser, back) == "/connect#failed=expired"
    begin(browser)
    assert come_back(browser, back) == "/connect#failed=expired"
    assert whose(browser) is None


def test_a_code_of_another_browser(joined, browser):
    """Injected into a way that this browser did begin: PKCE's verifier does not fit."""
    stolen = joined.authorize(begin(WatchedClient()))
    [code] = parse_qs(urlsplit(stolen).query)["code"]
    mine = joined.authorize(begin(browser))
    injected = re.sub("code=[^&]*", f"code={code}", mine)
    assert come_back(browser, injected) == REFUSED


def test_a_way_back_works_once(joined, browser):
    back = joined.authorize(begin(browser))
    assert come_back(browser, back) == "/"
    browser.post("/api/auth/signout")
    assert come_back(browser, back) == "/connect#failed=expired"
    assert whose(browser) is None


def test_a_way_back_works_for_ten_minutes(joined, browser, monkeypatch):
    back = joined.authorize(begin(browser))
    now = time.time()
    monkeypatch.setattr(signing.time, "time", lambda: now + 601)
    assert come_back(browser, back) == "/connect#failed=expired"


def test_a_mix_up_of_providers(settings, joined, browser):
    """An answer that was begun with one provider and comes back as another's."""
    other = joined.settings | {"issuer": "https://other.example"}
    settings.OIDC_PROVIDERS = {"work": joined.settings, "other": other}
    back = joined.authorize(begin(browser))
    crossed = back.replace("/connect/work", "/connect/other")
    assert come_back(browser, crossed) == "/connect#failed=expired"
    back = joined.authorize(begin(browser)) + "&iss=https%3A%2F%2Fevil.example"
    assert come_back(browser, back) == REFUSED


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ("error=access_denied", "cancelled"),
        ("error=server_error", "refused"),
        ("", "refused"),
        ("code=", "refused"),
        ("code=never-made", "refused"),
        ("code=%00", "refused"),
    ],
)
def test_what_else_comes_back(joined, browser, query, why):
    address = begin(browser)
    [state] = parse_qs(urlsplit(address).query)["state"]
    back = f"/connect/work?state={state}&{query}"
    assert come_back(browser, back) == f"/connect#failed={why}"


def test_a_cookie_of_another_shape_is_none(joined, browser):
    back = joined.authorize(begin(browser))
    browser.cookies["oidc"] = signing.dumps({"x": 1}, salt=flow.BEGUN)
    assert come_back(browser, back) == "/connect#failed=expired"


@pytest.mark.parametrize(
    "next_",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
        "/\t//evil.example",
        "/\r\n//evil.example",
        "/a\nb",
        "/a\x85b",
        "evil",
        "/" + "x" * 2000,
        "/" + "é" * 400,
    ],
)
def test_nobody_is_led_to_another_site(joined, browser, next_):
    assert go(browser, joined, next=next_) == "/"


def test_the_longest_page_of_ours_fits_into_the_cookie(joined, browser):
    next_ = "/oauth/authorize?state=".ljust(2000, "x")
    address = begin(browser, next=next_)
    assert len(browser.cookies["oidc"].OutputString()) < 4096
    assert come_back(browser, joined.authorize(address)) == next_


def test_the_page_of_ours_is_written_as_an_address(joined, browser):
    assert go(browser, joined, next="/anime/é?q=a b") == "/anime/%C3%A9?q=a%20b"


# --- A provider that is down, slow, large or odd -----------------------------------

UNAVAILABLE = "/connect#failed=unavailable"
CONFIGURATION = "/.well-known/openid-configuration"


def endless(handler):
    handler.send_response(200)
    handler.end_headers()
    try:
        while not handler.server.provider.stopped.is_set():
            handler.wfile.write(b" " * 65536)
    except OSError:
        pass


def dripping(handler):
    handler.send_response(200)
    handler.end_headers()
    drip(handler)


def drip(handler):
    try:
        while not handler.server.provider.stopped.wait(0.05):
            handler.wfile.write(b" ")
            handler.wfile.flush()
    except OSError:
        pass


def dripping_headers(handler):
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Header: ")
    drip(handler)


def half_a_body(handler):
    handler.send_response(200)
    handler.send_header("Content-Length", "100")
    handler.end_headers()
    handler.wfile.write(b"{")
    silent(handler)


def silent(handler):
    handler.server.provider.stopped.wait(30)


def elsewhere(handler):
    where = f"{handler.server.provider.issuer}/elsewhere"
    handler.send(b"", status=307, Location=where)


ODD = {
    "endless": endless,
    "dripping": dripping,
    "dripping headers": dripping_headers,
    "half a body": half_a_body,
    "silent": silent,
    "elsewhere": elsewhere,
    "no JSON": lambda handler: handler.send(b"<html>"),
    "a list": lambda handler: handler.send([]),
    "deep": lambda handler: handler.send(b"[" * 100_000),
    "an error": lambda handler: handler.send({}, status=500),
    "nothing": lambda handler: handler.send({}),
}


@pytest.fixture
def _soon(monkeypatch):
    monkeypatch.setattr(provider_http, "SECONDS", 0.5)


@pytest.mark.usefixtures("_soon")
@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("path", [CONFIGURATION, "/keys", "/token"])
def test_it_is_told_as_not_available(provider, browser, path, odd):
    provider.answers[path] = ODD[odd]
    began = time.monotonic()
    if path == CONFIGURATION:
        assert begin(browser) == UNAVAILABLE
        assert begin(browser) == UNAVAILABLE  # at once: it is not asked again
        assert provider.asked.count(CONFIGURATION) == 1
    else:
        assert go(browser, provider) in (UNAVAILABLE, REFUSED)
    assert time.monotonic() - began < 5
    assert "/elsewhere" not in provider.asked
    assert whose(browser) is None


def test_it_comes_back_by_itself(provider, browser, monkeypatch):
    provider.answers[CONFIGURATION] = ODD["an error"]
    assert begin(browser) == UNAVAILABLE
    provider.answers.clear()
    monkeypatch.setattr("profiles.oidc.providers.ASKED_AGAIN_AFTER", 0.0)
    assert go(browser, provider) == "/connect"


def test_nobody_listens(settings, browser):
    told = {"name": "x", "issuer": f"http://127.0.0.1:{free_port()}"}
    settings.OIDC_PROVIDERS = {"work": told | {"client_id": "x", "client_secret": ""}}
    assert begin(browser) == UNAVAILABLE


@pytest.mark.parametrize(
    "configuration",
    [
        {"issuer": "https://evil.example"},
        {"token_endpoint": "http://169.254.169.254/token"},
        {"token_endpoint": "file:///etc/passwd"},
        {"jwks_uri": None},
        {"authorization_endpoint": "javascript:alert(1)"},
    ],
    ids=str,
)
def test_a_configuration_that_is_not_its_own(provider, browser, configuration):
    provider.configuration = configuration
    assert begin(browser) == UNAVAILABLE
    assert provider.asked == [CONFIGURATION]


def test_to_join_one_that_is_down_is_said(client, provider):
    provider.answers[CONFIGURATION] = ODD["an error"]
    told = client.post(MINE, {"provider": "work"})
    assert (told.status_code, told.json()["code"]) == (503, "provider_unavailable")
    assert "Example does not answer" in told.json()["error"]


# --- Secrets -----------------------------------------------------------------------


def test_no_secret_gets_into_a_log(joined, browser, caplog, settings):
    caplog.set_level(logging.DEBUG)
    settings.DEBUG = True
    address = begin(browser)
    begun = browser.cookies["oidc"].value
    verifier = signing.loads(begun, salt=flow.BEGUN)["verifier"]
    back = joined.authorize(address)
    come_back(browser, back)
    joined.algorithm = "none"
    go(browser, joined)
    secrets = [begun, verifier, "our-client-secret", "an-access-token", "eyJ"]
    assert verifier not in address
    for secret in secrets:
        assert secret not in caplog.text


def test_the_cookie_is_for_this_browser_alone(provider, browser):
    begin(browser)
    cookie = browser.cookies["oidc"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert int(cookie["max-age"]) == 600


def test_pages_in_both_languages(visitor):
    for language, words in (("en", "Choose a username"), ("es", "Elige un nombre")):
        page = visitor.get("/connect", headers={"Accept-Language": language})
        assert words in page.content.decode()
        assert page["Referrer-Policy"] == "no-referrer"


def test_an_id_of_none(client):
    told = client.delete(f"{MINE}/{uuid4()}")
    assert told.status_code in (400, 404)
