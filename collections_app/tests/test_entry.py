"""GET, PATCH and DELETE /api/user/watchList/{animeId}, and increment"""

import pytest

from collections_app.models import AiringStatus, WatchListEntry
from collections_app.tests.diaries import diary, today
from collections_app.tests.test_add_to_watch_list import URL, add
from factories import AnimeFactory
from history.models import Change, UserState

pytestmark = pytest.mark.django_db
ENTRY = f"{URL}/1535"


@pytest.fixture
def listed(client, death_note):
    """Death Note on Alice's list, at revision 1."""
    return add(client, progress=3, score=8, notes="n").json()["data"]["entry"]


def test_one_entry_as_the_list_has_it(client, listed):
    assert client.get(ENTRY).json()["data"] == listed
    assert client.get(f"{URL}/mal:1535").json()["data"] == listed


def test_unchanged_is_304(client, listed):
    tag = client.get(ENTRY)["ETag"]
    assert client.get(ENTRY, headers={"If-None-Match": tag}).status_code == 304
    client.patch(ENTRY, {"score": 1})
    assert client.get(ENTRY, headers={"If-None-Match": tag}).status_code == 200


def test_what_is_not_listed_and_what_is_not_there_are_told_apart(client, death_note):
    assert client.get(ENTRY).json()["code"] == "entry_not_found"
    assert client.get(f"{URL}/7").json()["code"] == "anime_not_found"
    assert client.get(f"{URL}/1e3").status_code == 400


def test_strangers_find_nothing(other_client, listed):
    for response in (
        other_client.get(ENTRY),
        other_client.patch(ENTRY, {"score": 1}),
        other_client.post(f"{ENTRY}/increment", {}),
    ):
        assert (response.status_code, response.json()["code"]) == (
            404,
            "entry_not_found",
        )
    assert other_client.delete(ENTRY).json()["data"]["removed"] == 0
    assert WatchListEntry.objects.get().score == 80


def test_a_change_keeps_what_was_not_sent(client, listed):
    entry = client.patch(ENTRY, {"score": 9.5}).json()["data"]
    assert (entry["score"], entry["progress"], entry["notes"]) == (9.5, 3, "n")
    assert entry["revision"] == 2


def test_null_clears(client, listed):
    entry = client.patch(ENTRY, {"score": None, "notes": None}).json()["data"]
    assert (entry["score"], entry["notes"]) == (None, "")


def test_nothing_sent_changes_nothing(client, alice, listed):
    assert client.patch(ENTRY, {}).json() == {"success": True, "data": listed}
    assert UserState.objects.get(user=alice).revision == 1


def test_the_last_episode_completes(client, alice, listed):
    response = client.patch(ENTRY, {"progress": 37})
    entry = response.json()["data"]
    assert (entry["type"], entry["finished_on"] is not None) == ("Completed", True)
    reasons = {change["reason"] for change in response.json()["meta"]["changes"]}
    assert reasons == {"last_episode"}


def test_wrong_values_are_refused(client, alice, listed):
    for body, name in (
        ({"type": "x"}, "type"),
        ({"type": None}, "type"),
        ({"state": None}, "state"),
        ({"progress": "1"}, "progress"),
        ({"type": "Completed", "state": "dropped"}, "state"),
    ):
        response = client.patch(ENTRY, body)
        assert response.status_code == 400, body
        assert name in response.json()["fields"]
    assert UserState.objects.get(user=alice).revision == 1


def test_an_increment_adds_to_what_is_there(client, listed):
    assert client.post(f"{ENTRY}/increment").json()["data"]["progress"] == 4
    assert client.post(f"{ENTRY}/increment", {"by": 5}).json()["data"]["progress"] == 9
    back = client.post(f"{ENTRY}/increment", {"by": -1000}).json()["data"]
    assert back["progress"] == 0
    assert client.post(f"{ENTRY}/increment", {"by": 1001}).status_code == 400
    assert client.post(f"{ENTRY}/increment", {"by": True}).status_code == 400


def test_an_increment_on_hold_resumes_and_on_to_watch_starts(client, death_note):
    AnimeFactory(id=2, airing_status=AiringStatus.AIRING)
    add(client, 1535, "Watching", state="on_hold")
    add(client, 2, "To Watch")
    assert client.post(f"{ENTRY}/increment").json()["data"]["state"] == "active"
    started = client.post(f"{URL}/2/increment").json()["data"]
    assert (started["type"], started["started_on"] is not None) == ("Watching", True)


def test_episodes_watched_are_counted_by_day(client, listed):
    client.post(f"{ENTRY}/increment", {"by": 2})
    client.patch(ENTRY, {"progress": 10})
    client.post(f"{ENTRY}/increment", {"by": -1})
    assert diary(anime_id=1535) == {today(): 6, "": 3}  # it was listed with three


def test_no_more_is_taken_back_than_the_entry_counted(client, listed):
    client.delete(ENTRY)
    client.post(URL, {"animeId": 1535, "type": "Watching", "fresh": True})
    client.post(f"{ENTRY}/increment", {"by": 4})
    client.patch(f"{ENTRY}", {"progress": 0})
    assert diary(anime_id=1535) == {"": 3}  # the entry that was removed


