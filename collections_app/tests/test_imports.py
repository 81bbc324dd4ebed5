"""/api/user/imports: a file becomes a plan, is looked at, decided on, applied."""

import gzip
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from animecollections.api.permits import long_work
from collections_app import retention
from collections_app.catalogue import writes as catalogue
from collections_app.catalogue.folding import fold
from collections_app.imports import reading
from collections_app.imports import services as imports
from collections_app.imports.recognition import candidates_named
from collections_app.models import ExternalId, ImportPlan, ImportRow, WatchListEntry
from collections_app.tests.diaries import diary
from collections_app.tests.imports import (
    URL,
    apply,
    as_form,
    counts,
    decide,
    mal,
    rows,
    title,
    upload,
)
from collections_app.transfer.records import ListFile, Record
from factories import AnimeFactory
from history.log.recording import _held
from history.models import Change, UserState

pytestmark = pytest.mark.django_db
LIST = "/api/user/watchList"
LONG_AGO = "2020-01-01"


@pytest.fixture(autouse=True)
def _titles(death_note):
    for pk in (1, 2, 3):
        named(AnimeFactory(id=pk, episodes=12, title=f"Title {pk}", year=2000 + pk))
    named(death_note)


def named(anime):
    """Its name can be searched for, as an import of the catalogue sees to."""
    catalogue.store_names({anime.id: {fold(anime.title)}})


def listed(client):
    return {e["anime_id"]: e for e in client.get(LIST).json()["data"]}


def add(client, anime_id, type_="Watching", **fields):
    response = client.post(LIST, {"animeId": anime_id, "type": type_, **fields})
    assert response.status_code == 200, response.content


def refused(response, status, code):
    assert (response.status_code, response.json()["code"]) == (status, code)
    return response.json()


# --- Two calls, for most people ---------------------------------------------------


def test_upload_and_apply_are_all_it_takes(client):
    plan = upload(
        client,
        mal(
            title(1, status="Completed", watched_episodes=12, score=8),
            title(2, status="Watching", watched_episodes=3, tags="calm, slow"),
            title(3, status="On-Hold", start_date="2017-10-00"),
            title(1535, status="Dropped", comments="too dark", times_watched=1),
        ),
    )
    assert (plan["format"], plan["status"], plan["policy"]) == (
        "mal",
        "planned",
        "newest",
    )
    assert counts(plan) == {"rows": 4, "add": 4}
    assert listed(client) == {}  # a plan writes nothing

    done = apply(client, plan)
    assert done["status"] == "applied"
    entries = listed(client)
    shown = {
        key: (e["type"], e["state"], e["progress"], e["score"])
        for key, e in entries.items()
    }
    assert shown == {
        "1": ("Completed", "active", 12, 8.0),
        "2": ("Watching", "active", 3, None),
        "3": ("Watching", "on_hold", 0, None),
        "1535": ("Collection", "dropped", 0, None),
    }
    assert entries["2"]["tags"] == ["calm", "slow"]
    assert entries["3"]["started_on"] == "2017-10"
    assert (entries["1535"]["notes"], entries["1535"]["rewatches"]) == ("too dark", 1)


def test_it_is_one_operation_undone_as_one(client, alice):
    add(client, 1, "To Watch", score=5)
    before = listed(client)
    data = mal(title(1, status="Completed", score=9), title(2))
    done = apply(client, upload(client, data, policy="overwrite"))
    [head] = client.get("/api/user/operations?limit=1").json()["data"]
    assert (head["id"], head["through"], head["size"]) == (
        done["operation_id"],
        "import",
        2,
    )
    client.post(f"/api/user/operations/{done['operation_id']}/undo")
    after = listed(client)
    for entry in (*before.values(), *after.values()):
        del entry["revision"], entry["updated_at"]
    assert after == before


def test_it_is_named_by_its_file(client):
    data = mal(title(1), title(2), title(3))
    form = {"file": SimpleUploadedFile("my\u0085 list.xml", data)}
    apply(client, client.post(URL, form, format="multipart").json()["data"])
    [head] = client.get("/api/user/operations").json()["data"]
    assert head["file_name"] == "my list.xml"
    assert head["summary"] == "imported 3 titles from my list.xml"
    [plan] = client.get(URL).json()["data"]
    assert plan["file_name"] == "my list.xml"


def test_the_history_of_a_title_tells_its_own_change_of_an_import(client):
    apply(client, upload(client, mal(title(1), title(2), title(3, score=7))))
    [head] = client.get("/api/user/operations?animeId=3").json()["data"]
    [change] = head["changes"]
    assert (change["anime_id"], change["after"]["score"]) == ("3", 7)
    assert head["size"] == 3
    assert head["summary"] == "added Title 3 to To Watch, and 2 more"


def test_history_is_not_made_up(client, alice):
    """Episodes without a date count on no day; no rule completes or dates anything."""
    row = title(1, status="Watching", watched_episodes=12)
    apply(client, upload(client, mal(row)))
    entry = listed(client)["1"]
    assert (entry["type"], entry["started_on"], entry["finished_on"]) == (
        "Watching",
        None,
        None,
    )
    assert diary() == {(1, ""): 12}


