"""POST /api/user/searchHistory"""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from history.models import Change, Search, UserState

pytestmark = pytest.mark.django_db
URL = "/api/user/searchHistory"


def save(client, query="naruto", **more):
    return client.post(URL, {"query": query, **more})


def listed(client):
    return client.get(URL).json()["data"]


def test_a_search_is_saved_and_listed(client):
    response = save(
        client,
        timestamp="2026-01-02T03:04:05Z",
        type="animes",
        appliedFilters={"genre": ["action", "drama"], "year": 2020},
        totalResults=42,
    )
    assert response.status_code == 200
    assert response.json() == {
        "success": True,
        "data": {"message": "Search history saved"},
    }
    [search] = listed(client)
    assert search.pop("id")
    assert search == {
        "query": "naruto",
        "timestamp": "2026-01-02T03:04:05Z",
        "type": "animes",
        "appliedFilters": {"genre": ["action", "drama"], "year": 2020},
        "totalResults": 42,
    }


def test_only_the_query_is_needed(client):
    before = timezone.now().replace(microsecond=0)
    save(client)
    [search] = listed(client)
    assert search["type"] is None
    assert search["appliedFilters"] == {}
    assert search["totalResults"] == 0
    assert datetime.fromisoformat(search["timestamp"]) >= before


def test_the_second_spelling_of_two_fields_is_read(client):
    save(client, filters={"genre": "action"}, total_results=7)
    [search] = listed(client)
    assert search["appliedFilters"] == {"genre": "action"}
    assert search["totalResults"] == 7


def test_the_first_spelling_counts_where_both_are_sent(client):
    save(
        client,
        appliedFilters={"a": 1},
        filters={"b": 2},
        totalResults=1,
        total_results=2,
    )
    [search] = listed(client)
    assert search["appliedFilters"] == {"a": 1}
    assert search["totalResults"] == 1


def test_text_plain_is_read_as_json(client):
    body = json.dumps({"query": "naruto"})
    response = client.post(URL, body, content_type="text/plain;charset=UTF-8")
    assert response.status_code == 200
    assert len(listed(client)) == 1


@pytest.mark.parametrize("none", ["", None, "   "])
def test_an_empty_query_needs_filters(client, none):
    assert save(client, none).status_code == 400
    assert save(client, none, appliedFilters={}).status_code == 400
    assert listed(client) == []
    assert save(client, none, appliedFilters={"genre": "action"}).status_code == 200
    assert listed(client)[0]["query"] == ""


def test_the_same_search_moves_to_the_top(client):
    save(client, timestamp="2026-01-01T00:00:00Z", totalResults=1)
    save(client, "bleach", timestamp="2026-01-02T00:00:00Z")
    before = listed(client)
    save(client, "  naruto ", timestamp="2026-01-03T00:00:00Z", totalResults=2)
    after = listed(client)
    assert [search["query"] for search in after] == ["naruto", "bleach"]
    assert after[0]["id"] == before[1]["id"]
    assert after[0]["totalResults"] == 2


def test_composed_and_decomposed_text_are_one_search(client):
    save(client, "Pok\u00e9mon")
    save(client, "Poke\u0301mon")
    assert len(listed(client)) == 1


def test_the_order_of_filters_makes_no_second_search(client):
    save(client, appliedFilters={"a": 1, "b": {"c": 2, "d": 3}})
    save(client, appliedFilters={"b": {"d": 3, "c": 2}, "a": 1})
    assert len(listed(client)) == 1


def test_another_type_or_filter_is_another_search(client):
    save(client)
    save(client, type="music")
    save(client, appliedFilters={"genre": "action"})
    assert len(listed(client)) == 3


def test_an_older_time_arriving_late_moves_nothing_down(client):
    save(client, timestamp="2026-01-03T00:00:00Z", totalResults=3)
    before = listed(client)
    save(client, timestamp="2026-01-01T00:00:00Z", totalResults=1)
    assert listed(client) == before


def test_a_retry_with_its_time_takes_no_revision(client, alice):
    for _ in range(2):
        save(client, timestamp="2026-01-03T00:00:00Z")
    state = UserState.objects.get(user=alice)
    assert state.revision == state.searches_revision == 1
    assert Change.objects.filter(user=alice).count() == 1


def test_an_array_takes_one_revision(client, alice):
    client.post(URL, [{"query": "a"}, {"query": "b"}, {"query": "a"}])
    assert [search["query"] for search in listed(client)] == ["a", "b"]
    assert UserState.objects.get(user=alice).revision == 1


