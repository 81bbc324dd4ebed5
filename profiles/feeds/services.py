"""What a person does with their feeds, and whom the secret of one stands for.

A feed is no part of the log: like a sign-in, what ends one must not be undone.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from secrets import token_urlsafe
from typing import NamedTuple
from uuid import UUID

from django.db import DatabaseError, transaction
from django.db.models import Q
from django.utils import timezone

from animecollections.api.errors import ApiError
from animecollections.identity import Account, SignIn
from profiles.accounts.authentication import (
    ACCOUNT,
    STANDING,
    account_behind,
    find_account,
)
from profiles.accounts.models import User
from profiles.feeds.models import Feed

MOST_FEEDS = 20
# A secret tells whose it is, because rows are found by their user.
SECRET = re.compile(r"([0-9a-f]{32})\.[A-Za-z0-9_-]{43}", re.ASCII)
# It lasts beyond a change of password: calendar programs cannot ask for another.
BY_FEED = ACCOUNT.format(
    stand=STANDING,
    sign_in="profiles_feed",
    as_of="",
    condition="i.key = %s AND i.user_id = %s",
)


class Made(NamedTuple):
    """A feed with its secret, which nobody can show again."""

    feed: Feed
    secret: str


def make(
    *, user_id: UUID, name: str, types: Sequence[str], sign_in: SignIn | None = None
) -> Made:
    """409 where there are too many; 401 `session_ended` beside the user's erasure, or
    the end of the sign-in that asks.
    """
    secret = new_secret(user_id)
    with transaction.atomic():
        # The lock is of the account: of two at once the second counts the first.
        hold(user_id, sign_in)
        if Feed.objects.of(user_id).count() >= MOST_FEEDS:
            raise ApiError("feeds_full", number=MOST_FEEDS)
        feed = Feed.objects.create(
            user_id=user_id, key=digest(secret), name=name, types=[*types]
        )
    return Made(feed, secret)


def hold(user_id: UUID, sign_in: SignIn | None) -> None:
    """Locks the account. A feed outlives a new password: beside the end of all
    sign-ins, an attacker's must not leave one behind.
    """
    user = User.objects.select_for_update().filter(pk=user_id).first()
    if user is None or (sign_in and account_behind(sign_in, user_id) is None):
        raise ApiError("session_ended")


def rotate(*, user_id: UUID, feed_id: UUID, sign_in: SignIn | None = None) -> Made:
    """Another address; the one before it ends at once."""
    secret = new_secret(user_id)
    feeds = Feed.objects.of(user_id).filter(pk=feed_id)
    with transaction.atomic():
        hold(user_id, sign_in)
        feeds.update(key=digest(secret), rotated_at=timezone.now())
        feed = feeds.first()
    if feed is None:  # or ended a moment ago
        raise ApiError("feed_not_found")
    return Made(feed, secret)


def end(*, user_id: UUID, feed_id: UUID) -> None:
    if not Feed.objects.of(user_id).filter(pk=feed_id).delete()[0]:
        raise ApiError("feed_not_found")


def end_since(user_id: UUID, since: datetime | None) -> None:
    """Those whose address was made since then, or all; for
    profiles/accounts/ways_in_hooks.py.
    """
    feeds = Feed.objects.of(user_id)
    if since is not None:
        feeds = feeds.filter(Q(created_at__gte=since) | Q(rotated_at__gte=since))
    feeds.delete()


def find(secret: str) -> tuple[Account, Feed] | None:
    """Whose feed it is; None for one that there is not. Two statements; once a day one
    more, which notes that it is used.
    """
    told = SECRET.fullmatch(secret)
    if told is None:
        return None
    user_id, key = UUID(told[1]), digest(secret)
    account = find_account(BY_FEED, key, user_id)
    feed: Feed | None = Feed.objects.of(user_id).filter(key=key).first()
    if account is None or feed is None:
        return None
    note_use(feed)
    return account, feed


def note_use(feed: Feed) -> None:
    """Once a day. It is a note, and keeps nobody out where it cannot be written."""
    today = timezone.now().date()
    if feed.last_used_on == today:
        return
    try:
        with transaction.atomic():
            Feed.objects.of(feed.user_id).filter(pk=feed.pk).update(last_used_on=today)
    except DatabaseError:
        pass


def new_secret(user_id: UUID) -> str:
    return f"{user_id.hex}.{token_urlsafe(32)}"


def digest(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()