def test_a_finish_date_is_the_day_of_all_that_the_file_adds(client, alice):
    row = title(1, status="Completed", watched_episodes=12, finish_date="2015-06-03")
    apply(client, upload(client, mal(row)))
    assert diary() == {(1, "2015-06-03"): 12}
    [operation] = client.get("/api/user/operations").json()["data"]
    client.post(f"/api/user/operations/{operation['id']}/undo", {})
    assert diary() == {}


def test_the_same_file_again_changes_nothing(client, alice):
    data = mal(title(1, status="Completed", score=9, tags="a"), title(2))
    apply(client, upload(client, data))
    revision = UserState.objects.get(user=alice).revision
    plan = upload(client, data)
    assert counts(plan) == {"rows": 2, "unchanged": 2}
    assert apply(client, plan)["operation_id"] is None
    assert UserState.objects.get(user=alice).revision == revision


def test_applied_again_it_answers_the_same(client):
    plan = upload(client, mal(title(1)))
    first = apply(client, plan)
    assert apply(client, plan) == first
    assert Change.objects.count() == 1


def test_a_finer_score_here_is_no_difference(client):
    """A whole number is all that MyAnimeList can say of our 9.3."""
    add(client, 1, "Completed", score=9.3)
    row = title(1, status="Completed", watched_episodes=12, score=9)
    plan = upload(client, mal(row), policy="overwrite")
    assert counts(plan) == {"rows": 1, "unchanged": 1}


def test_fields_without_a_column_are_kept(client, alice):
    row = title(1) | {"my_rewatch_value": "High", "my_storage": "NAS"}
    apply(client, upload(client, mal(row)))
    extra = WatchListEntry.objects.get(anime_id=1).extra["mal"]
    assert (extra["my_rewatch_value"], extra["my_storage"]) == ("High", "NAS")
    assert "extra" not in listed(client)["1"]


# --- Whose value counts -----------------------------------------------------------


def one_row(client, policy, row, **said):
    plan = upload(client, mal(row), policy=policy, **said)
    return plan, rows(client, plan)[0]


def test_newest_takes_field_by_field_what_changed_later(client):
    add(client, 1, "Watching", progress=3, score=5)
    Change.objects.update(at=timezone.now() - timedelta(days=10))
    client.patch(f"{LIST}/1", {"progress": 7})
    exported = (timezone.now() - timedelta(days=5)).date().isoformat()
    row = title(1, status="Watching", watched_episodes=4, score=8)
    plan, told = one_row(client, "newest", row, exported_at=f"{exported}T00:00:00Z")
    assert told["outcome"] == "update"
    assert (told["before"], told["after"]) == ({"score": 5.0}, {"score": 8.0})
    assert "progress (changed here on" in told["reason"]
    apply(client, plan)
    entry = listed(client)["1"]
    assert (entry["progress"], entry["score"]) == (7, 8.0)


def test_newest_without_a_time_keeps_and_says_so(client):
    add(client, 1, "Watching", score=5)
    _, told = one_row(client, "newest", title(1, status="Watching", score=8))
    assert told["outcome"] == "conflict"
    assert "neither the row nor the file has a time" in told["reason"]


def test_newest_fills_what_was_never_said_here(client):
    """Added a moment ago with a click: the file knows more, whatever its age."""
    add(client, 1, "Watching")
    row = title(1, status="Watching", score=8, comments="good", start_date="2019-05-01")
    _, told = one_row(client, "newest", row, exported_at="2020-01-01T00:00:00Z")
    assert told["after"] == {"score": 8.0, "notes": "good", "started_on": "2019-05-01"}


def test_a_blank_in_a_newer_file_clears_no_note_of_ours(client):
    add(client, 1, "Watching", notes="mine", score=7)
    Change.objects.update(at=timezone.now() - timedelta(days=10))
    row = title(1, status="Watching")
    _, told = one_row(
        client, "newest", row, exported_at=timezone.now().isoformat()[:19]
    )
    assert (told["outcome"], told["before"]) == (
        "conflict",
        {"score": 7.0, "notes": "mine"},
    )


def test_a_blank_in_a_newer_file_clears_what_an_older_one_said(client):
    first = mal(title(1, status="Watching", score=7, comments="from there"))
    apply(client, upload(client, first, exported_at="2022-01-01T00:00:00Z"))
    second = mal(title(1, status="Watching", score=8))
    plan = upload(client, second, exported_at="2024-01-01T00:00:00Z")
    apply(client, plan)
    entry = listed(client)["1"]
    assert (entry["score"], entry["notes"]) == (8.0, "")


def test_files_of_three_dates_in_any_order_end_at_the_latest(client):
    files = {
        "2022-01-01": mal(title(1, status="Watching", watched_episodes=3)),
        "2024-01-01": mal(title(1, status="Completed", watched_episodes=12, score=8)),
        "2026-01-01": mal(title(1, status="Completed", watched_episodes=12, score=9)),
    }
    for date in ("2024-01-01", "2022-01-01", "2026-01-01"):
        apply(client, upload(client, files[date], exported_at=f"{date}T00:00:00Z"))
    entry = listed(client)["1"]
    assert (entry["type"], entry["progress"], entry["score"]) == ("Completed", 12, 9.0)
    assert len(listed(client)) == 1


