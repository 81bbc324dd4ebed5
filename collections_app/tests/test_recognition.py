"""Which title a row is, by what it says of it."""

from collections import Counter

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from benchmarks.recognition import TITLES, judged, labelled
from collections_app.catalogue import writes as catalogue
from collections_app.catalogue.name_forms import Likeness, likeness, other_seasons
from collections_app.imports.recognition import recognise
from collections_app.models import Anime, ExternalId
from collections_app.tests.catalogues import import_file, title, write
from collections_app.transfer.records import Record

pytestmark = pytest.mark.django_db


def year(number):
    return {"season": "FALL", "year": number}


SHOWS = [
    title("mal:1", "K-On!", type="TV", episodes=13),
    title("mal:2", "K-On!!", type="TV", episodes=26),
    title("mal:3", "Nisekoi", type="TV", episodes=20, animeSeason=year(2014)),
    title("mal:4", "Nisekoi:", type="TV", episodes=12, animeSeason=year(2015)),
    title("mal:5", "Berserk", type="TV", episodes=12, animeSeason=year(2016)),
    title(
        "mal:6", "Kenpuu Denki Berserk", synonyms=["Berserk"], type="TV", episodes=25
    ),
    title("mal:7", "All Alone With You", type="SPECIAL", episodes=1),
    title("mal:8", "Mirai Nikki", type="OVA", episodes=1),
    title("mal:9", "Mirai Nikki (TV)", type="TV", episodes=26),
    title("mal:10", "Twins", type="OVA", episodes=4),
    title("mal:11", "Twins", type="SPECIAL", episodes=1),
    title("mal:12", "Lonely", type="MOVIE", animeSeason=year(2006)),
    title("mal:13", "Long Runner", type="TV", episodes=1000, status="ONGOING"),
    title("mal:14", "Zoku Story", type="TV", episodes=6),
    title("mal:15", "Ace Kantei", type="TV", episodes=52, animeSeason=year(1983)),
    title("mal:16", "Ace Kantei (2018)", type="TV", episodes=52),
    title("mal:17", "Show Season 2", type="TV", episodes=12),
    title("mal:18", "Show", type="TV", episodes=24),
    title("mal:19", "Show Movie", type="MOVIE", episodes=1),
]


@pytest.fixture
def shows(tmp_path):
    import_file(write(tmp_path / "shows.jsonl", *SHOWS))


def found(name, **said):
    [one] = recognise([Record(1, name, **said)])
    return one.anime_id


