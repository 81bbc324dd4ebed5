"""GET, PUT, DELETE /api/user/hidden: what is not to be recommended."""

import pytest
from django.test import Client

from animecollections.identity import Origin
from collections_app.merges import services as merging
from collections_app.models import Anime, HiddenTitle
from collections_app.recommendations import hidden
from factories import AnimeFactory, personal_token
from history.models import Change, UserState

pytestmark = pytest.mark.django_db
URL = "/api/user/hidden"
OPERATIONS = "/api/user/operations"
RECOMMENDED = "/api/user/recommendations"


@pytest.fixture(autouse=True)
def titles(db):
    made = [AnimeFactory(id=n, title=f"Title {n}") for n in range(1, 5)]
    Anime.objects.filter(id__in=[1, 2]).update(franchise=1)
    return made


def told(client):
    return [(row["anime_id"], row["scope"]) for row in client.get(URL).json()["data"]]


def recommended(client):
    return {one["anime"]["id"] for one in client.get(RECOMMENDED).json()["data"]}


def undo(client, operation_id):
    response = client.post(f"{OPERATIONS}/{operation_id}/undo", {})
    assert response.status_code == 200, response.content
    return response.json()


def test_a_title_is_hidden_and_shown_again(client, alice):
    for _ in range(2):
        assert client.put(f"{URL}/3").status_code == 200
    assert told(client) == [("3", "title")]
    assert recommended(client) == {"1", "4"}
    assert Change.objects.of(alice.pk).count() == 1
    for _ in range(2):
        assert client.delete(f"{URL}/3").status_code == 200
    assert told(client) == []
    assert recommended(client) == {"1", "3", "4"}


def test_a_franchise_is_hidden_by_any_of_its_titles(client):
    client.put(f"{URL}/2", {"scope": "franchise"})
    assert recommended(client) == {"3", "4"}
    client.put(f"{URL}/2", {"scope": "title"})
    assert recommended(client) == {"1", "3", "4"}


def test_it_is_undone_as_any_operation_and_so_is_the_undo(client):
    made = client.put(f"{URL}/3").json()["meta"]["operation_id"]
    first = client.get(OPERATIONS).json()["data"][0]
    assert first["undoable"]
    title = Anime.objects.get(pk=3).title
    assert first["summary"] == f"hid {title} from recommendations"
    back = undo(client, made)["meta"]["operation_id"]
    assert told(client) == []
    undo(client, back)
    assert told(client) == [("3", "title")]
    gone = client.delete(f"{URL}/3").json()["meta"]["operation_id"]
    undo(client, gone)
    assert told(client) == [("3", "title")]


def test_an_undo_leaves_what_changed_since(client):
    made = client.put(f"{URL}/3").json()["meta"]["operation_id"]
    client.put(f"{URL}/3", {"scope": "franchise"})
    [conflict] = undo(client, made)["data"]["conflicts"]
    assert (conflict["field"], conflict["found"]) == ("hidden.3", "franchise")
    assert told(client) == [("3", "franchise")]


def test_what_an_app_hid_is_taken_back_with_the_rest(client, visitor, alice):
    client.put(f"{URL}/4")
    script = {"Authorization": f"Bearer {personal_token(alice, 'list:write')}"}
    for number in (3, 1):
        assert visitor.put(f"{URL}/{number}", headers=script).status_code == 200
    app = Change.objects.of(alice.pk).exclude(token_id=None).first().token_id
    since = {"since": "2020-01-01T00:00:00Z"}
    undone = client.post(f"/api/user/apps/{app}/undo", since)
    assert undone.status_code == 200, undone.content
    assert told(client) == [("4", "title")]


@pytest.mark.parametrize("number", [1, 3])
def test_a_title_that_was_merged_is_shown_again_by_either_id(client, alice, number):
    client.put(f"{URL}/3")
    merging.merge(
        kept=merging.ref(1),
        gone=merging.ref(3),
        reason="the same title",
        through=Origin("command"),
    )
    assert told(client) == [("1", "title")]
    assert "1" not in recommended(client)
    client.put(f"{URL}/1")
    assert HiddenTitle.objects.of(alice.pk).count() == 1
    assert client.delete(f"{URL}/{number}").status_code == 200
    assert told(client) == []


def test_one_that_the_catalogue_has_no_more(client, alice):
    HiddenTitle.objects.create(user=alice, anime_id=999)
    assert client.get(URL).json()["data"] == [
        {"anime_id": "999", "title": None, "scope": "title"}
    ]
    assert client.delete(f"{URL}/999").status_code == 200
    assert client.delete(f"{URL}/999").json()["code"] == "anime_not_found"


@pytest.mark.parametrize("body", [{"scope": "all"}, {"scope": None}, {"scope": 1}, []])
def test_what_cannot_be_meant_is_refused(client, body):
    refused = client.put(f"{URL}/3", body)
    assert refused.status_code == 400
    assert told(client) == []


def test_there_is_a_most(client, monkeypatch):
    monkeypatch.setattr(hidden, "MOST_HIDDEN", 1)
    client.put(f"{URL}/3")
    assert client.put(f"{URL}/4").json()["code"] == "hidden_full"
    assert client.put(f"{URL}/3", {"scope": "franchise"}).status_code == 200


def test_strangers_and_visitors(client, other_client, visitor):
    client.put(f"{URL}/3")
    assert told(other_client) == []
    other_client.delete(f"{URL}/3")
    assert told(client) == [("3", "title")]
    assert visitor.get(URL).status_code == 401
    assert visitor.put(f"{URL}/3").status_code == 401


def test_staff_see_which_only_after_a_reason(client, staff, alice):
    client.put(f"{URL}/3")
    client.patch("/api/user/preferences", {"theme": "dark"})
    browser = Client()
    browser.force_login(staff)
    hidden_one, theme = Change.objects.of(alice.pk).order_by("revision")
    for change, is_told in ((hidden_one, False), (theme, True)):
        page = browser.get(f"/admin/history/change/{change.pk}/change/")
        assert page.status_code == 200
        names = {"hidden.3", "theme"} & set(page.content.decode().split("&quot;"))
        assert bool(names) == is_told


def test_scopes(visitor, alice):
    reader = {"Authorization": f"Bearer {personal_token(alice, 'list:read')}"}
    assert visitor.get(URL, headers=reader).status_code == 200
    refused = visitor.put(f"{URL}/3", headers=reader)
    assert refused.json()["details"] == {"scope": "list:write"}


def test_what_it_costs_and_a_key(client, alice, budget):
    client.put(f"{URL}/4")
    etag = client.get(URL).headers["ETag"]
    with budget(1, "sign-in check"):
        assert client.get(URL, headers={"If-None-Match": etag}).status_code == 304
    with budget(3, "sign-in check, rows, their titles"):
        told(client)
    with budget(9, "sign-in, title, lock, count, former ids, rows, add, log, state"):
        client.put(f"{URL}/3")
    revision = UserState.objects.get(user=alice).revision
    for _ in range(2):
        key = {"Idempotency-Key": "hide-2"}
        assert client.put(f"{URL}/2", headers=key).status_code == 200
    assert UserState.objects.get(user=alice).revision == revision + 1
