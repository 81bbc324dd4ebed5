"""POST /api/user/apps/{id}/undo: all that one app did since a moment, taken back."""

from uuid import uuid4

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from animecollections.api.response_cache import bodies
from collections_app.models import Viewing, WatchListEntry
from collections_app.tests.diaries import check_log_and_diary, diary
from collections_app.watch_list import app_undo, app_undo_lists, undo_rows
from conftest import WatchedClient
from factories import AnimeFactory, UserFactory
from history.models import Change
from profiles.tests.registered_apps import client_of, let_in, register

pytestmark = pytest.mark.django_db
LIST = "/api/user/watchList"
OPERATIONS = "/api/user/operations"
BEFORE_ALL = "2026-01-01T00:00:00Z"


@pytest.fixture(autouse=True)
def _titles(db, settings):
    settings.THROTTLE_SCALE = 1000
    for pk in (1, 2, 3):
        AnimeFactory(id=pk, episodes=12, title=f"Title {pk}")


class Script:
    """A personal token's client, and its id."""

    def __init__(self, client, name):
        wanted = {"name": name, "scopes": ["read", "write", "sharing"]}
        made = client.post("/api/user/tokens", wanted).json()["data"]
        self.id = made["id"]
        self.client = WatchedClient()
        self.client.credentials(HTTP_AUTHORIZATION=f"Bearer {made['token']}")


@pytest.fixture
def script(client):
    return Script(client, "a script")


@pytest.fixture
def other_script(client):
    return Script(client, "another script")


def add(client, pk, type_="Watching", **more):
    answer = client.post(LIST, {"animeId": pk, "type": type_, **more})
    assert answer.status_code == 200, answer.content


def undo(client, app_id, since=BEFORE_ALL, **more):
    answer = client.post(f"/api/user/apps/{app_id}/undo", {"since": since, **more})
    assert answer.status_code == 200, answer.content
    return answer.json()


def listed(client):
    """The list, but for what every write changes."""
    traces = ("revision", "updated_at")
    return {
        entry["anime_id"]: {k: v for k, v in entry.items() if k not in traces}
        for entry in client.get(LIST).json()["data"]
    }


# --- What comes back, and what stays ------------------------------------------------


def test_all_that_a_script_did_is_taken_back_as_one_operation(client, script):
    add(client, 1, "To Watch", notes="mine")
    add(client, 2, "Watching")
    before, days = listed(client), diary()
    script.client.post(f"{LIST}/1/increment", {"by": 3})
    script.client.patch(f"{LIST}/1", {"score": 7})
    script.client.patch(f"{LIST}/1", {"score": 8, "notes": "the script's"})
    script.client.delete(f"{LIST}/2")
    add(script.client, 3, "Completed")
    done = undo(client, script.id)
    assert listed(client) == before
    assert diary() == days
    assert done["data"]["size"] == 3
    assert done["data"]["conflicts"] == []
    assert done["meta"]["next_cursor"] is None
    [newest] = client.get(f"{OPERATIONS}?limit=1").json()["data"]
    assert newest["id"] == done["meta"]["operation_id"]
    assert newest["summary"] == "took back 3 changes of a script"
    assert newest["undoes_app"] == "a script"


def test_it_can_be_undone_and_done_again(client, script):
    add(client, 1, "To Watch")
    before = listed(client)
    script.client.patch(f"{LIST}/1", {"score": 7})
    script.client.patch(f"{LIST}/1", {"score": 8})
    after = listed(client)
    done = undo(client, script.id)
    client.post(f"{OPERATIONS}/{done['meta']['operation_id']}/undo", {})
    assert listed(client) == after
    undo(client, script.id)
    assert listed(client) == before


def test_a_second_time_nothing_is_left_to_do(client, script):
    add(client, 1, "To Watch")
    for score in (5, 6, 7):
        script.client.patch(f"{LIST}/1", {"score": score})
    undo(client, script.id)
    again = undo(client, script.id)
    assert again["data"]["size"] == 0
    assert again["data"]["conflicts"] == []
    assert "operation_id" not in again["meta"]