def test_keep_adds_and_leaves_the_rest(client):
    add(client, 1, "Watching", score=5)
    data = mal(title(1, status="Completed", score=8), title(2))
    plan = upload(client, data, policy="keep")
    assert counts(plan) == {"rows": 2, "add": 1, "conflict": 1}
    apply(client, plan)
    assert listed(client)["1"]["score"] == 5.0
    assert "2" in listed(client)


def test_overwrite_takes_blanks_too(client):
    add(client, 1, "Watching", score=5, notes="mine")
    plan = upload(client, mal(title(1, status="Watching")), policy="overwrite")
    apply(client, plan)
    entry = listed(client)["1"]
    assert (entry["score"], entry["notes"]) == (None, "")


@pytest.mark.parametrize(
    ("watched", "progress", "type_"), [(9, 9, "Watching"), (2, 5, "To Watch")]
)
def test_max_progress_takes_what_is_further(client, watched, progress, type_):
    add(client, 1, "To Watch")
    client.patch(f"{LIST}/1", {"progress": 5, "type": "To Watch", "score": 6})
    row = title(1, status="Watching", watched_episodes=watched, score=8, tags="t")
    apply(client, upload(client, mal(row), policy="max_progress"))
    entry = listed(client)["1"]
    assert (entry["progress"], entry["type"]) == (progress, type_)
    assert (entry["score"], entry["tags"]) == (6.0, ["t"])  # only what is empty


def test_another_policy_plans_anew_without_an_upload(client):
    add(client, 1, "Watching", score=5)
    row = title(1, status="Watching", score=8)
    plan = upload(client, mal(row), policy="keep")
    response = client.patch(f"{URL}/{plan['id']}", {"policy": "overwrite"})
    changed = response.json()["data"]
    assert (changed["policy"], counts(changed)) == (
        "overwrite",
        {"rows": 1, "update": 1},
    )


def test_no_score_is_a_difference_too(client):
    add(client, 1, "Watching", score=9)
    plan = upload(client, mal(title(1, status="Watching")), policy="overwrite")
    assert counts(plan) == {"rows": 1, "update": 1}
    apply(client, plan)
    assert listed(client)["1"]["score"] is None


def test_an_older_file_fills_nothing_that_a_newer_one_left_empty(client):
    newer = mal(title(1, status="Watching"))
    apply(client, upload(client, newer, exported_at="2024-01-01"))
    older = mal(title(1, status="Watching", score=8, comments="old"))
    plan = upload(client, older, exported_at="2022-01-01")
    assert counts(plan) == {"rows": 1, "conflict": 1}


def test_undone_an_import_can_be_made_again(client):
    """An undo brings back the times of what it brings back."""
    first = mal(title(1, status="Watching", score=5))
    apply(client, upload(client, first, exported_at="2022-01-01"))
    second = mal(title(1, status="Watching", score=8), title(2))
    done = apply(client, upload(client, second, exported_at="2024-01-01"))
    client.post(f"/api/user/operations/{done['operation_id']}/undo")
    plan = upload(client, second, exported_at="2024-01-01")
    assert counts(plan) == {"rows": 2, "add": 1, "update": 1}


def test_what_was_removed_here_since_does_not_come_back_unasked(client):
    data = mal(title(1, status="Watching"))
    apply(client, upload(client, data, exported_at="2024-01-01"))
    client.delete(f"{LIST}/1")
    plan = upload(client, data, exported_at="2024-01-01")
    [row] = rows(client, plan)
    assert row["outcome"] == "conflict"
    assert row["reason"].startswith("Removed here on ")
    plan = decide(client, plan, where={"outcome": "conflict"}, decision="take")
    assert counts(plan) == {"rows": 1, "add": 1}
    soon = timezone.now() + timedelta(minutes=1)
    later = upload(client, data, exported_at=soon.isoformat()[:19])
    assert counts(later) == {"rows": 1, "add": 1}


def test_what_came_back_with_an_entry_keeps_its_times(client):
    """Cleared here, removed and added again soon after: still cleared here."""
    add(client, 1, "Watching", score=5)
    client.patch(f"{LIST}/1", {"score": None})
    client.delete(f"{LIST}/1")
    add(client, 1, "Watching")
    row = title(1, status="Watching", score=8)
    _, told = one_row(client, "newest", row, exported_at="2020-01-01")
    assert told["outcome"] == "conflict"


def test_what_was_seen_to_its_end_is_not_watched_less_far(client):
    add(client, 1, "Completed")
    client.patch(f"{LIST}/1", {"progress": 10})
    row = title(1, status="Watching", watched_episodes=13)
    apply(client, upload(client, mal(row), policy="max_progress"))
    entry = listed(client)["1"]
    assert (entry["type"], entry["progress"]) == ("Completed", 13)


