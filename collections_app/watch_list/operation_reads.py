"""Reads that join the log with the catalogue."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import chain
from typing import Any, TypedDict, cast
from uuid import UUID

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from animecollections.api.paging import page
from animecollections.api.parameters import Wanted
from collections_app.catalogue.lookup import find_anime
from collections_app.catalogue.models import Anime
from collections_app.catalogue.refs import parse_anime_id
from collections_app.watch_list import sentences
from collections_app.watch_list.fields import FIELD_NAMES, shown
from collections_app.watch_list.models import WatchListEntry
from collections_app.watch_list.operation_filters import PER_PAGE, narrow
from collections_app.watch_list.sentences import ChangeRow
from history.log.parts import UNSAID_KINDS
from history.log.undoable_rows import undoable_rows
from history.models import Change, ChangeKind

CHANGES_SHOWN = 20
NOTES_SHOWN = 200


class WatchedJson(TypedDict):
    watched_on: str
    episodes: int


class ChangeJson(TypedDict):
    anime_id: str | None
    title: str | None
    kind: str
    before: dict[str, object]
    after: dict[str, object]
    watched: list[WatchedJson]
    revision: int


class OperationJson(TypedDict):
    id: UUID
    summary: str
    at: datetime
    through: str
    file_name: str
    token_id: UUID | None
    token_name: str
    client_id: str
    size: int
    changes: list[ChangeJson]
    undoes: UUID | None
    undoes_app: str
    undoable: bool
    undoable_until: datetime | None


LIST_KINDS = {
    ChangeKind.ADD,
    ChangeKind.UPDATE,
    ChangeKind.REMOVE,
    ChangeKind.WATCHED,
    ChangeKind.VIEWING,
    ChangeKind.LIST,
    ChangeKind.LIST_ITEM,
}


def operations_of(
    user_id: UUID, wanted: Wanted, zone: str = "UTC", *, has_values: bool = True
) -> tuple[list[OperationJson], dict[str, object]]:
    """A page of operations, newest first: three statements, however many changes; one
    more where they are those of a title, whose own changes are told then.

    has_values: whether what stands outside of lists (preferences) is told with its
    values, and as what can be undone.
    """
    text = wanted.get("animeId")
    anime_id = find_anime(parse_anime_id(text)).id if text else None
    first = Change.objects.of(user_id).filter(position=0)
    first = first.exclude(kind__in=UNSAID_KINDS)
    heads, meta = page(
        narrow(first, user_id, wanted, zone, anime_id).values(),
        wanted,
        orderings={"revision": "revision"},
        default="-revision",
        limit=PER_PAGE,
    )
    changes: dict[UUID, list[ChangeRow]] = {}
    which = {"anime_id": anime_id} if anime_id else {"position__lt": CHANGES_SHOWN}
    ids = [head["operation_id"] for head in heads]
    shown = Change.objects.of(user_id).filter(operation_id__in=ids, **which)
    shown = shown.order_by("revision")
    for row in shown.values():
        changes.setdefault(row["operation_id"], []).append(cast("ChangeRow", row))
    titles = titles_of(
        sentences.title_changed(row) for rows in changes.values() for row in rows
    )
    if not has_values:
        rows_of_all: Iterable[Any] = chain(heads, *changes.values())
        for one in rows_of_all:
            hide_values(cast("ChangeRow", one))
    # What was pruned, or erased with its account, between the statements is left out.
    told = [
        told_of(cast("ChangeRow", head), changes[head["operation_id"]], titles)
        for head in heads
        if head["operation_id"] in changes
    ]
    return told, meta


def hide_values(row: ChangeRow) -> None:
    """Of what has a scope of its own: who reads the list may read no preferences."""
    if row["kind"] in undoable_rows:
        row["before"] = row["after"] = {}


def titles_of(anime_ids: Iterable[int | None]) -> dict[int, str]:
    wanted = {anime_id for anime_id in anime_ids if anime_id}
    return dict(Anime.objects.filter(id__in=wanted).values_list("id", "title"))


def ever_private(
    users: Collection[UUID], anime_ids: Collection[int]
) -> set[tuple[UUID, int]]:
    """Whose entries of which anime are private, or were as far back as the log goes;
    one statement, over the logs of these users.

    A change holds only what it changed: whether its entry was private, others tell.
    """
    theirs = {"user_id__in": users, "anime_id__in": anime_ids}
    now = WatchListEntry.objects.across_users().filter(**theirs, is_private=True)
    was = Change.objects.across_users().filter(
        Q(before__is_private=True) | Q(after__is_private=True), **theirs
    )
    pairs: Any = now.order_by().values_list("user_id", "anime_id")
    return set(pairs.union(was.order_by().values_list("user_id", "anime_id")))


def told_of(
    head: ChangeRow, changes: Sequence[ChangeRow], titles: Mapping[int, str]
) -> OperationJson:
    kind, has_values = head["kind"], bool(head["after"])
    is_kept = kind in LIST_KINDS or (kind in undoable_rows and has_values)
    is_undoable = is_kept and head["through"] != "merge"
    until = head["at"] + timedelta(days=settings.CHANGE_LOG_DAYS)
    return {
        "id": head["operation_id"],
        "summary": sentences.of_operation(head, changes, titles),
        "at": head["at"],
        "through": head["through"],
        "file_name": head["file_name"],
        "token_id": head["token_id"],
        "token_name": head["token_name"],
        "client_id": head["client_id"],
        "size": head["size"],
        "changes": [change_told(change, titles) for change in changes],
        "undoes": head["undoes"],
        "undoes_app": head["undone_app_name"],
        "undoable": is_undoable and until > timezone.now(),
        "undoable_until": until if is_undoable else None,
    }


def change_told(change: ChangeRow, titles: Mapping[int, str]) -> ChangeJson:
    anime_id = sentences.title_changed(change)
    return {
        "anime_id": str(anime_id) if anime_id else None,
        "title": titles.get(anime_id) if anime_id else None,
        "kind": change["kind"],
        "before": values_told(change["kind"], change["before"]),
        "after": values_told(change["kind"], change["after"]),
        "watched": watched_told(change["days"] or {}),
        "revision": change["revision"],
    }


def watched_told(days: Mapping[str, int]) -> list[WatchedJson]:
    return [
        {"watched_on": day or "unknown", "episodes": episodes}
        for day, episodes in sorted(days.items())
    ]


def values_told(kind: ChangeKind, kept: Mapping[str, object]) -> dict[str, object]:
    if kind in undoable_rows:  # kept as they are told
        return {ChangeKind(kind).value: dict(kept)} if kept else {}
    told = as_shown(kept)
    if kind == ChangeKind.LIST and "audience" in kept:
        told["audience"] = kept["audience"]
    return told


def as_shown(kept: Mapping[str, object]) -> dict[str, object]:
    """Kept columns as the API shows them. Notes are told by how they begin, for a page
    may have thousands of them; id and times are no news.
    """
    told = {name: shown(name, kept[name]) for name in FIELD_NAMES if name in kept}
    if list_name := kept.get("list") or kept.get("name"):
        told["list"] = list_name
    if len(told.get("notes") or "") > NOTES_SHOWN:
        told["notes"] = told["notes"][:NOTES_SHOWN] + "…"
    return told
