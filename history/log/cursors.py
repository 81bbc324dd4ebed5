"""Where a device stands: an opaque, signed cursor of three numbers."""

import zlib
from functools import lru_cache
from typing import NamedTuple

from django.core.signing import BadSignature, Signer

from animecollections.api.errors import ApiError
from animecollections.db.free_json import LARGEST_INTEGER
from animecollections.db.ids import LARGEST_ID
from animecollections.identity import Revisions

# Without a time in it: the same place is the same text, so devices can compare.
SIGNER = Signer(salt="animecollections.sync")


class Cursor(NamedTuple):
    """epoch: of this user's log; user and catalogue: the revisions seen so far.

    until, after: of a walk through the list that is not at its end, for titles newer
    than `catalogue`: the catalogue's revision it leads to, and the anime id it got to.
    """

    epoch: int
    user: int
    catalogue: int
    until: int | None = None
    after: int = 0

    @classmethod
    def at(cls, revisions: Revisions) -> "Cursor":
        return cls(revisions.epoch, revisions.user, revisions.catalogue)

    def __str__(self) -> str:
        return signed(tuple(self if self.is_walking else self[:3]))

    @property
    def is_walking(self) -> bool:
        return self.until is not None

    @classmethod
    def parse(cls, text: str) -> "Cursor":
        """400 `invalid_cursor` for a text that no server of ours signed, and for one
        that our key signed though it is no place.
        """
        try:
            place = SIGNER.unsign_object(text)
        except (BadSignature, RecursionError, ValueError, zlib.error):
            place = None
        if not is_place(place):
            raise ApiError("invalid_cursor")
        return cls(*place)


def is_place(read: object) -> bool:
    """Three numbers, or five of a walk, that columns can have; -1 is before all."""
    return (
        isinstance(read, list)
        and len(read) in (3, 5)
        and all(
            type(number) is int and -1 <= number <= LARGEST_INTEGER for number in read
        )
        and all(number <= LARGEST_ID for number in read[4:])
    )


@lru_cache(5_000)
def signed(place: tuple[int | None, ...]) -> str:
    """A list is asked for more often than it changes, and signing takes 30 µs."""
    return SIGNER.sign_object(place)
