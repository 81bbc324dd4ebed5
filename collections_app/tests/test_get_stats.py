"""GET /api/user/stats"""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collections_app.catalogue.lengths import OTHERWISE_USUAL, USUAL_MINUTES
from collections_app.models import STATES_OF_TYPE, Anime, EntryType, WatchListEntry
from collections_app.stats.reading import MOST_EPISODES
from conftest import signed_in
from factories import AnimeFactory
from history.models import Change, EpisodesWatched
from profiles.models import Preferences

pytestmark = pytest.mark.django_db
URL = "/api/user/stats"
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
TODAY = NOON.date()


@pytest.fixture(autouse=True)
def _on_a_monday(monkeypatch):
    """By every clock of the server it is noon of 2026-11-23."""
    go_to(monkeypatch, NOON)


def go_to(monkeypatch, now):
    class Clock(datetime):
        @classmethod
        def now(cls, tz=None):
            return now.astimezone(tz)

    monkeypatch.setattr("animecollections.identity.datetime", Clock)


def listed(user, anime, **values):
    """A row as services leave it; what they decide is tested elsewhere."""
    now = {"added_at": NOON, "updated_at": NOON, "revision": 1}
    values = {"type": "Watching"} | now | values
    return WatchListEntry.objects.create(user=user, anime=anime, **values)


def watched(user, anime, *days):
    """(day, episodes), or a day of one episode."""
    for day in days:
        at, episodes = day if isinstance(day, tuple) else (day, 1)
        EpisodesWatched.objects.create(
            user=user, anime_id=anime.pk, day=at, episodes=episodes
        )


def ask(client, **query):
    response = client.get(URL, query)
    assert response.status_code == 200, response.content
    return response.json()["data"]


def row_of(rows, **name):
    [(key, value)] = name.items()
    [row] = [row for row in rows if row[key] == value]
    return row


# --- The list ----------------------------------------------------------------------


def test_an_empty_list_counts_nothing(client):
    data = ask(client)
    assert data["as_of"] == "2026-11-23"
    assert set(data["totals"].values()) == {0, None}
    assert data["scores"] == data["by_genre"] == data["by_year_finished"] == []
    assert [row["type"] for row in data["by_type"]] == EntryType.values
    assert {row["titles"] for row in data["by_type"] + data["by_state"]} == {0}
    assert data["streaks"] == {"current": None, "longest": None}
    assert data["watched"]["first"] is None
    assert [day["episodes"] for day in data["watched"]["weekdays"]] == [0] * 7


def test_totals_and_breakdowns(client, alice):
    tv = AnimeFactory(
        episodes=10,
        episode_minutes=20,
        year=2006,
        genre_names=["Action", "Drama"],
        studio_names=["Madhouse"],
    )
    movie = AnimeFactory(
        episodes=1, episode_minutes=90, format="Movie", year=2020, genre_names=["Drama"]
    )
    planned = AnimeFactory(year=None)
    done = {"type": "Completed", "progress": 10, "score": 90, "tags": ["best", "old"]}
    listed(alice, tv, **done, finished_on="2024")
    listed(alice, movie, progress=1, score=75, tags=["best"])
    listed(alice, planned, type="To Watch")
    data = ask(client)
    assert data["totals"] == {
        "titles": 3,
        "completed": 1,
        "rewatches": 0,
        "episodes": 11,
        "minutes": 290,
        "minutes_estimated": 0,
        "scored": 2,
        "mean_score": 8.25,
    }
    assert data["scores"] == [{"score": 7.5, "titles": 1}, {"score": 9.0, "titles": 1}]
    assert row_of(data["by_type"], type="Completed") == {
        "type": "Completed",
        "titles": 1,
        "completed": 1,
        "episodes": 10,
        "minutes": 200,
        "mean_score": 9.0,
    }
    assert row_of(data["by_state"], state="active")["titles"] == 3
    assert [row["genre"] for row in data["by_genre"]] == ["Drama", "Action"]
    assert row_of(data["by_genre"], genre="Drama")["mean_score"] == 8.25
    assert [row["studio"] for row in data["by_studio"]] == ["Madhouse"]
    tags = [(row["tag"], row["titles"]) for row in data["by_tag"]]
    assert tags == [("best", 2), ("old", 1)]
    assert [row["format"] for row in data["by_format"]] == ["TV", "Movie"]
    years = [(row["year"], row["minutes"]) for row in data["by_year"]]
    assert years == [(2006, 200), (2020, 90), (None, 0)]
    finished = [(row["year"], row["titles"]) for row in data["by_year_finished"]]
    assert finished == [(2024, 1)]


