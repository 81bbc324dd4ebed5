"""Notices as JSON, the same wherever they are answered: by address, sync, messages."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, TypedDict
from uuid import UUID

from django.db.models import QuerySet

from profiles.notifications.models import UserNotice
from profiles.profile.models import NoticeKind

Row = Mapping[str, Any]
COLUMNS = (
    "id", "kind", "happened_at", "data", "read_at", "anime_id", "anime__title",
    "anime__picture_url",
)  # fmt: skip


class Details(TypedDict, total=False):
    """What a notice keeps of its event, as far as its kind has it.

    first_episode, episode: what aired, or what moved.
    airs_at, was_at: a time, a day or a month; "" where no date is known any more.
    related_id, related_title: of a sequel what it goes on with, of a merge what went.
    added: that the sequel was added to the list.
    text: such as the name of an app.
    """

    first_episode: int
    episode: int
    episodes: int | None
    airs_at: str
    was_at: str
    estimated: bool
    related_id: str
    related_title: str
    added: bool
    text: str


class UserNoticeAnswer(TypedDict):
    id: UUID
    kind: Annotated[str, NoticeKind]
    at: datetime
    read_at: datetime | None
    anime_id: str | None
    title: str | None
    imageUrl: str | None
    first_episode: int | None
    episode: int | None
    episodes: int | None
    airs_at: str | None
    was_at: str | None
    estimated: bool | None
    related_id: str | None
    related_title: str | None
    added: bool
    text: str | None


def rows_of(notices: QuerySet[UserNotice]) -> QuerySet[UserNotice, dict[str, Any]]:
    """With their titles: one statement."""
    rows: QuerySet[UserNotice, dict[str, Any]] = notices.values(*COLUMNS)
    return rows


def to_json(row: Row) -> UserNoticeAnswer:
    details: Details = row["data"]
    return {
        "id": row["id"],
        "kind": row["kind"],
        "at": row["happened_at"],
        "read_at": row["read_at"],
        "anime_id": str(row["anime_id"]) if row["anime_id"] else None,
        "title": row["anime__title"],
        "imageUrl": row["anime__picture_url"] or None,
        "first_episode": details.get("first_episode"),
        "episode": details.get("episode"),
        "episodes": details.get("episodes"),
        "airs_at": details.get("airs_at") or None,
        "was_at": details.get("was_at"),
        "estimated": details.get("estimated"),
        "related_id": details.get("related_id"),
        "related_title": details.get("related_title"),
        "added": details.get("added", False),
        "text": details.get("text"),
    }
