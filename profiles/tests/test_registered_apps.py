"""/api/user/developer/apps: anyone registers an app, under a name of its own."""

import re

import pytest

from factories import UserFactory
from profiles.developers import services as apps
from profiles.models import App, Session, TokenFamily
from profiles.oauth import secrets
from profiles.tests.outbox import send_all
from profiles.tests.registered_apps import client_of, let_in

ADDRESS = "/api/user/developer/apps"
LIST = "/api/user/watchList"
WANTED = {
    "name": "Ani Notes",
    "description": "Notes on what you watch.",
    "website": "https://notes.example.org",
    "redirect_uris": ["https://notes.example.org/callback", "http://127.0.0.1/back"],
}
pytestmark = pytest.mark.django_db


def made(client, **more):
    told = client.post(ADDRESS, WANTED | more)
    assert told.status_code == 200, told.content
    return told.json()["data"]


# --- Registering ---------------------------------------------------------------------


def test_an_app_works_at_once(client, alice):
    told = made(client)
    assert told["client_id"] == told["id"]
    assert told["client_secret"] is None
    assert {name: told[name] for name in WANTED} == WANTED
    app = App.objects.get()
    assert client_of(let_in(app, alice, "list:read")).get(LIST).status_code == 200
    [listed] = client.get(ADDRESS).json()["data"]
    assert listed == {k: v for k, v in told.items() if k != "client_secret"}


def test_the_secret_of_a_confidential_one_is_shown_once(client):
    told = made(client, confidential=True)
    secret = told["client_secret"]
    assert re.fullmatch(r"ac_app_[a-z0-9]+", secret)
    assert secret.startswith(told["secret_prefix"])
    row = App.objects.values().get()
    assert secret not in str(row)
    assert secrets.is_secret(secret, row["secret_digest"])
    assert secret not in client.get(ADDRESS).content.decode()


def test_no_cache_keeps_the_answer(client):
    assert client.post(ADDRESS, WANTED)["Cache-Control"] == "no-store"


def test_a_new_secret_ends_the_one_before(client):
    first = made(client, confidential=True)
    again = client.post(f"{ADDRESS}/{first['id']}/rotate").json()["data"]
    kept = App.objects.get().secret_digest
    assert secrets.is_secret(again["client_secret"], kept)
    assert not secrets.is_secret(first["client_secret"], kept)


def test_a_public_app_has_no_secret(client):
    told = client.post(f"{ADDRESS}/{made(client)['id']}/rotate")
    assert (told.status_code, told.json()["code"]) == (409, "app_is_public")


def test_registering_asks_for_a_fresh_proof(client, alice):
    Session.objects.filter(user=alice).update(proved_at=None)
    assert client.post(ADDRESS, WANTED).json()["code"] == "proof_needed"
    assert not App.objects.exists()


def test_so_does_another_place_to_send_people_to(client, alice):
    address = f"{ADDRESS}/{made(client)['id']}"
    Session.objects.filter(user=alice).update(proved_at=None)
    elsewhere = {"redirect_uris": ["https://elsewhere.example.org/"]}
    assert client.patch(address, elsewhere).json()["code"] == "proof_needed"
    assert App.objects.get().redirect_uris == WANTED["redirect_uris"]
    assert client.patch(address, {"name": "Ani Two"}).status_code == 200


def test_so_does_removing_one(client, alice):
    address = f"{ADDRESS}/{made(client)['id']}"
    Session.objects.filter(user=alice).update(proved_at=None)
    assert client.delete(address).json()["code"] == "proof_needed"
    assert App.objects.exists()


def test_a_person_has_at_most_so_many(client, monkeypatch):
    monkeypatch.setattr(apps, "MOST_APPS", 1)
    first = made(client)
    told = client.post(ADDRESS, WANTED | {"name": "Another"})
    assert (told.status_code, told.json()["code"]) == (409, "apps_full")
    client.delete(f"{ADDRESS}/{first['id']}")
    made(client, name="Another")


