"""Query parameters, declared once: the schema shows them, requests are read by them.

A view's method names its parameters in `@documented(parameters=[query(…), …])`. All
others are refused, and each value is read as its schema says: what is documented and
what is done cannot differ. `ApiViewSet.wanted` has what was read.
"""

import re
from calendar import monthrange
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from difflib import get_close_matches
from typing import Any
from zoneinfo import ZoneInfo

from django.http import QueryDict
from drf_spectacular.utils import OpenApiParameter

from animecollections.api.errors import ApiError, refuse, unusable
from animecollections.api.fields import FIRST_YEAR, parse_time
from animecollections.api.ids import CANONICAL

Json = dict[str, Any]
# What a query says, read: values by the names of its parameters.
Wanted = Mapping[str, Any]
Reader = Callable[[str], Any]

IGNORED = "_"  # clients add it to get around caches
INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,17})", re.ASCII)
NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,8})(\.[0-9]{1,9})?", re.ASCII)
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
AGO = re.compile(r"([1-9][0-9]{0,3})([dwmy])", re.ASCII)
NOT_UTF8 = "\ufffd"  # what decoding puts in the place of other bytes
SHOWN = 50  # letters of what was sent that a refusal repeats
TYPES: dict[Any, Json] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    datetime: {"type": "string", "format": "date-time"},
}
# A time, or a day by the user's clock: `first_moment` and `last_moment` say which.
WHEN: Json = {"anyOf": [TYPES[datetime], {"type": "string", "format": "date"}]}
# So long ago, as days of the user's clock: `first_day` says when it begins.
WITHIN: Json = {"type": "string", "pattern": "^[1-9][0-9]{0,3}[dwmy]$"}
A_DAY: Json = {"type": "string", "format": "date"}
AN_ID: Json = {"type": "string", "format": "uuid"}


class Parameter(OpenApiParameter):
    """One query parameter. An empty value is as if it was not sent.

    type:       str, int, float, datetime, WHEN, WITHIN, A_DAY, AN_ID, or a JSON
                schema.
    enum:       the only words there are; with `any_case`, in any case.
    many:       several values, each counted once, at most `max_items`: the parameter
                repeated, or with `commas` (as words of an enum are) one text.
    read_as:    what of a text counts, so that spellings of one are one.
    keep_empty: an empty value means something.
    """

    def __init__(
        self,
        name: str,
        type: object,
        description: str,
        *,
        enum: Sequence[str] = (),
        any_case: bool = False,
        many: bool = False,
        commas: bool = False,
        max_items: int | None = None,
        max_length: int | None = None,
        read_as: Callable[[str], str] | None = None,
        minimum: float | None = None,
        maximum: float | None = None,
        keep_empty: bool = False,
        **more: Any,
    ) -> None:
        item = type if isinstance(type, dict) else TYPES[type]
        item = item | given(
            enum=[*enum] or None, maxLength=max_length, minimum=minimum, maximum=maximum
        )
        array = given(type="array", items=item, maxItems=max_items)
        schema = array if many else item
        super().__init__(name, schema, "query", description=description, **more)
        self.is_array, self.max_items = many, max_items
        self.has_commas = commas or bool(enum)
        self.keeps_empty = keep_empty
        self.read_one = reader_of(item, any_case=any_case)
        self.read_as = read_as or str

    def read(self, texts: list[str]) -> Any:
        """The value, None where none was sent; 400 that names this parameter."""
        if any("\x00" in text or NOT_UTF8 in text for text in texts):
            raise unusable(self.name)
        try:
            return self.read_many(texts) if self.is_array else self.read_single(texts)
        except ValueError as error:
            raise refuse(**{self.name: str(error)}) from None

    def read_many(self, texts: list[str]) -> list[Any] | None:
        if self.has_commas:
            texts = [part for text in texts for part in text.split(",")]
        read = [self.read_one(text) for text in texts if text]
        values = [*dict.fromkeys(map(self.read_as, read))]
        if self.max_items and len(values) > self.max_items:
            raise ValueError(f"Send at most {self.max_items} at once.")
        return values if values or self.keeps_empty else None

    def read_single(self, texts: list[str]) -> object:
        sent = [*dict.fromkeys(text for text in texts if text)]
        if len(sent) > 1:
            raise ValueError("This has several values. Send one.")
        if sent or self.required:
            return self.read_one(sent[0] if sent else "")
        return "" if self.keeps_empty else None


def given(**values: object) -> Json:
    return {name: value for name, value in values.items() if value is not None}


# --- A whole query -------------------------------------------------------------------


def read_query(query: QueryDict, known: Mapping[str, Parameter]) -> dict[str, object]:
    """What a query says, by parameter; 400 for what these parameters cannot mean."""
    wanted = {}
    for name, texts in query.lists():
        if name == IGNORED:
            continue
        if name not in known:
            raise unknown_parameter(name, sorted(known))
        if (value := known[name].read(texts)) is not None:
            wanted[name] = value
    for name, parameter in known.items():
        if parameter.required and name not in wanted:
            parameter.read([""])  # which says what to send
    return wanted


