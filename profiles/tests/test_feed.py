"""The feed: what those did whom somebody follows, and what it never tells."""

from datetime import timedelta
from functools import partial

import pytest
from django.core import signing
from django.utils import timezone

from animecollections.api.paging import SALT
from animecollections.identity import THROUGH, AppPast, Origin
from animecollections.viewer import THINGS
from collections_app.catalogue.refs import parse_anime_id
from collections_app.watch_list import writes
from collections_app.watch_list.app_undo import undo_app
from conftest import WatchedClient, signed_in
from factories import AnimeFactory, UserFactory, personal_token
from history.models import Change
from profiles.follow_feed import reads
from profiles.models import Moderation, Preferences, User
from profiles.tests.test_following import BLOCKS, FOLLOWERS, FOLLOWING, at

pytestmark = pytest.mark.django_db
FEED, LIST = "/api/user/feed", "/api/user/watchList"


def show(user, audience="followers", **more):
    said = {f"audience_{thing}": audience for thing in THINGS} | more
    Preferences.objects.filter(user=user).update(**said)


@pytest.fixture
def bob(stranger, other_client, client):
    """Alice follows him; he shows everything to followers."""
    show(stranger, "everyone")
    assert client.put(at(FOLLOWING, stranger)).status_code == 200
    show(stranger)
    return stranger


@pytest.fixture
def titles(db):
    return [AnimeFactory(id=n, title=f"Title {n}", episodes=12) for n in (1, 2, 3)]


def feed(client, query=""):
    response = client.get(FEED + query)
    assert response.status_code == 200, response.content
    return response.json()["data"]


def brief(client):
    return [(item["anime_id"], item["did"]) for item in feed(client)]


def add(client, id_=1, type_="Watching", **more):
    response = client.post(LIST, {"animeId": id_, "type": type_, **more})
    assert response.status_code == 200, response.content
    return response.json()["meta"].get("operation_id")


def add_by(user, id_, kind, today):
    writes.add(
        user_id=user.pk, anime=parse_anime_id(id_), values={"type": "Watching"},
        today=today, through=Origin(kind),
    )  # fmt: skip


def watch(client, id_=1, by=1, **more):
    response = client.post(f"{LIST}/{id_}/increment", {"by": by, **more})
    assert response.status_code == 200, response.content
    return response.json()["meta"]["operation_id"]


def change(client, id_=1, **values):
    response = client.patch(f"{LIST}/{id_}", values)
    assert response.status_code == 200, response.content
    return response.json()["meta"].get("operation_id")


def put_back(hours, **which):
    """As if it had been done so many hours before."""
    for row in Change.objects.across_users().filter(**which):
        row.at -= timedelta(hours=hours)
        row.save(update_fields=["at"])


# --- What it tells ------------------------------------------------------------------


def test_what_is_done_to_one_title_is_one_item(client, other_client, bob, titles):
    add(other_client)
    for _ in range(3):
        watch(other_client)
    change(other_client, score=8.5, notes="Mine alone.")
    add(other_client, 2, "To Watch")
    change(other_client, 1, score=9)
    [first, second] = feed(client)
    assert first["anime_id"] == "1"
    assert first["did"] == ["added", "started", "watched", "scored"]
    assert (first["episodes"], first["score"]) == ({"first": 1, "last": 3}, 9)
    assert (first["user_name"], first["title"]) == (bob.user_name, "Title 1")
    assert second["did"] == ["added", "planned"]
    assert (second["episodes"], second["score"]) == (None, None)


def test_six_hours_without_more_end_an_item(client, other_client, bob, titles):
    add(other_client)
    watch(other_client)
    put_back(10)
    watch(other_client)
    put_back(5)
    watch(other_client)
    found = [(item["did"], item["episodes"]) for item in feed(client)]
    assert found == [
        (["watched"], {"first": 2, "last": 3}),
        (["added", "started", "watched"], {"first": 1, "last": 1}),
    ]


@pytest.mark.parametrize(
    ("before", "values", "did"),
    [
        ({}, {"type": "Completed"}, ["watched", "completed"]),
        ({}, {"state": "on_hold"}, ["paused"]),
        ({}, {"type": "Collection", "state": "dropped"}, ["dropped"]),
        ({"type_": "Completed"}, {"type": "Watching", "state": "rewatching"},
         ["rewatching"]),
        ({"score": 5}, {"score": None}, []),
        ({}, {"notes": "x", "tags": ["x"], "priority": 3}, []),
        ({"progress": 4}, {"progress": 2}, []),
        ({}, {"progress": 4, "watched_on": "2016"}, []),
        ({}, {"progress": 4, "watched_on": "unknown"}, []),
        ({}, {"type": "Collection"}, []),
    ],
)  # fmt: skip
def test_what_a_change_is_told_as(
    client, other_client, bob, titles, before, values, did
):
    add(other_client, quiet=True, **before)
    change(other_client, **values)
    assert brief(client) == ([("1", did)] if did else [])


