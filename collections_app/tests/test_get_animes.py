"""GET /api/animes, /api/genres and /api/studios"""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from collections_app.models import Anime, CatalogueState
from collections_app.tests.catalogues import BEBOP, import_file, title, write
from collections_app.tests.test_add_to_watch_list import add
from conftest import signed_in
from factories import UserFactory
from profiles.models import Preferences

pytestmark = pytest.mark.django_db
URL = "/api/animes"

TITLES = [
    BEBOP
    | {
        "englishTitle": "Cowboy Bebop",
        "synonyms": ["カウボーイビバップ"],
        "tags": ["action", "sci-fi"],
        "relatedAnime": [],
    },
    title(
        "mal:5",
        "Cowboy Bebop: Tengoku no Tobira",
        type="MOVIE",
        status="FINISHED",
        animeSeason={"season": "SUMMER", "year": 2001},
        score={"arithmeticMean": 8.38},
        studios=["bones"],
        tags=["action", "sci-fi", "drama"],
    ),
    title("mal:7 anilist:9", "Airing", type="TV", status="ONGOING", tags=["drama"]),
    title(
        "mal:8 anilist:9", "For Adults", score={"arithmeticMean": 5}, tags=["hentai"]
    ),
    title("anidb:77", "Ours", type="OVA", score={"arithmeticMean": 6.5}),
]


@pytest.fixture(autouse=True)
def _catalogue(db, tmp_path):
    import_file(write(tmp_path / "catalogue.jsonl", *TITLES))


@pytest.fixture
def grown_up(alice, client):
    """Alice's browser, without parental control."""
    Preferences.objects.filter(user=alice).update(parental_control=False)
    return client


def ids(response):
    assert response.status_code == 200, response.content
    return [anime["id"] for anime in response.json()["data"]]


def test_a_title_has_all_that_is_known_of_it(visitor):
    (bebop, *_) = visitor.get(URL).json()["data"]
    updated_at = bebop.pop("updated_at")
    assert updated_at.endswith("Z")
    assert bebop == {
        "id": "1",
        "mal_id": 1,
        "title": "Cowboy Bebop",
        "english_title": "Cowboy Bebop",
        "native_title": None,
        "synonyms": ["カウボーイビバップ"],
        "imageUrl": "https://img.example.org/1.jpg",
        "thumbnailUrl": "https://img.example.org/1t.jpg",
        "rating": 8.75,
        "weighted_rating": 6.6667,  # of a title on three sites
        "votes": None,
        "episodes": 26,
        "episode_minutes": 24,
        "format": "TV",
        "airing_status": "finished",
        "season": "spring",
        "year": 1998,
        "genres": ["Action", "Sci-Fi"],
        "studios": ["Sunrise"],
        "mature": False,
        "external_ids": {"mal": "1", "anilist": "1", "kitsu": "1"},
    }


def test_what_is_unknown_is_null(visitor):
    (ours,) = visitor.get(f"{URL}?format=OVA").json()["data"]
    for key in ("mal_id", "english_title", "imageUrl", "episodes", "season", "year"):
        assert ours[key] is None
    assert ours["synonyms"] == ours["genres"] == []


