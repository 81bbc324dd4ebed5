"""The action "Undo the operations" of the log in the admin"""

import pytest
from django.test import Client

from collections_app.models import WatchListEntry
from collections_app.tests.test_add_to_watch_list import URL, add
from factories import AnimeFactory
from history.models import Change

pytestmark = pytest.mark.django_db
LOG = "/admin/history/change/"


@pytest.fixture
def desk(staff):
    desk = Client()
    desk.force_login(staff)
    return desk


def undo(desk, *changes):
    chosen = [str(change.pk) for change in changes]
    body = {"action": "undo", "_selected_action": chosen}
    return desk.post(LOG, body, follow=True).content.decode()


def test_staff_undo_what_a_user_did_and_the_log_says_who(client, desk, staff):
    AnimeFactory(id=1)
    AnimeFactory(id=2)
    queue = [{"op": "add", "animeId": pk, "type": "Watching"} for pk in (1, 2)]
    client.post(f"{URL}/batch", {"operations": queue})
    page = undo(desk, *Change.objects.all())
    assert "2 put back" in page
    assert not WatchListEntry.objects.exists()
    undone = Change.objects.filter(kind="remove")
    assert {(c.through, c.actor_id) for c in undone} == {("admin", staff.pk)}


def test_what_changed_since_stays_and_is_told(client, desk):
    AnimeFactory(id=1, title="Mushishi")
    add(client, 1)
    client.patch(f"{URL}/1", {"notes": "mine"})
    page = undo(desk, Change.objects.get(kind="add"))
    assert "Mushishi: notes changed since, and stays." in page
    assert WatchListEntry.objects.get().notes == "mine"


def test_what_is_no_operation_on_a_list_is_told_as_such(client, desk):
    client.post("/api/user/searchHistory", {"query": "naruto"})
    assert "no such operation" in undo(desk, Change.objects.get())


def test_the_log_tells_before_and_after(client, desk):
    AnimeFactory(id=1, title="Mushishi")
    add(client, 1)
    client.patch(f"{URL}/1", {"progress": 3})
    page = desk.get(LOG).content.decode()
    assert "progress: 0 → 3" in page
    assert "Mushishi" in page


def test_staff_without_the_right_are_not_offered_it(client, desk, staff):
    AnimeFactory(id=1)
    add(client, 1)
    staff.is_superuser = False
    staff.save(update_fields=["is_superuser"])
    assert desk.get(LOG).status_code == 403
    undo(desk, Change.objects.get())
    assert WatchListEntry.objects.exists()
