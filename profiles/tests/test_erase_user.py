"""manage.py erase_user"""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from history.models import StaffAction
from profiles.models import Erasure, User
from profiles.tests.outbox import send_all

pytestmark = pytest.mark.django_db


def erase(*args):
    out = StringIO()
    call_command("erase_user", *args, "--reason", "asked by mail", stdout=out)
    return out.getvalue()


@pytest.mark.parametrize("name", ["alice", "ALICE@example.org"])
def test_all_of_the_account_goes_and_of_no_other(client, death_note, stranger, name):
    client.post("/api/user/watchList", {"animeId": 1535, "type": "Watching"})
    assert erase(name, "--yes") == "alice, 1 entries and 0 pictures are erased.\n"
    assert User.objects.get() == stranger
    assert Erasure.objects.get().through == "command"
    with pytest.raises(CommandError, match="Account not found"):
        erase(name, "--yes")


def test_it_stands_in_the_log_of_staff_and_is_mailed(alice, mailoutbox):
    with pytest.raises(CommandError, match="Give a reason with --reason"):
        call_command("erase_user", "alice", "--yes")
    assert User.objects.exists()
    erase("alice", "--yes")
    act = StaffAction.objects.get()
    assert (act.action, act.user_id, act.reason) == ("erase", None, "asked by mail")
    send_all()
    [mail] = mailoutbox
    assert mail.to == ["alice@example.org"]


def test_a_dry_run_erases_nothing(alice):
    said = erase(str(alice.pk), "--dry-run")
    assert said == "alice, 0 entries and 0 pictures would be erased.\n"
    assert User.objects.exists()


@pytest.mark.parametrize("answer", ["alice", " alice "])
def test_it_asks_for_the_name(alice, monkeypatch, answer):
    monkeypatch.setattr("builtins.input", lambda _: answer)
    erase("alice")
    assert not User.objects.exists()


def no(_):
    return "yes"


def interrupt(_):
    raise KeyboardInterrupt


@pytest.mark.parametrize("answer", [no, interrupt])
def test_any_other_answer_erases_nothing(alice, monkeypatch, answer):
    monkeypatch.setattr("builtins.input", answer)
    with pytest.raises(CommandError, match="Nothing was erased"):
        erase("alice")
    assert User.objects.exists()
