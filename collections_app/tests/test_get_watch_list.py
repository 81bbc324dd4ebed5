"""GET /api/user/watchList and its counts"""

import pytest

from animecollections.api.response_cache import bodies
from animecollections.identity import Origin
from collections_app.catalogue import writes as catalogue
from collections_app.catalogue.facts import UNKNOWN
from collections_app.catalogue.folding import fold
from collections_app.catalogue.search.search_names import search_names
from collections_app.models import AiringStatus, Genre, SearchName, WatchListEntry
from collections_app.tests.test_add_to_watch_list import URL, add
from collections_app.watch_list import own_titles
from conftest import signed_in
from factories import AnimeFactory, UserFactory
from history.log.cursors import Cursor

pytestmark = pytest.mark.django_db


@pytest.fixture
def shelf(client):
    """Five anime on Alice's list, added in this order."""
    for number, (type_, more) in enumerate(
        [
            ("Watching", {"score": 7, "tags": ["best", "日本"]}),
            ("Watching", {"state": "on_hold", "progress": 5}),
            ("Completed", {"score": 10}),
            ("To Watch", {}),
            ("Collection", {"state": "dropped", "score": 2}),
        ]
    ):
        title = f"Anime {number}"
        AnimeFactory(
            id=10 + number, title=title, sort_title=fold(title), year=2000 + number
        )
        SearchName.objects.create(anime_id=10 + number, name=fold(title))
        add(client, 10 + number, type_, **more)
    return [10, 11, 12, 13, 14]


def ids(response):
    assert response.status_code == 200, response.content
    return [int(entry["anime_id"]) for entry in response.json()["data"]]


def test_the_whole_list_newest_first(client, shelf):
    response = client.get(URL)
    assert ids(response) == shelf[::-1]
    assert response.json()["success"] is True
    assert Cursor.parse(response.json()["meta"]["cursor"]).user == 5


def test_an_empty_list_is_an_empty_array(client):
    assert client.get(URL).json()["data"] == []


def test_a_listed_entry_equals_the_one_that_add_answered(client, death_note):
    entry = add(client, progress=3, score=9.5).json()["data"]["entry"]
    assert client.get(URL).json()["data"] == [entry]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("type=Watching", [11, 10]),
        ("type=Watching&type=To Watch", [13, 11, 10]),
        ("state=on_hold", [11]),
        ("state=dropped", [14]),
        ("year=2003", [13]),
        ("tag=best", [10]),
        ("tag=日本", [10]),
        ("tag=bes", []),
        ("format=Movie", []),
        ("season=fall", [14, 13, 12, 11, 10]),
        ("season=winter", []),
        ("year_min=2001&year_max=2002", [12, 11]),
        ("score_min=7", [12, 10]),
        ("score_max=6.9", [14]),
        ("progress_min=1&progress_max=5", [11]),
        ("added_since=2020-01-01", [14, 13, 12, 11, 10]),
        ("added_since=2999-01-01T00:00:00Z", []),
        ("updated_since=2999-01-01", []),
        ("is_private=true", []),
        ("is_private=false&type=To Watch", [13]),
        ("search=anime 3", [13]),
        ("search=ANIMÉ 3", [13]),
        ("search=nothing like it", []),
        ("ordering=title", [10, 11, 12, 13, 14]),
        ("ordering=-score", [12, 10, 14, 13, 11]),
        ("ordering=score", [14, 10, 12, 11, 13]),
        ("ordering=-year&type=Watching", [11, 10]),
    ],
)
def test_it_narrows_and_orders(client, shelf, query, expected):
    assert ids(client.get(f"{URL}?{query}")) == expected


def test_it_narrows_by_genre_without_regard_to_case(client, shelf):
    sci_fi = Genre.objects.create(key="sci fi", name="Sci-Fi")
    sci_fi.anime.add(12)
    assert ids(client.get(f"{URL}?genre=sci-fi")) == [12]
    assert ids(client.get(f"{URL}?genre=SCI-FI")) == [12]


