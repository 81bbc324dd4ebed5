"""On how many lists each title is, by type, and on how many it is not private.

Keys of these counts are lists/1535/Watching and lists/1535/public. They are too many
for one row, and stand in ListCount. The dashboard's types are their sums, the points of
search follow from the public ones.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.fields.json import KT

from animecollections.db.bulk import upsert
from collections_app.models import WatchListEntry
from history.models import Change, ChangeKind
from profiles.figures.models import ListCount

Counts = Counter[str]

KIND = "lists/"
PUBLIC = "public"  # beside the names of types
OF_ENTRIES = (ChangeKind.ADD, ChangeKind.UPDATE, ChangeKind.REMOVE)
DECIDE = ["type", "is_private"]  # the fields of an entry that a count depends on
EVERY_TITLE = Q()


def of_entries(entries: QuerySet[WatchListEntry]) -> Counts:
    rows = entries.order_by().values_list("anime_id", "type", "is_private")
    counts: Counts = Counter()
    for anime_id, type_, is_private, number in rows.annotate(number=Count("pk")):
        counts[key(anime_id, type_)] += number
        if not is_private:
            counts[key(anime_id, PUBLIC)] += number
    return counts


def of_changes(changes: QuerySet[Change]) -> Counts:
    """What they add and take away. A change says what differs: of a new entry, and of
    one that is gone, all.
    """
    told = changes.filter(
        Q(before__has_any_keys=DECIDE) | Q(after__has_any_keys=DECIDE),
        kind__in=OF_ENTRIES,
    )
    rows = told.values_list(
        "anime_id",
        KT("before__type"),
        KT("after__type"),
        KT("before__is_private"),
        KT("after__is_private"),
    )
    counts: Counts = Counter()
    for anime_id, *fields, number in rows.annotate(number=Count("pk")):
        type_before, type_after, private_before, private_after = fields
        counts[key(anime_id, type_before)] -= number
        counts[key(anime_id, type_after)] += number
        was_public, is_public = private_before == "false", private_after == "false"
        counts[key(anime_id, PUBLIC)] += number * (is_public - was_public)
        del counts[key(anime_id, None)]  # it does not say
    return counts


def key(anime_id: int, name: str | None) -> str:
    return f"{KIND}{anime_id}/{name}"


def numbers_in(counts: Counts) -> Iterable[tuple[int, str, int]]:
    """(anime, type or PUBLIC, number) of those that are not 0."""
    for name, number in counts.items():
        if number and name.startswith(KIND):
            _, anime_id, type_ = name.split("/")
            yield int(anime_id), type_, number


# --- What is stored ----------------------------------------------------------------


def add(change: Counts) -> None:
    rows = [
        {"anime_id": anime_id, "name": name, "number": number}
        for anime_id, name, number in sorted(numbers_in(change))
    ]
    upsert(ListCount, rows, unique=("anime_id", "name"), adding=("number",))


def stored(titles: Q) -> Counts:
    rows = ListCount.objects.filter(titles).values_list("anime_id", "name", "number")
    return Counter({key(anime_id, name): n for anime_id, name, n in rows})


def by_type(counts: Counts) -> Counter[str]:
    """`counts` has what the table does not know yet; so in the next one."""
    sums = ListCount.objects.exclude(name=PUBLIC).values_list("name")
    found = Counter(dict(sums.annotate(Sum("number")).order_by()))
    for _, name, number in numbers_in(counts):
        if name != PUBLIC:
            found[name] += number
    return found


def by_title(counts: Counts) -> Counter[int]:
    """The lists that have each title, without those on which it is private."""
    rows = ListCount.objects.filter(name=PUBLIC)
    found: Counter[int] = Counter(dict(rows.values_list("anime_id", "number")))
    for anime_id, name, number in numbers_in(counts):
        if name == PUBLIC:
            found[anime_id] += number
    return found


# --- Some titles -------------------------------------------------------------------


def last_of_next(after: int, most: int) -> int | None:
    """Of the titles after this one, the last so that together they have so many
    entries, as far as is known; one title at least. None: all that are left.
    """
    rows = ListCount.objects.filter(anime_id__gt=after).exclude(name=PUBLIC)
    sums: Any = rows.values_list("anime_id").annotate(Sum("number"))
    last: int | None = None
    entries = 0
    for anime_id, number in sums.order_by("anime_id"):
        entries += number
        if last is not None and entries > most:
            return last
        last = anime_id
    return None


def titles_between(after: int, last: int | None) -> Q:
    return Q(anime_id__gt=after) & (Q() if last is None else Q(anime_id__lte=last))


def only_between(counts: Counts, after: int, last: int | None) -> Counts:
    return Counter(
        {
            key(anime_id, name): number
            for anime_id, name, number in numbers_in(counts)
            if anime_id > after and (last is None or anime_id <= last)
        }
    )
