"""Imports of lists: a file becomes a plan, which its user reads, changes and applies.

A plan writes nothing to the list. Applied, it is one operation on the one write path,
whole or not at all, and undone like any other.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from animecollections.api.account import Through
from animecollections.api.bulk import upsert
from animecollections.api.errors import ApiError
from animecollections.api.ids import OWN, AnimeRef, new_id
from collections_app.catalogue.lookup import find_many
from collections_app.entries import NEW
from collections_app.imports.judging import judge_rows, portable, record_of
from collections_app.models import (
    ImportPlan,
    ImportRow,
    ImportStatus,
    Outcome,
    Policy,
)
from collections_app.services.watch_list import ListEdit, Slot
from collections_app.transfer.records import ListFile, Record, Row
from history.services import recording
from history.services.recording import locked

KEPT_FOR = timedelta(days=7)
# Of a user's plans the oldest go when there are more, or they have more rows in all.
MOST_PLANS = 10
MOST_ROWS = 60_000
WRITTEN = (Outcome.ADD, Outcome.UPDATE)
COLUMNS = tuple(column.attname for column in ImportRow._meta.concrete_fields)
AT_ONCE = 2_000  # rows in one statement
STALE = "This entry changed after the plan was made: look at it again."


@dataclass(frozen=True, slots=True)
class Choice:
    """What a user decides of a row; None leaves a part as it is.

    decision:      one of Decision, "" takes it back.
    anime:         the title that the row is.
    forgets_anime: takes back what was said of that.
    """

    decision: str | None = None
    anime: AnimeRef | None = None
    forgets_anime: bool = False


def plan(
    *,
    user_id: UUID,
    file: ListFile,
    policy: str = Policy.NEWEST,
    exported_at: datetime | None = None,
) -> ImportPlan:
    """Compares a file with the list, row by row; nothing is written to the list.

    exported_at: when the file was made, where that is known better than by itself.
    """
    now = timezone.now()
    planned = ImportPlan(
        user_id=user_id,
        format=file.format,
        policy=policy,
        exported_at=exported_at or file.exported_at,
        score_format=file.score_format,
        warnings=file.warnings,
        created_at=now,
        expires_at=now + KEPT_FOR,
    )
    rows = [row_of(planned, said) for said in file.rows]
    judge_rows(planned, rows)
    with locked(user_id):
        save(planned, rows, changed=rows)
        discard_oldest(user_id)
    return planned


def row_of(planned: ImportPlan, said: Row) -> ImportRow:
    row = ImportRow(
        user_id=planned.user_id, plan_id=planned.id, row=said.row, title=said.title
    )
    if isinstance(said, Record):
        row.record = portable(said)
    else:
        row.outcome, row.reason = Outcome.REFUSED, said.reason
    return row


def find(user_id: UUID, plan_id: UUID) -> ImportPlan:
    """The plan; 404 where it is another's, discarded or past its time."""
    planned = ImportPlan.objects.of(user_id).filter(id=plan_id).first()
    if planned is None:
        raise ApiError("import_not_found")
    return planned


@contextmanager
def changing(
    user_id: UUID, plan_id: UUID
) -> Iterator[tuple[ImportPlan, list[ImportRow]]]:
    """A plan and its rows, judged anew after the change, with the list as it is then.

    The user's lock is held: two devices do not decide on one plan at once.
    """
    with locked(user_id):
        planned = find(user_id, plan_id)
        if planned.status == ImportStatus.APPLIED:
            raise ApiError("import_applied")
        rows = list(ImportRow.objects.of(user_id, plan_id).order_by("row"))
        before = {row.row: state_of(row) for row in rows}
        yield planned, rows
        judge_rows(planned, rows)
        save(planned, rows, [row for row in rows if state_of(row) != before[row.row]])


def change_policy(*, user_id: UUID, plan_id: UUID, policy: str) -> ImportPlan:
    """Plans anew, without a new upload; what was decided stays."""
    with changing(user_id, plan_id) as (planned, _):
        planned.policy = policy
    return planned


def decide(
    *, user_id: UUID, plan_id: UUID, choices: Mapping[int, Choice]
) -> ImportPlan:
    """Decides of single rows, {row: choice}. 400 for a row, or a title, that is not
    there, and for a row that could not be read.
    """
    titles = find_many(choice.anime for choice in choices.values() if choice.anime)
    with changing(user_id, plan_id) as (planned, rows):
        readable = {row.row: row for row in rows if row.record}
        if missing := sorted(choices.keys() - readable.keys()):
            numbers = ", ".join(map(str, missing[:10]))
            sentence = f"There is no row {numbers} that can be decided on."
            raise ApiError("invalid", sentence=sentence)
        for number, choice in choices.items():
            row = readable[number]
            if choice.decision is not None:
                row.decision = choice.decision
            if choice.anime is not None:
                row.chosen_id = titles[choice.anime].id
            elif choice.forgets_anime:
                row.chosen_id = None
    return planned


