"""Two entries of one anime become one: the rule, in words and in code. No database.

Nothing that a person noted is lost: the further progress, both notes, all tags. Where
two values cannot both stand, the entry that is further along wins, and between equals
the one changed last.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain
from typing import Any

from collections_app.watch_list.entries import Entry
from collections_app.watch_list.episode_ranges import Seen, minus, union
from collections_app.watch_list.fields import FIELDS, Kind

# How far along a type is; a dropped title was once watched.
RANK = {"Collection": 0, "To Watch": 1, "Watching": 2, "Completed": 3}


def merged(kept: Entry, gone: Entry) -> Entry:
    """The columns of the entry that stays; its id and when it was added are its own."""
    pair = Pair.of(kept, gone)
    return kept | {
        **{field.name: JOINED[field.kind](pair, field.name) for field in FIELDS},
        **both_seen(kept, gone).columns,
        "started_on": min(pair.known("started_on"), default=""),
        "extra": (gone.get("extra") or {}) | (kept.get("extra") or {}),
        "watched_at": max(pair.known("watched_at"), default=None),
        "counted": kept["counted"] + gone["counted"],
    }


@dataclass(frozen=True, slots=True)
class Pair:
    """The two entries: by which stays, by how far along, and by when they changed."""

    kept: Entry
    gone: Entry
    further: Entry
    nearer: Entry
    latest: Entry
    oldest: Entry

    @classmethod
    def of(cls, kept: Entry, gone: Entry) -> "Pair":
        further, nearer = sorted((kept, gone), key=standing, reverse=True)
        latest = max(kept, gone, key=changed_at)
        return cls(
            kept, gone, further, nearer, latest, gone if latest is kept else kept
        )

    def both(self, name: str) -> tuple[Any, Any]:
        return self.kept[name], self.gone[name]

    def known(self, name: str) -> list[Any]:
        return [value for value in self.both(name) if value]


def latest_score(pair: Pair, name: str) -> int | None:
    score: int | None = pair.latest[name]
    return pair.oldest[name] if score is None else score


def standing(entry: Entry) -> tuple[object, ...]:
    """Greater is further along."""
    return RANK[entry["type"]], entry["progress"], changed_at(entry)


def changed_at(entry: Entry) -> Any:
    """One out of the log does not know when it was changed last."""
    return entry.get("updated_at") or entry["added_at"]


def both_seen(kept: Entry, gone: Entry) -> Seen:
    """What either watched is watched; what is left of the skipped is skipped."""
    one, other = Seen.of(kept), Seen.of(gone)
    watched = union(one.watched, other.watched)
    skipped = minus(union(one.skipped, other.skipped), watched)
    return Seen.of_all(watched, skipped)


def both_notes(kept: str, gone: str) -> str:
    """One that the other contains is not repeated."""
    if gone in kept:
        return kept
    return gone if kept in gone else f"{kept}\n\n{gone}"


# What becomes of two values of each kind.
JOINED: dict[Kind, Callable[[Pair, str], Any]] = {
    Kind.CHOICE: lambda pair, name: pair.further[name],
    Kind.NUMBER: lambda pair, name: max(pair.both(name)),
    Kind.SCORE: latest_score,
    Kind.DATE: lambda pair, name: pair.further[name] or pair.nearer[name],
    Kind.TEXT: lambda pair, name: both_notes(*pair.both(name)),
    Kind.LINE: lambda pair, name: next(filter(None, pair.both(name)), ""),
    Kind.TAGS: lambda pair, name: list(dict.fromkeys(chain(*pair.both(name)))),
    Kind.FLAG: lambda pair, name: any(pair.both(name)),
    Kind.EPISODES: lambda pair, name: both_seen(pair.kept, pair.gone).kept,
}
