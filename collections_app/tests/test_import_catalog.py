"""manage.py import_catalog"""

import gzip
import io
import json
import re
import sys

import hypothesis
import pytest
import zstandard
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from collections_app.catalogue.importing import run as catalogue_import
from collections_app.catalogue.lookup import find_anime, parse_anime_id
from collections_app.models import (
    Anime,
    CatalogueState,
    ExternalId,
    Genre,
    Listing,
    SearchName,
    Studio,
)
from collections_app.tests.catalogues import (
    BEBOP,
    DATA,
    FILM,
    OWN,
    import_file,
    title,
    write,
)
from factories import AnimeFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def file(tmp_path):
    """Writes titles to a file; the same file again is a newer edition of it."""
    return lambda *titles, **more: write(tmp_path / "catalogue.jsonl", *titles, **more)


@pytest.fixture
def take(file):
    """Imports titles; answers with what the command says."""
    return lambda *titles, **options: import_file(file(*titles), **options)


def revision():
    return CatalogueState.objects.get(id=1).revision


def names_of(id_):
    return set(SearchName.objects.filter(anime_id=id_).values_list("name", flat=True))


def counts(said):
    """{"new": 3, …} of "Imported 3 titles in 0.1 s: 3 new, …"."""
    words = said.splitlines()[0].split(": ")[1].rstrip(".").split(", ")
    return {name: int(n.replace(",", "")) for n, name in map(str.split, words)}


# --- What is kept ----------------------------------------------------------------


def test_a_title_comes_with_all_its_facts(take):
    assert take(BEBOP, FILM, OWN).startswith("Imported 3 titles in ")
    bebop = Anime.objects.get(id=1)
    assert (bebop.mal_id, bebop.title, bebop.sort_title) == (
        1,
        "Cowboy Bebop",
        "cowboy bebop",
    )
    assert bebop.synonyms == ["カウボーイビバップ", "Bebop"]
    assert (bebop.format, bebop.airing_status) == ("TV", "finished")
    assert (bebop.season, bebop.year, bebop.episodes) == ("spring", 1998, 26)
    assert (bebop.episode_minutes, bebop.rating, bebop.mature) == (24, 8.75, False)
    assert bebop.picture_url == "https://img.example.org/1.jpg"
    assert bebop.thumbnail_url == "https://img.example.org/1t.jpg"
    assert bebop.genre_names == ["Action", "Sci-Fi", "Space"]
    assert bebop.studio_names == ["Sunrise"]
    assert bebop.external_ids == {"mal": "1", "anilist": "1", "kitsu": "1"}
    assert bebop.related == ["mal:5"]
    assert set(bebop.genres.values_list("key", flat=True)) == {
        "action",
        "sci fi",
        "space",
    }
    assert bebop.studios.get().name == "Sunrise"
    assert names_of(1) >= {"cowboy bebop", "cowboybebop", "bebop"}
    assert revision() == bebop.revision == 1


def test_unknown_facts_stay_unknown(take):
    take(OWN)
    own = Anime.objects.get()
    assert own.rating is own.year is own.episodes is own.episode_minutes is None
    assert (own.season, own.airing_status, own.picture_url) == ("", "unknown", "")


def test_a_title_has_its_myanimelist_id_or_one_of_ours(take):
    take(BEBOP, OWN, title("kitsu:9"), title("mal:99 mal:98", "Two ids"))
    assert list(Anime.objects.values_list("id", "mal_id")) == [
        (1, 1),
        (98, 98),
        (100_000_000, None),
        (100_000_001, None),
    ]
    assert find_anime(parse_anime_id("mal:99")).id == 98


def test_an_id_of_ours_is_never_given_twice(take):
    take(OWN)
    Anime.objects.all().delete()
    take(title("kitsu:9"))
    assert Anime.objects.get().id == 100_000_001
    AnimeFactory(id=100_000_050, mal_id=None)
    take(title("kitsu:9"), title("kitsu:10"))
    assert Anime.objects.filter(id=100_000_051).exists()


def test_mature_titles_are_known_by_their_tags(take):
    take(title("mal:7", tags=["hentai", "comedy"]))
    assert Anime.objects.get().mature
    take(title("mal:7"))  # a source without tags says nothing of it
    assert Anime.objects.get().mature
    take(title("mal:7", tags=["comedy"]))  # nor does one that says it is not
    assert Anime.objects.get().mature


