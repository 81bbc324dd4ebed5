"""Counts that follow what happens, so that no refresh of the dashboard reads a table.

They stand in one row of Figure, {"counts": {key: number}, "until": when}; by title in
ListCount, by title and day in TitleCount. What happened since is a range of the log, of
accounts, of pictures and of imports, each by its own key of time. Keys are

    users   images   images_bytes                       what stands now
    lists/1535/Watching                                 … of one title
    day/2026-11-30/added                                what happened on a day (UTC)
    title/2026-11-30/1535/added                         … with one title

Erasure takes rows away that were counted, or not yet: which, only the job knows when it
comes there. So it writes into CountCorrection, as of now, what all of them came to, and
as of their own minutes those that may not be counted yet; a range of time sums up both
tables. It waits for nobody, and nobody for it.

A daily job counts the lists of some titles again, of all of them in turn, and tells by
how much they were off: by none, unless something wrote around the one write path.
`doctor` compares everything.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Self
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import Count, Min, Q, QuerySet, Sum
from django.utils import timezone

from animecollections.db.bulk import upsert
from animecollections.db.compiled import for_database
from animecollections.db.ids import EPOCH, first_id_at, time_of
from animecollections.db.snapshot import one_moment
from collections_app.models import ImportPlan, WatchListEntry
from history.models import LONGEST_WRITE, Change, ChangeKind
from profiles.accounts.models import User
from profiles.count_corrections.models import CountCorrection, minute_of
from profiles.figures import list_counts
from profiles.figures.list_counts import Counts
from profiles.figures.models import Figure, TitleCount
from profiles.images.models import Image

NAME = "counted"  # of the row of Figure
NOBODYS = ("merge", "service")  # through what nobody acted
WEEK = timedelta(days=7)
MINUTE = timedelta(minutes=1)
TITLE_COLUMNS = ("added", "watched")
BY_TITLE = ("title/", list_counts.KIND)  # in tables of their own
ENTRIES_AT_ONCE = 100_000  # that the daily job counts again
# Nothing is counted yet, and a count of everything may be under way.
LONGEST_COUNT = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Seen:
    """What is stored, and what happened since. It is read in one moment, with what it
    is added to or compared with.
    """

    row: Figure | None
    since: Counts  # settled: no write of that time is under way any more
    settled: datetime

    @classmethod
    def now(cls) -> Self:
        row = stored()
        settled = settled_now()
        if row is None:
            return cls(row, Counter(), settled)
        until = until_of(row)
        settled = max(until, settled)
        return cls(row, events(until, settled), settled)

    @property
    def is_whole(self) -> bool:
        """False where everything has first to be counted: now, or since a release that
        did not count lists; or the worker stood still for longer than the log goes.
        """
        if self.row is None or "next_title" not in self.row.value:
            return False
        return until_of(self.row) > timezone.now() - timedelta(
            days=settings.CHANGE_LOG_DAYS
        )

    @property
    def next_title(self) -> int:
        """After which title the daily job goes on."""
        return self.row.value.get("next_title", 0) if self.row else 0

    def recent(self) -> Counts:
        return events(self.settled)

    def counts(self) -> Counts:
        """Of titles, what their tables do not know yet."""
        counts = counts_of(self.row)
        counts.update(self.since)
        counts.update(self.recent())
        return counts


def now() -> Counts:
    """What stands now, and happened on the days that are not over; costs as much as
    happened since it was last asked for.
    """
    catch_up()
    with one_moment():
        return Seen.now().counts()


def catch_up() -> None:
    """Stores what is settled, if no other does at this moment. Whoever reads tables by
    title then does so in the moment in which they see the rest.
    """
    while not (seen := look()).is_whole:
        count_anew()
    store(seen, seen.since)


def look() -> Seen:
    with one_moment():
        return Seen.now()


def lists_by_title() -> Counter[int]:
    """How many lists have each title: of the titles that any has, or had."""
    catch_up()
    with one_moment():
        return list_counts.by_title(Seen.now().counts())


def titles_of_week(counts: Counts) -> Iterator[tuple[int, int, int]]:
    """(anime, added, watched) of today and the six days before; one row of the table a
    title and day at most. `counts` has what the table does not know yet.
    """
    first = timezone.now().date() - WEEK + timedelta(days=1)
    rows = TitleCount.objects.filter(day__gte=first).values_list("anime_id")
    sums = rows.annotate(Sum("added"), Sum("watched")).order_by()
    found = {anime_id: Counter(added=a, watched=w) for anime_id, a, w in sums}
    for (day, anime_id), numbers in titles_in(counts).items():
        if day >= first:
            found.setdefault(anime_id, Counter()).update(numbers)
    for anime_id, numbers in found.items():
        yield anime_id, numbers["added"], numbers["watched"]


# --- Counting everything -----------------------------------------------------------


def count_anew() -> str:
    """Reads all rows; what another stores meanwhile stays."""
    with one_moment():
        seen = Seen.now()
        right = everything()
        was = everything_stored(seen)
    difference = Counter(right)
    difference.subtract(was)
    change = Counter(difference)
    change.update(seen.since)
    if not store(seen, change):
        return "not recounted: another did at the same time"
    off = sum(map(abs, difference.values())) if seen.is_whole else 0
    return f"recounted, {off:,} off"


def recount_some() -> str:
    """The lists of the next titles: as many as have so many entries, so that it costs
    the same however many there are. The first follow the last. Where it goes on is
    stored with what it finds; killed in between, it has done nothing.
    """
    with one_moment():
        seen = Seen.now()
        if seen.is_whole:
            after = seen.next_title
            last = list_counts.last_of_next(after, ENTRIES_AT_ONCE)
            difference = lists_off(seen, after, last)
    if not seen.is_whole:
        return count_anew()
    change = Counter(difference)
    change.update(seen.since)
    if not store(seen, change, next_title=last or 0):
        return "not recounted: another did at the same time"
    off = sum(map(abs, difference.values()))
    upto = f"up to {last}" if last else "to the end"
    return f"lists of titles after {after} {upto} recounted, {off:,} off"


def lists_off(seen: Seen, after: int, last: int | None) -> Counts:
    """Of the titles after one, up to another: what is there, less what is stored."""
    titles = list_counts.titles_between(after, last)
    entries = of(WatchListEntry, None).filter(titles)
    difference = list_counts.of_entries(entries)
    difference.subtract(list_counts.stored(titles))
    for some in (seen.since, seen.recent()):
        difference.subtract(list_counts.only_between(some, after, last))
    return difference


def off() -> Counts:
    """What is stored, less what it should be: each key that differs."""
    with one_moment():
        seen = Seen.now()
        was = everything_stored(seen) if seen.is_whole else Counter()
        if seen.is_whole:
            was.subtract(everything())
    return Counter({key: number for key, number in was.items() if number})


def everything(user_id: UUID | None = None) -> Counts:
    """What the log, lists, accounts and pictures come to: of all, or of one account."""
    counts = list_counts.of_entries(of(WatchListEntry, user_id))
    counts.update(of_images(of(Image, user_id)))
    counts["users"] += 1 if user_id else User.objects.people().count()
    changes = of(Change, user_id)
    for start, end in days_between(midnight(first_day()), None):
        titles = of_titles(made_between(changes, start, end), start.date())
        counts.update(part(titles, "title/"))
    for start, end in days_between(midnight(unsettled_day()), None):
        counts.update(part(events_between(start, end, user_id), "day/"))
    return counts


def everything_stored(seen: Seen) -> Counts:
    """The same, by what is stored."""
    counts = seen.counts()
    counts.update(list_counts.stored(list_counts.EVERY_TITLE))
    for row in TitleCount.objects.filter(day__gte=first_day()):
        for name in TITLE_COLUMNS:
            counts[f"title/{row.day}/{row.anime_id}/{name}"] += getattr(row, name)
    since = {"day": f"{unsettled_day()}", "title": f"{first_day()}"}
    kept: Counts = Counter()
    for key, number in counts.items():
        kind, _, rest = key.partition("/")
        if kind not in since or rest >= since[kind]:  # it begins with a day
            kept[key] = number
    return kept


# --- What happened in a time -------------------------------------------------------


def events(
    since: datetime, until: datetime | None = None, user_id: UUID | None = None
) -> Counts:
    """Of all, with the corrections; or of one account, without."""
    counts: Counts = Counter()
    for start, end in days_between(since, until):
        counts.update(events_between(start, end, user_id))
    if user_id is None:
        corrections = CountCorrection.objects.filter(at__gte=since)
        if until:
            corrections = corrections.filter(at__lt=until)
        for value in corrections.values_list("counts", flat=True):
            counts.update(value)
    return counts


def events_between(
    start: datetime, end: datetime | None, user_id: UUID | None = None
) -> Counts:
    """Within one day."""
    day = start.date()
    changes = made_between(of(Change, user_id), start, end)
    counts = list_counts.of_changes(changes)
    counts.update(of_titles(changes, day))
    counts.update(of_images(made_between(of(Image, user_id), start, end)))
    users = User.objects.people().filter(created_at__gte=start)
    users = users.filter(created_at__lt=end) if end else users
    signed_up = (users.filter(pk=user_id) if user_id else users).count()
    imports = made_between(of(ImportPlan, user_id), start, end)
    counts["users"] += signed_up
    happened = {
        "sign_ups": signed_up,
        "active": newly_active(start, end, user_id),
        "imports_read": imports.count(),
        "imports_applied": changes.filter(through="import", position=0).count(),
    }
    for name, number in happened.items():
        counts[f"day/{day}/{name}"] += number
    return counts


def of_titles(changes: QuerySet[Change], day: date) -> Counts:
    """A merge adds and removes entries, and nobody added or watched anything."""
    told = changes.filter(anime_id__isnull=False).exclude(through="merge")
    told = told.filter(Q(kind=ChangeKind.ADD) | ~Q(watched=0))
    sums = told.values_list("anime_id").annotate(
        added=Count("pk", filter=Q(kind=ChangeKind.ADD)), episodes=Sum("watched")
    )
    counts: Counts = Counter()
    for anime_id, added, watched in sums:
        for name, number in (("added", added), ("watched", watched)):
            if number:
                counts[f"title/{day}/{anime_id}/{name}"] += number
                counts[f"day/{day}/{name}"] += number
    return counts


def of_images(images: QuerySet[Image]) -> Counts:
    sums = images.aggregate(number=Count("pk"), size=Sum("size", default=0))
    return Counter(images=sums["number"], images_bytes=sums["size"])


def newly_active(
    start: datetime, end: datetime | None, user_id: UUID | None = None
) -> int:
    """Whose first change of this day is in this part of it; the parts add up to the
    people of the day. One look into the index for each of them: at the change before.
    """
    changes = made_between(of(Change, user_id), start, end)
    people = changes.exclude(through__in=NOBODYS).values("user_id")
    if start == midnight(start.date()):  # there is no part before
        return int(people.aggregate(number=Count("user_id", distinct=True))["number"])
    sql, values = people.annotate(first=Min("revision")).query.sql_with_params()
    whose = [for_database(user_id)] if user_id else []
    is_theirs = "AND earlier.user_id = %s" if user_id else ""
    statement = f"""
        SELECT COUNT(*) FROM ({sql}) people WHERE COALESCE((
            SELECT earlier.id FROM history_change earlier
            WHERE earlier.user_id = people.user_id {is_theirs}
                AND earlier.revision < people.first
                AND earlier.through NOT IN ('merge', 'service')
            ORDER BY earlier.revision DESC LIMIT 1
        ), %s) < %s"""  # noqa: S608
    never = for_database(first_id_at(EPOCH))
    today = for_database(first_id_at(midnight(start.date())))
    with connection.cursor() as cursor:
        cursor.execute(statement, [*values, *whose, never, today])
        return int(cursor.fetchone()[0])


# --- What an erasure takes away ----------------------------------------------------


def forget(user: User) -> None:
    """In the transaction that erases an account, before its rows go."""
    if user.sandbox_of:  # it was never counted
        return
    changes = Change.objects.of(user.pk)
    images = Image.objects.of(user.pk)
    since = uncounted_since()
    made = [user.created_at]
    for rows in (changes, images):
        ids = rows.filter(pk__gte=first_id_at(since)).values_list("pk", flat=True)
        made += map(time_of, ids)
    corrections = CountCorrection.objects
    corrections.take_away(everything(user.pk))
    for minute in sorted({minute_of(at) for at in made if at >= since}):
        corrections.put_back(minute, events(minute, minute + MINUTE, user.pk))


def uncounted_since() -> datetime:
    """What was made before is counted, no matter who counts at this moment."""
    row = stored()
    return until_of(row) if row else minute_of(timezone.now() - LONGEST_COUNT)


# --- What is stored ----------------------------------------------------------------


def stored() -> Figure | None:
    return Figure.objects.filter(name=NAME).order_by("pk").first()


def counts_of(row: Figure | None) -> Counts:
    return Counter(row.value["counts"] if row else {})


def settled_now() -> datetime:
    """No write of the time before is under way any more."""
    return minute_of(timezone.now() - LONGEST_WRITE)


def until_of(row: Figure) -> datetime:
    return datetime.fromisoformat(row.value["until"])


def store(seen: Seen, change: Counts, next_title: int | None = None) -> bool:
    """False where another stored something since it was seen. Days stay until they
    surely have rows of their own.
    """
    settled = seen.settled
    counts = counts_of(seen.row)
    counts.update(change)
    kept = {
        key: number
        for key, number in counts.items()
        if number
        and not key.startswith(BY_TITLE)
        and not (key.startswith("day/") and key < f"day/{settled.date() - WEEK}")
    }
    row = {
        "value": {
            "counts": kept,
            "until": settled.isoformat(),
            "next_title": seen.next_title if next_title is None else next_title,
        },
        "computed_at": timezone.now(),
        "day": timezone.now().date(),
    }
    with transaction.atomic():
        if not replaced(seen.row, row):
            return False
        add_titles(change)
        list_counts.add(change)
        CountCorrection.objects.filter(at__lt=settled).delete()
        TitleCount.objects.filter(day__lt=settled.date() - WEEK).delete()
    return True


def replaced(seen: Figure | None, row: dict[str, object]) -> bool:
    if seen is not None:
        same = Figure.objects.filter(pk=seen.pk, computed_at=seen.computed_at)
        return same.update(**row) == 1
    try:
        with transaction.atomic():
            Figure.objects.create(name=NAME, **row)
    except IntegrityError:
        return False
    return True


def add_titles(change: Counts) -> None:
    rows = [
        {"day": day, "anime_id": anime_id, **dict.fromkeys(TITLE_COLUMNS, 0), **numbers}
        for (day, anime_id), numbers in sorted(titles_in(change).items())
    ]
    upsert(TitleCount, rows, unique=("day", "anime_id"), adding=TITLE_COLUMNS)


def titles_in(counts: Counts) -> dict[tuple[date, int], Counts]:
    found: dict[tuple[date, int], Counts] = {}
    for key, number in part(counts, "title/").items():
        _, day, anime_id, name = key.split("/")
        if number:
            title = (date.fromisoformat(day), int(anime_id))
            found.setdefault(title, Counter())[name] += number
    return found


# --- Days and ranges ---------------------------------------------------------------


def of(model: Any, user_id: UUID | None) -> Any:
    """Rows of one account, or of all but sandboxes."""
    rows = model.objects
    if user_id:
        return rows.of(user_id)
    return rows.across_users().exclude(
        user_id__in=User.objects.sandboxes().values("pk")
    )


def made_between(rows: Any, start: datetime, end: datetime | None) -> Any:
    """A range of the primary key, which is in the order of time."""
    rows = rows.filter(pk__gte=first_id_at(start)).order_by()
    return rows.filter(pk__lt=first_id_at(end)) if end else rows


def part(counts: Counts, kind: str) -> Counts:
    return Counter({key: n for key, n in counts.items() if key.startswith(kind)})


def days_between(
    since: datetime, until: datetime | None
) -> Iterator[tuple[datetime, datetime | None]]:
    """The parts of a time, each within one day (UTC); the last without an end where
    that has none, for a clock may be ahead.
    """
    end = until or timezone.now()
    while (next_day := midnight(since.date()) + timedelta(days=1)) < end:
        yield since, next_day
        since = next_day
    if until is None or since < until:
        yield since, until


def midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)


def unsettled_day() -> date:
    """Today, and yesterday until its last write has surely ended."""
    return (timezone.now() - LONGEST_WRITE).date()


def first_day() -> date:
    """Whose titles can be counted again: of the week, and as far as the log goes."""
    today = timezone.now().date()
    in_log = today - timedelta(days=settings.CHANGE_LOG_DAYS - 1)
    return max(today - WEEK, in_log)
