"""How a client may name an anime, and how not."""

import pytest

from animecollections.api.errors import ApiError
from collections_app.catalogue.refs import AnimeRef, parse_anime_id


@pytest.mark.parametrize(
    ("value", "site", "key"),
    [
        (1535, "own", "1535"),
        ("1535", "own", "1535"),
        ("007", "own", "7"),
        (1, "own", "1"),
        (2**31 - 1, "own", "2147483647"),
        ("mal:1535", "mal", "1535"),
        ("anilist:1535", "anilist", "1535"),
        ("kitsu:1376", "kitsu", "1376"),
        ("anidb:4563", "anidb", "4563"),
        ("anime-planet:death-note", "anime-planet", "death-note"),
        ("notify:0-A-5Fimg", "notify", "0-A-5Fimg"),
    ],
)
def test_numbers_and_other_sites_ids_are_read(value, site, key):
    assert parse_anime_id(value) == AnimeRef(site, key)


@pytest.mark.parametrize(
    "value",
    [
        None, True, False, 0, -1, 2**31, 10**40, 1.0, 1.5, [], {}, [1535], b"1535",
        "", "0", "-1", "+1", "1.5", "1e3", " 7 ", "7\n", "1_000", "٧", "७", "²",
        "2147483648", "9" * 5000, "mal:", ":1535", "mal:0", "mal:-1", "mal: 1",
        "mal:1535:1", "MAL:1535", "own:1535", "imdb:1", "mal:x", "mal:٧",
        "anime-planet:", "anime-planet:a/b", "anime-planet:" + "a" * 201, "null",
    ],
)  # fmt: skip
def test_anything_else_is_refused(value):
    with pytest.raises(ApiError) as caught:
        parse_anime_id(value)
    assert caught.value.status_code == 400
    assert list(caught.value.fields) == ["animeId"]


def test_a_reference_reads_as_it_is_written():
    for text in ("1535", "mal:1535", "anime-planet:death-note"):
        assert str(parse_anime_id(text)) == text
    assert parse_anime_id("1535").number == 1535
    assert parse_anime_id("mal:1535").number == 0
