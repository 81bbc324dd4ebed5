"""Changes told to a person: "moved Death Note from To Watch to Watching"."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypedDict
from uuid import UUID

from animecollections.api.language import t, word
from collections_app.watch_list.fields import label_of
from history.log.parts import SAID_OF_KIND
from history.models import ChangeKind

Values = Mapping[str, Any]
HIDDEN = "hidden."  # … and the title's id: what the log calls a title that is hidden


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
        if file := head["file_name"]:
            return t("imported {n} titles from {file}", n=f"{size:,}", file=file)
        return t("imported {n} titles", n=f"{size:,}")
    if (app := head["undone_app_name"]) and len(changes) > 1:
        return t("took back {n} changes of {app}", n=f"{size:,}", app=app)
    first = of_change(changes[0], titles)
    return first if size == 1 else t("{first}, and {n} more", first=first, n=size - 1)


def of_change(change: ChangeRow, titles: Mapping[int, str]) -> str:
    kind, before, after = change["kind"], change["before"], change["after"]
    if (hidden := titles.get(title_hidden(change) or 0)) is not None:
        return of_hidden(hidden, after)
    if kind in SAID_OF_KIND:
        return of_row(t(SAID_OF_KIND[kind]), before, after)
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
            return t("added {title} to {type}", title=title, type=word(after["type"]))
        case ChangeKind.REMOVE:
            was = word(before["type"])
            return t("removed {title} from {type}", title=title, type=was)
    return of_fields(title, before, after)


def of_hidden(title: str, after: Values) -> str:
    [scope] = after.values()
    match scope:
        case None:
            return t("recommends {title} again", title=title)
        case "franchise":
            return t("hid {title} and its series from recommendations", title=title)
    return t("hid {title} from recommendations", title=title)


def of_row(said: str, before: Values, after: Values) -> str:
    """With what differs, where the log has it."""
    parts = [
        f"{name} {shown(name, before[name])} → {shown(name, value)}"
        for name, value in after.items()
    ]
    return ": ".join([said, ", ".join(parts)]) if parts else said


def of_fields(title: str, before: Values, after: Values) -> str:
    parts = [
        f"{word(label_of(name))} {shown(name, before[name])} → {shown(name, value)}"
        for name, value in after.items()
        if name not in ("type", "notes", "extra")
    ]
    if "notes" in after:
        parts.append(t("notes edited"))
    if "extra" in after:
        parts.append(t("what another tracker keeps"))
    if "type" in after:
        was, is_ = word(before["type"]), word(after["type"])
        moved = t("moved {title} from {was} to {is_}", title=title, was=was, is_=is_)
        return ", ".join([moved, *parts])
    return t("changed {title}: {parts}", title=title, parts=", ".join(parts))


def title_changed(change: ChangeRow) -> int | None:
    """The title that a change is about; one on a list is named in its values."""
    said: int | None = (change["after"] or change["before"]).get("anime_id")
    return change["anime_id"] or said or title_hidden(change)


def title_hidden(change: ChangeRow) -> int | None:
    """The one title that is hidden from recommendations now, or shown there again: the
    name of its value says which.
    """
    names = [*change["after"]]
    if len(names) == 1 and names[0].startswith(HIDDEN):
        return int(names[0].removeprefix(HIDDEN))
    return None


def of_list(before: Values, after: Values) -> str:
    name = (after or before)["name"]
    if not before:
        return t("made the list “{list}”", list=name)
    if not after:
        return t("removed the list “{list}”", list=name)
    if (was := before["name"]) != name:
        return t("renamed the list “{was}” to “{is_}”", was=was, is_=name)
    if (was := before.get("audience")) and was != after["audience"]:
        return t(
            "changed who sees the list “{list}”: {was} → {is_}",
            list=name,
            was=word(was),
            is_=word(after["audience"]),
        )
    return t("changed the list “{list}”", list=name)


def of_item(title: str, before: Values, after: Values) -> str:
    names = {"title": title, "list": (after or before)["list"]}
    if not before:
        return t("put {title} on the list “{list}”", **names)
    if not after:
        return t("took {title} off the list “{list}”", **names)
    if before["rank"] != after["rank"]:
        return t("moved {title} on the list “{list}”", **names)
    return t("changed the notes of {title} on the list “{list}”", **names)


def of_viewing(title: str, before: Values, after: Values) -> str:
    names = {"title": title, "n": (after or before)["number"]}
    if not after:
        return t("removed viewing {n} of {title}", **names)
    if not before and after["state"] == "active":
        return t("began viewing {n} of {title}", **names)
    if not before:
        return t("noted viewing {n} of {title}", **names)
    if before["state"] != after["state"]:
        return t(f"{after['state']} viewing {{n}} of {{title}}", **names)
    return t("changed viewing {n} of {title}", **names)


def of_days(title: str, days: Mapping[str, int]) -> str:
    added = said_of({day: number for day, number in days.items() if number > 0})
    taken = said_of({day: -number for day, number in days.items() if number < 0})
    if added and taken:
        return t(
            "corrected the diary of {title} from {was} to {is_}",
            title=title,
            was=taken,
            is_=added,
        )
    if taken:
        return t("took {was} of {title} out of the diary", title=title, was=taken)
    return t("added {is_} of {title} to the diary", title=title, is_=added)


def said_of(days: Mapping[str, int]) -> str:
    return ", ".join(
        t("{n} on {day}", n=f"{number:,}", day=day)
        if day
        else t("{n} on an unknown day", n=f"{number:,}")
        for day, number in days.items()
    )


def shown(name: str, value: Any) -> str:
    if value is None or value in ("", []):
        return word("none")
    if name == "score":
        return f"{value / 10:g}"
    if isinstance(value, bool):
        return word("yes") if value else word("no")
    if name in ("type", "state"):
        return word(value)
    return ", ".join(value) if isinstance(value, list) else str(value)
