"""Apps that have access, and what was taken back of theirs, as JSON."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, TypedDict
from uuid import UUID

from animecollections.api.errors import ApiError
from animecollections.api.fields import (
    StrictBoolean,
    StrictObject,
    StrictText,
    StrictTime,
)
from animecollections.api.shapes import Words
from animecollections.identity import THROUGH
from collections_app.watch_list.app_undo import AppUndone
from collections_app.watch_list.operation_reads import values_told, watched_told
from collections_app.watch_list.writes import Logged
from history.models import Change, ChangeKind
from profiles.app_access.reads import Access

MOST_TOLD = 100


class AppAccessAnswer(TypedDict):
    id: UUID
    name: str
    description: str
    website: str | None
    scopes: list[str]
    mature: bool
    since: datetime
    last_used_at: datetime
    last_used_from: str | None
    sign_ins: int


def access_to_json(access: Access) -> AppAccessAnswer:
    app, last = access.app, access.last_used
    return {
        "id": app.pk,
        "name": app.name,
        "description": app.description,
        "website": app.website or None,
        "scopes": access.scopes,
        "mature": any(one.mature for one in access.families),
        "since": access.since,
        "last_used_at": last.used_at,
        "last_used_from": last.used_from or None,
        "sign_ins": len(access.families),
    }


class UndoAppInput(StrictObject):
    since = StrictTime(help_text="What it did at this time or later is taken back.")
    dry_run = StrictBoolean(
        required=False, default=False, help_text="Tells what would happen."
    )
    cursor = StrictText(
        required=False,
        allow_null=True,
        max_length=20,
        help_text="`meta.next_cursor` of the part before, with the same `since`.",
    )


class EpisodesOfDayAnswer(TypedDict):
    watched_on: str
    episodes: int


class UndoneChangeAnswer(TypedDict):
    anime_id: str | None
    title: str | None
    kind: Annotated[str, ChangeKind]
    before: dict[str, Any]
    after: dict[str, Any]
    watched: list[EpisodesOfDayAnswer]


class KeptByAnswer(TypedDict):
    through: Annotated[str, Words(THROUGH)]
    token_name: str
    at: datetime


class AppUndoConflictAnswer(TypedDict):
    anime_id: str | None
    title: str
    field: str
    expected: Any
    found: Any
    by: KeptByAnswer | None


class LeftAloneAnswer(TypedDict):
    kind: Annotated[str, ChangeKind]
    changes: int


class AppUndoneAnswer(TypedDict):
    dry_run: bool
    size: int
    changes: list[UndoneChangeAnswer]
    conflict_count: int
    conflicts: list[AppUndoConflictAnswer]
    left_alone: list[LeftAloneAnswer]


def undone_to_json(undone: AppUndone, dry_run: bool) -> AppUndoneAnswer:
    return {
        "dry_run": dry_run,
        "size": len(undone.changes),
        "changes": [
            change_to_json(change, undone.titles)
            for change in undone.changes[:MOST_TOLD]
        ],
        "conflict_count": len(undone.conflicts),
        "conflicts": [conflict_to_json(one) for one in undone.conflicts[:MOST_TOLD]],
        "left_alone": [
            {"kind": kind, "changes": number}
            for kind, number in sorted(undone.left_alone.items())
        ],
    }


def change_to_json(change: Logged, titles: Mapping[int, str]) -> UndoneChangeAnswer:
    anime_id = change["anime_id"]
    return {
        "anime_id": str(anime_id) if anime_id else None,
        "title": titles.get(anime_id) if anime_id else None,
        "kind": change["kind"].value,
        "before": values_told(change["kind"], change["before"]),
        "after": values_told(change["kind"], change["after"]),
        "watched": watched_told(change["days"]),
    }


def conflict_to_json(conflict: Mapping[str, Any]) -> AppUndoConflictAnswer:
    by: Change | None = conflict["by"]
    kept: KeptByAnswer | None = None
    if by is not None:
        kept = {"through": by.through, "token_name": by.token_name, "at": by.at}
    return {
        "anime_id": conflict["anime_id"],
        "title": conflict["title"],
        "field": conflict["field"],
        "expected": conflict["expected"],
        "found": conflict["found"],
        "by": kept,
    }


def title_of(cursor: str | None) -> int:
    """Of which a further part begins; 400 for what was never one."""
    if cursor is None:
        return 0
    if not (cursor.isascii() and cursor.isdigit()):
        raise ApiError("invalid_cursor")
    return int(cursor)