def unknown_parameter(name: str, known: list[str]) -> ApiError:
    """400 with the parameter that was probably meant, and all that there are."""
    plain = {without_case(other): other for other in known}
    close = get_close_matches(without_case(name[:SHOWN]), plain, n=1)
    nearest = plain[close[0]] if close else None
    name = name[:SHOWN]
    sentence = f"This address has no parameter {name}."
    if nearest:
        sentence = f"This address has no parameter {name}. Did you mean {nearest}?"
    elif known:
        sentence += f" Choose from {', '.join(known)}."
    return ApiError(
        "unknown_parameter",
        sentence=sentence,
        fields={name: [sentence]},
        details={"parameter": name, "nearest": nearest, "known": known},
    )


def without_case(name: str) -> str:
    return name.replace("_", "").casefold()


# --- One value -----------------------------------------------------------------------


def reader_of(item: Json, *, any_case: bool = False) -> Reader:
    """Reads a text that should be what the schema says; ValueError with a sentence for
    the person who sent another.
    """
    match item:
        case {"enum": words}:
            return word_reader(words, any_case=any_case)
        case {"type": "integer"}:
            return number_reader(item, INTEGER, int)
        case {"type": "number"}:
            return number_reader(item, NUMBER, Decimal)
        case {"format": "date-time"}:
            return parse_time
        case {"format": "date"}:
            return parse_day
        case {"format": "uuid"}:
            return read_id
        case {"anyOf": _}:
            return parse_when
        case {"pattern": _}:
            return parse_within
        case _:
            return text_reader(item.get("maxLength"))


def word_reader(words: Sequence[str], *, any_case: bool) -> Reader:
    known = {word.casefold() if any_case else word: word for word in words}

    def read_word(text: str) -> str:
        word = known.get(text.casefold() if any_case else text)
        if word is None:
            raise ValueError(unknown_word(text, words))
        return word

    return read_word


def unknown_word(text: str, words: Sequence[str]) -> str:
    """With the word that was probably meant, and all that there are."""
    choose = f"Choose from {', '.join(words)}."
    if not text:
        return choose
    plain = {without_case(word): word for word in words}
    close = get_close_matches(without_case(text[:SHOWN]), plain, n=1)
    nearest = f"Did you mean {plain[close[0]]}? " if close else ""
    return f"“{text[:SHOWN]}” is not known here. {nearest}{choose}"


def number_reader(
    item: Json, pattern: re.Pattern[str], number: Callable[[str], object]
) -> Reader:
    """Strict: 1e2, +1, 1_000, 007 and the digits of other scripts are no numbers."""
    least, most = item.get("minimum"), item.get("maximum")
    kind = "a whole number" if number is int else "a number"
    sentence = f"Send {kind} from {least} to {most}." if most else f"Send {kind}."

    def read_number(text: str) -> object:
        value = number(text) if pattern.fullmatch(text) else None
        if value is None or not (
            (least is None or value >= least) and (most is None or value <= most)
        ):
            raise ValueError(sentence)
        return value

    return read_number


def text_reader(most: int | None) -> Reader:
    def read_text(text: str) -> str:
        if most and len(text) > most:
            raise ValueError(f"Send at most {most} characters.")
        return text

    return read_text


def read_id(text: str) -> str:
    if not CANONICAL.fullmatch(text):
        raise ValueError("Send an id as it is listed, such as 0193ab0c-7a31-….")
    return text.lower()


def parse_when(text: str) -> date:
    """A time, or a day (a date that is no datetime)."""
    return parse_day(text) if DAY.fullmatch(text) else parse_time(text)


def parse_within(text: str) -> str:
    if not AGO.fullmatch(text):
        raise ValueError(
            "Send a number and a letter: d for days, w for weeks, m for months, y for "
            "years, such as 30d."
        )
    return text


def parse_day(text: str) -> date:
    if not DAY.fullmatch(text):
        raise ValueError("Send a day such as 2026-12-31.")
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"There is no day {text}.") from None
    if not FIRST_YEAR <= day.year < date.max.year:
        raise ValueError("This day is out of range.")
    return day


def first_moment(when: date, zone: str) -> datetime:
    """Of a day, by the clock of this time zone; a time is one."""
    if isinstance(when, datetime):
        return when
    midnight = datetime(when.year, when.month, when.day, tzinfo=ZoneInfo(zone))
    return midnight.astimezone(UTC)


def first_day(within: str, today: date) -> date:
    """Of the last 30 days, months or years: as many before today. Of a month that is
    shorter its last day; nothing is older than the first year that there is.
    """
    found = AGO.fullmatch(within)
    if found is None:
        raise ValueError(within)
    number, unit = int(found[1]), found[2]
    if unit in "dw":
        days = timedelta(days=number * (7 if unit == "w" else 1))
        return max(today - days, date(FIRST_YEAR, 1, 1))
    months = today.year * 12 + today.month - 1 - number * (12 if unit == "y" else 1)
    year, month = max(months // 12, FIRST_YEAR), months % 12 + 1
    return date(year, month, min(today.day, monthrange(year, month)[1]))


def last_moment(when: date, zone: str) -> datetime:
    if isinstance(when, datetime):
        return when
    tomorrow = first_moment(when + timedelta(days=1), zone)
    return tomorrow - timedelta(microseconds=1)
