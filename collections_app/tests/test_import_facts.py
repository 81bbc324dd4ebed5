"""manage.py import_facts"""

import gzip
import json
from datetime import date

import pytest
import zstandard
from django.core.management import CommandError

from animecollections.identity import Origin
from collections_app.catalogue import writes as catalogue
from collections_app.models import Anime, CatalogueState, SourceFact
from collections_app.source_facts import derived
from collections_app.source_facts.importing import run
from collections_app.source_facts.readers.bangumi_data import address_of
from collections_app.source_facts.sources import SourceFailed, import_all
from collections_app.tests.catalogues import import_file, title, write
from collections_app.tests.facts import (
    DATA,
    bangumi,
    fact,
    import_facts,
    write_bangumi,
    write_lines,
)
from collections_app.tests.test_add_to_watch_list import add

pytestmark = pytest.mark.django_db
TITLES = [
    title("mal:1 anilist:1", "Cowboy Bebop", score={"arithmeticMean": 8.75}),
    title("mal:5 anilist:5", "The Film"),
    title("mal:9 anilist:9", "One"),
    title("mal:10 anilist:9", "Another"),
    title("mal:20", "Running", status="ONGOING"),
    title("mal:21", "Nobody Knows"),
]


@pytest.fixture(autouse=True)
def _catalogue(db, tmp_path):
    import_file(write(tmp_path / "catalogue.jsonl", *TITLES))


@pytest.fixture
def own(tmp_path):
    """`own(row, …)` imports rows of our own format."""

    def import_rows(*rows, source="", **options):
        return import_facts(
            write_lines(tmp_path / "facts.jsonl", *rows, source=source), **options
        )

    return import_rows


EVERYTHING = {
    "ids": ["anilist:1"],
    "title": "Cowboy Bebop",
    "airing": {
        "begin": "1998-04-03",
        "end": "1999-04",
        "broadcast": {"start": "1998-04-03T09:00:00Z", "every_days": 7},
        "episodes": 26,
    },
    "names": {"zh-Hans": ["星际牛仔"], "en": ["Cowboy Bebop"]},
    "links": [
        {"site": "crunchyroll", "url": "https://example.org/bebop", "regions": ["DE"]}
    ],
    "relations": [{"type": "sequel", "ids": ["mal:5"]}],
    "description": {"text": "Bounty hunters.\n\nIn space.", "language": "en"},
    "votes": {"mean": 8.75, "count": 900000},
    "episodes": [{"number": 2, "airs": "1998-04-10"}, {"number": 1, "title": "Blues"}],
    "trailers": [{"site": "youtube", "url": "https://youtube.example.org/x"}],
    "redirects": [
        {"first": 27, "last": 27, "ids": ["mal:5"], "to_first": 1, "to_last": 1}
    ],
    "seasons": [
        {"database": "tvdb", "id": "76885", "season": 1, "first": 1, "to_first": 1}
    ],
}


def test_our_own_format_says_everything(own):
    said = own(EVERYTHING)
    assert said.startswith("Imported facts of 1 titles from own in ")
    assert "1 new, 0 updated, 0 unchanged, 0 not in the catalogue, 0 refused" in said
    assert SourceFact.objects.count() == 10
    assert fact(1, "airing") == {
        "begin": {"at": "1998-04-03", "precision": "day"},
        "end": {"at": "1999-04", "precision": "month"},
        "broadcast": {
            "start": {"at": "1998-04-03T09:00:00Z", "precision": "minute"},
            "every_days": 7,
        },
        "episodes": 26,
    }
    assert [one["number"] for one in fact(1, "episodes")["episodes"]] == [1, 2]


def test_a_second_import_changes_nothing_and_writes_no_row(
    own, django_assert_num_queries
):
    own(EVERYTHING)
    before = list(SourceFact.objects.order_by("id").values())
    titles = list(Anime.objects.order_by("id").values())
    said = own(EVERYTHING)
    assert "0 new, 0 updated, 1 unchanged" in said
    assert list(SourceFact.objects.order_by("id").values()) == before
    assert list(Anime.objects.order_by("id").values()) == titles


def test_a_dry_run_counts_and_writes_nothing(own):
    assert own(EVERYTHING, dry_run=True).startswith("Would import facts of 1 titles")
    assert not SourceFact.objects.exists()
    assert CatalogueState.objects.get().revision == 1