def test_what_others_changed_since_stays_and_is_told(client, script, other_script):
    add(client, 1, "To Watch", score=5, priority=1)
    script.client.patch(f"{LIST}/1", {"score": 7, "priority": 9, "notes": "x"})
    client.patch(f"{LIST}/1", {"score": 9.5})
    other_script.client.patch(f"{LIST}/1", {"priority": 4})
    told = undo(client, script.id)["data"]
    entry = listed(client)["1"]
    assert (entry["score"], entry["priority"], entry["notes"]) == (9.5, 4, "")
    conflicts = {one["field"]: one for one in told["conflicts"]}
    assert set(conflicts) == {"score", "priority"}
    score, priority = conflicts["score"], conflicts["priority"]
    assert (score["title"], score["expected"], score["found"]) == ("Title 1", 7, 9.5)
    assert score["by"]["through"] == "session"
    assert priority["by"]["token_name"] == "another script"
    assert told["conflict_count"] == 2


def test_a_value_that_somebody_chose_again_is_theirs(client, script):
    """The same value as the app's, but chosen by the person last."""
    add(client, 1, "To Watch", score=5)
    script.client.patch(f"{LIST}/1", {"score": 7})
    client.patch(f"{LIST}/1", {"score": 9})
    client.patch(f"{LIST}/1", {"score": 7})
    undo(client, script.id)
    assert listed(client)["1"]["score"] == 7


def test_between_two_of_its_changes_the_persons_value_comes_back(client, script):
    add(client, 1, "To Watch", score=5)
    script.client.patch(f"{LIST}/1", {"score": 7})
    client.patch(f"{LIST}/1", {"score": 9})
    script.client.patch(f"{LIST}/1", {"score": 2})
    told = undo(client, script.id)["data"]
    assert listed(client)["1"]["score"] == 9
    assert told["size"] == 1


def test_an_entry_that_it_added_stays_where_somebody_changed_it(client, script):
    add(script.client, 1, "Watching")
    client.patch(f"{LIST}/1", {"score": 9})
    told = undo(client, script.id)["data"]
    assert listed(client)["1"]["score"] == 9
    [conflict] = told["conflicts"]
    assert (conflict["field"], conflict["found"]) == ("score", 9)


def test_one_that_it_moved_by_removing_and_adding_goes_back(client, script):
    add(client, 1, "To Watch", score=5, notes="mine")
    script.client.delete(f"{LIST}/1")
    add(script.client, 1, "Collection")
    client.patch(f"{LIST}/1", {"score": 9})
    told = undo(client, script.id)["data"]
    entry = listed(client)["1"]
    assert (entry["type"], entry["score"], entry["notes"]) == ("To Watch", 9, "mine")
    assert told["conflicts"] == []


def test_added_again_its_days_stay_with_the_episodes_that_stay(client, alice, script):
    add(client, 1)
    script.client.delete(f"{LIST}/1")
    add(script.client, 1, episode_ranges={"watched": "5"})
    client.patch(f"{LIST}/1", {"episode_ranges": {"watched": "5-6"}})
    days = diary()
    undo(client, script.id)
    assert listed(client)["1"]["episode_ranges"]["watched"] == "5-6"
    assert diary() == days
    check_log_and_diary(alice)


def test_what_somebody_removed_stays_removed(client, script):
    add(client, 1, "To Watch")
    script.client.delete(f"{LIST}/1")
    add(script.client, 1, "Collection")
    client.delete(f"{LIST}/1")
    undo(client, script.id)
    assert listed(client) == {}