@pytest.mark.parametrize(
    "query",
    [
        "type=watching",
        "state=nope",
        "year=x",
        "year=99999999999",
        "year=٢٠٠٦",
        "year=2_006",
        "progress_min=1e2",
        "ordering=user__password",
        "view=nope",
        "fields=id,password",
        "limit=-1",
        "limit=x",
        "cursor=abc",
        "search=" + "a" * 201,
        "format=Film",
        "year_min=0",
        "score_min=11",
        "score_min=NaN",
        "progress_min=-1",
        "added_since=2026-01-01T00:00:00%2B16:00",
        "added_since=9999-12-31T23:59:00-10:00",
        "updated_since=yesterday",
        "is_private=1",
    ],
)
def test_a_wrong_parameter_is_a_400_that_says_which(client, shelf, query):
    response = client.get(f"{URL}?{query}")
    assert response.status_code == 400, response.content
    assert response.json()["code"] in ("invalid", "invalid_cursor")


@pytest.mark.parametrize("name", ["user__password__startswith", "user_id", "user"])
def test_user_input_never_becomes_a_lookup(client, shelf, name):
    refusal = client.get(f"{URL}?{name}=a")
    assert (refusal.status_code, refusal.json()["code"]) == (400, "unknown_parameter")


def test_pages_are_stable_under_writes(client, shelf):
    first = client.get(f"{URL}?limit=2&ordering=title")
    assert ids(first) == [10, 11]
    AnimeFactory(id=99, sort_title="anime 00")
    add(client, 99)
    cursor = first.json()["meta"]["next_cursor"]
    second = client.get(f"{URL}?limit=2&ordering=title&cursor={cursor}")
    assert ids(second) == [12, 13]
    cursor = second.json()["meta"]["next_cursor"]
    third = client.get(f"{URL}?limit=2&ordering=title&cursor={cursor}")
    assert ids(third) == [14]
    assert third.json()["meta"]["next_cursor"] is None


def test_fields_narrow_an_entry(client, shelf):
    (first, *_) = client.get(f"{URL}?fields=anime_id,progress").json()["data"]
    assert first == {"anime_id": "14", "progress": 0}


def test_cards_have_what_the_existing_client_reads(client):
    AnimeFactory(
        id=5, genre_names=["Action", "Drama"], airing_status=AiringStatus.AIRING
    )
    add(client, 5)
    (card,) = client.get(f"{URL}?view=card").json()["data"]
    picture = "https://img.example.org/5.jpg"
    assert card["image_webp"] == card["image_large_webp"] == picture
    assert card["image_small_webp"] == picture
    assert (card["status"], card["genres"][0]) == ("Currently Airing", "Action")


def test_up_next_is_what_has_episodes_left_latest_watched_first(client, shelf):
    AnimeFactory(id=77, episodes=None, title="Endless")
    add(client, 77, "Watching")
    client.post(f"{URL}/77/increment")
    client.post(f"{URL}/10/increment", {"by": 2})
    client.patch(f"{URL}/77", {"notes": "no episode was watched here"})
    add(client, 12, "Watching")  # all of it was watched: nothing is next
    first, second = client.get(f"{URL}?view=up_next").json()["data"]
    assert (first["anime_id"], first["next_episode"], first["episodes_left"]) == (
        "10",
        3,
        10,
    )
    assert (second["anime_id"], second["next_episode"], second["episodes_left"]) == (
        "77",
        2,
        None,
    )


def test_counts_come_along_when_asked(client, shelf):
    meta = client.get(f"{URL}?type=Watching&counts=true").json()["meta"]
    assert meta["counts"] == {
        "Collection": 1,
        "Completed": 1,
        "To Watch": 1,
        "Watching": 2,
    }


def test_several_orderings_page_together(client, shelf):
    first = client.get(f"{URL}?ordering=type,-score&limit=3").json()
    assert [e["anime_id"] for e in first["data"]] == ["14", "12", "13"]
    rest = client.get(
        f"{URL}?ordering=type,-score&limit=3&cursor={first['meta']['next_cursor']}"
    )
    assert ids(rest) == [10, 11]


