"""Titles that a profile names by their ids, as cards."""

from collections.abc import Iterable
from typing import Any

from collections_app.models import Anime
from profiles.public_pages.sections import cover

MOST = 48


def cards(ids: Iterable[str]) -> dict[str, Any]:
    """{id: card} of the first of them, by one statement. Which may be named the read of
    the profile has decided.
    """
    wanted = [int(id_) for id_ in ids][:MOST]
    if not wanted:
        return {}
    rows = Anime.objects.filter(id__in=wanted).values_list(
        "id", "title", "thumbnail_url", "picture_url", "year"
    )
    return {
        str(id_): cover(id_, title, thumbnail or picture, year=year)
        for id_, title, thumbnail, picture, year in rows
    }
