"""One import of a catalogue: batch after batch, each committed whole."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from django.conf import settings
from django.db import connection, reset_queries

from animecollections.db.spread import is_spread
from collections_app.catalogue.held_facts import Overruled
from collections_app.catalogue.importing.survey import Survey, untied
from collections_app.catalogue.matching import Key
from collections_app.catalogue.models import (
    Anime,
    CatalogueState,
    ExternalId,
    Listing,
    SearchName,
)
from collections_app.catalogue.planning import Plan, holders, next_own_id, plan
from collections_app.catalogue.reader import Record, Refusal
from collections_app.catalogue.trigrams import trigrams_of
from collections_app.catalogue.writes import (
    carry_out,
    changing_catalogue,
    state_seen,
    unlist,
)

# Nothing where the database's user does not own the index, who alone may do this.
CLEAN_PENDING_LIST = """
SELECT gin_clean_pending_list(oid::regclass) FROM pg_class
WHERE relname = 'search_name_trigrams' AND pg_has_role(relowner, 'USAGE')
"""
# Batches grow and shrink so that none holds SQLite's one write lock for longer.
SECONDS_PER_BATCH = 0.25
SMALLEST_BATCH, FIRST_BATCH, LARGEST_BATCH = 10, 100, 1000
MOST_REMEMBERED = 1000  # refusals, contested ids and overruled facts of one import
MOST_SPARED = 10_000
# A source that suddenly lists so many titles fewer was not whole.
MANY_GONE, LARGE_PART_GONE = 50, 0.1


def tables() -> list[str]:
    return [model._meta.db_table for model in (Anime, SearchName, ExternalId)]


@dataclass(slots=True)
class Report:
    """What an import did, counted by title; what it refused and what is in doubt.

    contested: ids that more than one title claims; moved: that one does, and titles
        that are gone.
    overruled: what the file says and staff overrule, the first of it.
    """

    counts: Counter[str] = field(default_factory=Counter)
    refusals: list[Refusal] = field(default_factory=list)
    contested: dict[Key, set[int]] = field(default_factory=dict)
    moved: dict[Key, set[int]] = field(default_factory=dict)
    overruled: list[Overruled] = field(default_factory=list)

    def refuse(self, refusal: Refusal) -> None:
        self.counts["refused"] += 1
        if len(self.refusals) < MOST_REMEMBERED:
            self.refusals.append(refusal)

    def set_gone_apart(self) -> None:
        """What is claimed next to titles that are gone by now is contested no more."""
        ids = {id_ for claimants in self.contested.values() for id_ in claimants}
        listed = set(
            Anime.objects.listed().filter(id__in=ids).values_list("id", flat=True)
        )
        self.moved |= {
            key: claimants
            for key, claimants in self.contested.items()
            if len(claimants & listed) == 1
        }
        for key in self.moved.keys() & self.contested:
            del self.contested[key]
            self.counts["contested"] -= 1

    def add(self, plan: Plan) -> None:
        self.counts += plan.counts
        self.counts["overruled"] += len(plan.overruled)
        self.overruled += plan.overruled[: MOST_REMEMBERED - len(self.overruled)]
        for key, claimants in plan.contested.items():
            self.counts["contested"] += key not in self.contested
            if len(self.contested) < MOST_REMEMBERED:
                self.contested[key] = claimants


class CatalogueImport:
    """One run over one source: `take` its items, `mark_gone`, `refresh_statistics`.

    A batch becomes a plan outside the lock. What changes something is carried out
    under it, planned again there where another write came between; so a second run
    over the same file locks nothing.

    seen: what a first look at the whole file found: rows of one title are decided on
        together, the strongest claim first, whatever the order of the file.
    """

    def __init__(self, *, source: str, seen: Survey, dry_run: bool = False) -> None:
        self.source = source
        self.dry_run = dry_run
        self.report = Report()
        self.taken: dict[int, int] = {}  # the titles listed, and their lines
        self.spared: set[Key] = set()  # ids of rows refused: listed all the same
        self.has_unreadable = False
        self.size = FIRST_BATCH
        self.seen = seen
        self.numbers: dict[int, int] = {}  # ids of ours for new titles, by line
        self.next_own_id = 0  # at least, for the others

    def take(
        self,
        items: Iterable[Record | Refusal],
        progress: Callable[[int], object] = lambda titles: None,
    ) -> None:
        self.reserve_numbers()
        groups = untied(self.records(items), self.seen.knots)
        while batch := list(islice(groups, self.size)):
            self.take_batch(batch)
            if settings.DEBUG:  # then Django keeps all statements, long as they are
                reset_queries()
            progress(sum(map(len, batch)))

    def reserve_numbers(self) -> None:
        """For all new titles at once, so that their order does not depend on batches,
        and no other import gives the same. An interrupted run leaves some unused.
        """
        if not self.seen.places:
            return
        if self.dry_run:
            first = next_own_id(state_seen())
        else:
            with changing_catalogue() as state:
                first = next_own_id(state)
                state.next_own_id = first + len(self.seen.places)
        self.next_own_id = first + len(self.seen.places)
        self.numbers = {line: first + place for line, place in self.seen.places.items()}

    def records(self, items: Iterable[Record | Refusal]) -> Iterator[Record]:
        for item in items:
            if isinstance(item, Refusal):
                self.refuse(item)
            else:
                yield item

    def refuse(self, refusal: Refusal) -> None:
        self.report.refuse(refusal)
        if refusal.external_ids and len(self.spared) < MOST_SPARED:
            self.spared.update(refusal.external_ids)
        else:
            self.has_unreadable = True

    def take_batch(self, batch: list[list[Record]]) -> None:
        started = time.monotonic()
        seen = state_seen()
        planned = self.plan(batch, seen)
        if planned.is_change and not self.dry_run:
            with changing_catalogue() as state:
                started = time.monotonic()  # what counts is how long the lock is held
                if not is_same(state, seen):
                    planned = self.plan(batch, state)
                carry_out(planned, source=self.source, state=state)
        self.fit_size(time.monotonic() - started)
        self.taken |= planned.taken
        self.next_own_id = planned.next_own_id
        self.report.add(planned)
        for refusal in planned.refusals:
            self.refuse(refusal)

    def plan(self, batch: list[list[Record]], state: CatalogueState) -> Plan:
        return plan(
            batch,
            source=self.source,
            taken=self.taken,
            next_own_id=max(self.next_own_id, next_own_id(state)),
            numbers=self.numbers,
        )

    def fit_size(self, seconds: float) -> None:
        self.size = fitting_size(self.size, seconds)

    def mark_gone(self, *, is_complete: bool = False) -> None:
        """Marks the titles that only this source listed, and lists no more.

        Call it when the source was read to its end. A row that could not be read, or
        many titles missing at once, mean that it was not whole after all: then they
        are counted as `missing`, and marked only if it is said to be complete.
        """
        gone = sorted(self.unlisted())
        part = len(gone) / max(1, len(gone) + len(self.taken))
        is_doubtful = len(gone) > MANY_GONE and part > LARGE_PART_GONE
        if (is_doubtful or self.has_unreadable) and not is_complete:
            self.report.counts["missing"] = len(gone)
            self.report.set_gone_apart()
            return
        self.report.counts["gone"] = len(gone)
        if not self.dry_run:
            for start in range(0, len(gone), FIRST_BATCH):
                unlist(gone[start : start + FIRST_BATCH], source=self.source)
        self.report.set_gone_apart()

    def refresh_statistics(self) -> None:
        """Leaves the index of names in order, so that the next search is as fast as
        any. After a large import PostgreSQL would also plan searches as if of an empty
        table, until autovacuum comes.
        """
        changed = self.report.counts["new"] + self.report.counts["updated"]
        if not changed or self.dry_run:
            return
        is_large = changed > FIRST_BATCH
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute(CLEAN_PENDING_LIST)
                # Citus refuses it after writes of the same transaction.
                if is_large and not (is_spread() and connection.in_atomic_block):
                    cursor.execute(f"ANALYZE {', '.join(tables())}")
            elif is_large:
                index = trigrams_of(SearchName)
                cursor.execute(f"INSERT INTO {index} ({index}) VALUES ('optimize')")  # noqa: S608

    def unlisted(self) -> set[int]:
        listed = Listing.objects.filter(source=self.source)
        return (
            set(listed.values_list("anime_id", flat=True))
            - self.taken.keys()
            - holders(self.spared)
        )


def fitting_size(size: int, seconds: float) -> int:
    """Of the next batch, where one of this size held the lock for so long."""
    factor = min(2.0, max(0.5, SECONDS_PER_BATCH / max(seconds, 0.001)))
    return int(min(LARGEST_BATCH, max(SMALLEST_BATCH, size * factor)))


def is_same(state: CatalogueState, seen: CatalogueState) -> bool:
    """Whether nobody wrote meanwhile, nor took numbers for new titles."""
    return (state.revision, state.next_own_id) == (seen.revision, seen.next_own_id)