@pytest.mark.parametrize(
    ("episodes", "entry", "counted"),
    [
        (12, {"progress": 5}, 5),
        (12, {"type": "Completed", "progress": 12, "rewatches": 2}, 36),
        (12, {"state": "rewatching", "progress": 3}, 15),
        (12, {"state": "rewatching", "progress": 3, "rewatches": 1}, 27),
        (None, {"progress": 100, "rewatches": 1}, 200),  # an unknown total
        (12, {"progress": 20, "rewatches": 1}, 40),  # the catalogue was wrong
        (12, {"type": "Collection", "state": "dropped", "progress": 4}, 4),
        (12, {"progress": 2**31 - 1, "rewatches": 2**31 - 1}, MOST_EPISODES),
    ],
)
def test_rewatches_are_counted(client, alice, episodes, entry, counted):
    listed(alice, AnimeFactory(episodes=episodes, episode_minutes=24), **entry)
    totals = ask(client)["totals"]
    assert (totals["episodes"], totals["minutes"]) == (counted, counted * 24)


@pytest.mark.parametrize("minutes", [None, 0])
@pytest.mark.parametrize(
    ("format_", "length"), [("TV", 24), ("Movie", 100), ("OVA", 28), ("Music", 4)]
)
def test_an_unknown_length_is_the_usual_one_and_told(
    client, alice, format_, minutes, length
):
    guessed = AnimeFactory(format=format_, episode_minutes=minutes)
    listed(alice, guessed, progress=2)
    listed(alice, AnimeFactory(episode_minutes=10), progress=1)
    watched(alice, guessed, "2026-01-05")
    totals = ask(client)["totals"]
    assert totals["minutes"] == 2 * length + 10
    assert totals["minutes_estimated"] == 2 * length
    assert ask(client, year=2026)["totals"]["minutes_estimated"] == length


def test_of_very_many_tags_those_with_the_most_titles_are_told(client, alice):
    tags = [f"tag {number:03}" for number in range(120)]
    listed(alice, AnimeFactory(), tags=tags)
    listed(alice, AnimeFactory(), tags=tags[-1:])
    rows = ask(client)["by_tag"]
    assert len(rows) == 100
    assert [row["tag"] for row in rows[:2]] == ["tag 119", "tag 000"]


def test_private_and_mature_titles_are_ones_own_and_count(client, alice):
    listed(alice, AnimeFactory(mature=True), is_private=True)
    assert ask(client)["totals"]["titles"] == 1


def test_a_stranger_counts_nothing(client, alice, stranger, death_note):
    listed(stranger, death_note, progress=3, finished_on="2026")
    watched(stranger, death_note, TODAY)
    for data in (ask(client), ask(client, year=2026)):
        assert set(data["totals"].values()) == {0, None}
        assert data["by_format"] == []


TEXTS = st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=5)
ENTRIES = st.lists(
    st.fixed_dictionaries(
        {
            "kind": st.sampled_from(
                [(type_, state) for type_, of in STATES_OF_TYPE.items() for state in of]
            ),
            "progress": st.integers(0, 30),
            "rewatches": st.integers(0, 3),
            "score": st.none() | st.integers(0, 100),
            "tags": st.lists(
                st.text(
                    st.characters(exclude_characters="\0", codec="utf-8"), max_size=5
                ),
                unique=True,
                max_size=3,
            ),
            "episodes": st.none() | st.integers(1, 26),
            "minutes": st.none() | st.integers(0, 120),
            "format": st.sampled_from(["TV", "Movie", "Unknown"]),
        }
    ),
    max_size=8,
)


