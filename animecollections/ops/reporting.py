"""Failures to Sentry, traces to OpenTelemetry: where the environment says so, and only
then imported.
"""

from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from animecollections.ops.logs import REDACTED, SECRET_NAME, redacted


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
        before_breadcrumb=only_lines,
    )


def without_secrets(event: Any, hint: object) -> Any:
    """As of logs: of the request its method, and its pattern, which is the name of the
    transaction; never the address, whose query holds tokens and searches. And the last
    net.
    """
    request = event.get("request")
    if request is not None:
        event = event | {"request": {"method": request.get("method")}}
    return cleaned(event)


def only_lines(crumb: Any, hint: object) -> Any:
    """What was logged before a failure; no statements, nor addresses that we asked."""
    return crumb if crumb.get("type") == "log" else None


def cleaned(value: object, name: str = "") -> object:
    if isinstance(value, dict):
        return {key: cleaned(item, str(key)) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [cleaned(item, name) for item in value]
    if not isinstance(value, str):
        return value
    return REDACTED if SECRET_NAME.search(name) else redacted(value)


def start_tracing() -> None:
    from animecollections.ops import tracing

    tracing.start()