# --- Again, and from elsewhere ---------------------------------------------------


def test_a_second_run_changes_nothing_and_locks_nothing(file):
    path = file(BEBOP, FILM, OWN)
    import_file(path)
    before = list(Anime.objects.values())
    with CaptureQueriesContext(connection) as captured:
        said = import_file(path)
    assert counts(said) == {
        "new": 0, "updated": 0, "unchanged": 3, "refused": 0, "gone": 0
    }  # fmt: skip
    assert list(Anime.objects.values()) == before
    assert revision() == 1
    words = {query["sql"].split()[0] for query in captured.captured_queries}
    assert words == {"SELECT"}


def test_only_what_changed_takes_the_new_revision(take):
    take(BEBOP, FILM)
    said = take(BEBOP | {"episodes": 27}, FILM)
    assert (counts(said)["updated"], counts(said)["unchanged"]) == (1, 1)
    bebop, film = Anime.objects.order_by("id")
    assert (bebop.episodes, bebop.revision, film.revision) == (27, 2, 1)
    assert bebop.updated_at > film.updated_at
    assert bebop.created_at < bebop.updated_at


def test_genres_studios_and_names_follow_a_change(take):
    take(BEBOP)
    changed = {"title": "Space Cowboys", "synonyms": ["SC"], "studios": ["bones"]}
    take(BEBOP | changed | {"tags": ["action", "drama"]})
    bebop = Anime.objects.get()
    assert set(bebop.genres.values_list("name", flat=True)) == {"Action", "Drama"}
    assert bebop.studios.get().name == "Bones"
    assert names_of(1) == {"space cowboys", "spacecowboys", "sc"}
    assert (Genre.objects.count(), Studio.objects.count()) == (4, 2)


def test_what_a_poorer_source_does_not_know_stays(take):
    take(BEBOP)
    before = Anime.objects.values().get()
    said = take(title("mal:1", "Cowboy Bebop"))
    assert counts(said)["unchanged"] == 1
    assert Anime.objects.values().get() == before


@pytest.mark.parametrize("ids", ["mal:1", "anilist:1", "kitsu:1", "kitsu:1 anidb:23"])
def test_a_title_is_known_by_any_of_its_ids(take, ids):
    take(BEBOP)
    take(title(ids, "Cowboy Bebop", episodes=30))
    assert Anime.objects.get().episodes == 30
    assert find_anime(parse_anime_id(ids.split()[-1])).id == 1


def test_a_title_keeps_its_id_when_it_gets_a_page_at_myanimelist(take):
    take(OWN)
    take(title("anidb:77 mal:60000", "Now at MyAnimeList"))
    own = Anime.objects.get()
    assert (own.id, own.mal_id) == (100_000_000, 60_000)
    for text in ("100000000", "60000", "mal:60000", "anidb:77"):
        assert find_anime(parse_anime_id(text)) == own
    take(title("mal:60000", "Now at MyAnimeList", episodes=3))
    assert Anime.objects.get().episodes == 3


def test_two_titles_may_claim_an_id_and_it_means_neither(take):
    said = take(BEBOP, title("mal:2 anilist:1", "Another"))
    assert "anilist:1: 1 Cowboy Bebop and 2 Another" in said
    assert ExternalId.objects.filter(site="anilist", external_id="1").count() == 2
    assert counts(take(BEBOP, title("mal:2 anilist:1", "Another")))["unchanged"] == 2


def test_titles_that_upstream_merged_are_never_merged_silently(take):
    take(FILM, OWN)
    said = take(title("mal:5 anidb:77", "Merged upstream"))
    assert Anime.objects.get(id=5).title == "Merged upstream"
    assert Anime.objects.get(id=100_000_000).title == "No MyAnimeList Page"
    assert "anidb:77: 5 Merged upstream and 100000000 No MyAnimeList Page" in said


