"""/oauth/authorize: what a person is shown, and what an app is told."""

from types import SimpleNamespace

import pytest
from django.conf import settings
from django.test import Client

from animecollections.api import throttling
from animecollections.scopes import GRANTABLE, GROUPS, SCOPES
from animecollections.translations import words_in
from profiles.models import App, AuthorizationCode
from profiles.tests.registered_apps import (
    CALLBACK,
    answer_to,
    code_for,
    form_of,
    person,
    query_of,
    register,
    request_of,
)
from profiles.tests.test_fresh_proofs import make_stale

PAGE = "/oauth/authorize"
pytestmark = pytest.mark.django_db


@pytest.fixture
def no_time_passes(monkeypatch):
    """For rates, which begin anew with each minute."""
    monkeypatch.setattr(throttling, "time", SimpleNamespace(time=lambda: 1_800_000_000))


@pytest.fixture
def app(stranger):
    return register(stranger, description="Notes on what you watch.")


@pytest.fixture
def browser(alice):
    return person(alice)


def shown(browser, app, **asked):
    return browser.get(PAGE, request_of(app, **asked))


# --- What a person is shown --------------------------------------------------------


def test_who_asks_for_what_and_where_it_leads(browser, app):
    page = shown(browser, app, scope="list:write stats:read").content.decode()
    for words in (
        "Let Ani Notes in?",
        "<b>stranger</b>",
        "<b>alice</b>",
        SCOPES["list:write"],
        SCOPES["stats:read"],
        "<b>app.example.org</b>",
        "Notes on what you watch.",
    ):
        assert words in page
    assert SCOPES["list:read"] not in page


def test_in_spanish(browser, app):
    asked = request_of(app, scope="read write")
    page = browser.get(PAGE, asked, headers={"Accept-Language": "es"})
    text = page.content.decode()
    assert 'lang="es"' in text
    assert "¿Dejar entrar a Ani Notes?" in text
    for scope in GROUPS["read"] | GROUPS["write"]:
        assert words_in("es")[SCOPES[scope]] in text
        assert SCOPES[scope] not in text


def test_every_scope_has_spanish_words():
    assert not [s for s in GRANTABLE if SCOPES[s] not in words_in("es")]