def test_without_times_the_last_of_an_array_is_the_newest(client):
    client.post(URL, [{"query": str(number)} for number in range(20)])
    assert [search["query"] for search in listed(client)] == [
        str(number) for number in reversed(range(20))
    ]


def test_an_empty_array_saves_nothing(client, alice):
    assert client.post(URL, []).status_code == 200
    assert UserState.objects.get(user=alice).revision == 0


def test_one_mistake_in_an_array_saves_nothing_and_says_where(client):
    response = client.post(URL, [{"query": "a"}, {"query": 5}, "b"])
    assert response.status_code == 400
    assert set(response.json()["fields"]) == {"1", "2"}
    assert response.json()["error"].startswith("1: query: ")
    assert listed(client) == []


def test_at_most_500_at_once(client):
    searches = [{"query": f"q{number}"} for number in range(501)]
    assert client.post(URL, searches).status_code == 400
    assert listed(client) == []
    assert client.post(URL, searches[:500]).status_code == 200


def test_the_newest_200_are_kept(client, alice):
    start = datetime(2026, 1, 1, tzinfo=UTC)
    client.post(
        URL,
        [
            {"query": f"q{day}", "timestamp": str(start + timedelta(days=day))}
            for day in range(200)
        ],
    )
    save(client, "newer")
    queries = [search["query"] for search in listed(client)]
    assert len(queries) == 200
    assert queries[0] == "newer"
    assert queries[-1] == "q1"


def test_older_than_the_200_kept_is_saved_nowhere(client, alice):
    client.post(URL, [{"query": f"q{number}"} for number in range(200)])
    response = save(client, "ancient", timestamp="1999-01-01T00:00:00Z")
    assert response.status_code == 200
    assert len(listed(client)) == 200
    assert UserState.objects.get(user=alice).revision == 1


@pytest.mark.parametrize("count", [1, 500])
def test_the_statements_do_not_grow_with_the_array(client, budget, count):
    client.post(URL, [{"query": f"old{number}"} for number in range(200)])
    searches = [{"query": f"q{number}"} for number in range(count)]
    in_words = "sign-in check, lock and revision, read, upsert, prune, log"
    with budget(6, in_words):
        assert client.post(URL, searches).status_code == 200


def test_a_user_who_wants_no_history_gets_none(client, alice, budget):
    alice.preferences.track_search_history = False
    alice.preferences.save()
    with budget(1, "sign-in check, which knows the preference"):
        response = save(client)
    assert response.status_code == 200
    assert response.json()["data"] == {"message": "Search history saved"}
    assert save(client, query=5).status_code == 400
    assert listed(client) == []


# --- Times -------------------------------------------------------------------------


def test_a_time_in_the_future_is_now(client):
    save(client, timestamp="2999-01-01T00:00:00Z")
    [search] = listed(client)
    assert datetime.fromisoformat(search["timestamp"]) <= timezone.now()


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("2026-01-02T03:04:05", "2026-01-02T03:04:05Z"),
        ("2026-01-02T03:04:05+05:30", "2026-01-01T21:34:05Z"),
        ("2026-01-02T03:04:05.678Z", "2026-01-02T03:04:05Z"),
        ("2026-01-02 03:04+0530", "2026-01-01T21:34:00Z"),
        ("2026-01-02T03:04:05.678901234+05", "2026-01-01T22:04:05Z"),
        ("1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z"),
        ("1900-01-01T00:00:00+15:00", "1899-12-31T09:00:00Z"),
    ],
)
def test_times_are_kept_in_utc(client, sent, kept):
    assert save(client, timestamp=sent).status_code == 200
    assert listed(client)[0]["timestamp"] == kept


@pytest.mark.parametrize(
    "timestamp",
    [
        "yesterday",
        "",
        "2026-01-02",
        "2026-W01-1T03:04:05Z",
        "2026-W01-1",
        "2026-002T03:04:05Z",
        "20260102T030405Z",
        "2026-01-02T24:00:00Z",
        "2026-01-02T03:04.5Z",
        "2026-01-02T03Z",
        "2026-01-02T03:04:05 02:00",
        "2026-01-02T03:04:05+05:30:15",
        " 2026-01-02T03:04:05Z",
        "0001-01-01T00:00:00Z",
        "1899-12-31T23:59:59Z",
        "2026-02-30T00:00:00Z",
        "2026-01-02T25:00:00Z",
        "2026-01-02T03:04:05+16:00",
        "2026-01-02T03:04:05-23:59",
        "9999-12-31T23:59:59-01:00",
        "0001-01-01T00:00:00+01:00",
        "٢٠٢٦-٠١-٠٢T03:04:05Z",
        1767322800,
        True,
        ["2026-01-02"],
        {"$date": 1},
    ],
)
def test_no_time_at_all_is_refused(client, timestamp):
    response = save(client, timestamp=timestamp)
    assert response.status_code == 400
    assert list(response.json()["fields"]) == ["timestamp"]
    assert listed(client) == []