def test_what_the_person_undid_already_is_no_conflict(client, script):
    add(client, 1, "To Watch", score=5)
    script.client.patch(f"{LIST}/1", {"score": 7})
    [newest] = client.get(f"{OPERATIONS}?limit=1").json()["data"]
    client.post(f"{OPERATIONS}/{newest['id']}/undo", {})
    told = undo(client, script.id)["data"]
    assert (told["size"], told["conflicts"]) == (0, [])
    assert listed(client)["1"]["score"] == 5


def test_viewings_and_the_diary_go_back_too(client, script):
    add(client, 1, "Completed", progress=12)
    before, days = listed(client), diary()
    script.client.post(f"{LIST}/1/viewings", {})
    script.client.post(f"{LIST}/1/increment", {"by": 2})
    row = {"animeId": 1, "watched_on": "2020-05-01", "episodes": 3}
    assert script.client.post("/api/user/watched", row).status_code == 200
    assert Viewing.objects.across_users().count() == 2
    undo(client, script.id)
    assert listed(client) == before
    assert diary() == days
    assert not Viewing.objects.across_users().exists()


def test_a_day_of_the_diary_is_none_that_the_entry_counted(client, alice, script):
    add(client, 1, "Watching")
    client.post(f"{LIST}/1/increment", {"by": 3})
    before, days = all_of(alice, 1), diary()
    row = {"animeId": 1, "watched_on": "2020-01-01", "episodes": 2}
    script.client.post("/api/user/watched", row)
    script.client.patch(f"{LIST}/1", {"score": 1})
    after = all_of(alice, 1)
    done = undo(client, script.id)
    assert all_of(alice, 1) == before
    client.post(f"{OPERATIONS}/{done['meta']['operation_id']}/undo", {})
    assert all_of(alice, 1) == after
    undo(client, script.id)
    assert diary() == days
    client.post(f"{LIST}/1/increment", {"by": -3})  # takes back what it counted
    assert diary() == {}
    check_log_and_diary(alice)


def test_an_active_viewing_comes_again_after_the_other_one_ended(client, alice, script):
    add(client, 1, "Completed", progress=12)
    client.post(f"{LIST}/1/viewings", {})
    before = all_of(alice, 1)
    add(script.client, 1, "Completed")
    script.client.post(f"{LIST}/1/viewings", {})
    after = all_of(alice, 1)
    done = undo(client, script.id)
    assert all_of(alice, 1) == before
    assert undo(client, script.id)["data"]["size"] == 0
    client.post(f"{OPERATIONS}/{done['meta']['operation_id']}/undo", {})
    assert all_of(alice, 1) == after


def test_a_viewing_that_somebody_went_on_with_stays(client, script):
    add(client, 1, "Completed", progress=12)
    script.client.post(f"{LIST}/1/viewings", {})
    client.post(f"{LIST}/1/increment", {"by": 2})
    told = undo(client, script.id)["data"]
    entry = listed(client)["1"]
    assert (entry["state"], entry["progress"]) == ("rewatching", 2)
    assert told["conflicts"]


def test_what_cannot_be_taken_back_is_counted(client, script):
    script.client.post("/api/user/searchHistory", {"query": "naruto"})
    script.client.patch("/api/user/preferences", {"theme": "dark"})
    # As a release before this one logged it.
    Change.objects.filter(kind="preferences").update(before={}, after={})
    add(script.client, 1)
    told = undo(client, script.id)["data"]
    assert told["left_alone"] == [
        {"kind": "preferences", "changes": 1},
        {"kind": "searches", "changes": 1},
    ]
    assert listed(client) == {}


PREFERENCES = "/api/user/preferences"
CHOICES = st.one_of(
    st.builds(lambda word: {"theme": word}, st.sampled_from(["light", "dark"])),
    st.builds(
        lambda thing, word: {"audience": {thing: word}},
        st.sampled_from(["stats", "watching"]),
        st.sampled_from(["link", "everyone"]),
    ),
)


def preferences(client):
    data = client.get(PREFERENCES).json()["data"]
    return {name: data[name] for name in ("theme", "mutedNotices", "audience")}


