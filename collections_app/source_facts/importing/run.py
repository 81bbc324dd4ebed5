"""One import of a file of facts: batch after batch, each committed whole.

An interrupted run leaves each title as it was or as the file says; the next run goes
on. A second run over the same file writes nothing, and takes no lock.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from django.conf import settings
from django.db import reset_queries

from collections_app.catalogue.importing.run import FIRST_BATCH, fitting_size
from collections_app.catalogue.reader import SourceBroken, SourceUnreadable, open_source
from collections_app.catalogue.reader.records import Refusal
from collections_app.catalogue.reader.sources import Source
from collections_app.catalogue.reader.text import Text
from collections_app.catalogue.writes import changing_catalogue, state_seen
from collections_app.source_facts import franchises
from collections_app.source_facts.cleaning import SITE as NAME
from collections_app.source_facts.importing.planning import (
    Difference,
    LeftOut,
    Plan,
    plan,
)
from collections_app.source_facts.models import TIMES
from collections_app.source_facts.precedence import STAFF
from collections_app.source_facts.readers import Reader, Said, recognise
from collections_app.source_facts.writes import carry_out

MOST_REMEMBERED = 1000  # refusals and values left out of one import
MOST_SHOWN = 300  # differences of a preview


@dataclass(slots=True)
class Report:
    """What an import did, counted by title; what it refused and what it left out."""

    counts: Counter[str] = field(default_factory=Counter)
    refusals: list[Refusal] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)

    def refuse(self, refusal: Refusal) -> None:
        self.counts["refused"] += 1
        if len(self.refusals) < MOST_REMEMBERED:
            self.refusals.append(refusal)

    def add(self, planned: Plan) -> None:
        self.counts += planned.counts
        for refusal in planned.refusals:
            self.refuse(refusal)
        room = MOST_REMEMBERED - len(self.left_out)
        self.left_out += planned.left_out[:room]
        room = MOST_SHOWN - len(self.differences)
        self.differences += planned.differences[:room]


class FactImport:
    """One run over one file: `take` its items, then `connect`."""

    def __init__(self, *, source: str, dry_run: bool = False) -> None:
        self.source = checked(source)
        self.dry_run = dry_run
        self.report = Report()
        self.taken: dict[int, int] = {}  # the titles seen, and their lines
        self.size = FIRST_BATCH
        self.are_connections = False
        self.rescheduled: set[int] = set()  # titles whose times changed
        self.broken: SourceBroken | None = None  # told once all before it is taken

    def take(
        self,
        items: Iterable[Said | Refusal],
        progress: Callable[[int], object] = lambda titles: None,
    ) -> None:
        said = self.readable(items)
        while batch := list(islice(said, self.size)):
            self.take_batch(batch)
            if settings.DEBUG:  # then Django keeps all statements, long as they are
                reset_queries()
            progress(len(batch))
        if self.broken:
            raise self.broken

    def readable(self, items: Iterable[Said | Refusal]) -> Iterator[Said]:
        try:
            for item in items:
                if isinstance(item, Refusal):
                    self.report.refuse(item)
                else:
                    yield item
        except SourceBroken as broken:
            self.broken = broken

    def take_batch(self, batch: list[Said]) -> None:
        seen = state_seen()
        planned = self.plan(batch)
        if planned.changes and not self.dry_run:
            started = time.monotonic()
            with changing_catalogue() as state:
                if state.revision != seen.revision:  # somebody wrote meanwhile
                    planned = self.plan(batch)
                carry_out(planned.changes, state)
            self.size = fitting_size(self.size, time.monotonic() - started)
        else:
            self.size = fitting_size(self.size, 0)
        self.taken |= planned.taken
        self.rescheduled |= {
            change.anime_id for change in planned.changes if change.kind in TIMES
        }
        self.are_connections |= planned.are_connections
        self.report.add(planned)

    def plan(self, batch: list[Said]) -> Plan:
        return plan(batch, source=self.source, taken=self.taken)

    def connect(self) -> None:
        """Once all relations are there: what belongs together."""
        if self.are_connections and not self.dry_run:
            franchises.connect()


def checked(source: str) -> str:
    if source == STAFF:
        raise SourceUnreadable("A file cannot speak as staff: name its source.")
    if not NAME.fullmatch(source):
        raise SourceUnreadable(
            f"{source[:60]!r} is no name of a source: use at most 40 of a-z, 0-9, "
            "`.`, `_`, `-`."
        )
    return source


def begin(
    opened: Source, source: str = "", *, dry_run: bool = False
) -> tuple[FactImport, Reader, Text]:
    """An import of a file that is open, how it is read, and its text."""
    text = Text(opened.stream)
    reader, named = recognise(text)
    return FactImport(source=source or named, dry_run=dry_run), reader, text


def preview(path: str) -> tuple[str, Report]:
    """What an import of this file would change; whose facts they are."""
    with open_source(path) as opened:
        run, reader, text = begin(opened, dry_run=True)
        run.take(reader.read(text))
    return run.source, run.report
