"""manage.py seed_demo"""

from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from io import StringIO
from random import Random

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F, Max
from django.utils import timezone

from collections_app.models import ImportPlan, ImportRow, OwnList, WatchListEntry
from collections_app.watch_list.entries import from_snapshot
from collections_app.watch_list.fields import LOGGED_FIELDS
from conftest import signed_in
from factories import AnimeFactory, UserFactory
from history.models import Change, EpisodesWatched, Search, UserState
from profiles.accounts.lockouts import locked_until
from profiles.demo import services as demo
from profiles.demo.people import Plan, Shelf, Teller, Title, nth, with_list_of
from profiles.management.commands.seed_demo import PASSWORD
from profiles.models import User, WrongPasswords

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def catalogue(db):
    AnimeFactory.create_batch(60)
    AnimeFactory(id=16498, title="Shingeki no Kyojin")
    AnimeFactory(airing_status="airing", episodes=None)
    AnimeFactory(airing_status="upcoming", episodes=None)


def seed(*args):
    out = StringIO()
    call_command("seed_demo", *args, stdout=out, verbosity=0)
    return out.getvalue()


@pytest.fixture
def seeded(catalogue):
    return seed("--users", "12", "--entries", "20", "--lists", "25", "50")


def test_people_come_with_lists(seeded):
    assert seeded.startswith("14 users were created, with ")
    assert User.objects.count() == 14
    for number in (25, 50):
        theirs = WatchListEntry.objects.filter(user__email__startswith=f"list{number}@")
        assert theirs.count() == number
    assert demo.shelf().titles[0].id == 16498
    assert WatchListEntry.objects.values("type").distinct().count() == 4
    assert Search.objects.exists()
    lists = OwnList.objects.across_users()
    assert lists.count() == 3 * 12
    assert lists.filter(size__gt=0).count() > 12


def test_some_have_what_staff_are_asked_about(seeded):
    """Imports with rows that nobody knows, request ids, a closed sign-in."""
    assert ImportPlan.objects.filter(status="applied").count() == 3
    assert ImportPlan.objects.count() == len(demo.TROUBLED)
    unknown = ImportRow.objects.filter(outcome="unmatched")
    assert unknown.values("user").distinct().count() == len(demo.TROUBLED)
    assert Change.objects.exclude(request_id="").values("user").distinct().exists()
    closed = [row for row in WrongPasswords.objects.all() if locked_until(row)]
    assert [row.email for row in closed] == ["demo1@demo.example.org"]


def test_what_staff_are_asked_about_goes_beyond_no_title(catalogue):
    AnimeFactory(title="One Night Only", rating=10.0, episodes=1)
    AnimeFactory(title="Never Rated", rating=None, episodes=12)
    seed("--users", "6", "--entries", "20")
    beyond = WatchListEntry.objects.filter(progress__gt=F("anime__episodes"))
    assert not beyond.exists()


def test_where_limits_are_lifted_wrong_passwords_are_few_all_the_same(
    catalogue, settings
):
    settings.LOCKOUT_TRIES = 10_000_000_000  # as THROTTLE_SCALE makes it for benchmarks
    seed("--users", "1", "--entries", "20")
    assert WrongPasswords.objects.get().count == demo.MOST_TRIES


def test_they_sign_in_with_the_password_that_is_told(seeded, visitor):
    assert PASSWORD in seeded
    body = {"email": "demo1@demo.example.org", "password": PASSWORD}
    assert visitor.post("/api/auth/signin", body).status_code == 200


def test_the_log_told_again_is_the_list(seeded):
    """Whatever a device that heard every change from the first would hold."""
    for state in UserState.objects.all():
        changes = list(state.user.changes.order_by("revision"))
        numbers = [change.revision for change in changes]
        assert numbers == list(range(1, state.revision + 1))
        assert [change.at for change in changes] == sorted(c.at for c in changes)
        told, counted = {}, Counter()
        for change in changes:
            if change.kind == "add":
                told[change.anime_id] = from_snapshot(change.after)
            elif change.kind == "update":
                told[change.anime_id] |= change.after
                assert change.after.keys() == change.before.keys() != set()
            elif change.kind == "remove":
                del told[change.anime_id]
            if change.anime_id:
                counted[change.anime_id] += change.watched
                told.get(change.anime_id, {})["revision"] = change.revision
        listed = {row["anime_id"]: row for row in state.user.entries.values()}
        assert told.keys() == listed.keys()
        for anime_id, entry in listed.items():
            for name in (*LOGGED_FIELDS, "id", "revision"):
                assert told[anime_id][name] == entry[name], name
            assert entry["counted"] == counted[anime_id]


def test_episodes_watched_add_up_to_the_log(seeded):
    days, log = defaultdict(int), defaultdict(int)
    for row in EpisodesWatched.objects.values():
        days[row["user_id"], row["anime_id"]] += row["episodes"]
    for change in Change.objects.exclude(watched=0):
        log[change.user_id, change.anime_id] += change.watched
    assert days == log
    assert days


