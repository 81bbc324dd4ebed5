"""Failures to Sentry, traces to OpenTelemetry: where the environment says so, and only
then imported.
"""

from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from animecollections.upkeep.logs import REDACTED, SECRET_NAME, redacted

SERVICE = "animecollections"


def start() -> None:
    """Once a process, when Django is ready."""
    try:
        if settings.SENTRY_DSN:
            start_sentry()
        if settings.TRACES_URL:
            start_tracing()
    except ImportError as error:
        raise ImproperlyConfigured(
            f"{error.name} is not installed: "
            "pip install -r requirements-reporting.txt, or unset SENTRY_DSN and "
            "OTEL_EXPORTER_OTLP_ENDPOINT."
        ) from None


def start_sentry() -> None:
    import sentry_sdk

    sentry_sdk.init(
        dsn=settings.SENTRY_DSN,
        release=settings.RELEASE,
        environment="development" if settings.DEBUG else "production",
        send_default_pii=False,
        max_request_body_size="never",
        include_local_variables=False,  # a password may stand in one
        before_send=without_secrets,
    )


def without_secrets(event: Any, hint: Any) -> Any:
    """The last net, as for logs."""
    return cleaned(event)


def cleaned(value: Any, name: str = "") -> Any:
    if isinstance(value, dict):
        return {key: cleaned(item, str(key)) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [cleaned(item, name) for item in value]
    if not isinstance(value, str):
        return value
    return REDACTED if SECRET_NAME.search(name) else redacted(value)


def start_tracing() -> None:
    """Requests and statements (their text, never their values); the exporter reads its
    own OTEL_… variables.
    """
    from opentelemetry import trace
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.instrumentation.django import DjangoInstrumentor
    from opentelemetry.instrumentation.psycopg import PsycopgInstrumentor
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider(resource=Resource.create({"service.name": SERVICE}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
    DjangoInstrumentor().instrument()
    PsycopgInstrumentor().instrument()
