"""GET and DELETE /api/user/sessions; a mail about a new device."""

from datetime import timedelta

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from conftest import WatchedClient, signed_in
from factories import PASSWORD, personal_token
from profiles.accounts.user_agents import client_of
from profiles.models import KnownPlace, Session, TokenFamily
from profiles.tests.outbox import send_all
from profiles.tests.registered_apps import let_in, register

ADDRESS = "/api/user/sessions"
FIREFOX = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0"
)
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1"
)
pytestmark = pytest.mark.django_db


def sign_in(user, agent=FIREFOX, address="203.0.113.7", client=None):
    client = client or WatchedClient()
    client.defaults |= {"HTTP_USER_AGENT": agent, "REMOTE_ADDR": address}
    body = {"email": user.email, "password": PASSWORD}
    assert client.post("/api/auth/signin", body).status_code == 200
    return client


def tokens(user, agent="AniApp/1.2", address="198.51.100.4"):
    body = {"email": user.email, "password": PASSWORD}
    headers = {"User-Agent": agent}
    told = APIClient(REMOTE_ADDR=address).post("/api/auth/token", body, headers=headers)
    client = WatchedClient()
    access = told.json()["data"]["access"]
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {access}")
    return client


def devices(client):
    told = client.get(ADDRESS)
    assert told.status_code == 200, told.json()
    return told.json()["data"]


def is_in(client):
    return client.get("/api/user/preferences").status_code == 200


# --- The list ----------------------------------------------------------------------


def test_each_says_with_what_from_where_and_since_when(alice):
    mine = sign_in(alice)
    sign_in(alice, IPHONE, "2001:db8:1:2:3::9")
    tokens(alice)
    this, app, phone = devices(mine)
    assert this["is_current"]
    assert (this["browser"], this["system"]) == ("Firefox", "Windows")
    assert (phone["browser"], phone["system"]) == ("Safari", "iPhone")
    assert phone["network"] == "2001:db8:1:2::"
    assert (app["kind"], app["user_agent"]) == ("app", "AniApp/1.2")
    assert app["network"] == "198.51.100.4"
    for device in (this, app, phone):
        assert device["signed_in_at"] <= device["last_seen_at"]
        assert device["network_known_since"] is not None


def test_no_id_tells_the_key_of_a_session(alice):
    client = sign_in(alice)
    text = client.get(ADDRESS).content.decode()
    key = Session.objects.get(user=alice).session_key
    assert key not in text
    assert key[32:] not in text
    assert "no-store" in client.get(ADDRESS)["Cache-Control"]


def test_what_has_ended_is_not_listed(alice):
    client, other, app = sign_in(alice), sign_in(alice), tokens(alice)
    assert len(devices(client)) == 3
    other.post("/api/auth/signout")
    app.post("/api/auth/signout")
    old = Session.objects.exclude(session_key=client.cookies["sessionid"].value)
    assert not old.exists()
    assert len(devices(client)) == 1


def test_those_of_another_epoch_and_expired_are_not_listed(alice):
    client, older = sign_in(alice), sign_in(alice)
    key = older.cookies["sessionid"].value
    Session.objects.filter(session_key=key).update(auth_epoch=1)
    assert len(devices(client)) == 1
    past = timezone.now() - timedelta(minutes=1)
    Session.objects.filter(session_key=key).update(
        auth_epoch=alice.auth_epoch, expire_date=past
    )
    assert len(devices(client)) == 1


def test_registered_apps_are_no_devices(alice, stranger):
    client = sign_in(alice)
    family = let_in(register(stranger), alice, "list:read")
    assert len(devices(client)) == 1
    told = client.delete(f"{ADDRESS}/{family.pk}")
    assert (told.status_code, told.json()["code"]) == (404, "device_not_found")
    client.delete(ADDRESS)
    family.refresh_from_db()
    assert family.revoked_at is None


def test_the_budget(alice, budget):
    client = sign_in(alice)
    for _ in range(3):
        sign_in(alice)
        tokens(alice)
    with budget(4, "sign-in check, sessions, tokens, known networks"):
        devices(client)


def test_strangers_see_none_of_it(alice, stranger):
    client = sign_in(alice)
    mine = devices(client)[0]["id"]
    other = signed_in(stranger)
    assert mine not in {device["id"] for device in devices(other)}
    assert other.delete(f"{ADDRESS}/{mine}").status_code == 404
    assert is_in(client)


def test_a_personal_token_sees_none(alice):
    client = WatchedClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {personal_token(alice, 'read')}")
    assert client.get(ADDRESS).json()["code"] == "scope_missing"


# --- Last seen -----------------------------------------------------------------------


def test_use_is_noted_once_in_five_minutes(alice, budget):
    client = sign_in(alice)
    session = Session.objects.filter(user=alice)
    with budget(2, "sign-in check and the preferences: just signed in"):
        client.get("/api/user/preferences")
    session.update(used_at=timezone.now() - timedelta(minutes=6))
    client.defaults["REMOTE_ADDR"] = "203.0.113.99"
    with budget(3, "... and the note"):
        client.get("/api/user/preferences")
    with budget(2, "noted a moment ago"):
        client.get("/api/user/preferences")
    row = session.get()
    assert row.used_from == "203.0.113.99"
    assert timezone.now() - row.used_at < timedelta(minutes=1)


def test_a_write_that_is_refused_was_a_use_too(alice):
    client = sign_in(alice)
    Session.objects.filter(user=alice).update(used_at=None)
    assert client.post("/api/user/watchList", {}).status_code == 400
    assert Session.objects.get(user=alice).used_at is not None


