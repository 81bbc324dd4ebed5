"""Imports of lists: a file becomes a plan, which its user reads, changes and applies.

A plan writes nothing to the list. Applied, it is one operation on the one write path,
whole or not at all, and undone like any other.
"""

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from animecollections.api.errors import ApiError, not_now
from animecollections.api.fields import CONTROL
from animecollections.db.bulk import upsert
from animecollections.db.ids import new_id
from animecollections.db.json_rows import among
from animecollections.identity import Origin
from collections_app.catalogue.lookup import find_many
from collections_app.catalogue.refs import OWN, AnimeRef
from collections_app.imports.judging import (
    judge_rows,
    portable,
    record_of,
    time_of,
    what_is_said,
)
from collections_app.imports.models import (
    ImportPlan,
    ImportRow,
    ImportStatus,
    Outcome,
    Policy,
    RowQuerySet,
)
from collections_app.imports.own_lists import (
    choose,
    offers_of,
    places_of,
    put_on_lists,
    said_of,
)
from collections_app.imports.recognition import recognise
from collections_app.transfer.records import ListFile, Record, Row
from collections_app.watch_list.fields import NEW_ENTRY
from collections_app.watch_list.models import EntryType
from collections_app.watch_list.viewings import ACTIVE, DROPPED, new
from collections_app.watch_list.writes import ListEdit, Slot, count_as_laid
from history.log.recording import locked, recording
from history.watched.days import UNKNOWN, Diary, Tally, is_to_come
from history.watched.services import diaries_of

KEPT_FOR = timedelta(days=7)
AHEAD_AT_MOST = timedelta(hours=1)  # of our clock, what a file says of its time
# Of a user's plans the oldest go when there are more, or they have more rows in all.
MOST_PLANS = 10
MOST_ROWS = 60_000
LONGEST_FILE_NAME = 200
MOST_APPLIED = 50  # that are told without their rows
WRITTEN = (Outcome.ADD, Outcome.UPDATE)
COLUMNS = tuple(column.attname for column in ImportRow._meta.concrete_fields)
AT_ONCE = 2_000  # rows in one statement
STALE = "This entry changed after the plan was made: review it again."


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


def draft(
    *,
    user_id: UUID,
    file: ListFile,
    policy: str = Policy.NEWEST,
    exported_at: datetime | None = None,
    file_name: str = "",
) -> tuple[ImportPlan, list[ImportRow]]:
    """A file compared with the list, row by row; nothing is written at all.

    exported_at: when the file was made, where that is known better than by itself.
    file_name:   as it stands on the user's disk; nothing is made of it but a sentence.
    """
    now = timezone.now()
    planned = ImportPlan(
        user_id=user_id,
        format=file.format,
        file_name=as_one_line(file_name)[:LONGEST_FILE_NAME],
        policy=policy,
        exported_at=exported_at or by_now(file.exported_at, now),
        score_format=file.score_format,
        warnings=file.warnings,
        lists=offers_of(file),
        created_at=now,
        expires_at=now + KEPT_FOR,
    )
    rows = [row_of(planned, said) for said in file.rows]
    judge_rows(planned, rows)
    planned.summary = summary_of(row.outcome for row in rows)
    return planned, rows


def as_one_line(text: str) -> str:
    """Without what does not show, and what PostgreSQL refuses."""
    return CONTROL.sub("", unicodedata.normalize("NFC", text)).strip()


def by_now(time: datetime | None, now: datetime) -> datetime | None:
    """A file's own time, unless it is yet to come: then it is nobody's."""
    return time if time and time <= now + AHEAD_AT_MOST else None


def plan(*, user_id: UUID, file: ListFile, **said: Any) -> ImportPlan:
    """A draft, kept for its user to read, change and apply."""
    return keep_draft(*draft(user_id=user_id, file=file, **said))


def keep_draft(planned: ImportPlan, rows: Iterable[ImportRow]) -> ImportPlan:
    with locked(planned.user_id):
        save(planned, rows)
        discard_oldest(planned.user_id)
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
    planned = ImportPlan.objects.of(user_id).current().filter(id=plan_id).first()
    if planned is None:
        raise ApiError("import_not_found")
    return planned


# A plan and those of its rows that were judged again. It is kept by `keep_revised`.
Revised = tuple[ImportPlan, list[ImportRow]]


def revise(
    user_id: UUID,
    plan_id: UUID,
    change: Callable[[ImportPlan, RowQuerySet], Iterable[ImportRow]],
) -> Revised:
    """A plan changed in memory; the rows that `change` answers with are judged again.

    That takes seconds for thousands of rows, so it is done once and outside of the
    user's lock, which holds up all that they write meanwhile.
    """
    planned = find(user_id, plan_id)
    check_open(planned)
    rows = list(change(planned, ImportRow.objects.of(user_id).in_plan(plan_id)))
    judge_rows(planned, rows)
    return planned, rows


