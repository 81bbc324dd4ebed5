"""Kodi: its own JSON-RPC notifications, as an add-on forwards them.

https://kodi.wiki/view/JSON-RPC_API: `Player.OnPlay`, `OnResume`, `OnPause`, `OnStop`
with `params.data.item`. Of an item of its library Kodi tells no more than the number,
so an add-on adds the fields of `VideoLibrary.GetEpisodeDetails` to it (`showtitle`,
`season`, `episode`, `uniqueid` …), and `showuniqueid` of the series.
"""

from collections_app.scrobbling.heard import (
    Heard,
    Json,
    Reader,
    What,
    as_number,
    ids_of,
    number_of,
    object_of,
    text_of,
    time_of,
)
from collections_app.scrobbling.models import Player

EVENTS: dict[str, What] = {
    "Player.OnPlay": "playing",
    "Player.OnAVStart": "playing",
    "Player.OnResume": "playing",
    "Player.OnPause": "paused",
    "Player.OnStop": "stopped",
}
SPACES = ("Player.", "VideoLibrary.", "System.", "GUI.", "Application.", "Playlist.")


def recognises(document: Json) -> bool:
    method = document.get("method")
    has_data = isinstance(object_of(document, "params").get("data"), dict)
    return isinstance(method, str) and method.startswith(SPACES) and has_data


def read(document: Json) -> Heard:
    method = text_of(document, "method")
    data = object_of(object_of(document, "params"), "data")
    item = object_of(data, "item")
    kind = text_of(item, "type")
    is_film = kind == "movie"
    what = EVENTS.get(method, "other")
    if what == "stopped" and data.get("end") is True:
        what = "watched"
    of_series = ids_of(object_of(item, "showuniqueid"))
    return Heard(
        Player.KODI,
        what,
        method,
        is_video=is_film or kind == "episode",
        is_film=is_film,
        accounts=tuple(filter(None, (text_of(data, "profile"),))),
        library=text_of(data, "library"),
        series=text_of(item, "title" if is_film else "showtitle"),
        title="" if is_film else text_of(item, "title"),
        season=number_of(item, "season"),
        episode=number_of(item, "episode"),
        year=number_of(item, "year") if is_film else number_of(item, "showyear"),
        ids=of_series or ids_of(object_of(item, "uniqueid")),
        are_of_series=is_film or bool(of_series),
        percent=as_number(data.get("percentage")),
        at=time_of(data.get("time")),
    )


READER = Reader(Player.KODI, recognises, read)
