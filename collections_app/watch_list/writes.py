"""The one write path to a user's list.

Every write goes lock → read → decide → save: `history.recording` takes the lock and
keeps the log, `ListEdit` reads the entries at stake, the rules decide in memory, and
all changed rows are saved together. One entry or 500: the number of statements is the
same.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Literal, TypedDict, cast
from uuid import UUID

from django.db.models import FilteredRelation, OuterRef, Q, Subquery
from django.utils import timezone

from animecollections.api.conditional import ALWAYS, Precondition, mismatch
from animecollections.api.errors import ApiError, refuse
from animecollections.db.bulk import Rows
from animecollections.db.compiled import Compiled
from animecollections.db.ids import new_id
from animecollections.identity import Origin
from collections_app.catalogue.entry_facts import FACTS
from collections_app.catalogue.facts import Facts
from collections_app.catalogue.lookup import (
    ambiguous,
    matching_number,
    matching_site,
    meanings,
    named,
    pick,
)
from collections_app.catalogue.merges import Merge, MergeStatus
from collections_app.catalogue.models import Anime
from collections_app.catalogue.refs import OWN, AnimeRef
from collections_app.own_lists.edit import ListOperation, ListOutcome, ListsEdit
from collections_app.own_lists.values import Row
from collections_app.watch_list import (
    diary_verbs,
    rules,
    viewing_verbs,
    viewings,
    watch_verb,
)
from collections_app.watch_list.entries import (
    Entry,
    EntryJson,
    beyond_limits,
    differences,
    from_snapshot,
    snapshot,
    values_to_json,
)
from collections_app.watch_list.episode_ranges import (
    Seen,
    newly_watched,
    said_as_columns,
    size,
)
from collections_app.watch_list.fields import LARGEST_NUMBER, NEW_ENTRY, STORED_COLUMNS
from collections_app.watch_list.models import (
    STATES_OF_TYPE,
    EntryState,
    EntryType,
    WatchListEntry,
)
from collections_app.watch_list.news import is_news
from collections_app.watch_list.viewings import Viewings
from history.log.recording import Recording, recording
from history.models import Change, ChangeKind, EpisodesWatched
from history.watched.days import UNKNOWN, Tally, is_to_come
from history.watched.services import diaries_of

# An anime added again so soon after its removal takes back what it held: existing
# clients move by removing and adding, which must not destroy notes and scores.
RESTORED_WITHIN = timedelta(hours=24)

Verb = Literal[
    "add", "update", "move", "increment", "remove",
    "viewing_begin", "viewing_update", "viewing_remove",
    "watched_add", "watched_update", "watched_remove", "watch",
]  # fmt: skip
# What is done to viewings, and what of the log it is about.
VIEWING_VERBS: dict[str, Callable[..., "Outcome"]] = {
    "viewing_begin": viewing_verbs.begin,
    "viewing_update": viewing_verbs.change,
    "viewing_remove": viewing_verbs.remove,
}
# The same of the diary.
DIARY_VERBS: dict[str, Callable[..., "Outcome"]] = {
    "watched_add": diary_verbs.add,
    "watched_update": diary_verbs.change,
    "watched_remove": diary_verbs.remove,
}
OF_A_VIEWING = ("viewing_update", "viewing_remove")
BESIDE_ENTRIES = {*OF_A_VIEWING, *DIARY_VERBS}


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing to do to one anime of a list.

    values:      entry columns as sent (null clears); `type` of an add or a move. Of a
                 viewing its columns.
    number:      of the viewing; or row_id, which is its id. Of a day of the diary too.
    watched_on:  when what it adds was watched (rules.Edit).
    quiet:       nobody is told of what it changes.
    only_if:     what the client saw of it; where that is no more, it is refused (412).
    key:         the client's own. Of several with one key, the first that succeeds is
                 the only one that is done.
    """

    verb: Verb
    anime: AnimeRef
    values: Mapping[str, Any] = field(default_factory=dict)
    by: int = 0
    fresh: bool = False
    only_if: Precondition = ALWAYS
    key: str = ""
    watched_on: str | None = None
    number: int = 0
    row_id: UUID | None = None
    quiet: bool = False

    @property
    def titles(self) -> list[AnimeRef]:
        return [self.anime]


