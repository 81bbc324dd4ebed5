"""Numbers beyond 64 bits that a database holds since before they were refused.

PostgreSQL keeps 1e20 as an integer, which Python reads and our writer stopped at: each
answer that held it was a 500, for good. Whoever has one gets it as the float it was.
"""

import json
from io import BytesIO
from uuid import UUID
from zipfile import ZipFile

import pytest
from django.utils import timezone

from animecollections.ops import checksums
from collections_app.models import ImportPlan, ImportRow, WatchListEntry
from collections_app.tests.imports import apply, title, upload
from collections_app.tests.imports import mal as as_mal
from history.models import Change, Search
from profiles.sync.feed import message_of
from profiles.tests.device import Device

pytestmark = pytest.mark.django_db
LIST = "/api/user/watchList"
HUGE = {"kitsu": {"huge": 10**25, "deep": [{"small": -(10**20)}]}}
AS_FLOATS = {"kitsu": {"huge": 1e25, "deep": [{"small": -1e20}]}}


@pytest.fixture(autouse=True)
def _kept_before(client, alice, death_note):
    """Alice's search and entry, with the numbers that were taken once."""
    client.post("/api/user/searchHistory", {"query": "naruto"})
    Search.objects.update(filters={"year": 10**20, "min": [-(10**25)]})
    client.post(LIST, {"animeId": 1535, "type": "Watching"})
    WatchListEntry.objects.update(extra=HUGE)
    for change in Change.objects.filter(kind="add"):
        change.after |= {"extra": HUGE}
        change.save()


def good(response):
    assert response.status_code == 200, response.content
    return response


def test_the_search_history_is_answered(client):
    [search] = good(client.get("/api/user/searchHistory")).json()["data"]
    assert search["appliedFilters"] == {"year": 1e20, "min": [-1e25]}


def test_the_same_search_is_saved_again(client):
    good(client.post("/api/user/searchHistory", {"query": "bleach"}))
    assert len(good(client.get("/api/user/searchHistory")).json()["data"]) == 2


def test_devices_sync_and_are_told(client, alice):
    device = Device(client)
    device.catch_up()
    assert device.holds_what_is_there()
    search = Search.objects.get()
    event = {
        "since": 0,
        "revision": 2,
        "anime_ids": [1535],
        "ids": {"searches": [str(search.id)]},
        "operation_id": None,
        "client_id": None,
    }
    message = json.loads(message_of(alice.id, event))
    assert message["searches"]["saved"][0]["appliedFilters"]["year"] == 1e20


def test_the_entry_can_be_written_and_the_write_undone(client):
    done = good(client.patch(f"{LIST}/1535", {"score": 9.5})).json()
    operation = done["meta"]["operation_id"]
    good(client.post(f"/api/user/operations/{operation}/undo"))
    removed = good(client.delete(f"{LIST}/1535")).json()
    good(client.post(f"/api/user/operations/{removed['meta']['operation_id']}/undo"))
    assert to_floats(WatchListEntry.objects.get().extra) == AS_FLOATS


def test_the_log_is_told(client):
    told = good(client.get("/api/user/operations")).json()["data"]
    assert {operation["size"] for operation in told} == {1}


def test_the_account_is_exported(client):
    response = good(client.get("/api/user/export?format=account"))
    archive = ZipFile(BytesIO(b"".join(response.streaming_content)))
    searches = archive.read("searches.jsonl")
    assert json.loads(searches)["filters"]["year"] == 1e20
    assert json.loads(archive.read("watch_list.jsonl"))["extra"] == AS_FLOATS
    [entry] = json.loads(archive.read("list.json"))["entries"]
    assert entry["extra"] == AS_FLOATS


@pytest.mark.parametrize("name", ["json", "mal", "anilist", "csv"])
def test_the_list_is_exported(client, name):
    response = good(client.get(f"/api/user/export?format={name}"))
    assert b"".join(response.streaming_content)
    good(client.get(f"/api/user/export/fidelity?format={name}"))


def test_staff_look_at_all_of_it(staff_client, alice):
    for page in (
        f"history/search/{Search.objects.get().pk}/change/",
        f"history/change/{Change.objects.get(kind='add').pk}/change/",
        f"collections_app/watchlistentry/{WatchListEntry.objects.get().pk}/change/",
        f"profiles/user/{alice.pk}/change/",
    ):
        response = staff_client.get(f"/admin/{page}")
        assert response.status_code in (200, 302), page


def test_a_backup_counts_it(alice):
    assert UUID(next(iter(checksums.of_users()))[0]) == alice.id


def test_a_plan_that_was_made_before_can_be_applied(client, alice):
    plan = upload(client, as_mal(title(1535, score=8)), policy="overwrite")
    row = ImportRow.objects.get()
    row.record["extra"] = {"huge": 10**25}
    row.after["extra"] = {"mal": {"huge": 10**25}}
    row.save()
    ImportPlan.objects.update(changed_at=timezone.now())
    good(client.patch(f"/api/user/imports/{plan['id']}", {"policy": "newest"}))
    good(client.patch(f"/api/user/imports/{plan['id']}", {"policy": "overwrite"}))
    good(client.get(f"/api/user/imports/{plan['id']}/rows"))
    assert apply(client, plan)["status"] == "applied"


def to_floats(value):
    return json.loads(json.dumps(value), parse_int=float)
