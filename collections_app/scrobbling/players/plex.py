"""Plex: webhooks of Plex Media Server (Plex Pass), a form with the part `payload`.

https://support.plex.tv/articles/115002267687-webhooks/. Plex's own agent tells ids of
the episode (`Guid`), which no map of seasons has; older agents, HAMA and the bundle of
MyAnimeList tell the series, the season and the episode in `guid`. `year` is the
episode's, so it counts for films alone.
"""

import re

from collections_app.scrobbling.heard import (
    Heard,
    Json,
    Reader,
    What,
    ids_of,
    list_of,
    number_of,
    object_of,
    percent_of,
    text_of,
)
from collections_app.scrobbling.models import Player

EVENTS: dict[str, What] = {
    "media.scrobble": "watched",  # beyond 90 %
    "media.play": "playing",
    "media.resume": "playing",
    "media.pause": "paused",
    "media.stop": "stopped",
}
GROUPS = ("media.", "library.", "admin.", "playback.", "device.")
# An agent's address of a thing: agent, its site and id, and season and episode there.
AGENT = re.compile(
    r"(?P<agent>com\.plexapp\.agents\.[a-z]+|net\.fribbtastic\.coding\.plex\.[a-z]+)"
    r"://(?:(?P<site>[a-z]+)[0-9]?-)?(?P<id>(?:tt)?[0-9]{1,12})"
    r"(?:/(?P<season>[0-9]{1,5}))?(?:/(?P<episode>[0-9]{1,6}))?(?:[?].*)?",
    re.ASCII,
)
GUID = re.compile(r"([a-z]+)://((?:tt)?[0-9]{1,12})", re.ASCII)


def recognises(document: Json) -> bool:
    event = document.get("event")
    if not isinstance(event, str) or not event.startswith(GROUPS):
        return False
    return any(isinstance(document.get(key), dict) for key in ("Metadata", "Account"))


def read(document: Json) -> Heard:
    item, account = object_of(document, "Metadata"), object_of(document, "Account")
    event, kind = text_of(document, "event"), text_of(item, "type")
    is_film = kind == "movie"
    of_agent = agent_of(item)
    ids = of_agent.ids or {} if of_agent else {}
    if not ids:
        ids = ids_of(dict(guids_of(item)))
    return Heard(
        Player.PLEX,
        EVENTS.get(event, "other"),
        event,
        is_video=is_film or kind == "episode",
        is_film=is_film,
        accounts=tuple(
            filter(None, (text_of(account, "title"), text_of(account, "id")))
        ),
        library=text_of(item, "librarySectionTitle"),
        series=text_of(item, "title") if is_film else text_of(item, "grandparentTitle"),
        title="" if is_film else text_of(item, "title"),
        season=number_of(item, "parentIndex"),
        episode=number_of(item, "index"),
        year=number_of(item, "year") if is_film else None,
        ids=ids,
        are_of_series=is_film or bool(of_agent and of_agent.ids),
        percent=percent_of(item.get("viewOffset"), item.get("duration")),
    )


class Agent:
    """What an agent's address of a series or film says."""

    def __init__(self, found: re.Match[str]) -> None:
        site = found["site"] or found["agent"].rpartition(".")[2]
        self.ids = ids_of({site: found["id"]})


def agent_of(item: Json) -> Agent | None:
    """Of the series where it says it, else of the episode, which begins with it."""
    for key in ("grandparentGuid", "parentGuid", "guid"):
        if found := AGENT.fullmatch(text_of(item, key)):
            return Agent(found)
    return None


def guids_of(item: Json) -> list[tuple[str, str]]:
    found = [GUID.fullmatch(text_of(one, "id")) for one in list_of(item, "Guid")[:20]
             if isinstance(one, dict)]  # fmt: skip
    return [(one[1], one[2]) for one in found if one]


# The same event comes once as the user's, once as the owner's of the server.
READER = Reader(Player.PLEX, recognises, read, frozenset({"user", "owner"}))