@given(ENTRIES)
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_whatever_a_list_has_it_counts_as_one_would_by_hand(client, alice, entries):
    WatchListEntry.objects.all().delete()
    episodes = minutes = 0
    for entry in entries:
        total, length = entry["episodes"], entry["minutes"]
        anime = AnimeFactory(
            episodes=total, episode_minutes=length, format=entry["format"]
        )
        type_, state = entry["kind"]
        values = {
            name: entry[name] for name in ("progress", "rewatches", "score", "tags")
        }
        listed(alice, anime, type=type_, state=state, **values)
        whole = max(total or 0, entry["progress"])
        passes = entry["rewatches"] + (state == "rewatching")
        seen = entry["progress"] + whole * passes
        episodes += seen
        usual = USUAL_MINUTES.get(entry["format"], OTHERWISE_USUAL)
        minutes += seen * (length or usual)
    data = ask(client)
    scores = [entry["score"] for entry in entries if entry["score"] is not None]
    totals = data["totals"]
    assert (totals["titles"], totals["episodes"], totals["minutes"]) == (
        len(entries),
        episodes,
        minutes,
    )
    mean = round(sum(scores) / len(scores) / 10, 2) if scores else None
    assert totals["mean_score"] == mean
    assert [row["score"] for row in data["scores"]] == [
        score / 10 for score in sorted(set(scores))
    ]
    tags = [tag for entry in entries for tag in entry["tags"]]
    assert {row["tag"]: row["titles"] for row in data["by_tag"]} == {
        tag: tags.count(tag) for tag in tags
    }
    for rows in (data["by_type"], data["by_state"], data["by_format"], data["by_year"]):
        assert sum(row["episodes"] for row in rows) == episodes


# --- When --------------------------------------------------------------------------


def test_months_weekdays_and_a_calendar(client, alice):
    one, other = AnimeFactory(episode_minutes=20), AnimeFactory(episode_minutes=50)
    watched(alice, one, ("2024-02-29", 3), ("2026-10-31", 2), ("2026-11-22", 1))
    watched(alice, other, ("2026-10-31", 1))
    told = ask(client)["watched"]
    assert (told["episodes"], told["minutes"], told["days"]) == (7, 170, 3)
    assert (told["first"], told["last"]) == ("2024-02-29", "2026-11-22")
    assert told["months"] == [
        {"month": "2024-02", "episodes": 3, "minutes": 60},
        {"month": "2026-10", "episodes": 3, "minutes": 90},
        {"month": "2026-11", "episodes": 1, "minutes": 20},
    ]
    assert {day["weekday"]: day["episodes"] for day in told["weekdays"]} == {
        "monday": 0,
        "tuesday": 0,
        "wednesday": 0,
        "thursday": 3,
        "friday": 0,
        "saturday": 3,
        "sunday": 1,
    }
    # The last 53 weeks.
    assert [day["day"] for day in told["calendar"]] == ["2026-10-31", "2026-11-22"]


def test_what_was_imported_counts_on_the_day_it_was_finished(client, alice):
    done = {"type": "Completed", "progress": 12}
    on_a_day, of_a_month, of_a_year, partly, dropped, undated = (
        AnimeFactory(episodes=12, episode_minutes=20, genre_names=[f"Genre {each}"])
        for each in range(6)
    )
    listed(alice, on_a_day, **done, finished_on="2019-05-04")  # a Saturday
    listed(alice, of_a_month, **done, finished_on="2019-05")
    listed(alice, of_a_year, **done, finished_on="2019")
    listed(alice, partly, **done, finished_on="2026-11-01")  # a Sunday
    watched(alice, partly, ("2026-11-01", 5))
    gone = {"type": "Collection", "state": "dropped"}
    listed(alice, dropped, **gone, progress=3, finished_on="2019-06-01")
    listed(alice, undated, **done)
    told = ask(client)["watched"]
    assert (told["episodes"], told["minutes"], told["days"]) == (48, 960, 1)
    assert (told["first"], told["last"]) == ("2026-11-01", "2026-11-01")
    assert told["months"] == [
        {"month": "2019-05", "episodes": 24, "minutes": 480},
        {"month": "2026-11", "episodes": 12, "minutes": 240},
    ]
    assert row_of(told["weekdays"], weekday="saturday")["episodes"] == 12
    assert row_of(told["weekdays"], weekday="sunday")["episodes"] == 12
    assert [day["episodes"] for day in told["calendar"]] == [12]
    assert ask(client)["streaks"]["longest"]["days"] == 1
    year = ask(client, year=2019)
    totals = year["totals"]
    counted = [totals[name] for name in ("titles", "episodes", "minutes", "days")]
    assert counted == [3, 36, 720, 0]
    assert [month["episodes"] for month in year["months"]] == [24]
    assert year["calendar"] == [{"day": "2019-05-04", "episodes": 12, "minutes": 240}]
    assert {row["genre"] for row in year["by_genre"]} == {
        "Genre 0",
        "Genre 1",
        "Genre 2",
    }
    assert year["busiest_day"] is None
    assert len(year["most_watched"]) == 3