def keep_revised(planned: ImportPlan, rows: Iterable[ImportRow]) -> ImportPlan:
    """503 `busy` where the plan changed while it was judged: nothing is judged twice
    for that, or those who change it at once would all be at it for minutes.
    """
    with locked(planned.user_id):
        there = find(planned.user_id, planned.id)
        check_open(there)
        if there.changed_at != planned.changed_at:
            raise not_now("busy", 2)
        save(planned, rows)
    return planned


def check_open(planned: ImportPlan) -> None:
    if planned.status == ImportStatus.APPLIED:
        raise ApiError("import_applied")


def change(
    *,
    user_id: UUID,
    plan_id: UUID,
    policy: str | None = None,
    lists: Mapping[str, bool] | None = None,
) -> Revised:
    """Plans again, without a new upload; what was decided stays.

    lists: {name: whether the import puts titles on it}. Then only the rows that these
    are about are judged again.
    """

    def change(planned: ImportPlan, rows: RowQuerySet) -> Iterable[ImportRow]:
        names = choose(planned, lists or {})
        if policy is not None:
            planned.policy = policy
            return rows
        about = {
            row.row: row for row in rows if names & places_of(*said_of(row)).keys()
        }
        return with_doubles(rows, about, {row.anime_id for row in about.values()})

    return revise(user_id, plan_id, change)


def decide(*, user_id: UUID, plan_id: UUID, choices: Mapping[int, Choice]) -> Revised:
    """Decides of single rows, {row: choice}. 400 for a row, or a title, that is not
    there, and for a row that could not be read.
    """
    titles = find_many(choice.anime for choice in choices.values() if choice.anime)

    def change(planned: ImportPlan, rows: RowQuerySet) -> Iterable[ImportRow]:
        decided = {row.row: row for row in rows.filter(row__in=choices) if row.record}
        if missing := sorted(choices.keys() - decided.keys()):
            numbers = ", ".join(map(str, missing[:10]))
            sentence = f"These rows do not exist or need no decision: {numbers}."
            raise ApiError("invalid", sentence=sentence)
        titles_of_rows = {row.anime_id for row in decided.values()}
        for number, choice in choices.items():
            row = decided[number]
            if choice.decision is not None:
                row.decision = choice.decision
            if choice.anime is not None:
                row.chosen_id = titles[choice.anime].id
                titles_of_rows.add(row.chosen_id)
            elif choice.forgets_anime:
                row.chosen_id = None
        forgot = [row for row in decided.values() if row.chosen_id is None]
        found = recognise([record_of(row) for row in forgot])
        titles_of_rows |= {title.anime_id for title in found}
        return with_doubles(rows, decided, titles_of_rows)

    return revise(user_id, plan_id, change)


def decide_all(*, user_id: UUID, plan_id: UUID, outcome: str, decision: str) -> Revised:
    """Decides of every readable row that has this outcome."""

    def change(planned: ImportPlan, rows: RowQuerySet) -> Iterable[ImportRow]:
        decided = {row.row: row for row in rows.filter(outcome=outcome) if row.record}
        for row in decided.values():
            row.decision = decision
        return with_doubles(rows, decided, {row.anime_id for row in decided.values()})

    return revise(user_id, plan_id, change)


def with_doubles(
    rows: RowQuerySet, decided: dict[int, ImportRow], titles: Set[int | None]
) -> Iterable[ImportRow]:
    """The rows decided on, and all others of the titles that they are or were: which
    one of them counts may change.
    """
    ids = [id_ for id_ in titles if id_]
    return ({r.row: r for r in rows.filter(anime_id__in=among(ids))} | decided).values()


def discard(*, user_id: UUID, plan_id: UUID) -> None:
    with locked(user_id):
        find(user_id, plan_id)
        delete(user_id, plan_id)


def apply(
    *,
    user_id: UUID,
    plan_id: UUID,
    today: date,
    through: Origin,
    accepts_stale: bool = False,
) -> tuple[ImportPlan, bool]:
    """Writes what the plan says, as one operation; an applied plan is only told again.

    Entries that changed since they were compared become conflicts. Then nothing is
    written (False comes back), unless the caller accepts that the others are.
    """
    by_import = replace(through, kind="import")
    with recording(user_id=user_id, through=by_import) as record:
        planned = find(user_id, plan_id)
        record.through = replace(by_import, file_name=planned.file_name)
        if planned.status == ImportStatus.APPLIED:
            return planned, True
        rows = list(ImportRow.objects.of(user_id).in_plan(plan_id).order_by("row"))
        written = [row for row in rows if row.outcome in WRITTEN]
        edit = ListEdit(record, user_id, today)
        edit.read(ref_of(row) for row in written)
        stale = [row for row in written if is_stale(row, edit.slots.get(ref_of(row)))]
        compare_anew(planned, stale, rows)
        stays = {row.row for row in stale}
        if stale and not accepts_stale:
            save(planned, stale)
            return planned, False
        dated = {row.anime_id for row in written if row.anime_id and says_when(row)}
        diaries = diaries_of(user_id, dated)
        for row in written:
            if row.row not in stays:
                slot = edit.slots[ref_of(row)]
                if row.record.get("is_listed", True):
                    lay(slot, row, planned, record.at)
                    count_as_laid(slot, today)
                count_what_is_said(slot, row, diaries.get(slot.anime_id, {}), today)
                add_viewings(edit, slot, row)
        taken = [row for row in written if row.row not in stays]
        not_done = put_on_lists(edit.lists, planned, taken)
        planned.warnings = [*planned.warnings, *not_done]
        planned.status, planned.applied_at = ImportStatus.APPLIED, record.at
        planned.operation_id = record.operation_id if edit.save() else None
        save(planned, stale)
        return planned, True