def test_who_sees_what_is_taken_back_but_for_what_others_chose(client, script):
    client.patch(PREFERENCES, {"audience": {"stats": "link", "year": "link"}})
    shown = {"stats": "everyone", "year": "everyone", "watching": "everyone"}
    script.client.patch(PREFERENCES, {"audience": shown, "mutedNotices": ["moved"]})
    script.client.patch(f"{LIST}/1", {"score": 7})
    client.patch(PREFERENCES, {"audience": {"year": "followers"}})
    dry = undo(client, script.id, dry_run=True)["data"]
    assert dry["changes"] == [
        {
            "anime_id": None,
            "title": None,
            "kind": "preferences",
            "before": {
                "preferences": {
                    "mutedNotices": ["moved"],
                    "audience.stats": "everyone",
                    "audience.watching": "everyone",
                }
            },
            "after": {
                "preferences": {
                    "mutedNotices": [],
                    "audience.stats": "link",
                    "audience.watching": "nobody",
                }
            },
            "watched": [],
        }
    ]
    [kept] = dry["conflicts"]
    told = {name: kept[name] for name in ("anime_id", "title", "field", "found")}
    assert told == {
        "anime_id": None,
        "title": "",
        "field": "audience.year",
        "found": "followers",
    }
    assert kept["by"]["through"] == "session"
    assert preferences(client)["audience"]["stats"] == "everyone"
    before, done = preferences(client), undo(client, script.id)
    seen = preferences(client)
    assert seen["mutedNotices"] == []
    told = [seen["audience"][name] for name in ("stats", "year", "watching")]
    assert told == ["link", "followers", "nobody"]
    again = undo(client, script.id)["data"]
    assert (again["size"], again["left_alone"]) == (0, [])
    client.post(f"{OPERATIONS}/{done['meta']['operation_id']}/undo", {})
    assert preferences(client) == before
    undo(client, script.id)
    assert preferences(client) == seen


def test_too_many_changes_of_preferences_stay(client, script, monkeypatch):
    monkeypatch.setattr(undo_rows, "MOST_CHANGES", 2)
    for word in ("light", "dark", "light"):
        script.client.patch(PREFERENCES, {"theme": word})
    told = undo(client, script.id)["data"]
    assert told["left_alone"] == [{"kind": "preferences", "changes": 3}]
    assert preferences(client)["theme"] == "light"


LISTS = "/api/user/lists"


def put(client, list_, pk, **values):
    return client.put(f"{LISTS}/{list_['id']}/items/{pk}", values).json()["data"]


def lists(client):
    """All lists with what is on them, but for what every write changes."""
    traces = ("revision", "items_revision", "updated_at")
    return [
        {name: value for name, value in row.items() if name not in traces}
        | {
            "items": [
                (item["anime_id"], item["rank"], item["notes"], item["added_at"])
                for item in client.get(f"{LISTS}/{row['id']}/items").json()["data"]
            ]
        }
        for row in client.get(LISTS).json()["data"]
    ]


def test_what_it_did_to_lists_is_taken_back_and_comes_again(client, script):
    mine = client.post(LISTS, {"name": "With Anna"}).json()["data"]
    gone = client.post(LISTS, {"name": "Gone"}).json()["data"]
    put(client, mine, 1, notes="mine")
    put(client, mine, 2)
    put(client, gone, 3)
    before = lists(client)
    script.client.patch(f"{LISTS}/{mine['id']}", {"name": "x", "pinned": True})
    put(script.client, mine, 1, notes="its")
    put(script.client, mine, 2, after=None)
    put(script.client, mine, 3)
    script.client.delete(f"{LISTS}/{mine['id']}/items/3")
    script.client.delete(f"{LISTS}/{gone['id']}")
    made = script.client.post(LISTS, {"name": "Its own"}).json()["data"]
    put(script.client, made, 1)
    add(script.client, 3)
    after = lists(client)
    preview = undo(client, script.id, dry_run=True)["data"]
    done = undo(client, script.id)
    assert lists(client) == before
    assert preview == done["data"] | {"dry_run": True}
    assert (done["data"]["conflicts"], done["data"]["left_alone"]) == ([], [])
    operation = done["meta"]["operation_id"]
    assert Change.objects.across_users().filter(operation_id=operation).count() == 8
    assert undo(client, script.id)["data"]["size"] == 0
    client.post(f"{OPERATIONS}/{operation}/undo", {})
    assert lists(client) == after
    undo(client, script.id)
    assert lists(client) == before


