"""Devices without a keyboard: the code they show, the page where it is typed."""

import re
from datetime import timedelta
from types import SimpleNamespace
from urllib.parse import unquote

import pytest
from django.test import Client
from django.utils import timezone

from animecollections.api import throttling
from animecollections.scopes import GROUPS
from conftest import WatchedClient
from profiles.models import App, DeviceCode, TokenFamily
from profiles.oauth import codes, devices
from profiles.tests.registered_apps import (
    form_of,
    person,
    post,
    query_of,
    register,
    register_confidential,
)
from profiles.tests.test_fresh_proofs import make_stale

BEGIN = "/oauth/device_authorization"
TOKEN = "/oauth/token"
LINK = "/link"
GRANT = "urn:ietf:params:oauth:grant-type:device_code"
pytestmark = pytest.mark.django_db


@pytest.fixture
def no_time_passes(monkeypatch):
    """For rates, which begin anew with each minute."""
    monkeypatch.setattr(throttling, "time", SimpleNamespace(time=lambda: 1_800_000_000))


@pytest.fixture
def app(stranger):
    return register(stranger, name="TV", redirect_uris=[])


@pytest.fixture
def browser(alice):
    return person(alice)


def begun(app, scope="read"):
    told = post(BEGIN, {"client_id": app.client_id, "scope": scope})
    assert told.status_code == 200, told.content
    return told.json()


@pytest.fixture
def begin(app):
    return begun(app)


def asked(app, begin, **more):
    sent = {"grant_type": GRANT, "device_code": begin["device_code"]}
    told = post(TOKEN, {**sent, "client_id": app.client_id, **more})
    said = told.json()
    return said.get("error", said)


def wait():
    """As long as a device has to between two questions."""
    past = timezone.now() - timedelta(seconds=devices.SLOWEST)
    DeviceCode.objects.update(asked_at=past)


def typed(browser, code):
    page = browser.get(LINK)
    return browser.post(LINK, {**form_of(page), "user_code": code})


def decided(browser, begin, decision="allow", **changes):
    page = typed(browser, begin["user_code"])
    assert page.status_code == 200, page.content
    return browser.post(LINK, {**form_of(page), "decision": decision, **changes})


def test_what_a_device_is_told(begin, settings):
    assert re.fullmatch(
        r"[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}", begin["user_code"]
    )
    assert begin["verification_uri"] == f"{settings.PUBLIC_URL}/link"
    assert query_of(begin["verification_uri_complete"]) == {
        "user_code": begin["user_code"]
    }
    assert begin["expires_in"] == 600
    assert begin["interval"] == 5
    kept = str(DeviceCode.objects.values().get())
    secret = begin["device_code"].partition(".")[2]
    assert secret not in kept
    assert codes.read_letters(begin["user_code"]) not in kept


def test_its_qr_code_is_a_picture(begin):
    kind, _, picture = begin["verification_qr_code"].partition(",")
    assert kind.startswith("data:image/svg+xml")
    assert unquote(picture).startswith("<svg")


def test_a_device_gets_in(app, begin, browser, alice):
    assert asked(app, begin) == "authorization_pending"
    done = decided(browser, begin)
    assert "Connected" in done.content.decode()
    tokens = asked(app, begin)
    client = WatchedClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {tokens['access_token']}")
    assert client.get("/api/user/watchList").status_code == 200
    family = TokenFamily.objects.get(user=alice)
    assert tokens["scope"] == "read"
    assert (family.app, family.scopes.split()) == (app, sorted(GROUPS["read"]))


def test_its_code_is_good_once(app, begin, browser):
    decided(browser, begin)
    assert "access_token" in asked(app, begin)
    assert asked(app, begin) == "invalid_grant"
    assert TokenFamily.objects.filter(app=app).count() == 1


