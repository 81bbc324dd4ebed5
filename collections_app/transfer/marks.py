"""Scores as people write them: 8.5, 9/10, 80 %, ★★★★☆, 4 stars."""

import re
from collections.abc import Iterable
from typing import NamedTuple

from . import reading
from .records import RowError

FRACTION = re.compile(
    r"(\d{1,3}(?:[.,]\d{1,3})?)\s*(?:/|out of|of)\s*(5|10|20|100)", re.ASCII
)
PERCENT = re.compile(r"(\d{1,3}(?:[.,]\d{1,3})?)\s*%", re.ASCII)
STARS_IN_WORDS = re.compile(r"(\d{1,2}(?:[.,]\d{1,2})?)\s*(?:stars?|[★⭐🌟])", re.ASCII)
STARS = re.compile(r"([★⭐🌟✭✮]+)(½?)([☆✩✰]*)")
NOT_SEEN = str.maketrans("", "", "\ufe0f\ufe0e\u200d")
FEWEST_STARS, MOST_STARS = 5, 10


class Mark(NamedTuple):
    """A number of points, and the best of its own scale, if the cell says that.

    is_open: stars without empty ones after them: ★★★ is three of five, or of ten where
        another cell of the table has more than five.
    """

    points: float
    best: int | None
    is_open: bool = False


def mark_of(cell: str) -> Mark | None:
    """What a cell says; None for nothing. Raises RowError for what is no score."""
    text = cell.translate(NOT_SEEN).strip()
    if not text:
        return None
    if found := FRACTION.fullmatch(text):
        return Mark(_number(found[1]), int(found[2]))
    if found := PERCENT.fullmatch(text):
        return Mark(_number(found[1]), 100)
    if found := STARS_IN_WORDS.fullmatch(text.lower()):
        return _stars(_number(found[1]), 0)
    if found := STARS.fullmatch(text):
        return _stars(len(found[1]) + 0.5 * bool(found[2]), len(found[3]))
    points = reading.decimal(text, "score")
    return None if points is None else Mark(points, None)


def _number(text: str) -> float:
    return float(text.replace(",", "."))


def _stars(filled: float, empty: int) -> Mark:
    best = FEWEST_STARS if filled + empty <= FEWEST_STARS else MOST_STARS
    return Mark(filled, best, is_open=not empty)


def best_of(cells: Iterable[str]) -> tuple[int, list[str]]:
    """The best score of a table that does not say its scale, and what to say of it.

    Cells that name their scale tell that of the others.
    """
    highest, said = 0.0, 0
    for cell in cells:
        mark = _readable(cell)
        if mark and mark.best:
            said = max(said, mark.best)
        elif mark:
            highest = max(highest, mark.points)
    if said and highest <= said:
        return said, []
    best = 10 if highest <= 10 else 100
    return best, [reading.scale_warning(highest, best)] if highest else []


def stars_of(cells: Iterable[str]) -> int:
    """How many stars are the most in a table: 10 if a cell has more than five."""
    found = (_readable(cell) for cell in cells)
    return max(
        (m.best for m in found if m and m.is_open and m.best), default=FEWEST_STARS
    )


def _readable(cell: str) -> Mark | None:
    try:
        return mark_of(cell)
    except RowError:
        return None


def score_of(
    cell: str, best: int, stars: int = FEWEST_STARS
) -> tuple[int | None, list[str]]:
    """A score on 0–100, and a remark where it had to be rounded; 0 is no score.

    best, stars: the best score, and the most stars, of the table.
    """
    mark = mark_of(cell)
    if mark is None or not mark.points:
        return None, []
    best = max(stars, mark.best or 0) if mark.is_open else mark.best or best
    if not 0 < mark.points <= best:
        raise RowError(
            f"score is not from 0 to {best}: {reading.shown_title(cell)[:50]}."
        )
    exact = mark.points * 100 / best
    kept = max(1, int(exact + 0.5))
    if abs(exact - kept) < 1e-6:
        return kept, []
    return kept, [
        f"The score {reading.shown_title(cell)[:50]} is stored as {kept / 10:g}."
    ]