def test_sessions_of_an_older_release_are_listed(alice):
    client = sign_in(alice)
    Session.objects.filter(user=alice).update(
        used_at=None, created_at=None, used_from=""
    )
    [device] = devices(client)
    assert device["signed_in_at"] is None
    assert device["last_seen_at"] is not None  # noted by the request itself


# --- Signing out -------------------------------------------------------------------


def test_one_is_signed_out_at_once(alice):
    client, other, app = sign_in(alice), sign_in(alice, IPHONE), tokens(alice)
    for device in devices(client):
        if not device["is_current"]:
            assert client.delete(f"{ADDRESS}/{device['id']}").status_code == 200
            assert client.delete(f"{ADDRESS}/{device['id']}").status_code == 404
    assert not is_in(other)
    assert not is_in(app)
    assert is_in(client)


@pytest.mark.parametrize("sign_in_as", [sign_in, tokens])
def test_all_others_are_signed_out(alice, sign_in_as):
    others = [sign_in(alice), sign_in(alice, IPHONE), tokens(alice)]
    this = sign_in_as(alice)
    assert this.delete(ADDRESS).status_code == 200
    assert is_in(this)
    assert not any(map(is_in, others))
    assert [device["is_current"] for device in devices(this)] == [True]


def test_others_keep_nothing_of_a_stranger(alice, stranger):
    theirs = signed_in(stranger)
    assert sign_in(alice).delete(ADDRESS).status_code == 200
    assert is_in(theirs)


@pytest.mark.parametrize(
    "wrong", ["x", "0" * 64, "019ab0c4-7a31-7c3e-9d0b-6f2f4f5f8a11"]
)
def test_an_id_of_none(client, wrong):
    told = client.delete(f"{ADDRESS}/{wrong}")
    assert (told.status_code, told.json()["code"]) == (404, "device_not_found")


def test_this_one_may_be_signed_out_too(alice):
    client = sign_in(alice)
    client.delete(f"{ADDRESS}/{devices(client)[0]['id']}")
    assert not is_in(client)
    assert not TokenFamily.objects.exists()


# --- What a browser calls itself ----------------------------------------------------


LINUX_CHROME = "Mozilla/5.0 (X11; Linux x86_64) Chrome/142.0 Safari/537.36"


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (FIREFOX, "Firefox · Windows"),
        (IPHONE, "Safari · iPhone"),
        (LINUX_CHROME, "Chrome · Linux"),
        (LINUX_CHROME.replace("X11; Linux x86_64", "X11; CrOS 1"), "Chrome · ChromeOS"),
        (LINUX_CHROME.replace("X11; Linux", "Linux; Android"), "Chrome · Android"),
        (f"{LINUX_CHROME} Edg/142.0", "Edge · Linux"),
        (f"{LINUX_CHROME} OPR/124.0", "Opera · Linux"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X) Safari/605.1", "Safari · macOS"),
        ("python-requests/2.34", ""),
        ("", ""),
        ("<script>alert(1)</script> https://evil.example Firefox/1", "Firefox"),
    ],
)
def test_only_words_of_ours(agent, words):
    assert str(client_of(agent)) == words


# --- A mail about a new device ------------------------------------------------------


def told(mailoutbox):
    send_all()
    subjects = [mail.subject for mail in mailoutbox]
    mailoutbox.clear()
    return subjects


NEW = ["New sign-in to your account"]


def test_a_new_browser_is_told_once(alice, mailoutbox):
    browser = sign_in(alice)
    send_all()
    [mail] = mailoutbox
    assert mail.to == [alice.email]
    assert "Firefox · Windows" in mail.body
    assert "203.0.113.7" in mail.body
    assert "/security" in mail.body
    assert "/reset" in mail.body
    mailoutbox.clear()
    sign_in(alice, client=browser)
    assert told(mailoutbox) == []
    sign_in(alice)  # another browser of the same network
    assert told(mailoutbox) == NEW


def test_in_the_persons_language_and_time(alice, mailoutbox):
    alice.preferences.language = "es"
    alice.preferences.timezone = "Europe/Madrid"
    alice.preferences.save()
    sign_in(alice, "curl/8")
    send_all()
    [mail] = mailoutbox
    assert mail.subject == "Nuevo inicio de sesión en tu cuenta"
    assert "Con: una aplicación" in mail.body
    assert "(Europe/Madrid)" in mail.body


def test_an_app_is_known_by_its_network(alice, mailoutbox):
    tokens(alice)
    assert told(mailoutbox) == NEW
    tokens(alice)
    assert told(mailoutbox) == []
    tokens(alice, address="192.0.2.1")
    assert told(mailoutbox) == NEW


def test_signing_up_is_not_new(visitor, mailoutbox):
    body = {"email": "bob@example.org", "password": PASSWORD, "user_name": "bob"}
    visitor.post("/api/auth/signup", body)
    assert told(mailoutbox) == []
    visitor.post("/api/auth/signin", body | {"user_name": None})
    assert told(mailoutbox) == []


def test_nobody_fills_a_mailbox(alice, mailoutbox):
    for _ in range(9):
        sign_in(alice)
    assert told(mailoutbox) == NEW * 5
    yesterday = timezone.now() - timedelta(days=2)
    for place in KnownPlace.objects.filter(user=alice):
        aged = place.pk.int & ~(0xFFFFFFFFFFFF << 80)
        aged |= int(yesterday.timestamp() * 1000) << 80
        KnownPlace.objects.filter(user=alice, pk=place.pk).update(
            id=type(place.pk)(int=aged)
        )
    sign_in(alice)
    assert told(mailoutbox) == NEW


def test_a_wrong_password_is_no_device(alice, mailoutbox):
    body = {"email": alice.email, "password": "Wrong-Horse-7"}
    assert APIClient().post("/api/auth/signin", body).status_code == 401
    assert told(mailoutbox) == []