def test_what_changed_takes_a_revision_of_its_title(own):
    own(EVERYTHING)
    own(EVERYTHING | {"votes": {"mean": 8.76, "count": 900100}})
    state = CatalogueState.objects.get()
    votes = SourceFact.objects.get(kind="votes")
    assert votes.revision == state.revision == Anime.objects.get(id=1).revision
    assert SourceFact.objects.get(kind="names").revision < state.revision


def test_null_takes_a_fact_away_and_what_is_not_there_stays(own):
    own(EVERYTHING)
    own({"ids": ["mal:1"], "votes": None})
    assert fact(1, "votes") is None
    assert fact(1, "names")
    assert Anime.objects.get(id=1).votes is None


def test_two_sources_that_contradict_are_both_kept(own, settings, visitor):
    settings.CATALOGUE_FACT_SOURCES = ["second", "first"]
    row = {"ids": ["mal:1"]}
    own(row | {"airing": {"begin": "1998-04-03"}}, source="first")
    own(row | {"airing": {"begin": "1998-10-24"}}, source="second")
    assert SourceFact.objects.filter(anime_id=1, kind="airing").count() == 2
    airing = visitor.get("/api/animes/1?include=airing").json()["data"]["airing"]
    assert (airing["source"], airing["begin"]["at"]) == ("second", "1998-10-24")
    settings.CATALOGUE_FACT_SOURCES = ["first"]
    airing = visitor.get("/api/animes/1?include=airing").json()["data"]["airing"]
    assert airing["source"] == "first"


# --- Which title a row is -------------------------------------------------------------


def test_an_id_that_two_titles_claim_is_refused(own):
    said = own({"ids": ["anilist:9"], "votes": {"mean": 5, "count": 5}})
    assert "its id anilist:9 is claimed by the titles 9 and 10" in said
    assert not SourceFact.objects.exists()


def test_a_myanimelist_id_decides_alone(own):
    own({"ids": ["anilist:9", "mal:10"], "votes": {"mean": 5, "count": 5}})
    assert SourceFact.objects.get().anime_id == 10


def test_the_same_title_twice_in_a_file_is_refused_by_its_line(own):
    row = {"ids": ["mal:1"], "votes": {"mean": 5, "count": 5}}
    said = own(row, row | {"ids": ["anilist:1"], "votes": {"mean": 6, "count": 5}})
    assert "Refused, line 2: it is the same title as line 1." in said
    assert fact(1, "votes") == {"mean": 5.0, "count": 5}


def test_it_makes_no_titles(own):
    said = own({"ids": ["mal:404"], "votes": {"mean": 5, "count": 5}})
    assert "1 not in the catalogue" in said
    assert Anime.objects.count() == len(TITLES)


# --- What is broken or hostile --------------------------------------------------------


DEEP = "[" * 100_000
HOSTILE = [
    "not json",
    '{"ids": ["mal:1"], "votes": ' + DEEP,
    '{"ids": ["mal:1"], "votes": {"mean": 1e400, "count": 1}}',
    '{"ids": ["mal:1"], "votes": {"mean": ' + "9" * 5000 + ', "count": 1}}',
    '{"ids": ["mal:1"], "votes": {"mean": NaN, "count": 1}}',
    {"ids": ["mal:1"], "votes": [1, 2]},
    {"ids": ["mal:1"], "votes": {"mean": 8, "count": -1}},
    {"ids": ["mal:1"], "votes": {"mean": True, "count": 1}},
    {"ids": ["mal:1"], "names": {"en": ["A\0B"], "../x": ["C"], "de": "D"}},
    '{"ids": ["mal:1"], "names": {"en": ["\\ud800"]}}',
    {"ids": ["mal:1"], "links": [{"site": "x", "url": "javascript:alert(1)"}]},
    {"ids": ["mal:1"], "links": {"site": "x"}},
    {"ids": ["mal:1"], "airing": {"begin": "0000-00-00", "end": "2026-13-40"}},
    {"ids": ["mal:1"], "airing": {"broadcast": {"start": "2026-02-31T99:99:00Z"}}},
    {"ids": ["mal:1"], "description": {"text": ["x"]}},
    {"ids": ["mal:1"], "relations": [{"type": "owner", "ids": ["mal:5"]}]},
    {"ids": ["mal:1"], "relations": [{"type": "sequel", "ids": ["5", {}]}]},
    {"ids": ["mal:1"], "episodes": [{"number": 10**30}, {"number": "1"}, 7]},
    {"ids": ["mal:1"], "relations": [{"type": ["sequel"], "ids": ["mal:5"]}]},
    {"ids": ["mal:1"], "seasons": [{"database": "x", "id": "1"}]},
    {"ids": ["mal:1"], "seasons": [{"database": {}, "id": "1"}]},
    {"ids": ["mal:1"], "redirects": [{"first": 9, "last": 3, "ids": ["mal:5"]}]},
    {"ids": "mal:1", "votes": {"mean": 8, "count": 1}},
    {"ids": ["mal:1"], "password": "x"},
    {"ids": []},
    "[]",
    "7",
    '{"ids": ["mal:1"], "description": "' + "x" * 2_000_000 + '"}',
]


