"""GET /api/animes/{id}"""

import pytest

from collections_app.tests.catalogues import import_file, pages, title, write
from collections_app.tests.test_add_to_watch_list import add
from profiles.models import Preferences

pytestmark = pytest.mark.django_db
URL = "/api/animes"

TITLES = [
    title(
        "mal:1 anilist:1",
        "Cowboy Bebop",
        relatedAnime=pages("mal:5 anilist:5 mal:17205 mal:8 anilist:9 mal:404"),
    ),
    title("mal:5 anilist:5", "The Film", animeSeason={"season": "FALL", "year": 2001}),
    title("mal:17205", "The Special", animeSeason={"season": "FALL", "year": 2000}),
    title("mal:8", "For Adults", tags=["hentai"]),
    title("mal:9 anilist:9", "One"),
    title("mal:10 anilist:9", "Another"),
    title("anidb:77", "Ours"),
]


@pytest.fixture(autouse=True)
def _catalogue(db, tmp_path):
    import_file(write(tmp_path / "catalogue.jsonl", *TITLES))


@pytest.fixture
def grown_up(alice, client):
    """Alice's browser, without parental control."""
    Preferences.objects.filter(user=alice).update(parental_control=False)
    return client


def related(response):
    return [anime["id"] for anime in response.json()["data"]["relations"]]


def test_a_title_comes_with_what_belongs_with_it_the_oldest_first(visitor):
    response = visitor.get(f"{URL}/1")
    assert response.json()["data"]["title"] == "Cowboy Bebop"
    # Hidden, contested and unknown ones are left out.
    assert related(response) == ["17205", "5"]
    assert response.json()["data"]["relations"][1] == {
        "id": "5",
        "title": "The Film",
        "english_title": None,
        "imageUrl": None,
        "thumbnailUrl": None,
        "rating": None,
        "episodes": None,
        "format": "Unknown",
        "airing_status": "unknown",
        "year": 2001,
    }


def test_a_mature_relation_is_shown_to_those_who_may_see_it(grown_up):
    assert related(grown_up.get(f"{URL}/1")) == ["17205", "5", "8"]


def test_a_relation_that_comes_later_is_found(visitor, tmp_path):
    import_file(write(tmp_path / "more.jsonl", title("mal:404"), repository="more"))
    assert related(visitor.get(f"{URL}/1")) == ["17205", "5", "404"]


@pytest.mark.parametrize(
    ("text", "id_"), [("mal:1", "1"), ("anilist:1", "1"), ("100000000", "100000000")]
)
def test_any_of_its_ids_finds_it(visitor, text, id_):
    assert visitor.get(f"{URL}/{text}").json()["data"]["id"] == id_


@pytest.mark.parametrize("text", ["2", "kitsu:1", "2147483647"])
def test_an_unknown_id_is_404(visitor, text):
    response = visitor.get(f"{URL}/{text}")
    assert (response.status_code, response.json()["code"]) == (404, "anime_not_found")


def test_a_contested_id_is_400_and_names_both(visitor):
    response = visitor.get(f"{URL}/anilist:9")
    assert (response.status_code, response.json()["code"]) == (400, "ambiguous_id")
    assert "9 One, 10 Another" in response.json()["error"]


@pytest.mark.parametrize("text", ["x", "0", "-1", "1.5", "1e3", "2147483648", "mal:"])
def test_a_malformed_id_is_400(visitor, text):
    response = visitor.get(f"{URL}/{text}")
    assert (response.status_code, response.json()["code"]) == (400, "invalid")


def test_a_mature_title_is_not_there_for_visitors(visitor, grown_up):
    hidden = visitor.get(f"{URL}/8")
    missing = visitor.get(f"{URL}/404")
    assert hidden.status_code == missing.status_code == 404
    assert hidden.json()["code"] == missing.json()["code"]
    assert grown_up.get(f"{URL}/8").status_code == 200


def test_the_users_entry_comes_with_it_where_asked(client, other_client):
    add(client, 5, "Completed", score=10)
    entry = client.get(f"{URL}/5?include=entry").json()["data"]["entry"]
    assert (entry["type"], entry["score"]) == ("Completed", 10.0)
    assert other_client.get(f"{URL}/5?include=entry").json()["data"]["entry"] is None


def test_it_is_three_statements_with_all_relations(visitor, client, budget):
    with budget(3, "the catalogue's revision + the title + its relations"):
        first = visitor.get(f"{URL}/1")
    with budget(1, "the catalogue's revision"):
        again = visitor.get(f"{URL}/1", headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304
    with budget(3, "sign-in check with revisions + the title + its relations"):
        client.get(f"{URL}/1?include=entry")
