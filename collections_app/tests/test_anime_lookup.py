"""From the ids that clients send to titles."""

import pytest
from django.utils import timezone

from animecollections.api.errors import ApiError
from collections_app.catalogue.lookup import find_anime, find_many, resolve
from collections_app.catalogue.refs import parse_anime_id
from collections_app.models import Anime, ExternalId
from factories import AnimeFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def titles(death_note):
    """Death Note, once merged with 5; a title of our own that learned it is MAL 77."""
    late = AnimeFactory(id=100_000_000, mal_id=None, title="Late")
    for anime, site, key in [
        (death_note, "anilist", "1535"),
        (death_note, "anime-planet", "death-note"),
        (death_note, "own", "5"),
        (late, "mal", "77"),
    ]:
        ExternalId.objects.create(anime=anime, site=site, external_id=key)


def found(text):
    return find_anime(parse_anime_id(text)).id


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1535", 1535),
        ("mal:1535", 1535),
        ("anilist:1535", 1535),
        ("anime-planet:death-note", 1535),
        ("5", 1535),  # an id that a merged title once had
        ("100000000", 100_000_000),
        ("77", 100_000_000),  # a MyAnimeList id learned later
        ("mal:77", 100_000_000),
        ("https://myanimelist.net/anime/1535/Death_Note?q=death", 1535),
        ("http://www.anilist.co/anime/1535/", 1535),
        ("https://www.anime-planet.com/anime/Death-Note", 1535),
    ],
)
def test_every_id_of_a_title_finds_it(titles, text, expected):
    assert found(text) == expected


@pytest.mark.parametrize("text", ["6", "mal:5", "anilist:77", "kitsu:1535"])
def test_an_id_that_no_title_has_is_404(titles, text):
    with pytest.raises(ApiError) as caught:
        found(text)
    assert (caught.value.code, caught.value.status_code) == ("anime_not_found", 404)
    assert text in caught.value.sentence


def test_an_id_of_ours_counts_before_an_alias_and_that_before_a_sites_id(titles):
    for site in ("own", "mal"):
        ExternalId.objects.create(anime_id=1535, site=site, external_id="100000000")
    assert found("100000000") == 100_000_000
    ExternalId.objects.create(anime_id=100_000_000, site="mal", external_id="5")
    assert found("5") == 1535


def test_an_id_that_two_titles_claim_means_neither(titles):
    ExternalId.objects.create(anime_id=100_000_000, site="anilist", external_id="1535")
    with pytest.raises(ApiError) as caught:
        found("anilist:1535")
    assert caught.value.code == "ambiguous_id"
    assert "1535 Death Note" in caught.value.sentence
    assert "100000000 Late" in caught.value.sentence
    assert found("1535") == 1535
    with pytest.raises(ApiError, match="belongs to more than one"):
        find_many([parse_anime_id("anilist:1535")])
    assert resolve([parse_anime_id("anilist:1535")]) == {}


def test_a_title_that_is_gone_contests_no_id_and_keeps_what_it_alone_has(titles):
    ExternalId.objects.create(anime_id=100_000_000, site="anilist", external_id="1535")
    ExternalId.objects.create(anime_id=100_000_000, site="mal", external_id="1535")
    Anime.objects.filter(id=1535).update(gone_since=timezone.now())
    ref = parse_anime_id("anilist:1535")
    assert found("anilist:1535") == 100_000_000
    assert find_many([ref])[ref].id == 100_000_000
    assert resolve([ref]) == {ref: 100_000_000}
    for text in ("1535", "5", "anime-planet:death-note"):
        assert found(text) == 1535
    assert found("mal:1535") == 100_000_000
    Anime.objects.update(gone_since=timezone.now())
    with pytest.raises(ApiError, match="belongs to more than one"):
        found("anilist:1535")


def test_a_list_is_found_at_once_or_refused_with_all_that_are_unknown(titles):
    refs = [parse_anime_id(text) for text in ("1535", "5", "mal:77", "anilist:1535")]
    assert [find_many(refs)[ref].id for ref in refs] == [
        1535,
        1535,
        100_000_000,
        1535,
    ]
    assert resolve(refs) == {ref: find_many(refs)[ref].id for ref in refs}
    unknown = [parse_anime_id(text) for text in ("1535", "6", "kitsu:9", "4")]
    with pytest.raises(ApiError) as caught:
        find_many(unknown)
    assert caught.value.code == "unknown_anime_ids"
    assert caught.value.details == {"ids": ["4", "6", "kitsu:9"]}


def test_looking_up_is_one_statement_and_a_list_of_aliases_two(titles, budget):
    with budget(1, "the title"):
        found("77")
    with budget(1, "plain ids"):
        find_many([parse_anime_id("1535"), parse_anime_id("100000000")])
    with budget(2, "plain ids + aliases"):
        find_many([parse_anime_id(text) for text in ("1535", "77", "5", "mal:77")])


def test_wherever_an_id_is_sent_a_title_that_is_gone_does_not_contest_it(
    client, titles
):
    """Adding, moving, batches, reading, relations, favourites."""
    id_, late = "anilist:1535", "100000000"
    ExternalId.objects.create(anime_id=100_000_000, site="anilist", external_id="1535")
    AnimeFactory(id=9, related=[id_])
    Anime.objects.filter(id=1535).update(gone_since=timezone.now())
    url, entry = "/api/user/watchList", {"animeId": id_, "type": "Watching"}

    def data(response):
        assert response.status_code == 200, response.content
        return response.json()["data"]

    assert data(client.post(url, entry))["entry"]["anime_id"] == late
    assert data(client.get(f"{url}/{id_}"))["anime_id"] == late
    moved = data(client.post(f"{url}/move", {"animeIds": [id_], "type": "Completed"}))
    assert moved["entries"][0]["anime_id"] == late
    operations = [{"op": "update", "animeId": id_, "notes": "x"}, entry | {"op": "add"}]
    batch = data(client.post(f"{url}/batch", {"operations": operations}))
    assert {one["entry"]["anime_id"] for one in batch["results"]} == {late}
    assert data(client.get(f"/api/animes/{id_}"))["id"] == late
    assert [one["id"] for one in data(client.get(f"/api/animes?ids={id_}"))] == [late]
    related = data(client.get("/api/animes/9"))["relations"]
    assert [one["id"] for one in related] == [late]
    profile = data(client.patch("/api/user/profile", {"favorite_animes": [id_]}))
    assert profile["favorite_animes"] == [late]
