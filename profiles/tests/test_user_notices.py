"""GET /api/user/notices, POST …/read, mutes; as a part of sync."""

from datetime import timedelta

import pytest
from django.utils import timezone

from animecollections.db.ids import first_id_at
from animecollections.identity import Origin
from collections_app.merges import services as merging
from conftest import signed_in
from factories import AnimeFactory, personal_token
from history.models import Change, UserState
from profiles.models import MutedTitle, UserNotice
from profiles.notifications.services import notify
from profiles.retention import RULES
from profiles.tests.device import Device
from profiles.tests.notices import NOTICES

pytestmark = pytest.mark.django_db
READ = f"{NOTICES}/read"
MUTES = f"{NOTICES}/mutes"
SYNC = "/api/user/sync"


def give(user, number, **more):
    for n in range(1, number + 1):
        values = {"kind": "episode", "key": f"aired:1:{n}", "anime_id": 1} | more
        data = {"first_episode": n, "episode": n, "episodes": 12}
        assert notify(user_id=user.pk, data=data, **values)


@pytest.fixture(autouse=True)
def title():
    return AnimeFactory(id=1, title="Frieren")


def asked(client, query=""):
    response = client.get(NOTICES + query)
    assert response.status_code == 200, response.content
    return response.json()


def test_the_newest_comes_first_with_its_title(client, alice):
    give(alice, 2)
    answer = asked(client)
    assert answer["meta"] == {"unread": 2, "next_cursor": None}
    newest, first = answer["data"]
    assert (newest["episode"], first["episode"]) == (2, 1)
    assert newest | {"id": "", "at": ""} == {
        "id": "",
        "kind": "episode",
        "at": "",
        "read_at": None,
        "anime_id": "1",
        "title": "Frieren",
        "imageUrl": "https://img.example.org/1.jpg",
        "first_episode": 2,
        "episode": 2,
        "episodes": 12,
        "airs_at": None,
        "was_at": None,
        "estimated": None,
        "related_id": None,
        "related_title": None,
        "added": False,
        "text": None,
    }


def test_pages_follow_one_another(client, alice):
    give(alice, 5)
    first = asked(client, "?limit=2")
    second = asked(client, f"?limit=2&cursor={first['meta']['next_cursor']}")
    seen = [notice["episode"] for notice in first["data"] + second["data"]]
    assert seen == [5, 4, 3, 2]
    assert first["meta"]["unread"] == 5


def test_read_up_to_one_reads_all_older_ones(client, alice):
    give(alice, 3)
    middle = asked(client)["data"][1]["id"]
    answer = client.post(READ, {"up_to": middle}).json()
    assert answer["data"] == {"unread": 1}
    assert [bool(row["read_at"]) for row in asked(client)["data"]] == [
        False,
        True,
        True,
    ]
    assert [row["episode"] for row in asked(client, "?unread=true")["data"]] == [3]


def test_the_same_again_changes_nothing(client, alice):
    give(alice, 2)
    newest = asked(client)["data"][0]["id"]
    client.post(READ, {"up_to": newest})
    revision = UserState.objects.get(user=alice).revision
    assert client.post(READ, {"up_to": newest}).json()["data"] == {"unread": 0}
    assert UserState.objects.get(user=alice).revision == revision


@pytest.mark.parametrize(
    "body", [{}, {"up_to": None}, {"up_to": "7"}, {"up_to": 7}, []]
)
def test_what_is_no_notice_is_refused(client, alice, body):
    give(alice, 1)
    assert client.post(READ, body).status_code == 400
    assert asked(client)["meta"]["unread"] == 1


def test_strangers_see_and_read_their_own_alone(client, other_client, alice):
    give(alice, 2)
    newest = asked(client)["data"][0]["id"]
    assert asked(other_client)["data"] == []
    other_client.post(READ, {"up_to": newest})
    assert asked(client)["meta"]["unread"] == 2
    other_client.put(f"{MUTES}/1")
    assert client.get(MUTES).json()["data"] == []


def test_visitors_are_asked_to_sign_in(visitor):
    assert visitor.get(NOTICES).status_code == 401
    assert (
        visitor.post(READ, {"up_to": str(first_id_at(timezone.now()))}).status_code
        == 401
    )
    assert visitor.put(f"{MUTES}/1").status_code == 401


def test_a_token_needs_the_scopes_of_the_list(visitor, alice):
    give(alice, 1)
    reader = {"Authorization": f"Bearer {personal_token(alice, 'list:read')}"}
    assert visitor.get(NOTICES, headers=reader).status_code == 200
    refused = visitor.put(f"{MUTES}/1", headers=reader)
    assert refused.json()["details"]["scope"] == "list:write"


def test_what_is_unchanged_is_one_statement(client, alice, budget):
    give(alice, 3)
    etag = client.get(NOTICES).headers["ETag"]
    with budget(1, "sign-in check"):
        same = client.get(NOTICES, headers={"If-None-Match": etag})
    assert same.status_code == 304
    with budget(3, "sign-in check, the page, how many are unread"):
        asked(client)
    newest = asked(client)["data"][0]["id"]
    with budget(7, "sign-in, lock, which are unread, read, change, state, count"):
        client.post(READ, {"up_to": newest})


