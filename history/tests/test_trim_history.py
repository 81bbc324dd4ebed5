"""manage.py trim_history"""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from animecollections.api.account import Through
from history.models import Change, ChangeKind, KeptAnswer
from history.services import recording
from history.services.answers import keep_answers

pytestmark = pytest.mark.django_db


@pytest.fixture
def log(alice):
    """Three changes, of which the first is two years old."""
    for _ in range(3):
        with recording(user_id=alice.id, through=Through("session")) as record:
            record.change(ChangeKind.PROFILE)
    old = timezone.now() - timedelta(days=730)
    Change.objects.filter(revision=1).update(at=old)
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


def test_a_dry_run_drops_nothing(log):
    assert trim("--dry-run") == "1 changes would go.\n"
    assert Change.objects.count() == 3


def test_too_short_a_memory_is_refused():
    with pytest.raises(CommandError, match="at least 2 days"):
        trim("--days", "1")