@dataclass(slots=True)
class Outcome:
    """What one operation did; `entry` is None when the anime is not listed now.

    number, viewing: of the viewing that it was about; None when it is gone.
    day: of the diary's row that it wrote, the newest of several.
    """

    anime_id: int
    entry: dict[str, Any] | None = None
    removed: int = 0
    changes: list[dict[str, Any]] = field(default_factory=list)
    warnings: list[dict[str, Any]] = field(default_factory=list)
    operation_id: UUID | None = None  # None when nothing changed
    number: int = 0
    viewing: dict[str, Any] | None = None
    day: str | None = None

    @property
    def meta(self) -> dict[str, object]:
        told = {
            "changes": self.changes,
            "warnings": self.warnings,
            "operation_id": self.operation_id,
        }
        return {name: value for name, value in told.items() if value}


AnyOperation = Operation | ListOperation
AnyOutcome = Outcome | ListOutcome


class Logged(TypedDict):
    """One changed row, as the log is to have it. days: of episodes watched."""

    kind: ChangeKind
    anime_id: int | None  # None: a list of one's own
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    days: Mapping[str, int]


@dataclass(slots=True)
class Slot:
    """One anime's place on the list: what stood there, and what will."""

    user_id: UUID
    facts: Facts
    before: Entry | None
    removed: Mapping[str, Any] | None  # the snapshot of a recent removal
    after: Entry | None
    goes_into: int | None = None  # the title that a running merge makes of this one
    viewing: int | None = None  # the number of the active one
    watched: Tally = field(default_factory=Tally)  # what is counted by it
    as_of: datetime | None = None  # when what an import says was so
    # Of days that rows of the diary move to: theirs.
    viewings_of_days: dict[str, int] = field(default_factory=dict)
    is_quiet: bool = False  # of several operations, where one was

    @property
    def anime_id(self) -> int:
        return int(self.facts["id"])

    @property
    def not_saved(self) -> Entry:
        return {
            "user_id": self.user_id,
            "anime_id": self.anime_id,
            "revision": 0,
            "updated_at": self.after["added_at"] if self.after else None,
        }

    @property
    def moved(self) -> bool:
        if self.before is None or self.after is None:
            return self.before is not self.after
        return bool(differences(self.before, self.after))

    def viewing_of(self, day: str) -> int:
        """Which time through the title a new row of the diary is of."""
        return self.viewings_of_days.get(day) or self.viewing or 1

    @property
    def is_private(self) -> bool:
        """Before or after: what is told of it would tell what is private."""
        return any(entry and entry["is_private"] for entry in (self.before, self.after))

    @property
    def became_private(self) -> bool:
        was = self.before is not None and self.before["is_private"]
        return self.after is not None and self.after["is_private"] and not was

    def join_run(self) -> None:
        """However it came to be so, progress is the last of an unbroken run."""
        if self.after is not None and self.after["episode_ranges"]:
            was = self.before["progress"] if self.before else 0
            self.after |= Seen.of(self.after).settled(was).columns

    @property
    def revision(self) -> int | None:
        """Of the entry as it was read; None where it is not on the list now."""
        if self.after is None:
            return None
        return self.before["revision"] if self.before else 0

    @property
    def entry(self) -> EntryJson | None:
        """As JSON; an entry that is not there yet has revision 0 until it is saved."""
        if self.after is None:
            return None
        return values_to_json(self.not_saved | self.after, self.facts)


READ = (
    "id", *FACTS, "gone_since", "removed", "goes_into", "viewing",
    *(f"entry__{name}" for name in STORED_COLUMNS),
)  # fmt: skip


