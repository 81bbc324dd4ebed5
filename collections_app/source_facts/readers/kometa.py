"""Kometa Anime-IDs (MIT): by AniDB id, the season of TVDB and the film of IMDb.

https://github.com/Kometa-Team/Anime-IDs: one object, a member a title.
"""

import re
from collections.abc import Iterator

from collections_app.catalogue.reader.pieces import Cursor
from collections_app.catalogue.reader.records import Refusal
from collections_app.catalogue.reader.text import Text
from collections_app.source_facts.cleaning import shown
from collections_app.source_facts.models import FactKind
from collections_app.source_facts.readers.pieces import (
    Json,
    guarded,
    keys_of,
    members,
)
from collections_app.source_facts.readers.said import Reader, Said

BEGINS = re.compile(r'\s*\{\s*"[0-9]{1,10}"\s*:\s*\{', re.ASCII)
ABSOLUTE = -1  # season of a series that is counted through


def fits(head: str) -> bool:
    return BEGINS.match(head) is not None


def read(text: Text) -> Iterator[Said | Refusal]:
    return guarded(text, read_members(Cursor(text)))


def read_members(cursor: Cursor) -> Iterator[Said | Refusal]:
    for place, anidb in enumerate(members(cursor), start=1):
        yield said(anidb, cursor.value(), place)


def said(anidb: str, item: object, place: int) -> Said | Refusal:
    label = f"AniDB {shown(anidb[:20])}"
    if not isinstance(item, dict):
        return Refusal(place, label, "it is not an object")
    ids = keys_of(
        [
            ("anidb", anidb),
            ("mal", item.get("mal_id")),
            ("anilist", item.get("anilist_id")),
        ]
    )
    if not ids:
        return Refusal(place, label, "it has no id of a known site")
    return Said(place, label, ids, {FactKind.SEASONS: seasons(item) or None})


def seasons(item: Json) -> list[Json]:
    found: list[Json] = []
    if series := item.get("tvdb_id"):
        season, offset = item.get("tvdb_season"), item.get("tvdb_epoffset", 0)
        found.append(
            {
                "database": "tvdb",
                "id": str(series),
                "season": None if season == ABSOLUTE else season,
                "first": 1,
                "to_first": offset + 1 if isinstance(offset, int) else None,
            }
        )
    films = [("tmdb_movie", "tmdb_movie_id"), ("imdb", "imdb_id")]
    for database, key in films:
        ids = filter(None, str(item.get(key) or "").split(","))
        for part, id_ in enumerate(ids, start=1):  # of several each is an episode
            film = {"database": database, "id": id_.strip(), "season": None}
            found.append({**film, "first": part, "last": part, "to_first": 1})
    return found


READER = Reader("kometa", "seasons of TVDB, films of IMDb", fits, read)
