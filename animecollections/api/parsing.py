"""Strict reading of request bodies: what could be read in two ways is refused."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import IO, Any, NoReturn

from rest_framework.parsers import BaseParser
from rest_framework.request import Request

from animecollections.api.errors import ApiError, unusable
from animecollections.api.request_headers import header
from animecollections.db.free_json import LARGEST_INTEGER

MAX_DEPTH = 32
# Brackets, commas and texts. Read, the 3 bytes of `{},` take 70: 15 MB of them 370.
MAX_TOKENS = 200_000
# The last is what `curl -d` says of whatever it sends. Where forms are read, a parser
# of theirs comes first.
JSON_TYPES = {
    "",
    "application/json",
    "text/plain",
    "application/x-www-form-urlencoded",
}
# Strings are skipped whole, so that a bracket inside one does not count; without ways
# back (++), for an uploaded picture is one string of 14 MB, and each would be kept.
STRUCTURE = re.compile(rb'"(?:[^"\\]++|\\.)*+"?|[\[{]|[\]}]|,', re.DOTALL)
UNPAIRED = re.compile("[\ud800-\udfff]")


class StrictJSONParser(BaseParser):
    """bytes → dict or list, or a 400 that says where and why.

    Refused: depth over 32, over 200,000 tokens, duplicate keys, NaN and Infinity,
    numbers that no float holds, integers over 64 bits, NUL and lone surrogates,
    anything but UTF-8.
    """

    media_type = "application/json"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        content_type = (media_type or "").split(";")[0].strip().lower()
        if content_type not in JSON_TYPES:
            raise ApiError("unsupported_media_type", content_type=content_type[:50])
        context = parser_context or {}
        packed = content_encoding(context.get("request"))
        if packed != "identity":
            raise ApiError("unsupported_media_type", content_type=packed[:50])
        view = context.get("view")
        value = read_json(stream.read())
        if isinstance(value, dict):
            return value
        if isinstance(value, list) and getattr(view, "accepts_array", False):
            return value
        raise ApiError("object_expected", found=_kind_of(value))


def content_encoding(request: Request | None) -> str:
    """What the body is packed with. Nothing here unpacks it, for it could be a bomb."""
    packed = header(request, "Content-Encoding") if request else None
    return (packed or "").strip().lower() or "identity"


def read_json(
    raw: bytes, *, most_tokens: int = MAX_TOKENS, check_text: bool = True
) -> object:
    """The value of a whole JSON document, strictly; an empty one is `{}`.

    check_text: whether NUL and lone surrogates are refused here, not by the caller.
    """
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ApiError("json_not_utf8", position=error.start) from None
    if not text.strip():
        return {}
    opened = raw.count(b"[") + raw.count(b"{")
    if opened > MAX_DEPTH or opened + raw.count(b",") > most_tokens:
        _check_structure(raw, most_tokens)
    try:
        value = json.loads(
            text,
            object_pairs_hook=_object,
            parse_constant=_refuse_constant,
            parse_int=_integer,
            parse_float=_float,
        )
    except json.JSONDecodeError as error:
        raise ApiError("json_invalid", line=error.lineno, column=error.colno) from None
    # An escape can spell what raw UTF-8 cannot; only then are strings looked at.
    if check_text and "\\u" in text:
        _check_text(value)
    return value


def _check_text(body: object) -> None:
    """400 that says where the text stands: `operations.3.notes`."""
    pending: list[tuple[tuple[Any, ...], Any]] = [((), body)]
    while pending:
        path, item = pending.pop()
        if isinstance(item, str):
            if "\x00" in item or UNPAIRED.search(item):
                raise unusable(".".join(map(str, path)))
        elif isinstance(item, list):
            pending.extend(((*path, at), inner) for at, inner in enumerate(item))
        elif isinstance(item, dict):
            pending.extend(((*path, key), inner) for key, inner in item.items())
            # They are looked at before what is under them: no answer can carry them.
            pending.extend((path, key) for key in item)


def _check_structure(raw: bytes, most_tokens: int) -> None:
    depth = 0
    for number, match in enumerate(STRUCTURE.finditer(raw)):
        if number == most_tokens:
            raise ApiError("json_too_many_values")
        first = raw[match.start()]
        if first in b"[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise ApiError("json_too_deep", limit=MAX_DEPTH)
        elif first in b"]}":
            depth -= 1


def _object(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    value = dict(pairs)
    if len(value) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        # It may have half a surrogate pair, which no answer can carry.
        shown = twice[:50].encode(errors="replace").decode()
        raise ApiError("json_duplicate_key", key=shown)
    return value


def _refuse_constant(name: str) -> NoReturn:
    raise ApiError("json_number", number=name)


def _integer(digits: str) -> int:
    if (
        len(digits) > 20
        or not -LARGEST_INTEGER <= (number := int(digits)) <= LARGEST_INTEGER
    ):
        raise ApiError("json_number", number=digits[:20] + "…" * (len(digits) > 20))
    return number


def _float(digits: str) -> float:
    value = float(digits)
    if value in (float("inf"), float("-inf")):
        raise ApiError("json_number", number=digits[:20])
    return value


def _kind_of(value: object) -> str:
    names = {list: "an array", str: "a text", bool: "a boolean", type(None): "null"}
    return names.get(type(value), "a number")