def rows_of(user_id: UUID, since: datetime, condition: Q) -> Any:
    """Anime, what the user has of them, and what they removed of them since."""
    removal = (
        Change.objects.of(user_id)
        .filter(
            anime_id=OuterRef("pk"),
            kind=ChangeKind.REMOVE,
            at__gt=since,
        )
        .order_by("-revision")
    )
    under_way = Merge.objects.filter(
        gone_id=OuterRef("pk"), status=MergeStatus.MERGING
    ).order_by()  # there is one at most
    mine = Q(entries__user_id=user_id)
    return (
        Anime.objects.filter(condition)
        .annotate(
            entry=FilteredRelation("entries", condition=mine),
            removed=Subquery(removal.values("before")[:1]),
            goes_into=Subquery(under_way.values("kept_id")),
            viewing=viewings.active_number(user_id),
        )
        .order_by()
        .values_list(*READ)
    )


def as_read(row: Sequence[object]) -> dict[str, object]:
    return dict(zip(READ, row, strict=True))


# One anime, which is what most writes are about: by its id mostly, for which PostgreSQL
# needs half as long as to look for whatever else a number may mean.
BY_ID = Compiled(
    lambda user_id, since, number: rows_of(user_id, since, Q(pk=number)),
    *(UUID, datetime, int),
    is_hot=True,
)
BY_NUMBER = Compiled(
    lambda user_id, since, key, number: rows_of(
        user_id, since, matching_number(key, number)
    ),
    *(UUID, datetime, str, int),
)
BY_SITE = Compiled(
    lambda user_id, since, key, site: rows_of(user_id, since, matching_site(key, site)),
    *(UUID, datetime, str, str),
    is_hot=True,
)


def query_of(ref: AnimeRef) -> tuple[Compiled, tuple[object, ...]]:
    """And its parameters after the user and the time."""
    if ref.site == OWN:
        return BY_ID, (ref.number,)
    return BY_SITE, (ref.key, ref.site)


