"""GET /api/user/export?format=json|mal|anilist|csv, and /export/fidelity"""

import json

import pytest
from django.utils import timezone

from collections_app import transfer
from collections_app.exports import entries_of
from collections_app.models import Anime, ExternalId, SearchName, WatchListEntry
from collections_app.tests.imports import apply, counts, mal, title, upload
from collections_app.tests.own_lists import make, put
from collections_app.transfer import unpacking
from conftest import signed_in
from factories import AnimeFactory
from profiles.personal_data.exports import LISTS

pytestmark = pytest.mark.django_db
LIST = "/api/user/watchList"
URL = "/api/user/export"


@pytest.fixture(autouse=True)
def _titles(death_note):
    for pk in (1, 2, 3):
        AnimeFactory(id=pk, episodes=12, title=f"Title {pk}")


@pytest.fixture
def filled(client):
    """A list that uses every column."""
    fields = {"score": 9.3, "notes": "a\nb, <c> & ]]>", "tags": ["x", "=y"]}
    add(client, 1, "Completed", **fields, is_private=True, rewatches=2, priority=1)
    add(client, 2, "Watching", state="on_hold", progress=3, started_on="2017-10")
    add(client, 3, "Collection")
    return client


def add(client, anime_id, type_, **fields):
    body = {"animeId": anime_id, "type": type_, **fields}
    assert client.post(LIST, body).status_code == 200


def exported(client, name):
    response = client.get(URL, {"format": name})
    assert response.status_code == 200
    return response, b"".join(response.streaming_content)


def kept_of(client):
    """Entries without what a list of another's has otherwise."""
    own = ("id", "user_id", "revision", "updated_at", "added_at")
    return [
        {name: value for name, value in entry.items() if name not in own}
        for entry in client.get(f"{LIST}?ordering=title").json()["data"]
    ]


@pytest.mark.parametrize("name", LISTS)
def test_it_is_a_file_named_and_dated(filled, name):
    response, data = exported(filled, name)
    today = f"{timezone.now():%Y-%m-%d}"
    extension = transfer.FORMATS[name].EXTENSION
    file = f'filename="animecollections-list-{name}-{today}.{extension}"'
    assert response["Content-Disposition"] == f"attachment; {file}"
    assert response["Content-Length"] == str(len(data))
    assert len(transfer.read(data, format=name).rows) == 3


@pytest.mark.parametrize("name", LISTS)
def test_imported_again_here_it_changes_nothing(filled, name):
    _, data = exported(filled, name)
    before = filled.get(LIST).json()
    plan = upload(filled, data, policy="overwrite")
    assert counts(plan) == {"rows": 3, "unchanged": 3}
    apply(filled, plan)
    assert filled.get(LIST).json() == before


def test_ours_loses_nothing_on_its_way_to_another_account(filled, other_client):
    _, data = exported(filled, "json")
    apply(other_client, upload(other_client, data))
    assert kept_of(other_client) == kept_of(filled)


def test_a_trackers_own_fields_go_back_to_it(client):
    row = title(1) | {"my_rewatch_value": "High", "update_on_import": 0}
    apply(client, upload(client, mal(row)))
    _, data = exported(client, "mal")
    assert b"<my_rewatch_value>High</my_rewatch_value>" in data
    assert b"<update_on_import>0</update_on_import>" in data


def test_an_empty_list_is_a_file_too(client):
    _, data = exported(client, "mal")
    assert b"<user_total_anime>0</user_total_anime>" in data


def test_nobody_elses_entries_are_in_it(filled, stranger):
    _, data = exported(signed_in(stranger), "csv" if "csv" in LISTS else "mal")
    assert b"Title" not in data.replace(b"series_title", b"")


@pytest.mark.parametrize("name", ["", "pdf", "kitsu"])
def test_a_format_there_is_not(client, name):
    for url in (URL, f"{URL}/fidelity"):
        response = client.get(url, {"format": name})
        assert response.status_code == 400
        assert response.json()["fields"]["format"]


def test_a_long_list_is_read_by_one_statement(client, budget):
    for pk in range(10, 30):
        AnimeFactory(id=pk)
        add(client, pk, "To Watch")
    in_words = "sign-in check, scale, states, scores, counts, diary, viewings, lists, "
    in_words += "items, rows, lock, note"
    with budget(11, in_words):
        exported(client, "mal")


# --- What a format loses ----------------------------------------------------------


def losses(client, name):
    response = client.get(f"{URL}/fidelity", {"format": name})
    assert response.status_code == 200, response.content
    return response.json()["data"]


def test_ours_loses_nothing(filled):
    told = losses(filled, "json")
    assert (told["entries"], told["fields"]) == (3, {})


def test_what_others_lose_is_told_by_example(filled):
    told = losses(filled, "mal")
    assert (told["entries"], told["unnamed"]) == (3, 0)
    assert told["fields"]["score"] == told["fields"]["is_private"] == 1
    example = {"anime_id": "1", "title": "Title 1", "here": 9.3, "there": 9.0}
    assert told["examples"]["score"] == [example]


def test_titles_that_are_known_there_by_name_alone_are_counted(client):
    AnimeFactory(id=100_000_001, mal_id=None)
    add(client, 100_000_001, "To Watch")
    assert losses(client, "mal")["unnamed"] == 1


def test_of_these_those_that_would_not_be_found_again_are_counted_too(client):
    for number, name in enumerate(["Lonely", "Twins", "Twins"], 100_000_001):
        anime = AnimeFactory(id=number, title=name, mal_id=None)
        SearchName.objects.create(anime=anime, name=name.lower())
        add(client, number, "To Watch")
    told = losses(client, "mal")
    assert (told["unnamed"], told["ambiguous"]) == (3, 2)
    assert losses(client, "json")["ambiguous"] == 0


