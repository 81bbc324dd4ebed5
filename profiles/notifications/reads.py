"""What people read of their notices."""

from collections.abc import Collection
from typing import TypedDict
from uuid import UUID

from animecollections.api.paging import page
from animecollections.api.parameters import Wanted
from collections_app.catalogue.lookup import meanings
from collections_app.catalogue.refs import OWN, AnimeRef
from collections_app.models import Anime
from profiles.notifications.answers import UserNoticeAnswer, rows_of, to_json
from profiles.notifications.models import MutedTitle, UserNotice

PER_PAGE = 50
MOST_SYNCED = 100  # the newest, which devices keep a copy of


class MutedTitleAnswer(TypedDict):
    anime_id: str
    title: str | None


def notices_of(
    user_id: UUID, wanted: Wanted
) -> tuple[list[UserNoticeAnswer], dict[str, object]]:
    """A page, the newest first: one statement."""
    notices = UserNotice.objects.of(user_id)
    if wanted.get("unread"):
        notices = notices.unread()
    rows, meta = page(
        rows_of(notices), wanted, orderings={"id": "id"}, default="-id", limit=PER_PAGE
    )
    return [to_json(row) for row in rows], meta


def newest(user_id: UUID) -> list[UserNoticeAnswer]:
    """What sync tells: as many as devices keep."""
    notices = UserNotice.objects.of(user_id).newest_first()
    return [to_json(row) for row in rows_of(notices)[:MOST_SYNCED]]


def some(user_id: UUID, ids: Collection[str]) -> dict[str, object]:
    """What became of these."""
    notices = UserNotice.objects.of(user_id).filter(id__in=ids).newest_first()
    saved = [to_json(row) for row in rows_of(notices)]
    found = {str(notice["id"]) for notice in saved}
    return {"saved": saved, "removed": [id_ for id_ in ids if id_ not in found]}


def muted_of(user_id: UUID) -> list[MutedTitleAnswer]:
    """The latest first; two statements, and two more where some were merged: each is
    told once, as the title that it is now.
    """
    muted = MutedTitle.objects.of(user_id).order_by("-pk")
    ids = list(muted.values_list("anime_id", flat=True))
    titles = dict(Anime.objects.filter(id__in=ids).values_list("id", "title"))
    gone = [AnimeRef(OWN, str(id_)) for id_ in ids if id_ not in titles]
    found = {ref.number: now[0] for ref, now in meanings(gone).items()} if gone else {}
    titles |= {anime.id: anime.title for anime in found.values()}
    as_now = dict.fromkeys(found[id_].id if id_ in found else id_ for id_ in ids)
    return [{"anime_id": str(id_), "title": titles.get(id_)} for id_ in as_now]
