"""Where list and log disagree, and how the log is made to end in the list again.

The list is what the user sees, so it is right. The log gets the change that is missing,
as an operation of its own: devices hear of it by sync, and it can be undone.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from animecollections.db.bulk import upsert
from animecollections.db.ids import new_id
from animecollections.identity import Origin
from collections_app.catalogue.refs import OWN, AnimeRef
from collections_app.watch_list.entries import Entry, snapshot
from collections_app.watch_list.fields import LOGGED_FIELDS, NEW_ENTRY, STORED_COLUMNS
from collections_app.watch_list.models import WatchListEntry
from collections_app.watch_list.writes import Operation, do_all
from history.log.recording import recording
from history.models import Change, ChangeKind

ENTRY_KINDS = (ChangeKind.ADD, ChangeKind.UPDATE, ChangeKind.REMOVE)


@dataclass(slots=True)
class LastWord:
    """What the log says of one anime: the values it knows, None where it was removed.

    Of an entry whose adding was pruned it knows the fields that changed since.
    """

    revision: int
    values: dict[str, Any] | None = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Disagreement:
    anime_id: int
    entry: Entry | None
    word: LastWord | None


def disagreements(user_id: UUID) -> list[Disagreement]:
    """Of one user; call it under their lock, or a write in between looks like one."""
    entries = WatchListEntry.objects.of(user_id).values(*STORED_COLUMNS)
    changes = Change.objects.of(user_id).order_by("revision")
    columns = ("revision", "kind", "anime_id", "after")
    rows = changes.values_list(*columns).iterator()
    return list(compare({entry["anime_id"]: entry for entry in entries}, rows))


def compare(
    entries: Mapping[int, Entry], changes: Iterable[tuple[Any, ...]]
) -> Iterator[Disagreement]:
    """changes: (revision, kind, anime_id, after) of one user, in order."""
    words: dict[int, LastWord] = {}
    oldest = 0
    for revision, kind, anime_id, after in changes:
        oldest = oldest or revision
        if kind in ENTRY_KINDS:
            words[anime_id] = said_after(words.get(anime_id), revision, kind, after)
    for anime_id in sorted(entries.keys() | words.keys()):
        entry, word = entries.get(anime_id), words.get(anime_id)
        if not agree(entry, word, oldest):
            yield Disagreement(anime_id, entry, word)


def said_after(
    word: LastWord | None, revision: int, kind: str, after: Mapping[str, object]
) -> LastWord:
    if kind == ChangeKind.REMOVE:
        return LastWord(revision, None)
    known = word.values if word and kind == ChangeKind.UPDATE else None
    return LastWord(revision, {**(known or {}), **after})


def agree(entry: Entry | None, word: LastWord | None, oldest: int) -> bool:
    if entry is None:
        return word is None or word.values is None
    if word is None:  # last changed before what is left of the log
        return not oldest or entry["revision"] < oldest
    return (
        word.values is not None
        and word.revision == entry["revision"]
        and not differing(entry, word.values)
    )


def differing(entry: Entry, known: Mapping[str, object]) -> list[str]:
    return [
        name for name in LOGGED_FIELDS if name in known and known[name] != entry[name]
    ]


def record_as_it_is(user_id: UUID) -> int:
    """Writes what the log lacks; how many entries that were."""
    with recording(user_id=user_id, through=Origin("command")) as record:
        found = disagreements(user_id)
        written: list[Entry] = []
        for item in found:
            kind, before, after = missing_change(item, record.at)
            revision = record.change(
                kind, anime_id=item.anime_id, before=before, after=after
            )
            if item.entry:
                changed = {"revision": revision, "updated_at": record.at}
                written.append(item.entry | changed)
        upsert(WatchListEntry, written, unique=("user", "anime"))
        return len(found)


def missing_change(
    item: Disagreement, now: object
) -> tuple[ChangeKind, dict[str, object], dict[str, object]]:
    """From what the log says last to what the list holds."""
    entry, known = item.entry, item.word.values if item.word else None
    if entry is None:
        last = {"id": new_id(), "added_at": now, **NEW_ENTRY, **(known or {})}
        times = {"added_at": now, "watched_at": None}  # not as text
        return ChangeKind.REMOVE, snapshot(last | times), {}
    if known is None:
        return ChangeKind.ADD, {}, snapshot(entry)
    names = differing(entry, known)
    return (
        ChangeKind.UPDATE,
        {name: known[name] for name in names},
        {name: entry[name] for name in names},
    )


def follow_alias(*, user_id: UUID, alias: int, title: int, today: date) -> UUID | None:
    """Moves an entry from a number that is an alias to the title it stands for, unless
    the user lists that as well; the operation, which can be undone.
    """
    old, new = AnimeRef(OWN, str(alias)), AnimeRef(OWN, str(title))
    through = Origin("command")
    with recording(user_id=user_id, through=through):
        mine = WatchListEntry.objects.of(user_id)
        entry = mine.filter(anime_id=alias).values(*LOGGED_FIELDS).first()
        if entry is None or mine.filter(anime_id=title).exists():
            return None
        done = do_all(
            user_id=user_id,
            operations=[
                Operation("remove", old),
                Operation("add", new, entry, fresh=True),
            ],
            today=today,
            through=through,
        )
        return next(getattr(outcome, "operation_id", None) for outcome in done)
