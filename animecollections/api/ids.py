"""Identifiers: of users' rows, of epochs, and of anime as clients say them."""

import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import uuid_utils.compat

from animecollections.api.errors import refuse

OWN = "own"
LARGEST_ID = 2**31 - 1
# Sites whose ids of a title are numbers, and those whose ids are words.
NUMBERED_SITES = frozenset(
    {"mal", "anilist", "kitsu", "anidb", "anisearch", "livechart", "simkl"}
    | {"animenewsnetwork", "animecountdown"}
)
WORDED_SITES = frozenset({"anime-planet", "notify"})
NUMBER = re.compile(r"[0-9]{1,10}", re.ASCII)
CANONICAL = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LAST_MILLISECOND = int(datetime(9000, 1, 1, tzinfo=UTC).timestamp()) * 1000
WORD = re.compile(r"[A-Za-z0-9._~-]{1,200}", re.ASCII)


def new_id() -> UUID:
    """A UUIDv7: ordered by time, so that an index of them grows at one end."""
    return uuid_utils.compat.uuid7()


def first_id_at(time: datetime) -> UUID:
    """The smallest that new_id() may make from this millisecond on."""
    milliseconds = max(0, (time - EPOCH) // timedelta(milliseconds=1))
    return UUID(int=milliseconds << 80 | 7 << 76 | 2 << 62)


def time_of(id_: UUID) -> datetime:
    """When new_id() made it, to the millisecond. Of an id made otherwise it may be any
    time, to the year 9000: whatever is looked for around it has a date.
    """
    return EPOCH + timedelta(milliseconds=min(id_.int >> 80, LAST_MILLISECOND))


def as_uuid7(text: str) -> UUID | None:
    """The id that new_id() may have made, from its text with or without hyphens."""
    try:
        id_ = UUID(text)
    except ValueError:
        return None
    return id_ if id_.version == 7 else None


def new_epoch() -> int:
    return secrets.randbelow(2**31)


def parse_id(text: str) -> UUID:
    """The id in an address; a malformed one is 400, before any look-up."""
    if not CANONICAL.fullmatch(text):
        raise refuse(id="Send an id as it is listed, such as 0193ab0c-7a31-….")
    return UUID(text)


@dataclass(frozen=True, slots=True)
class AnimeRef:
    """A title as a client names it: our number (site `own`), or a site and its id."""

    site: str
    key: str

    @property
    def number(self) -> int:
        """The number, where it is one of ours; 0 is no title's."""
        return int(self.key) if self.site == OWN else 0

    def __str__(self) -> str:
        return self.key if self.site == OWN else f"{self.site}:{self.key}"


def parse_anime_id(value: Any, field: str = "animeId") -> AnimeRef:
    """1535, "1535" or "mal:1535"; anything else is 400 on the named field."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value) if 0 < value <= LARGEST_ID else ""
    if isinstance(value, str):
        site, colon, key = value.rpartition(":")
        if (ref := _of_site(site, key) if colon else _of_number(OWN, key)) is not None:
            return ref
    raise refuse(**{field: 'Send an anime\'s id, such as 1535, "1535" or "mal:1535".'})


def _of_site(site: str, key: str) -> AnimeRef | None:
    if site in NUMBERED_SITES:
        return _of_number(site, key)
    if site in WORDED_SITES and WORD.fullmatch(key):
        return AnimeRef(site, key)
    return None


def _of_number(site: str, key: str) -> AnimeRef | None:
    if NUMBER.fullmatch(key) and 0 < int(key) <= LARGEST_ID:
        return AnimeRef(site, str(int(key)))
    return None
