"""The users of a loaded database who take turns, with tokens, and their backends."""

from dataclasses import dataclass

import django

django.setup()

from django.conf import settings
from django.db import connection
from django.db.models import Count, Min, Q
from django.db.models.functions import TruncSecond
from django.utils import timezone

from collections_app.models import WatchListEntry
from profiles.accounts.tokens import write_pair
from profiles.models import TokenFamily, User


@dataclass(frozen=True)
class Cast:
    """tokens: by the length of their lists. listed: an anime of each of the first.
    going_on: token and anime, where its length is unknown: there no increment is
    refused as already completed.
    """

    tokens: dict
    listed: list
    going_on: list

    @classmethod
    def choose(cls, wanted):
        """wanted: how many users with lists of which length."""
        tokens, listed, going_on = {}, [], []
        for size, number in wanted.items():
            lists = WatchListEntry.objects.values("user_id").order_by("user_id")
            found = lists.annotate(
                n=Count("*"),
                first=Min("anime_id"),
                unbounded=Min("anime_id", filter=Q(anime__episodes=None)),
            ).filter(n=size)
            rows = list(found.values_list("user_id", "first", "unbounded")[:number])
            if len(rows) < number:
                raise SystemExit(f"Only {len(rows)} users have lists of {size}.")
            tokens[size] = [token_of(user_id) for user_id, *_ in rows]
            listed = listed or [anime_id for _, anime_id, _ in rows]
            going_on = going_on or [
                (token, unbounded)
                for token, (*_, unbounded) in zip(tokens[size], rows, strict=True)
                if unbounded
            ]
            # Answers show whole seconds; pydantic and DRF would have to be told so.
            WatchListEntry.objects.filter(
                user_id__in=[user_id for user_id, *_ in rows]
            ).update(
                added_at=TruncSecond("added_at"), updated_at=TruncSecond("updated_at")
            )
        return cls(tokens, listed, going_on)


def token_of(user_id):
    now = timezone.now()
    epoch = User.objects.values_list("auth_epoch", flat=True).get(pk=user_id)
    family = TokenFamily.objects.create(
        user_id=user_id,
        auth_epoch=epoch,
        refresh_id=user_id,
        expires_at=now + settings.SIMPLE_JWT["REFRESH_TOKEN_LIFETIME"],
    )
    return write_pair(family)["access"]


def backends():
    """PostgreSQL's processes that serve this database, but for our own."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return [pid for (pid,) in cursor.fetchall()]