def test_one_that_asks_too_soon_waits_longer(app, begin):
    assert asked(app, begin) == "authorization_pending"
    assert asked(app, begin) == "slow_down"
    row = DeviceCode.objects.get()
    assert row.interval == devices.INTERVAL + devices.SLOWER
    past = row.asked_at - timedelta(seconds=devices.INTERVAL + 1)
    DeviceCode.objects.update(asked_at=past)  # as long as it had to wait before
    assert asked(app, begin) == "slow_down"
    wait()
    assert asked(app, begin) == "authorization_pending"
    for _ in range(20):
        asked(app, begin)
    assert DeviceCode.objects.get().interval == devices.SLOWEST


def test_a_no_is_told(app, begin, browser):
    assert "Not connected" in decided(browser, begin, "deny").content.decode()
    assert asked(app, begin) == "access_denied"
    assert not TokenFamily.objects.filter(app=app).exists()


def test_a_code_ends_by_itself(app, begin, browser):
    DeviceCode.objects.update(expires_at=timezone.now())
    assert asked(app, begin) == "expired_token"
    assert typed(browser, begin["user_code"]).status_code == 400


def test_a_person_can_untick_some(app, begin, browser):
    decided(browser, begin, allowed=["stats:read"])
    assert asked(app, begin)["scope"] == "stats:read"


@pytest.mark.parametrize(
    "code",
    ["nonsense", "", "BCDFGHJK.short", "BCDFGHJK." + "a" * 40, "\0", "é" * 50],
)
def test_what_is_no_device_code(app, begin, code):
    told = asked(app, {"device_code": code})
    assert told in ("invalid_grant", "invalid_request")


def test_the_letters_alone_get_nobody_in(app, begin, browser):
    """Somebody who looked over a shoulder at the screen."""
    decided(browser, begin)
    letters = codes.read_letters(begin["user_code"])
    guess = {"device_code": f"{letters}.{'a' * codes.SECRET}"}
    assert asked(app, guess) == "invalid_grant"


def test_another_app_cannot_take_the_tokens(app, begin, browser, stranger):
    decided(browser, begin)
    other = register(stranger, name="Other")
    assert asked(other, begin) == "invalid_grant"
    assert "access_token" in asked(app, begin)


def test_a_server_side_app_proves_who_it_is(stranger):
    app, secret = register_confidential(stranger, name="Server side")
    sent = {"client_id": app.client_id, "scope": "read"}
    refused = post(BEGIN, sent)
    assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")
    assert post(BEGIN, sent | {"client_secret": secret}).status_code == 200


@pytest.mark.parametrize(
    ("sent", "error"),
    [
        ({"scope": "read"}, "invalid_request"),
        ({"client_id": "nobody", "scope": "read"}, "invalid_request"),
        ({"scope": "account", "client_id": ...}, "invalid_scope"),
        ({"client_id": ...}, "invalid_scope"),
    ],
)
def test_what_does_not_begin(app, sent, error):
    sent = {k: app.client_id if v is ... else v for k, v in sent.items()}
    told = post(BEGIN, sent)
    assert told.status_code == 400
    assert told.json()["error"] == error
    assert not DeviceCode.objects.exists()


# --- The page where it is typed ------------------------------------------------------


def test_a_visitor_signs_in_first_and_comes_back(begin):
    told = Client().get(LINK, {"user_code": begin["user_code"]})
    assert told.status_code == 302
    back = query_of(told["Location"])["next"]
    assert back == f"{LINK}?user_code={begin['user_code']}"


def test_the_address_of_the_qr_code_fills_it_in_and_does_no_more(browser, begin):
    page = browser.get(LINK, {"user_code": begin["user_code"]})
    assert form_of(page)["user_code"] == [begin["user_code"]]
    assert "Let TV in?" not in page.content.decode()


def test_the_page_warns_of_codes_that_somebody_sent(browser, begin):
    page = typed(browser, begin["user_code"]).content.decode()
    assert "Let TV in?" in page
    assert "on the screen of a device in front of you" in page
    assert begin["user_code"] in page