@pytest.mark.parametrize("at", ["2099-01-01", "9999-12-31T23:59:59Z"])
def test_a_file_of_the_future_is_refused(client, at):
    response = client.generic("POST", f"{URL}?exported_at={at}", mal(title(1)))
    assert refused(response, 400, "invalid")["fields"].keys() == {"exported_at"}


def test_a_row_of_the_future_wins_nothing_by_it(client, alice):
    add(client, 1, "Watching", score=5)
    tomorrow = timezone.now() + timedelta(days=1)
    values = {"type": "Watching", "state": "active", "score": 80}
    record = Record(1, ids={"mal": "1"}, values=values, changed_at=tomorrow)
    imports.plan(user_id=alice.pk, file=ListFile("anilist", [record]))
    plan = client.get(URL).json()["data"][0]
    apply(client, plan)
    client.patch(f"{LIST}/1", {"score": 6})
    imports.plan(user_id=alice.pk, file=ListFile("anilist", [record]))
    touched = Change.objects.filter(through="import").get()
    assert touched.as_of <= timezone.now()


# --- Which title ------------------------------------------------------------------


def recognised(client, **row):
    return rows(client, upload(client, mal({**MAL_ROW, **row})))[0]


MAL_ROW = {"series_animedb_id": 0, "series_title": "Title 1", "series_type": "TV"}


def test_ids_come_first(client):
    told = recognised(client, series_animedb_id=2)
    assert (told["anime_id"], told["title"], told["anime_title"]) == (
        "2",
        "Title 1",
        "Title 2",
    )


def test_an_id_of_a_merged_title_still_resolves(client, death_note):
    ExternalId.objects.create(anime=death_note, site="mal", external_id="777")
    assert recognised(client, series_animedb_id=777)["anime_id"] == "1535"


def test_a_name_will_do_and_it_is_said(client):
    told = recognised(client, series_title="tîtle  1")
    assert (told["outcome"], told["anime_id"]) == ("add", "1")
    assert told["reason"] == "Recognised by its name and format."


def test_a_name_whose_title_has_another_id_there_is_not_it(client):
    told = recognised(client, series_animedb_id=999)
    assert (told["outcome"], told["anime_id"]) == ("unmatched", None)
    assert told["candidates"][0]["anime_id"] == "1"


def test_a_format_that_contradicts_is_no_match(client):
    named(AnimeFactory(id=9, title="Lonely", mal_id=None, format="Movie"))
    told = recognised(client, series_title="Lonely")
    assert told["outcome"] == "unmatched"


def test_of_two_titles_with_one_name_neither_is_guessed(client):
    for pk in (8, 9):
        named(AnimeFactory(id=pk, title="Twins", mal_id=None))
    plan = upload(client, mal(MAL_ROW | {"series_title": "Twins"}))
    [told] = rows(client, plan)
    assert told["reason"] == "Several titles have this name: choose one."
    assert [c["anime_id"] for c in told["candidates"]] == ["8", "9"]
    chosen = decide(
        client, plan, rows=[{"row": 1, "anime_id": "9", "decision": "take"}]
    )
    assert counts(chosen) == {"rows": 1, "add": 1}
    apply(client, plan)
    assert listed(client).keys() == {"9"}


def test_an_id_of_another_installations_own_is_not_ours(client, alice):
    """From 100000000 on each counts for itself: the name decides, ids tell twins."""
    for pk in (100_000_000, 100_000_001, 100_000_002):
        name = "Lonely" if pk == 100_000_000 else "Twins"
        named(AnimeFactory(id=pk, title=name, mal_id=None))
    records = [
        Record(1, "Lonely", ids={"own": "100000001"}, values={"type": "To Watch"}),
        Record(2, "Twins", ids={"own": "100000002"}, values={"type": "To Watch"}),
        Record(3, "Nobody", ids={"own": "100000000"}, values={"type": "To Watch"}),
    ]
    imports.plan(user_id=alice.pk, file=ListFile("json", records))
    found = ImportRow.objects.order_by("row").values_list("anime_id", flat=True)
    assert list(found) == [100_000_000, 100_000_002, None]


def test_candidates_are_searched_for(client):
    told = recognised(client, series_animedb_id=12345, series_title="note, death")
    assert told["candidates"][0]["title"] == "Death Note"


def test_a_page_is_searched_for_so_long_and_what_was_found_is_kept(client, monkeypatch):
    record = MAL_ROW | {"series_animedb_id": 12345, "series_title": "note, death"}
    plan = upload(client, mal(record))
    with monkeypatch.context() as patch:
        patch.setattr(reading, "SECONDS_OF_SEARCH", -1)
        cut = client.get(f"{URL}/{plan['id']}/rows")
        assert cut.json()["data"][0]["candidates"] == []
        assert "ETag" not in cut.headers  # or it would stay so for who sends it back
    found = rows(client, plan)[0]["candidates"]
    assert found[0]["title"] == "Death Note"
    searched = candidates_named.cache_info().misses
    assert rows(client, plan)[0]["candidates"] == found
    assert candidates_named.cache_info().misses == searched


# --- Every row is in the report ---------------------------------------------------


