"""Who of those one follows has a title."""

from typing import Annotated, Any, TypedDict
from uuid import UUID

from animecollections.api.paging import page
from animecollections.api.parameters import Wanted
from animecollections.identity import Account
from animecollections.viewer import Viewer
from collections_app.models import EntryState, EntryType, WatchListEntry
from collections_app.watch_list.fields import shown
from profiles.following.reads import followed_by
from profiles.moderation.reads import whole_people, withheld_of_each

PER_PAGE = 50
NAME = "user__user_name"
ENTRY = ("type", "state", "progress", "score")


class EntryOfOther(TypedDict):
    """What is seen of somebody's entry of a title."""

    type: Annotated[str, EntryType]
    state: Annotated[str, EntryState]
    progress: int
    score: float | None


class WatcherAnswer(EntryOfOther):
    user_name: str


def entry_of_other(row: dict[str, Any]) -> EntryOfOther:
    return {
        "type": row["type"],
        "state": row["state"],
        "progress": row["progress"],
        "score": shown("score", row["score"]),
    }


def watchers(
    account: Account, anime_id: int, wanted: Wanted
) -> tuple[list[WatcherAnswer], dict[str, object]]:
    """A page of them, the furthest first: three statements, however many are followed.
    (By name the database may read all people in that order, to find those few.)
    """
    followed = followed_by(account.id)
    rows, meta = page(
        entries_of(followed, account, anime_id).values(NAME, *ENTRY),
        wanted,
        orderings={"progress": "progress"},
        default="-progress",
        limit=PER_PAGE,
        key="user_id",
        of=(account.id, anime_id),
    )
    return [{"user_name": row[NAME], **entry_of_other(row)} for row in rows], meta


def entries_of(followed: list[UUID], account: Account, anime_id: int) -> Any:
    """As far as the viewer may see them, who follows each of them."""
    viewer = Viewer(
        hides_mature=account.hides_mature,
        of_followed=True,
        withheld_rows=whole_people(withheld_of_each(followed)),
    )
    entries = WatchListEntry.objects.across_users().filter(user_id__in=followed)
    return entries.filter(anime_id=anime_id, user__is_active=True).visible_to(viewer)
