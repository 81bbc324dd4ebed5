"""Links to one's own: made, used, replaced, ended."""

from datetime import timedelta

import pytest
from django.utils import timezone

from animecollections.ops.logs import redacted
from animecollections.tests.test_statements import run_endlessly
from collections_app.tests.test_watch_list_races import at_once
from conftest import WatchedClient, signed_in
from factories import AnimeFactory, UserFactory, personal_token
from history.models import Change
from profiles.accounts.ways_in_hooks import take_ways_in
from profiles.models import Preferences, Share
from profiles.sharing import reads

URL = "/api/user/shares"
WATCHING = {"of": "type", "id": "Watching"}


def make(client, **body):
    response = client.post(URL, body or WATCHING)
    assert response.status_code == 200, response.content
    return response.json()["data"]


def path_of(made):
    return made["url"].removeprefix("http://127.0.0.1:8000")


def status_of(visitor, made):
    return visitor.get(path_of(made)).status_code


@pytest.mark.django_db
def test_a_link_is_made_used_counted_replaced_and_ended(client, visitor, alice):
    made = make(client, **WATCHING, fields=["notes"])
    [listed] = client.get(URL).json()["data"]
    addresses = ("url", "page_url")
    assert listed == {k: value for k, value in made.items() if k not in addresses}
    first = visitor.get(path_of(made))
    assert first.json()["data"] == {"of": "type", "user_name": "alice", "entries": []}
    held = visitor.get(path_of(made), headers={"If-None-Match": first["ETag"]})
    assert held.status_code == 304
    assert visitor.head(path_of(made)).status_code == 200
    assert client.get(URL).json()["data"][0]["uses"] == 1
    other = client.post(f"{URL}/{made['id']}/rotate").json()["data"]
    assert (other["id"], other["uses"]) == (made["id"], 1)
    assert (status_of(visitor, made), status_of(visitor, other)) == (404, 200)
    assert client.delete(f"{URL}/{made['id']}").status_code == 200
    assert status_of(visitor, other) == 404
    again = client.delete(f"{URL}/{made['id']}")
    assert (again.status_code, again.json()["code"]) == (404, "share_not_found")
    assert client.post(URL, WATCHING)["Cache-Control"] == "no-store"


@pytest.mark.django_db
def test_its_secret_is_kept_as_a_hash_and_tells_no_id(client, alice):
    made = make(client)
    secret = made["url"].rpartition("/")[2]
    assert Share.objects.of(alice.pk).get().key not in secret
    assert alice.pk.hex not in secret
    assert secret not in redacted(f"GET {path_of(made)} 200")


@pytest.mark.django_db
def test_no_token_makes_a_link_that_would_outlast_it(client, alice):
    made = make(client)
    token = personal_token(alice, "sharing", "profile:write", "lists:write")
    script = WatchedClient(HTTP_AUTHORIZATION=f"Bearer {token}")
    for url, body in ((URL, WATCHING), (f"{URL}/{made['id']}/rotate", None)):
        refused = script.post(url, body)
        assert (refused.status_code, refused.json()["code"]) == (403, "scope_missing")
    assert [one["id"] for one in script.get(URL).json()["data"]] == [made["id"]]
    assert script.delete(f"{URL}/{made['id']}").status_code == 200


@pytest.mark.django_db
def test_a_link_opens_its_thing_for_links_as_an_operation(client, alice):
    make(client)
    preferences = Preferences.objects.get(user=alice)
    assert (preferences.audience_watching, preferences.audience_stats) == (
        "link",
        "nobody",
    )
    assert Change.objects.of(alice.pk).get().kind == "preferences"
    client.patch("/api/user/preferences", {"audience": {"stats": "everyone"}})
    make(client, of="stats")
    preferences.refresh_from_db()
    assert preferences.audience_stats == "everyone"  # as it was