@pytest.mark.parametrize("row", HOSTILE, ids=lambda row: str(row)[:40])
def test_what_cannot_be_kept_loses_nothing_else(own, row):
    good = {"ids": ["mal:5"], "votes": {"mean": 8, "count": 3}}
    own(EVERYTHING)
    before = list(SourceFact.objects.filter(anime_id=1).order_by("id").values())
    said = own({"ids": ["mal:21"], "votes": {"mean": 7, "count": 2}}, row, good)
    assert "Refused, line 2" in said or "Left out, line 2" in said
    assert list(SourceFact.objects.filter(anime_id=1).order_by("id").values()) == before
    assert fact(5, "votes")
    assert fact(21, "votes")


def test_what_is_shown_of_a_file_can_be_written_to_any_terminal(own, tmp_path):
    said = own('{"ids": ["mal:1"], "\\ud800\\u001b[2J": 1}')
    path = tmp_path / "ids.json"
    path.write_text('{"1": {}, "\\ud800\\u001b[2J": 4}')
    for text in (said, import_facts(path)):
        assert "\ufffd\ufffd[2J" in text
        assert "\x1b" not in text
        text.encode()


def test_an_id_of_half_a_character_costs_no_other_title(tmp_path):
    sites = [{"site": "crunchyroll", "id": "\ud800"}]
    items = [bangumi(1, sites=sites), bangumi(5)]
    import_facts(write_bangumi(tmp_path / "data.json", *items))
    [link] = fact(1, "links", "bangumi-data")["links"]
    assert link["url"] == "https://www.crunchyroll.com/series/%3F/"
    assert fact(5, "names", "bangumi-data")


def test_an_address_does_not_grow_with_its_template():
    about = {"urlTemplate": "https://example.org/" + "{{id}}" * 2}
    assert address_of({"id": "1"}, about) == "https://example.org/1{{id}}"
    assert address_of({"id": "x" * 3000}, about) == ""


def test_a_source_that_fails_in_any_way_keeps_no_other_from_its_turn(
    tmp_path, settings, monkeypatch
):
    row = {"ids": ["mal:1"], "votes": {"mean": 8, "count": 3}}
    good = write_lines(tmp_path / "good.jsonl", row)
    settings.FACT_SOURCES = [str(tmp_path / "bad"), str(good)]
    (tmp_path / "bad").write_text("unforeseen")
    recognise = run.recognise

    def slips(text):
        assert not text.buffer.startswith("unforeseen")
        return recognise(text)

    monkeypatch.setattr(run, "recognise", slips)
    with pytest.raises(SourceFailed, match="AssertionError, which the log has"):
        import_all()
    assert fact(1, "votes")


def test_lists_are_bounded(own):
    episodes = [{"number": number} for number in range(1, 5000)]
    said = own({"ids": ["mal:1"], "episodes": episodes})
    assert "episodes: more than 3000" in said
    assert len(fact(1, "episodes")["episodes"]) == 3000


def test_a_file_that_breaks_off_keeps_what_was_whole(tmp_path):
    path = write_bangumi(tmp_path / "data.json", bangumi(1, begin=""), bangumi(5))
    path.write_text(path.read_text()[:-20])
    with pytest.raises(CommandError, match="facts imported so far remain"):
        import_facts(path)
    assert fact(1, "names", "bangumi-data")


