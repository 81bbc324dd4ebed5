"""What applying a plan would do with each of its rows, and why.

Judged anew whenever the policy or a decision changes, with the list as it is then.
"""

from collections.abc import Iterable, Mapping
from dataclasses import fields as dataclass_fields
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from collections_app.catalogue.planning import among
from collections_app.entries import KEPT, NEW, Entry
from collections_app.exports import KEPT_ROW, as_told, kept_of, stated
from collections_app.imports.policies import Comparison, Touch, compare, judge
from collections_app.imports.recognition import Recognised, recognise
from collections_app.models import (
    STATES_OF_TYPE,
    Decision,
    EntryType,
    ImportPlan,
    ImportRow,
    Outcome,
    Policy,
    WatchListEntry,
)
from collections_app.transfer.records import Kept, Owner, Record
from history.models import Change, ChangeKind

LONG_AGO = datetime.min.replace(tzinfo=UTC)
TIMES = ("changed_at", "added_at")
FIELDS = tuple(field.name for field in dataclass_fields(Record))


def portable(record: Record) -> dict[str, Any]:
    """A record as JSON, to be kept in its row; `record_of` reads it back."""
    fields = ((name, getattr(record, name)) for name in FIELDS)
    said = {name: value for name, value in fields if value}
    return said | {name: said[name].isoformat() for name in TIMES if name in said}


def record_of(row: ImportRow) -> Record:
    times = {
        name: datetime.fromisoformat(row.record[name])
        for name in TIMES
        if name in row.record
    }
    return Record(**row.record | times)


def judge_rows(plan: ImportPlan, rows: Iterable[ImportRow]) -> None:
    """Says of each row what becomes of it: some eight statements, however many."""
    judged = Judged(plan, {row: record_of(row) for row in rows if row.record})
    judged.name_titles()
    judged.set_doubles_apart()
    judged.compare_with_list()


