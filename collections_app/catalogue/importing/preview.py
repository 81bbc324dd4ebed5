"""What an import of a catalogue would change, title by title; it changes nothing."""

from dataclasses import dataclass
from typing import Any

from collections_app.catalogue.facts import Facts
from collections_app.catalogue.importing.run import CatalogueImport, Report
from collections_app.catalogue.importing.survey import Survey, survey
from collections_app.catalogue.models import CatalogueState
from collections_app.catalogue.planning import Plan
from collections_app.catalogue.reader import Record, name_of, open_source, read

MOST_SHOWN = 300


@dataclass(frozen=True, slots=True)
class Difference:
    """before: None for a new title; else the facts that differ, by column."""

    anime_id: int
    title: str
    before: dict[str, Any] | None
    after: dict[str, Any]


class Preview(CatalogueImport):
    """A dry run that remembers the first differences."""

    def __init__(self, *, source: str, seen: Survey) -> None:
        super().__init__(source=source, seen=seen, dry_run=True)
        self.differences: list[Difference] = []

    def plan(self, batch: list[list[Record]], state: CatalogueState) -> Plan:
        planned = super().plan(batch, state)
        for anime_id, row in planned.rows.items():
            if len(self.differences) < MOST_SHOWN:
                self.differences.append(difference(planned, anime_id, row))
        return planned


def difference(planned: Plan, anime_id: int, row: Facts) -> Difference:
    known = planned.known.rows.get(anime_id)
    names = sorted(planned.changed[anime_id] - {"sort_title"})
    after = {name: row.get(name) for name in names}
    if known is None:
        return Difference(anime_id, row["title"], None, after)
    before = {name: known.get(name) for name in names}
    return Difference(anime_id, row["title"], before, after)


def preview(path: str) -> tuple[Report, list[Difference]]:
    """Reads a file as `import_catalog` does; SourceUnreadable, SourceBroken."""
    with open_source(path) as opened:
        seen = survey(opened)
        run = Preview(source=name_of(seen.about), seen=seen)
        run.take(read(opened.stream))
    if seen.fault:
        raise seen.fault
    run.mark_gone()
    return run.report, run.differences