def test_the_counts_add_up(client):
    add(client, 1, "Watching", score=5)
    add(client, 2, "Watching")
    data = mal(
        title(1, status="Watching", score=9),  # differs, of no time
        title(2, status="Watching"),
        title(3),
        title(3, status="Completed"),  # the same title twice
        title(99999),
        title(1535, status="Nonsense"),
    )
    plan = upload(client, data)
    assert counts(plan) == {
        "rows": 6,
        "add": 1,
        "unchanged": 1,
        "conflict": 1,
        "unmatched": 1,
        "refused": 2,
    }
    told = rows(client, plan)
    assert [row["row"] for row in told] == [1, 2, 3, 4, 5, 6]
    assert told[2]["reason"] == "Row 4 is the same title, and is used instead."
    assert all(
        row["reason"] for row in told if row["outcome"] in ("refused", "conflict")
    )


def test_rows_page_and_narrow(client):
    plan = upload(client, mal(*(title(n) for n in (1, 2, 3)), title(99999)))
    url = f"{URL}/{plan['id']}/rows"
    assert [r["row"] for r in rows(client, plan, outcome="unmatched")] == [4]
    first = client.get(url, {"limit": 3}).json()
    rest = client.get(url, {"limit": 3, "cursor": first["meta"]["next_cursor"]}).json()
    assert [r["row"] for r in first["data"] + rest["data"]] == [1, 2, 3, 4]
    refused(client.get(url, {"outcome": "lost"}), 400, "invalid")


def test_a_page_has_no_more_rows_than_are_searched_for(client):
    plan = upload(client, mal(*(title(10_000 + n) for n in range(101))))
    assert len(rows(client, plan, limit=100)) == 100
    refusal = client.get(f"{URL}/{plan['id']}/rows?limit=101")
    assert refusal.json()["fields"] == {"limit": ["Send a whole number from 1 to 100."]}


# --- Decisions --------------------------------------------------------------------


def test_many_rows_are_decided_at_once(client):
    for anime_id in (1, 2):
        add(client, anime_id, "Watching", score=5)
    data = mal(*(title(n, status="Watching", score=9) for n in (1, 2, 3)))
    plan = upload(client, data, policy="keep")
    plan = decide(client, plan, where={"outcome": "conflict"}, decision="take")
    assert counts(plan) == {"rows": 3, "add": 1, "update": 2}
    apply(client, plan)
    assert {entry["score"] for entry in listed(client).values()} == {9.0}


def test_a_row_is_skipped_and_taken_back(client):
    plan = upload(client, mal(title(1), title(2)))
    plan = decide(client, plan, rows=[{"row": 1, "decision": "skip"}])
    assert counts(plan) == {"rows": 2, "add": 1, "unchanged": 1}
    plan = decide(client, plan, rows=[{"row": 1, "decision": None}])
    assert counts(plan) == {"rows": 2, "add": 2}


def test_of_two_rows_of_one_title_the_other_counts_when_one_is_skipped(client):
    plan = upload(client, mal(title(1, score=5), title(1, score=9)))
    assert rows(client, plan)[0]["outcome"] == "refused"
    decide(client, plan, rows=[{"row": 2, "decision": "skip"}])
    assert [row["outcome"] for row in rows(client, plan)] == ["add", "refused"]
    decide(client, plan, rows=[{"row": 2, "decision": None}])
    assert [row["outcome"] for row in rows(client, plan)] == ["refused", "add"]


def test_a_wrong_match_is_corrected_and_taken_back(client):
    plan = upload(client, mal(title(1)))
    decide(client, plan, rows=[{"row": 1, "anime_id": 2}])
    assert rows(client, plan)[0]["anime_title"] == "Title 2"
    decide(client, plan, rows=[{"row": 1, "anime_id": None}])
    assert rows(client, plan)[0]["anime_title"] == "Title 1"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"rows": []},
        {"rows": [{"row": 9, "decision": "take"}]},
        {"rows": [{"row": 2, "decision": "take"}]},  # it could not be read
        {"rows": [{"row": 1, "decision": "burn"}]},
        {"rows": [{"row": 1}, {"row": 1}]},
        {"where": {"outcome": "add"}},
        {"where": {"outcome": "add"}, "rows": [{"row": 1}], "decision": "take"},
        {"where": {"outcome": "lost"}, "decision": "take"},
        {"where": {"outcome": "add", "row": 1}, "decision": "take"},
    ],
)
def test_decisions_that_say_nothing_clear_are_refused(client, body):
    plan = upload(client, mal(title(1), title(2, status="Nonsense")))
    response = client.patch(f"{URL}/{plan['id']}/rows", body)
    refused(response, 400, "invalid")


def test_what_is_wrong_with_a_whole_list_is_told_by_its_name_alone(client):
    plan = upload(client, mal(title(1)))
    response = client.patch(f"{URL}/{plan['id']}/rows", {"rows": 5})
    assert refused(response, 400, "invalid")["fields"] == {"rows": ["Send a list."]}


