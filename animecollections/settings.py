"""Every setting in one place; each environment variable is read here and nowhere else.

A fresh clone runs with no environment at all. `docs/settings.md` describes each
variable; a wrong value stops the start with a sentence that names it.
"""

import os
import secrets
from pathlib import Path
from typing import Any

import dj_database_url
import dj_email_url
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from environs import Env
from environs.exceptions import EnvValidationError

BASE_DIR = Path(__file__).resolve().parent.parent
RELEASE = "0.1.0"  # part of every ETag: a new release may shape answers anew

env = Env()


def read_url(name: str, default: str, parse: Any) -> dict[str, Any]:
    """A URL-shaped variable as the dictionary Django wants, or an error naming it."""
    value = env.str(name, default)
    try:
        return dict(parse(value))
    except (ValueError, KeyError) as error:
        raise EnvValidationError(
            f'Environment variable "{name}" invalid: {value.split("@")[-1]!r} '
            "is not an address of a kind we know.",
            [str(error)],
        ) from None


def read_secret_key(path: Path) -> str:
    """The development key: made once, kept in an ignored file, owner-readable only."""
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    key = secrets.token_urlsafe(64)
    with os.fdopen(descriptor, "w") as file:
        file.write(key)
    return key


# --- The process -----------------------------------------------------------------

DEBUG = env.bool("DEBUG", True)
HOST = env.str("HOST", "127.0.0.1")
PORT = env.int("PORT", 8000, validate=lambda port: 0 < port < 65536)
WEB_WORKERS = env.int("WEB_WORKERS", 2, validate=lambda n: n > 0)
WEB_THREADS = env.int("WEB_THREADS", 4, validate=lambda n: n > 0)

SECRET_KEY = env.str("SECRET_KEY", "")
if not SECRET_KEY:
    if not DEBUG:
        raise ImproperlyConfigured(
            "SECRET_KEY is required when DEBUG is off: set it to a long random text."
        )
    SECRET_KEY = read_secret_key(BASE_DIR / ".secret_key")

ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
# Frontends on other origins: they may read answers (CORS) and write by cookie.
TRUSTED_ORIGINS = env.list("TRUSTED_ORIGINS", [])
# Reverse proxies in front of us whose X-Forwarded-For entry may be believed.
NUM_PROXIES = env.int("NUM_PROXIES", 0, validate=lambda n: n >= 0)
# Multiplies every rate limit and lock-out limit; for load tests.
THROTTLE_SCALE = env.float("THROTTLE_SCALE", 1.0, validate=lambda n: n > 0)
# The public address of a link in a mail, such as https://anime.example.org.
PUBLIC_URL = env.str("PUBLIC_URL", f"http://{HOST}:{PORT}").rstrip("/")

ROOT_URLCONF = "animecollections.urls"
WSGI_APPLICATION = "animecollections.wsgi.application"
APPEND_SLASH = False

INSTALLED_APPS = [
    "animecollections.apps.AnimeCollectionsConfig",
    "profiles.apps.ProfilesConfig",
    "collections_app.apps.CollectionsConfig",
    "history.apps.HistoryConfig",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.postgres",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "rest_framework",
    "django_filters",
    "corsheaders",
    "csp",
    "axes",
    "django_tasks",
    "django_tasks_db",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]

MIDDLEWARE = [
    "animecollections.api.middleware.ApiManners",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

# --- What is kept, and where -----------------------------------------------------

SQLITE_OPTIONS = {
    # A transaction takes the write lock when it begins: two that both read and then
    # write would otherwise die at once with "database is locked" (no wait helps them).
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    # FULL: what was acknowledged survives a power cut.
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-32000;"
    ),
}
POSTGRES_OPTIONS = {
    "options": "-c lock_timeout=10s -c statement_timeout=30s "
    "-c idle_in_transaction_session_timeout=60s",
    # Prepared statements need session pooling (no PgBouncer in transaction mode).
    "server_side_binding": env.bool("DATABASE_PREPARED", False),
}


