"""Tautulli: a webhook agent with the JSON template of docs/connecting.md, which says
`"source": "tautulli"`. https://github.com/Tautulli/Tautulli/wiki

Its ids are the series' (or the film's), and empty where it has none.
"""

from collections_app.scrobbling.heard import (
    Heard,
    Json,
    Reader,
    What,
    as_number,
    ids_of,
    number_of,
    text_of,
    time_of,
)
from collections_app.scrobbling.models import Player

EVENTS: dict[str, What] = {
    "watched": "watched",
    "play": "playing",
    "resume": "playing",
    "pause": "paused",
    "stop": "stopped",
    "test": "test",
}


def recognises(document: Json) -> bool:
    is_its = document.get("source") == "tautulli"
    return is_its and isinstance(document.get("action"), str)


def read(document: Json) -> Heard:
    action, kind = text_of(document, "action"), text_of(document, "media_type")
    is_film = kind == "movie"
    said = {key: document.get(f"{key}_id") for key in ("tvdb", "tmdb", "imdb", "anidb")}
    names = (text_of(document, "user"), text_of(document, "user_id"))
    return Heard(
        Player.TAUTULLI,
        EVENTS.get(action, "other"),
        action,
        is_video=is_film or kind == "episode",
        is_film=is_film,
        accounts=tuple(filter(None, names)),
        library=text_of(document, "library"),
        series=text_of(document, "title" if is_film else "show"),
        title="" if is_film else text_of(document, "title"),
        season=number_of(document, "season"),
        episode=number_of(document, "episode"),
        year=number_of(document, "year"),
        ids=ids_of(said),
        percent=as_number(document.get("percent")),
        at=time_of(document.get("time")),
    )


READER = Reader(Player.TAUTULLI, recognises, read)