# --- What it never tells ------------------------------------------------------------


def test_quiet_writes_are_not_told(client, other_client, bob, titles):
    add(other_client, quiet=True)
    watch(other_client, quiet=True)
    change(other_client, score=7, quiet=True)
    moved = {"animeId": 1, "type": "Completed", "quiet": True}
    assert other_client.post(f"{LIST}/move", moved).status_code == 200
    batch = [
        {"op": "add", "animeId": 2, "type": "Watching", "quiet": True},
        {"op": "increment", "animeId": 2, "by": 2},
        {"op": "add", "animeId": 3, "type": "Watching"},
    ]
    told = other_client.post(f"{LIST}/batch", {"operations": batch}).json()
    assert all(one["ok"] for one in told["data"]["results"]), told
    assert brief(client) == [("3", ["added", "started"])]
    quiet = Change.objects.of(bob.pk).filter(is_quiet=True)
    assert {*quiet.values_list("anime_id", flat=True)} == {1, 2}


def test_what_was_undone_is_gone_at_once_and_for_good(
    client, other_client, bob, titles
):
    add(other_client, quiet=True)
    first = watch(other_client)
    undone = other_client.post(f"/api/user/operations/{first}/undo", {}).json()
    assert brief(client) == []
    again = undone["meta"]["operation_id"]
    other_client.post(f"/api/user/operations/{again}/undo", {})
    assert brief(client) == []


def test_what_an_app_did_is_gone_with_the_undo_of_it(client, bob, titles):
    script = WatchedClient(
        HTTP_AUTHORIZATION=f"Bearer {personal_token(bob, 'list:write')}"
    )
    add(script)
    assert len(feed(client)) == 1
    token_id = Change.objects.of(bob.pk).told().get().token_id
    past = AppPast(token_id, "script", timezone.now() - timedelta(hours=1))
    today = timezone.now().date()
    undo_app(user_id=bob.pk, past=past, today=today, through=Origin("session"))
    assert feed(client) == []
    assert not Change.objects.of(bob.pk).told().exists()


def test_what_was_private_is_not_told_later(client, other_client, bob, titles):
    add(other_client)
    watch(other_client)
    add(other_client, 2, is_private=True)
    assert brief(client) == [("1", ["added", "started", "watched"])]
    change(other_client, is_private=True)
    watch(other_client)
    assert brief(client) == []
    # Shown again, what was done before or meanwhile stays out; what follows does not.
    for id_ in (1, 2):
        change(other_client, id_, is_private=False)
    assert brief(client) == []
    watch(other_client)
    [item] = feed(client)
    assert (item["did"], item["episodes"]) == (["watched"], {"first": 3, "last": 3})


def test_only_what_a_person_does_is_told(client, bob):
    today = timezone.now().date()
    for kind in THROUGH:
        anime = AnimeFactory()
        add_by(bob, anime.pk, kind, today)
    told = Change.objects.of(bob.pk).told().values_list("through", flat=True)
    assert {*told} == {"session", "token"}
    assert len(feed(client)) == 2


# --- Who sees it --------------------------------------------------------------------


def test_who_ceases_to_show_something_is_gone_from_it_at_once(
    client, other_client, alice, bob, titles
):
    mature = AnimeFactory(id=9, title="Mature", mature=True)
    add(other_client)
    add(other_client, 2, "Completed")
    add(other_client, mature.pk)
    assert {id_ for id_, _ in brief(client)} == {"1", "2"}
    Preferences.objects.filter(user=alice).update(parental_control=False)
    assert {id_ for id_, _ in brief(client)} == {"1", "2", "9"}
    show(bob, audience_completed="nobody")
    assert {id_ for id_, _ in brief(client)} == {"1", "9"}
    for thing, rest in (("history", set()), ("profile", set()), ("watching", {"2"})):
        show(bob, **{f"audience_{thing}": "link"})
        assert {id_ for id_, _ in brief(client)} == rest
    show(bob)
    User.objects.filter(pk=bob.pk).update(is_active=False)
    assert brief(client) == []
    User.objects.filter(pk=bob.pk).update(is_active=True)
    other_client.delete(f"{LIST}/1")
    assert {id_ for id_, _ in brief(client)} == {"2", "9"}
    other_client.delete(at(FOLLOWERS, alice))
    assert brief(client) == []


