"""Keys of sessions and tickets: they begin with their user, and older ones hold."""

from hashlib import sha256
from uuid import UUID

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from conftest import WatchedClient, signed_in
from factories import PASSWORD
from profiles.accounts.sessions import owner_in
from profiles.models import Session, Ticket
from profiles.sync import tickets

pytestmark = pytest.mark.django_db
URL = "/api/auth/session"


def key_of(client):
    return client.cookies["sessionid"].value


def test_a_key_begins_with_its_user_and_the_rest_is_a_secret(alice):
    first, second = key_of(signed_in(alice)), key_of(signed_in(alice))
    assert len(first) == 64
    assert owner_in(first) == owner_in(second) == alice.pk
    assert first[32:] != second[32:]


def test_a_secret_under_another_users_id_opens_nothing(alice, stranger):
    key = stranger.pk.hex + key_of(signed_in(alice))[32:]
    client = WatchedClient()
    client.cookies["sessionid"] = key
    assert client.get(URL).json()["data"] is None


def test_a_row_whose_user_is_another_than_its_key_says_is_no_session(alice, stranger):
    client = signed_in(alice)
    Session.objects.filter(session_key=key_of(client)).update(user=stranger)
    assert client.get(URL).json()["data"] is None
    assert client.get("/admin/").status_code == 302


@pytest.fixture
def old(alice, settings):
    """A browser that signed in at the release before this one."""
    settings.OWNER_IN_SESSION_KEYS = False
    client = APIClient()
    client.post("/api/auth/signin", {"email": alice.email, "password": PASSWORD})
    assert len(key_of(client)) == 32
    settings.OWNER_IN_SESSION_KEYS = True
    return client


def test_an_older_key_goes_on_working(old, alice):
    assert old.get(URL).json()["data"]["name"] == "alice"
    assert old.post("/api/user/profile", {"name": "Alice"}).status_code == 200
    ticket = old.post("/api/auth/ticket").json()["data"]["ticket"]
    assert tickets.redeem(ticket=ticket)[0] == alice.pk
    assert old.post("/api/auth/signout").status_code == 200
    assert not Session.objects.exists()


def test_an_older_key_opens_the_admin_too(staff, settings):
    settings.OWNER_IN_SESSION_KEYS = False
    client = signed_in(staff)
    settings.OWNER_IN_SESSION_KEYS = True
    assert client.get("/admin/").status_code == 200 or client.get(
        "/admin/", follow=True
    ).redirect_chain[-1][0].startswith("/admin/")


def test_a_new_sign_in_in_the_same_browser_has_a_new_kind_of_key(old, alice):
    old.post("/api/auth/signin", {"email": alice.email, "password": PASSWORD})
    assert owner_in(key_of(old)) == alice.pk
    assert Session.objects.count() == 1


def test_there_is_no_row_before_there_is_a_user(staff):
    browser = APIClient()
    page = browser.get("/admin/login/")
    assert page.status_code == 200
    assert not Session.objects.exists()
    assert "sessionid" not in browser.cookies
    answer = browser.post(
        "/admin/login/?next=/admin/",
        {"username": staff.email, "password": PASSWORD},
        format="multipart",
    )
    assert answer.status_code == 302
    [row] = Session.objects.all()
    assert row.user_id == staff.pk == owner_in(key_of(browser))


def test_what_a_browser_brought_of_nobodys_is_dropped_at_the_admins_door(staff):
    """A session of nobody, left by the release before this one."""
    Session.objects.create(
        session_key="a" * 32,
        session_data="e30",
        expire_date=timezone.now().replace(year=2100),
    )
    browser = APIClient()
    browser.cookies["sessionid"] = "a" * 32
    browser.post(
        "/admin/login/?next=/admin/",
        {"username": staff.email, "password": PASSWORD},
        format="multipart",
    )
    assert key_of(browser) != "a" * 32
    assert owner_in(key_of(browser)) == staff.pk


def test_a_ticket_begins_with_its_user(alice, client):
    ticket = client.post("/api/auth/ticket").json()["data"]["ticket"]
    owner, _, secret = ticket.partition(".")
    assert UUID(owner) == alice.pk
    assert len(secret) >= 40
    assert Ticket.objects.get().key == sha256(ticket.encode()).hexdigest()


def test_a_ticket_under_another_users_id_opens_nothing(alice, stranger, client):
    ticket = client.post("/api/auth/ticket").json()["data"]["ticket"]
    stolen = stranger.pk.hex + ticket[32:]
    assert tickets.redeem(ticket=stolen) is None
    assert tickets.redeem(ticket=ticket)[0] == alice.pk
    assert tickets.redeem(ticket=ticket) is None


def test_an_older_ticket_opens_a_socket_once(alice, client):
    client.post("/api/auth/ticket")
    Ticket.objects.update(key=tickets.digest("an-older-one"))
    assert tickets.redeem(ticket="an-older-one")[0] == alice.pk
    assert tickets.redeem(ticket="an-older-one") is None