def test_what_is_watched_again_was_finished_whole_the_first_time(client, alice):
    again = AnimeFactory(episodes=12)
    listed(alice, again, state="rewatching", progress=2, finished_on="2019-05-04")
    watched(alice, again, (TODAY, 2))
    assert [row["episodes"] for row in ask(client)["watched"]["months"]] == [10, 2]


def test_an_enormous_progress_of_the_past_is_bounded(client, alice):
    for each in range(3):
        anime = AnimeFactory(episode_minutes=32_767 - each)
        listed(
            alice,
            anime,
            type="Completed",
            progress=2**31 - 1,
            finished_on="2019-05-04",
        )
    assert ask(client, year=2019)["totals"]["episodes"] == 3 * MOST_EPISODES


def test_a_slip_that_was_taken_back_leaves_the_sums_right(client, alice, death_note):
    watched(alice, death_note, ("2026-11-01", 3), ("2026-11-02", -2))
    told = ask(client)["watched"]
    assert (told["episodes"], told["days"]) == (1, 1)
    assert told["months"][0]["episodes"] == 1


def test_what_was_taken_back_on_the_same_day_was_never_watched(
    client, alice, death_note
):
    watched(alice, death_note, (TODAY, 0))
    told, year = ask(client)["watched"], ask(client, year=2026)
    assert (told["first"], told["months"], told["calendar"]) == (None, [], [])
    assert (year["busiest_day"], year["busiest_month"], year["calendar"]) == (
        None,
        None,
        [],
    )


def test_a_day_that_only_takes_back_is_no_first_last_or_busiest(
    client, alice, death_note
):
    days = ("2026-09-30", -1), ("2026-10-30", 3), ("2026-10-31", -1), ("2026-11-01", -1)
    watched(alice, death_note, *days)
    told, year = ask(client)["watched"], ask(client, year=2026)
    assert (told["first"], told["last"]) == ("2026-10-30", "2026-10-30")
    assert told["months"] == year["months"]
    assert [(row["month"], row["episodes"]) for row in told["months"]] == [
        ("2026-10", 2)
    ]
    assert year["busiest_day"]["day"] == "2026-10-30"
    assert told["episodes"] == sum(day["episodes"] for day in told["calendar"]) == 0
    EpisodesWatched.objects.filter(episodes__gt=0).delete()
    assert ask(client)["watched"]["first"] is None
    assert ask(client, year=2026)["busiest_day"] is None


def test_a_title_that_left_the_list_was_watched_all_the_same(client, alice, death_note):
    watched(alice, death_note, "2026-11-01")
    assert ask(client)["watched"]["episodes"] == 1
    assert ask(client)["totals"]["episodes"] == 0
    year = ask(client, year=2026)
    assert [title["title"] for title in year["most_watched"]] == ["Death Note"]


def test_the_log_may_be_pruned(client, alice, death_note):
    client.post("/api/user/watchList", {"animeId": 1535, "type": "Watching"})
    client.post("/api/user/watchList/1535/increment", {"by": 3})
    before = ask(client), ask(client, year=2026)
    assert before[0]["watched"]["episodes"] == 3
    Change.objects.all().delete()
    assert (ask(client), ask(client, year=2026)) == before


