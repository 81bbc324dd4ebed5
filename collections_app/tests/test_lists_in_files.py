"""Lists of one's own in our own JSON, and back; and of titles that become one."""

import json

import pytest

from animecollections.identity import Origin
from collections_app.catalogue.refs import AnimeRef
from collections_app.merges import services as merging
from collections_app.tests.imports import apply, counts, rows, upload
from collections_app.tests.own_lists import LISTS, done, make, put, titles, undo_last
from factories import AnimeFactory

pytestmark = pytest.mark.django_db
LIST = "/api/user/watchList"


@pytest.fixture(autouse=True)
def _titles():
    for pk in range(1, 6):
        AnimeFactory(id=pk, title=f"Title {pk}")


@pytest.fixture
def anna(client):
    """Three titles, one of which is on the watch list."""
    made = make(client, description="Sundays.", pinned=True, ordering="-rank")
    for pk in (3, 1, 2):
        put(client, made, pk, notes=f"{pk}!")
    done(client.post(LIST, {"animeId": 1, "type": "Watching"}))
    return made


def exported(client):
    response = client.get("/api/user/export", {"format": "json"})
    return b"".join(response.streaming_content)


def test_the_file_says_it(client, anna):
    file = json.loads(exported(client))
    assert file["lists"] == [
        {
            "name": "With Anna",
            "description": "Sundays.",
            "ordering": "-rank",
            "rules": {},
            "leave_when_completed": False,
            "pinned": True,
        }
    ]
    assert [title["anime_id"] for title in file["watched"]] == ["2", "3"]
    [entry] = file["entries"]
    assert entry["lists"] == [{"name": "With Anna", "rank": "V001", "notes": "1!"}]


def test_they_come_back_elsewhere_and_once(client, other_client, anna):
    apply(other_client, upload(other_client, exported(client)))
    [there] = done(other_client.get(LISTS))
    names = ("name", "description", "ordering", "pinned", "size")
    assert [there[name] for name in names] == [anna[name] for name in names[:-1]] + [3]
    assert titles(other_client, there, ordering="rank") == [3, 1, 2]
    items = done(other_client.get(f"{LISTS}/{there['id']}/items"))
    assert {item["notes"] for item in items} == {"1!", "2!", "3!"}
    assert len(done(other_client.get(LIST))) == 1
    again = upload(other_client, exported(client))
    assert counts(again) == {"rows": 3, "unchanged": 3}
    undo_last(other_client)
    assert done(other_client.get(LISTS)) == []


def test_a_list_that_is_here_gets_what_it_lacks_and_keeps_the_rest(
    client, other_client, anna
):
    here = make(other_client)
    put(other_client, here, 2, notes="Mine.")
    put(other_client, here, 5)
    plan = upload(other_client, exported(client))
    said = [row["reason"] for row in rows(other_client, plan) if row["anime_id"] == "3"]
    assert "lists that do not have it here" in said[0]
    apply(other_client, plan)
    [there] = done(other_client.get(LISTS))
    assert there["description"] == ""
    assert titles(other_client, there) == [2, 5, 1, 3]
    assert done(other_client.get(f"{LISTS}/{here['id']}/items"))[0]["notes"] == "Mine."


@pytest.mark.parametrize(
    "lists", [5, [5], [{"name": 5}], [{"name": ""}], [{"rank": "V000"}]]
)
def test_a_file_that_says_nonsense_of_them(client, lists):
    entry = {"anime_id": "1", "type": "Watching", "lists": lists}
    file = {"format": "animecollections", "entries": [entry], "lists": lists}
    plan = upload(client, json.dumps(file).encode())
    assert plan["summary"]["rows"] == 1
    apply(client, plan)
    assert done(client.get(LISTS)) == []


def lost(client, format_):
    url = "/api/user/export/fidelity"
    return done(client.get(url, {"format": format_}))["lists"]


def test_which_of_them_a_file_loses_is_told(client, other_client, anna):
    assert (lost(client, "json"), lost(client, "mal")) == (0, 1)
    make(client, "Empty")
    put(client, make(client, anna["name"]), 4)
    assert (lost(client, "json"), lost(client, "mal")) == (2, 3)
    apply(other_client, upload(other_client, exported(client)))
    assert len(done(other_client.get(LISTS))) == 3 - lost(client, "json")


STAFF = Origin("admin")


def merge(kept, gone):
    kept_ref, gone_ref = (AnimeRef("own", str(pk)) for pk in (kept, gone))
    return merging.merge(kept=kept_ref, gone=gone_ref, reason="same", through=STAFF)


def test_titles_that_become_one_are_one_item_and_are_parted_again(
    client, other_client, anna
):
    theirs = make(other_client)
    for pk in (4, 3):
        put(other_client, theirs, pk)
    job = merge(kept=1, gone=3)
    assert titles(client, anna, ordering="rank") == [1, 2]
    [first, _] = done(client.get(f"{LISTS}/{anna['id']}/items", {"ordering": "rank"}))
    assert first["notes"] == "1!\n\n3!"
    assert titles(other_client, theirs) == [4, 1]
    assert [row["size"] for row in done(client.get(LISTS))] == [2]
    assert put(client, anna, 3)["anime_id"] == "1"
    merging.unmerge(job=job, reason="not the same", through=STAFF)
    assert titles(client, anna, ordering="rank") == [3, 1, 2]
    assert titles(other_client, theirs) == [4, 3]