@pytest.mark.parametrize(
    "text",
    ["", "<html>", "[1, 2]", "{}", '{"siteMeta": 3, "items": []}', "a: [b", "\0" * 99],
)
def test_what_is_no_file_of_facts_is_told(tmp_path, text):
    path = tmp_path / "what"
    path.write_text(text)
    with pytest.raises(CommandError):
        import_facts(path)


def test_packed_files_are_read(tmp_path):
    row = json.dumps({"ids": ["mal:1"], "votes": {"mean": 8, "count": 3}}).encode()
    (tmp_path / "a.gz").write_bytes(gzip.compress(row))
    (tmp_path / "b.zst").write_bytes(
        zstandard.compress(row.replace(b"mal:1", b"mal:5"))
    )
    import_facts(tmp_path / "a.gz", tmp_path / "b.zst")
    assert fact(1, "votes")
    assert fact(5, "votes")


@pytest.mark.parametrize(
    ("begin", "end", "is_kept"),
    [
        ("2026-04-08T16:00:00Z", "2026-04-09", True),
        ("2026-04-08T16:00:00Z", "2026-04-08", False),  # the 9th in Japan
        ("2026-04-09", "2026-04-08T15:30:00Z", True),
        ("2026-04", "2026-03", False),
        ("2026-04-30T16:00:00Z", "2026-04", False),
    ],
)
def test_an_end_is_compared_by_days_in_japan(own, begin, end, is_kept):
    own({"ids": ["mal:1"], "airing": {"begin": begin, "end": end}})
    assert ("end" in fact(1, "airing")) == is_kept


def test_a_forbidden_character_costs_no_line_of_a_description(own):
    own({"ids": ["mal:1"], "description": "Hunters\x92 of\x1b bounty.\n\nIn space."})
    assert fact(1, "description")["text"] == "Hunters of bounty.\n\nIn space."
    said = own({"ids": ["mal:1"], "description": "\x92\n"})
    assert "Left out, line 1: description: `text` has nothing that can be kept" in said
    assert fact(1, "description")["text"] == "Hunters of bounty.\n\nIn space."


@pytest.mark.parametrize("zone", ["Europe/London", "Mars/Base", "../etc", 7, ["UTC"]])
def test_the_zone_of_a_broadcast_is_kept_where_there_is_such_a_one(own, zone):
    start = {"start": "2026-04-08T06:30:00Z"}
    said = own({"ids": ["mal:1"], "airing": {"broadcast": {**start, "zone": zone}}})
    if zone == "Europe/London":
        assert fact(1, "airing")["broadcast"]["zone"] == zone
    else:
        assert "Left out, line 1" in said
        assert "time zone" in said


def test_jikan_says_by_whose_clocks_a_title_is_broadcast(tmp_path):
    path = tmp_path / "jikan.json"
    clocks = JIKAN["broadcast"] | {"timezone": "Europe/London"}
    days = {"prop": {"from": {"day": 1, "month": 6, "year": 2026}}}
    title_ = JIKAN | {"broadcast": clocks, "aired": days}
    path.write_text(json.dumps({"data": title_}))
    import_facts(path)
    broadcast = fact(1, "airing", "jikan")["broadcast"]
    assert broadcast["zone"] == "Europe/London"
    assert broadcast["start"]["at"] == "2026-06-06T00:00:00Z"


@pytest.mark.parametrize("name", ["staff", "A name", "x" * 41])
def test_a_file_cannot_take_any_name(own, name):
    with pytest.raises(CommandError, match="name"):
        own(EVERYTHING, source=name)


# --- What follows ---------------------------------------------------------------------


def test_names_join_the_search(tmp_path, visitor):
    item = bangumi(1, "カウボーイ", titleTranslate={"zh-Hans": ["星际牛仔"]})
    import_facts(write_bangumi(tmp_path / "data.json", item))
    for text in ("星际牛仔", "カウボーイ"):
        found = visitor.get("/api/animes", {"search": text}).json()["data"]
        assert [anime["id"] for anime in found] == ["1"]
    import_facts(write_bangumi(tmp_path / "data.json", bangumi(1)))
    assert not visitor.get("/api/animes", {"search": "星际牛仔"}).json()["data"]