def decide_all(
    *, user_id: UUID, plan_id: UUID, outcome: str, decision: str
) -> ImportPlan:
    """Decides of every readable row that has this outcome."""
    with changing(user_id, plan_id) as (planned, rows):
        for row in rows:
            if row.record and row.outcome == outcome:
                row.decision = decision
    return planned


def discard(*, user_id: UUID, plan_id: UUID) -> None:
    with locked(user_id):
        find(user_id, plan_id)
        delete(user_id, [plan_id])


def apply(
    *,
    user_id: UUID,
    plan_id: UUID,
    today: date,
    through: Through,
    accepts_stale: bool = False,
) -> tuple[ImportPlan, bool]:
    """Writes what the plan says, as one operation; an applied plan is only told again.

    Entries that changed since they were compared become conflicts. Then nothing is
    written (False comes back), unless the caller accepts that the others are.
    """
    by_import = replace(through, kind="import")
    with recording(user_id=user_id, through=by_import) as record:
        planned = find(user_id, plan_id)
        if planned.status == ImportStatus.APPLIED:
            return planned, True
        rows = list(ImportRow.objects.of(user_id, plan_id).order_by("row"))
        written = [row for row in rows if row.outcome in WRITTEN]
        edit = ListEdit(record, user_id, today, counts_progress=False)
        edit.read(ref_of(row) for row in written)
        stale = [row for row in written if is_stale(row, edit.slots.get(ref_of(row)))]
        for row in stale:
            row.outcome, row.reason, row.decision = Outcome.CONFLICT, STALE, ""
        if stale and not accepts_stale:
            save(planned, rows, stale)
            return planned, False
        for row in written:
            if row.outcome in WRITTEN:
                lay(edit.slots[ref_of(row)], row, planned, record.at)
        planned.status, planned.applied_at = ImportStatus.APPLIED, record.at
        planned.operation_id = record.operation_id if edit.save() else None
        save(planned, rows, stale)
        return planned, True


def ref_of(row: ImportRow) -> AnimeRef:
    return AnimeRef(OWN, str(row.anime_id))


def is_stale(row: ImportRow, slot: Slot | None) -> bool:
    """Whether the entry is not the one that was compared, or its title was merged."""
    if slot is None or slot.anime_id != row.anime_id:
        return True
    return slot.revision != row.seen_revision


def lay(slot: Slot, row: ImportRow, planned: ImportPlan, now: datetime) -> None:
    """The row over what stands there. No rule adds to what the file says."""
    record = record_of(row)
    added_at = min(record.added_at or now, now)
    slot.after = (
        slot.before or {**NEW, "id": new_id(), "added_at": added_at}
    ) | row.after
    slot.as_of = record.changed_at or planned.exported_at


def save(
    planned: ImportPlan, rows: Collection[ImportRow], changed: Iterable[ImportRow]
) -> None:
    planned.summary = summary_of(rows)
    planned.changed_at = timezone.now()
    planned.save(force_insert=planned._state.adding)
    written = [{name: getattr(row, name) for name in COLUMNS} for row in changed]
    for start in range(0, len(written), AT_ONCE):
        some = written[start : start + AT_ONCE]
        upsert(ImportRow, some, unique=("user", "plan_id", "row"))


def summary_of(rows: Collection[ImportRow]) -> dict[str, int]:
    counts = Counter(str(row.outcome) for row in rows)
    return {"rows": len(rows)} | {name: counts[name] for name in Outcome.values}


def state_of(row: ImportRow) -> tuple[Any, ...]:
    return tuple(getattr(row, name) for name in COLUMNS)


def discard_oldest(user_id: UUID) -> None:
    kept, obsolete = 0, []
    plans = ImportPlan.objects.filter(user_id=user_id).order_by("-created_at")
    for number, (id_, summary) in enumerate(plans.values_list("id", "summary")):
        kept += summary["rows"]
        if number >= MOST_PLANS or (number and kept > MOST_ROWS):
            obsolete.append(id_)
    delete(user_id, obsolete)


def delete(user_id: UUID, plan_ids: Collection[UUID]) -> None:
    if plan_ids:
        ImportRow.objects.filter(user_id=user_id, plan_id__in=plan_ids).delete()
        ImportPlan.objects.filter(user_id=user_id, id__in=plan_ids).delete()
