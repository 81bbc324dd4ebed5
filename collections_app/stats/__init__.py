"""Statistics of a list, and years in review.

What was watched when is read from the diary, which is never pruned, and where that has
nothing from the day a title was finished on; all else from the list itself, never from
the log of changes. The number of statements is the same for any list.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta, tzinfo
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, Q, Sum

from animecollections.identity import today_in
from animecollections.viewer import Viewer
from collections_app.catalogue.models import Anime
from collections_app.stats.answers import (
    FinishedTitle,
    Statistics,
    TitleOfDay,
    WatchedTitle,
    YearCounts,
    YearInReview,
)
from collections_app.stats.breakdowns import (
    Counted,
    by_each,
    by_number,
    groups_of,
    mean,
    most_watched,
    shared_breakdowns,
    titles_of_list,
    titles_of_period,
)
from collections_app.stats.days import (
    CALENDAR,
    calendar,
    current,
    day_totals,
    days_of,
    longest,
    months_of,
    streaks_of,
    weekdays_of,
    years_of,
)
from collections_app.stats.reading import watched_in
from collections_app.stats.sources import Sources
from collections_app.watch_list.fields import shown
from collections_app.watch_list.models import EntryQuerySet, EntryState, EntryType
from history.models import EpisodesWatched

MOST_FINISHED = 500
Titles = Mapping[int, tuple[str, str]]


def of_list(user_id: UUID, *, viewer: Viewer, today: date) -> Statistics:
    """The list as it stands, and all that was ever watched, as far as the viewer may
    see it: two statements, or three (reading.py).
    """
    sources = Sources(user_id, viewer, "stats")
    watched = watched_in(sources, "")
    groups = groups_of(titles_of_list(watched))
    [total] = groups["total"]
    days = days_of(watched)
    seen = [day for day in days if day.has_watched]
    streaks = streaks_of(days)
    return {
        "as_of": today.isoformat(),
        "totals": {
            "titles": total.titles,
            "completed": total.completed,
            "rewatches": total.rewatches,
            "episodes": total.episodes,
            "minutes": total.minutes,
            "minutes_estimated": total.minutes_estimated,
            "scored": total.scored,
            "mean_score": total.mean_score,
        },
        "scores": [
            {"score": row["score"] / 10, "titles": row["titles"]}
            for row in by_number("score", "score", groups)
            if row["score"] is not None
        ],
        "by_type": by_each("type", EntryType.values, groups),
        "by_state": by_each("state", EntryState.values, groups),
        **shared_breakdowns(groups),
        "by_year_finished": [
            row
            for row in by_number("year_finished", "year", groups)
            if row["year"] is not None
        ],
        "watched": {
            "episodes": sum(day.episodes for day in days),
            "minutes": sum(day.minutes for day in days),
            "days": len(seen),
            "first": seen[0].name if seen else None,
            "last": seen[-1].name if seen else None,
            "years": years_of(days),
            "months": months_of(days),
            "weekdays": weekdays_of(days),
            "calendar": calendar(days, since=today - timedelta(days=CALENDAR - 1)),
        },
        "streaks": {
            "current": current(streaks, today=today),
            "longest": longest(streaks),
        },
    }


def of_year(
    user_id: UUID, year: int, month: int | None = None, *, viewer: Viewer, zone: str
) -> YearInReview:
    """A year or a month in review, by the diary and the list: seven statements.

    zone: of the user, whose days and years they are.
    """
    sources = Sources(user_id, viewer, "year")
    period = f"{year}-{month:02}" if month else str(year)
    first_day = date(year, month or 1, 1)
    watched = watched_in(sources, period)
    counted = titles_of_period(watched, period)
    groups = groups_of(counted)
    [total] = groups["total"]
    days = days_of(watched)
    seen = [day for day in days if day.has_watched]
    months = months_of(days)
    last_day = first_day_after(first_day, month) - timedelta(days=1)
    noted = sources.days.filter(day__range=(first_day, last_day), episodes__gt=0)
    in_order = noted.order_by("day", "id")
    edges = [in_order.first(), in_order.last()]
    most = most_watched(counted)
    titles = titles_of(
        [
            *(one.title.anime_id for one in most),
            *(edge.anime_id for edge in edges if edge),
        ]
    )
    first, last = (title_of_day(edge, titles) for edge in edges)
    return {
        "as_of": today_in(zone).isoformat(),
        "year": year,
        "month": month,
        "totals": {
            "titles": total.titles,
            "episodes": sum(day.episodes for day in days),
            "minutes": sum(day.minutes for day in days),
            "minutes_estimated": total.minutes_estimated,
            "days": len(seen),
            **counts_of(sources.entries, period, first_day, month, ZoneInfo(zone)),
        },
        "first_watched": first,
        "last_watched": last,
        "most_watched": [watched_title(one, titles) for one in most],
        "finished": finished_in(sources.entries, period),
        "busiest_month": max(months, key=lambda month: month["episodes"], default=None),
        "busiest_day": day_totals(max(seen, key=lambda day: day.episodes))
        if seen
        else None,
        "longest_streak": longest(streaks_of(days)),
        "months": months,
        "weekdays": weekdays_of(days),
        "calendar": calendar(days, since=first_day),
        **shared_breakdowns(groups),
    }


def first_day_after(first_day: date, month: int | None) -> date:
    """The first of the next month, or of the next year."""
    year = first_day.year
    if month is None or month == 12:
        return date(year + 1, 1, 1)
    return date(year, month + 1, 1)


def is_finished_in(period: str) -> Q:
    """A partial date is of its year too, and of its month."""
    has_finished = Q(type=EntryType.COMPLETED) | Q(state=EntryState.REWATCHING)
    return has_finished & Q(finished_on__startswith=period)


def finished_in(entries: EntryQuerySet, period: str) -> list[FinishedTitle]:
    """In the order in which they were finished."""
    rows = entries.filter(is_finished_in(period))
    columns = ("anime_id", "finished_on", "score")
    of_anime = ("anime__title", "anime__picture_url")
    return [
        {
            "anime_id": str(anime_id),
            "title": title,
            "imageUrl": picture or None,
            "finished_on": finished_on,
            "score": shown("score", score),
        }
        for anime_id, finished_on, score, title, picture in rows.order_by(
            "finished_on", "anime_id"
        ).values_list(*columns, *of_anime)[:MOST_FINISHED]
    ]


def counts_of(
    entries: EntryQuerySet,
    period: str,
    first_day: date,
    month: int | None,
    zone: tzinfo,
) -> YearCounts:
    """What came to the list, was started, and finished; by the user's own clock."""
    begins, ends = (
        datetime(day.year, day.month, 1, tzinfo=zone)
        for day in (first_day, first_day_after(first_day, month))
    )
    is_finished = is_finished_in(period)
    counts = entries.aggregate(
        added=Count("pk", filter=Q(added_at__gte=begins, added_at__lt=ends)),
        started=Count("pk", filter=Q(started_on__startswith=period)),
        finished=Count("pk", filter=is_finished),
        scored=Count("score", filter=is_finished),
        scores=Sum("score", filter=is_finished, default=0),
    )
    return {
        "added": counts["added"],
        "started": counts["started"],
        "finished": counts["finished"],
        "scored": counts["scored"],
        "mean_score": mean(counts["scores"], counts["scored"]),
    }


def titles_of(anime_ids: Iterable[int]) -> Titles:
    rows = Anime.objects.filter(id__in=set(anime_ids))
    return {
        id_: (title, picture)
        for id_, title, picture in rows.values_list("id", "title", "picture_url")
    }


def title_of_day(row: EpisodesWatched | None, titles: Titles) -> TitleOfDay | None:
    """None where nothing was watched, or the catalogue has the title no more."""
    if row is None or row.day is None or row.anime_id not in titles:
        return None
    title, picture = titles[row.anime_id]
    return {
        "day": row.day.isoformat(),
        "anime_id": str(row.anime_id),
        "title": title,
        "imageUrl": picture or None,
    }


def watched_title(one: Counted, titles: Titles) -> WatchedTitle:
    title, picture = titles[one.title.anime_id]
    return {
        "anime_id": str(one.title.anime_id),
        "title": title,
        "imageUrl": picture or None,
        "episodes": one.episodes,
        "minutes": one.minutes,
    }