@dataclass(slots=True)
class ListEdit:
    """The entries that one write is about: read once, decided on, saved once."""

    record: Recording
    user_id: UUID
    today: date
    slots: dict[AnimeRef, Slot] = field(default_factory=dict)
    refused: dict[AnimeRef, ApiError] = field(default_factory=dict)
    is_settled: bool = False
    viewings: dict[int, Viewings] = field(default_factory=dict)  # those that were read
    rows_of_diary: dict[UUID | None, dict[str, Any]] | None = None
    titles_of_diary: frozenset[int] = frozenset()
    lists: ListsEdit = field(init=False)

    def __post_init__(self) -> None:
        self.lists = ListsEdit(self.record, self.user_id)

    def read(self, refs: Iterable[AnimeRef]) -> None:
        """The anime, the entries of them, and their last removals.

        Read after the lock, so that nobody else changes them until the commit. One
        statement; two where there are several, or one is no id of ours.
        """
        refs = list(dict.fromkeys(refs))
        since = self.record.at - RESTORED_WITHIN
        if len(refs) == 1:
            [ref] = refs
            query, values = query_of(ref)
            self.take(ref, since, query.fetch(self.user_id, since, *values))
            return
        found = self.locate(refs)
        several = rows_of(self.user_id, since, Q(pk__in=set(found.values())))
        by_id = {row[0]: self.slot(as_read(row)) for row in several}
        self.slots.update({ref: by_id[anime_id] for ref, anime_id in found.items()})

    def take(
        self, ref: AnimeRef, since: datetime, rows: Sequence[Sequence[object]]
    ) -> None:
        """What its query found of one anime; another looks for whatever else its number
        may mean.
        """
        if not rows and ref.site == OWN:
            rows = BY_NUMBER.fetch(self.user_id, since, ref.key, ref.number)
        try:
            self.slots[ref] = self.slot(pick(ref, [as_read(row) for row in rows]))
        except ApiError as error:
            self.refused[ref] = error

    def locate(self, refs: Sequence[AnimeRef]) -> dict[AnimeRef, int]:
        """Those the catalogue has; one that means two titles is refused by itself."""
        found = meanings(refs)
        for ref, titles in found.items():
            if len(titles) > 1:
                self.refused[ref] = ambiguous(ref, [named(anime) for anime in titles])
        return {ref: titles[0].id for ref, titles in found.items() if len(titles) == 1}

    def slot(self, row: Mapping[str, Any]) -> Slot:
        facts = cast("Facts", {name: row[name] for name in ("id", *FACTS)})
        before = None
        if row["entry__id"] is not None:
            before = {name: row[f"entry__{name}"] for name in STORED_COLUMNS}
        after = dict(before) if before else None
        removed, goes_into = row["removed"], row["goes_into"]
        viewing = row["viewing"]
        return Slot(self.user_id, facts, before, removed, after, goes_into, viewing)

    def viewings_of(self, slot: Slot) -> Viewings:
        """Read where they are needed first: those of all slots, by one statement."""
        if slot.anime_id not in self.viewings:
            needed = self.by_id().keys() - self.viewings.keys()
            self.viewings |= viewings.read(self.user_id, needed)
        return self.viewings[slot.anime_id]

    def diary_rows(self) -> dict[UUID | None, dict[str, Any]]:
        """What was watched of the titles of all slots; one statement."""
        if self.rows_of_diary is None:
            rows = EpisodesWatched.objects.of(self.user_id).with_watched_on()
            columns = (
                "id",
                "anime_id",
                "watched_on",
                "episodes",
                "viewing",
                "revision",
            )
            mine = rows.of_anime(self.by_id().keys()).order_by().values(*columns)
            self.rows_of_diary = {row["id"]: row for row in mine}
            self.titles_of_diary = frozenset(self.by_id())
        return self.rows_of_diary

    def diaries(self, anime_ids: Collection[int]) -> Mapping[int, Mapping[str, int]]:
        """What was watched of each, by day; no statement where the rows are there."""
        if not self.titles_of_diary.issuperset(anime_ids):
            return diaries_of(self.user_id, anime_ids)
        found: dict[int, dict[str, int]] = {}
        for row in self.diary_rows().values():
            found.setdefault(row["anime_id"], {})[row["watched_on"]] = row["episodes"]
        return found

    def outcome_of(self, slot: Slot) -> Outcome:
        return Outcome(slot.anime_id)

    def apply(self, operation: Operation) -> Outcome:
        """Decides one operation in memory; an ApiError leaves its slot as it was."""
        slot = self.slot_of(operation.anime)
        if slot.after is None and slot.goes_into is not None:
            slot = self.follow(operation.anime, slot.goes_into)
        slot.is_quiet |= operation.quiet
        if operation.verb in DIARY_VERBS:
            return DIARY_VERBS[operation.verb](self, slot, operation)
        if operation.verb in OF_A_VIEWING:
            return VIEWING_VERBS[operation.verb](self, slot, operation)
        if not operation.only_if.allows(slot.revision):
            raise mismatch(entry=slot.entry)
        if operation.verb in VIEWING_VERBS:
            return VIEWING_VERBS[operation.verb](self, slot, operation)
        if operation.verb == "watch":
            return watch_verb.watch(self, slot, operation)
        if operation.verb == "remove":
            return self.take_off(slot)
        if operation.verb != "add" and slot.after is None:
            raise ApiError("entry_not_found", id=operation.anime)
        return self.put(slot, operation)

    def apply_to_lists(self, operation: ListOperation) -> ListOutcome:
        """The same of a list of one's own; a title that is being merged is already the
        one that it becomes.
        """
        listed = self.lists.find(operation.list_ref)
        anime, after = (
            self.title_of(ref, listed) if ref else None
            for ref in (operation.anime, operation.after)
        )
        return self.lists.apply(operation, anime, after)

    def title_of(self, ref: AnimeRef, listed: Row | None) -> int:
        slot = self.slot_of(ref)
        if slot.goes_into is None or not listed:
            return slot.anime_id
        is_there = self.lists.item((listed["id"], slot.anime_id)) is not None
        return slot.anime_id if is_there else slot.goes_into

    def slot_of(self, ref: AnimeRef) -> Slot:
        """404 `anime_not_found`, 400 `ambiguous_id`: of this one alone."""
        if ref in self.slots:
            return self.slots[ref]
        raise self.refused.get(ref) or ApiError("anime_not_found", id=ref)

    def follow(self, ref: AnimeRef, anime_id: int) -> Slot:
        """To the title that a running merge moves this one into: the entry is there
        already, or will be, and until the merge is through both ids have a row.
        """
        kept = AnimeRef(OWN, str(anime_id))
        if anime_id not in self.by_id():
            self.read([kept])
        self.slots[ref] = self.by_id().get(anime_id) or self.slot_of(kept)
        return self.slots[ref]

    def put(self, slot: Slot, operation: Operation) -> Outcome:
        """Puts the sent values over what stands there, then what follows from them."""
        restored = None if operation.fresh or slot.after else slot.removed
        base = slot.after or (from_snapshot(restored) if restored else dict(NEW_ENTRY))
        values = cleared(operation.values)
        if wrong := beyond_limits(values, base):
            raise refuse(**wrong)
        values = with_episodes(values, base, slot.facts)
        if operation.verb == "increment":
            # A client that counts on is a loop.
            most = max(LARGEST_NUMBER, base["progress"])
            values["progress"] = min(max(0, base["progress"] + operation.by), most)
        after = {"id": new_id(), "added_at": self.record.at} | base | values
        if after["type"] != base["type"] and "state" not in values:
            after["state"] = EntryState.ACTIVE.value
        edit = rules.Edit(
            before=base,
            after=after,
            facts=slot.facts,
            sent=frozenset(values),
            today=self.today,
            is_increment=operation.verb == "increment",
            watched_on=operation.watched_on,
        )
        check_state(after)
        rules.check(edit)
        if restored:
            rules.tell_restored(edit)
        rules.apply(edit)
        viewing_verbs.follow(self, slot, edit)
        self.count(slot, edit)
        slot.after = after
        self.leave_lists(slot, edit)
        return Outcome(slot.anime_id, changes=edit.changes, warnings=edit.warnings)

    def leave_lists(self, slot: Slot, edit: rules.Edit) -> None:
        """A completed title goes off the lists that want it so."""
        has_lists = self.record.state.lists_revision or self.lists.lists
        if not edit.becomes_completed or not has_lists:
            return
        for name in self.lists.leave(slot.anime_id, self.by_id().keys()):
            change = {"field": "lists", "from": name, "to": None}
            edit.changes.append(change | {"reason": "left_list"})

    def count(self, slot: Slot, edit: rules.Edit) -> None:
        """What the call says of episodes seen.

        Less progress takes back what a slip counted, and no more than that, unless the
        entry moved as well (starting over unwatches nothing). Where the call says a
        day, what is taken back is of that day, whatever moved. A day on which it was
        finished is that of the episodes of which none was known.
        """
        before, after, watched = edit.before, edit.after, slot.watched
        watched.add_all(rules.days_watched(edit))
        if slot.after is not None and edit.newly_watched:
            after["watched_at"] = self.record.at
        watched.take_back(rules.days_taken_back(edit))
        stayed = all(before[name] == after[name] for name in ("type", "state"))
        if stayed and before["type"] and edit.watched_on is None:
            watched.lowered += size(edit.no_longer_watched)
        if slot.after is not None and "finished_on" in edit.sent:
            watched.dated = finish_of(after, self.today)
            if before["finished_on"] != after["finished_on"]:
                # Of several in a batch the first is what the log knows.
                watched.dated_before = watched.dated_before or before["finished_on"]

    def settle(self) -> None:
        """What the slots count: one statement, where any takes back or is dated."""
        if self.is_settled:
            return
        self.is_settled = True
        slots = [slot for slot in self.by_id().values() if slot.watched]
        needed = [slot.anime_id for slot in slots if slot.watched.depends_on_diary]
        diaries = self.diaries(needed) if needed else {}
        redated = [slot.anime_id for slot in slots if slot.watched.dated_before]
        by_log = dated_by_the_log(self.user_id, redated) if redated else {}
        for slot in slots:
            slot.watched.dated_number = by_log.get(slot.anime_id, 0)
            entry = slot.after or slot.before
            counted = entry["counted"] if entry else 0
            slot.watched.settle(diaries.get(slot.anime_id, {}), counted)

    def take_off(self, slot: Slot) -> Outcome:
        removed = int(slot.after is not None)
        if slot.after is not None:
            slot.removed = snapshot(slot.after)
        slot.after = None
        return Outcome(slot.anime_id, removed=removed)

    def decide(self) -> None:
        """What follows from all that was done, before it is saved or told."""
        self.settle()
        for slot in self.by_id().values():
            slot.join_run()
            viewing_verbs.end_with_entry(self, slot)

    def logged(self) -> Iterator[Logged]:
        """What `save` would write into the log, once it is decided."""
        for slot in self.changed():
            yield from changes_of(slot)
        for anime_id, kept in sorted(self.viewings.items()):
            for number in kept.changed():
                before, after = kept.snapshots(number)
                yield Logged(
                    kind=ChangeKind.VIEWING,
                    anime_id=anime_id,
                    before=before,
                    after=after,
                    days={},
                )

    def save(self) -> bool:
        """Writes what changed, in key order; False when nothing did.

        The entries that stay go into the database with the log of their changes, those
        that go out of it at once.
        """
        self.decide()
        changed = self.changed()
        written = [slot for slot in changed if slot.after and slot.moved]
        gone = [slot for slot in changed if not slot.after and slot.moved]
        for slot in changed:
            self.note(slot)
        rows = [
            {name: slot.after[name] for name in STORED_COLUMNS}
            for slot in written
            if slot.after
        ]
        self.record.put(Rows(WatchListEntry, rows, unique=("user", "anime")))
        if gone:
            ids = [slot.anime_id for slot in gone]
            WatchListEntry.objects.of(self.user_id).filter(anime_id__in=ids).delete()
        has_viewings = viewings.save(self.record, self.user_id, self.viewings)
        has_lists = self.lists.save()
        return bool(changed) or has_viewings or has_lists

    def changed(self) -> list[Slot]:
        """The slots that end otherwise than they began, or count episodes, in key
        order.
        """
        slots = sorted(self.by_id().items())
        return [slot for _, slot in slots if slot.moved or slot.watched]

    def by_id(self) -> dict[int, Slot]:
        """Each slot once, though several references may mean its title."""
        return {slot.anime_id: slot for slot in self.slots.values()}

    def note(self, slot: Slot) -> None:
        """Its changes in the log; revision and time of the last on the entry."""
        entry, revision = slot.after, 0
        if slot.became_private:
            self.record.titles_hidden.add(slot.anime_id)
        for change in changes_of(slot):
            revision = self.record.change(
                change["kind"],
                anime_id=slot.anime_id,
                before=change["before"],
                after=change["after"],
                watched=change["days"],
                viewings={day: slot.viewing_of(day) for day in change["days"]},
                as_of=slot.as_of,
                is_quiet=slot.is_quiet,
                is_told=not slot.is_private and is_news(change, self.record.at),
            )
        if entry is not None and slot.moved:
            counted = sum(slot.watched.of_entry.values())
            if slot.before is not None:
                entry |= {name: slot.before[name] for name in ("id", "added_at")}
            entry |= slot.not_saved | now_counted(entry, counted)
            entry |= {"updated_at": self.record.at, "revision": revision}