def test_what_an_app_calls_itself_is_text(browser, app):
    App.objects.update(name="<script>alert(1)</script>", website="https://a.example/")
    page = shown(browser, app).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_no_site_can_frame_it_and_nothing_leaks_from_it(browser, app):
    page = shown(browser, app)
    policy = page["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy
    assert page["X-Frame-Options"] == "DENY"
    assert "no-store" in page["Cache-Control"]
    assert page["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize(
    ("uri", "source"),
    [
        (CALLBACK, "https://app.example.org"),
        ("https://app.example.org:8443/cb", "https://app.example.org:8443"),
        ("http://127.0.0.1:49152/cb", "http://127.0.0.1:49152"),
        ("http://[::1]:49152/cb", "http:"),
        ("org.example.app:/cb", "org.example.app:"),
    ],
)
def test_its_form_leads_there_and_nowhere_else(browser, stranger, uri, source):
    app = register(stranger, redirect_uris=[uri])
    policy = shown(browser, app, redirect_uri=uri)["Content-Security-Policy"]
    [rule] = [p for p in policy.split("; ") if p.startswith("form-action")]
    assert rule == f"form-action 'self' {source}"


def test_a_visitor_signs_in_first_and_comes_back(app):
    told = shown(Client(), app)
    assert told.status_code == 302
    path, _, query = told["Location"].partition("?")
    assert path == "/"
    back = query_of(f"/?{query}")["next"]
    assert query_of(back) == request_of(app)
    assert back.startswith(f"{PAGE}?")


def test_titles_for_adults_are_offered_to_who_sees_them(browser, alice, app):
    assert 'name="mature"' not in shown(browser, app).content.decode()
    alice.preferences.parental_control = False
    alice.preferences.save()
    assert 'name="mature"' in shown(browser, app).content.decode()
    answer_to(browser, app, changes={"mature": "on"})
    assert AuthorizationCode.objects.of(alice.pk).get().mature


def test_nobody_can_let_an_app_see_more_than_they_see(browser, alice, app):
    answer_to(browser, app, changes={"mature": "on"})
    assert not AuthorizationCode.objects.of(alice.pk).get().mature


# --- What the app is told ----------------------------------------------------------


def test_a_code_with_its_state_and_who_answers(browser, app):
    address = answer_to(browser, app)
    told = query_of(address)
    assert address.startswith(f"{CALLBACK}?")
    assert told.keys() == {"code", "state", "iss"}
    assert told["state"] == "the-state"
    assert told["iss"] == settings.PUBLIC_URL


def test_the_answer_does_not_say_where_it_comes_from(browser, app):
    page = shown(browser, app)
    decided = browser.post(PAGE, {**form_of(page), "decision": "allow"})
    assert decided.status_code == 303
    assert decided["Referrer-Policy"] == "no-referrer"
    assert "no-store" in decided["Cache-Control"]


def test_a_query_of_its_own_stays(browser, stranger):
    uri = "https://app.example.org/callback?site=1"
    app = register(stranger, redirect_uris=[uri])
    told = query_of(answer_to(browser, app, redirect_uri=uri))
    assert told["site"] == "1"
    assert "code" in told


@pytest.mark.parametrize(
    "changes", [{"decision": "deny"}, {"allowed": []}, {"allowed": ["account"]}]
)
def test_a_no_is_told_too(browser, app, changes):
    told = query_of(answer_to(browser, app, changes=changes))
    assert told["error"] == "access_denied"
    assert told["state"] == "the-state"
    assert told["iss"] == settings.PUBLIC_URL
    assert not AuthorizationCode.objects.across_users().exists()


def test_a_person_can_untick_some(browser, alice, app):
    answer_to(browser, app, changes={"allowed": ["stats:read", "import"]})
    assert AuthorizationCode.objects.of(alice.pk).get().scopes == "stats:read"


def test_only_a_hash_of_the_code_is_kept(browser, alice, app):
    code = code_for(browser, app)
    row = AuthorizationCode.objects.of(alice.pk).values().get()
    assert code not in str(row)


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "none"}, "unsupported_response_type"),
        ({"response_type": "code token"}, "unsupported_response_type"),
        ({"response_type": None}, "invalid_request"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"code_challenge": "é" * 43}, "invalid_request"),
        ({"scope": None}, "invalid_scope"),
        ({"scope": "account"}, "invalid_scope"),
        ({"scope": "read account"}, "invalid_scope"),
        ({"scope": "list:delete"}, "invalid_scope"),
        ({"scope": "READ"}, "invalid_scope"),
        ({"prompt": "none"}, "interaction_required"),
    ],
)
def test_what_is_wrong_is_told_to_the_app(browser, app, asked, error):
    told = shown(browser, app, **asked)
    assert told.status_code == 303
    assert told["Location"].startswith(f"{CALLBACK}?")
    said = query_of(told["Location"])
    assert said["error"] == error
    assert said["state"] == "the-state"
    assert said["iss"] == settings.PUBLIC_URL


def test_no_stranger_is_led_on_by_an_error(app):
    told = shown(Client(), app, scope="account")
    assert told.status_code == 302
    assert told["Location"].startswith("/?")


@pytest.mark.parametrize("asked", [{}, {"scope": "account"}])
def test_an_app_that_wants_no_page_leads_no_stranger_on(app, asked):
    told = shown(Client(), app, prompt="none", **asked)
    assert told.status_code == 302
    assert told["Location"].startswith("/?")