def read_database() -> dict[str, Any]:
    test_name = env.str("TEST_DB", "")  # so that two test runs can stand side by side
    config = read_url(
        "DATABASE_URL",
        f"sqlite:///{BASE_DIR / 'db.sqlite3'}",
        lambda url: dj_database_url.parse(
            url, conn_max_age=None, conn_health_checks=True
        ),
    )
    if config["ENGINE"].endswith("sqlite3"):
        config["OPTIONS"] = SQLITE_OPTIONS
        # A file: Django's in-memory default has no WAL and locks whole tables.
        name = f"test-{test_name}.sqlite3" if test_name else "test.sqlite3"
        config["TEST"] = {"NAME": BASE_DIR / name}
        config["CONN_HEALTH_CHECKS"] = False  # a file does not restart
    elif config["ENGINE"].endswith("postgresql"):
        config["OPTIONS"] = POSTGRES_OPTIONS | config.get("OPTIONS", {})
        if test_name:
            config["TEST"] = {"NAME": f"test_{test_name}"}
    else:
        raise EnvValidationError(
            'Environment variable "DATABASE_URL" invalid: only sqlite:///… and '
            "postgres://… are served.",
            [],
        )
    return config


DATABASES = {"default": read_database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL", "")
if REDIS_URL and not REDIS_URL.startswith(("redis://", "rediss://", "unix://")):
    raise EnvValidationError(
        'Environment variable "REDIS_URL" invalid: it starts with redis://, '
        "rediss:// or unix://.",
        [],
    )
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "animecollections",
    }
    if REDIS_URL
    else {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

# The outbox: a task is a row written in the transaction that asks for it.
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": []}}

vars().update(
    read_url("EMAIL_URL", "console://", dj_email_url.parse)
)  # EMAIL_BACKEND, EMAIL_HOST, …
DEFAULT_FROM_EMAIL = env.str("FROM_EMAIL", "animecollections <noreply@localhost>")

MEDIA_ROOT = Path(env.str("MEDIA_ROOT", str(BASE_DIR / "media")))
MEDIA_URL = "/media/"
# Hosts whose https image addresses are kept as they are (a gallery, a CDN).
IMAGE_HOSTS = env.list("IMAGE_HOSTS", [])
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = DEBUG  # development serves static files without collectstatic
STORAGES = {
    "default": {
        "BACKEND": env.str(
            "MEDIA_STORAGE", "django.core.files.storage.FileSystemStorage"
        )
    },
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("es", "Español")]
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True

# --- Who is asking ---------------------------------------------------------------

AUTH_USER_MODEL = "profiles.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_HASHERS = ["profiles.hashers.BoundedArgon2Hasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": f"{module}.{name}",
        "OPTIONS": options,
    }
    for module, name, options in [
        (
            "django.contrib.auth.password_validation",
            "MinimumLengthValidator",
            {"min_length": 8},
        ),
        ("profiles.passwords", "MaximumLengthValidator", {"max_length": 128}),
        (
            "django.contrib.auth.password_validation",
            "UserAttributeSimilarityValidator",
            {"user_attributes": ("user_name", "email"), "max_similarity": 0.7},
        ),
        ("django.contrib.auth.password_validation", "CommonPasswordValidator", {}),
    ]
]
LOGIN_URL = "/admin/login/"

SESSION_ENGINE = "profiles.sessions"
SESSION_COOKIE_AGE = env.int("SESSION_DAYS", 30) * 86400
SESSION_COOKIE_SAMESITE = env.str("COOKIE_SAMESITE", "Lax")
CSRF_COOKIE_SAMESITE = SESSION_COOKIE_SAMESITE
CSRF_TRUSTED_ORIGINS = TRUSTED_ORIGINS

# --- Manners of the web ----------------------------------------------------------

