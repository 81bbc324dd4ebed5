"""Days as people and spreadsheets write them: "January 5, 2021", 5.1.2021, 1/5/21.

1/5/2021 is two days. Which one a file means is told by its other dates: a number above
12 is no month. Where nothing tells, the year alone is kept, and the row says so.
"""

import re
from collections.abc import Iterable

from . import reading
from .records import RowError

DAY_FIRST, MONTH_FIRST = "day", "month"
MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august",
    "september", "october", "november", "december",
)  # fmt: skip
NUMBERS = re.compile(
    r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})(?:[T ,].{0,40})?", re.ASCII
)
NAMED_MONTH_FIRST = re.compile(
    r"([a-z]{3,9})\.?(?: (\d{1,2})(?:st|nd|rd|th)?)?,? (\d{4})(?:,? .{0,40})?",
    re.ASCII,
)
NAMED_DAY_FIRST = re.compile(
    r"(\d{1,2})(?:st|nd|rd|th)?\.?(?: of)?[ -]([a-z]{3,9})\.?,?[ -](\d{4}|\d{2})"
    r"(?:,? .{0,40})?",
    re.ASCII,
)
MONTH_AND_YEAR = re.compile(r"(\d{1,2})[-/.](\d{4})", re.ASCII)
JAPANESE = re.compile(r"(\d{4})年(?:(\d{1,2})月(?:(\d{1,2})日)?)?", re.ASCII)
WEEKDAY = re.compile(r"(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}\.?,? (?=\S)")
RANGE = re.compile(r"\s*(?:→|–|—|->|\bto\b|\s-\s)\s*")
# Two digits of a year: nobody's list is of 1969, or of 2070.
CENTURY_TURNS = 70
LONGEST = 100  # letters of a date


def order_of(texts: Iterable[str]) -> str | None:
    """Whether days or months stand first in a file's dates; None where none tells."""
    first = second = False
    for text in texts:
        if (
            len(text) <= LONGEST
            and (found := NUMBERS.fullmatch(text.strip()))
            and found[2] != "."
        ):
            first = first or 12 < int(found[1]) <= 31
            second = second or 12 < int(found[3]) <= 31
    if first == second:
        return None
    return DAY_FIRST if first else MONTH_FIRST


def span(text: str) -> tuple[str, str]:
    """The first and the last day of a range such as "May 5, 2021 → May 9, 2021"."""
    first, *rest = RANGE.split(text[: 3 * LONGEST].strip(), maxsplit=1)
    return first, rest[0] if rest else ""


def day_of(text: str, what: str, order: str | None) -> tuple[str, list[str]]:
    """A date as it is kept, and a remark where the text leaves it open.

    Raises RowError for what is no date.
    """
    text = text.strip().removeprefix("@")
    if len(text) > LONGEST:
        raise RowError(f"{what} has {len(text):,} characters, so it is not a date.")
    if found := NUMBERS.fullmatch(text):
        return _of_numbers(found, what, order)
    return reading.date_text(_iso(text), what), []


def _iso(text: str) -> str:
    """A date with a month's name in the way of ISO 8601; any other as it is."""
    plain = WEEKDAY.sub("", text.lower(), count=1)
    if found := NAMED_MONTH_FIRST.fullmatch(plain):
        name, day, year = found.groups()
    elif found := NAMED_DAY_FIRST.fullmatch(plain):
        day, name, year = found.groups()
    elif found := JAPANESE.fullmatch(text):
        return "-".join(part.zfill(2) for part in found.groups() if part)
    elif found := MONTH_AND_YEAR.fullmatch(text):
        return f"{found[2]}-{found[1].zfill(2)}"
    else:
        return text
    months = [at for at, month in enumerate(MONTHS, 1) if is_month(name, month)]
    if len(months) != 1:
        return text
    return f"{_year(year)}-{months[0]:02}" + (f"-{day.zfill(2)}" if day else "")


def is_month(word: str, month: str) -> bool:
    return month.startswith(word) or (word, month) == ("sept", "september")


def _of_numbers(
    found: re.Match[str], what: str, order: str | None
) -> tuple[str, list[str]]:
    first, second, year = int(found[1]), int(found[3]), _year(found[4])
    if not first or not second:  # the day is unknown, or the month too
        month, day = first or second, 0
    elif found[2] == "." or first > 12:
        day, month = first, second
    elif second > 12 or first == second:
        month, day = first, second
    elif order is None:
        remark = (
            f"{what}: nothing in the file shows whether {found[0]} begins with "
            f"the day or the month, so only {year} is kept."
        )
        return reading.date_text(str(year), what), [remark]
    else:
        day, month = (first, second) if order == DAY_FIRST else (second, first)
    return reading.date_of(year, month, day, what), []


def _year(text: str) -> int:
    year = int(text)
    if len(text) == 4:
        return year
    return year + (1900 if year >= CENTURY_TURNS else 2000)
