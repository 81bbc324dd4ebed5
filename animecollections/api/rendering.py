"""Answers: the envelope of success, written by orjson, whatever Accept says."""

from collections.abc import Mapping
from typing import Any

import orjson
from django.http import HttpResponse
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import BaseRenderer

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

    def select_parser(self, request: Any, parsers: Any) -> Any:
        """The parser whose media type fits; else the first, which is strict JSON."""
        content_type = (request.content_type or "").split(";")[0].strip().lower()
        for parser in parsers:
            if parser.media_type == content_type:
                return parser
        return parsers[0]

    def select_renderer(
        self, request: Any, renderers: Any, format_suffix: Any = None
    ) -> Any:
        return renderers[0], renderers[0].media_type


class Answer(HttpResponse):
    """JSON, written at once: there is nothing to negotiate, nor to write it with later.

    data: what the body says; None for no body.
    """

    def __init__(
        self, data: Any = None, status: int = 200, headers: Any = None
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


def answer(data: Any, *, meta: dict[str, Any] | None = None, **more: Any) -> Answer:
    """`{"success": true, "data": …}`, with `meta` where there is more to say."""
    return Answer(envelope(data, meta), **more)


def envelope(data: object, meta: Mapping[str, object] | None) -> dict[str, object]:
    body = {"success": True, "data": data}
    return body | {"meta": meta} if meta else body


def enveloped(data: object, meta: Mapping[str, object]) -> bytes:
    """The same as a body that may be kept."""
    return to_bytes(envelope(data, meta), OPTIONS)