def test_a_type_that_is_not_seen_is_not_told_by_what_was_done(
    client, other_client, bob, titles
):
    show(bob, audience_to_watch="nobody", audience_completed="nobody")
    add(other_client, 1, "To Watch")
    change(other_client, 1, type="Completed")
    change(other_client, 1, type="Watching", state="rewatching")
    [(_, did)] = brief(client)
    assert not {"added", "planned", "completed"} & {*did}


@pytest.mark.parametrize("who", ["client", "other_client"])
def test_a_block_ends_it_both_ways(request, client, other_client, alice, bob, who):
    AnimeFactory(id=1)
    add(other_client)
    assert len(feed(client)) == 1
    blocks = request.getfixturevalue(who)
    blocked = bob if who == "client" else alice
    assert blocks.put(at(BLOCKS, blocked)).status_code == 200
    assert feed(client) == []


def test_who_does_not_follow_and_who_asks_see_nothing(client, other_client, titles):
    carol = UserFactory(user_name="carol")
    show(carol)
    add(signed_in(carol))
    assert feed(client) == []
    client.put(at(FOLLOWING, carol))  # asks
    assert feed(client) == []
    script = WatchedClient(
        HTTP_AUTHORIZATION=f"Bearer {personal_token(carol, 'list:read')}"
    )
    assert script.get(FEED).status_code == 403


# --- Pages --------------------------------------------------------------------------


def pages(client, limit):
    """All of it, page by page; each page is at most `limit` long."""
    cursor, found = "", []
    for _ in range(40):
        page = client.get(f"{FEED}?limit={limit}{cursor}").json()
        assert len(page["data"]) <= limit
        found += page["data"]
        if (following := page["meta"]["next_cursor"]) is None:
            return found
        cursor = f"&cursor={following}"
    raise AssertionError("it has no end")


def test_pages_have_each_item_once_however_little_is_read_at_a_time(
    client, bob, titles, monkeypatch
):
    for number in range(4):
        person = UserFactory(user_name=f"person{number}")
        show(person, "everyone")
        client.put(at(FOLLOWING, person))
        for id_ in (1, 2, 3):
            add(signed_in(person), id_, type_="Completed" if id_ == 2 else "Watching")
            if number % 2:
                change(signed_in(person), 1, score=id_)
    hidden = User.objects.get(user_name="person2")
    show(hidden, "everyone", audience_completed="nobody")
    whole = feed(client, "?limit=60")
    assert len(whole) == 11
    for people, changes in ((100, 100), (1, 2), (2, 3)):
        monkeypatch.setattr(reads, "PEOPLE", people)
        monkeypatch.setattr(reads, "CHANGES", changes)
        assert pages(client, 4) == whole, (people, changes)


def test_a_cursor_is_of_its_owner_and_cannot_be_read(client, other_client, bob, titles):
    for id_ in (1, 2):
        add(other_client, id_)
    cursor = client.get(f"{FEED}?limit=1").json()["meta"]["next_cursor"]
    assert len(feed(client, f"?limit=1&cursor={cursor}")) == 1
    for text in (cursor[:-4], "x", cursor[:40] + cursor[50:]):
        wrong = client.get(f"{FEED}?cursor={text}")
        assert wrong.json()["code"] == "invalid_cursor"
    assert other_client.get(f"{FEED}?cursor={cursor}").status_code == 400
    with pytest.raises(signing.BadSignature):
        signing.loads(cursor, salt=SALT)


def test_it_is_read_by_few_statements_and_held_by_its_tag(
    client, other_client, bob, titles, budget
):
    for id_ in (1, 2, 3):
        add(other_client, id_)
    with budget(
        8,
        "the sign-in, who is followed, what staff withhold of them, who did something "
        "last, the last change of each item, what people show, the entries, all "
        "changes of the items",
    ):
        answer = client.get(FEED)
    held = {"If-None-Match": answer["ETag"]}
    assert client.get(FEED, headers=held).status_code == 304
    change(other_client, 3, notes="Not told.")
    assert client.get(FEED, headers=held).status_code == 304
    change(other_client, 3, is_private=True)
    assert len(client.get(FEED, headers=held).json()["data"]) == 2


def test_what_staff_withhold_is_in_no_feed(client, other_client, bob, titles):
    add(other_client, 1)
    picture = "https://cdn.myanimelist.net/images/1.jpg"
    other_client.post("/api/user/profile", {"avatar": picture})
    assert client.get(FEED).json()["data"][0]["avatar"] == picture
    withhold = partial(Moderation.objects.create, user=bob, state="withheld")
    withhold(thing="avatar")
    [item] = client.get(FEED).json()["data"]
    assert item["avatar"] is None
    withhold(thing="profile", withholds=bob.pk)
    assert client.get(FEED).json()["data"] == []
    assert client.get("/api/animes/1/following").json()["data"] == []
