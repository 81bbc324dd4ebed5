"""When episodes air, out of what sources say; and the schedule that a title keeps."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from collections_app.airing.computing import HORIZON, Known, compute
from collections_app.airing.planning import schedule_of
from collections_app.catalogue.airing import Run, Schedule, airing_now, days_aired

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


def at(text):
    precision = {7: "month", 10: "day", 4: "year"}.get(len(text), "minute")
    return {"at": text, "precision": precision}


def weekly(start, days=7, **more):
    return {"broadcast": {"start": at(start), "every_days": days, **more}}


def known(status="airing", total=None, episodes=None, **airing):
    dated = [{"number": n, "airs": at(day)} for n, day in (episodes or {}).items()]
    return Known(status, total, airing, dated)


def times(said, now=NOW):
    """{number: the text that is shown}, "~" before what is but computed."""
    computed = compute(said, now)
    schedule = schedule_of(computed)
    shown = {}
    for episode in computed.episodes:
        text = schedule.text(schedule.episode(episode.number))
        shown[episode.number] = f"~{text}" if episode.is_estimated else text
    return shown


SUNDAYS = weekly("2026-10-04T15:30:00Z") | {"begin": at("2026-10-04T15:30:00Z")}


def test_only_the_first_is_exact_of_what_airs_weekly():
    assert times(known(total=3, **SUNDAYS)) == {
        1: "2026-10-04T15:30:00Z",
        2: "~2026-10-11T15:30:00Z",
        3: "~2026-10-18T15:30:00Z",
    }


def test_the_date_of_an_episode_is_taken_as_it_is():
    said = known(total=3, episodes={1: "2026-10-04", 2: "2026-10-12", 3: "2026-10-19"})
    assert times(said) == {1: "2026-10-04", 2: "2026-10-12", 3: "2026-10-19"}


def test_a_week_that_is_skipped_moves_all_that_comes_later():
    said = known(total=5, **SUNDAYS, episodes={3: "2026-10-25T15:30:00Z"})
    assert times(said) == {
        1: "2026-10-04T15:30:00Z",
        2: "~2026-10-11T15:30:00Z",
        3: "2026-10-25T15:30:00Z",
        4: "~2026-11-01T15:30:00Z",
        5: "~2026-11-08T15:30:00Z",
    }


def test_an_end_a_week_later_than_computed_is_that_of_the_last_episode():
    said = known(total=3, **SUNDAYS, end=at("2026-10-25T15:30:00Z"))
    assert times(said)[3] == "2026-10-25T15:30:00Z"


def test_two_that_air_together_are_followed_by_the_week_after():
    days = {1: "2026-10-04T15:00:00Z", 2: "2026-10-04T15:30:00Z"}
    said = known(total=4, **weekly("2026-10-04T15:30:00Z"), episodes=days)
    assert times(said)[3] == "~2026-10-11T15:30:00Z"


def test_daylight_saving_leaves_the_hour_where_it_is_broadcast():
    evening = weekly("2026-10-20T00:30:00Z", zone="America/New_York")
    shown = times(known(total=4, begin=at("2026-10-20T00:30:00Z"), **evening))
    assert shown[2] == "~2026-10-27T00:30:00Z"
    assert shown[3] == "~2026-11-03T01:30:00Z"  # clocks went back on November 1
    schedule = schedule_of(compute(known(total=4, **evening), NOW))
    assert schedule.day(schedule.episode(3)) == "2026-11-02"


def test_a_zone_that_there_is_not_is_japans():
    computed = compute(known(total=2, **weekly("2026-10-04", zone="Mars/Olympus")), NOW)
    assert computed.zone == "Asia/Tokyo"


def test_what_airs_daily_follows_the_day_of_a_known_episode():
    """Whichever of the two is known to the day alone, the other to the minute."""
    morning = weekly("2026-10-05T23:15:00Z", days=1)  # in Japan on the 6th, at 8:15
    assert times(known(total=3, **morning, episodes={1: "2026-10-06"})) == {
        1: "2026-10-06",
        2: "~2026-10-06T23:15:00Z",
        3: "~2026-10-07T23:15:00Z",
    }
    daily = weekly("2026-10-06", days=1)
    first = {1: "2026-10-05T22:00:00Z"}  # in Japan on the 6th, at 7:00
    assert times(known(total=3, **daily, episodes=first)) == {
        1: "2026-10-05T22:00:00Z",
        2: "~2026-10-07",
        3: "~2026-10-08",
    }


def test_what_aired_before_1970_is_computed_too():
    shown = times(known("finished", 3, **weekly("1963-01-01T09:15:00Z")))
    assert shown == {
        1: "~1963-01-01T09:15:00Z",
        2: "~1963-01-08T09:15:00Z",
        3: "~1963-01-15T09:15:00Z",
    }
    shown = times(known("finished", 2, **weekly("1969-12-30"), begin=at("1969-12-30")))
    assert shown == {1: "1969-12-30", 2: "~1970-01-06"}


def test_a_batch_comes_at_once():
    moment = at("2026-04-15T16:00:00Z")
    for said in (
        known("finished", 4, begin=moment, end=moment),
        known("finished", 4, begin=moment, **weekly("2026-04-15T16:00:00Z", days=0)),
    ):
        assert times(said) == dict.fromkeys(range(1, 5), "2026-04-15T16:00:00Z")
        assert len(schedule_of(compute(said, NOW)).runs) == 1


def test_an_unknown_total_goes_on_to_the_horizon():
    computed = compute(known(**SUNDAYS), NOW)
    assert computed.goes_on_by
    last = datetime.fromtimestamp(computed.episodes[-1].minute * 60, UTC)
    assert NOW + HORIZON - timedelta(days=7) < last <= NOW + HORIZON


def test_its_schedule_stays_as_it_is_from_week_to_week():
    said = known(**SUNDAYS)
    later = NOW + timedelta(days=21)
    assert schedule_of(compute(said, NOW)) == schedule_of(compute(said, later))
    assert schedule_of(compute(said, NOW)).runs[-1].length is None


def test_its_schedule_goes_on_right_after_clocks_went_back():
    evening = weekly("2026-08-04T00:30:00Z", zone="America/New_York")
    now = datetime(2026, 7, 28, tzinfo=UTC)  # the horizon is one episode after that
    computed = compute(known(begin=at("2026-08-04T00:30:00Z"), **evening), now)
    *_, last = schedule_of(computed).runs
    assert (last.step, last.length) == (7 * 24 * 60, None)


def test_an_unknown_total_ends_with_the_title():
    shown = times(known("finished", **SUNDAYS, end=at("2026-10-20")))
    assert [*shown] == [1, 2, 3]
    assert [*times(known("finished", **SUNDAYS))] == [1]


def test_nothing_goes_on_for_ever_that_nobody_speaks_of_any_more():
    old = weekly("2016-10-02T15:30:00Z") | {"begin": at("2016-10-02T15:30:00Z")}
    assert [*times(known("unknown", **old))] == [1]


def test_without_weekly_times_nothing_is_guessed():
    said = known(total=12, begin=at("2026-10-04"))
    assert times(said) == {1: "2026-10-04"}
    assert times(known(total=12)) == {}
    assert times(known("upcoming", 12, begin=at("2027"))) == {}


def test_what_is_known_to_the_month_is_shown_as_a_month():
    assert times(known("upcoming", 12, begin=at("2027-01"))) == {1: "2027-01"}


def test_a_day_and_its_minute_are_the_minute():
    said = known(begin=at("2026-10-04T15:30:00Z"), episodes={1: "2026-10-05"})
    assert times(said) == {1: "2026-10-04T15:30:00Z"}  # in Japan it is the 5th


def test_a_date_that_contradicts_all_others_is_left_out():
    days = {1: "2026-10-04", 2: "2062-10-11", 3: "2026-10-18", 4: "2026-10-25"}
    assert times(known(total=4, episodes=days)) == {
        1: "2026-10-04",
        3: "2026-10-18",
        4: "2026-10-25",
    }


def test_what_cannot_be_read_says_nothing():
    unreadable = [
        {},
        {"at": "soon", "precision": "day"},
        {"at": "9999-12-31", "precision": "day"},
        {"at": "2026-13", "precision": "month"},
    ]
    for moment in unreadable:
        assert compute(Known("airing", 12, {"begin": moment}), NOW).episodes == []


def test_a_day_has_aired_when_it_is_over_where_it_is_broadcast():
    schedule = schedule_of(compute(known(total=1, episodes={1: "2026-10-04"}), NOW))
    assert schedule.aired(minutes(datetime(2026, 10, 4, 14, 59, tzinfo=UTC))) == 0
    assert schedule.aired(minutes(datetime(2026, 10, 4, 15, 0, tzinfo=UTC))) == 1


def minutes(moment):
    return int(moment.timestamp() // 60)


def test_what_has_aired_and_what_comes_next():
    schedule = schedule_of(compute(known(total=3, **SUNDAYS), NOW))
    monday = minutes(datetime(2026, 10, 12, tzinfo=UTC))
    now = airing_now("airing", 3, schedule, monday)
    assert now[:3] == (2, "2026-10-18T15:30:00Z", True)
    assert now.behind_by(0) == 2
    assert now.behind_by(3) == 0
    assert airing_now("airing", 3, schedule, now.until)[:3] == (3, None, None)
    assert airing_now("finished", 12, schedule, monday)[:2] == (12, None)
    beyond = Schedule(schedule.zone, (Run(13, monday + 5),))  # its 12th is not known
    now = airing_now("airing", 12, beyond, monday)
    assert (now.episodes_aired, now.until) == (0, monday + 5)
    assert airing_now("airing", 12, beyond, now.until)[::3] == (12, 0)
    assert airing_now("upcoming", None, None, monday)[:2] == (0, None)
    assert airing_now("airing", None, None, monday)[:2] == (None, None)


def test_the_days_on_which_episodes_aired():
    said = known(total=4, **SUNDAYS, episodes={3: "2026-10-19"})
    facts = {"schedule": schedule_of(compute(said, NOW)).to_keep()}
    days = days_aired(facts, 1, 5, NOW.date())
    assert days == {"2026-10-05": 1, "2026-10": 2, "2026-10-19": 1, "": 1}
    assert days_aired(facts, 3, 3, date(2026, 10, 18)) == {"2026-10-18": 1}


# --- Whatever sources may say ---------------------------------------------------------

days = st.dates(date(2020, 1, 1), date(2030, 1, 1))
moments = st.one_of(
    st.builds(
        lambda day, hour: at(f"{day}T{hour:02}:30:00Z"), days, st.integers(0, 23)
    ),
    days.map(lambda day: at(str(day))),
    days.map(lambda day: at(str(day)[:7])),
    days.map(lambda day: at(str(day)[:4])),
    st.just({"at": "?", "precision": "day"}),
)
zones = st.sampled_from(["Asia/Tokyo", "America/New_York", "Europe/London", "Nowhere"])
broadcasts = st.fixed_dictionaries(
    {"start": moments, "every_days": st.integers(0, 31)}, optional={"zone": zones}
)
airings = st.fixed_dictionaries(
    {}, optional={"begin": moments, "end": moments, "broadcast": broadcasts}
)
episodes = st.lists(
    st.fixed_dictionaries({"number": st.integers(-1, 40)}, optional={"airs": moments}),
    max_size=12,
)
anything = st.builds(
    Known,
    st.sampled_from(["finished", "airing", "upcoming", "unknown"]),
    st.one_of(st.none(), st.integers(1, 60)),
    airings,
    episodes,
)


@given(anything)
def test_numbers_and_times_only_rise(said):
    found = compute(said, NOW).episodes
    numbers = [episode.number for episode in found]
    assert numbers == sorted(set(numbers))
    assert all(number >= 1 for number in numbers)
    assert [e.minute for e in found] == sorted(e.minute for e in found)


@given(anything)
def test_only_what_airs_at_regular_times_is_computed(said):
    computed = compute(said, NOW)
    if not (said.airing.get("broadcast") or {}).get("every_days"):
        assert not any(episode.is_estimated for episode in computed.episodes)
        assert not computed.goes_on_by


@given(anything)
def test_computed_ones_are_at_one_hour_but_where_another_date_binds_them(said):
    computed = compute(said, NOW)
    zone = ZoneInfo(computed.zone)
    exact = {e.minute for e in computed.episodes if not e.is_estimated}
    free = [e for e in computed.episodes if e.is_estimated and e.minute not in exact]
    local = [datetime.fromtimestamp(e.minute * 60, zone) for e in free]
    # An hour that there is not on the day when clocks go forward comes an hour later.
    assert len({moment.time() for moment in local}) <= 2, local


@given(anything, st.integers(-2000, 2000))
def test_the_schedule_says_the_same_as_the_episodes(said, days_away):
    computed = compute(said, NOW)
    schedule = schedule_of(computed)
    if not computed.episodes:
        assert schedule is None
        return
    kept = Schedule.of(schedule.to_keep())
    assert kept == schedule
    minute = minutes(NOW + timedelta(days=days_away))
    if computed.goes_on_by and minute > computed.episodes[-1].minute:
        return  # it goes on
    aired = [e.number for e in computed.episodes if e.minute <= minute]
    later = [e for e in computed.episodes if e.minute > minute]
    assert schedule.aired(minute) == max(aired, default=0)
    following = schedule.next(minute)
    if later:
        assert (following.number, following.minute) == (
            later[0].number,
            later[0].minute,
        )
        assert bool(following.is_estimated) == later[0].is_estimated
    for episode in computed.episodes:
        assert schedule.episode(episode.number).minute == episode.minute