def test_an_unknown_title_is_refused(client):
    plan = upload(client, mal(title(1)))
    body = {"rows": [{"row": 1, "anime_id": 424242}]}
    refused(client.patch(f"{URL}/{plan['id']}/rows", body), 400, "unknown_anime_ids")


def test_an_applied_plan_is_decided(client):
    plan = upload(client, mal(title(1)))
    apply(client, plan)
    url = f"{URL}/{plan['id']}"
    refused(client.patch(url, {"policy": "keep"}), 409, "import_applied")
    body = {"rows": [{"row": 1, "decision": "skip"}]}
    refused(client.patch(f"{url}/rows", body), 409, "import_applied")


# --- A list that moved on ---------------------------------------------------------


def test_a_stale_plan_is_told_and_not_applied(client):
    add(client, 1, "Watching", score=5)
    data = mal(title(1, status="Watching", score=9), title(2))
    plan = upload(client, data, policy="overwrite")
    client.patch(f"{LIST}/1", {"score": 6})
    response = client.post(f"{URL}/{plan['id']}/apply", {})
    body = refused(response, 409, "plan_stale")
    assert body["details"]["summary"]["conflict"] == 1
    assert listed(client).keys() == {"1"}  # nothing was written
    [stale] = rows(client, plan, outcome="conflict")
    assert stale["reason"].startswith("This entry changed after the plan was made")
    assert stale["before"] == {"score": 6.0}  # as it is now
    # Seen, and applied again: the conflict stays unwritten unless decided.
    assert apply(client, plan)["status"] == "applied"
    assert listed(client)["1"]["score"] == 6.0
    assert "2" in listed(client)


@pytest.fixture
def while_judging(monkeypatch):
    """Does something once, in the middle of the next judgement; counts them."""
    monkeypatch.setattr(long_work, "seconds", 0.01)
    judge, calls = imports.judge_rows, []

    def set_up(meanwhile):
        def judge_slowly(planned, judged):
            calls.append(planned)
            if len(calls) == 1:
                meanwhile()
            judge(planned, judged)

        monkeypatch.setattr(imports, "judge_rows", judge_slowly)
        return calls

    return set_up


def test_one_judgement_at_a_time_whoever_else_asks_for_one(client, while_judging):
    plan = upload(client, mal(title(1), title(2)))
    url, seen = f"{URL}/{plan['id']}", []

    def ask():
        seen.append(client.patch(url, {"policy": "keep"}))
        seen.append(client.post(f"{url}/apply", {}))
        seen.append(client.get(LIST))

    calls = while_judging(ask)
    assert client.patch(url, {"policy": "overwrite"}).json()["data"]["policy"] == (
        "overwrite"
    )
    assert [answer.status_code for answer in seen] == [503, 503, 200]
    assert len(calls) == 1


def test_a_plan_that_another_process_changed_meanwhile_is_not_judged_again(
    client, alice, while_judging
):
    plan = upload(client, mal(title(1), title(2)))

    def skip_the_other():
        choices = {2: imports.Choice(decision="skip")}
        revised = imports.decide(user_id=alice.pk, plan_id=plan["id"], choices=choices)
        imports.keep_revised(*revised)

    calls = while_judging(skip_the_other)
    url = f"{URL}/{plan['id']}/rows"
    skip = {"rows": [{"row": 1, "decision": "skip"}]}
    answer = refused(client.patch(url, skip), 503, "busy")
    assert answer["details"]["retry_after"] == 2
    assert len(calls) == 2
    assert counts(decide(client, plan, **skip)) == {"rows": 2, "unchanged": 2}


def test_a_plan_that_was_applied_meanwhile_is_told_to_be(client, alice, while_judging):
    plan = upload(client, mal(title(1)))
    while_judging(
        lambda: (
            ImportPlan.objects.of(alice.pk)
            .filter(id=plan["id"])
            .update(status="applied")
        )
    )
    response = client.patch(f"{URL}/{plan['id']}", {"policy": "keep"})
    refused(response, 409, "import_applied")


def test_judging_holds_up_no_other_write_of_the_user(client, alice, while_judging):
    """With an Idempotency-Key too, whose lock is the user's."""
    plan = upload(client, mal(title(1)))
    held = []
    while_judging(lambda: held.append(_held.get()))
    url, key = f"{URL}/{plan['id']}", {"Idempotency-Key": "k"}
    first = client.patch(url, {"policy": "keep"}, headers=key)
    assert first.status_code == 200
    assert held == [None]
    again = client.patch(url, {"policy": "keep"}, headers=key)
    assert again.json() == first.json()


def test_a_retry_gets_its_answer_though_the_plan_was_applied_since(client):
    plan = upload(client, mal(title(1)))
    url, key = f"{URL}/{plan['id']}", {"Idempotency-Key": "k"}
    first = client.patch(url, {"policy": "keep"}, headers=key)
    apply(client, plan)
    again = client.patch(url, {"policy": "keep"}, headers=key)
    assert (again.status_code, again.json()) == (200, first.json())


