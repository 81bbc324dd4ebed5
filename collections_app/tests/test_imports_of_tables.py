"""/api/user/imports of tables: what is asked about, and which row of a title counts."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from collections_app.catalogue import writes as catalogue
from collections_app.catalogue.folding import fold
from collections_app.tests.imports import (
    URL,
    apply,
    counts,
    decide,
    mal,
    rows,
    title,
    upload,
)
from factories import AnimeFactory

pytestmark = pytest.mark.django_db
YAMTRACK = (
    "media_id,source,media_type,title,image,season_number,episode_number,score,status,"
    "notes,start_date,end_date,progress"
)


@pytest.fixture(autouse=True)
def _titles(death_note):
    for anime in (
        death_note,
        AnimeFactory(id=1, title="Erased", episodes=12),
        AnimeFactory(id=2, title="Perfect Blue", episodes=1, format="Movie"),
    ):
        catalogue.store_names({anime.id: {fold(anime.title)}})


def table(*lines):
    return "\n".join([*lines, ""]).encode()


def one_added(client, *lines):
    """The only row that would be added, and what it would make of the entry."""
    plan = upload(client, table(*lines))
    [added] = rows(client, plan, outcome="add")
    return added


# --- what is no anime -------------------------------------------------------------


def test_a_game_of_an_animes_name_is_refused_as_a_game(client):
    plan = upload(
        client,
        table("title,type,status", "Erased,Game,Completed", "Erased,TV,Completed"),
    )
    first, second = rows(client, plan)
    assert first["reason"] == "This is a game, but only anime can be imported here."
    assert (first["outcome"], second["outcome"]) == ("refused", "add")


def test_what_may_be_live_action_waits_for_a_choice(client):
    """A series of twelve episodes has the anime's name and length, and is not it."""
    plan = upload(
        client,
        table(
            YAMTRACK,
            "68349,tmdb,tv,Erased,,,,8,Completed,,,,12",
            "10494,tmdb,movie,Perfect Blue,,,,9,Completed,,,,1",
        ),
    )
    assert counts(plan) == {"rows": 2, "unmatched": 2}
    show, film = rows(client, plan)
    assert show["reason"].startswith("This may be live action")
    assert [one["anime_id"] for one in show["candidates"]] == ["1"]
    assert [one["anime_id"] for one in film["candidates"]] == ["2"]
    plan = decide(client, plan, rows=[{"row": 1, "anime_id": "1", "decision": "take"}])
    assert apply(client, plan)["summary"]["add"] == 1


def test_a_long_show_that_was_seen_whole_is_the_anime_of_its_length(client):
    added = one_added(
        client, YAMTRACK, "900003,tmdb,tv,Death Note,,,,7,Completed,,,,37"
    )
    assert (added["anime_id"], added["after"]["progress"]) == ("1535", 37)


def test_asking_costs_one_statement_however_many_rows_are_asked_about(client, budget):
    lines = ["1,tmdb,tv,Erased,,,,8,Completed,,,,12"] * 20
    with budget(
        11, "sign-in, names and titles, episodes, the list, its story, the plan"
    ):
        plan = upload(client, table(YAMTRACK, *lines))
    assert counts(plan) == {"rows": 20, "unmatched": 20}


# --- which row of a title counts --------------------------------------------------


def test_rows_of_episodes_and_seasons_do_not_beat_the_row_of_their_show(client):
    added = one_added(
        client,
        YAMTRACK,
        "900003,tmdb,tv,Death Note,,,,7,Completed,,,,37",
        "900003,tmdb,season,Death Note,,1,,7,Completed,,,,37",
        "900003,tmdb,episode,Death Note,,1,1,,,,,2024-02-09,",
    )
    assert added["row"] == 1
    assert (added["after"]["score"], added["after"]["progress"]) == (7.0, 37)


def test_an_id_that_is_read_beats_a_name_and_a_name_that_nobody_knows(client):
    added = one_added(
        client,
        YAMTRACK,
        "1535,mal,anime,A Title Nobody Knows,,,,10,Completed,,,,37",
        "900003,tmdb,tv,Death Note,,,,7,Completed,,,,37",
    )
    assert (added["row"], added["after"]["score"]) == (1, 10.0)


