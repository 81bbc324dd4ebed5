"""Who sees what of a user's: every field of an entry, the profile, the statistics."""

from typing import get_type_hints

import pytest

from animecollections.identity import Origin
from animecollections.viewer import SeenBy, Viewer
from collections_app import stats
from collections_app.models import WatchListEntry
from collections_app.stats.answers import Statistics, Totals, YearInReview, YearTotals
from collections_app.stats.for_others import FIGURES_SEEN_BY, shown_to
from collections_app.watch_list.fields import COLUMNS_SEEN_BY
from conftest import signed_in
from factories import AnimeFactory, UserFactory
from profiles.models import Profile
from profiles.profile.answers import PROFILE_SEEN_BY, ProfileAnswer, profile_shown_to
from profiles.staff import services as support

pytestmark = pytest.mark.django_db
OPEN, PRIVATE, MATURE, BOTH = 1, 2, 3, 4
TITLES = {
    OPEN: {"format": "TV", "genre_names": ["Drama"], "year": 2001},
    PRIVATE: {"format": "OVA", "genre_names": ["Horror"], "year": 2002},
    MATURE: {"format": "ONA", "genre_names": ["Noir"], "year": 2003, "mature": True},
    BOTH: {"format": "MOVIE", "genre_names": ["War"], "year": 2004, "mature": True},
}
EVERYTHING = {OPEN, PRIVATE, MATURE, BOTH}
# Each viewer, and which of the entries they see.
SEES = {
    "owner": EVERYTHING,
    "owner with parental control": EVERYTHING,
    "stranger": set(),
    "visitor": set(),
    "staff": {OPEN, MATURE},
    "staff with a reason": EVERYTHING,
    "staff with parental control": {OPEN},
    "staff with both": {OPEN, PRIVATE},
    "staff with a reason for another": {OPEN, MATURE},
}
SEES_ALL_FIELDS = {
    "owner", "owner with parental control", "staff with a reason", "staff with both",
}  # fmt: skip


@pytest.fixture
def viewers(alice, stranger):
    theirs, others = frozenset({alice.pk}), frozenset({stranger.pk})
    return {
        "owner": Viewer(alice.pk, hides_mature=False),
        "owner with parental control": Viewer(alice.pk),
        "stranger": Viewer(stranger.pk, hides_mature=False),
        "visitor": Viewer(),
        "staff": Viewer(is_staff=True, hides_mature=False),
        "staff with a reason": Viewer(
            is_staff=True, hides_mature=False, reasons=theirs
        ),
        "staff with parental control": Viewer(is_staff=True),
        "staff with both": Viewer(is_staff=True, reasons=theirs),
        "staff with a reason for another": Viewer(
            is_staff=True, hides_mature=False, reasons=others
        ),
    }


@pytest.fixture
def titles(db):
    for id_, facts in TITLES.items():
        AnimeFactory(id=id_, title=f"Title {id_}", episodes=12, **facts)


def fill(client, ids):
    """Entries with something in every field, watched on days that were noted."""
    for id_ in sorted(ids):
        body = {
            "animeId": id_, "type": "Watching", "state": "rewatching",
            "progress": id_, "score": id_, "rewatches": id_,
            "started_on": f"201{id_}", "finished_on": f"2016-0{id_}-01",
            "notes": f"Note {id_}", "tags": [f"tag {id_}"], "priority": id_,
            "is_private": id_ in (PRIVATE, BOTH),
        }  # fmt: skip
        assert client.post("/api/user/watchList", body).status_code == 200
        raised = {"progress": id_ + id_}
        assert client.patch(f"/api/user/watchList/{id_}", raised).status_code == 200


@pytest.fixture
def filled(titles, client):
    fill(client, EVERYTHING)


# --- Said of everything -------------------------------------------------------------


def test_every_column_of_an_entry_says_who_sees_it():
    columns = {field.attname for field in WatchListEntry._meta.concrete_fields}
    assert COLUMNS_SEEN_BY.keys() == columns


def test_every_field_of_a_profile_says_who_sees_it():
    columns = {field.attname for field in Profile._meta.concrete_fields}
    assert PROFILE_SEEN_BY.keys() == get_type_hints(ProfileAnswer).keys() == columns


def test_every_figure_says_who_sees_it():
    figures = get_type_hints(Statistics).keys() | get_type_hints(YearInReview).keys()
    totals = get_type_hints(Totals).keys() | get_type_hints(YearTotals).keys()
    assert FIGURES_SEEN_BY.keys() == figures | {f"totals.{name}" for name in totals}


NOT_UNLESS_NAMED = {"rewatches", "started_on", "finished_on", "notes", "added_at"}


def test_notes_dates_and_rewatches_are_seen_only_where_named():
    seen_by = {COLUMNS_SEEN_BY[name] for name in NOT_UNLESS_NAMED}
    assert seen_by == {SeenBy.WHERE_NAMED}


@pytest.mark.parametrize("table", [COLUMNS_SEEN_BY, PROFILE_SEEN_BY])
def test_ids_of_the_account_are_for_its_owner(table):
    assert table["user_id"] is SeenBy.OWNER


# --- Entries ------------------------------------------------------------------------

NAMED_OR_NOT = pytest.mark.parametrize("is_named", [False, True], ids=["", "named"])


def expected(whole, seen_by, who, is_named):
    levels = {SeenBy.OTHERS}
    if who in SEES_ALL_FIELDS:
        levels = set(SeenBy)
    elif is_named:
        levels = {SeenBy.OTHERS, SeenBy.WHERE_NAMED}
    return {name: value for name, value in whole.items() if seen_by[name] in levels}


