"""Where a title stands in a list: a text. The order of the list is that of the texts.

Between any two texts there is another one, so that a title is moved by writing its own
row alone: two devices that move different titles do not meet. Four digits to the base
62, from the middle on, make room at both ends; what is between two neighbours gets more
digits. `static/js/ui/ranks.js` makes the same texts (tests/rank_cases.json).

Two devices may give two titles one rank; then their ids decide. Between such two there
is no text: `places_for` moves the titles around a little.
"""

import re
from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar("T")
DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
BASE = len(DIGITS)
WIDTH = 4  # digits of every rank; more of them are a fraction
FIRST = "V000"  # of the first title of a list
LARGEST = BASE**WIDTH - 1
LONGEST_RANK = 200
RANK = re.compile(r"[0-9A-Za-z]{4}([0-9A-Za-z]*[1-9A-Za-z])?", re.ASCII)


def is_rank(text: str) -> bool:
    return len(text) <= LONGEST_RANK and RANK.fullmatch(text) is not None


def between(low: str | None, high: str | None) -> str | None:
    """A rank after `low` and before `high`; None stands for an end of the list.

    None where there is no room, or only with more digits than a rank may have.
    """
    if low is None and high is None:
        return FIRST
    if high is None:
        whole = number_of(low or "") + 1
    elif low is None:
        whole = number_of(high) - (len(high) == WIDTH)
    else:
        if low >= high:
            return None
        whole = number_of(low) + 1
    if 0 <= whole <= LARGEST:
        text = text_of(whole)
        if high is None or text < high:
            return text
    if low is None:
        return None
    text = midpoint(low, high)
    return text if len(text) <= LONGEST_RANK else None


def number_of(rank: str) -> int:
    """Of its first digits."""
    number = 0
    for digit in rank[:WIDTH]:
        number = number * BASE + DIGITS.index(digit)
    return number


def text_of(number: int) -> str:
    digits = ""
    for _ in range(WIDTH):
        number, digit = divmod(number, BASE)
        digits = DIGITS[digit] + digits
    return digits


def midpoint(low: str, high: str | None) -> str:
    """The digits that both begin with, then one in the middle. `low` is less."""
    found, place = "", 0
    while True:
        least = DIGITS.index(low[place]) if place < len(low) else 0
        most = BASE
        if high is not None:
            most = DIGITS.index(high[place]) if place < len(high) else 0
        if most - least > 1:
            return found + DIGITS[(least + most) // 2]
        found += DIGITS[least]
        if most > least:
            high = None  # what follows is less than `high`, whatever it is
        place += 1


def spread(low: str | None, high: str | None, number: int) -> list[str] | None:
    """So many ranks between two, in order; None where there is no room for them."""
    if number == 0:
        return []
    if high is None:
        return counted_on(low, number)
    middle = between(low, high)
    if middle is None:
        return None
    left = spread(low, middle, number // 2)
    right = spread(middle, high, number - 1 - number // 2)
    if left is None or right is None:
        return None
    return [*left, middle, *right]


def counted_on(low: str | None, number: int) -> list[str] | None:
    """So many after `low`, with nothing behind them."""
    ranks: list[str] = []
    for _ in range(number):
        low = between(low, None)
        if low is None:
            return None
        ranks.append(low)
    return ranks


def places_for(
    order: Sequence[T], place: int, rank_of: Callable[[T], str] = str
) -> dict[int, str]:
    """What it takes to put one more title at a place among these: its own rank under
    `place`; and where there was no room, new ones of those next to it.

    Places are counted with the new title among them.
    """
    width = 0
    while True:
        first, last = max(0, place - width), min(len(order), place + width)
        low = rank_of(order[first - 1]) if first else None
        high = rank_of(order[last]) if last < len(order) else None
        if (found := spread(low, high, last - first + 1)) is not None:
            return dict(enumerate(found, first))
        if first == 0 and last == len(order):
            raise OverflowError("A list has more titles than there are ranks.")
        width = 2 * width + 1
