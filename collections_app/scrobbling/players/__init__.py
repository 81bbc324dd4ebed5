"""Reads what players send. One module a player, each a pure function from a document to
what it says; a new one is a module and its name in READERS (docs/recipes/player.md).

A document is known by its shape alone: a player's name in the User-Agent is what a
proxy or an add-on makes of it.
"""

from hashlib import sha256

import orjson

from animecollections.api.errors import ApiError
from collections_app.scrobbling.heard import Heard, Json, Reader
from collections_app.scrobbling.players import (
    emby,
    jellyfin,
    kodi,
    own,
    plex,
    tautulli,
)

READERS: tuple[Reader, ...] = (
    jellyfin.READER,
    plex.READER,
    emby.READER,
    kodi.READER,
    tautulli.READER,
    own.READER,
)


def reader_of(document: Json) -> Reader:
    """400 `player_unknown` for a document of no shape that is known."""
    for reader in READERS:
        if reader.recognises(document):
            return reader
    raise ApiError("player_unknown")


def read(document: Json) -> tuple[Heard, str]:
    """What it says, and its hash: the same event again has the same."""
    reader = reader_of(document)
    return reader.read(document), key_of(reader, document)


def key_of(reader: Reader, document: Json) -> str:
    stable = {name: value for name, value in document.items()
            if name not in reader.volatile}  # fmt: skip
    shape = orjson.dumps([reader.player.value, stable], option=orjson.OPT_SORT_KEYS)
    return sha256(shape).hexdigest()