@pytest.mark.parametrize(
    ("days", "current", "longest"),
    [
        ([0], (1, 0), (1, 0)),
        ([-1], (1, -1), (1, -1)),  # today can still carry it on
        ([-2], None, (1, -2)),
        ([-2, -1, 0], (3, 0), (3, 0)),
        ([-9, -8, -7, -1, 0], (2, 0), (3, -7)),
        ([-5, -4, -1, 0], (2, 0), (2, -4)),  # of equals the first
    ],
)
def test_streaks(client, alice, death_note, days, current, longest):
    watched(alice, death_note, *(TODAY + timedelta(days=day) for day in days))
    streaks = ask(client)["streaks"]
    for name, wanted in (("current", current), ("longest", longest)):
        streak = streaks[name]
        if wanted is None:
            assert streak is None
            continue
        length, last = wanted
        assert streak == {
            "days": length,
            "first": str(TODAY + timedelta(days=last - length + 1)),
            "last": str(TODAY + timedelta(days=last)),
        }


def test_a_streak_ends_at_the_users_own_midnight(
    client, alice, death_note, monkeypatch
):
    Preferences.objects.update(timezone="Pacific/Auckland")
    watched(alice, death_note, TODAY - timedelta(days=1))
    first = client.get(URL)
    assert first.json()["data"]["streaks"]["current"] is None  # it is Tuesday there
    Preferences.objects.update(timezone="UTC")
    response = client.get(URL, headers={"If-None-Match": first["ETag"]})
    assert response.status_code == 200
    assert response.json()["data"]["streaks"]["current"]["days"] == 1
    go_to(monkeypatch, NOON + timedelta(days=1))
    later = client.get(URL, headers={"If-None-Match": response["ETag"]})
    assert later.status_code == 200
    assert later.json()["data"]["streaks"]["current"] is None


# --- A year ------------------------------------------------------------------------


def test_a_year_in_review(client, alice):
    hit = AnimeFactory(
        title="Hit", episodes=12, episode_minutes=24, genre_names=["Action"]
    )
    film = AnimeFactory(title="Film", episodes=1, episode_minutes=90, format="Movie")
    old = AnimeFactory(title="Old", episode_minutes=24)
    listed(
        alice,
        hit,
        type="Completed",
        progress=12,
        score=80,
        tags=["best"],
        started_on="2026-03",
        finished_on="2026-03-09",
    )
    listed(alice, film, type="Completed", progress=1, score=95, finished_on="2026")
    before = NOON - timedelta(days=400)
    listed(alice, old, added_at=before, started_on="2025-12-31", finished_on="2025")
    watched(alice, old, ("2025-12-31", 9), ("2027-01-01", 9))
    watched(alice, hit, ("2026-03-08", 5), ("2026-03-09", 7))
    watched(alice, film, "2026-07-01")
    data = ask(client, year=2026)
    assert data["totals"] == {
        "titles": 2,
        "episodes": 13,
        "minutes": 12 * 24 + 90,
        "minutes_estimated": 0,
        "days": 3,
        "added": 2,
        "started": 1,
        "finished": 2,
        "scored": 2,
        "mean_score": 8.75,
    }
    assert data["first_watched"] == {
        "day": "2026-03-08",
        "anime_id": str(hit.pk),
        "title": "Hit",
        "imageUrl": hit.picture_url,
    }
    assert data["last_watched"]["title"] == "Film"
    most = [(title["title"], title["episodes"]) for title in data["most_watched"]]
    assert most == [("Hit", 12), ("Film", 1)]
    # A partial date is of its year, and comes before the days of it.
    finished = [(title["title"], title["finished_on"]) for title in data["finished"]]
    assert finished == [("Film", "2026"), ("Hit", "2026-03-09")]
    assert data["finished"][0]["score"] == 9.5
    assert data["busiest_month"] == {"month": "2026-03", "episodes": 12, "minutes": 288}
    assert data["busiest_day"] == {"day": "2026-03-09", "episodes": 7, "minutes": 168}
    assert data["longest_streak"]["days"] == 2
    assert [month["month"] for month in data["months"]] == ["2026-03", "2026-07"]
    assert len(data["calendar"]) == 3
    assert row_of(data["by_genre"], genre="Action")["episodes"] == 12
    assert row_of(data["by_tag"], tag="best")["completed"] == 1
    assert {row["format"] for row in data["by_format"]} == {"TV", "Movie"}


