"""Two titles that are one: merged for everybody, and parted again."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from animecollections.identity import Origin
from collections_app.catalogue.refs import AnimeRef
from collections_app.merges import services as merging
from collections_app.merges.services import MergeRefusedError
from collections_app.models import (
    Anime,
    CatalogueState,
    ExternalId,
    Listing,
    Merge,
    MergedList,
    SearchName,
    WatchListEntry,
)
from collections_app.watch_list import undo as operations
from collections_app.watch_list import writes as watch_list
from collections_app.watch_list.fields import NEW_ENTRY
from collections_app.watch_list.joining import merged
from conftest import signed_in
from factories import AnimeFactory, UserFactory
from history.models import Change, EpisodesWatched, StaffAction, UserState

URL = "/api/user/watchList"
STAFF = Origin("admin")
KEPT, GONE = 1535, 900


@pytest.fixture
def titles(db):
    """Death Note, and a second Death Note that another source brought."""
    kept = AnimeFactory(id=KEPT, title="Death Note", episodes=37, synonyms=["DN"])
    gone = AnimeFactory(
        id=GONE,
        title="DEATH NOTE (TV)",
        english_title="Death Note",
        native_title="デスノート",
        episodes=37,
        external_ids={"kitsu": "1376", "mal": "900"},
    )
    for site, key in (("kitsu", "1376"), ("anidb", "4563")):
        ExternalId.objects.create(anime=gone, site=site, external_id=key)
    ExternalId.objects.create(anime=kept, site="anidb", external_id="4563")
    Listing.objects.create(anime=gone, source="another")
    SearchName.objects.create(anime=gone, name="death note tv")
    return kept, gone


def merge(kept=KEPT, gone=GONE, **more):
    return merging.merge(
        kept=AnimeRef("own", str(kept)),
        gone=AnimeRef("own", str(gone)),
        reason="the same",
        through=STAFF,
        **more,
    )


def part(job):
    return merging.unmerge(job=job, reason="a sequel", through=STAFF)


def put(user, anime_id, **values):
    watch_list.add(
        user_id=user.pk,
        anime=AnimeRef("own", str(anime_id)),
        values={"type": "Watching", **values},
        today=timezone.now().date(),
        through=Origin("session"),
    )


def list_of(user):
    rows = WatchListEntry.objects.of(user.pk).order_by("anime_id")
    return list(rows.values("anime_id", "type", "progress", "score", "notes", "tags"))


def snapshot():
    """All that a merge touches, to compare with what parting brings back."""
    facts = ("title", "synonyms", "external_ids", "mal_id", "genre_names", "episodes")
    return {
        "titles": list(Anime.objects.order_by("id").values("id", *facts)),
        "ids": set(ExternalId.objects.values_list("anime_id", "site", "external_id")),
        "sources": set(Listing.objects.values_list("anime_id", "source")),
        "entries": list(
            WatchListEntry.objects.order_by("user_id", "anime_id").values(
                "id",
                "user_id",
                "anime_id",
                "type",
                "progress",
                "notes",
                "tags",
                "score",
            )
        ),
        "watched": set(
            EpisodesWatched.objects.exclude(episodes=0).values_list(
                "user_id", "day", "anime_id", "episodes"
            )
        ),
    }


def test_a_title_that_was_gone_is_listed_again_with_the_sources_it_gains(titles):
    Anime.objects.filter(id=KEPT).update(gone_since=timezone.now())
    before = Anime.objects.get(id=KEPT).gone_since
    job = merge()
    assert Anime.objects.get(id=KEPT).gone_since is None
    part(job)
    assert Anime.objects.get(id=KEPT).gone_since == before


# --- The rule ----------------------------------------------------------------------

EARLY, LATE = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)


def entry(**values):
    return NEW_ENTRY | {"type": "Watching", "updated_at": EARLY, "extra": {}} | values


@pytest.mark.parametrize(
    ("kept", "gone", "becomes"),
    [
        ({"progress": 3}, {"progress": 12}, {"progress": 12}),
        (
            {"type": "To Watch", "updated_at": LATE},
            {"type": "Watching", "state": "on_hold", "progress": 5},
            {"type": "Watching", "state": "on_hold", "progress": 5},
        ),
        (
            {"type": "Watching", "progress": 36},
            {"type": "Completed", "progress": 12},
            {"type": "Completed", "state": "active", "progress": 36},
        ),
        ({"score": 80}, {"score": 95, "updated_at": LATE}, {"score": 95}),
        ({"score": 80}, {"score": None, "updated_at": LATE}, {"score": 80}),
        ({"notes": "one"}, {"notes": "two"}, {"notes": "one\n\ntwo"}),
        ({"notes": "one"}, {"notes": ""}, {"notes": "one"}),
        ({"notes": ""}, {"notes": "two"}, {"notes": "two"}),
        ({"notes": "the one"}, {"notes": "one"}, {"notes": "the one"}),
        ({"tags": ["a", "b"]}, {"tags": ["c", "a"]}, {"tags": ["a", "b", "c"]}),
        (
            {"started_on": "2017-10"},
            {"started_on": "2016"},
            {"started_on": "2016"},
        ),
        (
            {"type": "Completed", "finished_on": "2020"},
            {"finished_on": "2021"},
            {"finished_on": "2020"},
        ),
        ({"finished_on": ""}, {"finished_on": "2021"}, {"finished_on": "2021"}),
        ({"rewatches": 2}, {"rewatches": 1}, {"rewatches": 2}),
        ({"is_private": False}, {"is_private": True}, {"is_private": True}),
        ({"priority": 1}, {"priority": 3}, {"priority": 3}),
        ({"counted": 2}, {"counted": 3}, {"counted": 5}),
        ({"watched_at": EARLY}, {"watched_at": None}, {"watched_at": EARLY}),
        ({"extra": {"a": 1}}, {"extra": {"a": 2, "b": 3}}, {"extra": {"a": 1, "b": 3}}),
    ],
)
def test_the_rule(kept, gone, becomes):
    assert merged(entry(**kept), entry(**gone)) == entry(**kept) | becomes


# --- Merging -----------------------------------------------------------------------


def test_entries_move_and_both_meet_by_the_rule(titles, alice, stranger):
    put(alice, GONE, progress=5, notes="hers")
    put(stranger, KEPT, progress=2, tags=["x"])
    put(stranger, GONE, progress=9, tags=["y"], notes="his")
    job = merge()
    assert job.status == "merged"
    [hers], [his] = list_of(alice), list_of(stranger)
    assert (hers["anime_id"], hers["progress"], hers["notes"]) == (KEPT, 5, "hers")
    assert (his["anime_id"], his["progress"], his["tags"]) == (KEPT, 9, ["x", "y"])
    assert not Anime.objects.filter(id=GONE).exists()


def test_all_lists_share_one_operation_and_revisions_have_no_gap(
    titles, alice, stranger
):
    for user in (alice, stranger):
        put(user, GONE)
    job = merge()
    changes = Change.objects.filter(operation_id=job.id)
    assert set(changes.values_list("user_id", flat=True)) == {alice.pk, stranger.pk}
    assert set(changes.values_list("through", flat=True)) == {"merge"}
    for user in (alice, stranger):
        log = Change.objects.filter(user=user).order_by("revision")
        numbers = list(log.values_list("revision", flat=True))
        assert numbers == [1, 2, 3]
        assert UserState.objects.get(user=user).revision == 3


def test_old_ids_go_on_meaning_it(titles, client):
    merge()
    for ref in (GONE, str(GONE), "mal:900", "kitsu:1376", "anidb:4563", "mal:1535"):
        body = {"animeId": ref, "type": "Watching"}
        response = client.post(URL, body)
        assert response.status_code == 200, ref
        assert response.json()["data"]["entry"]["anime_id"] == str(KEPT)
    assert client.get(f"/api/animes/{GONE}").json()["data"]["id"] == str(KEPT)
    kept = Anime.objects.get()
    assert kept.external_ids == {"kitsu": "1376", "mal": "900"}
    assert kept.synonyms == ["DN", "DEATH NOTE (TV)", "デスノート"]
    assert SearchName.objects.filter(name="death note tv", anime=kept).exists()
    assert Listing.objects.get().anime_id == KEPT


def test_devices_get_it_by_sync(titles, alice, client):
    put(alice, GONE, progress=5)
    cursor = client.get("/api/user/sync").json()["meta"]["cursor"]
    merge()
    page = client.get("/api/user/sync", {"cursor": cursor}).json()["data"]
    [entry] = page["entries"]
    assert (entry["anime_id"], entry["progress"]) == (str(KEPT), 5)
    assert page["removed"] == [str(GONE)]


def test_episodes_watched_count_as_of_it(titles, alice, stranger):
    day = timezone.now().date()
    for user, anime_id, number in (
        (alice, GONE, 3),
        (alice, KEPT, 2),
        (stranger, GONE, 7),
    ):
        EpisodesWatched.objects.create(
            user=user, day=day, anime_id=anime_id, episodes=number
        )
    merge()
    rows = EpisodesWatched.objects.values_list("user_id", "anime_id", "episodes")
    assert set(rows) == {(alice.pk, KEPT, 5), (stranger.pk, KEPT, 7)}


def test_it_is_one_revision_of_the_catalogue_and_one_act_of_staff(titles, alice):
    before = CatalogueState.objects.get().revision
    put(alice, GONE)
    job = merge()
    assert CatalogueState.objects.get().revision == before + 1
    assert Anime.objects.get().revision == before + 1
    act = StaffAction.objects.get()
    assert (act.action, act.anime_id, act.operation_id) == ("merge", KEPT, job.id)
    assert (act.reason, act.after) == ("the same", {"lists": 1})


def test_done_again_it_is_done(titles, alice):
    put(alice, GONE)
    job = merge()
    revision = UserState.objects.get(user=alice).revision
    assert merge().pk == job.pk
    assert UserState.objects.get(user=alice).revision == revision
    assert StaffAction.objects.count() == 1


@pytest.mark.parametrize("after", [0, 1, 2])
def test_interrupted_it_goes_on(titles, after):
    users = [UserFactory() for _ in range(3)]
    for user in users:
        put(user, GONE, progress=4)
    done = []

    def interrupt(number):
        done.append(number)
        if len(done) > after:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        merge(progress=interrupt)
    moved = WatchListEntry.objects.filter(anime_id=KEPT).count()
    assert moved == after + 1
    assert merge().status == "merged"
    for user in users:
        assert [row["anime_id"] for row in list_of(user)] == [KEPT]
        assert UserState.objects.get(user=user).revision == 3


def test_whoever_adds_it_meanwhile_adds_what_it_becomes(titles, alice, stranger):
    put(alice, GONE)
    latecomers = iter([stranger, alice])

    def add_meanwhile(_):
        for user in latecomers:
            put(user, GONE, progress=8)

    job = merge(progress=add_meanwhile)
    assert job.status == "merged"
    for user in (alice, stranger):
        [row] = list_of(user)
        assert (row["anime_id"], row["progress"]) == (KEPT, 8)


def test_what_was_being_added_when_it_began_is_found_by_another_round(
    titles, alice, stranger, monkeypatch
):
    """Its transaction had read the title before, and committed after the look."""
    for user in (alice, stranger):
        put(user, GONE, progress=8)
    rounds = iter([[alice.pk], [stranger.pk]])
    monkeypatch.setattr(merging, "people_with", lambda id_: next(rounds))
    assert merge().status == "merged"
    assert [(r["anime_id"], r["progress"]) for r in list_of(stranger)] == [(KEPT, 8)]


def test_a_second_run_that_comes_too_late_does_no_harm(titles, alice, monkeypatch):
    """It had read whose lists there are before the first run was through."""
    put(alice, GONE, progress=5)
    job = merge()
    job.status = "merging"
    merging.move_list(job, alice.pk, STAFF)
    merging.join_titles(job, STAFF)
    assert [row["progress"] for row in list_of(alice)] == [5]
    assert job.status == "merged"


def test_an_account_erased_meanwhile_is_passed_over(titles, alice, stranger):
    for user in (alice, stranger):
        put(user, GONE)
    people = merging.people_with(GONE)
    job = merging.begin(AnimeRef("own", "1535"), AnimeRef("own", "900"), "x")
    alice.delete()
    for user_id in people:
        merging.move_list(job, user_id, STAFF)
    assert [row["anime_id"] for row in list_of(stranger)] == [KEPT]


def test_a_list_that_is_moved_already_is_worked_on_by_either_id(
    titles, alice, stranger, client
):
    first, second = sorted((alice, stranger), key=lambda user: user.pk)
    for user in (first, second):
        put(user, GONE, progress=4)
    seen = []

    def work(_):
        if not seen:
            device = signed_in(first)
            seen.append(device.post(f"{URL}/{GONE}/increment", {"by": 1}).status_code)
            seen.append(device.patch(f"{URL}/{KEPT}", {"score": 9}).status_code)
            queue = [{"op": "increment", "animeId": GONE}]
            batch = device.post(f"{URL}/batch", {"operations": queue}).json()["data"]
            seen.append(batch["results"][0]["status"])

    merge(progress=work)
    assert seen == [200, 200, 200]
    [row] = list_of(first)
    assert (row["anime_id"], row["progress"], row["score"]) == (KEPT, 6, 90)
    removed = signed_in(second).delete(URL, {"animeId": GONE})
    assert removed.json()["data"]["removed"] == 1


@pytest.mark.parametrize(
    ("kept", "gone", "says"),
    [(KEPT, KEPT, "same title"), (GONE, GONE, "same title")],
)
def test_a_title_is_not_merged_with_itself(titles, kept, gone, says):
    with pytest.raises(MergeRefusedError, match=says):
        merge(kept, gone)
    assert not Merge.objects.exists()


def test_two_merges_of_one_title_are_not_run_at_once(titles):
    third = AnimeFactory()
    merging.begin(AnimeRef("own", "1535"), AnimeRef("own", "900"), "x")
    with pytest.raises(MergeRefusedError, match="is running"):
        merge(third.pk, KEPT)
    with pytest.raises(MergeRefusedError, match="is running"):
        merge(third.pk, GONE)


def test_three_become_one(titles, alice):
    third = AnimeFactory(title="DN again")
    put(alice, third.pk, progress=7)
    merge(GONE, third.pk)
    merge(KEPT, GONE)
    assert [(r["anime_id"], r["progress"]) for r in list_of(alice)] == [(KEPT, 7)]
    keys = ExternalId.objects.filter(site="own").values_list("external_id", flat=True)
    assert set(keys) == {str(GONE), str(third.pk)}
    first = Merge.objects.get(gone_id=third.pk)
    with pytest.raises(MergeRefusedError, match="itself been merged"):
        part(first)


# --- Parting -----------------------------------------------------------------------


def test_parted_all_is_as_before(titles, alice, stranger):
    day = timezone.now().date()
    put(alice, GONE, progress=5, notes="hers", score=90)
    put(stranger, KEPT, progress=2, tags=["x"])
    put(stranger, GONE, type="Completed", tags=["y"])
    for anime_id, number in ((GONE, 3), (KEPT, 2)):
        EpisodesWatched.objects.create(
            user=stranger, day=day, anime_id=anime_id, episodes=number
        )
    before = snapshot()
    job = merge()
    assert snapshot() != before
    assert part(job) == 0
    assert snapshot() == before
    assert SearchName.objects.filter(name="death note tv", anime_id=GONE).exists()
    assert not SearchName.objects.filter(name="death note tv", anime_id=KEPT).exists()
    assert job.status == "unmerged"
    assert not MergedList.objects.exists()
    undone = Change.objects.filter(operation_id=job.undo_id, undoes=job.id)
    assert set(undone.values_list("user_id", flat=True)) == {alice.pk, stranger.pk}
    assert StaffAction.objects.filter(action="unmerge", reason="a sequel").exists()
    assert merge().status == "merged"  # and once more


def test_what_changed_since_stays(titles, stranger):
    put(stranger, KEPT, progress=2)
    put(stranger, GONE, progress=9)
    job = merge()
    client = signed_in(stranger)
    client.patch(f"{URL}/{GONE}", {"progress": 11})
    assert part(job) == 1
    rows = {row["anime_id"]: row["progress"] for row in list_of(stranger)}
    assert rows == {KEPT: 11, GONE: 9}


def test_parting_goes_on_where_it_was_interrupted(titles, alice, stranger):
    for user in (alice, stranger):
        put(user, GONE)
    job = merge()

    def interrupt(_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        merging.unmerge(job=job, reason="x", through=STAFF, progress=interrupt)
    job = Merge.objects.get()
    assert job.status == "unmerging"
    with pytest.raises(MergeRefusedError, match="being parted"):
        merge()
    part(job)
    for user in (alice, stranger):
        assert [row["anime_id"] for row in list_of(user)] == [GONE]
    with pytest.raises(MergeRefusedError, match="unmerged"):
        part(job)


def test_parted_by_two_workers_at_once_it_is_parted_once(titles, alice, stranger):
    for user in (alice, stranger):
        put(user, GONE, progress=5)
    days = list(EpisodesWatched.objects.order_by("pk").values("anime_id", "episodes"))
    job = merge()
    stale = Merge.objects.get()
    has_joined = False

    def another(_):
        nonlocal has_joined
        if not has_joined:
            has_joined = True
            part(Merge.objects.get())

    merging.unmerge(job=job, reason="x", through=STAFF, progress=another)
    merging.part_titles(stale, "x", STAFF)
    for user in (alice, stranger):
        assert [row["anime_id"] for row in list_of(user)] == [GONE]
    watched = EpisodesWatched.objects.filter(episodes__gt=0).order_by("pk")
    assert sorted(day["episodes"] for day in days) == sorted(
        watched.values_list("episodes", flat=True)
    )
    assert StaffAction.objects.filter(action="unmerge").count() == 1


# --- Undo and restore over a merge -------------------------------------------------


def test_its_user_undoes_no_half_of_it(titles, alice, client):
    put(alice, GONE, progress=5)
    job = merge()
    told = client.get("/api/user/operations").json()["data"][0]
    assert (told["id"], told["undoable"]) == (str(job.id), False)
    response = client.post(f"/api/user/operations/{job.id}/undo")
    assert response.status_code == 404
    assert "Two titles were merged" in response.json()["error"]
    assert [row["progress"] for row in list_of(alice)] == [5]


def test_a_change_of_before_is_undone_in_the_title_it_became(titles, alice, client):
    put(alice, GONE, progress=5)
    operation = client.patch(f"{URL}/{GONE}", {"progress": 6}).json()["meta"]
    merge()
    response = client.post(f"/api/user/operations/{operation['operation_id']}/undo")
    assert response.status_code == 200
    assert [(r["anime_id"], r["progress"]) for r in list_of(alice)] == [(KEPT, 5)]


def test_the_list_goes_back_to_before_it(titles, alice, stranger):
    put(alice, GONE, progress=5)
    put(stranger, KEPT, progress=2)
    put(stranger, GONE, progress=4, notes="kept")
    moment = timezone.now()
    merge()
    for user in (alice, stranger):
        put(user, KEPT, progress=30)
        operations.restore(
            user_id=user.pk, at=moment, today=moment.date(), through=STAFF
        )
    [hers], [his] = list_of(alice), list_of(stranger)
    assert (hers["anime_id"], hers["progress"]) == (KEPT, 5)
    assert (his["anime_id"], his["progress"], his["notes"]) == (KEPT, 4, "kept")


# --- Races -------------------------------------------------------------------------


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_adding_the_old_id_again_and_again_loses_nothing(acts_can_go):
    AnimeFactory(id=KEPT, episodes=None)
    AnimeFactory(id=GONE, episodes=None)
    users = [UserFactory() for _ in range(4)]
    clients = [signed_in(user) for user in users]
    for user in users:
        put(user, GONE, progress=0)
    statuses = []

    def work(client):
        for _ in range(12):
            response = client.post(URL, {"animeId": GONE, "type": "Watching"})
            statuses.append(response.status_code)
            response = client.post(f"{URL}/{GONE}/increment", {"by": 1})
            statuses.append(response.status_code)
        connection.close()

    threads = [threading.Thread(target=work, args=[client]) for client in clients]
    for thread in threads:
        thread.start()
    job = merge()
    for thread in threads:
        thread.join()
    assert job.status == "merged"
    assert set(statuses) == {200}
    for user in users:
        assert [(r["anime_id"], r["progress"]) for r in list_of(user)] == [(KEPT, 12)]
        numbers = Change.objects.filter(user=user).values_list("revision", flat=True)
        state = UserState.objects.get(user=user)
        assert sorted(numbers) == list(range(1, state.revision + 1))


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite has one writer at a time"
)
def test_an_add_that_is_overtaken_at_its_commit_is_tried_again(
    acts_can_go, alice, monkeypatch
):
    """It read the title, the merge took it away, and the foreign key refused it."""
    AnimeFactory(id=KEPT)
    AnimeFactory(id=GONE)
    client = signed_in(alice)
    save = watch_list.ListEdit.save
    overtaken = []

    def merge_first(edit):
        if not overtaken:
            overtaken.append(threading.Thread(target=run))
            overtaken[0].start()
            overtaken[0].join()
        return save(edit)

    def run():
        merge()
        connection.close()

    monkeypatch.setattr(watch_list.ListEdit, "save", merge_first)
    response = client.post(URL, {"animeId": GONE, "type": "Watching"})
    assert response.status_code == 200
    assert overtaken
    assert [row["anime_id"] for row in list_of(alice)] == [KEPT]


def test_time_passes(titles):
    """A merge of long ago is parted all the same."""
    job = merge()
    Merge.objects.update(started_at=timezone.now() - timedelta(days=400))
    with transaction.atomic():
        assert part(Merge.objects.get(pk=job.pk)) == 0


def again(client, anime_id, times=1):
    """Watched once more each time; how often the title was watched by then."""
    for _ in range(times):
        assert client.post(f"{URL}/{anime_id}/viewings", {}).status_code == 200
        client.patch(f"{URL}/{anime_id}", {"type": "Completed"})
    return viewings_of(client, anime_id)


def viewings_of(client, anime_id):
    rows = client.get(f"{URL}/{anime_id}/viewings").json()["data"]
    return [(row["number"], row["state"], row["notes"]) for row in rows]


def test_viewings_follow_their_title_and_go_back_with_it(titles, alice, client):
    for anime_id in (KEPT, GONE):
        put(alice, anime_id, type="Completed", notes=f"of {anime_id}")
    kept, gone = again(client, KEPT), again(client, GONE, times=2)
    job = merge()
    moved = [(number, *row[1:]) for number, row in enumerate(gone, 3)]
    assert viewings_of(client, KEPT) == [*kept, *moved]
    part(job)
    assert (viewings_of(client, KEPT), viewings_of(client, GONE)) == (kept, gone)


def test_viewings_of_a_title_that_left_the_list_follow_too(titles, alice, client):
    put(alice, GONE, type="Completed")
    gone = again(client, GONE)
    client.delete(f"{URL}/{GONE}")
    merge()
    assert viewings_of(client, KEPT) == gone
