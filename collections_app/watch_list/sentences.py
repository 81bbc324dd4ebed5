"""Changes told to a person: "moved Death Note from To Watch to Watching"."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypedDict
from uuid import UUID

from collections_app.watch_list.fields import label_of
from history.log.parts import SAID_OF_KIND
from history.models import ChangeKind

Values = Mapping[str, Any]


class ChangeRow(TypedDict):
    """What is told of a row of the log; the first of an operation tells of it too."""

    kind: ChangeKind
    at: datetime
    through: str
    file_name: str
    token_id: UUID | None
    token_name: str
    undone_app_name: str
    client_id: str
    operation_id: UUID
    undoes: UUID | None
    size: int
    anime_id: int | None
    before: dict[str, Any]
    after: dict[str, Any]
    days: dict[str, int] | None
    revision: int


def of_operation(
    head: ChangeRow,
    changes: Sequence[ChangeRow],
    titles: Mapping[int, str],
) -> str:
    """The first change in words, and how many more there are; an import by its file,
    the undo of an app by its name, unless the change of one title is asked for.
    """
    size = head["size"]
    if head["through"] == "import" and len(changes) > 1:
        named = f" from {head['file_name']}" if head["file_name"] else ""
        return f"imported {size:,} titles{named}"
    if head["undone_app_name"] and len(changes) > 1:
        return f"took back {size:,} changes of {head['undone_app_name']}"
    first = of_change(changes[0], titles)
    return first if size == 1 else f"{first}, and {size - 1} more"


def of_change(change: ChangeRow, titles: Mapping[int, str]) -> str:
    kind, before, after = change["kind"], change["before"], change["after"]
    if kind in SAID_OF_KIND:
        return of_row(SAID_OF_KIND[kind], before, after)
    anime_id = title_changed(change)
    title = titles.get(anime_id or 0, f"anime {anime_id}")
    match kind:
        case ChangeKind.LIST:
            return of_list(before, after)
        case ChangeKind.LIST_ITEM:
            return of_item(title, before, after)
        case ChangeKind.VIEWING:
            return of_viewing(title, before, after)
        case ChangeKind.WATCHED:
            return of_days(title, change["days"] or {})
        case ChangeKind.ADD:
            return f"added {title} to {after['type']}"
        case ChangeKind.REMOVE:
            return f"removed {title} from {before['type']}"
    return of_fields(title, before, after)


def of_row(said: str, before: Values, after: Values) -> str:
    """With what differs, where the log has it."""
    parts = [
        f"{name} {shown(name, before[name])} → {shown(name, value)}"
        for name, value in after.items()
    ]
    return ": ".join([said, ", ".join(parts)]) if parts else said


def of_fields(title: str, before: Values, after: Values) -> str:
    parts = [
        f"{label_of(name)} {shown(name, before[name])} → {shown(name, value)}"
        for name, value in after.items()
        if name not in ("type", "notes", "extra")
    ]
    if "notes" in after:
        parts.append("notes edited")
    if "extra" in after:
        parts.append("what another tracker keeps")
    if "type" in after:
        moved = f"moved {title} from {before['type']} to {after['type']}"
        return ", ".join([moved, *parts])
    return f"changed {title}: {', '.join(parts)}"


def title_changed(change: ChangeRow) -> int | None:
    """The title that a change is about; one on a list is named in its values."""
    said: int | None = (change["after"] or change["before"]).get("anime_id")
    return change["anime_id"] or said


def of_list(before: Values, after: Values) -> str:
    if not before:
        return f"made the list “{after['name']}”"
    if not after:
        return f"removed the list “{before['name']}”"
    if before["name"] != after["name"]:
        return f"renamed the list “{before['name']}” to “{after['name']}”"
    if (was := before.get("audience")) and was != after["audience"]:
        return (
            f"changed who sees the list “{after['name']}”: {was} → {after['audience']}"
        )
    return f"changed the list “{after['name']}”"


def of_item(title: str, before: Values, after: Values) -> str:
    on = f"the list “{(after or before)['list']}”"
    if not before:
        return f"put {title} on {on}"
    if not after:
        return f"took {title} off {on}"
    if before["rank"] != after["rank"]:
        return f"moved {title} on {on}"
    return f"changed the notes of {title} on {on}"


def of_viewing(title: str, before: Values, after: Values) -> str:
    said = f"viewing {(after or before)['number']} of {title}"
    if not after:
        return f"removed {said}"
    if not before:
        return f"began {said}" if after["state"] == "active" else f"noted {said}"
    if before["state"] != after["state"]:
        return f"{after['state']} {said}"
    return f"changed {said}"


def of_days(title: str, days: Mapping[str, int]) -> str:
    added = {day: number for day, number in days.items() if number > 0}
    taken = {day: -number for day, number in days.items() if number < 0}
    if added and taken:
        became = f"from {said_of(taken)} to {said_of(added)}"
        return f"corrected the diary of {title} {became}"
    if taken:
        return f"took {said_of(taken)} of {title} out of the diary"
    return f"added {said_of(added)} of {title} to the diary"


def said_of(days: Mapping[str, int]) -> str:
    return ", ".join(
        f"{number:,} on {day or 'an unknown day'}" for day, number in days.items()
    )


def shown(name: str, value: Any) -> str:
    if value is None or value in ("", []):
        return "none"
    if name == "score":
        return f"{value / 10:g}"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(value) if isinstance(value, list) else str(value)
