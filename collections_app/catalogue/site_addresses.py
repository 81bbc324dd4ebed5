"""Addresses of titles on other sites, and the ids they name."""

import re

from animecollections.db.ids import LARGEST_ID

SOURCE = re.compile(r"https?://(?:www\.)?([a-z0-9.-]+)/([^\s#]*)", re.IGNORECASE)
NUMBER_AFTER_ANIME = re.compile(r"anime/([0-9]+)(?:[/?,].*)?")
SLUG_AFTER_ANIME = re.compile(r"anime/([A-Za-z0-9_-]{1,200})(?:[/?].*)?")
NUMBER_FIRST = re.compile(r"([0-9]+)(?:[/?].*)?")
NUMBER_ASKED_FOR = re.compile(r"[a-z/]+\.php\?(?:.*&)?id=([0-9]+)(?:&.*)?")
ANIDB = re.compile(r"(?:anime/|a)([0-9]+)(?:[/?].*)?")
SITES: dict[str, tuple[str, re.Pattern[str]]] = {
    "myanimelist.net": ("mal", NUMBER_AFTER_ANIME),
    "anilist.co": ("anilist", NUMBER_AFTER_ANIME),
    "kitsu.io": ("kitsu", NUMBER_AFTER_ANIME),
    "kitsu.app": ("kitsu", NUMBER_AFTER_ANIME),
    "anidb.net": ("anidb", ANIDB),
    "anime-planet.com": ("anime-planet", SLUG_AFTER_ANIME),
    "anisearch.com": ("anisearch", NUMBER_AFTER_ANIME),
    "livechart.me": ("livechart", NUMBER_AFTER_ANIME),
    "notify.moe": ("notify", SLUG_AFTER_ANIME),
    "simkl.com": ("simkl", NUMBER_AFTER_ANIME),
    "animenewsnetwork.com": ("animenewsnetwork", NUMBER_ASKED_FOR),
    "animecountdown.com": ("animecountdown", NUMBER_FIRST),
}


def external_id(url: str) -> tuple[str, str] | None:
    """The site and the id that an address names, if the site is known."""
    address = SOURCE.match(url)
    if not address:
        return None
    site, path = SITES.get(address[1].lower(), ("", NUMBER_FIRST))
    found = path.fullmatch(address[2])
    if not site or not found:
        return None
    if path is SLUG_AFTER_ANIME:
        return site, found[1] if site == "notify" else found[1].lower()
    number = found[1].lstrip("0")
    if not number or len(number) > 10 or int(number) > LARGEST_ID:
        return None
    return site, number
