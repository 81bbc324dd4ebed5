"""The dashboard's figures: computed by a job, so that no page counts ten million rows.

What stands now, and what happened on a day, follows the log and its like
(running_counts.py): a refresh costs what happened since the last one. The rest is of
bounded cost: the newest so many wordings, by an index of their own.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Count, Q, Sum
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from animecollections.db.bulk import upsert
from animecollections.db.ids import first_id_at
from animecollections.db.snapshot import one_moment
from collections_app.catalogue.folding import fold
from collections_app.catalogue.missing_titles.services import key_of, settled_keys
from collections_app.catalogue.search.queries import ways
from collections_app.models import Anime, CatalogueState, ImportRow, Merge, MergeStatus
from collections_app.watch_list import popularity
from history.models import LONGEST_WRITE, Search
from profiles.accounts.models import FailedSignIns, User, WrongPasswords
from profiles.figures import list_counts, running_counts
from profiles.figures.list_counts import Counts
from profiles.figures.models import Figure
from profiles.figures.running_counts import WEEK, midnight
from profiles.outbox import given_up

DAYS = 30  # that the dashboard shows
MOST_TITLES = 10
# Searches that found nothing: fewer people than this, and it is theirs alone.
FEWEST_PEOPLE = 2
MOST_ASKED, MOST_WANTED = 60, 30
NEWEST = 20_000  # wordings that are read, whatever their number
TRIED = "searches_tried"  # the figure that remembers what was searched for again
OF_A_DAY = ("sign_ups", "active", "added", "watched", "imports_read", "imports_applied")


def refresh() -> str:
    """Computes what is missing or may have changed; safe to run twice, or at once."""
    now = timezone.now()
    today = now.date()
    running_counts.catch_up()
    with one_moment():
        counts = running_counts.Seen.now().counts()
        followed = follow(counts)
    days = of_days(counts, today)
    rows = [("day", day, value) for day, value in days.items()]
    others = followed | searches() | {name: count() for name, count in NOW.items()}
    rows += [(name, today, value) for name, value in others.items()]
    keep(rows, now)
    keep([("imports", today, imports())], now)
    Figure.objects.filter(day__lt=today - timedelta(days=400)).delete()
    kept = ("day", running_counts.NAME)
    Figure.objects.filter(day__lt=today).exclude(name__in=kept).delete()
    return f"{len(rows) + 1} figures computed"


def keep(rows: list[tuple[str, date, Any]], now: datetime) -> None:
    upsert(
        Figure,
        [
            {"day": day, "name": name, "value": value, "computed_at": now}
            for name, day, value in sorted(rows, key=lambda row: row[:2])
        ],
        unique=("day", "name"),
    )


# --- Days --------------------------------------------------------------------------


def of_days(counts: Counts, today: date) -> dict[date, dict[str, int]]:
    """Those that are not over, and those whose row is missing or too early."""
    days = [today - timedelta(days=back) for back in range(DAYS)]
    rows = Figure.objects.filter(name="day", day__in=days)
    done = {
        row.day
        for row in rows
        if row.computed_at >= end_of(row.day) and row.value.keys() >= set(OF_A_DAY)
    }
    followed = {date.fromisoformat(key.split("/")[1]) for key in counts if is_day(key)}
    return {
        day: told_of_day(day, counts) if day in followed else of_day(day)
        for day in sorted(days)
        if day not in done
    }


def is_day(key: str) -> bool:
    return key.startswith("day/")


def end_of(day: date) -> datetime:
    """When the last write of a day has surely ended."""
    return midnight(day) + timedelta(days=1) + LONGEST_WRITE


def of_day(day: date) -> dict[str, int]:
    """Read whole: before anything followed it."""
    start = midnight(day)
    return told_of_day(
        day, running_counts.events_between(start, start + timedelta(days=1))
    )


def told_of_day(day: date, counts: Counts) -> dict[str, int]:
    told = {name: counts[f"day/{day}/{name}"] for name in OF_A_DAY}
    return told | {"failed_sign_ins": FailedSignIns.objects.number_on(day)}


# --- What follows the log ----------------------------------------------------------


def follow(counts: Counts) -> dict[str, Any]:
    added, watched = tops(counts)
    return {
        "types": types(counts),
        "totals": totals(counts),
        "most_added": added,
        "most_watched": watched,
        "storage": storage(counts),
    }


def types(counts: Counts) -> dict[str, int]:
    found = sorted(list_counts.by_type(counts).items())
    return {name: number for name, number in found if number}


def totals(counts: Counts) -> dict[str, int]:
    return {
        "users": counts["users"],
        "titles": Anime.objects.count(),
        "locked": User.objects.filter(is_active=False).count(),
    }


def tops(counts: Counts) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    """The titles most added and most watched this week; those that were merged since
    count for the one that was kept.
    """
    merges = Merge.objects.filter(status=MergeStatus.MERGED)
    kept = dict(merges.values_list("gone_id", "kept_id"))
    added: Counter[int] = Counter()
    watched: Counter[int] = Counter()
    for anime_id, times, episodes in running_counts.titles_of_week(counts):
        while anime_id in kept:
            anime_id = kept[anime_id]
        added[anime_id] += times
        watched[anime_id] += episodes
    return named(added), named(watched)


def named(numbers: Counter[int]) -> list[dict[str, Any]]:
    ordered = sorted((-number, id_) for id_, number in numbers.items() if number > 0)
    top = ordered[:MOST_TITLES]
    titles = dict(
        Anime.objects.filter(pk__in=[id_ for _, id_ in top]).values_list("pk", "title")
    )
    return [
        {"id": id_, "title": titles.get(id_, str(id_)), "number": -number}
        for number, id_ in top
    ]


def storage(counts: Counts) -> dict[str, int]:
    """In bytes."""
    return {
        "images": counts["images"],
        "images_bytes": counts["images_bytes"],
        "database_bytes": database_size(),
    }


def rank_titles() -> str:
    """The daily job: points of search for being on many lists. No entry is read."""
    return popularity.give_points(running_counts.lists_by_title())


# --- Wordings ----------------------------------------------------------------------


def searches() -> dict[str, Any]:
    """What several people looked for, and the catalogue still does not find.

    A client that does not say how many results it had says 0: so we search as well,
    once for each wording and state of the catalogue.
    """
    recent = Search.objects.across_users().in_vain()
    recent = recent.filter(searched_at__gte=timezone.now() - timedelta(days=DAYS))
    newest = recent.order_by("-searched_at").values_list("query", "user_id")[:NEWEST]
    asked = Counter(text for text, _ in {(fold(query), who) for query, who in newest})
    revision = CatalogueState.objects.values_list("revision", flat=True).first() or 0
    known = known_at(revision)
    tried = {
        text: known[text] if text in known else finds_nothing(text, revision)
        for text in unsettled(asked, FEWEST_PEOPLE, MOST_ASKED)
    }
    in_vain = [text for text, nothing in tried.items() if nothing][:MOST_WANTED]
    return {
        "searches_in_vain": [{"query": t, "people": asked[t]} for t in in_vain],
        TRIED: {"revision": revision, "finds_nothing": tried},
    }


def known_at(revision: int) -> dict[str, bool]:
    """Which wordings found nothing, when the catalogue was the same."""
    rows = Figure.objects.filter(name=TRIED).order_by("-day")
    tried = rows.values_list("value", flat=True).first()
    if tried is None or tried["revision"] != revision:
        return {}
    finds: dict[str, bool] = tried["finds_nothing"]
    return finds


def unsettled(
    asked: Counter[str], fewest: int = 1, most: int = MOST_WANTED
) -> Iterator[str]:
    """Those of most people first, without what editors have settled."""
    settled = settled_keys()
    ordered = sorted(asked, key=lambda text: (-asked[text], text))
    wanted = (text for text in ordered if text and key_of(text) not in settled)
    return islice((text for text in wanted if asked[text] >= fewest), most)


def finds_nothing(text: str, revision: int) -> bool:
    return not any(
        find(Anime.objects.listed(), sought)[:1]
        for find, sought in ways(text, revision)
    )


def unmatched() -> list[dict[str, object]]:
    """Titles of imported files that the catalogue does not know and editors have not
    settled, most people first.
    """
    since = first_id_at(timezone.now() - timedelta(days=DAYS))
    rows = ImportRow.objects.across_users().unmatched().filter(pk__gte=since)
    newest = rows.order_by("-pk").values_list("title", "user_id")[:NEWEST]
    asked = Counter(title for title, _ in set(newest))
    return [{"title": title, "people": asked[title]} for title in unsettled(asked)]


# --- The rest ----------------------------------------------------------------------


def imports() -> dict[str, int]:
    """Of this week; plans are deleted by then, and their days have the numbers."""
    since = timezone.now().date() - WEEK
    days = Figure.objects.filter(name="day", day__gt=since)
    numbers = list(days.values_list("value", flat=True))
    return {
        name: sum(value.get(f"imports_{name}", 0) for value in numbers)
        for name in ("read", "applied")
    }


def sign_ins() -> dict[str, int]:
    """Wrong passwords that still count, and the e-mails and addresses they close."""
    counted = WrongPasswords.objects.aggregate(
        wrong=Sum("count"),
        closed=Count("pk", filter=Q(count__gte=settings.LOCKOUT_TRIES)),
    )
    return {name: number or 0 for name, number in counted.items()}


def troubles() -> dict[str, int]:
    """What needs somebody: merges and mails given up; and tries that failed in the last
    week, those of mails that left at a later one too.
    """
    now = timezone.now()
    failed = DBTaskResult.objects.failed().filter(finished_at__gte=now - WEEK)
    return {
        "merges": Merge.objects.standing_still(now).count(),
        "failed_tasks": failed.count(),
        "mails": given_up().count(),
    }


def database_size() -> int:
    statement = (
        "SELECT pg_database_size(current_database())"
        if connection.vendor == "postgresql"
        else "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return int(cursor.fetchone()[0])


NOW: dict[str, Callable[[], Any]] = {
    "unmatched": unmatched,
    "sign_ins": sign_ins,
    "troubles": troubles,
}
