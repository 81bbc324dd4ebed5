"""What has access: /api/user/apps, its end, the mails, and an app that is stopped."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from animecollections.identity import Origin
from conftest import signed_in
from factories import AnimeFactory, UserFactory
from history.models import StaffAction
from profiles.accounts import sign_in_hooks
from profiles.app_access import tasks
from profiles.models import App, AuthorizationCode, TokenFamily, User
from profiles.oauth.hooks import tell_access_given
from profiles.personal_data.erasure import erase
from profiles.tests.outbox import send_all
from profiles.tests.registered_apps import (
    client_of,
    code_for,
    let_in,
    person,
    register,
    taken,
)

APPS = "/api/user/apps"
LIST = "/api/user/watchList"
pytestmark = pytest.mark.django_db


@pytest.fixture
def maker():
    return UserFactory()


@pytest.fixture
def app(maker):
    return register(maker, name="Ani Notes", website="https://notes.example.org")


def apps_of(client):
    return client.get(APPS).json()["data"]


def works(family):
    return client_of(family).get(LIST).status_code == 200


# --- What has access ----------------------------------------------------------------


def test_an_app_is_told_once_with_all_its_scopes(client, alice, app):
    let_in(app, alice, "list:read")
    let_in(app, alice, "stats:read", mature=True)
    [told] = apps_of(client)
    assert told["id"] == str(app.pk)
    assert told["name"] == "Ani Notes"
    assert told["website"] == "https://notes.example.org"
    assert told["scopes"] == ["list:read", "stats:read"]
    assert told["mature"] is True
    assert told["sign_ins"] == 2


def test_when_it_was_last_used_is_told_to_a_minute(client, alice, app):
    family = let_in(app, alice, "list:read")
    old = timezone.now() - timedelta(days=3)
    TokenFamily.objects.filter(user=alice, pk=family.pk).update(used_at=old)
    assert works(family)
    [told] = apps_of(client)
    assert told["last_used_at"] > (timezone.now() - timedelta(minutes=1)).isoformat()
    assert told["last_used_from"] == "127.0.0.1"


@pytest.mark.parametrize(
    "end",
    [
        lambda app, family: App.objects.all().delete(),
        lambda app, family: App.objects.update(stopped_at=timezone.now()),
        lambda app, family: TokenFamily.objects.update(revoked_at=timezone.now()),
        lambda app, family: TokenFamily.objects.update(expires_at=timezone.now()),
        lambda app, family: TokenFamily.objects.update(auth_epoch=1),
    ],
    ids=["removed", "stopped", "ended", "expired", "a new password"],
)
def test_what_has_no_access_is_not_told(client, alice, app, end):
    end(app, let_in(app, alice))
    assert apps_of(client) == []


def test_others_see_nothing_of_it(other_client, alice, app):
    let_in(app, alice)
    assert apps_of(other_client) == []
    told = other_client.delete(f"{APPS}/{app.pk}")
    assert (told.status_code, told.json()["code"]) == (404, "app_not_found")


def test_no_app_sees_which_apps_there_are(alice, app):
    told = client_of(let_in(app, alice, "read", "write")).get(APPS)
    assert told.json()["code"] == "scope_missing"


def test_the_cost_does_not_grow(client, alice, maker, budget):
    for number in range(5):
        let_in(register(maker, name=f"App {number}"), alice)
    with budget(2, "sign-in check + the sign-ins of apps"):
        assert len(apps_of(client)) == 5


# --- The end -------------------------------------------------------------------------


def test_access_ends_at_once_with_what_would_begin_it_again(client, alice, app):
    families = [let_in(app, alice), let_in(app, alice)]
    AuthorizationCode.objects.create(
        user=alice,
        app=app,
        digest="x",
        auth_epoch=alice.auth_epoch,
        expires_at=timezone.now() + timedelta(minutes=1),
    )
    assert client.delete(f"{APPS}/{app.pk}").status_code == 200
    assert not any(map(works, families))
    assert apps_of(client) == []
    assert not AuthorizationCode.objects.of(alice.pk).exists()


def test_that_of_others_goes_on(client, alice, stranger, app):
    let_in(app, alice)
    theirs = let_in(app, stranger)
    client.delete(f"{APPS}/{app.pk}")
    assert works(theirs)


def test_a_second_end_finds_nothing(client, alice, app):
    let_in(app, alice)
    client.delete(f"{APPS}/{app.pk}")
    for app_id in (app.pk, uuid4()):
        assert client.delete(f"{APPS}/{app_id}").json()["code"] == "app_not_found"


# --- Mails ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "subject"),
    [
        ("en", "An app has access to your account"),
        ("es", "Una aplicación tiene acceso a tu cuenta"),
    ],
)
def test_a_mail_tells_of_a_new_app(client, alice, app, language, subject):
    client.patch("/api/user/preferences", {"language": language})
    User.objects.filter(pk=alice.pk).update(email_confirmed_at=timezone.now())
    tell_access_given(alice.pk, app.pk)
    send_all()
    [sent] = mail.outbox
    assert (sent.subject, sent.to) == (subject, [alice.email])
    assert "Ani Notes" in sent.body
    assert "/security" in sent.body


@pytest.mark.parametrize(
    ("ended", "mails"),
    [
        ({}, 0),
        ({"revoked_at": timezone.now()}, 1),
        ({"expires_at": timezone.now()}, 1),
        ({"auth_epoch": 77}, 1),
    ],
)
def test_an_app_that_lost_its_access_is_told_of_again(alice, app, ended, mails):
    let_in(app, alice)
    TokenFamily.objects.filter(app=app).update(**ended)
    taken(app, code_for(person(alice), app))
    send_all()
    assert len(mail.outbox) == mails


def test_who_has_not_proved_the_address_reads_no_name_of_an_app(alice, app):
    """Anyone could sign up with another's address, and write to them by such a name."""
    tell_access_given(alice.pk, app.pk)
    send_all()
    [sent] = mail.outbox
    assert "Ani Notes" not in sent.body + str(sent.alternatives)
    assert "You let an app use" in sent.body