def test_the_newest_days_are_taken_back_first(client, listed):
    client.post(f"{ENTRY}/increment", {"by": 2, "watched_on": "2015-06"})
    client.post(f"{ENTRY}/increment", {"by": 2})
    client.patch(ENTRY, {"progress": 4})
    assert diary(anime_id=1535) == {"2015-06": 1, "": 3}
    client.patch(ENTRY, {"progress": 1})
    assert diary(anime_id=1535) == {"": 1}


def test_less_progress_resumes_nothing(client, death_note):
    add(client, progress=5, state="on_hold")
    for by in (-1, 0):
        entry = client.post(f"{ENTRY}/increment", {"by": by}).json()["data"]
        assert entry["state"] == "on_hold"


def test_increments_end_where_numbers_do(client, listed):
    client.patch(ENTRY, {"progress": 99_999})
    entry = client.post(f"{ENTRY}/increment", {"by": 1000}).json()["data"]
    assert entry["progress"] == 100_000


def test_starting_over_unwatches_nothing(client, listed):
    client.patch(ENTRY, {"progress": 37})
    client.patch(ENTRY, {"type": "Watching", "state": "rewatching", "progress": 0})
    assert diary(anime_id=1535) == {today(): 34, "": 3}


@pytest.mark.parametrize("tag", ['"1"', 'W/"1"', '"1-whatever"', "*"])
def test_a_write_on_what_the_client_saw_goes_through(client, listed, tag):
    response = client.patch(ENTRY, {"score": 1}, headers={"If-Match": tag})
    assert response.status_code == 200


def test_the_etag_of_the_entry_serves(client, listed):
    tag = client.get(ENTRY)["ETag"]
    assert (
        client.patch(ENTRY, {"score": 1}, headers={"If-Match": tag}).status_code == 200
    )
    assert client.delete(ENTRY, headers={"If-Match": tag}).status_code == 412


@pytest.mark.parametrize("tag", ['"2"', "junk", '"x"', '"99999999999999999999999"'])
def test_a_write_on_something_older_is_told_the_entry(client, listed, tag):
    headers = {"If-Match": tag}
    for response in (
        client.patch(ENTRY, {"score": 1}, headers=headers),
        client.delete(ENTRY, headers=headers),
        client.post(f"{ENTRY}/increment", {}, headers=headers),
    ):
        assert response.status_code == 412
        failure = response.json()
        assert failure["code"] == "revision_mismatch"
        assert failure["details"]["entry"] == listed
    assert Change.objects.count() == 1


def test_a_key_makes_a_retry_get_the_first_answer(client, listed):
    headers = {"Idempotency-Key": "k1"}
    first = client.post(f"{ENTRY}/increment", {"by": 1}, headers=headers)
    again = client.post(f"{ENTRY}/increment", {"by": 1}, headers=headers)
    assert again.json() == first.json()
    assert again["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first
    assert WatchListEntry.objects.get().progress == 4


def test_a_key_for_something_else_is_refused(client, listed):
    headers = {"Idempotency-Key": "k1"}
    client.post(f"{ENTRY}/increment", {"by": 1}, headers=headers)
    other = client.post(f"{ENTRY}/increment", {"by": 2}, headers=headers)
    assert (other.status_code, other.json()["code"]) == (422, "key_reused")
    assert WatchListEntry.objects.get().progress == 4


def test_only_success_is_kept(client, death_note):
    headers = {"Idempotency-Key": "k1"}
    assert client.patch(ENTRY, {"score": 1}, headers=headers).status_code == 404
    add(client)
    assert client.patch(ENTRY, {"score": 1}, headers=headers).status_code == 200


def test_keys_are_each_users_own(client, other_client, listed):
    add(other_client, progress=10)
    headers = {"Idempotency-Key": "k1"}
    client.post(f"{ENTRY}/increment", {}, headers=headers)
    theirs = other_client.post(f"{ENTRY}/increment", {}, headers=headers)
    assert theirs.json()["data"]["progress"] == 11


@pytest.mark.parametrize("key", ["", "x" * 256, "é", "a\tb"])
def test_an_unusable_key_is_refused(client, listed, key):
    response = client.post(f"{ENTRY}/increment", {}, headers={"Idempotency-Key": key})
    assert response.status_code == 400
    assert "Idempotency-Key" in response.json()["fields"]


def test_one_entrys_write_is_six_statements_at_most(client, listed, budget):
    with budget(2, "sign-in check + the entry"):
        client.get(ENTRY)
    with budget(5, "sign-in check + lock and revision, read, entry, change"):
        client.patch(ENTRY, {"score": 1})
    with budget(6, "the same + episodes watched"):
        client.post(f"{ENTRY}/increment")
    with budget(5, "sign-in check + lock and revision, read, delete, change"):
        client.delete(ENTRY)


def test_a_key_costs_three_statements_more(client, listed, budget):
    headers = {"Idempotency-Key": "k"}
    with budget(9, "the six + revision apart from the lock, key look-up, answer"):
        client.post(f"{ENTRY}/increment", {}, headers=headers)
    with budget(3, "sign-in check + lock, key look-up"):
        client.post(f"{ENTRY}/increment", {}, headers=headers)