def test_what_others_did_to_lists_since_stays_and_is_told(client, script, other_script):
    mine = client.post(LISTS, {"name": "With Anna"}).json()["data"]
    put(client, mine, 1)
    values = {"name": "x", "description": "its"}
    script.client.patch(f"{LISTS}/{mine['id']}", values)
    put(script.client, mine, 1, notes="its")
    put(script.client, mine, 2)
    put(script.client, mine, 3)
    made = script.client.post(LISTS, {"name": "Its own"}).json()["data"]
    put(script.client, made, 1)
    removed = script.client.post(LISTS, {"name": "Removed"}).json()["data"]
    client.patch(f"{LISTS}/{mine['id']}", {"name": "With Ben"})
    put(client, mine, 2, notes="mine")
    client.delete(f"{LISTS}/{mine['id']}/items/3")
    put(other_script.client, made, 2)
    client.delete(f"{LISTS}/{removed['id']}")
    told = undo(client, script.id)["data"]
    own, kept = lists(client)
    assert (kept["name"], kept["description"]) == ("With Ben", "")
    assert [item[::2] for item in kept["items"]] == [("1", ""), ("2", "mine")]
    assert [item[0] for item in own["items"]] == ["2"]
    conflicts = {
        (one["title"], one["anime_id"], one["field"]): one["by"]["token_name"]
        for one in told["conflicts"]
    }
    assert conflicts == {
        ("With Ben", None, "name"): "",
        ("x", "2", "notes"): "",
        ("Its own", None, "size"): "another script",
    }


def test_a_list_that_the_person_brought_back_stays_and_is_told_once(client, script):
    mine = client.post(LISTS, {"name": "With Anna"}).json()["data"]
    put(script.client, mine, 1, notes="its")
    made = script.client.post(LISTS, {"name": "Its own"}).json()["data"]
    before = lists(client)
    for path in (f"{mine['id']}/items/1", made["id"]):
        operation = client.delete(f"{LISTS}/{path}").json()["meta"]["operation_id"]
        client.post(f"{OPERATIONS}/{operation}/undo", {})
    told = undo(client, script.id)["data"]
    assert lists(client) == before
    names = ("title", "field", "expected", "found")
    assert sorted(tuple(one[n] for n in names) for one in told["conflicts"]) == [
        ("Its own", "list", None, "Its own"),
        ("With Anna", "title", None, 1),
    ]


def test_only_so_many_changes_of_lists_are_undone(client, script, monkeypatch):
    monkeypatch.setattr(app_undo_lists, "MOST_CHANGES", 1)
    made = script.client.post(LISTS, {"name": "With Anna"}).json()["data"]
    put(script.client, made, 1)
    told = undo(client, script.id)["data"]
    assert told["size"] == 0
    assert told["left_alone"] == [
        {"kind": "list", "changes": 1},
        {"kind": "list_item", "changes": 1},
    ]


# --- Since when, of whom ------------------------------------------------------------


def later():
    return timezone.now().isoformat()


def test_only_since_the_moment(client, script):
    add(client, 1, "To Watch")
    script.client.patch(f"{LIST}/1", {"score": 6})
    moment = later()
    script.client.patch(f"{LIST}/1", {"score": 7})
    undo(client, script.id, moment)
    assert listed(client)["1"]["score"] == 6
    undo(client, script.id)
    assert listed(client)["1"]["score"] is None


