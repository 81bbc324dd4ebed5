"""The one way to tell a person something, and what they do with what they were told.

A notice is written inside `recording`, so that it takes a revision and reaches every
device; what it sets off (a push, a digest to come) is queued in the same transaction.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError
from django.utils import timezone

from animecollections.api.errors import ApiError
from animecollections.db.bulk import Rows
from animecollections.db.ids import new_id
from animecollections.identity import Origin
from collections_app.catalogue.lookup import find_anime, ids_of
from collections_app.catalogue.refs import AnimeRef
from history.log.models import ChangeKind
from history.log.recording import Recording, recording
from profiles.notifications.channels import mail, push
from profiles.notifications.models import MutedTitle, UserNotice
from profiles.notifications.wants import Wants, wants_of
from profiles.profile.models import NoticeKind

SERVICE = Origin("service")
MOST_MUTED = 2_000


@dataclass(frozen=True, slots=True)
class NewNotice:
    """key: of two with the same, a person is told one. data: answers.Details."""

    kind: NoticeKind
    key: str
    happened_at: datetime
    anime_id: int | None = None
    data: Mapping[str, object] = field(default_factory=dict)


def notify(
    *,
    user_id: UUID,
    kind: NoticeKind,
    key: str,
    anime_id: int | None = None,
    data: Mapping[str, object] | None = None,
    happened_at: datetime | None = None,
) -> bool:
    """Tells one person one thing, unless they were told it or do not want such; whether
    it did. Inside a wider transaction of theirs it is part of it.
    """
    wants = wants_of([user_id]).get(user_id)
    notice = NewNotice(
        kind, key, happened_at or timezone.now(), anime_id, dict(data or {})
    )
    if wants is None or kind in wants.muted:
        return False
    if UserNotice.objects.of(user_id).filter(key=key).exists():
        return False
    return write(user_id, notice, wants)


def write(
    user_id: UUID,
    notice: NewNotice,
    wants: Wants,
    besides: Callable[[Recording], Mapping[str, object] | None] | None = None,
) -> bool:
    """One notice to one person; False where another worker was quicker, or the person
    was erased meanwhile.

    besides: what else is written with it. It answers with what that adds to the data,
    or None where there is nothing to be told after all.
    """
    data = dict(notice.data)
    expected = None if besides else ChangeKind.NOTICES
    try:
        with recording(
            user_id=user_id, through=SERVICE, expected_kind=expected
        ) as record:
            if besides is not None:
                more = besides(record)
                if more is None:
                    return False
                data |= more
            id_ = new_id()  # under the lock: so it is newer than what was told before
            row = {
                "id": id_,
                "user_id": user_id,
                "kind": str(notice.kind),
                "key": notice.key,
                "anime_id": notice.anime_id,
                "happened_at": notice.happened_at,
                "data": data,
                "read_at": None,
            }
            record.put(Rows(UserNotice, [row]))
            record.change_notices([id_])
            mail.await_digest(user_id, id_, wants)
            push.queue(user_id, id_, wants)
    except IntegrityError:
        return False  # its key is there by now
    except ApiError as error:
        if error.code != "session_ended":
            raise
        return False
    return True


# --- What its owner does --------------------------------------------------------------


def mark_read(*, user_id: UUID, up_to: UUID, through: Origin) -> int:
    """All up to this one, on every device; how many are unread then."""
    with recording(user_id=user_id, through=through) as record:
        unread = UserNotice.objects.of(user_id).unread()
        ids = list(unread.filter(pk__lte=up_to).values_list("pk", flat=True))
        if ids:
            read = UserNotice.objects.of(user_id).filter(pk__in=ids)
            read.update(read_at=record.at)
            record.change_notices(ids)
    return count_unread(user_id)


def count_unread(user_id: UUID) -> int:
    return int(UserNotice.objects.of(user_id).unread().count())


def mute(*, user_id: UUID, anime_id: int, through: Origin) -> None:
    """No notices of this title from now on; 409 `muted_full`."""
    with recording(user_id=user_id, through=through) as record:
        muted = MutedTitle.objects.of(user_id)
        if muted.filter(anime_id__in=ids_of(anime_id)).exists():
            return
        if muted.count() >= MOST_MUTED:
            raise ApiError("muted_full", number=MOST_MUTED)
        row = {"id": new_id(), "user_id": user_id, "anime_id": anime_id}
        record.put(Rows(MutedTitle, [row]))
        record.change_notices([])


def unmute(*, user_id: UUID, anime: AnimeRef, through: Origin) -> None:
    """By whatever id it was muted, also one that the catalogue has no more. It was not
    muted: that is no error, for a retry is none.
    """
    with recording(user_id=user_id, through=through) as record:
        muted, ids = MutedTitle.objects.of(user_id), {anime.number}
        try:
            ids |= ids_of(find_anime(anime).id)
        except ApiError:
            if not muted.filter(anime_id=anime.number).exists():
                raise
        if muted.filter(anime_id__in=ids).delete()[0]:
            record.change_notices([])
