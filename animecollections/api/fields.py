"""Serializer fields that take what was meant and nothing else.

DRF reads `"true"`, `1` and `"yes"` as true, and numbers as text; here JSON has one way
to say each thing.
"""

import re
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from rest_framework import serializers

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
# Letters by category that show as nothing: Hangul fillers, and blank Braille.
BLANKS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
NO_OFFSET = timedelta(hours=16)  # of no place on Earth; PostgreSQL refuses it
FIRST_YEAR = 1900  # nothing here is older, and no zone moves it out of the calendar
TIME = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d)[Tt ](?P<time>(?:[01]\d|2[0-3]):\d\d)"
    r"(?:(?P<seconds>:\d\d)(?:[.,](?P<fraction>\d{1,9}))?)?"
    r"(?P<offset>[Zz]|[+-]\d\d(?::?\d\d)?)?",
    re.ASCII,
)


def shows_nothing(text: str) -> bool:
    """Whether a text has only separators, marks and characters of no width."""
    return all(
        unicodedata.category(character)[0] in "ZCM" or character in BLANKS
        for character in text
    )


class StrictText(serializers.CharField):
    """A JSON string of one line, trimmed and in NFC; blank only where allowed."""

    def to_internal_value(self, data: object) -> str:
        if not isinstance(data, str):
            raise serializers.ValidationError("Send a text.")
        text = unicodedata.normalize("NFC", data).strip()
        if shows_nothing(text):
            raise serializers.ValidationError("This text has no visible characters.")
        if CONTROL.search(text):
            raise serializers.ValidationError("This text has control characters.")
        return text


class StrictLines(serializers.CharField):
    """A JSON string of any number of lines, in NFC, kept with its white space."""

    def __init__(self, **more: Any) -> None:
        super().__init__(trim_whitespace=False, **more)

    def to_internal_value(self, data: object) -> str:
        if not isinstance(data, str):
            raise serializers.ValidationError("Send a text.")
        return unicodedata.normalize("NFC", super().to_internal_value(data))


class StrictList(serializers.ListField):
    """A JSON array of at most so many items."""

    def __init__(self, *, most: int, **more: Any) -> None:
        super().__init__(max_length=most, **more)
        self.most = most

    def run_validation(self, data: object = serializers.empty) -> object:
        # Before each of a million items is looked at.
        if isinstance(data, list) and len(data) > self.most:
            raise serializers.ValidationError(f"Send at most {self.most}.")
        return super().run_validation(data)


class StrictObject(serializers.Serializer[Any]):
    """A JSON object that may be within another."""

    default_error_messages = {"invalid": "Send an object {{…}}."}


class KnownFieldsObject(StrictObject):
    """One that refuses a name which it does not have: for what others see, and for what
    gives access. Else its sender would take a thing for hidden, or a link or token for
    one that ends, that is not.
    """

    def to_internal_value(self, data: Any) -> object:
        if isinstance(data, dict) and (unknown := data.keys() - self.fields.keys()):
            names = ", ".join(self.fields)
            raise serializers.ValidationError(
                {str(min(unknown))[:50]: f"This is unknown. Choose from {names}."}
            )
        return super().to_internal_value(data)


class StrictInteger(serializers.IntegerField):
    """A JSON integer: no `true`, no 1.5, no "1e3"."""

    def to_internal_value(self, data: object) -> int:
        if isinstance(data, bool) or not isinstance(data, int):
            raise serializers.ValidationError("Send a whole number.")
        return int(super().to_internal_value(data))


class StrictBoolean(serializers.BooleanField):
    """true or false, and not "true" or 1."""

    def to_internal_value(self, data: object) -> bool:
        if not isinstance(data, bool):
            raise serializers.ValidationError("Send true or false.")
        return data


class StrictChoice(serializers.ChoiceField):
    """Exactly one of a few words; 10 is not "10"."""

    def to_internal_value(self, data: object) -> str:
        if not isinstance(data, str) or data not in self.choices:
            known = ", ".join(f'"{word}"' for word in self.choices)
            raise serializers.ValidationError(f"Send one of {known}.")
        return data


class StrictTime(serializers.DateTimeField):
    """An ISO 8601 time, in UTC; without an offset it is read as UTC."""

    def to_internal_value(self, data: object) -> datetime:
        try:
            return parse_time(data if isinstance(data, str) else "")
        except ValueError as error:
            raise serializers.ValidationError(str(error)) from None


def parse_time(text: str) -> datetime:
    """2026-11-23T09:30Z as a time in UTC; ValueError, with a sentence, for all others.

    A date alone is no time: whose midnight would it be? Nor are the other ways of
    ISO 8601 that some versions of Python read (weeks, times without separators).
    """
    found = TIME.fullmatch(text)
    try:
        time = datetime.fromisoformat("".join(parts_of(found))) if found else None
    except ValueError:
        time = None
    if time is None:
        raise ValueError("Send a time such as 2026-11-23T09:30:00Z.")
    if abs(time.utcoffset() or timedelta()) >= NO_OFFSET:
        raise ValueError("This offset from UTC is too large.")
    if time.year < FIRST_YEAR:
        raise ValueError("This time is out of range.")
    try:
        return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
    except OverflowError:
        raise ValueError("This time is out of range.") from None


def parts_of(found: re.Match[str]) -> Iterator[str]:
    """In the one spelling that every version of Python reads."""
    yield f"{found['day']}T{found['time']}{found['seconds'] or ':00'}"
    if fraction := found["fraction"]:
        yield "." + fraction[:6].ljust(6, "0")
    if offset := found["offset"]:
        hours, minutes = offset[1:3], offset[-2:] if len(offset) > 3 else "00"
        yield "+00:00" if offset in "Zz" else f"{offset[0]}{hours}:{minutes}"
