"""LoginClaim: who has which e-mail and user name, decided by one row."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from importlib import import_module
from io import StringIO
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import IntegrityError, close_old_connections, connection

from animecollections.api.errors import ApiError
from animecollections.identity import Origin
from conftest import signed_in
from factories import PASSWORD, UserFactory
from profiles import migrations
from profiles.accounts.managers import ClaimedError, claims_of
from profiles.accounts.services import sign_up
from profiles.accounts.sessions import SessionStore
from profiles.models import LoginClaim, User
from profiles.personal_data import erasure
from profiles.staff import account_changes as staff

pytestmark = pytest.mark.django_db
COMMAND = Origin("command")
ALICES = {"email:alice@example.org", "name:alice"}


def claimed():
    return dict(LoginClaim.objects.values_list("value", "user_id"))


def held_by(user):
    return {value for value, user_id in claimed().items() if user_id == user.pk}


def doctor(*arguments):
    out = StringIO()
    with suppress(CommandError):
        call_command("doctor", "--only", "claims", *arguments, stdout=out)
    return out.getvalue()


def test_an_account_claims_its_email_and_name(alice):
    assert claimed() == dict.fromkeys(ALICES, alice.pk)


def test_a_rename_gives_the_old_name_up(alice, client):
    answer = client.post("/api/user/updateProfile", {"name": "wonderland"})
    assert answer.status_code == 200, answer.content
    assert held_by(alice) == {"email:alice@example.org", "name:wonderland"}
    UserFactory(user_name="alice", email="other@example.org")


def test_a_name_in_other_letters_keeps_its_claim(alice, client):
    assert client.post("/api/user/updateProfile", {"name": "Alice"}).status_code == 200
    assert held_by(alice) == ALICES


def test_an_edit_by_staff_moves_both(alice):
    values = {"email": "new@example.org", "user_name": "Neo"}
    staff.edit(user_id=alice.pk, values=values, through=COMMAND)
    assert held_by(alice) == {"email:new@example.org", "name:neo"}


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"email": "stranger@example.org", "user_name": "free"}, "email_taken"),
        ({"email": "free@example.org", "user_name": "Stranger"}, "user_name_taken"),
    ],
)
def test_an_edit_that_is_refused_moves_none(alice, stranger, values, code):
    before = claimed()
    with pytest.raises(ApiError) as refusal:
        staff.edit(user_id=alice.pk, values=values, through=COMMAND)
    assert refusal.value.code == code
    assert claimed() == before


def test_an_erasure_gives_them_up(alice, stranger):
    erasure.erase(user_id=alice.pk, through=COMMAND)
    assert set(claimed().values()) == {stranger.pk}
    UserFactory(user_name="alice")


def test_create_staff_claims(db):
    call_command(
        "create_staff", "ed@example.org", "ed1", "--administrator", stdout=StringIO()
    )
    assert set(claimed()) == {"email:ed@example.org", "name:ed1"}


def test_made_up_people_claim(db):
    call_command("prepare", stdout=StringIO(), stderr=StringIO())
    call_command("seed_demo", "--users", "3", stdout=StringIO(), stderr=StringIO())
    assert len(claimed()) == 2 * User.objects.count() >= 6
    assert "0 wrong" in doctor()


# --- What a release that knew no claims leaves ---------------------------------------


def test_who_has_no_claims_signs_in_and_has_them_then(alice, visitor):
    LoginClaim.objects.all().delete()
    credentials = {"email": alice.email, "password": PASSWORD}
    assert visitor.post("/api/auth/signin", credentials).status_code == 200
    assert held_by(alice) == ALICES


def test_who_has_no_claims_keeps_their_name_all_the_same(alice, visitor):
    LoginClaim.objects.all().delete()
    answer = visitor.post(
        "/api/auth/signup",
        {"email": "x@example.org", "user_name": "ALICE", "password": PASSWORD},
    )
    assert answer.json()["code"] == "user_name_taken"
    answer = visitor.post(
        "/api/auth/signup",
        {"email": alice.email, "user_name": "someone", "password": PASSWORD},
    )
    assert answer.json()["code"] == "email_taken"
    assert not claimed()  # what was claimed for the refused is undone with them


def test_a_claim_of_nobody_keeps_nobody_out(alice, visitor):
    User.objects.filter(pk=alice.pk).update(
        email="moved@example.org", user_name="moved", user_name_key="moved"
    )
    answer = visitor.post(
        "/api/auth/signup",
        {"email": "alice@example.org", "user_name": "alice", "password": PASSWORD},
    )
    assert answer.status_code == 200, answer.content
    new = User.objects.get(email="alice@example.org")
    assert claimed() == dict.fromkeys(ALICES, new.pk)
    credentials = {"email": "moved@example.org", "password": PASSWORD}
    assert visitor.post("/api/auth/signin", credentials).status_code == 200
    assert held_by(alice) == {"email:moved@example.org", "name:moved"}


def test_doctor_compares_both_ways_and_mends(alice, stranger):
    LoginClaim.objects.filter(value="name:alice").delete()
    User.objects.filter(pk=stranger.pk).update(email="moved@example.org")
    said = doctor()
    assert f"User {alice.pk} has a user name that they do not claim" in said
    assert f"User {stranger.pk} has an e-mail that they do not claim" in said
    assert f"User {stranger.pk} claims an e-mail that is not theirs" in said
    doctor("--fix")
    assert "0 wrong" in doctor()
    assert held_by(alice) == ALICES
    assert held_by(stranger) == {"email:moved@example.org", "name:stranger"}


def test_the_migration_fills_them_and_may_run_again(alice, stranger, monkeypatch):
    [path] = Path(migrations.__file__).parent.glob("*_fill_login_claims.py")
    fill = import_module(f"profiles.migrations.{path.stem}")
    monkeypatch.setattr(fill, "AT_ONCE", 1)
    before = claimed()
    LoginClaim.objects.filter(user_id=alice.pk).delete()
    fill.fill(apps, None)
    assert claimed() == before


def test_a_claim_of_somebodys_is_refused_by_name(alice, stranger):
    with pytest.raises(ClaimedError) as refusal:
        LoginClaim.objects.take(stranger.pk, claims_of(alice))
    assert refusal.value.kind == "email"
    assert isinstance(refusal.value, IntegrityError)


# --- At once -------------------------------------------------------------------------


def at_once(*calls):
    def run(call):
        close_old_connections()
        try:
            return call()
        except ApiError as error:
            return error.code
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def signing_up(email, name):
    return lambda: (
        sign_up(
            email=email,
            user_name=name,
            password=PASSWORD,
            address="",
            session=SessionStore(),
            user_agent="",
        ).pk
    )


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_of_eight_sign_ups_with_one_name_in_eight_spellings_one_wins():
    names = ["sora", "Sora", "SORA", "sоra", "ｓora", "soRa", "SOra", "sorA"]
    calls = [signing_up(f"s{n}@example.org", name) for n, name in enumerate(names)]
    came = at_once(*calls)
    assert came.count("user_name_taken") == 7, came
    [winner] = User.objects.all()
    assert held_by(winner) == {f"email:{winner.email}", "name:sora"}
    assert len(claimed()) == 2


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_eight_times_the_same_sign_up_makes_one_account_and_signs_all_in():
    came = at_once(*[signing_up("sora@example.org", "sora")] * 8)
    assert set(came) == {User.objects.get().pk}
    assert len(claimed()) == 2


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_a_name_given_up_and_wanted_at_once_has_one_owner(alice):
    def rename():
        values = {"user_name": "wonderland"}
        staff.edit(user_id=alice.pk, values=values, through=COMMAND)

    for _ in range(3):
        at_once(
            rename,
            signing_up("b@example.org", "alice"),
            signing_up("c@example.org", "ALICE"),
        )
        assert "0 wrong" in doctor()
        holders = User.objects.filter(user_name_key="alice")
        assert len(holders) <= 1
        alice.refresh_from_db()
        assert claimed()["name:wonderland"] == alice.pk


def test_who_is_signed_in_stays_so_when_their_name_changes(alice, client):
    client.post("/api/user/updateProfile", {"name": "wonderland"})
    assert client.get("/api/auth/session").json()["data"]["name"] == "wonderland"
    assert signed_in(alice)