@pytest.mark.django_db
def test_who_sees_a_list_is_undone_like_its_name(client, visitor, alice):
    made = client.post("/api/user/lists", {"name": "Mine"}).json()["data"]
    link = make(client, of="list", id=made["id"])
    assert status_of(visitor, link) == 200
    operation = client.get("/api/user/operations").json()["data"][0]
    client.post(f"/api/user/operations/{operation['id']}/undo")
    assert status_of(visitor, link) == 404
    client.delete(f"/api/user/lists/{made['id']}")
    assert status_of(visitor, link) == 404


@pytest.mark.django_db
def test_a_link_ends_by_its_day_and_with_ways_in_that_are_taken(client, visitor, alice):
    soon = timezone.now() + timedelta(hours=1)
    made = make(client, **WATCHING, expires_at=soon.isoformat())
    assert status_of(visitor, made) == 200
    Share.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert status_of(visitor, made) == 404
    take_ways_in(alice.pk, timezone.now() - timedelta(minutes=1))
    assert not Share.objects.exists()


@pytest.mark.django_db
def test_nobody_touches_the_link_of_another(client, other_client, visitor):
    made = make(client)
    theirs = client.post("/api/user/lists", {"name": "Mine"}).json()["data"]["id"]
    assert other_client.get(URL).json()["data"] == []
    assert other_client.delete(f"{URL}/{made['id']}").status_code == 404
    assert other_client.post(f"{URL}/{made['id']}/rotate").status_code == 404
    asked = other_client.post(URL, {"of": "list", "id": theirs})
    assert (asked.status_code, asked.json()["code"]) == (404, "list_not_found")
    assert visitor.get(URL).status_code == 401
    path = path_of(made)
    for wrong in (path[:-1] + "_", path.replace("/shared/", "/shared/0"), path + "x"):
        if wrong != path:
            assert visitor.get(wrong).status_code == 404


@pytest.mark.django_db
def test_wrong_values_are_refused_and_links_are_not_too_many(client, alice):
    for wrong in (
        {}, {"of": "everything"}, {"of": "type"}, {"of": "type", "id": "Bought"},
        {"of": "list"}, {"of": "year", "id": "26"}, {"of": "stats", "id": "x"},
        {"of": "stats", "fields": ["email"]}, {"of": "stats", "max_uses": 0},
        {"of": "stats", "expires_at": "2001-01-01T00:00Z"}, {"of": "year", "id": 2026},
    ):  # fmt: skip
        assert client.post(URL, wrong).status_code == 400, wrong
    Share.objects.bulk_create(
        Share(user=alice, key=str(n), of="stats") for n in range(100)
    )
    full = client.post(URL, WATCHING)
    assert (full.status_code, full.json()["code"]) == (409, "shares_full")
    endless = client.post(URL, WATCHING | {"expires": "2030-01-01T00:00:00Z"})
    assert (endless.status_code, endless.json()["code"]) == (400, "invalid")
    misnamed = client.patch("/api/user/preferences", {"audience": {"Watching": "link"}})
    assert misnamed.status_code == 400
    assert "Choose from profile" in misnamed.json()["error"]
    wrong = client.patch("/api/user/preferences", {"audience": {"stats": "friends"}})
    assert wrong.status_code == 400


@pytest.mark.django_db
def test_only_the_scope_of_sharing_decides_who_sees_what(alice, client):
    made = client.post("/api/user/lists", {"name": "Mine"}).json()["data"]
    other = {"profile:write", "lists:write"}
    for scopes, status in ((other, 403), (other | {"sharing"}, 200)):
        script = WatchedClient(
            HTTP_AUTHORIZATION=f"Bearer {personal_token(alice, *scopes)}"
        )
        for url in ("/api/user/preferences", f"/api/user/lists/{made['id']}"):
            said = {"stats": "link"} if "preferences" in url else "link"
            assert script.patch(url, {"audience": said}).status_code == status
        assert script.get(URL).status_code == status
    # Nor by a batch, which does not take it.
    operation = {"op": "list_update", "listId": made["id"], "audience": "everyone"}
    client.post("/api/user/watchList/batch", {"operations": [{**operation, "id": "a"}]})
    assert client.get("/api/user/lists").json()["data"][0]["audience"] == "link"