def test_a_title_whose_myanimelist_id_was_replaced_contests_nothing_once_it_is_gone(
    take,
):
    take(title("anilist:11 mal:1", "Alpha"))
    said = take(title("anilist:11 mal:3", "Alpha"))
    assert "1 ids of gone titles now belong to another title" in said
    assert "belong to more than one" not in said
    found = {
        text: find_anime(parse_anime_id(text)).id for text in ("anilist:11", "mal:1")
    }
    assert found == {"anilist:11": 3, "mal:1": 1}
    assert counts(take(title("anilist:11", "Alpha", episodes=9)))["updated"] == 1
    assert Anime.objects.get(id=3).episodes == 9


def test_a_row_that_fits_two_titles_alike_is_refused(take):
    take(title("anidb:5", "Five"), title("kitsu:7", "Seven"))
    said = take(title("anidb:5 kitsu:7", "Both"))
    assert counts(said)["refused"] == 1
    assert "Refused, line 2 (Both): its ids fit the titles 100000000 and" in said
    assert set(Anime.objects.values_list("title", flat=True)) == {"Five", "Seven"}


def test_the_same_title_twice_in_a_file_is_taken_once(take):
    for _ in range(2):
        said = take(BEBOP, title("mal:1 anidb:23", "Again"))
        assert (
            "Refused, line 3 (Again): it is the same title as line 2, which has more"
        ) in said
        assert Anime.objects.get().title == "Cowboy Bebop"


def catalogue_as_it_is():
    """Titles and their ids, without what says when."""
    return (
        list(
            Anime.objects.order_by("id").values_list(
                "id", "mal_id", "title", "episodes"
            )
        ),
        sorted(ExternalId.objects.values_list("anime_id", "site", "external_id")),
        gone(),
    )


@pytest.mark.parametrize("order", [1, -1])
def test_of_two_rows_of_one_title_the_one_with_its_myanimelist_id_wins(take, order):
    take(title("mal:5 anilist:15", "Alpha", episodes=178))
    rows = [
        title("anilist:15", "Alpha", episodes=50),
        title("mal:5", "Alpha", episodes=178),
    ]
    said = take(*rows[::order])
    assert (counts(said)["unchanged"], counts(said)["refused"]) == (1, 1)
    assert "which has a MyAnimeList id." in said
    assert Anime.objects.get().episodes == 178


SITES = ("mal", "anilist", "kitsu")
some_ids = st.sets(
    st.tuples(st.sampled_from(SITES), st.integers(1, 3)), min_size=1, max_size=4
)
some_rows = st.lists(
    st.tuples(some_ids, st.integers(0, 3)), min_size=1, max_size=6
).map(
    lambda rows: [
        title(
            " ".join(f"{site}:{n}" for site, n in sorted(ids)), f"T{eps}", episodes=eps
        )
        for ids, eps in rows
    ]
)


@given(some_rows, some_rows, st.randoms(use_true_random=False), st.integers(1, 3))
@hypothesis.settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture],
)
def test_any_order_of_the_rows_of_a_file_gives_the_same_catalogue(
    file, before, rows, random, size
):
    shuffled = list(rows)
    random.shuffle(shuffled)
    ends = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(catalogue_import, "FIRST_BATCH", size)
        patch.setattr(catalogue_import, "LARGEST_BATCH", size)
        for order in (rows, shuffled):
            with transaction.atomic():
                import_file(file(*before))
                import_file(file(*order))
                ends.append(catalogue_as_it_is())
                transaction.set_rollback(True)
    assert ends[0] == ends[1]


# --- Gone ------------------------------------------------------------------------


def gone():
    return set(
        Anime.objects.filter(gone_since__isnull=False).values_list("id", flat=True)
    )


def test_titles_gone_from_their_source_are_marked_and_may_come_back(take):
    take(BEBOP, FILM)
    said = take(BEBOP)
    assert counts(said)["gone"] == 1
    assert gone() == {5}
    assert Anime.objects.get(id=5).revision == revision() == 2
    assert counts(take(BEBOP))["gone"] == 0
    assert revision() == 2
    assert "1 titles that were gone are back." in take(BEBOP, FILM)
    assert gone() == set()
    assert revision() == 3


def test_titles_of_another_source_are_not_missed(file):
    import_file(file(BEBOP, FILM, repository="starter"))
    import_file(file(BEBOP, OWN))
    assert gone() == set()
    import_file(file(OWN))  # Bebop is in the starter still
    assert gone() == set()
    import_file(file(FILM, repository="starter"))
    assert gone() == {1}


