"""Properties of days, months and streaks: over time zones and daylight saving, and
against other code than ours.
"""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from collections_app.stats.days import Day, current, longest, months_of, streaks_of
from collections_app.tests.diaries import diary
from conftest import signed_in
from factories import AnimeFactory, UserFactory
from history.models import EpisodesWatched
from history.watched.days import Tally, is_to_come
from profiles.models import Preferences

# Their days have 23, 24 or 25 hours; one zone has none of 2011-12-30 at all.
ZONES = [
    "UTC", "America/New_York", "Europe/Madrid", "Asia/Tokyo", "Pacific/Apia",
    "Pacific/Kiritimati", "America/St_Johns", "Australia/Lord_Howe",
]  # fmt: skip
zones = st.sampled_from(ZONES)
# Around a change of the clocks in New York, and in Madrid.
SWITCHES = [
    datetime(2026, 3, 8, 7, tzinfo=UTC), datetime(2026, 11, 1, 6, tzinfo=UTC),
    datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC),
    datetime(2011, 12, 30, 10, tzinfo=UTC),
]  # fmt: skip
instants = st.builds(
    lambda switch, minutes: switch + timedelta(minutes=minutes),
    st.sampled_from(SWITCHES),
    st.integers(-3 * 24 * 60, 3 * 24 * 60),
)


def day_by_arithmetic(instant: datetime, zone: str) -> str:
    """The day by the offset alone, without a conversion."""
    offset = instant.astimezone(ZoneInfo(zone)).utcoffset() or timedelta()
    moved = (instant - datetime(1970, 1, 1, tzinfo=UTC)) + offset
    return (date(1970, 1, 1) + timedelta(days=moved // timedelta(days=1))).isoformat()


@pytest.mark.django_db
@given(zone=zones, at=st.lists(instants, min_size=1, max_size=6))
@example(zone="America/New_York", at=[SWITCHES[1], SWITCHES[1] + timedelta(hours=24)])
@example(zone="Pacific/Apia", at=[SWITCHES[4], SWITCHES[4] - timedelta(minutes=1)])
@settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
def test_an_increment_counts_on_the_day_of_its_user(zone, at):
    user = UserFactory()
    Preferences.objects.filter(user=user).update(timezone=zone)
    anime, client = AnimeFactory(episodes=None), signed_in(user)
    body = {"animeId": anime.pk, "type": "Watching"}
    assert client.post("/api/user/watchList", body).status_code == 200
    with pytest.MonkeyPatch.context() as patch:
        for instant in at:
            go_to(patch, instant)
            path = f"/api/user/watchList/{anime.pk}/increment"
            assert client.post(path, {}).status_code == 200
        answer = client.get("/api/user/stats").json()["data"]
    expected = Counter(day_by_arithmetic(instant, zone) for instant in at)
    assert diary(user=user) == {(anime.pk, day): n for day, n in expected.items()}
    assert answer["watched"]["days"] == len(expected)
    assert answer["streaks"]["longest"]["days"] == longest_run(expected)
    assert {m["month"]: m["episodes"] for m in answer["watched"]["months"]} == Counter(
        day_by_arithmetic(instant, zone)[:7] for instant in at
    )
    EpisodesWatched.objects.of(user.pk).delete()


def go_to(patch, now):
    class Clock(datetime):
        @classmethod
        def now(cls, tz=None):
            return now.astimezone(tz)

    patch.setattr("animecollections.identity.datetime", Clock)


def longest_run(days):
    """By looking at every day whether all before it are there."""
    numbers = {date.fromisoformat(day).toordinal() for day in days}
    runs = [0]
    for number in numbers:
        run = 0
        while number - run in numbers:
            run += 1
        runs.append(run)
    return max(runs)


calendar_days = st.dates(date(2025, 12, 20), date(2026, 3, 10))


@given(st.dictionaries(calendar_days, st.integers(1, 5)), calendar_days)
def test_streaks_and_months_are_those_of_the_calendar(watched, today):
    days = [
        Day(day.isoformat(), n, n * 24, True, True)
        for day, n in sorted(watched.items())
    ]
    streaks = streaks_of(days)
    assert sum(streak["days"] for streak in streaks) == len(watched)
    best = longest(streaks)
    assert (best["days"] if best else 0) == longest_run(d.isoformat() for d in watched)
    past = {day for day in watched if day <= today}
    streaks = streaks_of(day for day in days if day.name <= today.isoformat())
    now = current(streaks, today=today)
    end = today if today in past else today - timedelta(days=1)
    run = 0
    while end - timedelta(days=run) in past:
        run += 1
    assert (now["days"] if now else 0) == run
    by_month = Counter()
    for day, number in watched.items():
        by_month[f"{day:%Y-%m}"] += number
    assert {m["month"]: m["episodes"] for m in months_of(days)} == by_month


names = st.sampled_from(["", "2015", "2015-06", "2015-06-03", "2026-11-28"])
diaries = st.dictionaries(names, st.integers(-2, 6))
tallies = st.builds(
    Tally,
    days=st.dictionaries(names, st.integers(-6, 6).filter(bool)),
    lowered=st.integers(0, 9),
    dated=names,
)


@given(diaries, tallies, st.integers(0, 12))
def test_what_a_write_counts_leaves_no_day_below_zero(before, tally, counted):
    gained = sum(number for number in tally.days.values() if number > 0)
    tally.settle(before, counted)
    for day, number in tally.days.items():
        assert max(0, before.get(day, 0)) + number >= 0
    assert tally.total <= gained
    assert 0 not in tally.days.values()
    # Taken back, all is as it was.
    after = Counter(before)
    after.update(tally.days)
    undone = Tally()
    undone.take_back(tally.days)
    undone.settle(after, counted)
    after.update(undone.days)
    assert {day: max(0, n) for day, n in after.items() if n > 0} == {
        day: n for day, n in before.items() if n > 0
    }


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(-40, 40))
def test_what_is_to_come_is_after_tomorrow(today, ahead):
    day = today + timedelta(days=ahead)
    assert is_to_come(day.isoformat(), today) == (ahead > 1)
    # A month or a year is, if all of it is.
    first_of_month = day.replace(day=1)
    assert is_to_come(f"{day:%Y-%m}", today) == (
        first_of_month > today + timedelta(days=1)
    )