# --- An app that staff stop ----------------------------------------------------------


def browser_of(user):
    browser = Client()
    browser.cookies.update(signed_in(user).cookies)
    return browser


@pytest.fixture
def administrator(staff):
    return browser_of(staff)


def page_of(app, verb):
    return reverse("admin:act_on_app", args=[app.pk, verb])


def test_staff_stop_an_app_for_everybody_with_a_reason(
    administrator, alice, stranger, app, maker
):
    families = [let_in(app, alice), let_in(app, stranger), let_in(app, stranger)]
    assert administrator.get(page_of(app, "stop")).status_code == 200
    administrator.post(page_of(app, "stop"), {"reason": "It deletes lists."})
    app.refresh_from_db()
    assert app.stopped_why == "It deletes lists."
    assert not any(map(works, families))
    send_all()
    assert not TokenFamily.objects.filter(app=app, revoked_at=None).exists()
    to = sorted(sent.to[0] for sent in mail.outbox)
    assert to == sorted([alice.email, stranger.email, maker.email])
    assert all("It deletes lists." in sent.body for sent in mail.outbox)
    [noted] = StaffAction.objects.all()
    assert (noted.action, noted.user_id) == ("stop_app", maker.pk)


def test_one_that_works_again_has_to_be_let_in_again(administrator, alice, app):
    family = let_in(app, alice)
    administrator.post(page_of(app, "stop"), {"reason": "It deletes lists."})
    send_all()
    administrator.post(page_of(app, "resume"), {"reason": "It is mended."})
    app.refresh_from_db()
    assert (app.stopped_at, app.stopped_why) == (None, "")
    assert not works(family)
    assert works(let_in(app, alice))


@pytest.mark.parametrize("body", [{}, {"reason": " "}])
def test_without_a_reason_nothing_happens(administrator, alice, app, body):
    family = let_in(app, alice)
    administrator.post(page_of(app, "stop"), body)
    assert works(family)


def test_staff_without_the_permission_stop_nothing(alice, app):
    family = let_in(app, alice)
    helper = browser_of(UserFactory(is_staff=True))
    answer = helper.post(page_of(app, "stop"), {"reason": "I do not like it."})
    assert answer.status_code == 403
    assert works(family)


def test_with_its_maker_it_ends_for_everybody(alice, app, maker, monkeypatch):
    """Their sockets too: the worker tells of it, as when an app is removed."""
    family = let_in(app, alice)
    erase(user_id=maker.pk, through=Origin("command"))
    assert not works(family)
    closed = []
    monkeypatch.setattr(sign_in_hooks, "hooks", [lambda *who: closed.append(who[0])])
    send_all()
    assert closed == [alice.pk]
    family.refresh_from_db()
    assert family.revoked_at


def test_its_end_is_told_some_people_at_a_time(monkeypatch, app):
    """However many there are, and where it was interrupted it goes on."""
    monkeypatch.setattr(tasks, "PEOPLE_AT_ONCE", 2)
    people = [UserFactory() for _ in range(5)]
    for user in people:
        let_in(app, user)
        let_in(app, user)
    App.objects.filter(pk=app.pk).update(stopped_at=timezone.now(), stopped_why="x")
    tasks.end_sign_ins.enqueue(app_id=str(app.pk), is_told=True)
    send_all()
    send_all()
    send_all()
    send_all()
    assert not TokenFamily.objects.filter(app=app, revoked_at=None).exists()
    assert sorted(sent.to[0] for sent in mail.outbox) == sorted(
        user.email for user in people
    )


# --- History -------------------------------------------------------------------------


def test_history_names_the_app_and_is_narrowed_to_it(client, alice, app, administrator):
    AnimeFactory(id=1)
    AnimeFactory(id=2)
    client.post(LIST, {"animeId": 1, "type": "To Watch"})
    writer = client_of(let_in(app, alice, "list:write"))
    writer.post(LIST, {"animeId": 2, "type": "To Watch"})
    address = f"/api/user/operations?app={app.pk}"
    [operation] = client.get(address).json()["data"]
    assert operation["token_name"] == "Ani Notes"
    assert operation["token_id"] == str(app.pk)
    assert client.get("/api/user/operations?app=x").json()["code"] == "invalid"
    log = reverse("admin:history_change_changelist")
    page = administrator.get(f"{log}?app={app.pk}&user__id__exact={alice.pk}")
    assert page.context["cl"].result_count == 1
    assert "Ani Notes" in page.content.decode()
    assert signed_in(UserFactory()).get(address).json()["data"] == []