def status(anime_id):
    rows = Anime.objects.filter(id=anime_id)
    return rows.values_list("airing_status", "status_by_dates").get()


@pytest.mark.parametrize(
    ("airing", "expected"),
    [
        ({"begin": "1998-04-03", "end": "1999-04-24"}, "finished"),
        ({"begin": "2090"}, "upcoming"),
        ({"begin": "1998-04-03", "end": "2090-01"}, "airing"),
        ({"begin": "1998-04-03"}, "unknown"),
        ({"broadcast": {"start": "1998-04-03T09:00:00Z"}, "episodes": 26}, "finished"),
    ],
)
def test_dates_mend_a_status_that_the_catalogue_does_not_know(own, airing, expected):
    own({"ids": ["mal:21"], "airing": airing})
    assert status(21) == (expected, expected != "unknown")


def test_dates_change_no_status_that_the_catalogue_or_staff_say(own, tmp_path):
    over = {"begin": "1998-04-03", "end": "1999-04-24"}
    own({"ids": ["mal:20"], "airing": over})
    assert status(20) == ("airing", False)
    catalogue.edit(
        anime_id=21,
        facts={"airing_status": "upcoming"},
        reason="The studio says so.",
        through=Origin("admin"),
    )
    own({"ids": ["mal:21"], "airing": over})
    assert status(21) == ("upcoming", False)


def test_what_the_catalogue_says_later_counts(own, tmp_path):
    own({"ids": ["mal:21"], "airing": {"begin": "2000", "end": "2001"}})
    assert status(21) == ("finished", True)
    again = title("mal:21", "Nobody Knows", status="ONGOING")
    import_file(write(tmp_path / "catalogue.jsonl", *TITLES[:5], again))
    assert status(21) == ("airing", False)
    import_file(write(tmp_path / "catalogue.jsonl", *TITLES))
    assert status(21) == ("airing", False)


def test_days_pass(own, monkeypatch):
    own({"ids": ["mal:21"], "airing": {"begin": "2090-01-01", "end": "2090-03-01"}})
    assert status(21) == ("upcoming", True)
    for today, expected in (
        (date(2090, 2, 1), "airing"),
        (date(2090, 3, 2), "finished"),
    ):
        monkeypatch.setattr(derived, "today", lambda today=today: today)
        assert derived.mend() == "1 titles mended"
        assert status(21) == (expected, True)
    assert derived.mend() == "0 titles mended"


def test_votes_weigh_the_rating_that_orders(own, tmp_path, visitor):
    few = title("mal:30", "Three Fans", score={"arithmeticMean": 10})
    import_file(write(tmp_path / "catalogue.jsonl", *TITLES, few))
    own(
        {"ids": ["mal:1"], "votes": {"mean": 8.75, "count": 900000}},
        {"ids": ["mal:30"], "votes": {"mean": 10, "count": 3}},
    )
    found = visitor.get("/api/animes?ordering=-rating").json()["data"]
    assert [anime["id"] for anime in found[:2]] == ["1", "30"]
    assert (found[1]["rating"], found[1]["votes"]) == (10.0, 3)
    assert found[1]["weighted_rating"] < 7


@pytest.mark.parametrize("url", ["/api/animes", "/api/user/watchList"])
def test_a_change_of_votes_is_another_etag_of_what_they_order(own, client, url):
    add(client, 1)
    own({"ids": ["mal:1"], "votes": {"mean": 8.75, "count": 3}})
    url = f"{url}?ordering=-rating"
    before = client.get(url)["ETag"]
    own({"ids": ["mal:1"], "votes": {"mean": 8.75, "count": 900000}})
    answer = client.get(url, headers={"If-None-Match": before})
    assert answer.status_code == 200
    own({"ids": ["mal:1"], "votes": {"mean": 8.75, "count": 900000}})
    held = {"If-None-Match": answer["ETag"]}
    assert client.get(url, headers=held).status_code == 304


# --- The files of sources -------------------------------------------------------------


