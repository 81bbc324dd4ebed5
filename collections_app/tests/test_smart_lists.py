"""Smart lists: rules that say what is on a list, and what they find."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from hypothesis import HealthCheck, example, given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from animecollections.api.parameters import first_day
from animecollections.tests.test_statements import run_endlessly
from collections_app.lists import reads
from collections_app.models import (
    AiringStatus,
    Genre,
    OwnList,
    SearchName,
    WatchListEntry,
)
from collections_app.own_lists.rules import MOST_VALUES
from collections_app.tests.imports import apply, upload
from collections_app.tests.own_lists import LISTS, done, make, put, titles, undo_last
from collections_app.watch_list import smart_lists
from collections_app.watch_list.smart_lists import PARAMETERS_OF
from conftest import signed_in
from factories import AnimeFactory, UserFactory
from profiles.models import Preferences

pytestmark = pytest.mark.django_db
LONG_NAME = "With Anna." * 10  # as long as can be
LIST, TRY = "/api/user/watchList", f"{LISTS}/try"
NUMBER = 12


@pytest.fixture(autouse=True)
def catalogue():
    """Titles 1–12: odd ones are dramas, each fourth a horror, each third of no end."""
    drama = Genre.objects.create(key="drama", name="Drama")
    horror = Genre.objects.create(key="horror", name="Horror")
    for pk in range(1, NUMBER + 1):
        anime = AnimeFactory(
            id=pk,
            title=f"Title {pk:02}",
            year=None if pk == 5 else 2000 + pk,
            episodes=None if pk % 3 == 0 else pk,
            rating=pk / 2,
            mature=pk == 12,
            airing_status=AiringStatus.AIRING if pk > 9 else AiringStatus.FINISHED,
        )
        SearchName.objects.create(anime=anime, name=f"title {pk:02}")
        anime.genres.set([*[drama] * (pk % 2), *[horror] * (pk % 4 == 0)])


@pytest.fixture
def listed(client):
    for pk in range(1, 7):
        kind = "Completed" if pk > 3 else "To Watch"
        done(client.post(LIST, {"animeId": pk, "type": kind}))


SHORT = {"type": "To Watch", "any": [{"episodes_max": 1}, {"not": {"genre": "drama"}}]}


def smart(client, rules, **values):
    return make(client, "Smart", kind="smart", rules=rules, **values)


def exported(client):
    response = client.get("/api/user/export", {"format": "json"})
    return b"".join(response.streaming_content)


def found(client, rules, **values):
    return sorted(
        int(item["anime_id"])
        for item in done(client.post(TRY, {"rules": rules, **values}))
    )


# --- What is saved -------------------------------------------------------------------


def test_one_is_made_found_changed_and_taken_back(client, listed):
    made = smart(client, SHORT)
    assert (made["kind"], made["size"]) == ("smart", None)
    assert made["rules"] == {"from": "watch_list"} | SHORT
    assert sorted(titles(client, made)) == [1, 2]
    url = f"{LISTS}/{made['id']}"
    done(client.patch(url, {"rules": {"from": "catalogue", "year_min": 2011}}))
    assert sorted(titles(client, made)) == [11]  # 12 is mature
    undo_last(client)
    assert sorted(titles(client, made)) == [1, 2]
    done(client.delete(url))
    undo_last(client)
    assert done(client.get(url))["rules"] == made["rules"]
    assert done(client.get("/api/user/sync"))["lists"][0]["rules"] == made["rules"]


def deep(levels):
    return {"not": deep(levels - 1)} if levels else {"year": 2001}


@pytest.mark.parametrize(
    ("rules", "sentence"),
    [
        ([], "The rules: Send an object"),
        ({"from": "watch_list"}, "The rules: Send at least one condition."),
        ({"from": "everywhere", "year": 2001}, "from: Choose from watch_list"),
        ({"all": [{"year": 2001}, {"yeer": 2001}]}, "all[1].yeer: There is no such"),
        ({"yeer": 1}, "Did you mean year?"),
        ({"limit": 5}, "limit: There is no such condition."),
        ({"from": "catalogue", "tag": "x"}, "tag: There is no such condition."),
        ({"any": [{"not": {"score_min": 11}}]}, "any[0].not.score_min: Send a number"),
        ({"score_min": True}, "score_min: Send a number"),
        ({"year": [2001, 2002]}, "year: This has several values."),
        ({"type": "Seen"}, "type: “Seen” is not known here."),
        ({"genre": None}, "genre: Send a value."),
        ({"genre": {"name": "Drama"}}, "genre: Send a value."),
        ({"genre": list("abcdef")}, "genre: Send at most 5 at once."),
        ({"notes": "\x00"}, "notes: "),
        ({"any": []}, "any: Send an array"),
        ({"not": [{"year": 2001}]}, "not: Send an object"),
        ({"added_within": "30"}, "added_within: Send a number and a letter"),
        ({"list": "nowhere"}, "list: This list is not there."),
        (deep(5), "Rules go 5 levels deep at most."),
        ({"all": [{"year": 2001}] * 31}, f"at most {MOST_VALUES} values"),
        ({"all": [{"search": "abc"}] * 5}, "all[4].search: Send at most 4 of search"),
        ({"not": {"search": " "}}, "not.search: Send a value."),
        ({"any": [{"search": "abc def ghi jkl"}] * 2}, "any[1].search: Send at most 6"),
        ({"search": "a b c de"}, "search: Send at most 3 words of one or two letters."),
    ],
)
def test_a_fault_is_named_with_its_place(client, rules, sentence):
    response = client.post(LISTS, {"name": "x", "kind": "smart", "rules": rules})
    assert response.status_code == 400, response.content
    [said] = response.json()["fields"]["rules"]
    assert sentence in said
    assert not OwnList.objects.exists()


def test_a_list_stays_of_its_kind(client, listed):
    manual, made = make(client), smart(client, SHORT)
    for list_, values, field in (
        (manual, {"rules": SHORT}, "rules"),
        (made, {"rules": None}, "rules"),
        (made, {"leave_when_completed": True}, "leave_when_completed"),
        (made, {"rules": {"list": made["id"]}}, "rules"),
    ):
        response = client.patch(f"{LISTS}/{list_['id']}", values)
        assert (response.status_code, [*response.json()["fields"]]) == (400, [field])
    for values in ({"kind": "smart"}, {"rules": SHORT}):
        assert client.post(LISTS, {"name": "x", **values}).status_code == 400
    item = f"{LISTS}/{made['id']}/items/1"
    for response in (client.put(item, {}), client.delete(item)):
        assert (response.status_code, response.json()["code"]) == (409, "list_is_smart")


def test_in_a_batch_rules_name_a_list_that_it_makes(client, listed):
    operations = [
        {"op": "list_create", "id": "a1", "name": "With Anna"},
        {"op": "list_put", "listId": "a1", "animeId": 2},
        {"op": "list_create", "id": "a2", "name": "Rest", "kind": "smart",
         "rules": {"list": "a1", "type": "To Watch"}},
        {"op": "list_put", "listId": "a2", "animeId": 1},
        {"op": "list_update", "listId": "a2", "rules": {"not": {"list": "a1"}}},
    ]  # fmt: skip
    results = done(client.post(f"{LIST}/batch", {"operations": operations}))["results"]
    assert [result.get("code") for result in results] == [
        None, None, None, "list_is_smart", None,
    ]  # fmt: skip
    rest = results[4]["list"]
    assert sorted(titles(client, rest)) == [1, 3, 4, 5, 6]


def test_the_editor_of_the_web_client_knows_every_condition():
    page = (settings.BASE_DIR / "static/js/pages/lists/conditions.js").read_text()
    known = set(re.findall(r"\b(\w+): \{ label:", page))
    asked = {name for names in PARAMETERS_OF.values() for name in names}
    assert known == {name.removeprefix("exclude_") for name in asked}


# --- What is found -------------------------------------------------------------------


def test_pages_progress_and_a_pick_are_a_statement_each(client, listed, budget):
    made = smart(client, {"type": ["To Watch", "Completed"]}, ordering="title")
    url = f"{LISTS}/{made['id']}/items"
    with budget(4, "sign-in check, the list, the page; first its progress"):
        first = client.get(url, {"limit": 4}).json()
    assert first["meta"]["progress"] == {
        "done": 3, "total": 6, "minutes_left": 2 * 24 + 24,
    }  # fmt: skip
    [item] = first["data"][:1]
    assert (item["rank"], item["added_at"], item["anime"]["entry"]["type"]) == (
        None, None, "To Watch",
    )  # fmt: skip
    with budget(3, "sign-in check, the list, the page"):
        rest = client.get(url, {"limit": 4, "cursor": first["meta"]["next_cursor"]})
    ids = [int(one["anime_id"]) for one in first["data"] + rest.json()["data"]]
    assert ids == [1, 2, 3, 4, 5, 6]
    with budget(4, "sign-in check, the list, one title, its progress"):
        [picked] = done(client.get(url, {"pick": "random"}))
    assert int(picked["anime_id"]) in ids
    with budget(3, "sign-in check, the titles, their progress"):
        done(client.post(TRY, {"rules": SHORT}))
    tag = client.get(url)["ETag"]
    assert client.get(url, headers={"If-None-Match": tag}).status_code == 304
    done(client.post(LIST, {"animeId": 1, "type": "Watching"}))
    assert client.get(url)["ETag"] != tag


def test_it_narrows_the_watch_list(client, listed):
    made = smart(client, {"from": "catalogue", "genre": "Drama"})
    mine = smart(client, SHORT)
    for list_, ids in ((made, [1, 3, 5]), (mine, [1, 2])):
        entries = done(client.get(LIST, {"list": list_["id"]}))
        assert sorted(int(entry["anime_id"]) for entry in entries) == ids


def test_of_the_catalogue_it_shows_what_the_person_may_see(client, alice, listed):
    rules = {"from": "catalogue", "year_min": 2010, "on_list": False}
    assert found(client, rules) == [10, 11]
    Preferences.objects.filter(user=alice).update(parental_control=False)
    assert found(client, rules) == [10, 11, 12]
    assert found(client, {"from": "catalogue", "search": "12 title"}) == [12]
    items = done(client.post(TRY, {"rules": rules, "ordering": "-year,title"}))
    assert [item["anime_id"] for item in items] == ["12", "11", "10"]


def test_rules_that_take_too_long_are_a_fault_of_theirs(client, settings, monkeypatch):
    made = smart(client, {"from": "catalogue", "search": "title"})
    settings.VISITOR_STATEMENT_SECONDS = 0.2
    for module in (smart_lists, reads):
        monkeypatch.setattr(module, "titles_found", lambda *_, **__: run_endlessly())
    for response in (
        client.get(LIST, {"list": made["id"]}),
        client.get(f"{LISTS}/{made['id']}/items"),
        client.post(TRY, {"rules": made["rules"]}),
    ):
        assert response.status_code == 400
        assert response.json()["fields"] == {"rules": [smart_lists.TOO_LONG]}


def test_a_stranger_finds_none_of_it(client, other_client, listed):
    manual = make(client)
    put(client, manual, 2)
    assert found(other_client, SHORT) == []
    assert found(other_client, {"not": {"list": manual["id"]}}) == []
    assert found(other_client, {"from": "catalogue", "on_list": "true"}) == []


@pytest.mark.parametrize(
    ("within", "today", "begins"),
    [
        ("1d", "2026-03-01", "2026-02-28"),
        ("2w", "2026-03-01", "2026-02-15"),
        ("1m", "2026-03-31", "2026-02-28"),
        ("13m", "2026-01-15", "2024-12-15"),
        ("1y", "2024-02-29", "2023-02-28"),
        ("9999y", "2026-03-01", "1900-03-01"),
        ("9999w", "2026-03-01", "1900-01-01"),
    ],
)
def test_so_long_ago_begins_on_a_day(within, today, begins):
    day = datetime.fromisoformat(today).date()
    assert first_day(within, day).isoformat() == begins


def test_own_json_takes_rules_along_and_the_lists_that_they_name(
    client, other_client, listed
):
    anna = make(client, LONG_NAME)
    put(client, anna, 2)
    smart(client, {"not": {"list": anna["id"].upper()}, "type": "To Watch"})
    file = exported(client)
    for _ in range(2):
        apply(other_client, upload(other_client, file))
    there = {one["name"]: one for one in done(other_client.get(LISTS))}
    assert len(there) == len(done(other_client.get(LISTS))) == 2
    assert there["Smart"]["rules"]["not"] == {"list": there[LONG_NAME]["id"]}
    assert sorted(titles(other_client, there["Smart"])) == [1, 3]


def test_a_smart_list_is_made_only_where_the_lists_are_that_its_rules_name(
    client, other_client, listed
):
    empty = make(client, "Empty")
    smart(client, {"not": {"list": empty["id"]}})
    fidelity = client.get("/api/user/export/fidelity", {"format": "json"})
    assert done(fidelity)["lists"] == 2
    head = json.loads(exported(client))["lists"]
    entries = [{"anime_id": "1", "type": "Watching"}]
    file = {"format": "animecollections", "entries": entries, "lists": head}
    head[1]["leave_when_completed"] = True
    for name in (None, "EMPTY"):
        if name:
            made = make(other_client, name)
        applied = apply(other_client, upload(other_client, json.dumps(file).encode()))
        codes = [one["code"] for one in applied["warning_codes"]]
        assert codes == ([] if name else ["smart_list_not_made"])
    [there] = [one for one in done(other_client.get(LISTS)) if one["rules"]]
    assert there["rules"]["not"] == {"list": made["id"]}
    assert not there["leave_when_completed"]


# --- Against plain Python ------------------------------------------------------------

TAGS, NOTES = ["a", "b", "ä"], ["", "The End", "end of all"]
facts = st.fixed_dictionaries(
    {
        "type": st.sampled_from(["Completed", "Watching", "To Watch"]),
        "progress": st.integers(0, 4),
        "score": st.sampled_from([None, 0, 70, 100]),
        "notes": st.sampled_from(NOTES),
        "tags": st.lists(st.sampled_from(TAGS), unique=True, max_size=2),
        "is_private": st.booleans(),
        "finished_on": st.sampled_from(["", "2020", "2099", "2099-01-01"]),
        "days_ago": st.sampled_from([0, 5, 400]),
    }
)
lists = st.dictionaries(st.integers(1, NUMBER), facts, max_size=8)


def one_of(value, wanted):
    return value in (wanted if isinstance(wanted, list) else [wanted])


def all_in(values, wanted):
    return set(wanted if isinstance(wanted, list) else [wanted]) <= set(values)


def at_least(value, least):
    return value is not None and value >= least


def at_most(value, most):
    return value is not None and value <= most


def genres(pk):
    return [*["Drama"] * (pk % 2), *["Horror"] * (pk % 4 == 0)]


ABOUT_TITLES = {
    "genre": lambda v, pk, _: all_in(genres(pk), v),
    "exclude_genre": lambda v, pk, _: v not in genres(pk),
    "year_min": lambda v, pk, _: at_least(None if pk == 5 else 2000 + pk, v),
    "year_max": lambda v, pk, _: at_most(None if pk == 5 else 2000 + pk, v),
    "episodes_max": lambda v, pk, _: at_most(None if pk % 3 == 0 else pk, v),
    "episodes_min": lambda v, pk, _: at_least(None if pk % 3 == 0 else pk, v),
    "min_score": lambda v, pk, _: pk / 2 >= v,
    "airing_status": lambda v, pk, _: v == ("airing" if pk > 9 else "finished"),
    "search": lambda v, pk, _: all(word in f"title {pk:02}" for word in v.split()),
}
ABOUT_ENTRIES = {
    "type": lambda v, _, e: one_of(e["type"], v),
    "tag": lambda v, _, e: all_in(e["tags"], v),
    "exclude_tag": lambda v, _, e: v not in e["tags"],
    "score_min": lambda v, _, e: at_least(e["score"], v * 10),
    "score_max": lambda v, _, e: at_most(e["score"], v * 10),
    "unscored": lambda v, _, e: (e["score"] is None) == v,
    "notes": lambda v, _, e: v.lower() in e["notes"].lower(),
    "progress_min": lambda v, _, e: e["progress"] >= v,
    "is_private": lambda v, _, e: e["is_private"] == v,
    "added_within": lambda v, _, e: e["days_ago"] <= {"1w": 7, "1y": 365}[v],
    "finished_within": lambda v, _, e: e["finished_on"].startswith("2099"),
}
title_conditions = [
    st.fixed_dictionaries({"genre": st.sampled_from(["Drama", ["Drama", "Horror"]])}),
    st.fixed_dictionaries({"exclude_genre": st.sampled_from(["Drama", "Horror"])}),
    st.fixed_dictionaries({"year_min": st.integers(2001, 2012)}),
    st.fixed_dictionaries({"year_max": st.integers(2001, 2012)}),
    st.fixed_dictionaries({"episodes_min": st.integers(0, 12)}),
    st.fixed_dictionaries({"episodes_max": st.integers(0, 12)}),
    st.fixed_dictionaries({"min_score": st.sampled_from([0, 2.5, 6])}),
    st.fixed_dictionaries({"airing_status": st.sampled_from(["airing", "finished"])}),
    st.fixed_dictionaries({"search": st.sampled_from(["0", "title 1", "none"])}),
]
entry_conditions = [
    st.fixed_dictionaries({"type": st.sampled_from(["Watching", ["Completed"]])}),
    st.fixed_dictionaries({"tag": st.sampled_from(["a", ["a", "b"], "ä"])}),
    st.fixed_dictionaries({"exclude_tag": st.sampled_from(TAGS)}),
    st.fixed_dictionaries({"score_min": st.sampled_from([0, 7, 8.5])}),
    st.fixed_dictionaries({"score_max": st.sampled_from([0, 7, 8.5])}),
    st.fixed_dictionaries({"unscored": st.booleans()}),
    st.fixed_dictionaries({"notes": st.sampled_from(["end", "all"])}),
    st.fixed_dictionaries({"progress_min": st.integers(0, 4)}),
    st.fixed_dictionaries({"is_private": st.booleans()}),
    st.fixed_dictionaries({"added_within": st.sampled_from(["1w", "1y"])}),
    st.just({"finished_within": "1m"}),
]


def trees(conditions):
    def joined(inner):
        several = st.lists(inner, min_size=1, max_size=3)
        joints = [
            st.fixed_dictionaries({"all": several}),
            st.fixed_dictionaries({"any": several}),
            st.fixed_dictionaries({"not": inner}),
        ]
        return st.one_of(
            *joints, st.builds(lambda one, two: one | two, joints[2], inner)
        )

    return st.recursive(st.one_of(conditions), joined, max_leaves=4)


of_lists = trees(title_conditions + entry_conditions)
of_titles = trees(title_conditions).map(lambda rules: {"from": "catalogue"} | rules)


def holds(rules, pk, entry):
    """Whether a title fits the rules, by plain Python."""
    return all(
        holds_one(name, value, pk, entry)
        for name, value in rules.items()
        if name != "from"
    )


def holds_one(name, value, pk, entry):
    if name == "not":
        return not holds(value, pk, entry)
    if name in ("all", "any"):
        return {"all": all, "any": any}[name](holds(one, pk, entry) for one in value)
    return (ABOUT_TITLES | ABOUT_ENTRIES)[name](value, pk, entry)


def depth(rules):
    match rules:
        case dict():
            inner = [depth(value) for value in rules.values()]
            return max(inner, default=0) + 1
        case list():
            return max(map(depth, rules), default=0)
    return 0


@given(entries=lists, rules=st.one_of(of_lists, of_titles))
@example(
    entries={5: {"type": "Watching", "progress": 0, "score": None, "notes": "",
                 "tags": ["a"], "is_private": False, "finished_on": "",
                 "days_ago": 0}},
    rules={"not": {"all": [{"score_min": 7}, {"not": {"year_min": 2001}}]}},
)  # fmt: skip
@hypothesis(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
def test_rules_find_what_plain_python_finds(entries, rules):
    if depth(rules) > 5:
        return
    user, now = UserFactory(), datetime.now(UTC)
    WatchListEntry.objects.bulk_create(
        WatchListEntry(
            user=user, anime_id=pk, revision=1, updated_at=now,
            added_at=now - timedelta(days=entry["days_ago"]),
            **{name: value for name, value in entry.items() if name != "days_ago"},
        )
        for pk, entry in entries.items()
    )  # fmt: skip
    of_catalogue = rules.get("from") == "catalogue"
    among = range(1, NUMBER) if of_catalogue else entries  # 12 is mature
    expected = [pk for pk in among if holds(rules, pk, entries.get(pk))]
    assert found(signed_in(user), rules) == sorted(expected)