def test_who_sees_which_entries(alice, filled, viewers):
    entries = WatchListEntry.objects.of(alice.pk)
    seen = {
        who: set(entries.visible_to(viewer).values_list("anime_id", flat=True))
        for who, viewer in viewers.items()
    }
    assert seen == SEES


@NAMED_OR_NOT
def test_who_sees_which_fields_of_them(alice, filled, viewers, is_named):
    named = COLUMNS_SEEN_BY if is_named else ()
    entries = WatchListEntry.objects.of(alice.pk).order_by("anime_id")
    whole = {row["anime_id"]: row for row in entries.values()}
    for who, viewer in viewers.items():
        shown = WatchListEntry.objects.shown_to(viewer, alice.pk, named)
        assert list(shown.order_by("anime_id")) == [
            expected(whole[id_], COLUMNS_SEEN_BY, who, is_named)
            for id_ in sorted(SEES[who])
        ], who


def test_nobody_sees_entries_of_people_who_are_not_asked_about(
    filled, viewers, stranger
):
    for viewer in viewers.values():
        assert not WatchListEntry.objects.shown_to(viewer, stranger.pk)


# --- The profile --------------------------------------------------------------------

PROFILE = {
    "name": "Alice", "last_name": "Liddell", "birthday": "1995-05-20",
    "gender": "female", "avatar": "https://img.example.org/a.png",
    "banner_image": "https://img.example.org/b.png",
    "favorite_animes": [1, 2, 3, 4], "watched_animes": [4, 3, 2, 1],
    "favorite_genres": ["Drama"], "favorite_studios": ["Madhouse"],
    "frequency": "daily", "fanatic_level": "high", "preferred_format": "TV",
}  # fmt: skip


@NAMED_OR_NOT
def test_who_sees_which_fields_of_a_profile(alice, client, filled, viewers, is_named):
    assert client.post("/api/user/profile", PROFILE).status_code == 200
    named = PROFILE_SEEN_BY if is_named else ()
    whole = profile_shown_to(viewers["owner"], alice.pk)
    assert all(whole.values())
    assert whole.keys() == PROFILE_SEEN_BY.keys()
    for who, viewer in viewers.items():
        shown = profile_shown_to(viewer, alice.pk, named)
        if not SEES[who]:
            assert shown is None
            continue
        titles = {
            name: [id_ for id_ in whole[name] if int(id_) in SEES[who]]
            for name in ("favorite_animes", "watched_animes")
        }
        assert shown == expected(whole | titles, PROFILE_SEEN_BY, who, is_named), who


# --- Statistics ---------------------------------------------------------------------


def figures_of(user, viewer):
    """Of the list, of this year, which was noted day by day, and of one before."""
    today = stats.today_in("UTC")
    return [
        stats.of_list(user.pk, viewer=viewer, today=today),
        stats.of_year(user.pk, today.year, viewer=viewer, zone="UTC"),
        stats.of_year(user.pk, 2016, viewer=viewer, zone="UTC"),
    ]


def test_figures_are_those_of_a_list_of_only_what_is_seen(alice, filled, viewers):
    twins = {}
    for who, viewer in viewers.items():
        if (key := frozenset(SEES[who])) not in twins:
            twin = UserFactory()
            fill(signed_in(twin), key)
            twins[key] = figures_of(twin, Viewer(twin.pk))
            assert twins[key][0]["totals"]["titles"] == len(key)
            assert len(twins[key][2]["finished"]) == len(key)
        assert figures_of(alice, viewer) == twins[key], who


@NAMED_OR_NOT
def test_who_sees_which_figures(alice, filled, viewers, is_named):
    named = FIGURES_SEEN_BY if is_named else ()
    for who, viewer in viewers.items():
        for figures in figures_of(alice, viewer):
            shown = with_totals_apart(shown_to(figures, viewer, alice.pk, named))
            whole = with_totals_apart(figures)
            assert shown == expected(whole, FIGURES_SEEN_BY, who, is_named), who


def with_totals_apart(figures):
    totals = {f"totals.{name}": n for name, n in figures["totals"].items()}
    return {name: v for name, v in figures.items() if name != "totals"} | totals


@pytest.mark.parametrize("who", ["owner", "staff", "staff with a reason"])
def test_days_of_what_is_on_the_list_no_more(alice, client, filled, viewers, who):
    """Nothing tells whether it was private."""
    before = figures_of(alice, viewers[who])[1]["totals"]["episodes"]
    client.delete(f"/api/user/watchList/{OPEN}")
    after = figures_of(alice, viewers[who])[1]["totals"]["episodes"]
    assert (after < before) is (who == "staff")


# --- The admin ----------------------------------------------------------------------


def numbers_at(browser, user):
    page = browser.get(f"/admin/profiles/user/{user.pk}/change/")
    return dict(page.context["glance"].numbers)


def test_numbers_in_the_admin_leave_out_what_is_private(
    staff_client, staff, alice, filled
):
    numbers = numbers_at(staff_client, alice)
    assert (numbers["entries"], numbers["mean score"]) == (4, 2.0)
    by = Origin("admin", actor_id=staff.pk)
    support.reveal(user=alice, reason="A test.", through=by)
    numbers = numbers_at(staff_client, alice)
    assert (numbers["entries"], numbers["mean score"]) == (4, 2.5)