def test_an_applied_plan_is_told_so_after_its_rows_made_room(client, monkeypatch):
    monkeypatch.setattr(imports, "MOST_PLANS", 2)
    plan = upload(client, mal(title(1)))
    done = apply(client, plan)
    for _ in range(3):
        upload(client, mal(title(2)))
    url = f"{URL}/{plan['id']}"
    refused(client.patch(url, {"policy": "keep"}), 409, "import_applied")
    assert apply(client, plan) == done  # a retry of it
    assert rows(client, plan) == []
    assert ImportRow.objects.count() == 2
    monkeypatch.setattr(imports, "MOST_APPLIED", 2)
    upload(client, mal(title(2)))
    refused(client.patch(url, {"policy": "keep"}), 404, "import_not_found")


def test_a_stale_row_that_is_decided_is_compared_anew(client):
    add(client, 1, "Watching", score=5)
    row = title(1, status="Watching", score=9)
    plan = upload(client, mal(row), policy="overwrite")
    client.patch(f"{LIST}/1", {"score": 6})
    client.post(f"{URL}/{plan['id']}/apply", {})
    decide(client, plan, rows=[{"row": 1, "decision": "take"}])
    assert rows(client, plan)[0]["before"] == {"score": 6.0}
    apply(client, plan)
    assert listed(client)["1"]["score"] == 9.0


def test_the_rest_can_be_applied_at_once(client):
    plan = upload(client, mal(title(1), title(2)))
    add(client, 1, "Watching")
    done = apply(client, plan, accept="unchanged")
    assert counts(done) == {"rows": 2, "add": 1, "conflict": 1}
    assert listed(client)["1"]["type"] == "Watching"


def test_a_stale_plan_is_told_under_a_key_too(client):
    plan = upload(client, mal(title(1)))
    add(client, 1, "Watching")
    url, key = f"{URL}/{plan['id']}/apply", {"Idempotency-Key": "k"}
    refused(client.post(url, {}, headers=key), 409, "plan_stale")
    # Nothing was kept for the key, but the conflict was: the retry goes through.
    response = client.post(url, {}, headers=key)
    assert response.json()["data"]["summary"]["conflict"] == 1


# --- Files ------------------------------------------------------------------------


def test_a_form_will_do(client):
    body = as_form(mal(title(1)), policy="keep", exported_at="last year")
    refused(client.post(URL, body, format="multipart"), 400, "invalid")
    body = as_form(mal(title(1)), policy="keep", exported_at="2024-05-06")
    plan = client.post(URL, body, format="multipart").json()["data"]
    assert (plan["policy"], plan["exported_at"]) == ("keep", "2024-05-06T00:00:00Z")


def test_gzip_is_unpacked(client):
    assert counts(upload(client, gzip.compress(mal(title(1))))) == {"rows": 1, "add": 1}


@pytest.mark.parametrize("data", [b"", b"hello", b"<html></html>", b"\x89PNG\r\n"])
def test_what_is_no_list_gets_a_sentence(client, data):
    response = client.generic("POST", URL, data, content_type="application/xml")
    body = refused(response, 400, "file_unreadable")
    assert body["error"].endswith(".")
    assert not ImportPlan.objects.exists()


def test_a_file_that_is_not_what_it_should_be(client):
    response = client.generic("POST", f"{URL}?format=nothing", mal(title(1)))
    refused(response, 400, "invalid")


def test_a_file_under_another_name_is_told_the_name(client):
    file = SimpleUploadedFile("list.xml", mal(title(1)))
    response = client.post(URL, {"list": file}, format="multipart")
    assert "field file" in refused(response, 400, "file_unreadable")["error"]


def test_a_form_without_a_file(client):
    response = client.post(URL, {"policy": "keep"}, format="multipart")
    refused(response, 400, "file_unreadable")


@pytest.mark.parametrize(
    ("query", "form", "field"),
    [
        ("policy=keep", {"policy": "overwrite"}, "policy"),
        ("policy=keep&policy=overwrite", {}, "policy"),
        ("", {"file": "list.xml"}, "file"),
        ("", {"file": [SimpleUploadedFile("a", b"x")] * 2}, "file"),
    ],
)
def test_a_form_that_says_two_things(client, query, form, field):
    body = as_form(mal(title(1))) | form
    response = client.post(f"{URL}?{query}", body, format="multipart")
    assert refused(response, 400, "invalid")["fields"].keys() == {field}


def test_a_body_that_says_it_is_too_large(client):
    response = client.generic(
        "POST", URL, b"x", content_type="application/xml", CONTENT_LENGTH=str(2**26)
    )
    refused(response, 413, "too_large")


def test_a_retry_with_its_key_makes_no_second_plan(client):
    key = {"Idempotency-Key": "once"}
    data = mal(title(1))
    answers = [
        client.generic("POST", URL, data, content_type="text/xml", headers=key)
        for _ in range(2)
    ]
    assert answers[0].json() == answers[1].json()
    assert ImportPlan.objects.count() == 1


# --- Whose, and how long ----------------------------------------------------------