def changes_of(slot: Slot) -> Iterator[Logged]:
    """What the diary has beside an entry that changes as well is a change by itself, so
    that an undo puts back what the entry counted.
    """
    beside = {day: number for day, number in slot.watched.beside.items() if number}
    if not slot.moved or not beside:
        yield change_of(slot, slot.watched.days)
        return
    yield Logged(
        kind=ChangeKind.WATCHED,
        anime_id=slot.anime_id,
        before={},
        after={},
        days=beside,
    )
    yield change_of(slot, slot.watched.of_entry)


def change_of(slot: Slot, days: Mapping[str, int]) -> Logged:
    """How an entry ends otherwise than it began."""
    entry, counted = slot.after, sum(days.values())
    kind: ChangeKind = ChangeKind.UPDATE
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    if not slot.moved:
        kind = ChangeKind.WATCHED
    elif slot.before is None and entry is not None:
        kind, after = ChangeKind.ADD, snapshot(entry)
    elif slot.before is not None and entry is None:
        kind = ChangeKind.REMOVE
        before = snapshot(slot.before | now_counted(slot.before, counted))
    elif slot.before is not None and entry is not None:
        names = differences(slot.before, entry)
        before = {name: slot.before[name] for name in names}
        after = {name: entry[name] for name in names}
    return Logged(
        kind=kind, anime_id=slot.anime_id, before=before, after=after, days=dict(days)
    )


