"""Where user names are set: blanks, reserved ones, and spellings of one name."""

from importlib import import_module
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from rest_framework.test import APIClient

from conftest import signed_in
from factories import PASSWORD, UserFactory
from profiles.models import Profile, User
from profiles.tests.test_sign_in_races import at_once

pytestmark = pytest.mark.django_db
BLANKS = {
    "blank": "     ",
    "tab": "\t\t\t",
    "no-break": "\u00a0" * 4,
    "ideographic": "\u3000" * 4,
    "em quad": "\u2001" * 4,
    "zero width": "\u200b" * 4,
    "word joiner": "\u2060" * 4,
    "hangul filler": "\u3164" * 4,
    "halfwidth filler": "\uffa0" * 4,
    "choseong filler": "\u115f" * 4,
    "braille": "\u2800" * 4,
    "soft hyphen": "\u00ad" * 4,
    "mixed": "\u3164 \u200b\u00a0\u2800",
    "marks": "\u0301" * 4,
}
ANNA = {"email": "anna@example.org", "password": PASSWORD}


@pytest.fixture(params=BLANKS.values(), ids=list(BLANKS))
def blanks(request):
    return request.param


def rename(client, name):
    return client.post("/api/user/updateProfile", {"name": name})


def sign_up(client, name, **more):
    return client.post("/api/auth/signup", ANNA | {"user_name": name} | more)


def test_nobody_is_renamed_to_blanks(client, alice, blanks):
    response = rename(client, blanks)
    assert (response.status_code, response.json()["code"]) == (400, "invalid")
    assert "name" in response.json()["fields"]
    assert User.objects.get().user_name == "alice"


def test_nobody_signs_up_as_blanks(visitor, blanks):
    assert sign_up(visitor, blanks).status_code == 400
    assert not User.objects.exists()


def test_staff_give_nobody_blanks(staff_client, alice, blanks):
    address = f"/admin/profiles/user/{alice.pk}/change/"
    body = {"email": alice.email, "user_name": blanks, "reason": "A test."}
    staff_client.post(address, body, format="multipart")
    alice.refresh_from_db()
    assert alice.user_name == "alice"


def test_commands_give_nobody_blanks(db, blanks):
    with pytest.raises(CommandError):
        call_command("create_staff", "anna@example.org", blanks, stdout=StringIO())
    assert not User.objects.exists()


def test_no_door_at_all_stores_an_empty_name(alice):
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=alice.pk).update(user_name="")


@pytest.mark.parametrize("picture", ["avatar", "banner_image"])
@pytest.mark.parametrize("blank", ["  ", "\u00a0", "\u3164"])
def test_a_picture_of_blanks_takes_none_away(client, alice, picture, blank):
    kept = "https://img.example.org/a.png"
    client.post("/api/user/updateProfile", {picture: kept})
    assert client.post("/api/user/updateProfile", {picture: blank}).status_code == 400
    assert getattr(Profile.objects.get(), picture) == kept


@pytest.mark.parametrize("name", ["admin", "R00T", "ᴀᴘɪ", "Supp0rt", "null", "St4ff"])
def test_a_reserved_name_is_free_to_nobody(visitor, client, name):
    for response, field in (
        (sign_up(visitor, name), "user_name"),
        (rename(client, name), "name"),
    ):
        body = response.json()
        assert (response.status_code, body["code"]) == (409, "user_name_taken")
        assert "reserved" in body["fields"][field][0]
    assert User.objects.count() == 1


def test_whoever_has_a_reserved_name_keeps_it(visitor):
    holder = UserFactory(user_name="support", email=ANNA["email"])
    browser = signed_in(holder)
    assert rename(browser, "support").status_code == 200
    assert rename(browser, "Support").status_code == 200
    assert sign_up(visitor, "Support").status_code == 200  # the same again signs in
    assert User.objects.get().user_name == "Support"


def test_staff_can_give_a_reserved_name(db):
    call_command("create_staff", "anna@example.org", "admin", stdout=StringIO())
    assert User.objects.get().user_name == "admin"


SPELLINGS = [
    "alice",
    "Alice",
    "ᴀʟɪᴄᴇ",
    "alıce",
    "ALİCE",
    "ａｌｉｃｅ",
    "🅰lice",
    "ⓐlice",
]


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_of_many_who_want_spellings_of_one_name_at_once_one_gets_it():
    calls = [
        lambda name=name, n=n: sign_up(APIClient(), name, email=f"{n}@example.org")
        for n, name in enumerate(SPELLINGS)
    ]
    told = sorted(answer.json().get("code", "") for answer in at_once(calls))
    assert told == ["", *["user_name_taken"] * (len(SPELLINGS) - 1)]
    assert User.objects.count() == 1


@pytest.mark.parametrize("name", ["alice", "ALİCE", "   ", "\u202eecila"])
def test_anybody_can_be_erased_by_id_whatever_the_name(
    alice, staff_client, monkeypatch, name
):
    other = UserFactory(user_name=str(alice.pk))  # another's id for a name
    User.objects.filter(pk=alice.pk).update(user_name=name, user_name_key=" odd")
    monkeypatch.setattr("builtins.input", lambda _: str(alice.pk))
    call_command("erase_user", str(alice.pk), "--reason=asked", stdout=StringIO())
    assert not User.objects.filter(pk=alice.pk).exists()
    assert User.objects.filter(pk=other.pk).exists()


@pytest.mark.parametrize("typed", ["id", "email"])
def test_staff_erase_whom_they_cannot_spell(alice, staff_client, typed):
    User.objects.filter(pk=alice.pk).update(user_name="   ")
    said = {"id": str(alice.pk), "email": alice.email}[typed]
    body = {"user_name": said, "reason": "Asked for."}
    address = f"/admin/users/{alice.pk}/erase/"
    assert staff_client.post(address, body, format="multipart").status_code == 302
    assert not User.objects.filter(pk=alice.pk).exists()


def test_names_that_become_one_keep_both_their_holders(db):
    first, second, nameless = UserFactory.create_batch(3)
    rows = User.objects.order_by("created_at")
    for user, name in ((first, "Kate"), (second, "ᴋate"), (nameless, "  ")):
        User.objects.filter(pk=user.pk).update(user_name=name, user_name_key=name)
    migration = import_module("profiles.migrations.0007_user_name_keys")
    migration.fold_again(apps, connection.schema_editor())
    names = list(rows.values_list("user_name", flat=True))
    assert names == ["Kate", "ᴋate", f"viewer {nameless.pk.hex[:12]}"]
    keys = list(rows.values_list("user_name_key", flat=True))
    assert keys[:2] == ["kate", f" {second.pk.hex}"]
    migration.fold_again(apps, connection.schema_editor())  # changes nothing more
    assert list(rows.values_list("user_name_key", flat=True)) == keys


def test_staff_find_a_name_by_how_it_looks(staff_client, db):
    user = UserFactory(user_name="ᴋᴀᴛᴇ", email="k@example.org")
    page = staff_client.get("/admin/find/", {"q": "kate"})
    assert page.status_code == 302
    assert str(user.pk) in page["Location"]