@pytest.mark.parametrize(
    ("name", "said", "expected"),
    [
        # The name as it is written wins over what is folded to the same.
        ("K-On!", {"format": "TV"}, 1),
        ("K-On!!", {}, 2),
        ("k-on!!", {}, 2),
        ("Nisekoi:", {"format": "TV"}, 4),
        ("nisekoi", {}, 3),
        # Who leaves the signs out says nothing by it: facts tell, or nothing does.
        ("K-On", {}, None),
        ("K-On", {"episodes": 26}, 2),
        ("Nisekoi!", {"format": "TV"}, None),
        # The number of episodes tells titles of one name apart.
        ("Berserk", {"format": "TV", "episodes": 25}, 6),
        ("Berserk", {"format": "TV", "episodes": 12}, 5),
        ("Berserk", {"format": "TV", "episodes": 13}, 5),
        ("Berserk", {"format": "TV", "episodes": 50}, None),
        ("Berserk", {"year": 1997, "format": "TV"}, 6),
        # Watched episodes say less, but they say something.
        ("Mirai Nikki", {"values": {"progress": 20}}, 9),
        ("Berserk", {"values": {"progress": 20, "type": "Completed"}}, None),
        ("Berserk", {"values": {"progress": 4, "type": "Watching"}}, 5),
        ("Long Runner", {"episodes": 1100, "format": "TV"}, 13),
        # Formats that sites call differently.
        ("All Alone With You", {"format": "Music"}, 7),
        ("all alone with you", {"format": "OVA"}, 7),
        ("Lonely", {"format": "TV"}, None),
        ("Lonely", {"format": "TV", "year": 2006}, None),
        ("Lonely", {"format": "OVA"}, 12),
        ("Zoku Story", {"format": "Movie", "episodes": 6}, 14),
        ("Twins", {"format": "OVA"}, 10),
        ("Twins", {"format": "Special"}, 11),
        ("Twins", {}, None),
        # What stands in brackets is a fact.
        ("Mirai Nikki", {"format": "TV"}, 9),
        ("Mirai Nikki", {"format": "OVA"}, 8),
        ("Mirai Nikki", {}, None),
        ("Zoku Story (TV)", {}, 14),
        ("Zoku Story (1990)", {}, None),
        ("Ace Kantei", {"year": 2018}, 16),
        ("Ace Kantei", {"year": 2001, "episodes": 52}, None),
        # Seasons and films are written in many ways.
        ("Show 2nd Season", {"format": "TV"}, 17),
        ("Show II", {"episodes": 12}, 17),
        ("Show 2", {}, None),
        ("Show 3", {"format": "TV"}, None),
        ("Show Season 1", {"format": "TV"}, 18),
        ("Show", {"format": "Movie"}, 19),
    ],
)
def test_all_evidence_is_weighed_together(shows, name, said, expected):
    assert found(name, **said) == expected


def test_it_is_said_what_decided_or_what_contradicts(shows):
    records = [
        Record(1, "Berserk", format="TV", episodes=25),
        Record(2, "Long Runner", year=1999, format="Movie"),
        Record(3, "Twins"),
        Record(4, "Nobody"),
        Record(5, ""),
    ]
    assert [one.reason for one in recognise(records)] == [
        "Recognised by its name, format and number of episodes.",
        "A title has this name, but its format differs: choose one.",
        "Several titles have this name: choose one.",
        "The catalogue has no title with these ids or names.",
        "The row has no title.",
    ]


def test_it_takes_as_many_statements_for_many_rows_as_for_few(shows):
    def statements(records):
        with CaptureQueriesContext(connection) as captured:
            recognise(records)
        return len(captured)

    few = [Record(1, "Twins"), Record(2, "K-On!"), Record(3, "", ids={"mal": "1"})]
    many = [Record(1, f"{name} {n}") for n in range(50) for name in ("Twins", "Show")]
    assert statements(many + few) == statements(few) <= 8


# --- by ids -----------------------------------------------------------------------


@pytest.fixture
def contested(tmp_path):
    """mal:1 is of 1 and of 5; anilist:7 of 1 and 6; kitsu:3 of 5 and of one of ours."""
    import_file(
        write(
            tmp_path / "contested.jsonl",
            title("mal:1 anilist:7 anidb:1", "One"),
            title("mal:5 kitsu:3", "Five"),
            title("mal:6 anilist:7", "Six"),
            title("anidb:9", "Ours"),
        )
    )
    ExternalId.objects.create(anime_id=5, site="mal", external_id="1")
    ExternalId.objects.create(anime_id=100_000_000, site="kitsu", external_id="3")


