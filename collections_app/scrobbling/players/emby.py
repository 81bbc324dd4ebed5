"""Emby: notifications by webhook (Emby Premiere), JSON or a form with the part `data`.

Ids (`Item.ProviderIds`) of an episode are the episode's own.
"""

from collections_app.scrobbling.heard import (
    Heard,
    Json,
    Reader,
    What,
    ids_of,
    number_of,
    object_of,
    percent_of,
    text_of,
    time_of,
)
from collections_app.scrobbling.models import Player

EVENTS: dict[str, What] = {
    "playback.start": "playing",
    "playback.unpause": "playing",
    "playback.progress": "playing",
    "playback.pause": "paused",
    "playback.stop": "stopped",
    "item.markplayed": "watched",
    "system.notificationtest": "test",
    "system.webhooktest": "test",
}


def recognises(document: Json) -> bool:
    event = document.get("Event")
    parts = ("Item", "Server", "User")
    has_part = any(isinstance(document.get(key), dict) for key in parts)
    return isinstance(event, str) and "." in event and has_part


def read(document: Json) -> Heard:
    item, user = object_of(document, "Item"), object_of(document, "User")
    playback = object_of(document, "PlaybackInfo")
    event, kind = text_of(document, "Event").lower(), text_of(item, "Type")
    is_film = kind == "Movie"
    what = EVENTS.get(event, "other")
    if what == "stopped" and playback.get("PlayedToCompletion") is True:
        what = "watched"
    return Heard(
        Player.EMBY,
        what,
        event,
        is_video=is_film or kind == "Episode",
        is_film=is_film,
        accounts=tuple(filter(None, (text_of(user, "Name"), text_of(user, "Id")))),
        library=text_of(item, "LibraryName"),
        series=text_of(item, "Name" if is_film else "SeriesName"),
        title="" if is_film else text_of(item, "Name"),
        season=number_of(item, "ParentIndexNumber"),
        episode=number_of(item, "IndexNumber"),
        episode_end=number_of(item, "IndexNumberEnd"),
        year=number_of(item, "ProductionYear") if is_film else None,
        ids=ids_of(object_of(item, "ProviderIds")),
        are_of_series=is_film,
        percent=percent_of(playback.get("PositionTicks"), item.get("RunTimeTicks")),
        at=time_of(document.get("Date")),
    )


READER = Reader(Player.EMBY, recognises, read)
