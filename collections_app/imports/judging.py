"""What applying a plan would do with each of its rows, and why.

Judged again whenever the policy or a decision changes, with the list as it is then.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from dataclasses import fields as dataclass_fields
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

from animecollections.db.json_rows import among
from collections_app.catalogue.models import Anime
from collections_app.imports.models import (
    Decision,
    ImportPlan,
    ImportRow,
    Outcome,
    Policy,
)
from collections_app.imports.own_lists import PlannedLists, lists_named, lists_with
from collections_app.imports.policies import Comparison, Touch, compare, judge
from collections_app.imports.recognition import Recognised, recognise
from collections_app.transfer.records import Kept, Owner, Record
from collections_app.transfer.round_trip import KEPT_ROW, as_told, kept_of, stated
from collections_app.watch_list import viewings
from collections_app.watch_list.entries import Entry
from collections_app.watch_list.fields import LOGGED_FIELDS, NEW_ENTRY
from collections_app.watch_list.models import STATES_OF_TYPE, EntryType, WatchListEntry
from collections_app.watch_list.viewings import Viewings
from history.models import Change, ChangeKind
from history.watched.days import Diary
from history.watched.services import diaries_of

LONG_AGO = datetime.min.replace(tzinfo=UTC)
TIMES = ("changed_at", "added_at")
# In a row's record: the viewings and days of it and of other rows of its title.
MERGED = "merged"
FIELDS = tuple(column.name for column in dataclass_fields(Record))


LEFT: dict[str, str] = {
    Decision.KEEP: "Your values are kept: you decided so.",
    Decision.SKIP: "Skipped: you decided so.",
}
CHANGE = (
    "anime_id", "kind", "before", "after", "at", "as_of", "through", "operation_id",
    "undoes",
)  # fmt: skip


ADDS_TO_LISTS = "The file has it on lists that do not have it here: it is added."
ADDS_DAYS = "The file has days or viewings that are not here: they are added."
NOTHING: tuple[Any, ...] = (None, "", 0, False, [], {})
MAY_BE = (
    "This may be {}: the file does not say that it is an anime. Choose the title, or "
    "skip the row."
)
# Live action has few episodes, and seldom as many as the anime.
LONG = 20


class Removed(NamedTuple):
    entry: Mapping[str, Any]
    touches: dict[str, Touch]


def portable(record: Record) -> dict[str, object]:
    """A record as JSON, to be kept in its row; `record_of` reads it back."""
    fields = ((name, getattr(record, name)) for name in FIELDS)
    said = {name: value for name, value in fields if value or name == "is_listed"}
    return said | {name: said[name].isoformat() for name in TIMES if name in said}


def record_of(row: ImportRow) -> Record:
    """As it was read; what other rows of its title add is `row.record[MERGED]`."""
    said = {name: value for name, value in row.record.items() if name != MERGED}
    times = {
        name: datetime.fromisoformat(row.record[name])
        for name in TIMES
        if name in row.record
    }
    return Record(**said | times)


def what_is_said(row: ImportRow, name: str) -> Any:
    """Its `watched` or `viewings`, with those of other rows of its title."""
    return row.record.get(MERGED, row.record).get(name)


def joined(*sentences: str) -> str:
    return " ".join(filter(None, sentences))


def is_seen_whole(record: Record, episodes: int | None) -> bool:
    """Whether it was seen to its end, and is as long as the title."""
    values = record.values
    is_completed = values.get("type") == EntryType.COMPLETED
    is_long = episodes is not None and episodes >= LONG
    return is_completed and is_long and values.get("progress") == episodes


Time = tuple[ImportRow, dict[str, Any]]


def times_through(records: Mapping[ImportRow, Record], winner: ImportRow) -> list[Time]:
    """The rows that are one time through each, in order, as viewings; none where there
    is but one. A row that was finished on the same day is the same time.
    """
    found: dict[str, Time] = {}
    for row, record in sorted(records.items(), key=lambda one: one[0] is not winner):
        days = [day for day in record.watched if day]
        is_whole = record.values.get("type") == EntryType.COMPLETED
        started = record.values.get("started_on") or min(days, default="")
        finished = record.values.get("finished_on") or max(days, default="")
        if not record.is_listed or not (is_whole or row is winner):
            continue
        if (finished if is_whole else started) and (finished or started) not in found:
            viewing = {
                "state": "finished" if is_whole else "active",
                "started_on": started,
                "finished_on": finished if is_whole else "",
                "progress": record.values.get("progress", 0) if is_whole else 0,
                "score": record.values.get("score"),
                "notes": record.values.get("notes", "") if row is not winner else "",
            }
            found[finished or started] = row, viewing
    last = max(found, default="")
    ordered = sorted(
        found.items(), key=lambda one: (one[1][1]["state"] == "active", one[0] or last)
    )
    return [
        (row, {"number": number} | viewing)
        for number, (_, (row, viewing)) in enumerate(ordered, 1)
        if len(found) > 1
    ]


def days_of(records: Iterable[Record]) -> dict[str, int]:
    """The days of several times through, each by itself or by when it was finished."""
    days: Counter[str] = Counter()
    for record in records:
        finished = record.values.get("finished_on", "")
        days.update(record.watched or {finished: record.values.get("progress", 0)})
    return {day: episodes for day, episodes in days.items() if episodes}


def dated(days: Diary) -> int:
    """How many episodes have a day."""
    return sum(max(0, episodes) for day, episodes in days.items() if day)


def judge_rows(plan: ImportPlan, rows: Iterable[ImportRow]) -> None:
    """Says of each row what becomes of it: some eight statements, however many."""
    records = {row: record_of(row) for row in rows if row.record}
    for row in records:
        row.record = {n: value for n, value in row.record.items() if n != MERGED}
    judged = PlanEvaluation(plan, records)
    judged.name_titles()
    judged.set_doubles_apart()
    judged.compare_with_list()
    if plan.lists:
        judged.lists_named()


class PlanEvaluation:
    """The readable rows of a plan. `open` are those whose outcome is not known yet."""

    def __init__(self, plan: ImportPlan, records: dict[ImportRow, Record]) -> None:
        self.plan, self.records = plan, records
        self.open = list(records)
        self.days: Mapping[int, Diary] | None = None
        self.viewings: Mapping[int, Viewings] | None = None
        self.lists: Mapping[int, set[UUID]] | None = None
        self.planned_lists = PlannedLists(plan)
        self.named: Mapping[str, UUID] | None = None

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
        found |= self.doubtful(found)
        for row in self.open:
            title = found.get(row) or Recognised(row.chosen_id, "You chose the title.")
            row.anime_id = title.anime_id
            row.reason = joined(title.reason, *self.records[row].remarks)
            row.candidates = title.candidates
            row.before, row.after, row.seen_revision = {}, {}, None
            if row.anime_id is None:
                row.outcome = Outcome.UNMATCHED
        self.open = [row for row in self.open if row.anime_id is not None]

    def doubtful(
        self, found: Mapping[ImportRow, Recognised]
    ) -> dict[ImportRow, Recognised]:
        """The rows that have an anime's name and may be something else: to be asked.

        One statement, where there are such rows. A show that was seen to its end in as
        many episodes as a long anime has is that anime.
        """
        named = {
            row: title.anime_id
            for row, title in found.items()
            if title.anime_id is not None and self.records[row].doubt
        }
        if not named:
            return {}
        titles = Anime.objects.filter(id__in=among(set(named.values()))).order_by()
        episodes = dict(titles.values_list("id", "episodes"))
        return {
            row: Recognised(None, MAY_BE.format(self.records[row].doubt), [anime_id])
            for row, anime_id in named.items()
            if not is_seen_whole(self.records[row], episodes.get(anime_id))
        }

    def set_doubles_apart(self) -> None:
        """Of rows of one title one counts: the one decided on, else the fullest."""
        used: dict[int | None, ImportRow] = {}
        of_title: dict[int | None, list[ImportRow]] = {}
        for row in self.open:
            of_title.setdefault(row.anime_id, []).append(row)
            first = used.setdefault(row.anime_id, row)
            if self.precedence(row) > self.precedence(first):
                used[row.anime_id] = row
        for anime_id, rows in of_title.items():
            winner = used[anime_id]
            times = self.tell_times_through(winner, rows) if len(rows) > 1 else []
            for row in rows:
                said = f"Row {winner.row} is the same title, and is used instead."
                if row in times:
                    said = f"Row {winner.row} is the same title: a viewing of it."
                if row is not winner:
                    self.settle(row, Outcome.REFUSED, said)
        self.open = list(used.values())

    def tell_times_through(
        self, winner: ImportRow, rows: Iterable[ImportRow]
    ) -> list[ImportRow]:
        """Trackers write a row for each time that a title was watched: those with dates
        of their own become viewings of the row that is used, their days its days.
        """
        times = [row for row in rows if row.decision != Decision.SKIP]
        found = times_through({row: self.records[row] for row in times}, winner)
        if found:
            record = self.records[winner]
            record.watched = days_of(self.records[row] for row, _ in found)
            record.viewings = [viewing for _, viewing in found]
            again = sum(one["state"] == "finished" for one in record.viewings) - 1
            said = record.values.get("rewatches", 0)
            record.values = record.values | {"rewatches": max(said, again)}
            merged = {"watched": record.watched, "viewings": record.viewings}
            winner.record = winner.record | {MERGED: merged}
        return [row for row, _ in found]

    def precedence(self, row: ImportRow) -> tuple[object, ...]:
        """A row that says more comes first, wherever it stands: trackers write rows of
        seasons, of single episodes and of rewatches after the row of the title.
        """
        record = self.records[row]
        values = record.values
        return (
            row.decision != Decision.SKIP,
            row.decision == Decision.TAKE,
            "type" in values,
            values.get("type") == EntryType.COMPLETED,
            values.get("progress", 0),
            bool(record.ids),
            sum(value not in NOTHING for value in values.values()),
            record.changed_at or LONG_AGO,
            row.row,
        )

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
        story = self.story(
            [*differing, *(row for row in self.open if row.anime_id not in entries)]
        )
        for row in self.open:
            entry = entries.get(row.anime_id)
            row.seen_revision = entry["revision"] if entry else None
            if row.decision:
                row.reason = joined(*self.records[row].remarks)
            if row.decision in LEFT:
                self.settle(row, Outcome.UNCHANGED, LEFT[row.decision])
            elif entry is None:
                self.add(row, theirs[row], story.removals.get(row.anime_id))
            else:
                ours = told.get(entry["anime_id"])
                there = stated(ours, self.plan.format, entry) if ours else {}
                touches = story.touches.get(row.anime_id, {})
                self.update(row, theirs[row], entry, there, touches)

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

    def story(self, rows: Iterable[ImportRow]) -> "Story":
        if self.plan.policy != Policy.NEWEST:
            return Story()
        return story_of(
            self.plan.user_id, [row.anime_id for row in rows if row.anime_id]
        )

    def at(self, row: ImportRow) -> datetime | None:
        return time_of(self.records[row], self.plan)

    def add(
        self, row: ImportRow, values: dict[str, Any], removed_at: datetime | None
    ) -> None:
        if not self.records[row].is_listed:
            self.add_days(row)
            return
        if "type" not in values:
            values |= {"type": EntryType.COLLECTION.value, "state": NEW_ENTRY["state"]}
            row.reason = f"{row.reason} The file has no status: it goes to Collection."
        if not self.fits(row, values):
            return
        row.after = values
        at = self.at(row)
        is_newer = removed_at and (at is None or at <= removed_at)
        if is_newer and row.decision != Decision.TAKE:
            reason = f"{row.reason} Removed here on {removed_at:%Y-%m-%d}."
            self.settle(row, Outcome.CONFLICT, reason.strip())
        else:
            self.settle(row, Outcome.ADD, row.reason.strip())

    def add_days(self, row: ImportRow) -> None:
        """Of a title that is on neither list."""
        here, said = self.days_here(), self.records[row].watched
        diary = here.get(row.anime_id or 0, {})
        if all(diary.get(day, 0) >= episodes for day, episodes in said.items()):
            if self.is_for_lists(row):
                self.settle(row, Outcome.ADD, joined(row.reason, ADDS_TO_LISTS))
                return
            has_all = "The diary has its days already."
            self.settle(row, Outcome.UNCHANGED, joined(row.reason, has_all))
            return
        says = "Not on the list in the file: only its days are taken."
        self.settle(row, Outcome.ADD, joined(row.reason, says))

    def days_here(self) -> Mapping[int, Diary]:
        """Of the titles of which the file has days; read once."""
        if self.days is None:
            ids = {
                row.anime_id
                for row in self.open
                if row.anime_id and self.records[row].watched
            }
            self.days = diaries_of(self.plan.user_id, ids)
        return self.days

    def numbers_here(self) -> Mapping[int, Viewings]:
        """The viewings of the titles of which the file has some; read once."""
        if self.viewings is None:
            ids = {
                row.anime_id
                for row in self.open
                if row.anime_id and self.records[row].viewings
            }
            self.viewings = viewings.read(self.plan.user_id, ids)
        return self.viewings

    def brings_more(self, row: ImportRow) -> bool:
        """Whether the file has viewings, or more episodes with a day, than are here. A
        day that was corrected here is not brought back.
        """
        record, anime_id = self.records[row], row.anime_id or 0
        if record.watched:
            diary = self.days_here().get(anime_id, {})
            if dated(record.watched) > dated(diary):
                return True
        if not record.viewings:
            return False
        here = self.numbers_here()[anime_id].after
        return any(said["number"] not in here for said in record.viewings)

    def is_for_lists(self, row: ImportRow) -> bool:
        """Whether the plan takes it for a list that does not have it here."""
        keys = self.places(row)
        if not keys:
            return False
        here = self.lists_here().get(row.anime_id or 0, set())
        named = self.lists_named()
        return any(named.get(key) not in here for key in keys)

    def places(self, row: ImportRow) -> Collection[str]:
        record = self.records[row]
        tags = record.values.get("tags", ())
        return self.planned_lists.places(record.lists, tags).keys()

    def lists_here(self) -> Mapping[int, set[UUID]]:
        """Those that titles are on which the plan puts on any; read once."""
        if self.lists is None:
            ids = {row.anime_id for row in self.open if row.anime_id}
            self.lists = lists_with(self.plan.user_id, ids)
        return self.lists

    def lists_named(self) -> Mapping[str, UUID]:
        """The lists that are here, by name; read once."""
        if self.named is None:
            self.named = lists_named(self.plan)
        return self.named

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
        if not differences and policy != Policy.KEEP and self.brings_more(row):
            self.settle(row, Outcome.UPDATE, joined(reason, ADDS_DAYS))
        elif not differences and policy != Policy.KEEP and self.is_for_lists(row):
            self.settle(row, Outcome.UPDATE, joined(reason, ADDS_TO_LISTS))
        elif not differences:
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


def time_of(record: Record, plan: ImportPlan) -> datetime | None:
    """When what a row says was so; a clock that goes ahead wins nothing by it."""
    at = record.changed_at or plan.exported_at
    return min(at, plan.created_at) if at else None


@dataclass(slots=True)
class Story:
    """What the log tells of entries, as far as it goes back.

    touches:  the last change of each field, {anime_id: {field: Touch}}.
    removals: when an anime was removed that was not added again.
    """

    touches: dict[int | None, dict[str, Touch]] = field(default_factory=dict)
    removals: dict[int | None, datetime] = field(default_factory=dict)
    # What stood before each change, for who undoes it.
    undoable: dict[tuple[UUID, int | None], dict[str, Touch]] = field(
        default_factory=dict
    )
    removed: dict[int | None, Removed] = field(default_factory=dict)

    def tell(self, change: Mapping[str, Any]) -> None:
        """The next change. One that undoes another brings its touches back too."""
        anime_id, kind = change["anime_id"], change["kind"]
        before = self.touches.pop(anime_id, {})
        self.undoable[change["operation_id"], anime_id] = before
        undone = self.undoable.get((change["undoes"], anime_id))
        if kind == ChangeKind.REMOVE:
            self.removed[anime_id] = Removed(change["before"], before)
            if undone is None:
                self.removals[anime_id] = change["at"]
            return
        self.removals.pop(anime_id, None)
        now = {
            name: Touch(
                change["as_of"] or change["at"],
                by_import=change["through"] == "import",
                by_add=kind == ChangeKind.ADD,
            )
            for name in LOGGED_FIELDS
            if name in change["after"]
        }
        if undone is not None:
            now = {name: undone.get(name, touch) for name, touch in now.items()}
        elif kind == ChangeKind.ADD:
            now |= self.brought_back(change)
        self.touches[anime_id] = before | now

    def brought_back(self, change: Mapping[str, Any]) -> dict[str, Touch]:
        """An anime added soon after its removal takes back what it held."""
        removed = self.removed.get(change["anime_id"])
        after = change["after"]
        if removed is None or removed.entry["id"] != after["id"]:
            return {}
        return {
            name: touch
            for name, touch in removed.touches.items()
            if removed.entry[name] == after[name]
        }


def story_of(user_id: UUID, anime_ids: Iterable[int]) -> Story:
    """One statement: all changes of these entries, in order."""
    changes = (
        Change.objects.of(user_id)
        .filter(
            anime_id__in=among(anime_ids),
            kind__in=[ChangeKind.ADD, ChangeKind.UPDATE, ChangeKind.REMOVE],
        )
        .order_by("revision")
    )
    story = Story()
    for change in changes.values(*CHANGE).iterator(1000):
        story.tell(change)
    return story
