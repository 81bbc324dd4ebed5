"""The picture that messengers show of a page, as values: made of what the page draws,
so it can show nothing else. `drawing.py` draws it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Json = Mapping[str, Any]
MOST_FIGURES = 4
MOST_COVERS = 3


@dataclass(frozen=True, slots=True)
class Picture:
    """
    covers: (tone, title) of titles, whose covers are drawn.
    """

    title: str
    owner: str
    line: str
    figures: tuple[tuple[str, str], ...]
    covers: tuple[tuple[int, str], ...]


def of_page(context: Json) -> Picture:
    is_person = context.get("is_person", False)
    return Picture(
        title=context["title"],
        owner="" if is_person else context["owner"],
        line=line_of(context),
        figures=tuple(context.get("figures") or ())[:MOST_FIGURES],
        covers=tuple(
            (card["tone"], card["title"]) for card in cards_of(context)[:MOST_COVERS]
        ),
    )


def line_of(context: Json) -> str:
    if context.get("is_person"):
        return " · ".join(context["facts"])
    return str(context.get("size") or "")


def cards_of(context: Json) -> list[Json]:
    """The favourites of a profile, else the first titles of its first shelf; of other
    pages their first titles.
    """
    shelves = context.get("shelves") or ()
    first = shelves[0]["cards"] if shelves else ()
    for cards in (
        context.get("favorites"),
        first,
        context.get("cards"),
        context.get("most_watched"),
    ):
        if cards:
            return list(cards)
    return []