def test_bangumi_data_is_read(tmp_path):
    weekly = bangumi(
        20,
        "走る",
        begin="2026-04-08T06:30:00.000Z",
        broadcast="R/2026-04-08T06:30:00.000Z/P7D",
        end="2026-06-24T07:00:00.000Z",
        officialSite="https://example.org/",
        sites=[
            {"site": "crunchyroll", "id": "GX/1", "begin": "2026-04-08T07:00:00.000Z"},
            {"site": "dmhy", "id": "9"},
        ],
    )
    old = bangumi(21, begin="1980-04-08T16:00:00.000Z", end="1980-04-08T16:30:00.000Z")
    nameless = bangumi(1) | {"sites": []}
    said = import_facts(write_bangumi(tmp_path / "data.json", weekly, old, nameless, 7))
    assert "2 refused" in said
    assert "line 3 (Title): it has no id of a known site" in said
    assert fact(20, "airing", "bangumi-data") == {
        "begin": {"at": "2026-04-08T06:30:00Z", "precision": "minute"},
        "end": {"at": "2026-06-24T06:30:00Z", "precision": "minute"},
        "broadcast": {
            "start": {"at": "2026-04-08T06:30:00Z", "precision": "minute"},
            "every_days": 7,
        },
    }
    # A midnight of China stands for a day of which nothing else is known.
    day = {"at": "1980-04-09", "precision": "day"}
    assert fact(21, "airing", "bangumi-data") == {"begin": day, "end": day}
    links = fact(20, "links", "bangumi-data")["links"]
    assert [one["url"] for one in links] == [
        "https://example.org/",
        "https://www.crunchyroll.com/series/GX/1/",
    ]


def test_anime_relations_are_read(tmp_path):
    path = tmp_path / "anime-relations.txt"
    path.write_text(
        "::meta\n- version: 1.3.0\n::rules\n"
        "# Bebop -> Film\n- 1|?|1:27-28 -> 5|?|5:1-2!\n- 1|?|?:29-? -> ~|~|~:0\n"
        "- nonsense -> here\n"
    )
    said = import_facts(path)
    assert "Refused, line 7 (Bebop -> Film): it is not a rule of this file." in said
    sequel = {"first": 27, "last": 28, "to_first": 1, "to_last": 2}
    redirect = sequel | {"ids": ["anilist:5", "mal:5"]}
    assert fact(1, "redirects", "anime-relations")["redirects"][0] == redirect
    assert fact(5, "redirects", "anime-relations") == {"redirects": [redirect]}


def test_a_title_that_lines_name_by_more_or_fewer_ids_is_one(tmp_path):
    path = tmp_path / "anime-relations.txt"
    path.write_text(
        "::meta\n- version: 1.3.0\n::rules\n"
        "- 1|?|1:27 -> 5|?|5:1\n- 1|?|?:28 -> 5|?|5:2\n"
    )
    assert "0 refused" in import_facts(path)
    kept = fact(1, "redirects", "anime-relations")["redirects"]
    assert [one["first"] for one in kept] == [27, 28]


def test_kometa_is_read(tmp_path):
    path = tmp_path / "ids.json"
    rows = {
        "1": {"mal_id": 1, "tvdb_id": 76885, "tvdb_season": 1, "tvdb_epoffset": 3},
        "2": {"mal_id": "9,10", "imdb_id": "tt0119698"},
        "3": {"mal_id": 5, "imdb_id": "tt0275277", "tvdb_epoffset": 0},
        "4": 4,
    }
    path.write_text(json.dumps(rows))
    said = import_facts(path)
    assert "Refused, line 2 (AniDB 2): its ids fit the titles 9 and 10 alike." in said
    [season] = fact(1, "seasons", "kometa")["seasons"]
    assert (season["id"], season["season"], season["to_first"]) == ("76885", 1, 4)
    [film] = fact(5, "seasons", "kometa")["seasons"]
    assert (film["database"], film["id"]) == ("imdb", "tt0275277")


def test_anibridge_is_read(tmp_path):
    path = tmp_path / "mappings.yaml"
    path.write_text(
        "$schema:\n  version: 3.0.0\n"
        "anilist:1:\n  mal:1:\n    '1': '1'\n  tvdb_show:76885:s1:\n"
        "    '1-12': '1-12'\n    '13-': '1-|2'\n    '9': 'x'\n"
    )
    said = import_facts(path)
    assert "Left out, line 3 (anilist:1): seasons: nothing in place of a number" in said
    one, two = fact(1, "seasons", "anibridge")["seasons"]
    assert (one["first"], one["last"], one["to_last"]) == (1, 12, 12)
    assert (two["first"], two["last"], two["ratio"]) == (13, None, 2)


