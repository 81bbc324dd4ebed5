"""Whatever entry the server answers is accepted back, and changes nothing."""

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from collections_app.models import Anime, WatchListEntry
from collections_app.tests.imports import apply, counts, upload
from collections_app.tests.lists import entries
from collections_app.tests.test_add_to_watch_list import URL, add
from collections_app.watch_list.fields import FIELD_NAMES
from history.models import Change

pytestmark = pytest.mark.django_db
ENTRY = f"{URL}/1535"


@pytest.fixture
def listed(client, death_note):
    add(client)
    return client


def writes_of(client, entry):
    """Every way to send an entry back."""
    said = {name: entry[name] for name in FIELD_NAMES if name in entry}
    operation = {"op": "update", "animeId": 1535, **said}
    yield client.patch(ENTRY, entry)
    yield client.patch(ENTRY, said)
    yield client.post(URL, {"animeId": 1535, **said})
    yield client.post(f"{URL}/batch", {"operations": [operation], "atomic": True})


def is_unchanged_by_what_comes_back(client, *, with_import=True):
    entry = client.get(ENTRY).json()["data"]
    number = Change.objects.count()
    for response in writes_of(client, entry):
        assert response.status_code == 200, response.content
    if with_import:
        response = client.get("/api/user/export?format=json")
        file = b"".join(response.streaming_content)
        plan = upload(client, file, policy="overwrite")
        assert counts(plan) == {"rows": 1, "unchanged": 1}
        apply(client, plan)
    assert client.get(ENTRY).json()["data"] == entry
    assert Change.objects.count() == number


ANY_ENTRY = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@ANY_ENTRY
@given(entry=entries())
def test_any_entry(listed, no_rates, entry):
    WatchListEntry.objects.update(**entry.values)
    is_unchanged_by_what_comes_back(listed)


@pytest.fixture
def no_rates(settings):
    settings.THROTTLE_SCALE = 1000


@pytest.mark.parametrize(
    "values",
    [
        {"rewatches": 100_001},
        {"rewatches": 2**31 - 1, "progress": 2**31 - 1},
        {"priority": 101},
        {"tags": [f"tag {number}" for number in range(100)]},
    ],
)
def test_what_is_there_since_before_the_limits(listed, values):
    WatchListEntry.objects.update(**values)
    is_unchanged_by_what_comes_back(listed, with_import="priority" not in values)


def test_the_notes_of_two_titles_that_became_one(listed):
    WatchListEntry.objects.update(notes="😀" * 20_002)
    is_unchanged_by_what_comes_back(listed, with_import=False)


def test_more_than_may_be_written_is_refused_where_it_is_not_there(listed):
    WatchListEntry.objects.update(rewatches=100_001)
    for values in (
        {"rewatches": 100_002},
        {"progress": 100_001},
        {"priority": 101},
        {"notes": "x" * 10_001},
        {"tags": [f"tag {number}" for number in range(51)]},
    ):
        for response in (
            listed.patch(ENTRY, values),
            listed.post(URL, {"animeId": 1535, "type": "Watching", **values}),
        ):
            assert response.status_code == 400
            assert response.json()["fields"].keys() == values.keys()
        operation = {"op": "update", "animeId": 1535, **values}
        answer = listed.post(f"{URL}/batch", {"operations": [operation]})
        [result] = answer.json()["data"]["results"]
        assert (result["code"], result["fields"].keys()) == ("invalid", values.keys())


def test_a_rule_writes_no_more_than_a_client_may(listed):
    listed.patch(ENTRY, {"type": "Watching", "state": "rewatching"})
    listed.patch(ENTRY, {"rewatches": 100_000, "progress": 36})
    entry = listed.post(f"{ENTRY}/increment").json()["data"]
    assert (entry["type"], entry["rewatches"]) == ("Completed", 100_000)
    is_unchanged_by_what_comes_back(listed)


def test_an_increment_never_lowers_what_is_beyond_the_limit(listed):
    WatchListEntry.objects.update(progress=100_005)
    assert listed.post(f"{ENTRY}/increment").json()["data"]["progress"] == 100_005
    down = listed.post(f"{ENTRY}/increment", {"by": -1}).json()["data"]
    assert down["progress"] == 100_004


@ANY_ENTRY
@given(total=st.integers(1, 2**31 - 1))
@example(total=100_001)
@example(total=2**31 - 1)
def test_a_title_of_any_length_can_be_completed(listed, no_rates, total):
    Anime.objects.filter(id=1535).update(episodes=total)
    listed.patch(ENTRY, {"type": "Watching", "progress": 0})
    listed.patch(ENTRY, {"type": "Completed"})
    is_unchanged_by_what_comes_back(listed, with_import=False)
