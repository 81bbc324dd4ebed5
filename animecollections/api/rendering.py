"""Answers: the envelope of success, written by orjson, whatever Accept says."""

from collections.abc import Iterable, Mapping

import orjson
from django.http import HttpResponse
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from animecollections.api.language import spoken
from animecollections.db.free_json import to_bytes

OPTIONS = orjson.OPT_UTC_Z | orjson.OPT_NAIVE_UTC | orjson.OPT_OMIT_MICROSECONDS


class JSONRenderer(BaseRenderer):
    """dict → UTF-8 bytes. Times come out as 2026-11-23T09:30:00Z."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(
        self,
        data: object,
        accepted_media_type: object = None,
        renderer_context: object = None,
    ) -> bytes:
        return written(data)


class OursOnly(BaseContentNegotiation):
    """JSON in, JSON out: no Accept header turns an answer into HTML or a 406."""

    def select_parser(
        self, request: Request, parsers: Iterable[BaseParser]
    ) -> BaseParser:
        """The parser whose media type fits; else the first, which is strict JSON."""
        content_type = (request.content_type or "").split(";")[0].strip().lower()
        known = list(parsers)
        for parser in known:
            if parser.media_type == content_type:
                return parser
        return known[0]

    def select_renderer(
        self,
        request: object,
        renderers: Iterable[BaseRenderer],
        format_suffix: object = None,
    ) -> tuple[BaseRenderer, str]:
        first = next(iter(renderers))
        return first, str(first.media_type)


class Answer(HttpResponse):
    """JSON, written at once: there is nothing to negotiate, nor to write it with later.

    data: what the body says; None for no body.
    """

    def __init__(
        self,
        data: object = None,
        status: int = 200,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(written(data), "application/json", status, headers=headers)
        self.data = data
        if data is None:
            del self.headers["Content-Type"]


def written(data: object) -> bytes:
    """As UTF-8; times come out as 2026-11-23T09:30:00Z."""
    if isinstance(data, bytes):  # `enveloped`
        return data
    return b"" if data is None else to_bytes(data, OPTIONS)


def answer(
    data: object,
    *,
    meta: Mapping[str, object] | None = None,
    status: int = 200,
    headers: dict[str, str] | None = None,
) -> Answer:
    """`{"success": true, "data": …}`, with `meta` where there is more to say."""
    return Answer(envelope(data, meta), status, headers)


def envelope(data: object, meta: Mapping[str, object] | None) -> dict[str, object]:
    if isinstance(data, dict) and "message" in data:
        data = data | {"message": spoken(data["message"])}
    body = {"success": True, "data": data}
    return body | {"meta": meta} if meta else body


def enveloped(data: object, meta: Mapping[str, object]) -> bytes:
    """The same as a body that may be kept."""
    return to_bytes(envelope(data, meta), OPTIONS)
