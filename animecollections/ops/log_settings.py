"""Which lines are logged, and in which form; settings.py hands it to Django."""

LINE = "%(asctime)s %(levelname)s %(name)s [%(request_id)s] %(message)s"


def logging_of(form: str, level: int) -> dict[str, object]:
    """form: `line` or `json` (LOG_FORMAT). level: from which on (LOG_LEVEL)."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {
            "request_id": {"()": "animecollections.api.request_id.RequestIdFilter"},
            "no_secrets": {"()": "animecollections.ops.logs.NoSecrets"},
        },
        "formatters": {
            "line": {"format": LINE},
            "json": {"()": "animecollections.ops.logs.JsonFormatter"},
        },
        "handlers": {
            "console": {
                "class": "logging.StreamHandler",
                "filters": ["request_id", "no_secrets"],
                "formatter": form,
            }
        },
        "root": {
            "handlers": ["console"],
            "level": level,
        },
        "loggers": {
            "django": {"handlers": [], "propagate": True},  # else each line comes twice
            "django.server": {"level": "WARNING", "propagate": True},  # past NoSecrets
            # Anybody can send a Host of their own; a traceback each would fill the log.
            # (Without a handler, Python's last resort would write it all the same.)
            "django.security.DisallowedHost": {"level": "CRITICAL"},
            # Its lines at DEBUG hold session keys and password hashes.
            "django.db.backends": {"level": "INFO"},
            # The same of codes and refresh tokens.
            "oauthlib": {"level": "INFO"},
            # A traceback a second while Redis is away; the feed says so once.
            "channels_redis.pubsub": {"level": "CRITICAL"},
        },
    }
