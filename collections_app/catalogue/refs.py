"""Titles as clients name them: by our number, or by another site's id."""

import re
from dataclasses import dataclass

from animecollections.api.errors import refuse
from animecollections.db.ids import LARGEST_ID
from collections_app.catalogue.site_addresses import external_id

OWN = "own"
# Sites whose ids of a title are numbers, and those whose ids are words.
NUMBERED_SITES = frozenset(
    {"mal", "anilist", "kitsu", "anidb", "anisearch", "livechart", "simkl"}
    | {"animenewsnetwork", "animecountdown"}
)
WORDED_SITES = frozenset({"anime-planet", "notify"})
NUMBER = re.compile(r"[0-9]{1,10}", re.ASCII)
WORD = re.compile(r"[A-Za-z0-9._~-]{1,200}", re.ASCII)


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


def parse_anime_id(value: object, field: str = "animeId") -> AnimeRef:
    """1535, "1535", "mal:1535", or the address of a title's page at a known site;
    anything else is 400 on the named field.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value) if 0 < value <= LARGEST_ID else ""
    if isinstance(value, str):
        if (named := external_id(value)) is not None:
            return AnimeRef(*named)
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