def test_titles_whose_ids_are_contested_are_counted_and_our_own_files_tell_them(client):
    """MyAnimeList's id of one is another's too."""
    for pk in (10, 11):
        AnimeFactory(id=pk, title="Twins")
        add(client, pk, "To Watch")
    ExternalId.objects.create(anime_id=10, site="mal", external_id="11")
    Anime.objects.filter(id=11).update(external_ids={"mal": "11"})
    assert losses(client, "mal")["ambiguous"] == 1
    assert losses(client, "anilist")["ambiguous"] == 1
    assert losses(client, "json")["ambiguous"] == 0
    assert losses(client, "csv")["ambiguous"] == 0


@pytest.mark.parametrize("name", ["json", "csv"])
def test_our_own_files_restore_every_title_that_they_wrote(client, name):
    """Of one name, of contested ids, of ids of ours, and gone."""
    ids = (10, 11, 100_000_001, 100_000_002, 100_000_003)
    for pk in ids:
        mal_id = pk if pk < 100 else None
        anime = AnimeFactory(
            id=pk, mal_id=mal_id, title="Twins", external_ids={"kitsu": "7"}
        )
        ExternalId.objects.create(anime=anime, site="kitsu", external_id="7")
        SearchName.objects.create(anime=anime, name="twins")
        add(client, pk, "To Watch")
    Anime.objects.filter(id=100_000_003).update(gone_since=timezone.now())
    assert losses(client, name)["ambiguous"] == 0
    _, data = exported(client, name)
    client.post(f"{LIST}/batch", {"operations": [
        {"op": "remove", "animeId": pk} for pk in ids
    ]})  # fmt: skip
    plan = client.generic("POST", "/api/user/imports", data).json()["data"]
    summary = {key: count for key, count in plan["summary"].items() if count}
    assert summary == {"rows": 5, "add": 5} or summary == {"rows": 5, "conflict": 5}
    rows = client.get(f"/api/user/imports/{plan['id']}/rows").json()["data"]
    assert [int(row["anime_id"]) for row in rows] == list(ids)


def test_another_trackers_own_fields_are_a_loss(client, alice):
    add(client, 1, "To Watch")
    WatchListEntry.objects.update(extra={"anilist": {"advancedScores": {"Story": 9}}})
    told = losses(client, "mal")
    assert told["fields"] == {"extra": 1, "added_at": 1}
    assert next(iter(entries_of(alice.pk))).besides("anilist")


def test_what_a_format_adds_is_no_loss(client):
    """AniList's file names the scale of its scores."""
    add(client, 1, "Completed", score=9)
    assert losses(client, "anilist")["fields"] == {}


def test_a_title_with_an_id_that_the_format_reads_is_not_unnamed(client):
    add(client, 1, "To Watch")  # AniList's file has MyAnimeList's ids too
    assert losses(client, "anilist")["unnamed"] == 0


def test_a_list_larger_than_is_read_at_once_is_measured_in_parts(filled, monkeypatch):
    monkeypatch.setattr(unpacking, "MOST_BYTES", 3_000)
    told = losses(filled, "mal")
    assert (told["entries"], told["unreadable"]) == (3, 0)
    assert told["fields"]["score"] == 1


def test_unchanged_it_is_not_measured_again(filled):
    url = f"{URL}/fidelity?format=mal"
    etag = filled.get(url)["ETag"]
    assert filled.get(url, headers={"If-None-Match": etag}).status_code == 304
    filled.patch(f"{LIST}/1", {"score": 4})
    assert filled.get(url, headers={"If-None-Match": etag}).status_code == 200


# --- a part of it -----------------------------------------------------------------


def exported_ids(client, **query):
    response = client.get(URL, {"format": "json"} | query)
    assert response.status_code == 200, response.content
    document = json.loads(b"".join(response.streaming_content))
    entries = [entry["anime_id"] for entry in document["entries"]]
    return entries, [list_["name"] for list_ in document.get("lists", ())]


def test_some_types_alone_are_exported(filled):
    assert exported_ids(filled, type="Watching")[0] == ["2"]
    assert exported_ids(filled, type=["Watching", "Completed"])[0] == ["1", "2"]


def test_what_is_on_one_list_is_exported_and_names_no_other(filled):
    mine, other = make(filled, "With Anna"), make(filled, "Secret")
    put(filled, mine, 2)
    put(filled, mine, 3)
    put(filled, other, 2)
    assert exported_ids(filled, list=mine["id"]) == (["2", "3"], ["With Anna"])
    assert exported_ids(filled, list=mine["id"], type="Watching")[0] == ["2"]
    response = filled.get(URL, {"format": "json", "list": mine["id"]})
    assert b"Secret" not in b"".join(response.streaming_content)


def test_of_a_smart_list_what_its_rules_find_is_exported(filled):
    rules = {"from": "watch_list", "all": [{"type": "Completed"}]}
    smart = make(filled, "Done", kind="smart", rules=rules)
    assert exported_ids(filled, list=smart["id"])[0] == ["1"]


def test_fidelity_counts_the_part(filled):
    told = filled.get(f"{URL}/fidelity", {"format": "mal", "type": "Watching"})
    assert told.json()["data"]["entries"] == 1


def test_a_part_is_refused_where_it_makes_no_sense(filled, other_client):
    assert filled.get(URL, {"format": "json", "list": "nothing"}).status_code == 404
    assert filled.get(URL, {"format": "json", "type": "Dropped"}).status_code == 400
    whole = filled.get(URL, {"format": "account", "type": "Watching"})
    assert whole.status_code in (400, 403)
    theirs = make(other_client, "Bob's")
    query = {"format": "json", "list": theirs["id"]}
    assert filled.get(URL, query).status_code == 404