@pytest.mark.parametrize(
    "later",
    [
        "Erased,,,",
        "Erased,Completed,,",
        "Erased,Rewatching,3,",
        "Erased,Watching,3,10",
        "Erased,Plan to watch,0,",
    ],
)
def test_the_fuller_row_counts_wherever_it_stands(client, later):
    full = "Erased,Completed,12,9"
    for lines in ((full, later), (later, full)):
        plan = upload(client, table("title,status,progress,score", *lines))
        assert counts(plan) == {"rows": 2, "add": 1, "refused": 1}
        [added] = rows(client, plan, outcome="add")
        assert (added["after"]["type"], added["after"]["score"]) == ("Completed", 9.0)


def test_of_rows_that_say_as_much_the_latest_counts(client):
    header = "title,status,progress,score,updated at"
    added = one_added(
        client,
        header,
        "Erased,Watching,3,8,2024-02-01",
        "Erased,Watching,3,7,2024-01-01",
    )
    assert added["after"]["score"] == 8.0


def test_the_row_that_was_decided_on_counts_before_a_fuller_one(client):
    lines = ("Erased,Completed,12", "Erased,Watching,3")
    plan = upload(client, table("title,status,progress", *lines))
    decide(client, plan, rows=[{"row": 2, "decision": "take"}])
    [added] = rows(client, plan, outcome="add")
    assert (added["row"], added["after"]["progress"]) == (2, 3)


# --- what is told -----------------------------------------------------------------


def test_what_is_read_otherwise_is_told_on_the_row_and_of_the_file(client):
    row = title(1, status="On-Hold", rewatching=1, times_watched=255)
    plan = upload(client, mal(row))
    assert plan["warnings"][0].startswith("1 row was changed when")
    assert any("my_times_watched is 255" in said for said in plan["warnings"])
    [told] = rows(client, plan)
    assert told["after"]["state"] == "on_hold"
    assert "as watched again" in told["reason"]
    assert "my_times_watched is 255" in told["reason"]
    decide(client, plan, rows=[{"row": 1, "decision": "take"}])
    assert "my_times_watched is 255" in rows(client, plan)[0]["reason"]


def test_notes_that_are_too_long_refuse_no_entry(client):
    plan = upload(client, mal(title(1, comments="x" * 10_050)))
    [told] = rows(client, plan)
    assert told["outcome"] == "add"
    assert "10,050 characters" in told["reason"]
    assert apply(client, plan)["status"] == "applied"


# --- what the sender says ---------------------------------------------------------


@pytest.mark.parametrize(("scale", "score"), [("5", 8.0), ("10", 4.0), ("100", 0.4)])
def test_the_scale_may_be_said(client, scale, score):
    plan = upload(client, table("title,score", "Erased,4"), scale=scale)
    assert rows(client, plan)[0]["after"]["score"] == score


@pytest.mark.parametrize("scale", ["7", "10.0", "ten"])
def test_a_scale_that_there_is_not_is_refused(client, scale):
    response = client.generic("POST", f"{URL}?scale={scale}", table("title", "Erased"))
    assert response.status_code == 400
    assert "scale" in response.json()["fields"]


@pytest.mark.parametrize(
    ("name", "said", "at"),
    [
        ("animelist_1700000000_-_12345.xml", {}, "2023-11-14T22:13:20Z"),
        (
            "animelist_1700000000_-_12345.xml",
            {"exported_at": "2024-01-01T00:00:00Z"},
            "2024-01-01T00:00:00Z",
        ),
        ("animelist_9700000000_-_12345.xml", {}, None),
        ("list.xml", {}, None),
    ],
)
def test_the_name_of_myanimelists_file_says_when_it_was_made(client, name, said, at):
    file = SimpleUploadedFile(name, mal(title(1)))
    response = client.post(URL, {"file": file, **said}, format="multipart")
    assert response.json()["data"]["exported_at"] == at


def test_a_header_of_the_future_is_no_time_of_a_file(client):
    later = f"{timezone.now().year + 1}-01-01T00:00:00Z"
    data = mal(title(1)).replace(b"<myinfo>", f"<!-- {later} --><myinfo>".encode())
    assert upload(client, data)["exported_at"] is None