def test_unchanged_is_304_and_any_write_ends_it(client, shelf):
    first = client.get(URL)
    again = client.get(URL, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again["ETag"] == first["ETag"]
    assert first["Cache-Control"] == "private, no-cache"
    assert first["Vary"].startswith("Cookie, Authorization")
    add(client, 10, "Completed")
    changed = client.get(URL, headers={"If-None-Match": first["ETag"]})
    assert changed.status_code == 200


def test_tags_differ_by_query_and_by_user(client, other_client, shelf):
    tags = {
        client.get(URL)["ETag"],
        client.get(f"{URL}?view=card")["ETag"],
        other_client.get(URL)["ETag"],
    }
    assert len(tags) == 3


def test_strangers_see_their_own_list_only(other_client, shelf):
    assert ids(other_client.get(URL)) == []


def test_a_visitor_is_told_to_sign_in(visitor):
    assert visitor.get(URL).status_code == 401


def test_counts_name_every_type_and_state(client, shelf):
    assert client.get(f"{URL}/counts").json()["data"] == {
        "total": 5,
        "by_type": {"Collection": 1, "Completed": 1, "To Watch": 1, "Watching": 2},
        "by_state": {"active": 3, "on_hold": 1, "rewatching": 0, "dropped": 1},
    }


def test_a_list_of_any_length_is_two_statements(client, shelf, budget):
    with budget(3, "sign-in check and revisions + the rows + titles not yet held"):
        response = client.get(URL)
    with budget(1, "sign-in check and revisions: the body is kept"):
        assert client.get(URL).content == response.content
    bodies.forget()
    with budget(2, "sign-in check and revisions + the rows"):
        assert client.get(URL).content == response.content
    with budget(2, "sign-in check and revisions + the rows"):
        client.get(f"{URL}?view=card&search=anime&ordering=title&limit=2")
    with budget(1, "sign-in check and revisions"):
        client.get(URL, headers={"If-None-Match": response["ETag"]})
    with budget(2, "sign-in check and revisions + one grouping"):
        client.get(f"{URL}/counts")


def test_other_lists_do_not_make_it_dearer(client, shelf, budget):
    for _ in range(3):
        other = signed_in(UserFactory())
        for anime_id in shelf:
            add(other, anime_id)
    client.get(URL)  # from now on its titles are held
    bodies.forget()
    assert WatchListEntry.objects.count() == 20
    with budget(2, "sign-in check and revisions + the rows"):
        assert ids(client.get(URL)) == shelf[::-1]


# --- The whole list is written by other means than a part of it ----------------------

ODD = [
    {"score": 0, "notes": 'She said "ここ"\n\\ \u2028 </script> 🙂', "progress": 3},
    {"score": 0.7, "tags": ["best", "日本", 'a "b" \\'], "is_private": True},
    {"score": 10, "started_on": "2017", "finished_on": "2017-10"},
    {"started_on": "2017-10-03", "priority": 3, "rewatches": 2, "state": "on_hold"},
]


@pytest.fixture
def odd_shelf(client):
    for number, values in enumerate(ODD):
        AnimeFactory(
            id=50 + number,
            title=f'"Oh" \\ お {number}',
            picture_url="" if number % 2 else 'https://img.example.org/a"b.jpg',
            rating=[None, 10.0, 7.25, 0.1][number],
            episodes=None,
            mal_id=None,
            season="",
            year=None,
            genre_names=["Action", "Café"],
        )
        assert add(client, 50 + number, "Watching", **values).status_code == 200


@pytest.mark.parametrize("view", ["", "card"])
def test_the_whole_list_is_what_its_parts_are(client, odd_shelf, view):
    whole = client.get(URL, {"view": view} if view else {})
    parts = client.get(URL, {"view": view, "ordering": "-added_at"})
    assert whole.json() == parts.json()
    assert len(whole.json()["data"]) == len(ODD)
    if not view:  # cards have their keys in another order
        assert whole.content == parts.content


def correct(facts, anime_id=12):
    told = {"reason": "as on the box", "through": Origin("admin")}
    catalogue.edit(anime_id=anime_id, facts=facts, **told)


def test_a_change_of_another_title_moves_no_etag(client, shelf, budget):
    """An import of one title must not have every device load its list again."""
    AnimeFactory(id=99)
    more = ("?type=Watching", "/12", "/counts")
    urls = [URL, *(URL + rest for rest in more), "/api/user/stats"]
    before = {url: client.get(url) for url in urls}
    correct({"title": "Of nobody"}, anime_id=99)
    for url, answer in before.items():
        etag = {"If-None-Match": answer["ETag"]}
        assert client.get(url, headers=etag).status_code == 304, url
        assert client.get(url)["ETag"] == answer["ETag"], url
    etag = {"If-None-Match": before[URL]["ETag"]}
    with budget(1, "sign-in check and revisions: that nothing changed is known"):
        assert client.get(URL, headers=etag).status_code == 304
    with budget(1, "sign-in check and revisions: the body is kept"):
        assert client.get(URL).content == before[URL].content
    own_titles.listed.forget()  # another process
    with budget(2, "sign-in check and revisions + is a title of theirs newer?"):
        assert client.get(URL, headers=etag).status_code == 304
    correct({"title": "Anime Two"})
    for url, answer in before.items():
        changed = client.get(url, headers={"If-None-Match": answer["ETag"]})
        assert changed.status_code == (304 if url.endswith("counts") else 200), url
    cursor = before[URL].json()["meta"]["cursor"]
    told = client.get("/api/user/sync", {"cursor": cursor}).json()["data"]["entries"]
    assert [entry["anime_id"] for entry in told] == ["12"]


def test_two_processes_answer_the_same_under_one_etag(client, shelf):
    """The second made its body after the catalogue had moved under the first."""
    AnimeFactory(id=99)
    first = client.get(URL)
    correct({"title": "Of nobody"}, anime_id=99)
    own_titles.listed.forget()
    bodies.forget()
    etag = {"If-None-Match": first["ETag"]}
    assert client.get(URL, headers=etag).status_code == 304
    second = client.get(URL)
    assert (second["ETag"], second.content) == (first["ETag"], first.content)


def test_an_etag_of_a_catalogue_to_come_fits_nothing(client, shelf):
    """Of before a restore."""
    revision, _, rest = client.get(URL)["ETag"][1:].partition(".")
    later = f'"{int(revision, 16) + 7:x}.{rest}'
    assert client.get(URL, headers={"If-None-Match": later}).status_code == 200


def test_a_corrected_title_shows_in_the_list_at_once(client, shelf):
    before = client.get(URL)
    correct({"title": "Anime Two", "episodes": 24})
    after = client.get(URL, headers={"If-None-Match": before["ETag"]})
    shown = {entry["anime_id"]: entry for entry in after.json()["data"]}
    assert (shown["12"]["title"], shown["12"]["episodes"]) == ("Anime Two", 24)
    assert shown["13"]["title"] == "Anime 3"


def test_a_title_that_is_held_is_read_again_only_once_it_has_changed(
    client, shelf, budget
):
    client.get(URL)
    correct({"episodes": 24})
    with budget(4, "sign-in check + is one of theirs newer? + rows + changed titles"):
        client.get(URL)
    bodies.forget()
    with budget(2, "sign-in check and revisions + the rows"):
        client.get(URL)


def test_a_list_that_changed_is_never_answered_from_what_was_kept(client, shelf):
    client.get(URL)
    client.delete(URL, {"animeId": 11})
    assert ids(client.get(URL)) == [14, 13, 12, 10]


def test_a_search_of_the_list_knows_seasons_too(client):
    for number, name in enumerate(["Mob Psycho 100", "Mob Psycho 100 II"]):
        anime = AnimeFactory(id=20 + number, title=name)
        for text in search_names({**UNKNOWN, "title": name}):
            SearchName.objects.create(anime=anime, name=text)
        add(client, anime.id)
    for text in ("mob psycho 2", "mob psycho s2", "mob psycho second season"):
        assert ids(client.get(URL, {"search": text})) == [21], text
    assert ids(client.get(URL, {"search": "mob psycho"})) == [21, 20]
    assert ids(client.get(URL, {"search": "ﷺ" * 200})) == []