@pytest.mark.parametrize(
    ("ids", "name", "expected"),
    [
        ({"mal": "1"}, "", None),
        ({"mal": "1", "anilist": "7"}, "", 1),
        ({"anilist": "7", "anidb": "1"}, "", 1),
        ({"mal": "1", "kitsu": "3"}, "", 5),
        ({"anilist": "7", "kitsu": "3"}, "", None),
        ({"anilist": "7", "kitsu": "3"}, "One", None),
        ({"anilist": "7"}, "Six", 6),
        ({"anilist": "7"}, "Another", None),
        ({"mal": "1", "own": "5"}, "", 5),
        ({"mal": "1", "anilist": "7", "own": "5"}, "", 5),
        ({"mal": "6", "anilist": "7", "own": "1"}, "", 1),
        ({"mal": "6", "own": "1"}, "", 6),
        # A MyAnimeList id that nobody has contradicts the one of a title.
        ({"mal": "999", "anidb": "1"}, "", None),
        ({"mal": "999", "anidb": "1"}, "One", None),
        ({"mal": "999", "anidb": "9"}, "", 100_000_000),
        ({"mal": "999", "kitsu": "3"}, "", 100_000_000),
        ({"kitsu": "3", "own": "100000000"}, "", 100_000_000),
        ({"kitsu": "3", "own": "100000077"}, "", None),
        ({"anilist": "7", "own": "100000000"}, "", None),
    ],
)
def test_of_contested_ids_counts_what_all_of_them_mean(contested, ids, name, expected):
    assert found(name, ids=ids) == expected


def test_a_title_that_is_gone_contests_no_id_and_keeps_what_nobody_else_claims(
    contested,
):
    Anime.objects.filter(id=1).update(gone_since="2026-01-01T00:00:00Z")
    assert found("", ids={"anilist": "7"}) == 6
    assert found("", ids={"mal": "1"}) == 5
    assert found("", ids={"anidb": "1"}) == 1


def test_a_title_that_is_gone_does_not_contest_a_name(tmp_path):
    import_file(
        write(tmp_path / "a.jsonl", title("mal:1", "Alpha"), title("mal:2", "Alpha"))
    )
    assert found("Alpha") is None
    catalogue.unlist(
        [1], source="https://github.com/manami-project/anime-offline-database"
    )
    assert found("Alpha") == 2


def test_an_id_of_ours_counts_where_the_name_agrees(tmp_path):
    import_file(
        write(
            tmp_path / "a.jsonl", title("kitsu:1", "Alpha"), title("kitsu:2", "Alpha")
        )
    )
    assert found("Alpha", ids={"own": "100000001"}) == 100_000_001
    assert found("Alpha", ids={"own": "100000005"}) is None
    assert found("Beta", ids={"own": "100000001"}) is None


# --- the labelled rows ------------------------------------------------------------


def test_of_the_labelled_rows_none_is_wrong_and_few_are_asked():
    import_file(TITLES)
    rows = labelled()
    assert len(rows) == 300
    results = judged(rows)
    wrong = [(row, one) for row, one, verdict in results if verdict == "wrong"]
    assert not wrong
    assert Counter(verdict for *_, verdict in results)["asked"] <= 43


@pytest.mark.parametrize(
    ("name", "other", "expected"),
    [
        ("K-On!", "K-On!", Likeness.WRITTEN),
        ("Dog Days\u2019", "Dog Days'", Likeness.WRITTEN),
        ("K-ON\uff01", "K-On!", Likeness.SPELLED),
        ("K-On", "K-On!", Likeness.FOLDED),
        ("K-On!", "K-On!!", Likeness.OTHER_SIGNS),
        ("Gintama.", "Gintama", Likeness.OTHER_SIGNS),
        ("Steins Gate", "Steins;Gate", Likeness.FOLDED),
        ("Fate: Zero", "Fate/Zero", Likeness.FOLDED),
        ("SPY\u00d7FAMILY", "Spy x Family", Likeness.FOLDED),
        ("Cafe (TV)", "Caf\u00e9 TV", Likeness.FOLDED),
        ("ReZero", "Re:Zero", Likeness.JOINED),
        ("Naruto", "Boruto", None),
    ],
)
def test_names_are_compared_more_closely_than_search_does(name, other, expected):
    assert likeness(name, other) == expected


def test_a_season_is_written_in_many_ways():
    assert set(other_seasons("Show II")) == {
        "show ii", "show 2", "show 2nd season", "show season 2", "show second season",
    }  # fmt: skip
    assert "show" in other_seasons("Show: Season 1")
    assert "show 1st season" in other_seasons("Show")
