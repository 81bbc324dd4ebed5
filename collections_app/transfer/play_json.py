"""Viewing histories as JSON: Crunchyroll's and Trakt's.

    {"data": [{"panel": {"episode_metadata": {"series_title", "season_title",
     "season_number", "episode_number"}}, "date_played", "fully_watched"}]}
    [{"watched_at", "type": "episode", "episode": {"season", "number"},
     "show": {"title", "year", "ids"}}]

One document, or an array of pages. Crunchyroll's titles are anime; its season titles
are often names of their own, its season numbers count arcs.
"""

import re
from collections.abc import Iterator

from . import list_json, reading
from .list_json import child
from .plays import DOUBT, Play, played_on, rows_of
from .records import ListFile

NAME = "csv"
# A dub is a season of its own there, with the same episodes. A run of spaces is looked
# at once, from its beginning: from each of them it would take the square of their
# number.
DUB = re.compile(r"(?<!\s)\s*\((?:[\w-]{1,30} )?dub(?:bed)?\)\s*$", re.IGNORECASE)


def recognises(document: object) -> bool:
    return any(_is_crunchyroll(row) or _is_trakt(row) for row in _rows(document)[:100])


def read(document: object) -> ListFile:
    """Raises UnsupportedFileError if nothing was played."""
    rows = _rows(document)
    if any(map(_is_crunchyroll, rows[:100])):
        found = rows_of(_crunchyroll(rows), "Crunchyroll", doubt="")
    else:
        found = rows_of(_trakt(rows), "Trakt", doubt=DOUBT)
    return ListFile(NAME, found, shape="json")


def _rows(document: object) -> list[object]:
    """Those of one page, or of all."""
    pages = document if isinstance(document, list) else [document]
    if any(isinstance(child(page, "data"), list) for page in pages):
        return [row for page in pages for row in list_json.items(child(page, "data"))]
    return pages


def _text(value: object) -> str:
    return "" if isinstance(value, dict | list) or value is None else str(value)


# --- Crunchyroll ------------------------------------------------------------------


def _is_crunchyroll(row: object) -> bool:
    panel = child(row, "panel")
    return child(row, "date_played") is not None and any(
        isinstance(child(panel, kind), dict)
        for kind in ("episode_metadata", "movie_metadata")
    )


def _crunchyroll(rows: list[object]) -> Iterator[Play]:
    """What was watched to its end."""
    for row in filter(_is_crunchyroll, rows):
        if child(row, "fully_watched") is False:
            continue
        played = played_on(child(row, "date_played"))
        film = child(row, "panel", "movie_metadata")
        if isinstance(film, dict):
            name = child(film, "movie_listing_title") or child(row, "panel", "title")
            yield Play(_text(name), played)
            continue
        said = child(row, "panel", "episode_metadata")
        show = _without_dub(child(said, "series_title"))
        season = _without_dub(child(said, "season_title")).strip()
        is_named = season not in ("", show)
        number = "" if is_named else _text(child(said, "season_number"))
        episode = _text(child(said, "episode_number") or child(said, "episode"))
        yield Play(season if is_named else show, played, number, episode)


def _without_dub(title: object) -> str:
    return DUB.sub("", _text(title)[: reading.LONGEST_TITLE])


# --- Trakt ------------------------------------------------------------------------


def _is_trakt(row: object) -> bool:
    part = {"episode": "show", "movie": "movie"}.get(_text(child(row, "type")), "")
    has_time = child(row, "watched_at") is not None
    return has_time and child(row, part, "title") is not None


def _trakt(rows: list[object]) -> Iterator[Play]:
    for row in filter(_is_trakt, rows):
        title = child(row, "show") or child(row, "movie")
        played = played_on(child(row, "watched_at"))
        yield Play(
            _text(child(title, "title")),
            played,
            _text(child(row, "episode", "season")),
            _text(child(row, "episode", "number")),
            year=reading.count_of(child(title, "year")),
        )
