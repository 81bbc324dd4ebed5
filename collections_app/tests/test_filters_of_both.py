"""What narrows and orders a list and the catalogue alike, and the list besides."""

import pytest

from collections_app.models import AiringStatus, Anime
from collections_app.tests.own_lists import LISTS, done, make, put
from factories import AnimeFactory

pytestmark = pytest.mark.django_db
LIST, ANIMES = "/api/user/watchList", "/api/animes"


@pytest.fixture(autouse=True)
def _titles(client):
    for pk in range(1, 41):
        status = AiringStatus.AIRING if pk % 2 else AiringStatus.FINISHED
        names = {"title": f"Title {pk:02}", "sort_title": f"title {pk:02}"}
        AnimeFactory(id=pk, rating=pk / 5, airing_status=status, **names)
    values = {"type": "Completed", "score": 8, "notes": "The Best é ending"}
    for pk in range(1, 13):
        done(
            client.post(
                LIST, {"animeId": pk, **(values if pk > 9 else {"type": "Watching"})}
            )
        )


def listed(client, **query):
    return [int(entry["anime_id"]) for entry in done(client.get(LIST, query))]


def found(client, **query):
    return [int(anime["id"]) for anime in done(client.get(ANIMES, query))]


def test_facts_of_titles_narrow_both(client):
    assert sorted(listed(client, airing_status="airing")) == [1, 3, 5, 7, 9, 11]
    assert sorted(listed(client, min_score=2)) == [10, 11, 12]
    assert min(found(client, min_score=7.8)) == 39
    assert all(pk % 2 for pk in found(client, airing_status="AIRING"))


def test_what_has_no_score(client):
    assert sorted(listed(client, unscored="true")) == list(range(1, 10))
    assert sorted(listed(client, unscored="false")) == [10, 11, 12]


def test_text_in_notes(client):
    assert sorted(listed(client, notes="best e\u0301")) == [10, 11, 12]
    assert listed(client, notes="%") == []


@pytest.mark.parametrize("read", [listed, found])
def test_a_random_order_pages_without_a_gap(client, read):
    url = LIST if read is listed else ANIMES
    whole = read(client, ordering="random", seed=7, limit=100)
    pages, cursor = [], ""
    while cursor is not None:
        query = {"ordering": "random", "seed": 7, "limit": 5}
        answer = client.get(url, query | ({"cursor": cursor} if cursor else {})).json()
        pages += [int(one.get("anime_id") or one["id"]) for one in answer["data"]]
        cursor = answer["meta"]["next_cursor"]
    assert pages == whole
    assert whole != sorted(whole)
    assert whole != read(client, ordering="random", seed=8, limit=100)
    assert sorted(whole) == sorted(read(client, ordering="random", limit=100))


def test_a_list_of_ones_own_has_it_as_its_order_too(client):
    made = make(client, ordering="random")
    for pk in range(1, 13):
        put(client, made, pk)
    items = done(client.get(f"{LISTS}/{made['id']}/items"))
    assert sorted(int(item["anime_id"]) for item in items) == list(range(1, 13))


def test_without_a_seed_the_order_is_that_of_the_day(client):
    url = f"{LIST}?ordering=random"
    tag = client.get(url)["ETag"]
    assert client.get(url, headers={"If-None-Match": tag}).status_code == 304
    assert client.get(f"{url}&seed=1")["ETag"] != tag


def test_titles_in_order_by_what_they_are_called_in_a_language(client):
    """Those without a name there stand where their own title does."""
    names = {1: ("Zebra", "ん"), 2: ("apple", ""), 3: ("Title 05b", "あ")}
    for pk, (english, native) in names.items():
        values = {"english_title": english, "native_title": native}
        Anime.objects.filter(pk=pk).update(**values)
    made = make(client)
    for pk in range(1, 7):
        put(client, made, pk)
    url = f"{LISTS}/{made['id']}/items"
    orders = {"english_title": [2, 4, 5, 3, 6, 1], "native_title": [2, 4, 5, 6, 3, 1]}
    for key, order in orders.items():
        items = done(client.get(url, {"ordering": key}))
        assert [int(item["anime_id"]) for item in items] == order
        assert [pk for pk in listed(client, ordering=key) if pk <= 6] == order
        pages, query = [], {"ordering": f"-{key}", "limit": 7}
        while query.get("cursor", "") is not None:
            answer = client.get(ANIMES, query).json()
            pages += [int(anime["id"]) for anime in answer["data"]]
            query["cursor"] = answer["meta"]["next_cursor"]
        assert [pk for pk in pages if pk <= 6] == order[::-1]
        assert len(pages) == len(set(pages)) == 40
    done(client.patch(f"{LISTS}/{made['id']}", {"ordering": "-native_title"}))
    assert int(done(client.get(url))[0]["anime_id"]) == 1