def compare_anew(
    planned: ImportPlan, stale: list[ImportRow], rows: Iterable[ImportRow]
) -> None:
    """Rows whose entry moved on: as it is now, and unwritten unless decided again. The
    other rows of their titles, whose viewings may be theirs, become stale with them.
    """
    if not stale:
        return
    for row in stale:
        row.decision = ""
    titles = {row.anime_id for row in stale}
    stale += [r for r in rows if r.anime_id in titles and r not in stale and r.record]
    judge_rows(planned, stale)
    for row in stale:
        if row.outcome in WRITTEN:
            # Why it would be written is no reason any more: nothing was.
            row.outcome, row.reason = Outcome.CONFLICT, STALE


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
        slot.before or {**NEW_ENTRY, "id": new_id(), "added_at": added_at}
    ) | row.after
    slot.as_of = time_of(record, planned)


def says_when(row: ImportRow) -> bool:
    """Whether the file has a diary of it, as our own have."""
    return bool(what_is_said(row, "watched"))


def count_what_is_said(slot: Slot, row: ImportRow, diary: Diary, today: date) -> None:
    """The days of the file instead of what follows from its progress, as far as they
    are not in the diary already: the same file again adds nothing. Episodes that were
    counted without a day, and have one in the file, are not counted twice.
    """
    if not says_when(row):
        return
    said, slot.watched = Tally(), Tally()
    for day, episodes in what_is_said(row, "watched").items():
        said.add(UNKNOWN if is_to_come(day, today) else day, episodes)
    for day, episodes in said.days.items():
        slot.watched.add(day, max(0, episodes - max(0, diary.get(day, 0))))
    dated = sum(number for day, number in slot.watched.days.items() if day)
    undated = diary.get(UNKNOWN, 0) - said.days.get(UNKNOWN, 0)
    slot.watched.add(UNKNOWN, -max(0, min(undated, dated)))


def add_viewings(edit: ListEdit, slot: Slot, row: ImportRow) -> None:
    """Those of the file whose numbers are not here already: nothing here is changed."""
    said = what_is_said(row, "viewings")
    if not said:
        return
    kept = edit.viewings_of(slot)
    is_watching = slot.after is not None and slot.after["type"] == EntryType.WATCHING
    for viewing in said:
        values = dict(viewing)
        if values["state"] == ACTIVE and (kept.active or not is_watching):
            values["state"] = DROPPED
        number = values.pop("number")
        if number not in kept.after:
            kept.after[number] = new(number, **values)
    slot.viewing = kept.active["number"] if kept.active else None


def save(planned: ImportPlan, changed: Iterable[ImportRow]) -> None:
    """The plan, and those of its rows that changed."""
    written = [{name: getattr(row, name) for name in COLUMNS} for row in changed]
    for start in range(0, len(written), AT_ONCE):
        some = written[start : start + AT_ONCE]
        upsert(ImportRow, some, unique=("user", "plan_id", "row"))
    rows = ImportRow.objects.of(planned.user_id).in_plan(planned.id)
    planned.summary = summary_of(rows.values_list("outcome", flat=True))
    planned.changed_at = timezone.now()
    planned.save(force_insert=planned._state.adding)


def summary_of(outcomes: Iterable[str]) -> dict[str, int]:
    counts = Counter(map(str, outcomes))
    return {"rows": counts.total()} | {name: counts[name] for name in Outcome.values}


def discard_oldest(user_id: UUID) -> None:
    """Applied plans go first ("applied" sorts before "planned"): nothing is to be
    decided of them any more. Only their rows go, so that who applies or changes one
    once more is still told that it was applied.
    """
    kept = 0
    plans = ImportPlan.objects.of(user_id)
    newest = plans.order_by("-status", "-created_at")
    columns = ("id", "status", "summary")
    for number, (id_, status, summary) in enumerate(newest.values_list(*columns)):
        kept += summary["rows"]
        if number >= MOST_PLANS or (number and kept > MOST_ROWS):
            is_told = status == ImportStatus.APPLIED and number < MOST_APPLIED
            delete(user_id, id_, rows_only=is_told)


def delete(user_id: UUID, plan_id: UUID, *, rows_only: bool = False) -> None:
    ImportRow.objects.of(user_id).in_plan(plan_id).delete()
    if not rows_only:
        ImportPlan.objects.of(user_id).filter(id=plan_id).delete()