def test_a_source_may_be_named(file):
    path = file(BEBOP, FILM)
    import_file(path, source="mine")
    assert set(Listing.objects.values_list("source", flat=True)) == {"mine"}
    import_file(file(BEBOP, repository="somewhere else"), source="mine")
    assert gone() == {5}


def test_a_file_that_says_nothing_of_itself_is_a_source_too(tmp_path):
    path = tmp_path / "bare.json"
    path.write_text(json.dumps({"data": [BEBOP, FILM]}))
    import_file(path)
    path.write_text(json.dumps({"data": [FILM]}))
    import_file(path)
    assert gone() == {1}


@pytest.mark.parametrize("broken", ["{broken", "[1]", '{"title": 7}'])
def test_a_row_that_cannot_be_read_may_be_any_title_so_none_is_marked(take, broken):
    take(BEBOP, FILM)
    said = take(BEBOP, broken)
    assert "1 titles that https://github.com/manami-project" in said
    assert gone() == set()
    take(BEBOP, broken, complete=True)
    assert gone() == {5}


def test_a_refused_row_spares_its_own_title_alone(take):
    take(BEBOP, FILM, OWN)
    said = take(BEBOP, FILM | {"title": ""})
    assert counts(said) | {"refused": 1, "gone": 1} == counts(said)
    assert gone() == {100_000_000}


def test_many_missing_at_once_are_not_marked_unless_the_file_is_complete(take):
    many = [title(f"mal:{number}") for number in range(1, 101)]
    take(*many)
    said = take(*many[:20])
    assert "80 titles that " in said
    assert "--complete" in said
    assert gone() == set()
    take(*many[:20], complete=True)
    assert len(gone()) == 80


# --- Files that are not right ----------------------------------------------------


def test_refused_rows_are_listed_with_line_and_reason(take):
    said = take(BEBOP, "{broken", title("", "No page anywhere"), FILM)
    assert counts(said) == {
        "new": 2, "updated": 0, "unchanged": 0, "refused": 2, "gone": 0
    }  # fmt: skip
    assert "Refused, line 3: the line is not JSON" in said
    assert "Refused, line 4 (No page anywhere): none of its sources" in said


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty"),
        (b'<?xml version="1.0"?><myanimelist></myanimelist>', "MyAnimeList (XML)"),
        (b"<!DOCTYPE html><html></html>", "a web page (HTML)"),
        (b'{"watchlist": []}', "JSON of another structure"),
        (gzip.compress(b"{}", mtime=0)[:5], "The gzip file is incomplete"),
    ],
)
def test_a_file_that_is_no_catalogue_is_told_by_what_it_is(tmp_path, content, sentence):
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(CommandError, match=re.escape(sentence)):
        import_file(path)
    assert not Anime.objects.exists()


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(CommandError, match="cannot be opened: No such file"):
        import_file(tmp_path / "nowhere.json")


def many_titles(number=400):
    return [title(f"mal:{n}", f"Title {n} {'x' * 300}") for n in range(1, number + 1)]