# --- What is wrong is said -----------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "field", "sentence"),
    [
        ({"name": ""}, "name", "empty"),
        ({"name": "ab"}, "name", "3 to 60"),
        ({"name": "x" * 61}, "name", "60"),
        ({"name": "--- !"}, "name", "letter or a digit"),
        ({"name": "Ani\u200bNotes"}, "name", "invisible"),
        ({"name": "Аni Notes"}, "name", "one alphabet"),  # a Cyrillic А
        ({"name": "Go to evil.example"}, "name", "address"),
        ({"name": "mail@example"}, "name", "address"),
        ({"name": "Call 0900123456"}, "name", "number"),
        ({"name": "animecollections"}, "name", "pass for the service"),
        ({"name": "4nime Collect1ons Sync"}, "name", "pass for the service"),
        ({"name": "Ani Official"}, "name", "pass for the service"),
        ({"name": "Support"}, "name", "pass for the service"),
        ({"description": "x" * 301}, "description", "300"),
        ({"website": "http://notes.example.org"}, "website", "https://"),
        ({"website": "javascript:alert(1)"}, "website", "https://"),
        ({"website": "https://localhost"}, "website", "https://"),
        ({"redirect_uris": ["http://notes.example.org/"]}, "redirect_uris", "https://"),
        ({"redirect_uris": ["https://a.example/*"]}, "redirect_uris", "wildcard"),
        ({"redirect_uris": ["https://a.example/#x"]}, "redirect_uris", "fragment"),
        ({"redirect_uris": "https://a.example/"}, "redirect_uris", "list"),
        ({"redirect_uris": ["https://a.example/"] * 11}, "redirect_uris", "at most"),
        ({"confidential": "yes"}, "confidential", "true or false"),
    ],
)
def test_what_is_wrong_is_said(client, wrong, field, sentence):
    told = client.post(ADDRESS, WANTED | wrong)
    assert told.status_code == 400
    assert sentence in str(told.json()["fields"][field])
    assert not App.objects.exists()


@pytest.mark.parametrize("name", ["Ani Notes", "ani-notes", "Ani N0tes", "Ａni Ｎotes"])
def test_a_name_that_reads_the_same_is_taken(client, other_client, name):
    made(client)
    told = other_client.post(ADDRESS, WANTED | {"name": name})
    assert (told.status_code, told.json()["code"]) == (409, "app_name_taken")
    assert App.objects.count() == 1


def test_none_is_needed_where_a_device_shows_a_code(client):
    assert made(client, redirect_uris=[])["redirect_uris"] == []


# --- Changing and removing -----------------------------------------------------------


def test_what_is_not_sent_stays(client):
    told = made(client)
    changed = client.patch(f"{ADDRESS}/{told['id']}", {"name": "Ani Notes 2"})
    assert changed.json()["data"]["name"] == "Ani Notes 2"
    assert changed.json()["data"]["redirect_uris"] == WANTED["redirect_uris"]
    made(client)  # its old name is free


def test_an_app_keeps_its_own_name(client):
    told = made(client)
    changed = client.patch(f"{ADDRESS}/{told['id']}", {"name": "ANI NOTES"})
    assert changed.status_code == 200


def test_what_is_wrong_in_a_change_is_said(client):
    told = made(client)
    made(client, name="Another")
    for wrong, code in (
        ({"name": "x"}, "invalid"),
        ({"name": "another"}, "app_name_taken"),
    ):
        answer = client.patch(f"{ADDRESS}/{told['id']}", wrong)
        assert answer.json()["code"] == code
    assert App.objects.filter(name="Ani Notes").exists()


def test_a_removed_app_signs_nobody_in(client, alice, stranger):
    told = made(client)
    app = App.objects.get()
    families = [let_in(app, alice), let_in(app, stranger)]
    client.delete(f"{ADDRESS}/{told['id']}")
    for family in families:
        assert client_of(family).get(LIST).status_code == 401
    send_all()
    assert not TokenFamily.objects.filter(revoked_at=None).exists()


@pytest.mark.parametrize("method", ["patch", "delete"])
def test_strangers_reach_nothing(client, other_client, method):
    told = made(client)
    answer = getattr(other_client, method)(f"{ADDRESS}/{told['id']}")
    assert (answer.status_code, answer.json()["code"]) == (404, "app_not_found")
    assert other_client.get(ADDRESS).json()["data"] == []
    assert App.objects.exists()


def test_a_stranger_gets_no_new_secret(client, other_client):
    told = made(client, confidential=True)
    answer = other_client.post(f"{ADDRESS}/{told['id']}/rotate")
    assert answer.json()["code"] == "app_not_found"


def test_no_app_registers_apps(client):
    made(client)
    reader = client_of(let_in(App.objects.get(), UserFactory(), "read", "write"))
    assert reader.post(ADDRESS, WANTED).json()["code"] == "scope_missing"


def test_the_cost(client, budget):
    with budget(2, "sign-in check + the apps"):
        client.get(ADDRESS)
    with budget(5, "sign-in check, proof, account, how many, the app"):
        made(client)