def add(
    *,
    user_id: UUID,
    anime: AnimeRef,
    values: Mapping[str, object],
    today: date,
    through: Origin,
    fresh: bool = False,
    only_if: Precondition = ALWAYS,
    watched_on: str | None = None,
    quiet: bool = False,
) -> Outcome:
    """Puts an anime on the list, or moves it: `values` has the type, and any field."""
    return do(
        user_id=user_id,
        operation=Operation(
            "add",
            anime,
            values,
            fresh=fresh,
            only_if=only_if,
            watched_on=watched_on,
            quiet=quiet,
        ),
        today=today,
        through=through,
    )


def remove(
    *,
    user_id: UUID,
    anime: AnimeRef,
    today: date,
    through: Origin,
    only_if: Precondition = ALWAYS,
) -> Outcome:
    """Takes an anime off the list; not listed is no error, for a retry is none."""
    return do(
        user_id=user_id,
        operation=Operation("remove", anime, only_if=only_if),
        today=today,
        through=through,
    )


def do(
    *,
    user_id: UUID,
    operation: Operation,
    today: date,
    through: Origin,
) -> Outcome:
    """One operation, whole or not at all.

    Three statements on PostgreSQL: lock and revision, read, save; on SQLite one for
    each table saved. Two when nothing changes; one more for an id that is none of ours.
    """
    anime, since = operation.anime, timezone.now() - RESTORED_WITHIN
    query, values = query_of(anime)
    with recording(
        user_id=user_id,
        through=through,
        expected_kind=(
            ChangeKind.VIEWING if operation.verb in OF_A_VIEWING else ChangeKind.UPDATE
        ),
        reading=[query.statement(user_id, since, *values)],
    ) as record:
        edit = ListEdit(record, user_id, today)
        edit.take(anime, since, query.read(record.read[0]))
        outcome = edit.apply(operation)
        outcome.operation_id = record.operation_id if edit.save() else None
        tell(edit, edit.slots[anime], outcome)
        return outcome