def test_of_a_file_cut_short_the_whole_titles_stay_and_none_is_marked(tmp_path, file):
    import_file(file(title("mal:100000", "Would be gone")))
    packed = gzip.compress(file(*many_titles()).read_bytes())
    path = tmp_path / "cut.jsonl.gz"
    path.write_bytes(packed[: len(packed) // 2])
    with pytest.raises(CommandError, match="none was marked as gone"):
        import_file(path)
    assert 0 < Anime.objects.count() < 401
    assert gone() == set()


@pytest.mark.parametrize("pack", [bytes, gzip.compress, zstandard.compress])
def test_a_document_is_read_packed_or_plain(tmp_path, pack):
    path = tmp_path / "whatever.it.is.called"
    path.write_bytes(pack(json.dumps({"data": [BEBOP, FILM]}).encode()))
    assert counts(import_file(path))["new"] == 2


def test_standard_input_is_read(monkeypatch, file):
    content = file(BEBOP).read_bytes()
    stdin = type("Stdin", (), {"buffer": io.BytesIO(content)})
    monkeypatch.setattr(sys, "stdin", stdin)
    assert counts(import_file("-"))["new"] == 1


def test_a_dry_run_counts_and_writes_nothing(take):
    take(BEBOP, FILM)
    before = list(Anime.objects.values())
    said = take(BEBOP | {"episodes": 1}, OWN, dry_run=True)
    assert said.startswith("Would import 2 titles")
    assert counts(said) == {
        "new": 1, "updated": 1, "unchanged": 0, "refused": 0, "gone": 1
    }  # fmt: skip
    assert list(Anime.objects.values()) == before
    assert revision() == 1


def test_progress_is_shown_on_the_error_stream(file, capsys):
    call_command("import_catalog", str(file(BEBOP)))
    out, err = capsys.readouterr()
    assert out.startswith("Imported 1 titles")
    assert "1 titles" in err


# --- Whole or not at all ---------------------------------------------------------


def test_an_interrupted_run_keeps_whole_batches_and_goes_on_later(file, monkeypatch):
    monkeypatch.setattr(catalogue_import, "FIRST_BATCH", 10)
    monkeypatch.setattr(catalogue_import, "LARGEST_BATCH", 10)
    path = file(*many_titles(40))
    carry_out, batches = catalogue_import.carry_out, []

    def interrupt(*args, **more):
        batches.append(1)
        carry_out(*args, **more)
        if len(batches) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(catalogue_import, "carry_out", interrupt)
    with pytest.raises(CommandError, match="Interrupted") as caught:
        import_file(path)
    assert caught.value.returncode == 130
    assert Anime.objects.count() == SearchName.objects.filter(
        name__contains=" "
    ).count() == 20  # fmt: skip
    assert revision() == 2
    monkeypatch.setattr(catalogue_import, "carry_out", carry_out)
    assert counts(import_file(path)) == {
        "new": 20, "updated": 0, "unchanged": 20, "refused": 0, "gone": 0
    }  # fmt: skip


def everything():
    """All rows of the catalogue but ids and times."""
    return (
        list(
            Anime.objects.order_by("id").values_list(
                "id", "title", "genre_names", "revision", "gone_since"
            )
        ),
        sorted(ExternalId.objects.values_list("anime_id", "site", "external_id")),
        sorted(SearchName.objects.values_list("anime_id", "name")),
        sorted(Listing.objects.values_list("anime_id", "source")),
        sorted(Anime.genres.through.objects.values_list("anime_id", "genre_id")),
        revision(),
    )


def test_whatever_statement_fails_no_title_is_half_applied(file):
    import_file(file(BEBOP, FILM))
    before = everything()
    path = file(BEBOP | {"title": "New", "tags": ["drama"], "studios": ["x"]}, OWN)
    for failing in range(1, 100):
        done = 0

        def fail(execute, sql, params, many, context, failing=failing):
            nonlocal done
            done += 1
            if done == failing:
                raise OperationalError("the database went away")
            return execute(sql, params, many, context)

        with connection.execute_wrapper(fail):
            try:
                import_file(path)
            except (CommandError, OperationalError):
                pass
            else:
                break
        # Only the marking of gone titles comes after the one batch.
        if Anime.objects.get(id=1).title == "Cowboy Bebop":
            assert everything() == before
    assert failing > 15
    assert Anime.objects.get(id=1).genres.get().name == "Drama"
    assert gone() == {5}


def test_a_batch_takes_as_many_statements_for_many_titles_as_for_few(take):
    def statements(*titles, source):
        with CaptureQueriesContext(connection) as captured:
            take(*titles, source=source)
        return len(captured)

    rich = [
        title(f"mal:{n} anilist:{n}", synonyms=[f"N {n}"], tags=["action"])
        for n in range(900_001, 900_091)  # none that has an abbreviation
    ]
    take(rich[0])  # so that the genre is there
    few = statements(*rich[1:6], source="few")
    assert statements(*rich[6:], source="many") == few


# --- Real files ------------------------------------------------------------------


@pytest.mark.skipif(
    not DATA.is_dir(), reason="the folder shared/data is not beside this repository"
)
def test_the_file_of_2023_comes_in_whole_and_again_without_change():
    path = DATA / "anime-offline-database_2023_1120.json.gz"
    first = counts(import_file(path))
    assert first["new"] + first["refused"] == 1120
    assert first["new"] >= 1115
    at = revision()
    again = counts(import_file(path))
    assert again == first | {"new": 0, "unchanged": first["new"]}
    assert revision() == at
