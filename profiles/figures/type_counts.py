"""How many entries of each type there are, without reading them all each time.

They were counted once, up to a moment; since then the log tells. A daily job counts
anew and says by how much this was off: by none, unless something wrote beside the one
write path. The count stands in a row of Figure:

    {"counts": {type: number}, "until": when}
"""

from collections import Counter
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count
from django.db.models.fields.json import KT
from django.utils import timezone

from animecollections.db.ids import first_id_at
from animecollections.db.snapshot import one_moment
from collections_app.models import WatchListEntry
from history.models import LONGEST_WRITE, Change
from profiles.figures.models import Figure

COUNTED = "types_counted"


def now() -> dict[str, int]:
    """By the log of the last minutes, where they were counted before."""
    for _ in range(2):
        if (counts := follow()) is not None:
            return told(counts)
        count_anew()
    return told(count_of_all())  # another counts at this moment


def told(counts: Counter[str]) -> dict[str, int]:
    return {name: number for name, number in sorted(counts.items()) if number}


def follow() -> Counter[str] | None:
    """Moves the stored count up to where no write is under way any more."""
    with transaction.atomic():
        row = stored()
        if row is None:
            return None
        counts, until = counts_of(row), until_of(row)
        settled = max(until, timezone.now() - LONGEST_WRITE)
        counts.update(moves(until, settled))
        store(row, counts, settled)
        counts.update(moves(settled))
        return counts


def count_anew() -> str:
    """Reads all entries; what is stored meanwhile by an erasure or another stays."""
    before = Figure.objects.filter(name=COUNTED).values_list("computed_at", flat=True)
    seen = before.first()
    with one_moment():
        at = timezone.now()
        settled = at - LONGEST_WRITE
        right = count_of_all()
        recent = moves(settled)
    was = now_as_stored()
    counts = Counter(right)
    counts.subtract(recent)
    with transaction.atomic():
        row = stored()
        if row is None:
            row = Figure(name=COUNTED)
        elif row.computed_at != seen:
            return "types were not recounted: they changed at the same time"
        store(row, counts, settled)
    off = sum(abs(was[name] - right[name]) for name in was | right) if was else 0
    return f"types recounted, {off:,} off"


def now_as_stored() -> Counter[str]:
    """Without moving it."""
    row = Figure.objects.filter(name=COUNTED).first()
    if row is None:
        return Counter()
    counts = counts_of(row)
    counts.update(moves(until_of(row)))
    return counts


def forget(user_id: UUID) -> None:
    """In the transaction that erases an account, before its rows go."""
    row = stored()
    if row is None:
        return
    counts, until = counts_of(row), until_of(row)
    counts.subtract(count_of(WatchListEntry.objects.of(user_id)))
    counts.update(moves(until, user_id=user_id))  # these are not in it yet
    store(row, counts, until)


def moves(
    since: datetime, until: datetime | None = None, user_id: UUID | None = None
) -> Counter[str]:
    """What changes made more and fewer; a range of the log by its key."""
    changes = Change.objects.of(user_id) if user_id else Change.objects.across_users()
    changes = changes.filter(pk__gte=first_id_at(since), anime_id__isnull=False)
    if until:
        changes = changes.filter(pk__lt=first_id_at(until))
    pairs = changes.order_by().values_list(KT("before__type"), KT("after__type"))
    found: Counter[str] = Counter()
    for before, after, number in pairs.annotate(number=Count("pk")):
        found[before] -= number
        found[after] += number
    del found[None]
    return found


def count_of_all() -> Counter[str]:
    return count_of(WatchListEntry.objects.across_users())


def count_of(entries: Any) -> Counter[str]:
    groups = entries.order_by().values_list("type")
    return Counter(dict(groups.annotate(number=Count("pk"))))


def stored() -> Figure | None:
    return Figure.objects.select_for_update().filter(name=COUNTED).first()


def counts_of(row: Figure) -> Counter[str]:
    return Counter(row.value["counts"])


def until_of(row: Figure) -> datetime:
    return datetime.fromisoformat(row.value["until"])


def store(row: Figure, counts: Counter[str], until: datetime) -> None:
    row.value = {"counts": dict(counts), "until": until.isoformat()}
    row.computed_at = timezone.now()
    row.day = row.computed_at.date()
    row.save()
