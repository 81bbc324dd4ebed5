"""Every time through a title: viewings as plain values, how they are read and saved.

A title that was watched once has no row: viewing 1 is its entry. From the second one on
each has a row; that of the active one takes its progress from the entry.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery

from animecollections.db.bulk import Rows
from animecollections.db.ids import new_id
from collections_app.watch_list.entries import Entry
from collections_app.watch_list.episode_ranges import Seen
from collections_app.watch_list.fields import as_tenths, text_or_none
from collections_app.watch_list.models import (
    EntryState,
    EntryType,
    Viewing,
    ViewingState,
)
from history.log.recording import Recording
from history.models import ChangeKind

Row = dict[str, Any]
# What is a person's own; `place` is called `where` in answers.
FIELDS = (
    "state", "started_on", "finished_on", "progress", "episode_ranges", "score",
    "notes", "place",
)  # fmt: skip
COLUMNS = ("id", "number", *FIELDS, "revision")
ACTIVE, FINISHED, DROPPED = ViewingState.values
# What viewing 1 has of its entry, as long as there is no other.
OF_ENTRY = (
    "started_on", "finished_on", "progress", "episode_ranges", "score", "notes",
)  # fmt: skip


@dataclass(slots=True)
class Viewings:
    """Those of one title, by number: as they were, and as they will be."""

    before: Mapping[int, Row] = field(default_factory=dict)
    after: dict[int, Row] = field(default_factory=dict)

    @classmethod
    def read(cls, rows: Iterable[Row]) -> "Viewings":
        kept = {row["number"]: row for row in rows}
        return cls(kept, {number: dict(row) for number, row in kept.items()})

    @property
    def active(self) -> Row | None:
        rows = self.after.values()
        return next((row for row in rows if row["state"] == ACTIVE), None)

    @property
    def last(self) -> int:
        return max(self.after, default=0)

    def changed(self) -> list[int]:
        """The numbers of those that end otherwise than they began, in order."""
        numbers = sorted(self.before.keys() | self.after.keys())
        return [n for n in numbers if self.before.get(n) != self.after.get(n)]


# --- The database --------------------------------------------------------------------


def active_number(user_id: UUID) -> Subquery:
    """Of each anime that a statement reads; null where none is active."""
    rows = Viewing.objects.of(user_id).filter(
        anime_id=OuterRef("pk"), state=ViewingState.ACTIVE
    )
    return Subquery(rows.order_by().values("number")[:1])


def read(user_id: UUID, anime_ids: Collection[int]) -> dict[int, Viewings]:
    """Those of each of these anime; one statement."""
    found: dict[int, list[Row]] = {anime_id: [] for anime_id in anime_ids}
    rows = Viewing.objects.of(user_id).of_anime(anime_ids)
    for row in rows.values("anime_id", *COLUMNS):
        found[row.pop("anime_id")].append(row)
    return {anime_id: Viewings.read(rows) for anime_id, rows in found.items()}


def save(record: Recording, user_id: UUID, titles: Mapping[int, Viewings]) -> bool:
    """Puts what changed, in key order, with a change in the log for each row."""
    put, gone = [], []
    for anime_id, viewings in sorted(titles.items()):
        for number in viewings.changed():
            before, after = viewings.before.get(number), viewings.after.get(number)
            revision = record.change(
                ChangeKind.VIEWING,
                anime_id=anime_id,
                before=snapshot(before) if before else {},
                after=snapshot(after) if after else {},
            )
            tell_devices(record, before, after)
            if before and (after is None or before["id"] != after["id"]):
                gone.append(before["id"])
            if after:
                after["revision"] = revision
                put.append({"user_id": user_id, "anime_id": anime_id} | after)
    if gone:
        Viewing.objects.of(user_id).filter(id__in=gone).delete()
    # One that is no longer active goes before the one that is now.
    put.sort(key=lambda row: (row["anime_id"], row["state"] == ACTIVE, row["number"]))
    record.put(Rows(Viewing, put, unique=("user", "anime_id", "number")))
    return bool(put or gone)


def tell_devices(record: Recording, *rows: Row | None) -> None:
    ids = record.ids.get("viewings") or []
    ids += [row["id"] for row in rows if row]
    record.ids["viewings"] = list(dict.fromkeys(ids))


def move(
    record: Recording, user_id: UUID, *, from_id: int, to_id: int, is_over: bool
) -> None:
    """Two titles become one: the viewings of the one that goes follow the other's.
    None of them goes on where the entry is over.
    """
    titles = read(user_id, [from_id, to_id])
    gone, kept = titles[from_id].after, titles[to_id]
    for number in sorted(gone):
        row = gone.pop(number)
        if row["state"] == ACTIVE and (kept.active or is_over):
            row["state"] = DROPPED
        place = number if number not in kept.after else kept.last + 1
        kept.after[place] = row | {"id": new_id(), "number": place}
    save(record, user_id, titles)


# --- Values --------------------------------------------------------------------------


def snapshot(row: Row) -> dict[str, Any]:
    """All of a viewing as JSON, for the change log: enough to bring it back."""
    return {"id": str(row["id"])} | {name: row[name] for name in ("number", *FIELDS)}


def from_snapshot(kept: Mapping[str, Any]) -> Row:
    row = {name: kept[name] for name in ("number", *FIELDS) if name in kept}
    row.setdefault("episode_ranges", "")  # of a release that had none
    return {"id": UUID(kept["id"]), "revision": 0} | row


def new(number: int, **values: Any) -> Row:
    empty = {"state": ACTIVE, "started_on": "", "finished_on": "", "progress": 0}
    empty |= {"episode_ranges": "", "score": None, "notes": "", "place": ""}
    return {"id": new_id(), "number": number, "revision": 0} | empty | values


def has_begun(entry: Entry) -> bool:
    if entry["type"] in (EntryType.WATCHING, EntryType.COMPLETED):
        return True
    known = entry["progress"] or entry["finished_on"] or entry["rewatches"]
    return bool(known or entry["state"] == EntryState.DROPPED)


def is_over(entry: Entry) -> bool:
    return has_begun(entry) and entry["type"] != EntryType.WATCHING


def state_of(entry: Entry, total: int | None) -> str:
    """Of viewing 1, by its entry."""
    if not is_over(entry):
        return str(ACTIVE)
    is_whole = entry["finished_on"] or (total and entry["progress"] >= total)
    if entry["state"] == EntryState.DROPPED:
        return str(DROPPED)
    is_finished = entry["type"] == EntryType.COMPLETED or is_whole
    return str(FINISHED if is_finished else DROPPED)


def how_far(entry: Entry) -> Row:
    """Of the active one, in its entry."""
    return {name: entry[name] for name in ("progress", "episode_ranges")}


def of_entry(entry: Entry, total: int | None) -> Row:
    """What the entry says of viewing 1."""
    values = {name: entry[name] for name in OF_ENTRY}
    return values | {"state": state_of(entry, total)}


def shown(rows: Mapping[int, Row], entry: Entry | None, total: int | None) -> list[Row]:
    """Every time through, in order, with what the entry says of it."""
    if entry is None:
        return [rows[number] for number in sorted(rows)]
    if set(rows) <= {1}:
        if not has_begun(entry):
            return []
        said = {"number": 1, "place": "", "id": entry["id"]}
        said["revision"] = entry["revision"]
        return [said | rows.get(1, {}) | of_entry(entry, total)]
    told = (rows[number] for number in sorted(rows))
    return [row | (how_far(entry) if row["state"] == ACTIVE else {}) for row in told]


def to_json(row: Row) -> dict[str, Any]:
    """One viewing as the API answers it."""
    told = {
        "id": row["id"],
        "number": row["number"],
        "state": row["state"],
        "started_on": text_or_none(row["started_on"]),
        "finished_on": text_or_none(row["finished_on"]),
        "progress": row["progress"],
        "score": as_tenths(row["score"]),
        "notes": row["notes"],
        "where": row["place"],
        "revision": row["revision"],
    }
    episodes = Seen.of(row).to_json()
    return told | ({"episode_ranges": episodes} if episodes else {})


def columns_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """As clients send them; null clears."""
    empty: Row = {"started_on": "", "finished_on": "", "notes": "", "where": ""}
    named = {
        name: empty.get(name) if value is None else value
        for name, value in values.items()
    }
    return {("place" if n == "where" else n): value for n, value in named.items()}


def all_of(user_id: UUID) -> "QuerySet[Viewing, Row]":
    """Those that have rows, of all titles, for devices and files."""
    rows: QuerySet[Viewing, Row] = Viewing.objects.of(user_id).values(
        "anime_id", *COLUMNS
    )
    return rows.order_by("anime_id", "number")


def with_anime(row: Row) -> dict[str, Any]:
    return {"anime_id": str(row["anime_id"])} | to_json(row)
