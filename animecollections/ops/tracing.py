"""Traces of requests and statements to OpenTelemetry; imported only where
OTEL_EXPORTER_OTLP_ENDPOINT is set (reporting.py).

What may leave is listed. What instrumentations add is not to be foreseen: whole
addresses with reset tokens and searches, headers, the values in an error's text.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections
from django.http import HttpRequest
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.django import DjangoInstrumentor
from opentelemetry.instrumentation.psycopg import PsycopgInstrumentor
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Event, ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import (
    BatchSpanProcessor,
    SpanExporter,
    SpanExportResult,
)
from opentelemetry.trace import Span, SpanContext, Status

SERVICE = "animecollections"
REFUSALS = "animecollections.api.middleware.ServerRefusals"
# By OpenTelemetry's older names and its newer ones: OTEL_SEMCONV_STABILITY_OPT_IN
# chooses between them.
KEPT = frozenset(
    {
        "http.flavor",
        "http.method",
        "http.request.method",
        "http.response.status_code",
        "http.route",
        "http.scheme",
        "http.status_code",
        "network.protocol.version",
        "url.scheme",
        "db.name",
        "db.namespace",
        "db.system",
        "db.system.name",
        "error.type",
        "exception.type",
    }
)
STATEMENTS = frozenset({"db.statement", "db.query.text"})
VALUE = re.compile(
    r"""(?P<keep> "(?:[^"]|"")*" )                    # a name in quotes
      | [eE]'(?:\\.|''|[^'\\])*(?:'|\Z)               # a text with backslashes
      | '(?:''|[^'])*(?:'|\Z)                         # any other text
      | \$(?P<tag>\w*)\$.*?(?:\$(?P=tag)\$|\Z)        # a text between $tag$ and $tag$
      | --[^\n]* | /\*.*?(?:\*/|\Z)                   # a comment
      | (?<![\w$%.])\d[\w.]*                          # a number
    """,
    re.VERBOSE | re.DOTALL,
)


def start() -> None:
    """The exporter reads its own OTEL_… variables."""
    provider = TracerProvider(resource=Resource.create({"service.name": SERVICE}))
    provider.add_span_processor(BatchSpanProcessor(Scrubbed(OTLPSpanExporter())))
    trace.set_tracer_provider(provider)
    DjangoInstrumentor().instrument(
        middleware_position=inside_of(REFUSALS), response_hook=tell_route
    )
    PsycopgInstrumentor().instrument()
    # It sees what goes through a cursor, and hot statements would not (db/hot.py).
    connections.settings[DEFAULT_DB_ALIAS]["PREPARES"] = False


def inside_of(middleware: str) -> int:
    """Its own asks for the request's host, and must not meet one that is not ours."""
    return settings.MIDDLEWARE.index(middleware) + 1


def tell_route(span: Span, request: HttpRequest, response: object) -> None:
    """Its own hook for it (`process_view`) is not called in the API's own lane."""
    if match := request.resolver_match:
        span.set_attribute("http.route", match.route)


class Scrubbed(SpanExporter):
    """Passes on what may leave, and nothing else."""

    def __init__(self, exporter: SpanExporter) -> None:
        self.exporter = exporter

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        return self.exporter.export([scrubbed(span) for span in spans])

    def shutdown(self) -> None:
        self.exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        return self.exporter.force_flush(timeout_millis)


def scrubbed(span: ReadableSpan) -> ReadableSpan:
    attributes = kept(span.attributes or {})
    return ReadableSpan(
        name=name_of(attributes),
        context=place(span.context),
        parent=place(span.parent),
        resource=span.resource,
        attributes=attributes,
        events=[
            Event(event.name, kept(event.attributes or {}), event.timestamp)
            for event in span.events
            if event.name == "exception"
        ],
        kind=span.kind,
        status=Status(span.status.status_code),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )


def kept(attributes: Mapping[str, object]) -> dict[str, Any]:
    found = {name: value for name, value in attributes.items() if name in KEPT}
    for name in STATEMENTS & attributes.keys():
        found[name] = without_values(str(attributes[name]))
    return found


def without_values(statement: str) -> str:
    """Its text, with a ? for each text, number and comment in it."""
    return VALUE.sub(lambda found: found["keep"] or "?", statement)


def name_of(attributes: Mapping[str, object]) -> str:
    """The method and the pattern of an address, or what a statement does."""
    for name in STATEMENTS & attributes.keys():
        return str(attributes[name]).partition(" ")[0].upper() or "statement"
    method = attributes.get("http.request.method") or attributes.get("http.method", "")
    return f"{method} {attributes.get('http.route', '')}".strip() or "span"


def place(context: Any) -> SpanContext | None:
    """Without the state that a client may have sent along."""
    if context is None:
        return None
    return SpanContext(
        context.trace_id, context.span_id, context.is_remote, context.trace_flags
    )
