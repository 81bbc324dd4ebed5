"""Jellyfin: its official webhook plugin, a generic destination with "Send All
Properties". https://github.com/jellyfin/jellyfin-plugin-webhook

Ids (`Provider_tvdb` …) of an episode are the episode's own, but some agents write the
series'. `Year` is the series'.
"""

from collections_app.scrobbling.heard import (
    Heard,
    Json,
    Reader,
    What,
    ids_of,
    number_of,
    percent_of,
    text_of,
    time_of,
)
from collections_app.scrobbling.models import Player

PROVIDER = "Provider_"
STARTED = frozenset({"PlaybackStart", "PlaybackProgress"})


def recognises(document: Json) -> bool:
    return isinstance(document.get("NotificationType"), str)


def read(document: Json) -> Heard:
    kind = text_of(document, "ItemType")
    is_film = kind == "Movie"
    said = {
        key.removeprefix(PROVIDER): value
        for key, value in document.items()
        if key.startswith(PROVIDER)
    }
    return Heard(
        Player.JELLYFIN,
        what_of(document),
        text_of(document, "NotificationType"),
        is_video=is_film or kind == "Episode",
        is_film=is_film,
        accounts=tuple(
            filter(
                None,
                (
                    text_of(document, "NotificationUsername", "Username"),
                    text_of(document, "UserId"),
                ),
            )
        ),
        library=text_of(document, "LibraryName"),
        series=text_of(document, "Name" if is_film else "SeriesName"),
        title="" if is_film else text_of(document, "Name"),
        season=number_of(document, "SeasonNumber"),
        episode=number_of(document, "EpisodeNumber"),
        episode_end=number_of(document, "EpisodeNumberEnd"),
        year=number_of(document, "Year"),
        ids=ids_of(said),
        are_of_series=is_film,
        percent=percent_of(
            document.get("PlaybackPositionTicks"), document.get("RunTimeTicks")
        ),
        at=time_of(document.get("UtcTimestamp")),
    )


def what_of(document: Json) -> What:
    event = text_of(document, "NotificationType")
    if event in STARTED:
        return "paused" if document.get("IsPaused") is True else "playing"
    if event == "PlaybackStop":
        is_whole = document.get("PlayedToCompletion") in (True, "True", "true")
        return "watched" if is_whole else "stopped"
    # Marked by hand. What is saved at the end of a playback has come already.
    is_marked = text_of(document, "SaveReason") == "TogglePlayed"
    if event == "UserDataSaved" and is_marked and document.get("Played") is True:
        return "watched"
    return "test" if event == "Generic" else "other"


READER = Reader(Player.JELLYFIN, recognises, read)
