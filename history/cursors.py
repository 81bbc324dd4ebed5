"""Where a device stands: an opaque, signed cursor of three numbers."""

from functools import lru_cache
from typing import NamedTuple

from django.core.signing import BadSignature, Signer

from animecollections.api.account import Revisions
from animecollections.api.errors import ApiError

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
        """400 `invalid_cursor` for a text that no server of ours signed."""
        try:
            return cls(*SIGNER.unsign_object(text))
        except (BadSignature, TypeError, ValueError):
            raise ApiError("invalid_cursor") from None


@lru_cache(5_000)
def signed(place: tuple[int | None, ...]) -> str:
    """A list is asked for more often than it changes, and signing takes 30 µs."""
    return SIGNER.sign_object(place)