def do_all(
    *,
    user_id: UUID,
    operations: Sequence[AnyOperation],
    today: date,
    through: Origin,
    atomic: bool = False,
    dry_run: bool = False,
) -> list[AnyOutcome | ApiError]:
    """Many operations in order, as one write; a refused one is its ApiError.

    A refused operation leaves the others be; with `atomic` it leaves nothing done.
    The number of statements does not grow with that of operations.
    """
    with recording(user_id=user_id, through=through) as record:
        edit = ListEdit(record, user_id, today)
        edit.read(ref for operation in operations for ref in operation.titles)
        of_lists = [one for one in operations if isinstance(one, ListOperation)]
        titles = {ref: slot.anime_id for ref, slot in edit.slots.items()}
        edit.lists.prepare(of_lists, titles)
        results = list(attempts(edit, operations))
        refused = any(isinstance(result, ApiError) for result in results)
        has_changed = not (dry_run or (atomic and refused)) and edit.save()
        slots = edit.by_id()
        for operation, result in zip(operations, results, strict=True):
            if isinstance(result, ListOutcome):
                edit.lists.tell(result)
                result.operation_id = record.operation_id if has_changed else None
            elif isinstance(result, Outcome):
                tell(edit, slots[result.anime_id], result)
                result.operation_id = record.operation_id if has_changed else None
            elif (
                result.code == "revision_mismatch"
                and isinstance(operation, Operation)
                and operation.verb not in BESIDE_ENTRIES
            ):
                # As the whole batch left it: what a client decides on next.
                result.details = {"entry": edit.slots[operation.anime].entry}
        return results