def test_pages_by_popularity_go_on_where_the_one_before_ended(visitor):
    found, cursor = [], ""
    while cursor is not None:
        asked = {"ordering": "-popularity", "limit": 1, "cursor": cursor}
        page = visitor.get(URL, asked).json()
        found += [anime["id"] for anime in page["data"]]
        cursor = page["meta"]["next_cursor"]
    assert found == ["1", "5", "7", "100000000"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["1", "5", "100000000", "7"]),  # best first, unknown ratings last
        ("format=TV", ["1", "7"]),
        ("format=tv", ["1", "7"]),
        ("format=TV&format=Movie", ["1", "5", "7"]),
        ("format=movie,ova", ["5", "100000000"]),
        ("season=SPRING", ["1"]),
        ("airing_status=airing", ["7"]),
        ("year=2001", ["5"]),
        ("min_score=8.38", ["1", "5"]),
        ("min_score=8.5", ["1"]),
        ("genre=Sci-Fi", ["1", "5"]),
        ("genre=sci fi", ["1", "5"]),
        ("genre=SCI-FI&genre=drama", ["5"]),
        ("genre=unheard of", []),
        ("exclude_genre=drama", ["1", "100000000"]),
        ("exclude_genre=drama&exclude_genre=sci-fi", ["100000000"]),
        ("genre=action&exclude_genre=Drama", ["1"]),
        ("exclude_genre=unheard of&format=OVA", ["100000000"]),
        ("year_min=1998&year_max=2000", ["1"]),
        ("year_min=1999", ["5"]),
        ("episodes_min=2&episodes_max=26", ["1"]),
        ("studio=sunrise&genre=sci-fi&genre=action", ["1"]),
        ("studio=SUNRISE", ["1"]),
        ("studio=sunrise&studio=bones", []),
        ("ordering=title", ["7", "1", "5", "100000000"]),
        ("ordering=-title", ["100000000", "5", "1", "7"]),
        ("ordering=rating", ["100000000", "5", "1", "7"]),
        ("ordering=-popularity", ["1", "5", "7", "100000000"]),
        ("ordering=-year,title", ["5", "1", "7", "100000000"]),
        ("ordering=id", ["1", "5", "7", "100000000"]),
        ("ids=7,1", ["7", "1"]),
        ("format=", ["1", "5", "100000000", "7"]),
    ],
)
def test_it_narrows_and_orders(visitor, query, expected):
    assert ids(visitor.get(f"{URL}?{query}")) == expected


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("format=Film", "format"),
        ("season=autumn", "season"),
        ("airing_status=ended", "airing_status"),
        ("year=x", "year"),
        ("year=2001.5", "year"),
        ("year=２００１", "year"),
        ("min_score=1e0", "min_score"),
        ("year=99999999999999999999", "year"),
        ("min_score=11", "min_score"),
        ("min_score=NaN", "min_score"),
        ("min_score=1e400", "min_score"),
        ("mature=show", "mature"),
        ("on_list=maybe", "on_list"),
        ("include=password", "include"),
        ("ordering=relevance", "ordering"),
        ("ordering=user__password", "ordering"),
        ("limit=0", "limit"),
        ("ids=1,x", "ids"),
        ("ids=1,1.5", "ids"),
        ("ids=" + ",".join(map(str, range(1, 502))), "ids"),
        ("limit=501", "limit"),
        ("limit=1000000000", "limit"),
        ("ordering=id,year,title,rating,episodes", "ordering"),
        ("user__password__startswith=a", "user__password__startswith"),
    ],
)
def test_a_wrong_value_is_a_400_that_says_which(visitor, query, field):
    response = visitor.get(f"{URL}?{query}")
    assert response.status_code == 400, response.content
    assert list(response.json()["fields"]) == [field]


def test_equal_genres_count_as_one_however_they_are_spelled(visitor):
    spellings = [
        "Sci-Fi",
        "sci fi",
        "SCI-FI",
        "Sci.Fi",
        "sci/fi",
        "SCI: FI",
        "ｓｃｉ fi",
    ]
    many = "&".join(f"genre={spelling}" for spelling in spellings * 9)
    assert ids(visitor.get(f"{URL}?{many}")) == ["1", "5"]


@pytest.mark.parametrize("name", ["genre", "studio"])
def test_a_query_names_a_handful_of_genres_and_studios(visitor, name):
    five, six = ("&".join(f"{name}=n{i}" for i in range(n)) for n in (5, 6))
    assert ids(visitor.get(f"{URL}?{five}")) == []
    refusal = visitor.get(f"{URL}?{six}")
    assert refusal.status_code == 400
    assert refusal.json()["fields"] == {name: ["Send at most 5 at once."]}


def test_many_genres_and_studios_cost_no_join_each(visitor):
    names = [f"{name}=n{i}" for name in ("genre", "studio") for i in range(5)]
    with CaptureQueriesContext(connection) as captured:
        assert ids(visitor.get(f"{URL}?{'&'.join(names)}")) == []
    [asked] = [q["sql"] for q in captured if "HAVING" in q["sql"]]
    assert asked.count("JOIN") == 2


def test_an_unknown_word_is_answered_with_the_known_ones(visitor):
    error = visitor.get(f"{URL}?airing_status=ended").json()["error"]
    assert "finished, airing, upcoming, unknown" in error