@pytest.mark.django_db
def test_no_undo_changes_who_sees_a_list_without_that_scope(alice, client):
    made = client.post("/api/user/lists", {"name": "Mine"}).json()["data"]
    url = f"/api/user/lists/{made['id']}"
    client.patch(url, {"audience": "everyone"})
    client.patch(url, {"audience": "nobody", "name": "Ours"})
    narrowed = client.get("/api/user/operations").json()["data"][0]["id"]
    scopes = ("list:write", "lists:write")
    tokens = personal_token(alice, *scopes), personal_token(alice, *scopes, "sharing")
    script, sharing = (
        WatchedClient(HTTP_AUTHORIZATION=f"Bearer {token}") for token in tokens
    )
    undo = f"/api/user/operations/{narrowed}/undo"
    refused = script.post(undo)
    assert (refused.status_code, refused.json()["details"]) == (
        403,
        {"scope": "sharing"},
    )
    assert client.get(url).json()["data"]["name"] == "Ours"
    assert sharing.post(undo).status_code == 200
    assert client.get(url).json()["data"]["audience"] == "everyone"
    # One that comes back is seen again.
    removed = script.delete(url).json()["meta"]["operation_id"]
    undo = f"/api/user/operations/{removed}/undo"
    assert script.post(undo).status_code == 403
    assert client.post(undo).status_code == 200
    # What changes no audience is undone as before.
    renamed = script.patch(url, {"name": "Yours"}).json()["meta"]["operation_id"]
    assert script.post(f"/api/user/operations/{renamed}/undo").status_code == 200


@pytest.mark.django_db
def test_a_long_list_comes_in_pages_and_whole_where_uses_are_counted(client, visitor):
    for number in range(3):
        AnimeFactory(id=number + 1)
        client.post("/api/user/watchList", {"animeId": number + 1, "type": "Watching"})
    path = path_of(make(client))
    page = visitor.get(f"{path}?limit=2").json()
    cursor = page["meta"]["next_cursor"]
    rest = visitor.get(f"{path}?limit=2&cursor={cursor}").json()
    both = page["data"]["entries"] + rest["data"]["entries"]
    assert [entry["anime_id"] for entry in both] == ["1", "2", "3"]
    assert client.get(URL).json()["data"][0]["uses"] == 1
    # A cursor is of the one link, and not of what it leads to by another way.
    client.patch("/api/user/preferences", {"audience": {"watching": "everyone"}})
    for other in (
        f"{path_of(make(client))}?",
        "/api/users/alice/watchList?type=Watching&",
    ):
        refused = visitor.get(f"{other}limit=2&cursor={cursor}")
        assert (refused.status_code, refused.json()["code"]) == (400, "invalid_cursor")
    path = path_of(make(client, **WATCHING, max_uses=1))
    whole = visitor.get(f"{path}?limit=2")
    assert len(whole.json()["data"]["entries"]) == 3
    assert visitor.get(f"{path}?limit=2&cursor={cursor}").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_what_takes_too_long_is_ended_and_costs_no_use(
    client, visitor, monkeypatch, settings
):
    made = make(client, **WATCHING, max_uses=1)
    settings.VISITOR_STATEMENT_SECONDS = 0.2
    with monkeypatch.context() as patch:
        patch.setattr(reads, "by_link", lambda *_: run_endlessly())
        patch.setattr(reads, "profile", lambda *_: run_endlessly())
        for path in (path_of(made), "/api/users/alice"):
            busy = visitor.get(path)
            assert (busy.status_code, busy.json()["code"]) == (503, "busy")
    assert status_of(visitor, made) == 200


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_twenty_at_once_get_one_answer_of_a_link_for_one_use():
    owner = UserFactory()
    path = path_of(make(signed_in(owner), **WATCHING, max_uses=1))
    answers = at_once([lambda: WatchedClient().get(path) for _ in range(20)])
    assert sorted(one.status_code for one in answers) == [200] + [404] * 19
    assert Share.objects.get().uses == 1