@pytest.mark.parametrize(
    "asked",
    [
        {"client_id": None},
        {"client_id": "nobody"},
        {"client_id": "019ab0c4-7a31-7c3e-9d0b-6f2f4f5f8a11"},
        {"client_id": "0" * 10_000},
        {"client_id": "\0"},
        {"redirect_uri": None},
        {"redirect_uri": "https://evil.example/callback"},
        {"redirect_uri": f"{CALLBACK}/"},
        {"redirect_uri": f"{CALLBACK}#x"},
        {"redirect_uri": "javascript:alert(1)"},
        {"redirect_uri": "//evil.example"},
        {"redirect_uri": "\0"},
        {"scope": ["read", "write"]},
        {"state": ["a", "b"]},
        {"redirect_uri": [CALLBACK, "https://evil.example"]},
    ],
)
def test_nobody_is_led_to_where_nobody_registered(browser, app, asked):
    for who in (browser, Client()):
        told = shown(who, app, **asked)
        assert told.status_code == 400
        assert "Location" not in told
        assert "has got nothing of yours" in told.content.decode()


def test_a_stopped_app_asks_nobody(browser, app):
    App.objects.update(stopped_at="2026-11-30T09:30Z")
    assert shown(browser, app).status_code == 400


# --- Forged and changed forms ---------------------------------------------------------


def test_another_site_cannot_decide(browser, app):
    form = {**form_of(shown(browser, app)), "decision": "allow"}
    del form["csrfmiddlewaretoken"]
    assert browser.post(PAGE, form).status_code == 403
    assert not AuthorizationCode.objects.across_users().exists()


def test_a_form_of_somebody_else_is_asked_again(browser, app, alice, stranger):
    """Another person signed in, in the same browser, while the page was open."""
    form = {**form_of(shown(browser, app)), "decision": "allow"}
    browser.cookies.update(person(stranger).cookies)
    told = browser.post(PAGE, form)
    assert told.status_code == 200
    assert "<b>stranger</b>" in told.content.decode()
    assert not AuthorizationCode.objects.across_users().exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"redirect_uri": "https://evil.example/"},
        {"client_id": "019ab0c4-7a31-7c3e-9d0b-6f2f4f5f8a11"},
    ],
)
def test_a_changed_form_is_looked_at_anew(browser, app, changes):
    form = {**form_of(shown(browser, app)), "decision": "allow", **changes}
    assert browser.post(PAGE, form).status_code == 400


def test_more_than_was_asked_for_cannot_be_allowed(browser, alice, app):
    answer_to(browser, app, changes={"allowed": ["list:read", "list:write", "account"]})
    assert AuthorizationCode.objects.of(alice.pk).get().scopes == "list:read"


def test_a_cookie_alone_lets_no_app_in(browser, app, alice):
    form = {**form_of(shown(browser, app)), "decision": "allow"}
    make_stale(alice)
    for told in (shown(browser, app), browser.post(PAGE, form)):
        assert told.status_code == 302
        asked = query_of(told["Location"])
        assert "prove" in asked
        assert query_of(asked["next"]) == request_of(app)
    assert not AuthorizationCode.objects.across_users().exists()


def test_a_no_needs_no_proof(browser, app, alice):
    form = {**form_of(shown(browser, app)), "decision": "deny"}
    make_stale(alice)
    told = browser.post(PAGE, form)
    assert query_of(told["Location"])["error"] == "access_denied"


def test_who_signed_out_meanwhile_signs_in_first(browser, app, alice):
    form = {**form_of(shown(browser, app)), "decision": "allow"}
    alice.set_password("Other-Horse-7")
    alice.save()
    told = browser.post(PAGE, form)
    assert told.status_code == 302
    assert not AuthorizationCode.objects.across_users().exists()


@pytest.mark.usefixtures("no_time_passes")
def test_a_network_asks_only_so_often(browser, app, settings):
    settings.RATES = settings.RATES | {"oauth": (2, 60)}
    settings.THROTTLE_SCALE = 1
    statuses = [shown(browser, app).status_code for _ in range(3)]
    assert statuses == [200, 200, 429]


def test_so_many_statements(browser, app, budget):
    shown(browser, app)
    with budget(4, "the app, who is here, their proof, who made it"):
        shown(browser, app)
