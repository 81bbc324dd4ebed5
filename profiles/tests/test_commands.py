"""The commands of Django's that touch accounts and sign-ins."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from conftest import signed_in
from factories import PASSWORD
from history.models import UserState
from profiles.models import User

pytestmark = pytest.mark.django_db


def create(**changes):
    options = {"email": "Root@Example.org", "user_name": "Root", "interactive": False}
    call_command("createsuperuser", **(options | changes), stdout=StringIO())


def test_createsuperuser_makes_a_whole_account(monkeypatch, visitor):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    create()
    user = User.objects.get()
    assert (user.email, user.user_name_key) == ("root@example.org", "root")
    assert user.is_staff
    assert user.is_superuser
    assert UserState.objects.filter(user=user).exists()
    body = {"email": user.email, "password": PASSWORD}
    assert visitor.post("/api/auth/signin", body).status_code == 200


def test_createsuperuser_asks(monkeypatch):
    class Terminal(StringIO):
        def isatty(self):
            return True

    answers = iter(["root@example.org", "Root"])
    monkeypatch.setattr("builtins.input", lambda _: next(answers))
    monkeypatch.setattr("getpass.getpass", lambda *_: PASSWORD)
    call_command("createsuperuser", stdin=Terminal(), stdout=StringIO())
    assert User.objects.get().check_password(PASSWORD)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"email": "alice@example.org"}, "already taken"),
        ({"user_name": "ALICE"}, "already exists"),
        ({"user_name": "аdmin"}, "one alphabet"),
        ({"email": "root"}, "valid email"),
    ],
)
def test_createsuperuser_says_what_is_wrong(alice, monkeypatch, changes, says):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    with pytest.raises(CommandError, match=says):
        create(**changes)
    assert User.objects.count() == 1


def test_changepassword_ends_every_sign_in(alice, client, monkeypatch):
    monkeypatch.setattr("getpass.getpass", lambda prompt: "Left-Cow-8")
    call_command("changepassword", "alice@example.org", stdout=StringIO())
    assert client.get("/api/auth/session").json()["data"] is None
    assert User.objects.get().check_password("Left-Cow-8")


def test_a_password_set_while_all_was_signed_out_ends_later_sign_ins_too(alice):
    """The command waits for its person: what began meanwhile is no exception."""
    waiting = User.objects.get()
    User.objects.update(auth_epoch=waiting.auth_epoch + 1)
    later = signed_in(User.objects.get())
    waiting.set_password("Left-Cow-8")
    waiting.save()
    assert later.get("/api/auth/session").json()["data"] is None