# --- Bad values --------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong",
    [
        {"query": 5},
        {"query": ["naruto"]},
        {"query": True},
        {"query": "x" * 501},
        {"query": "\u200b\u200d"},
        {"query": "\u200f\u200e"},
        {"query": "a\u0007b"},
        {"type": "x" * 51},
        {"type": 1},
        {"appliedFilters": []},
        {"appliedFilters": "genre"},
        {"appliedFilters": {"long": "x" * 4096}},
        {"filters": 1},
        {"totalResults": -1},
        {"totalResults": 2**31},
        {"totalResults": "12"},
        {"totalResults": 1.5},
        {"totalResults": True},
        {"total_results": []},
    ],
)
def test_bad_values_are_refused_by_name(client, alice, wrong):
    response = client.post(URL, {"query": "naruto", **wrong})
    assert response.status_code == 400
    assert response.json()["code"] == "invalid"
    assert list(response.json()["fields"]) == list(wrong)
    assert Search.objects.count() == 0
    assert UserState.objects.get(user=alice).revision == 0
    assert save(client).status_code == 200


@pytest.mark.parametrize(
    "body", ["null", '"naruto"', "1", "[1]", "[[]]", "[null]", "{}"]
)
def test_anything_but_searches_is_refused(client, body):
    response = client.post(URL, body, content_type="application/json")
    assert response.status_code == 400
    assert response.json()["success"] is False


def test_what_belongs_to_the_server_is_ignored(client, alice, stranger):
    save(client, id="1", user=str(stranger.id), user_id=str(stranger.id), key="k")
    search = Search.objects.get()
    assert search.user_id == alice.id
    assert len(search.key) == 64


def test_filters_come_back_as_they_were_sent(client):
    filters = {"ids": [1, 2.5, "3"], "deep": {"a": None, "b": [True, {}]}, "é": "日本"}
    save(client, appliedFilters=filters)
    assert listed(client)[0]["appliedFilters"] == filters


def test_a_visitor_is_asked_to_sign_in(visitor):
    response = save(visitor)
    assert response.status_code == 401
    assert response.json()["code"] == "not_signed_in"
    assert Search.objects.count() == 0


def test_a_retry_with_its_key_is_answered_again_and_saves_nothing(client, alice):
    for _ in range(2):
        response = client.post(
            URL, {"query": "naruto"}, headers={"Idempotency-Key": "k1"}
        )
        assert response.status_code == 200
    assert response["Idempotency-Replayed"] == "true"
    assert UserState.objects.get(user=alice).revision == 1


@pytest.mark.parametrize(
    "number",
    ["1e20", "9.2e18", "-1e25", "1e308", "123456789012345678901234567890.0", "1e-300"],
)
@pytest.mark.parametrize("field", ["appliedFilters", "filters"])
def test_a_number_that_no_answer_could_carry_is_refused(client, number, field):
    body = f'{{"query": "naruto", "{field}": {{"year": [{{"min": {number}}}]}}}}'
    response = client.post(URL, body, content_type="application/json")
    assert response.status_code == 400
    [sentence] = response.json()["fields"][field]
    assert sentence.startswith("The number ")
    assert listed(client) == []


@pytest.mark.parametrize("number", [-(2**63) + 1, 0.1, 1e-9, 2**63 - 1, -0.0, 1e15])
def test_other_numbers_of_filters_come_back_equal(client, number):
    save(client, appliedFilters={"number": number})
    assert listed(client)[0]["appliedFilters"] == {"number": number}


def queries_of(client):
    return [row["query"] for row in client.get(URL).json()["data"]]


@pytest.mark.parametrize("ahead", [{"seconds": 2}, {"hours": 1}, {"days": 400}])
def test_a_search_of_a_clock_that_was_ahead_does_not_stay_on_top(client, ahead):
    for query in ("first", "second", "third"):
        client.post(URL, {"query": query})
    for search in Search.objects.exclude(query="first"):
        search.searched_at += timedelta(**ahead)
        search.save()
    client.post(URL, {"query": "now"})
    assert queries_of(client) == ["now", "third", "second", "first"]
    client.post(URL, {"query": "second"})
    assert queries_of(client) == ["second", "now", "third", "first"]
    assert Search.objects.latest("searched_at").searched_at <= timezone.now()
