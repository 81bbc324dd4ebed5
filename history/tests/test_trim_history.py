"""manage.py trim_history"""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from uuid_utils.compat import uuid7

from animecollections.api.account import Through
from history.management.commands import trim_history
from history.models import Change, ChangeKind, KeptAnswer
from history.services import recording
from history.services.answers import keep_answers

pytestmark = pytest.mark.django_db


def make_changes(user, time, number):
    """As if written then."""
    for _ in range(number):
        with recording(user_id=user.id, through=Through("session")) as record:
            record.at = time
            record.change(ChangeKind.PROFILE)
            id_ = uuid7(nanoseconds=int(time.timestamp()) * 10**9)
            record.changes[0]["id"] = id_


@pytest.fixture
def log(alice):
    """Three changes, of which the first is two years old."""
    old = timezone.now() - timedelta(days=730)
    make_changes(alice, old, 1)
    make_changes(alice, timezone.now(), 2)
    keep_answers(alice.id, {"request:a": ("f", {}), "request:b": ("f", {})})
    KeptAnswer.objects.filter(key="request:a").update(created_at=old)


def trim(*args):
    out = StringIO()
    call_command("trim_history", *args, stdout=out)
    return out.getvalue()


def test_what_is_old_goes_and_the_rest_stays(log):
    assert trim() == "1 changes and 1 kept answers dropped.\n"
    assert list(
        Change.objects.order_by("revision").values_list("revision", flat=True)
    ) == [2, 3]
    assert KeptAnswer.objects.get().key == "request:b"
    assert trim() == "0 changes and 0 kept answers dropped.\n"


def test_many_go_in_batches(alice, log, monkeypatch, budget):
    monkeypatch.setattr(trim_history, "BATCH", 2)
    year = timezone.now() - timedelta(days=400)
    make_changes(alice, year, 4)
    keep_answers(alice.id, {f"request:{i}": ("f", {}) for i in range(4)})
    KeptAnswer.objects.exclude(key="request:b").update(created_at=year)
    with budget(14, "a read and a DELETE for each two, and a read that finds none"):
        assert trim() == "5 changes and 5 kept answers dropped.\n"
    assert (Change.objects.count(), KeptAnswer.objects.count()) == (2, 1)


def test_a_dry_run_drops_nothing(log):
    assert trim("--dry-run") == "1 changes would go.\n"
    assert Change.objects.count() == 3


def test_too_short_a_memory_is_refused():
    with pytest.raises(CommandError, match="at least 2 days"):
        trim("--days", "1")