def tell(edit: ListEdit, slot: Slot, outcome: Outcome) -> None:
    """The entry and the viewing as they are after all of the write."""
    outcome.entry = slot.entry
    if outcome.number:
        kept = edit.viewings_of(slot).after
        told = viewings.shown(kept, slot.after, slot.facts["episodes"])
        found = (row for row in told if row["number"] == outcome.number)
        row = next(found, None)
        outcome.viewing = viewings.to_json(row) if row else None


def attempts(
    edit: ListEdit, operations: Iterable[AnyOperation]
) -> Iterator[AnyOutcome | ApiError]:
    """What each comes to, in order. One whose key was done already is that outcome."""
    done: dict[str, AnyOutcome] = {}
    for operation in operations:
        outcome = done.get(operation.key) or attempt(edit, operation)
        if operation.key and not isinstance(outcome, ApiError):
            done[operation.key] = outcome
        yield outcome


def attempt(edit: ListEdit, operation: AnyOperation) -> AnyOutcome | ApiError:
    try:
        if isinstance(operation, ListOperation):
            return edit.apply_to_lists(operation)
        return edit.apply(operation)
    except ApiError as error:
        return error


def cleared(values: Mapping[str, object]) -> dict[str, object]:
    """null clears: a column then holds what a new entry would."""
    return {
        name: NEW_ENTRY[name] if value is None else value
        for name, value in values.items()
    }


def with_episodes(
    values: dict[str, Any], before: Entry, facts: Facts
) -> dict[str, Any]:
    if "episode_ranges" not in values:  # as mostly
        return values
    try:
        return said_as_columns(values, before, facts["episodes"])
    except ValueError as error:
        raise refuse(episode_ranges=str(error)) from None


def fits(entry: Entry) -> bool:
    """Whether its type can be in its state."""
    return entry["state"] in STATES_OF_TYPE[entry["type"]]


def check_state(entry: Entry) -> None:
    if not fits(entry):
        allowed = STATES_OF_TYPE[entry["type"]]
        raise refuse(
            state=f'"{entry["type"]}" can be {" or ".join(allowed)}, '
            f"not {entry['state']}."
        )


def dated_by_the_log(user_id: UUID, anime_ids: Collection[int]) -> Mapping[int, int]:
    """How many episodes the finish date of each title moved to its day, when it was
    set; one statement.
    """
    changes = Change.objects.of(user_id).filter(
        anime_id__in=anime_ids,
        kind__in=[ChangeKind.ADD, ChangeKind.UPDATE],
        after__has_key="finished_on",
    )
    rows = changes.order_by("revision").values_list("anime_id", "days", "after")
    found: dict[int, int] = {}
    for anime_id, days, after in rows:
        counted = days or {}
        moved = -sum(number for number in counted.values() if number < 0)
        found[anime_id or 0] = max(0, min(moved, counted.get(after["finished_on"], 0)))
    return found


def finish_of(entry: Entry, today: date) -> str:
    """The day on which what was watched of an entry came to its end."""
    day = str(entry["finished_on"])
    is_whole = entry["type"] == EntryType.COMPLETED or (
        entry["state"] == EntryState.REWATCHING
    )
    return day if is_whole and not is_to_come(day, today) else UNKNOWN


def count_as_laid(slot: Slot, today: date) -> None:
    """What an import says of episodes seen: when a title was finished, or nothing."""
    if slot.after is None:
        return
    slot.join_run()
    day = finish_of(slot.after, today)
    slot.watched.add(day, size(newly_watched(slot.before or NEW_ENTRY, slot.after)))
    if slot.before and slot.before["finished_on"] != slot.after["finished_on"]:
        slot.watched.dated = day


def now_counted(entry: Entry, counted: int) -> Entry:
    """How many of an entry's episodes count as watched, after so many more or less."""
    return {"counted": max(0, entry["counted"] + counted)}
