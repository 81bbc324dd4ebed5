"""Which title of ours a record is."""

import pytest

from collections_app.catalogue.matching import Unclear, match


def ids(text):
    """{"mal:1", …} from "mal:1 anilist:2"."""
    return {tuple(key.split(":")) for key in text.split()}


def matched(record, titles, taken=()):
    candidates = {id_: ids(text) for id_, text in titles.items()}
    return match(ids(record), candidates, taken)


@pytest.mark.parametrize(
    ("record", "titles", "expected"),
    [
        ("mal:1", {}, None),
        ("mal:1 anilist:1", {1: "mal:1"}, 1),
        ("anilist:1", {1: "mal:1 anilist:1"}, 1),
        # A title learns its MyAnimeList id from any other id.
        ("mal:1 kitsu:3", {100_000_000: "kitsu:3"}, 100_000_000),
        # Another MyAnimeList id means another title, whatever else is shared.
        ("mal:2 anilist:1 kitsu:1", {1: "mal:1 anilist:1 kitsu:1"}, None),
        # The MyAnimeList id counts more than all others together.
        ("mal:1 anilist:7 kitsu:7", {1: "mal:1", 7: "mal:7 anilist:7 kitsu:7"}, 1),
        # Two rows upstream became one: the title with its MyAnimeList id goes on.
        ("mal:1 anidb:5", {1: "mal:1", 100_000_000: "anidb:5"}, 1),
        # Most shared ids.
        ("anidb:5 kitsu:5 anilist:6", {8: "anidb:5 kitsu:5", 9: "anilist:6"}, 8),
        # As many, but the same ones: the title that has little else.
        ("anidb:5", {1: "mal:1 anidb:5", 9: "anidb:5"}, 9),
    ],
)
def test_the_closest_title_is_meant(record, titles, expected):
    assert matched(record, titles) == expected


@pytest.mark.parametrize(
    ("record", "titles"),
    [
        ("anidb:5 kitsu:7", {8: "anidb:5", 9: "kitsu:7"}),
        ("anidb:5", {8: "anidb:5 kitsu:1", 9: "anidb:5 kitsu:2"}),
        ("mal:8 mal:9", {8: "mal:8", 9: "mal:9"}),
    ],
)
def test_nothing_is_guessed_where_two_fit_alike(record, titles):
    with pytest.raises(Unclear, match="8 and 9"):
        matched(record, titles)


def test_two_records_of_one_import_are_two_titles_where_each_has_an_id_of_its_own():
    titles = {9: "anidb:5 kitsu:1"}
    assert matched("anidb:5 kitsu:2", titles, taken={9}) is None
    assert matched("mal:1 anidb:5", titles, taken={9}) is None


def test_a_record_that_adds_nothing_to_a_title_taken_is_that_title_again():
    assert matched("anidb:5", {9: "anidb:5 kitsu:1"}, taken={9}) == 9
    assert matched("mal:1 kitsu:2", {1: "mal:1"}, taken={1}) == 1


def test_a_title_that_is_gone_yields_to_another_and_comes_back_by_its_own_ids():
    titles = {8: ids("anidb:5 kitsu:1"), 9: ids("anidb:5 kitsu:2")}
    assert match(ids("anidb:5"), titles, gone={8}) == 9
    assert match(ids("anidb:5"), titles, gone={9}) == 8
    assert match(ids("anidb:5 kitsu:1"), titles, gone={8}) == 8