class Judged:
    """The readable rows of a plan. `open` are those whose outcome is not known yet."""

    def __init__(self, plan: ImportPlan, records: dict[ImportRow, Record]) -> None:
        self.plan, self.records = plan, records
        self.open = list(records)

    def settle(self, row: ImportRow, outcome: Outcome, reason: str) -> None:
        row.outcome, row.reason = outcome, reason

    def name_titles(self) -> None:
        unnamed = [row for row in self.open if row.chosen_id is None]
        found = dict(
            zip(
                unnamed,
                recognise([self.records[row] for row in unnamed]),
                strict=True,
            )
        )
        for row in self.open:
            title = found.get(row) or Recognised(row.chosen_id, "You chose the title.")
            row.anime_id, row.reason = title.anime_id, title.reason
            row.candidates = title.candidates
            row.before, row.after, row.seen_revision = {}, {}, None
            if row.anime_id is None:
                row.outcome = Outcome.UNMATCHED
        self.open = [row for row in self.open if row.anime_id is not None]

    def set_doubles_apart(self) -> None:
        """Of rows of one title one counts: the one decided on, the latest, the last."""
        used: dict[int | None, ImportRow] = {}
        for row in self.open:
            first = used.setdefault(row.anime_id, row)
            if self.precedence(row) > self.precedence(first):
                used[row.anime_id] = row
        for row in self.open:
            if (winner := used[row.anime_id]) is not row:
                reason = f"Row {winner.row} is the same title, and counts instead."
                self.settle(row, Outcome.REFUSED, reason)
        self.open = list(used.values())

    def precedence(self, row: ImportRow) -> tuple[bool, bool, datetime, int]:
        changed_at = self.records[row].changed_at or LONG_AGO
        is_taken = row.decision == Decision.TAKE
        return row.decision != Decision.SKIP, is_taken, changed_at, row.row

    def compare_with_list(self) -> None:
        entries, listed = self.entries()
        theirs = {
            row: stated(
                self.records[row], self.plan.format, entries.get(row.anime_id, {})
            )
            for row in self.open
        }
        differing = [
            row
            for row in self.open
            if row.anime_id in entries
            and compare(theirs[row], entries[row.anime_id], {})
        ]
        told = as_told(
            self.plan.format,
            [listed[row.anime_id] for row in differing],
            Owner(score_format=self.plan.score_format),
        )
        touches = self.touches([row.anime_id for row in differing])
        for row in self.open:
            entry = entries.get(row.anime_id)
            row.seen_revision = entry["revision"] if entry else None
            if row.decision in (Decision.SKIP, Decision.KEEP):
                self.settle(row, Outcome.UNCHANGED, "Left as it is: you decided so.")
            elif entry is None:
                self.add(row, theirs[row])
            else:
                ours = told.get(entry["anime_id"])
                there = stated(ours, self.plan.format, entry) if ours else {}
                self.update(row, theirs[row], entry, there, touches[row.anime_id])

    def entries(self) -> tuple[dict[int | None, Entry], dict[int | None, Kept]]:
        """The entries that the rows are about, as columns and as exports see them."""
        rows = WatchListEntry.objects.of(self.plan.user_id).filter(
            anime_id__in=among(row.anime_id for row in self.open if row.anime_id)
        )
        found = list(rows.values(*KEPT_ROW))
        return (
            {row["anime_id"]: row for row in found},
            {row["anime_id"]: kept_of(row) for row in found},
        )

    def touches(self, anime_ids: Iterable[int | None]) -> "Touches":
        if self.plan.policy != Policy.NEWEST:
            return Touches()
        return last_touches(self.plan.user_id, [id_ for id_ in anime_ids if id_])

    def at(self, row: ImportRow) -> datetime | None:
        return self.records[row].changed_at or self.plan.exported_at

    def add(self, row: ImportRow, values: dict[str, Any]) -> None:
        if "type" not in values:
            values |= {"type": EntryType.COLLECTION.value, "state": NEW["state"]}
            row.reason = f"{row.reason} The file has no status: it goes to Collection."
        if not self.fits(row, values):
            return
        row.after = values
        self.settle(row, Outcome.ADD, row.reason.strip())

    def update(
        self,
        row: ImportRow,
        theirs: dict[str, Any],
        entry: Entry,
        told: dict[str, Any],
        touches: Mapping[str, Touch],
    ) -> None:
        differences = compare(theirs, entry, told)
        policy = Policy.OVERWRITE if row.decision == Decision.TAKE else self.plan.policy
        verdict = judge(policy, Comparison(differences, entry, touches, self.at(row)))
        reason = f"{row.reason} {verdict.reason}".strip()
        if not self.fits(row, entry | verdict.values):
            return
        row.after = verdict.values
        row.before = {name: entry[name] for name in row.after}
        if not differences:
            self.settle(row, Outcome.UNCHANGED, reason)
        elif verdict.taken:
            self.settle(row, Outcome.UPDATE, reason)
        else:
            row.after = {n: v for one in differences for n, v in one.theirs.items()}
            row.before = {name: entry[name] for name in row.after}
            self.settle(row, Outcome.CONFLICT, reason)

    def fits(self, row: ImportRow, values: Mapping[str, Any]) -> bool:
        """A reader that lets a state through that its type cannot be in is wrong; the
        database would refuse the whole import for it.
        """
        if values["state"] in STATES_OF_TYPE[values["type"]]:
            return True
        reason = f"{values['type']} cannot be {values['state']}."
        self.settle(row, Outcome.REFUSED, reason)
        return False


class Touches(dict[int | None, dict[str, Touch]]):
    def __missing__(self, anime_id: int | None) -> dict[str, Touch]:
        return {}


def last_touches(user_id: UUID, anime_ids: Iterable[int]) -> Touches:
    """When each field of these entries was last changed, as far as the log goes back:
    {anime_id: {field: Touch}}.
    """
    changes = Change.objects.filter(
        user_id=user_id,
        anime_id__in=among(anime_ids),
        kind__in=[ChangeKind.ADD, ChangeKind.UPDATE],
    ).order_by("revision")
    touches = Touches()
    columns = ("anime_id", "kind", "after", "at", "as_of", "through", "undoes")
    for change in changes.values(*columns).iterator(1000):
        is_add = change["kind"] == ChangeKind.ADD and change["undoes"] is None
        touch = Touch(
            change["as_of"] or change["at"],
            by_import=change["through"] == "import" and change["undoes"] is None,
            by_add=is_add,
        )
        of_anime = touches.setdefault(change["anime_id"], {})
        of_anime.update({name: touch for name in KEPT if name in change["after"]})
    return touches
