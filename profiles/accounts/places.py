"""From where people have signed in: what lets an owner in while others guess.

A network and a browser are kept as hashes, which tell nobody's address. A browser is
known by a cookie of its own, which outlives its sessions; an app by its network.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from secrets import token_hex
from uuid import UUID

from django.db.models import Count, F, Q
from django.utils import timezone
from django.utils.crypto import salted_hmac

from animecollections.api.client_ip import network
from animecollections.db.bulk import upsert
from animecollections.db.ids import first_id_at, new_id
from profiles.accounts.managers import NOBODY
from profiles.accounts.models import KnownPlace, LoginClaim, Session

MOST_PLACES = 50  # of a person
MOST_NEW_A_DAY = 5  # of which they are told
CODES_OF = "codes of "  # no e-mail begins like that
DEVICE = re.compile("[0-9a-f]{32}", re.ASCII)


def new_device() -> str:
    return token_hex(16)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sign-in comes from: its address, and of a browser its device cookie and
    the session that it still has.
    """

    address: str
    device: str = ""
    session_key: str | None = None

    @property
    def network(self) -> str:
        return network(self.address)

    def hashes(self) -> Iterator[tuple[KnownPlace.Kind, str]]:
        if self.address:
            # With our key: there are few enough addresses to try them all.
            made = salted_hmac("profiles.places", self.network, algorithm="sha256")
            yield KnownPlace.Kind.NETWORK, made.hexdigest()
        if DEVICE.fullmatch(self.device):
            yield KnownPlace.Kind.DEVICE, sha256(self.device.encode()).hexdigest()


def owner_of(email: str) -> UUID:
    """Whose it is, or whose codes it stands for (`lockouts.codes_of`)."""
    if email.startswith(CODES_OF):
        return UUID(email.removeprefix(CODES_OF))
    return LoginClaim.objects.owner_of(f"email:{email}") or NOBODY


def is_known(email: str, place: Place) -> bool:
    """Whether the owner of this e-mail has signed in from here, or is signed in."""
    user_id = owner_of(email)
    keys = [key for _, key in place.hashes()]
    if KnownPlace.objects.of(user_id).filter(key__in=keys).exists():
        return True
    return Session.objects.filter(
        session_key=place.session_key,
        user_id=user_id,
        user__auth_epoch=F("auth_epoch"),
        expire_date__gt=timezone.now(),
    ).exists()


def remember(user_id: UUID, place: Place) -> bool:
    """Whether its owner is to be told: they had not signed in with this browser, or
    with an app from this network, and were told of few such today. Call it in a
    transaction that holds the user's row.

    A script without a cookie jar is another browser each time, so the oldest go.
    """
    now, keys = timezone.now(), dict(place.hashes())
    if not keys:
        return False
    # A browser has both: its cookie tells more than its network.
    is_browser = KnownPlace.Kind.DEVICE in keys
    kind = KnownPlace.Kind.DEVICE if is_browser else KnownPlace.Kind.NETWORK
    today = Q(kind=kind, pk__gte=first_id_at(now - timedelta(days=1)))
    theirs = KnownPlace.objects.of(user_id)
    before = theirs.aggregate(
        known=Count("pk", filter=Q(key=keys[kind])),
        new=Count("pk", filter=today),
        all=Count("pk"),
    )
    rows = [
        {
            "id": new_id(),
            "user_id": user_id,
            "kind": kind.value,
            "key": key,
            "last_at": now,
        }
        for kind, key in sorted(keys.items(), key=lambda pair: pair[1])
    ]
    upsert(KnownPlace, rows, unique=("user", "key"))
    if before["all"] + len(rows) > MOST_PLACES:
        oldest = theirs.order_by("-last_at").values("pk")[MOST_PLACES:]
        theirs.filter(pk__in=oldest).delete()
    return not before["known"] and before["new"] < MOST_NEW_A_DAY