def test_a_nearer_moment_brings_nothing_back_that_was_taken_back(client, script):
    add(client, 1, "To Watch")
    script.client.patch(f"{LIST}/1", {"score": 6})
    moment = later()
    script.client.patch(f"{LIST}/1", {"score": 7})
    undo(client, script.id)
    script.client.patch(f"{LIST}/1", {"priority": 3})
    told = undo(client, script.id, moment)["data"]
    entry = listed(client)["1"]
    assert (entry["score"], entry["priority"]) == (None, 0)
    assert told["conflicts"] == []


def test_an_app_is_one_over_all_its_sign_ins(client, alice):
    app = register(UserFactory())
    for pk in (1, 2):
        add(client_of(let_in(app, alice, "read", "write")), pk)
    told = undo(client, app.pk)["data"]
    assert told["size"] == 2
    assert listed(client) == {}


def test_also_of_a_token_that_is_gone(client, script):
    add(script.client, 1)
    client.delete(f"/api/user/tokens/{script.id}")
    undo(client, script.id)
    assert listed(client) == {}


def test_one_that_has_done_nothing_leaves_nothing_to_do(client, script):
    assert undo(client, script.id)["data"]["size"] == 0


@pytest.mark.parametrize("moment", ["", "yesterday", "2026-11-30", None, 7])
def test_the_moment_has_to_be_a_time(client, script, moment):
    told = client.post(f"/api/user/apps/{script.id}/undo", {"since": moment})
    assert told.status_code == 400
    assert "since" in told.json()["fields"]


def test_a_stranger_undoes_nothing(client, other_client, script):
    add(script.client, 1)
    for app_id in (script.id, uuid4()):
        address = f"/api/user/apps/{app_id}/undo"
        told = other_client.post(address, {"since": BEFORE_ALL})
        assert (told.status_code, told.json()["code"]) == (404, "app_not_found")
    assert set(listed(client)) == {"1"}


def test_no_token_undoes_what_an_app_did(client, script):
    told = script.client.post(f"/api/user/apps/{script.id}/undo", {"since": BEFORE_ALL})
    assert told.json()["code"] == "scope_missing"


def test_a_dry_run_tells_the_same_and_does_nothing(client, alice, script):
    add(client, 1, "Completed", progress=12)
    script.client.post(f"{LIST}/1/viewings", {})
    script.client.post(f"{LIST}/1/increment", {"by": 2})
    add(script.client, 2)
    client.patch(f"{LIST}/2", {"score": 3})
    before, log = listed(client), Change.objects.of(alice.pk).count()
    preview = undo(client, script.id, dry_run=True)["data"]
    assert listed(client) == before
    assert Change.objects.of(alice.pk).count() == log
    done = undo(client, script.id)["data"]
    assert preview == done | {"dry_run": True}
    assert Change.objects.of(alice.pk).count() == log + done["size"]


def test_a_retry_does_it_once(client, alice, script):
    add(script.client, 1)
    address, body = f"/api/user/apps/{script.id}/undo", {"since": BEFORE_ALL}
    key = {"Idempotency-Key": "once"}
    first = client.post(address, body, headers=key)
    log = Change.objects.of(alice.pk).count()
    again = client.post(address, body, headers=key)
    assert again.json() == first.json()
    assert Change.objects.of(alice.pk).count() == log


# --- Very many ----------------------------------------------------------------------


def test_of_very_many_changes_the_titles_come_in_parts(client, script, monkeypatch):
    monkeypatch.setattr(app_undo, "CHANGES_AT_ONCE", 2)
    for pk in (1, 2, 3):
        add(script.client, pk)
    script.client.patch(f"{LIST}/1", {"score": 7})
    script.client.patch(f"{LIST}/1", {"score": 8})  # more by itself than a part
    sizes, cursor = [], None
    while True:
        told = undo(client, script.id, cursor=cursor)
        sizes.append(told["data"]["size"])
        cursor = told["meta"]["next_cursor"]
        if cursor is None:
            break
    assert sizes == [1, 2]
    assert listed(client) == {}


