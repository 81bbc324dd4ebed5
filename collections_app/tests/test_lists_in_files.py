"""Lists of one's own in our own JSON, and back; and of titles that become one."""

import json

import pytest

from animecollections.identity import Origin
from collections_app.catalogue.refs import AnimeRef
from collections_app.merges import services as merging
from collections_app.tests.imports import URL, apply, counts, mal, rows, title, upload
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


def anilist(*entries, **more):
    """AniList's answer of entries such as (1, "Cozy", "Best")."""
    listed = [
        {"mediaId": pk, "status": "CURRENT", "customLists": dict.fromkeys(names, True)}
        | {"media": {"idMal": pk, "title": {"romaji": f"Title {pk}"}}}
        for pk, *names in entries
    ]
    lists = [{"name": "Watching", "isCustomList": False, "entries": listed}]
    data = {"data": {"MediaListCollection": {"lists": lists}}} | more
    return json.dumps(data).encode()


@pytest.fixture
def known_by_mal():
    for pk in range(11, 15):
        AnimeFactory(id=pk, mal_id=pk, title=f"Title {pk}")


def offered(plan):
    names = ("name", "kind", "titles", "is_taken", "list_id")
    return [tuple(one[name] for name in names) for one in plan["lists"]]


def change(client, plan, **body):
    return client.patch(f"{URL}/{plan['id']}", body)


def names_and_titles(client):
    return {row["name"]: titles(client, row) for row in done(client.get(LISTS))}


def test_custom_lists_of_anilist_are_offered_and_taken_once(client, known_by_mal):
    mine = make(client, "best  OF all")
    put(client, mine, 12, notes="Mine.")
    file = anilist((11, "Best of all", "Cozy"), (12, "Best of all"), (13, "Odd"))
    plan = upload(client, file)
    assert offered(plan) == [
        ("Best of all", "list", 2, True, mine["id"]),
        ("Cozy", "list", 1, True, None),
        ("Odd", "list", 1, True, None),
    ]
    plan = done(change(client, plan, lists=[{"name": "odd", "is_taken": False}]))
    assert [one["is_taken"] for one in plan["lists"]] == [True, True, False]
    applied = apply(client, plan)
    listed = {"best  OF all": [12, 11], "Cozy": [11]}
    assert names_and_titles(client) == listed
    tags = {row["anime_id"]: row["tags"] for row in done(client.get(LIST))}
    assert tags["13"] == ["Odd"]
    again = upload(client, file)
    assert counts(again) == {"rows": 3, "unchanged": 2, "update": 1}
    again = done(change(client, again, lists=[{"name": "Odd", "is_taken": False}]))
    assert counts(again) == {"rows": 3, "unchanged": 3}
    assert apply(client, again)["operation_id"] is None
    assert names_and_titles(client) == listed
    undo = f"/api/user/operations/{applied['operation_id']}/undo"
    assert done(client.post(undo, {}))["conflicts"] == []
    assert names_and_titles(client) == {"best  OF all": [12]}
    assert (
        change(client, plan, lists=[{"name": "Cozy", "is_taken": False}]).json()["code"]
        == "import_applied"
    )


def test_tags_become_lists_only_where_one_says_so(client, known_by_mal):
    file = mal(title(11, tags="Cozy, long"), title(12, tags="cozy"), title(13))
    plan = upload(client, file)
    cozy, long = ("Cozy", "tag", 2, False, None), ("long", "tag", 1, False, None)
    assert offered(plan) == [cozy, long]
    apply(client, plan)
    assert done(client.get(LISTS)) == []
    again = upload(client, file)
    assert counts(again) == {"rows": 3, "unchanged": 3}
    again = done(change(client, again, lists=[{"name": "Cozy", "is_taken": True}]))
    assert counts(again) == {"rows": 3, "update": 2, "unchanged": 1}
    apply(client, again)
    assert names_and_titles(client) == {"Cozy": [11, 12]}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"lists": []},
        {"lists": [{"name": "Nothing", "is_taken": True}]},
        {"lists": [{"name": "Cozy"}]},
        {"lists": [{"name": "Cozy", "is_taken": 1}]},
        {"lists": [{"name": n, "is_taken": True} for n in ("Cozy", "cozy")]},
    ],
)
def test_what_is_wrong_of_lists_in_a_plan_is_said(client, known_by_mal, body):
    plan = upload(client, anilist((11, "Cozy")))
    response = change(client, plan, **body)
    assert response.status_code == 400, response.content
    assert done(client.get(f"{URL}/{plan['id']}"))["lists"] == plan["lists"]


def test_lists_go_out_to_anilist_and_come_back(
    client, other_client, anna, known_by_mal
):
    done(client.post(LIST, {"animeId": 12, "type": "Watching", "tags": ["With Anna"]}))
    response = client.get("/api/user/export", {"format": "anilist"})
    file = b"".join(response.streaming_content)
    apply(other_client, plan := upload(other_client, file))
    assert offered(plan) == [
        ("With Anna", "list", 1, True, None),
    ]
    assert names_and_titles(other_client) == {"With Anna": [1]}
    there = {row["anime_id"]: row["tags"] for row in done(other_client.get(LIST))}
    assert there == {"1": [], "12": ["With Anna"]}
    assert lost(client, "anilist") == 0
    make(client, "Empty")
    assert lost(client, "anilist") == 1
