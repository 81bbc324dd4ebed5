"""Two entries of one anime become one: the rule, in words and in code. No database.

Nothing that a person noted is lost: the further progress, both notes, all tags. Where
two values cannot both stand, the entry that is further along wins, and between equals
the one changed last.
"""

from typing import Any

from collections_app.watch_list.entries import Entry

# How far along a type is; a dropped title was once watched.
RANK = {"Collection": 0, "To Watch": 1, "Watching": 2, "Completed": 3}


def merged(kept: Entry, gone: Entry) -> Entry:
    """The columns of the entry that stays; its id and when it was added are its own."""
    first, second = sorted((kept, gone), key=standing, reverse=True)
    latest = max(kept, gone, key=changed_at)
    oldest = gone if latest is kept else kept
    return kept | {
        "type": first["type"],
        "state": first["state"],
        "progress": max(kept["progress"], gone["progress"]),
        "score": latest["score"] if latest["score"] is not None else oldest["score"],
        "rewatches": max(kept["rewatches"], gone["rewatches"]),
        "started_on": min(known(kept, gone, "started_on"), default=""),
        "finished_on": first["finished_on"] or second["finished_on"],
        "notes": both_notes(kept["notes"], gone["notes"]),
        "tags": list(dict.fromkeys([*kept["tags"], *gone["tags"]])),
        "priority": max(kept["priority"], gone["priority"]),
        "is_private": kept["is_private"] or gone["is_private"],
        "extra": (gone.get("extra") or {}) | (kept.get("extra") or {}),
        "watched_at": max(known(kept, gone, "watched_at"), default=None),
        "counted": kept["counted"] + gone["counted"],
    }


def standing(entry: Entry) -> tuple[Any, ...]:
    """Greater is further along."""
    return RANK[entry["type"]], entry["progress"], changed_at(entry)


def changed_at(entry: Entry) -> Any:
    """One out of the log does not know when it was changed last."""
    return entry.get("updated_at") or entry["added_at"]


def known(kept: Entry, gone: Entry, name: str) -> list[Any]:
    return [entry[name] for entry in (kept, gone) if entry[name]]


def both_notes(kept: str, gone: str) -> str:
    """One that the other contains is not repeated."""
    if gone in kept:
        return kept
    return gone if kept in gone else f"{kept}\n\n{gone}"