def test_a_wrong_cursor_is_refused(client, script):
    body = {"since": BEFORE_ALL, "cursor": "x"}
    told = client.post(f"/api/user/apps/{script.id}/undo", body)
    assert told.json()["code"] == "invalid_cursor"


def test_the_cost_does_not_grow(client, script, budget):
    for pk in range(50, 90):
        AnimeFactory(id=pk)
        add(client, pk, "To Watch")
    half = [{"op": "remove", "animeId": pk} for pk in range(50, 70)]
    rest = [{"op": "increment", "animeId": pk, "by": 2} for pk in range(70, 90)]
    for _ in range(2):
        script.client.post(f"{LIST}/batch", {"operations": [*half, *rest]})
    in_words = (
        "sign-in check + the name, lock, titles that it changed, their log, catalogue, "
        "entries, viewings, diary; one for each table that is written"
    )
    with budget(14, in_words):
        assert undo(client, script.id)["data"]["size"] == 40


# --- Any mix of any three -----------------------------------------------------------

WHO = st.sampled_from(["person", "app", "other"])
PK = st.sampled_from([1, 2, 3])
TYPES = st.sampled_from(["To Watch", "Watching", "Completed", "Collection"])
VALUE = st.one_of(
    st.fixed_dictionaries({"score": st.sampled_from([None, 1, 5, 9.5])}),
    st.fixed_dictionaries({"notes": st.sampled_from(["", "a", "b"])}),
    st.fixed_dictionaries({"priority": st.sampled_from([0, 1, 2])}),
    st.fixed_dictionaries({"tags": st.sampled_from([[], ["x"], ["x", "y"]])}),
)
SET = st.tuples(st.just("set"), PK, VALUE)
ANY = st.one_of(
    SET,
    st.tuples(st.just("add"), PK, TYPES),
    st.tuples(st.just("move"), PK, TYPES),
    st.tuples(st.just("more"), PK, st.sampled_from([-2, 1, 3, 12])),
    st.tuples(st.just("remove"), PK, st.none()),
    st.tuples(st.just("again"), PK, st.none()),
    st.tuples(st.just("day"), PK, st.sampled_from(["2020-01-01", "2021-05"])),
)
# Each example is requests by the dozen: to make one smaller takes minutes.
NO_SHRINKING = (Phase.explicit, Phase.reuse, Phase.generate)
IN_DATABASE = settings(
    max_examples=25,
    deadline=None,
    phases=NO_SHRINKING,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def do(client, verb, pk, value):
    """Whatever comes of it: a refusal changes nothing."""
    match verb:
        case "set":
            return client.patch(f"{LIST}/{pk}", value)
        case "add":
            return client.post(LIST, {"animeId": pk, "type": value})
        case "move":
            return client.post(f"{LIST}/move", {"animeId": pk, "type": value})
        case "more":
            return client.post(f"{LIST}/{pk}/increment", {"by": value})
        case "remove":
            return client.delete(f"{LIST}/{pk}")
        case "again":
            return client.post(f"{LIST}/{pk}/viewings", {})
        case _:
            row = {"animeId": pk, "watched_on": value, "episodes": 2}
            return client.post("/api/user/watched", row)


def taken_back():
    bodies.forget()  # the same revisions come again
    return transaction.atomic()


@given(steps=st.lists(st.tuples(WHO, SET), max_size=12))
@IN_DATABASE
def test_values_are_as_if_the_app_had_not_been(client, script, other_script, steps):
    who = {"person": client, "app": script.client, "other": other_script.client}
    with taken_back():
        for pk in (1, 2, 3):
            add(client, pk, "To Watch", score=3, notes="first")
        expected = listed(client)
        moment = later()
        for name, (verb, pk, value) in steps:
            meta = do(who[name], verb, pk, value).json().get("meta", {})
            if name != "app" and "operation_id" in meta:  # it changed something
                expected[str(pk)] |= value
        undo(client, script.id, moment)
        assert listed(client) == expected
        transaction.set_rollback(True)


@given(steps=st.lists(st.tuples(WHO, CHOICES), max_size=10))
@IN_DATABASE
def test_preferences_are_as_if_the_app_had_not_been(
    client, script, other_script, steps
):
    who = {"person": client, "app": script.client, "other": other_script.client}
    with taken_back():
        expected, moment = preferences(client), later()
        for name, body in steps:
            meta = who[name].patch(PREFERENCES, body).json().get("meta", {})
            if name != "app" and "operation_id" in meta:
                audience = expected["audience"] | body.get("audience", {})
                expected |= body | {"audience": audience}
        before = preferences(client)
        done = undo(client, script.id, moment)
        assert preferences(client) == expected
        assert undo(client, script.id, moment)["data"]["size"] == 0
        if operation := done["meta"].get("operation_id"):
            client.post(f"{OPERATIONS}/{operation}/undo", {})
            assert preferences(client) == before
        transaction.set_rollback(True)


def last_writers(user, since):
    """Of each field of each title the last who wrote it, by the log."""
    found = {}
    for change in Change.objects.of(user.pk).filter(at__gte=since).order_by("revision"):
        names = change.before.keys() | change.after.keys()
        if change.kind in ("add", "update", "remove"):
            found |= {(change.anime_id, name): change.token_id for name in names}
    return found


def rows(user):
    entries = WatchListEntry.objects.of(user.pk).values()
    hidden = ("revision", "updated_at", "watched_at")
    return {
        row["anime_id"]: {k: v for k, v in row.items() if k not in hidden}
        for row in entries
    }


def all_of(user, pk):
    """All that is kept of a title."""
    viewings = Viewing.objects.of(user.pk).of_anime([pk]).order_by("number").values()
    hidden = ("revision", "updated_at")
    kept = [{k: v for k, v in row.items() if k not in hidden} for row in viewings]
    return rows(user).get(pk), kept, diary(anime_id=pk)


NAMES = ("score", "notes", "priority", "tags", "progress", "rewatches")


@given(steps=st.lists(st.tuples(WHO, ANY), max_size=14))
@IN_DATABASE
def test_any_mix(client, alice, script, other_script, steps):
    who = {"person": client, "app": script.client, "other": other_script.client}
    with taken_back():
        add(client, 1, "To Watch", score=3)
        add(client, 2, "Completed", progress=12)
        moment = timezone.now()
        at_first = {pk: all_of(alice, pk) for pk in (1, 2, 3)}
        for name, step in steps:
            do(who[name], *step)
        writers = last_writers(alice, moment)
        log = Change.objects.of(alice.pk).filter(at__gte=moment)
        of_others = {
            *log.exclude(token_id=script.id).values_list("anime_id", flat=True)
        }
        before = {pk: all_of(alice, pk) for pk in (1, 2, 3)}

        done = undo(client, script.id, moment.isoformat())
        after = rows(alice)
        for pk in {1, 2, 3} - of_others:  # the app alone was there: all is as it was
            assert all_of(alice, pk) == at_first[pk], (pk, steps)
        for (pk, name), token_id in writers.items():
            was, entry = before[pk][0], after.get(pk)
            if str(token_id) != script.id and was and name in NAMES:
                assert entry is not None
                assert entry[name] == was[name], (pk, name, steps)
        check_log_and_diary(alice)

        again = undo(client, script.id, moment.isoformat())["data"]
        assert again["size"] == 0, (again, steps)
        if operation := done["meta"].get("operation_id"):
            client.post(f"{OPERATIONS}/{operation}/undo", {})
            for pk in (1, 2, 3):
                assert all_of(alice, pk) == before[pk], (pk, steps)
        transaction.set_rollback(True)