def test_a_stranger_sees_nothing(client, other_client):
    plan = upload(client, mal(title(1)))
    url = f"{URL}/{plan['id']}"
    for response in (
        other_client.get(url),
        other_client.get(f"{url}/rows"),
        other_client.patch(url, {"policy": "keep"}),
        other_client.patch(f"{url}/rows", {"rows": [{"row": 1, "decision": "skip"}]}),
        other_client.post(f"{url}/apply", {}),
        other_client.delete(url),
        other_client.get(f"{URL}/{uuid4()}"),
    ):
        refused(response, 404, "import_not_found")
    assert other_client.get(URL).json()["data"] == []
    assert [told["id"] for told in client.get(URL).json()["data"]] == [plan["id"]]


def test_a_visitor_is_sent_away(visitor):
    refused(visitor.get(URL), 401, "not_signed_in")


def test_a_plan_is_discarded(client):
    plan = upload(client, mal(title(1)))
    assert client.delete(f"{URL}/{plan['id']}").status_code == 200
    refused(client.get(f"{URL}/{plan['id']}"), 404, "import_not_found")
    assert not ImportRow.objects.exists()


def test_plans_end_by_themselves(client, monkeypatch):
    plan = upload(client, mal(title(1)))
    ImportPlan.objects.update(expires_at=timezone.now())
    refused(client.get(f"{URL}/{plan['id']}"), 404, "import_not_found")
    monkeypatch.setattr(retention, "KEPT_FOR", -timedelta(days=1))
    assert [rule.drop() for rule in retention.RULES] == [1, 1, 0, 0, 0]
    assert not ImportRow.objects.exists()


def test_only_so_many_are_kept(client, monkeypatch):
    monkeypatch.setattr(imports, "MOST_PLANS", 2)
    plans = [upload(client, mal(title(n))) for n in (1, 2, 3)]
    kept = [told["id"] for told in client.get(URL).json()["data"]]
    assert kept == [plans[2]["id"], plans[1]["id"]]
    assert ImportRow.objects.count() == 2


def test_only_so_many_rows_are_kept(client, monkeypatch):
    monkeypatch.setattr(imports, "MOST_ROWS", 3)
    upload(client, mal(title(1), title(2)))
    upload(client, mal(title(1), title(2)))
    assert ImportPlan.objects.count() == 1


def test_unchanged_it_is_not_sent_again(client):
    plan = upload(client, mal(title(1)))
    for url in (URL, f"{URL}/{plan['id']}", f"{URL}/{plan['id']}/rows"):
        etag = client.get(url)["ETag"]
        assert client.get(url, headers={"If-None-Match": etag}).status_code == 304
    decide(client, plan, rows=[{"row": 1, "decision": "skip"}])
    assert client.get(url, headers={"If-None-Match": etag}).status_code == 200


# --- What it costs ----------------------------------------------------------------


@pytest.fixture
def many(client):
    """30 titles: 10 to add, 10 that differ, 10 that do not."""
    for pk in range(100, 130):
        AnimeFactory(id=pk)
    for pk in range(100, 120):
        add(client, pk, "Watching", score=5)
    return mal(
        *(title(pk, status="Watching", score=9) for pk in range(100, 110)),
        *(title(pk, status="Watching", score=5) for pk in range(110, 120)),
        *(title(pk) for pk in range(120, 130)),
    )


def test_the_statements_do_not_grow_with_the_file(client, many, budget):
    for data in (mal(title(1)), many):
        with budget(
            12, "sign-in, lock; ids, names, titles; list, log; plan, rows, old"
        ):
            plan = upload(client, data, exported_at="2020-01-01T00:00:00Z")
        with budget(11, "sign-in, lock, plan, rows; as a batch; the plan, its rows"):
            apply(client, plan)


# --- What no answer could carry -----------------------------------------------------


@pytest.mark.parametrize("number", ["1e20", "-1e25", "1e308", "1e-300"])
@pytest.mark.parametrize("format_", ["json", "kitsu"])
def test_a_number_that_cannot_be_kept_refuses_its_row_and_no_more(
    client, number, format_
):
    entry = '{{"anime_id": "{}", "type": "Watching", "extra": {{"{}": {{"x": {}}}}}}}'
    entries = [entry.format(1, format_, f"[{number}]"), entry.format(2, format_, "[1]")]
    file = f'{{"format": "animecollections", "entries": [{", ".join(entries)}]}}'
    plan = upload(client, file.encode())
    assert counts(plan) == {"rows": 2, "add": 1, "refused": 1}
    [refused] = rows(client, plan, outcome="refused")
    assert refused["reason"].startswith("x has a number out of range")
    apply(client, plan)
    export = client.get("/api/user/export?format=account")
    assert b"".join(export.streaming_content)
    assert listed(client).keys() == {"2"}


def test_candidates_are_searched_for_in_a_place_of_ones_own(client, alice, monkeypatch):
    monkeypatch.setattr(long_work, "seconds", 0.01)
    plan = upload(client, mal({"series_title": "Titel 1"}, title(2)))
    url = f"{URL}/{plan['id']}/rows"
    with long_work.held(alice.pk):
        refused(client.get(url), 503, "busy")
        assert client.get(f"{url}?outcome=add").status_code == 200
    assert client.get(url).status_code == 200