CORS_ALLOWED_ORIGINS = TRUSTED_ORIGINS
CORS_ALLOW_CREDENTIALS = True
CORS_URLS_REGEX = r"^/api/"
CORS_ALLOW_HEADERS = [
    "accept",
    "authorization",
    "content-type",
    "idempotency-key",
    "if-match",
    "if-none-match",
    "x-client-id",
    "x-csrftoken",
]
CORS_EXPOSE_HEADERS = [
    "ETag",
    "Idempotency-Replayed",
    "RateLimit",
    "RateLimit-Policy",
    "Retry-After",
    "X-Request-Id",
]

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        # Covers come from the sites that the catalogue names.
        "img-src": [SELF, "data:", "https:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
if not DEBUG:
    HTTPS = env.bool("HTTPS", True)  # off only behind no TLS at all, such as a trial
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
    SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
    if NUM_PROXIES:
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# Each endpoint has a cap of its own below these (ApiViewSet.max_body).
DATA_UPLOAD_MAX_MEMORY_SIZE = 16 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200
DATA_UPLOAD_MAX_NUMBER_FILES = 5

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "profiles.authentication.BearerAuthentication",
        "profiles.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["animecollections.api.rendering.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["animecollections.api.parsing.StrictJSONParser"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "animecollections.api.rendering.OursOnly",
    "DEFAULT_THROTTLE_CLASSES": ["animecollections.api.throttling.RateThrottle"],
    "DEFAULT_SCHEMA_CLASS": "animecollections.api.schema.ApiSchema",
    "EXCEPTION_HANDLER": "animecollections.api.failures.answer_failure",
    "UNAUTHENTICATED_USER": "profiles.visitor.Visitor",
    "URL_FORMAT_OVERRIDE": None,  # ?format= is ours, not the framework's
    "NUM_PROXIES": NUM_PROXIES,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "TEST_REQUEST_RENDERER_CLASSES": [
        "rest_framework.renderers.JSONRenderer",
        "rest_framework.renderers.MultiPartRenderer",
    ],
}
# Requests per span by scope, before THROTTLE_SCALE. A view names its scope.
RATES = {
    "read": (600, 60),
    "write": (300, 60),
    "visitor": (240, 60),
    "sign_in": (60, 60),
    "sign_up": (30, 3600),
    "mail": (10, 3600),
    "upload": (30, 60),
}

SIMPLE_JWT = {
    "ALGORITHM": "HS256",
    "SIGNING_KEY": SECRET_KEY,
    "USER_ID_CLAIM": "user_id",
}
ACCESS_TOKEN_MINUTES = env.int("ACCESS_TOKEN_MINUTES", 30)
REFRESH_TOKEN_DAYS = env.int("REFRESH_TOKEN_DAYS", 60)

AXES_FAILURE_LIMIT = max(1, int(10 * THROTTLE_SCALE))
AXES_COOLOFF_TIME = env.float("LOCKOUT_MINUTES", 15) / 60  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_CLIENT_IP_CALLABLE = "animecollections.api.client.address"
AXES_USERNAME_FORM_FIELD = "email"
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ACCESS_FAILURE_LOG = False
AXES_VERBOSE = False

SPECTACULAR_SETTINGS = {
    "TITLE": "animecollections",
    "VERSION": RELEASE,
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "SCHEMA_PATH_PREFIX": "/api",
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "request_id": {"()": "animecollections.api.request_id.RequestIdFilter"}
    },
    "formatters": {
        "line": {
            "format": "%(asctime)s %(levelname)s %(name)s [%(request_id)s] %(message)s"
        }
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "filters": ["request_id"],
            "formatter": "line",
        }
    },
    "root": {"handlers": ["console"], "level": env.log_level("LOG_LEVEL", "INFO")},
    "loggers": {"django.server": {"level": "WARNING"}, "axes": {"level": "WARNING"}},
}
