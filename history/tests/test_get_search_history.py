"""GET /api/user/searchHistory"""

import pytest

from history.tests.test_save_search import URL, save

pytestmark = pytest.mark.django_db


@pytest.fixture
def searches(client):
    """Five searches, the last one newest."""
    queries = ["naruto", "Pokémon", "ONE PIECE", "進撃の巨人", "one punch"]
    client.post(URL, [{"query": query} for query in queries])
    return queries


def queries(response):
    assert response.status_code == 200, response.content
    return [search["query"] for search in response.json()["data"]]


def test_all_searches_newest_first(client, searches):
    assert queries(client.get(URL)) == searches[::-1]


@pytest.fixture
def dated(client):
    for day, type_ in enumerate(["animes", "music", "animes", "characters"], 1):
        at = f"2026-03-{day:02}T12:00:00Z"
        save(client, query=f"search {day}", type=type_, timestamp=at)


@pytest.mark.parametrize(
    ("query", "days"),
    [
        ("type=animes", [3, 1]),
        ("type=Animes", []),
        ("since=2026-03-03", [4, 3]),
        ("since=2026-03-03T12:00:01Z", [4]),
        ("until=2026-03-01", [1]),
        ("since=2026-03-02&until=2026-03-03", [3, 2]),
        ("search=SEARCH 3", [3]),
        ("search=search&type=music&since=2026-01-01", [2]),
        ("type=animes&limit=1", [3]),
    ],
)
def test_they_are_narrowed(client, dated, query, days):
    assert queries(client.get(f"{URL}?{query}")) == [f"search {day}" for day in days]


def test_a_day_is_one_of_the_users_own_clock(client, dated):
    path = f"{URL}?until=2026-03-02"
    before = client.get(path)
    assert len(queries(before)) == 2
    client.patch("/api/user/preferences", {"timezone": "Pacific/Auckland"})
    after = client.get(path, headers={"If-None-Match": before["ETag"]})
    assert queries(after) == ["search 1"]


def test_narrowed_they_are_two_statements(client, dated, budget):
    with budget(2, "sign-in check + the searches"):
        client.get(f"{URL}?type=animes&since=2026-01-01&until=2026-12-01")
    with budget(3, "sign-in check + all texts to compare + the searches"):
        client.get(f"{URL}?search=search&type=animes")


def test_none_yet_is_an_empty_array(client):
    assert client.get(URL).json() == {"success": True, "data": []}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("one", ["one punch", "ONE PIECE"]),
        ("pokemon", ["Pokémon"]),
        ("巨", ["進撃の巨人"]),
        ("%", []),
        ("", ["one punch", "進撃の巨人", "ONE PIECE", "Pokémon", "naruto"]),
    ],
)
def test_search_finds_text_without_case_and_accents(client, searches, text, found):
    assert queries(client.get(URL, {"search": text})) == found


def test_a_search_longer_than_any_that_is_kept_is_refused(client, searches):
    assert queries(client.get(URL, {"search": "one " * 125})) == []
    refusal = client.get(URL, {"search": "one " * 126})
    assert refusal.json()["fields"] == {"search": ["Send at most 500 characters."]}


def test_pages_of_two_hold_all_once(client, searches):
    first = client.get(URL, {"limit": 2})
    second = client.get(
        URL, {"limit": 2, "cursor": first.json()["meta"]["next_cursor"]}
    )
    third = client.get(
        URL, {"limit": 2, "cursor": second.json()["meta"]["next_cursor"]}
    )
    pages = queries(first) + queries(second) + queries(third)
    assert pages == searches[::-1]
    assert third.json()["meta"]["next_cursor"] is None


@pytest.mark.parametrize("limit", ["0", "-1", "two", "1.5", "٢"])
def test_a_limit_that_is_no_number_is_refused(client, limit):
    assert client.get(URL, {"limit": limit}).status_code == 400


@pytest.mark.parametrize("limit", ["0", "501", "1000000000", "abc", "1e2", "05"])
def test_a_limit_that_the_schema_does_not_allow_is_refused(client, searches, limit):
    refusal = client.get(URL, {"limit": limit})
    assert refusal.status_code == 400
    sentence = "Send a whole number from 1 to 500."
    assert refusal.json()["fields"] == {"limit": [sentence]}


def test_a_tampered_cursor_is_refused(client, searches):
    response = client.get(URL, {"limit": 2, "cursor": "abc"})
    assert response.status_code == 400
    assert response.json()["code"] == "invalid_cursor"


def test_unchanged_since_is_304_without_reading(client, searches, budget):
    etag = client.get(URL)["ETag"]
    with budget(1, "sign-in check, which knows the revision"):
        response = client.get(URL, headers={"If-None-Match": etag})
    assert response.status_code == 304
    assert response.content == b""


def test_a_new_search_changes_the_etag(client, searches):
    etag = client.get(URL)["ETag"]
    save(client, "new")
    response = client.get(URL, headers={"If-None-Match": etag})
    assert queries(response)[0] == "new"


def test_each_question_has_its_own_etag(client, searches):
    assert client.get(URL)["ETag"] != client.get(URL, {"search": "one"})["ETag"]


def test_two_statements_for_200_searches(client, budget):
    client.post(URL, [{"query": f"q{number}"} for number in range(200)])
    with budget(2, "sign-in check + searches"):
        client.get(URL)


def test_a_stranger_sees_nothing(client, other_client, searches):
    assert queries(other_client.get(URL)) == []


def test_a_visitor_is_asked_to_sign_in(visitor):
    assert visitor.get(URL).status_code == 401