def test_a_tampered_cursor_is_refused(visitor):
    cursor = visitor.get(f"{URL}?limit=2").json()["meta"]["next_cursor"]
    assert ids(visitor.get(f"{URL}?limit=2&cursor={cursor}")) == ["100000000", "7"]
    for wrong in (f"limit=2&cursor={cursor}x", f"year=2001&limit=2&cursor={cursor}"):
        response = visitor.get(f"{URL}?{wrong}")
        assert (response.status_code, response.json()["code"]) == (
            400,
            "invalid_cursor",
        )


def test_50_a_page_unless_asked_otherwise(visitor, tmp_path):
    more = (title(f"mal:{n}") for n in range(1000, 1600))
    import_file(write(tmp_path / "more.jsonl", *more, repository="more"))
    first = visitor.get(URL)
    assert len(ids(first)) == 50
    assert first.json()["meta"]["next_cursor"]
    assert len(ids(visitor.get(f"{URL}?limit=500"))) == 500


# --- By ids ----------------------------------------------------------------------


def test_titles_come_in_the_order_of_their_ids_each_once(visitor):
    response = visitor.get(f"{URL}?ids=100000000,mal:5,999,kitsu:1,1,anilist:9,5")
    assert ids(response) == ["100000000", "5", "1"]
    # Nobody has 999; two titles claim anilist:9.
    assert response.json()["meta"] == {"missing": ["999", "anilist:9"]}


def test_only_the_fields_asked_for_are_answered(visitor, client):
    narrow = "fields=id,english_title,genres"
    for address in (f"{URL}?ids=1&{narrow}", f"{URL}?search=bebop&{narrow}"):
        (title, *_) = visitor.get(address).json()["data"]
        assert list(title) == ["id", "english_title", "genres"]
    address = f"{URL}?ids=1&include=entry&fields=entry"
    assert client.get(address).json()["data"] == [{"entry": None}]
    for unknown in ("fields=password", "fields=entry", "fields=id,,title"):
        refusal = visitor.get(f"{URL}?{unknown}")
        assert refusal.status_code == 400
        assert "Choose from id, mal_id, title" in refusal.json()["fields"]["fields"][0]


@pytest.mark.parametrize(
    "more", ["search=bebop", "ordering=title", "cursor=x", "cursor=x&search=y"]
)
def test_what_ids_leave_no_room_for_is_refused(visitor, more):
    refusal = visitor.get(f"{URL}?ids=1,5&{more}")
    assert refusal.status_code == 400
    [[sentence]] = refusal.json()["fields"].values()
    assert sentence == "This does not work together with ids. Send one of the two."
    assert ids(visitor.get(f"{URL}?ids=1,5&limit=1&{more.split('=')[0]}=")) == [
        "1",
        "5",
    ]


def test_a_hidden_title_is_missing(visitor, grown_up):
    assert visitor.get(f"{URL}?ids=8,1").json()["meta"] == {"missing": ["8"]}
    assert grown_up.get(f"{URL}?ids=8,1").json()["meta"] == {"missing": []}


def test_500_ids_are_three_statements(visitor, budget):
    many = ",".join(map(str, range(1, 500))) + ",kitsu:1"
    with budget(4, "revision + which are ids of ours + aliases + the titles"):
        response = visitor.get(f"{URL}?ids={many}")
    assert ids(response) == ["1", "5", "7"]
    assert len(response.json()["meta"]["missing"]) == 496


# --- Who is asking ---------------------------------------------------------------


def test_mature_titles_are_hidden_from_visitors_and_under_parental_control(
    visitor, alice, grown_up
):
    assert "8" not in ids(visitor.get(URL))
    assert "8" not in ids(visitor.get(f"{URL}?genre=hentai"))
    assert "8" in ids(grown_up.get(URL))
    assert "8" not in ids(grown_up.get(f"{URL}?mature=hide"))
    Preferences.objects.filter(user=alice).update(parental_control=True)
    assert "8" not in ids(grown_up.get(URL))


def test_the_users_entry_comes_with_each_title_where_asked(client, other_client):
    add(client, 5, "Watching", progress=1, score=9.5)
    (first, second, *_) = client.get(f"{URL}?include=entry").json()["data"]
    assert first["entry"] is None
    assert second["entry"] == {
        "type": "Watching",
        "progress": 1,
        "score": 9.5,
        "revision": 1,
    }
    theirs = other_client.get(f"{URL}?include=entry").json()["data"]
    assert {anime["entry"] for anime in theirs} == {None}


