"""Bodies of players: JSON under whatever name, or a form with JSON in one of its parts.
Pictures in a form are read past, and dropped.
"""

from collections.abc import Mapping
from typing import IO, Any
from urllib.parse import parse_qs

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.core.files.uploadhandler import FileUploadHandler
from django.http.multipartparser import MultiPartParser, MultiPartParserError
from rest_framework.parsers import BaseParser
from rest_framework.request import Request

from animecollections.api.errors import ApiError
from animecollections.api.parsing import StrictJSONParser, content_encoding, read_json

# The part of a form that is JSON: of Plex, of Emby.
PARTS = ("payload", "data")
LARGEST = 2 * 1024 * 1024  # bytes; Plex sends a picture of some hundred kB along
LARGEST_DOCUMENT = 256 * 1024  # bytes of JSON
MOST_TOKENS = 20_000


class PlayerJSONParser(StrictJSONParser):
    """Strict JSON; what it is called does not matter. Jellyfin says text/plain."""

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        packed = content_encoding((parser_context or {}).get("request"))
        if packed != "identity":
            raise ApiError("unsupported_media_type", content_type=packed[:50])
        raw = stream.read()
        if raw.startswith(tuple(f"{part}=".encode() for part in PARTS)):
            return document_of(part_of_text(raw))
        return document_of(raw)


class PlayerFormParser(BaseParser):
    """multipart/form-data with a part `payload` or `data`."""

    media_type = "multipart/form-data"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        request: Request = (parser_context or {})["request"]
        meta = request.META | {"CONTENT_TYPE": media_type}
        try:
            parser = MultiPartParser(
                meta, stream, [DropFiles(request._request)], settings.DEFAULT_CHARSET
            )
            fields, _ = parser.parse()
        except RequestDataTooBig:
            raise ApiError("too_large", limit=f"{LARGEST_DOCUMENT:,}") from None
        except (MultiPartParserError, TooManyFieldsSent):
            raise ApiError("bad_request") from None
        text = next((fields[part] for part in PARTS if part in fields), None)
        if text is None:
            raise ApiError("player_unknown")
        return document_of(str(text).encode("utf-8", "replace"))


class DropFiles(FileUploadHandler):
    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Kept nowhere."""

    def file_complete(self, file_size: int) -> None:
        """No file."""


def part_of_text(raw: bytes) -> bytes:
    try:
        fields = parse_qs(raw.decode("utf-8", "replace"), max_num_fields=50)
    except ValueError:  # too many
        raise ApiError("bad_request") from None
    found = next((fields[part][0] for part in PARTS if part in fields), "")
    return found.encode("utf-8", "replace")


def document_of(raw: bytes) -> dict[str, Any]:
    if len(raw) > LARGEST_DOCUMENT:
        raise ApiError("too_large", limit=f"{LARGEST_DOCUMENT:,}")
    document = read_json(raw, most_tokens=MOST_TOKENS)
    if not isinstance(document, dict):
        raise ApiError("object_expected", found="another value")
    return document
