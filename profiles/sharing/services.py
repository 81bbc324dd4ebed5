"""What a person does with their links, and what a link leads to.

A link is no part of the log: like a sign-in, what ends one must not be undone. That it
may be seen by links is: an audience is a preference, or a field of a list.
"""

import re
from collections.abc import Sequence
from datetime import date, datetime
from hashlib import sha256
from secrets import token_urlsafe
from typing import NamedTuple
from uuid import UUID

from django.db.models import F, Q
from django.utils import timezone

from animecollections.api.errors import ApiError
from animecollections.db.ids import masked, unmasked
from animecollections.identity import Origin, SignIn
from animecollections.viewer import Audience, Link
from collections_app.lists.services import do
from collections_app.own_lists.edit import ListOperation, smart_is_own
from collections_app.own_lists.reads import list_named
from collections_app.watch_list.models import thing_of_type
from history.log.recording import locked
from profiles.accounts.authentication import account_behind
from profiles.accounts.models import User
from profiles.profile.models import Preferences
from profiles.profile.services import update_preferences
from profiles.sharing.models import Share, SharedThing

MOST_SHARES = 100
# A secret leads to its owner, because rows are found by their user; but nobody else
# learns who that is (db/ids.py).
SECRET = re.compile(r"([0-9a-f]{32})\.([A-Za-z0-9_-]{43})", re.ASCII)


class Made(NamedTuple):
    """A link with its secret, which nobody can show again."""

    share: Share
    secret: str


class Terms(NamedTuple):
    """What a link is to, and how long it lasts."""

    of: str
    which: str = ""
    fields: Sequence[str] = ()
    expires_at: datetime | None = None
    max_uses: int | None = None


def make(
    *,
    user_id: UUID,
    terms: Terms,
    today: date,
    through: Origin,
    sign_in: SignIn | None = None,
) -> Made:
    """404 for a list that is not there, 409 for a smart one and too many links; 401
    `session_ended` beside the user's erasure, or the end of the sign-in that asks.

    What nobody sees yet is opened for links, as an operation of its own.
    """
    secret = new_secret(user_id)
    with locked(user_id):
        # The lock is of the account: of two at once the second counts the first.
        hold(user_id, sign_in)
        if terms.of == SharedThing.LIST:
            found = list_named(user_id, terms.which)
            if found["rules"]:
                raise smart_is_own()
            terms = terms._replace(which=str(found["id"]))
        if Share.objects.of(user_id).count() >= MOST_SHARES:
            raise ApiError("shares_full", number=MOST_SHARES)
        open_for_links(user_id, terms, today, through)
        values = terms._asdict() | {"fields": [*terms.fields]}
        share = Share.objects.create(user_id=user_id, key=digest(secret), **values)
    return Made(share, secret)


def hold(user_id: UUID, sign_in: SignIn | None) -> None:
    """Locks the account. A link outlives a new password: beside the end of all
    sign-ins, an attacker's must not leave one behind.
    """
    user = User.objects.select_for_update().filter(pk=user_id).first()
    if user is None or (sign_in and account_behind(sign_in, user_id) is None):
        raise ApiError("session_ended")


def open_for_links(user_id: UUID, terms: Terms, today: date, through: Origin) -> None:
    if terms.of == SharedThing.LIST:
        if list_named(user_id, terms.which)["audience"] == Audience.NOBODY:
            widened = {"audience": Audience.LINK.value}
            operation = ListOperation(
                "list_update", list_ref=terms.which, values=widened
            )
            do(user_id=user_id, operation=operation, today=today, through=through)
        return
    column = f"audience_{thing_of(terms.of, terms.which)}"
    preferences = Preferences.objects.get(user_id=user_id)
    if getattr(preferences, column) == Audience.NOBODY:
        widened = {column: Audience.LINK.value}
        update_preferences(user_id=user_id, values=widened, through=through)


def rotate(*, user_id: UUID, share_id: UUID, sign_in: SignIn | None = None) -> Made:
    """Another address; the one before it ends at once. Its uses go on counting."""
    secret = new_secret(user_id)
    shares = Share.objects.of(user_id).filter(pk=share_id)
    with locked(user_id):
        hold(user_id, sign_in)
        shares.update(key=digest(secret), rotated_at=timezone.now())
        share = shares.first()
    if share is None:
        raise ApiError("share_not_found")
    return Made(share, secret)


def end(*, user_id: UUID, share_id: UUID) -> None:
    if not Share.objects.of(user_id).filter(pk=share_id).delete()[0]:
        raise ApiError("share_not_found")


def end_since(user_id: UUID, since: datetime | None) -> None:
    """Those whose address was made since then, or all; for
    profiles/accounts/ways_in_hooks.py.
    """
    shares = Share.objects.of(user_id)
    if since is not None:
        shares = shares.filter(Q(created_at__gte=since) | Q(rotated_at__gte=since))
    shares.delete()


def find(secret: str, *, is_used_up_too: bool = False) -> Share:
    """The link of this secret, while it is open; 404 for all else, whatever it is.

    is_used_up_too: for who came by its last use and says something about what they saw.
    """
    told = SECRET.fullmatch(secret)
    share: Share | None = None
    if told is not None:
        shares = Share.objects.of(unmasked(UUID(told[1]), "links", told[2]))
        now = timezone.now()
        shares = shares.lasting_at(now) if is_used_up_too else shares.open_at(now)
        share = shares.filter(key=digest(secret)).first()
    if share is None:
        raise ApiError("not_found")
    return share


def spend(share: Share) -> None:
    """Counts an answer, before it is sent. The row decides between two who come at once
    for the last use: the other is 404, as is who comes beside the link's end.
    """
    shares = Share.objects.of(share.user_id).filter(pk=share.pk, key=share.key)
    if not shares.open_at(timezone.now()).update(uses=F("uses") + 1):
        raise ApiError("not_found")


def link_of(share: Share) -> Link:
    """What it opens, for the one rule of who sees what."""
    list_id = UUID(share.which) if share.of == SharedThing.LIST else None
    return Link(share.user_id, thing_of(share.of, share.which), list_id, share.key)


def thing_of(of: str, which: str) -> str:
    return thing_of_type(which) if of == SharedThing.TYPE else of


def new_secret(user_id: UUID) -> str:
    key = token_urlsafe(32)
    return f"{masked(user_id, 'links', key).hex}.{key}"


def digest(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()
