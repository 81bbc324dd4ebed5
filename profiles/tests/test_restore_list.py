"""manage.py restore_list"""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from collections_app.models import WatchListEntry
from collections_app.tests.test_add_to_watch_list import URL, add
from factories import AnimeFactory
from history.models import Change, EpisodesWatched, StaffAction
from profiles.tests.outbox import send_all

pytestmark = pytest.mark.django_db


def restore(*args):
    out = StringIO()
    call_command("restore_list", *args, "--reason", "asked by mail", stdout=out)
    return out.getvalue()


@pytest.fixture
def moment(client):
    """A moment at which the list held 1 and 2; since then all of it changed."""
    for pk in (1, 2, 3):
        AnimeFactory(id=pk, episodes=12, title=f"Title {pk}")
    add(client, 1, "Watching", progress=3, score=8)
    add(client, 2, "To Watch", notes="n")
    Change.objects.update(at=timezone.now() - timedelta(hours=3))
    moment = timezone.now() - timedelta(hours=1)
    client.patch(f"{URL}/1", {"progress": 12, "notes": "later"})
    client.delete(f"{URL}/2")
    add(client, 3, "Completed")
    client.delete(f"{URL}/1")
    add(client, 1, "Collection", fresh=True)
    return moment.isoformat()


def state():
    return {
        entry.anime_id: (entry.type, entry.progress, entry.score, entry.notes)
        for entry in WatchListEntry.objects.all()
    }


def test_the_list_goes_back_to_a_moment_as_one_operation(client, alice, moment):
    before = state()
    said = restore("alice", "--at", moment)
    assert state() == {1: ("Watching", 3, 80, ""), 2: ("To Watch", 0, None, "n")}
    assert "3 entries" in said
    operation = Change.objects.order_by("revision").last().operation_id
    assert {c.through for c in Change.objects.filter(operation_id=operation)} == {
        "command"
    }
    client.post(f"/api/user/operations/{operation}/undo", {})
    assert state() == before


def test_it_stands_in_the_log_of_staff_and_is_mailed(alice, moment, mailoutbox):
    """As the same act in the admin."""
    before = state()
    with pytest.raises(CommandError, match="Give a reason with --reason"):
        call_command("restore_list", "alice", "--at", moment)
    assert state() == before
    restore("alice", "--at", moment)
    act = StaffAction.objects.get()
    assert (act.action, act.user_id, act.actor_id) == ("restore", alice.pk, None)
    assert act.reason == "asked by mail"
    assert act.operation_id == Change.objects.order_by("revision").last().operation_id
    send_all()
    [mail] = mailoutbox
    assert "restored your list to an earlier moment." in mail.body
    assert "asked by mail" in mail.body


def test_a_dry_run_tells_and_does_nothing(alice, moment):
    before = state()
    said = restore("alice@example.org", "--at", moment, "--dry-run")
    assert state() == before
    assert "would" in said


def test_a_second_run_changes_nothing(alice, moment):
    restore(str(alice.id), "--at", moment)
    changes = Change.objects.count()
    # What the first run did came after the moment too, and is taken back by itself.
    assert "0 entries" in restore("alice", "--at", moment)
    assert Change.objects.count() == changes


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        (("nobody", "--at", "2026-01-01"), "Account not found"),
        (("alice", "--at", "yesterday"), "not a time"),
        (("alice", "--at", "2999-01-01"), "future"),
    ],
)
def test_bad_input_gets_a_sentence(alice, args, sentence):
    with pytest.raises(CommandError, match=sentence):
        restore(*args)


def test_a_log_that_was_pruned_is_told(alice, moment):
    Change.objects.filter(revision__lte=3).delete()
    with pytest.raises(CommandError, match="does not go back"):
        restore("alice", "--at", moment)


def test_a_restore_that_is_undone_gives_episodes_watched_back(client, alice, moment):
    AnimeFactory(id=9, episodes=None)
    add(client, 9, "Watching")
    for _ in range(3):
        client.post(f"{URL}/9/increment")
    watched = EpisodesWatched.objects.filter(anime_id=9)
    restore("alice", "--at", moment)
    assert sum(watched.values_list("episodes", flat=True)) == 0
    operation = Change.objects.order_by("revision").last().operation_id
    client.post(f"/api/user/operations/{operation}/undo", {})
    assert sum(watched.values_list("episodes", flat=True)) == 3
    client.patch(f"{URL}/9", {"progress": 0})
    assert sum(watched.values_list("episodes", flat=True)) == 0