def test_what_they_have_works_like_anybodys(seeded):
    """Sync, undo and a new write meet nothing odd."""
    browser = signed_in(User.objects.get(email="list25@demo.example.org"))
    page = browser.get("/api/user/sync").json()["data"]
    assert len(page["entries"]) == 25
    body = {"animeId": 16498, "type": "Collection", "notes": "mine"}
    assert browser.post("/api/user/watchList", body).status_code == 200
    [last] = browser.get("/api/user/operations?limit=1").json()["data"]
    undone = browser.post(f"/api/user/operations/{last['id']}/undo", {})
    assert undone.status_code == 200
    assert len(browser.get("/api/user/watchList").json()["data"]) in (25, 26)


def test_run_twice_it_adds_nobody_and_touches_nobody(seeded):
    before = list(UserState.objects.order_by("pk").values())
    assert seed("--users", "12", "--seed", "9").startswith("0 users were created")
    assert seed("--users", "13").startswith("1 users were created")
    mine = {row["user_id"] for row in before}
    after = UserState.objects.filter(pk__in=mine).order_by("pk")
    assert list(after.values()) == before


def test_interrupted_it_leaves_whole_accounts_and_goes_on(catalogue, monkeypatch):
    monkeypatch.setattr(demo, "ROWS_AT_ONCE", 1)
    written, write = [], demo.write

    def until_the_third(stories):
        if len(written) == 2:
            raise KeyboardInterrupt
        write(stories)
        written.append(stories)

    monkeypatch.setattr(demo, "write", until_the_third)
    with pytest.raises(CommandError, match="run this again") as interrupted:
        seed("--users", "5")
    assert interrupted.value.returncode == 130
    assert User.objects.count() == UserState.objects.count() == 2
    assert ImportPlan.objects.count() == 2  # what staff are asked about comes with them
    monkeypatch.setattr(demo, "write", write)
    assert seed("--users", "5").startswith("3 users were created")


def test_a_dry_run_writes_nothing(catalogue):
    assert seed("--users", "3", "--dry-run") == (
        "3 users would be created; 0 exist already.\n"
    )
    assert not User.objects.exists()


def test_an_address_that_somebody_else_has_is_left_alone(catalogue):
    theirs = UserFactory(email="demo2@demo.example.org", user_name="somebody")
    with pytest.raises(CommandError, match=r"demo2@demo\.example\.org"):
        seed("--users", "3")
    theirs.refresh_from_db()
    assert User.objects.get() == theirs


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--users", "-1"], "--users"),
        (["--entries", "0"], "--entries"),
        (["--log-days", "-1"], "--log-days"),
        (["--lists", "0"], "--lists"),
        (["--lists", "64"], "import_catalog"),
    ],
)
def test_what_cannot_be_is_refused(catalogue, options, says):
    with pytest.raises(CommandError, match=says):
        seed(*options)
    assert not User.objects.exists()


def test_of_a_pruned_log_the_newest_changes_are_there(catalogue):
    seed("--users", "4", "--entries", "30", "--log-days", "30")
    oldest = timezone.now() - timedelta(days=31)
    assert not Change.objects.filter(at__lt=oldest).exists()
    for state in UserState.objects.all():
        newest = state.user.changes.aggregate(newest=Max("revision"))["newest"]
        assert newest in (None, state.revision)


TITLES = [
    Title(n, f"Title {n}", 12, "finished", 8.0, ["Action"]) for n in range(1, 900)
]


def plan(**changes):
    facts = {
        "shelf": Shelf(TITLES),
        "seed": 1,
        "entries": 30,
        "until": NOON,
        "days": 365,
        "log_since": NOON - timedelta(days=365),
        "password": "",
    }
    return Plan(**(facts | changes))


def test_the_same_seed_tells_the_same_stories_and_another_tells_others():
    def told(number, **changes):
        return Teller(plan(**changes), nth(number)).tell()

    assert told(1) == told(1)
    assert told(1) != told(2)
    assert told(1).entries != told(1, seed=2).entries


def test_a_person_of_exactly_so_many_entries_has_so_many():
    assert len(Teller(plan(), with_list_of(700)).tell().entries) == 700


def test_what_many_know_is_on_more_lists():
    shelf, rng = plan().shelf, Random(1)
    on = Counter(title.id for _ in range(300) for title in shelf.pick(rng, 30))
    known = sum(on[n] for n in range(1, 51))
    assert known > 3 * sum(on[n] for n in range(800, 850))
    few = Shelf(TITLES[:40])
    assert len({title.id for title in few.pick(rng, 30)}) == 30


def test_lists_are_as_long_as_was_asked_in_the_mean():
    lengths = [len(Teller(plan(), nth(n)).tell().entries) for n in range(200)]
    assert 20 < sum(lengths) / 200 < 40
    assert max(lengths) > 90
