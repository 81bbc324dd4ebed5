"""DELETE /api/user/searchHistory, and of one search"""

from uuid import uuid4

import pytest

from history.models import UserState
from history.tests.test_save_search import URL, listed, save

pytestmark = pytest.mark.django_db


def revision(user):
    return UserState.objects.get(user=user).revision


def test_clearing_forgets_all(client, alice):
    client.post(URL, [{"query": "a"}, {"query": "b"}])
    response = client.delete(URL)
    assert response.status_code == 200
    assert response.json()["data"] == {"message": "Search history deleted"}
    assert listed(client) == []
    assert revision(alice) == 2


def test_clearing_nothing_takes_no_revision(client, alice):
    assert client.delete(URL).status_code == 200
    assert revision(alice) == 0


@pytest.mark.parametrize("body", ["", "{}", '{"any": 1}', "no json"])
def test_clearing_reads_no_body(client, body):
    save(client)
    response = client.delete(URL, body, content_type="text/plain")
    assert response.status_code == 200
    assert listed(client) == []


def test_clearing_leaves_a_stranger_theirs(client, other_client):
    save(other_client)
    client.delete(URL)
    assert len(listed(other_client)) == 1


def test_a_statement_each_for_lock_delete_log_and_revision(client, budget):
    client.post(URL, [{"query": f"q{number}"} for number in range(200)])
    with budget(4, "sign-in check, lock and revision, delete, log"):
        client.delete(URL)


def test_one_search_is_forgotten(client, alice):
    client.post(URL, [{"query": "a"}, {"query": "b"}])
    newest = listed(client)[0]
    response = client.delete(f"{URL}/{newest['id']}")
    assert response.status_code == 200
    assert response.json()["data"] == {"message": "Search deleted"}
    assert [search["query"] for search in listed(client)] == ["a"]
    assert revision(alice) == 2


def test_the_budget_of_forgetting_one(client, budget):
    save(client)
    [search] = listed(client)
    with budget(4, "sign-in check, lock and revision, delete, log"):
        client.delete(f"{URL}/{search['id']}")


def test_forgotten_twice_is_404(client, alice):
    save(client)
    [search] = listed(client)
    client.delete(f"{URL}/{search['id']}")
    response = client.delete(f"{URL}/{search['id']}")
    assert response.status_code == 404
    assert response.json()["code"] == "search_not_found"
    assert revision(alice) == 2


def test_a_strangers_search_is_as_missing_as_none(client, other_client):
    save(other_client)
    [search] = listed(other_client)
    foreign = client.delete(f"{URL}/{search['id']}")
    missing = client.delete(f"{URL}/{uuid4()}")
    assert foreign.status_code == missing.status_code == 404
    assert foreign.json() | {"request_id": ""} == missing.json() | {"request_id": ""}
    assert len(listed(other_client)) == 1


@pytest.mark.parametrize(
    "malformed",
    ["1", "abc", "%00", "{0193}", "urn:uuid:00000000-0000-0000-0000-000000000000", "٣"],
)
def test_a_malformed_id_is_refused_before_any_look_up(client, budget, malformed):
    with budget(1, "sign-in check alone"):
        response = client.delete(f"{URL}/{malformed}")
    assert response.status_code == 400
    assert list(response.json()["fields"]) == ["id"]


def test_a_visitor_is_asked_to_sign_in(visitor):
    assert visitor.delete(URL).status_code == 401
    assert visitor.delete(f"{URL}/{uuid4()}").status_code == 401
