"""What ranks titles before anybody has typed a word."""

import pytest

from collections_app.catalogue.facts import UNKNOWN
from collections_app.catalogue.search.prominence import prominence, renown
from collections_app.models import Anime, SearchName
from collections_app.tests.test_add_to_watch_list import add
from factories import AnimeFactory
from profiles.figures.services import rank_titles

KNOWN = UNKNOWN | {"title": "Death Note", "rating": 8.6, "format": "TV", "year": 2006}


def sites(number):
    return {f"site{n}": "1" for n in range(number)}


@pytest.mark.parametrize(
    ("more", "less"),
    [
        ({"external_ids": sites(7)}, {"external_ids": sites(1)}),
        ({"rating": 8.0}, {"rating": 5.0}),
        ({"rating": 5.0}, {"rating": None}),
        ({"format": "TV"}, {"format": "Special"}),
        ({"year": 2006}, {"year": 2020}),
        ({"title": "Death Note"}, {"title": "Death Note 2"}),
        ({"synonyms": ["Notes"]}, {"synonyms": ["Death Note Part 2"]}),
    ],
)
def test_what_counts_more(more, less):
    assert prominence(KNOWN | more) > prominence(KNOWN | less) >= 0


@pytest.mark.parametrize("lists", [0, 1, 2, 1_000, 10_000_000])
def test_points_of_lists_grow_with_each_doubling(lists):
    assert renown(0) == 0
    assert renown(2 * lists + 1) == renown(lists) + renown(1)


@pytest.mark.django_db
def test_lists_are_counted_by_the_worker(client, other_client, visitor):
    obscure = AnimeFactory(id=1, title="A")
    popular = AnimeFactory(id=2, title="B")
    for anime, name in ((obscure, "lotus sea"), (popular, "lotus sky")):
        SearchName.objects.create(anime=anime, name=name)
    add(client, popular.id, "Watching")
    add(client, obscure.id, "Watching", is_private=True)
    add(other_client, popular.id, "Completed")
    revisions = list(Anime.objects.order_by("id").values_list("revision", flat=True))
    assert rank_titles() == "1 titles with more or fewer points of 1 on lists"
    points = Anime.objects.order_by("id").values_list("renown", flat=True)
    assert list(points) == [0, renown(2)]
    found = visitor.get("/api/animes?search=lotus").json()["data"]
    assert [anime["title"] for anime in found] == ["B", "A"]
    after = list(Anime.objects.order_by("id").values_list("revision", flat=True))
    assert after == revisions
    assert rank_titles() == "0 titles with more or fewer points of 1 on lists"


@pytest.mark.django_db
def test_what_is_ordered_by_popularity_is_asked_for_again_once_lists_are_counted(
    client, other_client, visitor
):
    for id_, points in ((1, 10), (2, 9)):
        AnimeFactory(id=id_, prominence=points)
        add(client, id_, is_private=id_ == 1)
    add(other_client, 2)
    first = {
        "/api/animes?ordering=-popularity": visitor,
        "/api/user/watchList?ordering=-popularity": client,
    }
    etags = {url: browser.get(url)["ETag"] for url, browser in first.items()}
    by_title = client.get("/api/user/watchList?ordering=title")["ETag"]
    synced = client.get("/api/user/sync").json()["meta"]["cursor"]
    rank_titles()
    for url, browser in first.items():
        answer = browser.get(url, headers={"If-None-Match": etags[url]})
        assert answer.status_code == 200, url
        found = [row.get("anime_id") or row["id"] for row in answer.json()["data"]]
        assert found == ["2", "1"]
        etag = {"If-None-Match": answer["ETag"]}
        assert browser.get(url, headers=etag).status_code == 304
    url, etag = "/api/user/watchList?ordering=title", {"If-None-Match": by_title}
    assert client.get(url, headers=etag).status_code == 304
    changes = client.get("/api/user/sync", {"cursor": synced}).json()["data"]
    assert changes["entries"] == []


@pytest.mark.django_db
def test_a_title_that_left_all_lists_loses_its_points(client):
    AnimeFactory(id=1)
    Anime.objects.update(renown=120)
    rank_titles()
    assert Anime.objects.get().renown == 0