def test_a_year_of_nothing(client, alice, death_note):
    listed(alice, death_note, progress=5)
    data = ask(client, year=1999)
    assert set(data["totals"].values()) == {0, None}
    assert data["first_watched"] is data["busiest_day"] is data["busiest_month"] is None
    assert data["most_watched"] == data["finished"] == data["by_genre"] == []


def test_what_is_being_watched_again_was_finished_and_what_was_dropped_was_not(
    client, alice
):
    again, dropped = AnimeFactory(), AnimeFactory()
    listed(alice, again, state="rewatching", finished_on="2026-01-01")
    listed(alice, dropped, type="Collection", state="dropped", finished_on="2026")
    assert ask(client, year=2026)["totals"]["finished"] == 1
    assert ask(client)["totals"]["completed"] == 1


def test_new_entries_are_of_the_users_own_year(client, alice):
    zone = ZoneInfo("Pacific/Auckland")
    Preferences.objects.update(timezone=zone.key)
    in_year = datetime(2026, 1, 1, 0, 0, tzinfo=zone)  # still 2025 in UTC
    listed(alice, AnimeFactory(), added_at=in_year)
    listed(alice, AnimeFactory(), added_at=in_year - timedelta(seconds=1))
    assert ask(client, year=2026)["totals"]["added"] == 1
    assert ask(client, year=2025)["totals"]["added"] == 1


def test_what_was_taken_back_altogether_was_not_watched(client, alice, death_note):
    watched(alice, death_note, ("2026-11-01", 2), ("2026-11-02", -2))
    data = ask(client, year=2026)
    assert data["totals"]["titles"] == data["totals"]["episodes"] == 0
    assert data["most_watched"] == []


@pytest.mark.parametrize("year", ["26", "2026-01", "x", "٢٠٢٦", "9999", "+2026", "1e3"])
def test_what_is_no_year_is_refused(client, year):
    response = client.get(URL, {"year": year})
    assert response.status_code == 400
    assert "1900" in response.json()["fields"]["year"][0]


def test_the_first_and_the_last_year_are_answered(client):
    assert ask(client, year=1900)["year"] == 1900
    assert ask(client, year=2200)["year"] == 2200


# --- What it costs -----------------------------------------------------------------


def test_a_visitor_is_asked_to_sign_in(visitor):
    assert visitor.get(URL).json()["code"] == "not_signed_in"


def test_nothing_is_counted_again_while_nothing_changed(
    client, alice, death_note, budget
):
    client.post("/api/user/watchList", {"animeId": 1535, "type": "Watching"})
    etags = {client.get(URL, query)["ETag"] for query in ({}, {"year": 2026})}
    assert len(etags) == 2
    etag = client.get(URL)["ETag"]
    with budget(1, "sign-in check"):
        assert client.get(URL, headers={"If-None-Match": etag}).status_code == 304
    client.post("/api/user/watchList/1535/increment")
    assert client.get(URL, headers={"If-None-Match": etag}).status_code == 200


@pytest.mark.parametrize(
    ("query", "number", "in_words"),
    [
        ({}, 3, "sign-in check, list, diary"),
        (
            {"year": 2026},
            9,
            "sign-in check, list, diary, sums, first, last, titles, counts, finished",
        ),
    ],
)
def test_a_long_list_takes_no_more_statements(
    client, alice, budget, query, number, in_words
):
    for each in range(30):
        anime = AnimeFactory(genre_names=[f"Genre {each}"])
        listed(alice, anime, progress=1, tags=[f"tag {each}"], finished_on="2026")
        watched(alice, anime, date(2026, 1, 1) + timedelta(days=each * 2))
    with budget(number, in_words):
        ask(client, **query)


def test_the_clients_of_two_users_get_two_etags(client, other_client, alice):
    assert client.get(URL)["ETag"] != other_client.get(URL)["ETag"]
    assert client.get(URL)["ETag"] == signed_in(alice).get(URL)["ETag"]


def test_a_change_of_the_catalogue_counts(client, alice, death_note):
    listed(alice, death_note, progress=10)
    Anime.objects.update(episode_minutes=30)
    assert ask(client)["totals"]["minutes"] == 300
