"""manage.py prune: one command for every rule of retention."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from uuid_utils.compat import uuid7

from animecollections.identity import Origin, SignIn
from animecollections.ops import retention
from animecollections.retention import RULES
from conftest import signed_in
from factories import PASSWORD
from history.idempotency.records import keep_answers
from history.log.recording import recording
from history.models import Change, ChangeKind, KeptAnswer
from profiles.accounts import tasks
from profiles.models import Session, Ticket, TokenFamily, WrongPasswords
from profiles.sync import tickets

pytestmark = pytest.mark.django_db
NONE = {rule.name: 0 for rule in RULES}


def prune(*args):
    out = StringIO()
    call_command("prune", *args, stdout=out, verbosity=0)
    return out.getvalue()


def told(what="dropped", **counts):
    counts = NONE | {name.replace("_", " "): n for name, n in counts.items()}
    return ", ".join(f"{n} {name}" for name, n in counts.items()) + f" {what}.\n"


def make_changes(user, time, number):
    """As if written then."""
    for _ in range(number):
        with recording(user_id=user.id, through=Origin("session")) as record:
            record.at = time
            record.change(ChangeKind.PROFILE)
            record.changes[0]["id"] = id_at(time)


def id_at(time):
    return uuid7(nanoseconds=int(time.timestamp()) * 10**9)


def age(answers, time):
    """As if kept then."""
    for pk in answers.values_list("pk", flat=True):
        answers.filter(pk=pk).update(id=id_at(time), created_at=time)


@pytest.fixture
def log(alice):
    """Three changes and two answers; the first of each is two years old."""
    old = timezone.now() - timedelta(days=730)
    make_changes(alice, old, 1)
    make_changes(alice, timezone.now(), 2)
    keep_answers(alice.id, {"request:a": ("f", {}), "request:b": ("f", {})})
    age(KeptAnswer.objects.filter(key="request:a"), old)


def test_of_the_log_what_is_old_goes_and_the_rest_stays(log):
    assert prune() == told(changes=1, kept_answers=1)
    assert list(
        Change.objects.order_by("revision").values_list("revision", flat=True)
    ) == [2, 3]
    assert KeptAnswer.objects.get().key == "request:b"
    assert prune() == told()


def test_its_old_name_still_works(log):
    out = StringIO()
    call_command("trim", "--dry-run", stdout=out, verbosity=0)
    assert out.getvalue() == told("would be deleted", changes=1, kept_answers=1)


def test_of_sign_ins_what_has_ended_goes_alone(alice, client, visitor):
    now = timezone.now()
    client.get("/api/auth/session")
    ended = signed_in(alice).cookies["sessionid"].value
    Session.objects.filter(pk=ended).update(expire_date=now - timedelta(days=1))
    body = {"email": alice.email, "password": PASSWORD}
    for _ in range(2):
        visitor.post("/api/auth/token", body)
    family = TokenFamily.objects.first()
    TokenFamily.objects.exclude(pk=family.pk).update(expires_at=now)
    for email in ("a@example.org", "b@example.org"):
        visitor.post("/api/auth/signin", body | {"email": email})
    old = WrongPasswords.objects.filter(email="a@example.org")
    old.update(last_at=now - timedelta(hours=1))
    for _ in range(2):
        tickets.issue(user_id=alice.id, sign_in=SignIn("session", "x"))
    Ticket.objects.filter(pk=Ticket.objects.first().pk).update(expires_at=now)
    assert prune() == told(
        **{"sessions": 1, "token families": 1, "tickets": 1, "lock-outs": 1}
    )
    assert [row.pk for row in Session.objects.all()] == [
        client.cookies["sessionid"].value
    ]
    assert [row.pk for row in TokenFamily.objects.all()] == [family.pk]
    assert [row.email for row in WrongPasswords.objects.all()] == ["b@example.org"]
    assert Ticket.objects.count() == 1


def test_finished_tasks_go_and_failed_ones_later(alice):
    for days, status in ((13, "SUCCESSFUL"), (15, "SUCCESSFUL"), (59, "FAILED")):
        task = tasks.mail_reset.enqueue(email="a@example.org")
        at = timezone.now() - timedelta(days=days)
        DBTaskResult.objects.filter(pk=task.id).update(status=status, finished_at=at)
    tasks.mail_reset.enqueue(email="a@example.org")  # not sent yet
    assert prune() == told(tasks=1)
    assert DBTaskResult.objects.count() == 3


def test_an_answer_kept_anew_under_an_old_key_stays(alice, log):
    keep_answers(alice.id, {"request:a": ("f", {})})
    assert prune() == told(changes=1)
    assert KeptAnswer.objects.count() == 2


def test_many_go_in_batches(alice, log, monkeypatch, budget):
    monkeypatch.setattr(retention, "BATCH", 2)
    year = timezone.now() - timedelta(days=400)
    make_changes(alice, year, 4)
    keep_answers(alice.id, {f"request:{i}": ("f", {}) for i in range(4)})
    age(KeptAnswer.objects.exclude(key="request:b"), year)
    with budget(12, "a read and a DELETE for each two"):
        pruned = prune("--only", "changes", "kept answers")
    assert pruned == "5 changes, 5 kept answers dropped.\n"
    assert (Change.objects.count(), KeptAnswer.objects.count()) == (2, 1)


def test_a_dry_run_drops_nothing(log):
    assert prune("--dry-run") == told("would be deleted", changes=1, kept_answers=1)
    assert Change.objects.count() == 3


def test_interrupted_it_keeps_what_it_did_and_goes_on(alice, log, monkeypatch):
    make_changes(alice, timezone.now() - timedelta(days=400), 3)
    monkeypatch.setattr(retention, "BATCH", 1)
    seen = []

    def stop(self, number):
        seen.append(number)
        if len(seen) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr("tqdm.std.tqdm.update", stop)
    with pytest.raises(CommandError, match="run this again") as interrupted:
        prune()
    assert interrupted.value.returncode == 130
    assert Change.objects.count() == 4
    monkeypatch.undo()
    assert prune() == told(changes=2, kept_answers=1)