def test_a_visitor_has_no_entries(visitor):
    data = visitor.get(f"{URL}?include=entry").json()["data"]
    assert {anime["entry"] for anime in data} == {None}
    assert "entry" not in visitor.get(URL).json()["data"][0]


def test_only_what_is_or_is_not_on_the_list(client, other_client, visitor):
    add(client, 5, "Watching")
    assert ids(client.get(f"{URL}?on_list=true")) == ["5"]
    assert ids(client.get(f"{URL}?on_list=false&format=Movie")) == []
    assert "1" in ids(client.get(f"{URL}?on_list=false&include=entry"))
    assert ids(other_client.get(f"{URL}?on_list=true")) == []
    response = visitor.get(f"{URL}?on_list=true")
    assert (response.status_code, response.json()["code"]) == (401, "not_signed_in")


def test_gone_titles_are_left_out_unless_named_or_listed(client, tmp_path):
    add(client, 5, "Watching")
    import_file(write(tmp_path / "newer.jsonl", *TITLES[:1], *TITLES[2:]))
    assert Anime.objects.get(id=5).gone_since
    assert "5" not in ids(client.get(URL))
    assert ids(client.get(f"{URL}?ids=5")) == ["5"]
    assert ids(client.get(f"{URL}?on_list=true")) == ["5"]
    assert client.get(f"{URL}/5").status_code == 200


def test_a_list_of_any_length_is_two_statements(client, visitor, budget):
    for who, words in [
        (client, "sign-in check with revisions + the titles"),
        (visitor, "the catalogue's revision + the titles"),
    ]:
        with budget(2, words):
            who.get(f"{URL}?include=entry&genre=action&ordering=-year&limit=2")
        with budget(2, words):
            who.get(f"{URL}?search=bebop&include=entry")


# --- Unchanged -------------------------------------------------------------------


def test_unchanged_is_304_until_the_catalogue_changes(visitor, client, budget):
    for who in (visitor, client):
        first = who.get(URL)
        with budget(1, "sign-in check, or the catalogue's revision"):
            again = who.get(URL, headers={"If-None-Match": first["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
        CatalogueState.objects.update(
            revision=CatalogueState.objects.get().revision + 1
        )
        changed = who.get(URL, headers={"If-None-Match": first["ETag"]})
        assert changed.status_code == 200


def test_a_tag_knows_who_asks_and_what_shapes_the_answer(visitor, client, alice):
    tags = {visitor.get(URL)["ETag"], client.get(URL)["ETag"]}
    Preferences.objects.filter(user=alice).update(parental_control=False)
    tags.add(client.get(URL)["ETag"])
    tags.add(client.get(f"{URL}?include=entry")["ETag"])
    add(client, 5, "Watching")
    tags.add(client.get(f"{URL}?include=entry")["ETag"])
    tags.add(client.get(f"{URL}?on_list=true")["ETag"])
    tags.add(signed_in(UserFactory()).get(URL)["ETag"])
    assert len(tags) == 7


# --- Genres and studios ----------------------------------------------------------


def test_genres_and_studios_are_counted(visitor, grown_up, budget):
    with budget(2, "the catalogue's revision + the genres"):
        genres = visitor.get("/api/genres")
    assert genres.json()["data"] == [
        {"name": "Action", "count": 2},
        {"name": "Drama", "count": 2},
        {"name": "Sci-Fi", "count": 2},
    ]
    names = [genre["name"] for genre in grown_up.get("/api/genres").json()["data"]]
    assert names == ["Action", "Drama", "Hentai", "Sci-Fi"]
    studios = visitor.get("/api/studios").json()["data"]
    assert studios == [{"name": "Bones", "count": 1}, {"name": "Sunrise", "count": 1}]
    tag = genres["ETag"]
    again = visitor.get("/api/genres", headers={"If-None-Match": tag})
    assert again.status_code == 304


@pytest.mark.parametrize("path", [URL, f"{URL}/1", "/api/genres", "/api/studios"])
@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_the_catalogue_is_read_only(client, path, method):
    response = getattr(client, method)(path, {})
    assert (response.status_code, response.json()["code"]) == (
        405,
        "method_not_allowed",
    )