def test_a_key_makes_a_retry_safe(client, alice):
    give(alice, 2)
    newest = asked(client)["data"][0]["id"]
    headers = {"Idempotency-Key": "read-1"}
    for _ in range(2):
        answer = client.post(READ, {"up_to": newest}, headers=headers)
        assert answer.json()["data"] == {"unread": 0}


# --- Mutes ----------------------------------------------------------------------------


def test_a_title_is_muted_and_unmuted(client, alice):
    for _ in range(2):
        assert client.put(f"{MUTES}/1").status_code == 200
    assert client.get(MUTES).json()["data"] == [{"anime_id": "1", "title": "Frieren"}]
    assert Change.objects.of(alice.pk).count() == 1
    for _ in range(2):
        assert client.delete(f"{MUTES}/1").status_code == 200
    assert not MutedTitle.objects.of(alice.pk).exists()


@pytest.mark.parametrize("number", [1, 2])
def test_a_muted_title_that_was_merged_is_unmuted_by_either_id(client, alice, number):
    AnimeFactory(id=2, title="Frieren, by another source")
    client.put(f"{MUTES}/2")
    merging.merge(
        kept=merging.ref(1),
        gone=merging.ref(2),
        reason="the same title",
        through=Origin("command"),
    )
    one = [{"anime_id": "1", "title": "Frieren"}]
    assert client.get(MUTES).json()["data"] == one
    client.put(f"{MUTES}/1")
    assert client.get(MUTES).json()["data"] == one
    assert MutedTitle.objects.of(alice.pk).count() == 1
    assert client.delete(f"{MUTES}/{number}").status_code == 200
    assert client.get(MUTES).json()["data"] == []


def test_one_that_the_catalogue_has_no_more_is_unmuted(client, alice):
    MutedTitle.objects.create(user=alice, anime_id=999)
    assert client.get(MUTES).json()["data"] == [{"anime_id": "999", "title": None}]
    assert client.delete(f"{MUTES}/999").status_code == 200
    assert client.delete(f"{MUTES}/999").json()["code"] == "anime_not_found"


def test_a_title_that_there_is_not_is_not_muted(client):
    assert client.put(f"{MUTES}/999").json()["code"] == "anime_not_found"


def test_there_is_a_most(client, alice, monkeypatch):
    monkeypatch.setattr("profiles.notifications.services.MOST_MUTED", 1)
    AnimeFactory(id=2)
    client.put(f"{MUTES}/1")
    assert client.put(f"{MUTES}/2").json()["code"] == "muted_full"
    assert client.put(f"{MUTES}/1").status_code == 200


# --- As a part of sync ----------------------------------------------------------------


def test_read_is_read_on_every_device(alice, client):
    phone, tablet = Device(signed_in(alice)), Device(signed_in(alice))
    for device in (phone, tablet):
        device.catch_up()
    give(alice, 2)
    for device in (phone, tablet):
        device.catch_up()
    newest = phone.wholes["notices"][0]["id"]
    client.post(READ, {"up_to": newest})
    tablet.catch_up()
    assert [bool(row["read_at"]) for row in tablet.wholes["notices"]] == [True, True]


def test_sync_tells_the_newest_hundred(client, alice):
    give(alice, 102)
    rows = client.get(f"{SYNC}?parts=notices").json()["data"]["notices"]
    assert len(rows) == 100
    assert rows[0]["episode"] == 102


def test_a_device_that_is_up_to_date_is_told_nothing(client, alice):
    give(alice, 1)
    cursor = client.get(SYNC).json()["meta"]["cursor"]
    assert client.get(f"{SYNC}?cursor={cursor}").json()["data"]["notices"] is None


# --- The end of notices ---------------------------------------------------------------


def drop(name):
    [rule] = [rule for rule in RULES if rule.name == name]
    return rule.drop()


def test_read_ones_go_after_a_month_and_the_others_after_three(alice):
    now = timezone.now()
    for days, is_read in ((31, True), (31, False), (91, False), (29, True)):
        UserNotice.objects.create(
            id=first_id_at(now - timedelta(days=days, milliseconds=is_read)),
            user=alice,
            kind="episode",
            key=f"{days} {is_read}",
            happened_at=now,
            read_at=now if is_read else None,
        )
    assert drop("notices of users that were read") == 1
    assert drop("notices of users") == 1
    left = UserNotice.objects.of(alice.pk).values_list("key", flat=True)
    assert set(left) == {"31 False", "29 True"}


def test_an_erased_account_leaves_none(client, alice):
    give(alice, 2)
    client.put(f"{MUTES}/1")
    body = {"password": "Right-Horse-7"}
    assert client.post("/api/user/erase", body).status_code == 200
    assert not UserNotice.objects.across_users().exists()
    assert not MutedTitle.objects.across_users().exists()