@pytest.mark.parametrize(
    "text",
    [
        "anilist:1: &a [x]\nanilist:5: *a\n",
        "anilist:1:\n  a: &b {c: d}\n  e: *b\n",
        "anilist:1: {a: {b: {c: {d: e}}}}\n",
        "anilist:1:\n  - x\n",
        "anilist:1: {" + "a: {" * 5000,
        "anilist:1:\n"
        + "".join(
            f"  tvdb_show:{show}:s1:\n"
            + "".join(f"    '{n}': '1'\n" for n in range(50))
            for show in range(50)
        ),
        "anilist:1: '" + "x" * 5_000_000,
        "anilist:1: '" + "x" * 5_000_000 + "'\n",
    ],
)
def test_yaml_cannot_make_much_of_little(tmp_path, text):
    path = tmp_path / "mappings.yaml"
    path.write_text(text)
    with pytest.raises(CommandError):
        import_facts(path)
    assert not SourceFact.objects.exists()


JIKAN = {
    "mal_id": 1,
    "title": "Cowboy Bebop",
    "titles": [{"type": "German", "title": "Cowboy Bebop DE"}],
    "aired": {
        "prop": {
            "from": {"day": 3, "month": 4, "year": 1998},
            "to": {"day": None, "month": 4, "year": 1999},
        }
    },
    "broadcast": {"day": "Saturdays", "time": "01:00", "timezone": "Asia/Tokyo"},
    "episodes": 26,
    "score": 8.75,
    "scored_by": 900000,
    "synopsis": "Bounty hunters.",
    "relations": [
        {"relation": "Sequel", "entry": [{"mal_id": 5, "type": "anime"}]},
        {"relation": "Adaptation", "entry": [{"mal_id": 5, "type": "manga"}]},
    ],
    "trailer": {"url": None},
}


def test_jikan_is_read(tmp_path):
    path = tmp_path / "full.json"
    path.write_text(json.dumps({"data": JIKAN}))
    import_facts(path)
    airing = fact(1, "airing", "jikan")
    assert airing["begin"] == {"at": "1998-04-03", "precision": "day"}
    assert airing["end"] == {"at": "1999-04", "precision": "month"}
    assert airing["broadcast"]["start"]["at"] == "1998-04-03T16:00:00Z"
    sequel = {"type": "sequel", "ids": ["mal:5"]}
    assert fact(1, "relations", "jikan") == {"relations": [sequel]}
    assert fact(1, "votes", "jikan") == {"mean": 8.75, "count": 900000}
    path.write_text(json.dumps({"data": [{"mal_id": 1, "title": "Only this"}]}))
    import_facts(path)
    assert fact(1, "votes", "jikan"), "what an answer does not say stays"


def test_a_failure_of_jikan_is_no_file_of_facts(tmp_path):
    path = tmp_path / "failure.json"
    path.write_text(json.dumps({"_request": "x", "body": {"status": 404}}))
    with pytest.raises(CommandError, match="404"):
        import_facts(path)


@pytest.mark.skipif(not DATA.exists(), reason="../shared/data is not here")
def test_real_files_are_read_and_change_nothing_the_second_time(tmp_path):
    names = [
        "facts/anime-relations.txt",
        "facts/kometa_anime_ids.json.gz",
        "facts/anibridge_mappings.edits.yaml.gz",
        "facts/bangumi-data-0.3.208.json.gz",
        "catalogues/jikan_v4/anime-success.json",
        "catalogues/jikan_v4/top-success.json",
    ]
    import_facts(*(DATA / name for name in names))
    assert fact(1, "names", "bangumi-data")
    assert fact(1, "seasons", "kometa")
    before = list(SourceFact.objects.order_by("id").values())
    said = import_facts(*(DATA / name for name in names))
    assert " 0 new, 0 updated" in said
    assert list(SourceFact.objects.order_by("id").values()) == before