@pytest.mark.parametrize(
    "change", [str.lower, lambda code: code.replace("-", ""), lambda c: f" {c} "]
)
def test_it_can_be_typed_as_one_likes(browser, begin, change):
    assert typed(browser, change(begin["user_code"])).status_code == 200


@pytest.mark.parametrize("code", ["", "BCDF-GHJK", "AAAA-EEEE", "\0", "é" * 9000])
def test_a_wrong_code_is_said_to_be_one(browser, begin, code):
    told = typed(browser, code)
    assert told.status_code == 400
    assert "This code is not good" in told.content.decode()


def test_unknown_used_and_expired_codes_look_the_same(browser, app, begin):
    decided(browser, begin)
    expired = begun(app)
    rows = DeviceCode.objects.filter(state=DeviceCode.State.WAITING)
    rows.update(expires_at=timezone.now())
    pages = {
        re.sub(r'value="[^"]*"', "", typed(browser, code).content.decode())
        for code in (begin["user_code"], expired["user_code"], "BCDF-GHJK")
    }
    assert len(pages) == 1


def test_a_stopped_app_gets_nobody_to_let_it_in(browser, begin):
    App.objects.update(stopped_at=timezone.now())
    assert typed(browser, begin["user_code"]).status_code == 400


@pytest.mark.usefixtures("no_time_passes")
def test_guessing_ends_soon(browser, begin, settings, alice):
    settings.THROTTLE_SCALE = 1
    limit, _ = settings.RATES["link"]
    page = form_of(browser.get(LINK))
    for _ in range(limit):
        browser.post(LINK, {**page, "user_code": "BCDF-GHJK"})
    told = browser.post(LINK, {**page, "user_code": begin["user_code"]})
    assert told.status_code == 429
    assert int(told["Retry-After"]) > 0


def test_another_site_cannot_decide(browser, app, begin):
    form = {**form_of(typed(browser, begin["user_code"])), "decision": "allow"}
    del form["csrfmiddlewaretoken"]
    assert browser.post(LINK, form).status_code == 403
    assert asked(app, begin) == "authorization_pending"


def test_a_form_of_somebody_else_is_asked_again(browser, app, begin, stranger):
    form = {**form_of(typed(browser, begin["user_code"])), "decision": "allow"}
    browser.cookies.update(person(stranger).cookies)
    told = browser.post(LINK, form)
    assert "<b>stranger</b>" in told.content.decode()
    assert asked(app, begin) == "authorization_pending"


def test_a_cookie_alone_lets_no_device_in(browser, app, begin, alice):
    page = typed(browser, begin["user_code"])
    form = {**form_of(page), "decision": "allow"}
    make_stale(alice)
    opened = browser.get(LINK, {"user_code": begin["user_code"]})
    for told in (opened, browser.post(LINK, form)):
        assert told.status_code == 302
        asked_for = query_of(told["Location"])
        assert "prove" in asked_for
        letters = query_of(asked_for["next"])["user_code"]
        assert codes.read_letters(letters) == codes.read_letters(begin["user_code"])
    assert asked(app, begin) == "authorization_pending"


def test_a_no_needs_no_proof(browser, app, begin, alice):
    form = {**form_of(typed(browser, begin["user_code"])), "decision": "deny"}
    make_stale(alice)
    assert browser.post(LINK, form).status_code == 200
    assert asked(app, begin) == "access_denied"


def test_the_first_who_decides_does(browser, app, begin, stranger):
    form = {**form_of(typed(browser, begin["user_code"])), "decision": "allow"}
    decided(person(stranger), begin, "deny")
    assert browser.post(LINK, form).status_code == 400
    assert asked(app, begin) == "access_denied"


def test_a_new_password_ends_it_before_it_is_taken(browser, app, begin, alice):
    decided(browser, begin)
    alice.set_password("Other-Horse-7")
    alice.save()
    assert asked(app, begin) == "invalid_grant"
