"""The dashboard's figures: computed by a job, so that no page counts ten million rows.

What happened on a day is read from the log, whose key is in the order of time: a range
of it, whatever its length, and once where the day is over. How many entries of each
type there are follows from the log too (type_counts); the rest of what stands now is
counted whole, once a run.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Count, Q, QuerySet, Sum
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from animecollections.db.bulk import upsert
from animecollections.db.ids import first_id_at
from collections_app.catalogue.folding import fold
from collections_app.catalogue.missing_titles.services import key_of, settled_keys
from collections_app.catalogue.search.queries import ways
from collections_app.models import (
    Anime,
    CatalogueState,
    ImportPlan,
    ImportRow,
    ImportStatus,
    Merge,
    Outcome,
)
from history.models import LONGEST_WRITE, Change, ChangeKind, Search
from profiles.accounts.models import FailedSignIns, User, WrongPasswords
from profiles.figures import type_counts
from profiles.figures.models import Figure
from profiles.images.models import Image
from profiles.outbox import given_up

DAYS = 30  # that the dashboard shows
WEEK = timedelta(days=7)
MOST_TITLES = 10
# Searches that found nothing: fewer people than this, and it is theirs alone.
FEWEST_PEOPLE = 2
MOST_ASKED, MOST_WANTED = 60, 30


def refresh() -> str:
    """Computes what is missing or may have changed; safe to run twice, or at once."""
    now = timezone.now()
    today = now.date()
    days = [today - timedelta(days=back) for back in range(DAYS)]
    computed = dict(
        Figure.objects.filter(name="day", day__in=days).values_list(
            "day", "computed_at"
        )
    )
    due = [day for day in days if day not in computed or computed[day] < end_of(day)]
    rows = [("day", day, of_day(day)) for day in sorted(due)]
    rows += [(name, today, count()) for name, count in NOW.items()]
    upsert(
        Figure,
        [
            {"day": day, "name": name, "value": value, "computed_at": now}
            for name, day, value in sorted(rows, key=lambda row: row[:2])
        ],
        unique=("day", "name"),
    )
    Figure.objects.filter(day__lt=today - timedelta(days=400)).delete()
    kept = ("day", type_counts.COUNTED)
    Figure.objects.filter(day__lt=today).exclude(name__in=kept).delete()
    return f"{len(rows)} figures computed"


def end_of(day: date) -> datetime:
    """When the last write of a day has surely ended."""
    midnight = datetime.combine(day + timedelta(days=1), time.min, UTC)
    return midnight + LONGEST_WRITE


def made_since(start: datetime, end: datetime | None = None) -> QuerySet[Change]:
    """A range of the log by its key."""
    changes = (
        Change.objects.across_users().filter(pk__gte=first_id_at(start)).order_by()
    )
    return changes.filter(pk__lt=first_id_at(end)) if end else changes


def of_day(day: date) -> dict[str, int]:
    """What happened on a day (UTC)."""
    start = datetime.combine(day, time.min, UTC)
    end = start + timedelta(days=1)
    counted = made_since(start, end).aggregate(
        active=Count("user_id", distinct=True),
        added=Count("pk", filter=Q(kind=ChangeKind.ADD)),
        watched=Sum("watched"),
    )
    sign_ups = User.objects.filter(created_at__gte=start, created_at__lt=end).count()
    return {
        "sign_ups": sign_ups,
        "failed_sign_ins": FailedSignIns.objects.number_on(day),
        **{name: n or 0 for name, n in counted.items()},
    }


def totals() -> dict[str, int]:
    return {
        "users": User.objects.count(),
        "titles": Anime.objects.count(),
        "locked": User.objects.filter(is_active=False).count(),
    }


def most_added() -> list[dict[str, object]]:
    added = made_since(timezone.now() - WEEK).filter(kind=ChangeKind.ADD)
    return named(added.values_list("anime_id").annotate(number=Count("pk")))


def most_watched() -> list[dict[str, object]]:
    watched = made_since(timezone.now() - WEEK).exclude(watched=0)
    return named(watched.values_list("anime_id").annotate(number=Sum("watched")))


def named(numbers: QuerySet[Any, Any]) -> list[dict[str, Any]]:
    top = list(numbers.order_by("-number", "anime_id")[:MOST_TITLES])
    titles = dict(
        Anime.objects.filter(pk__in=[id_ for id_, _ in top]).values_list("pk", "title")
    )
    return [
        {"id": id_, "title": titles.get(id_, str(id_)), "number": number}
        for id_, number in top
    ]


def searches_in_vain() -> list[dict[str, object]]:
    """What several people looked for, and the catalogue still does not find.

    A client that does not say how many results it had says 0: so we search as well.
    """
    recent = (
        Search.objects.across_users()
        .filter(total_results=0, searched_at__gte=timezone.now() - timedelta(days=DAYS))
        .exclude(query="")
    )
    groups = recent.order_by().values_list("query")
    asked: dict[str, int] = {}
    for query, people in groups.annotate(people=Count("user_id", distinct=True)):
        asked[fold(query)] = asked.get(fold(query), 0) + people
    settled = settled_keys()
    wanted = sorted(
        (
            text
            for text, people in asked.items()
            if people >= FEWEST_PEOPLE and text and key_of(text) not in settled
        ),
        key=lambda text: (-asked[text], text),
    )
    in_vain = [text for text in wanted[:MOST_ASKED] if finds_nothing(text)]
    return [{"query": text, "people": asked[text]} for text in in_vain[:MOST_WANTED]]


def finds_nothing(text: str) -> bool:
    revision = CatalogueState.objects.values_list("revision", flat=True).first() or 0
    return not any(
        find(Anime.objects.listed(), sought)[:1]
        for find, sought in ways(text, revision)
    )


def imports() -> dict[str, int]:
    """Of the last week."""
    plans = ImportPlan.objects.across_users().filter(
        pk__gte=first_id_at(timezone.now() - WEEK)
    )
    return plans.aggregate(
        read=Count("pk"), applied=Count("pk", filter=Q(status=ImportStatus.APPLIED))
    )


def unmatched() -> list[dict[str, object]]:
    """Titles of imported files that the catalogue does not know and editors have not
    settled, most people first.
    """
    rows = (
        ImportRow.objects.across_users()
        .filter(
            pk__gte=first_id_at(timezone.now() - timedelta(days=DAYS)),
            outcome=Outcome.UNMATCHED,
        )
        .exclude(title="")
    )
    groups = rows.order_by().values_list("title")
    people = groups.annotate(people=Count("user_id", distinct=True))
    settled = settled_keys()
    top = people.order_by("-people", "title").iterator()
    wanted = (row for row in top if key_of(row[0]) not in settled)
    return [
        {"title": title, "people": number}
        for title, number in islice(wanted, MOST_WANTED)
    ]


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


def storage() -> dict[str, int]:
    """In bytes."""
    images = Image.objects.across_users().aggregate(
        bytes=Sum("size"), number=Count("pk")
    )
    return {
        "images": images["number"],
        "images_bytes": images["bytes"] or 0,
        "database_bytes": database_size(),
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
    "totals": totals,
    "types": type_counts.now,
    "most_added": most_added,
    "most_watched": most_watched,
    "searches_in_vain": searches_in_vain,
    "imports": imports,
    "unmatched": unmatched,
    "sign_ins": sign_ins,
    "troubles": troubles,
    "storage": storage,
}
