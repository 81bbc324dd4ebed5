"""Every setting in one place; each environment variable is read here and nowhere else.

A fresh clone runs with no environment at all. `docs/settings.md` describes each
variable; a wrong value stops the start with a sentence that names it. How variables are
read, and what is wrong with one, is in `environ.py`. What is long and of one subject
stands with it: databases, the reference's text, logs.
"""

import logging
from datetime import timedelta
from email.utils import parseaddr
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.templatetags.static import static
from environs import validate as rules
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from animecollections import __version__
from animecollections.api.reference_text import SPECTACULAR
from animecollections.databases import (
    database,
    direct_database,
    parse_database_url,
    reading_database,
)
from animecollections.environ import (
    A_NAME,
    DAYS,
    DOMAIN_OR_NONE,
    FILE,
    HOST_NAME,
    MINUTES,
    ORIGIN,
    POSITIVE,
    SOURCE_NAME,
    an_object,
    domain_of,
    each,
    env,
    kept_secret_key,
    parse_email_url,
    providers,
    read_key,
    read_url,
    wrong,
)
from animecollections.ops.log_settings import logging_of

BASE_DIR = Path(__file__).resolve().parent.parent
RELEASE = __version__  # part of every ETag: a new release may shape answers otherwise

# --- The process -----------------------------------------------------------------

DEBUG = env.bool("DEBUG", True)
HOST = env.str("HOST", "127.0.0.1")
PORT = env.int("PORT", 8000, validate=rules.Range(1, 65535))
WEB_WORKERS = env.int("WEB_WORKERS", 1, validate=POSITIVE)
WEB_THREADS = env.int("WEB_THREADS", 4, validate=POSITIVE)
# What waits in each process: requests for a thread, open connections (0: see
# gunicorn.conf.py), bodies.
WEB_QUEUE = env.int("WEB_QUEUE", 200, validate=POSITIVE)
WEB_CONNECTIONS = env.int("WEB_CONNECTIONS", 0, validate=rules.Range(0))
WEB_BODIES_MB = env.int("WEB_BODIES_MB", 128, validate=rules.Range(32, 65_536))

# /demo signs everybody in as a made-up person: `manage.py demo`.
DEMO = env.bool("DEMO", False)

SECRET_KEY = env.str("SECRET_KEY", "")
if not SECRET_KEY:
    if not DEBUG:
        raise ImproperlyConfigured(
            "SECRET_KEY is required when DEBUG is off: set it to a long random text."
        )
    SECRET_KEY = kept_secret_key(BASE_DIR / ".secret_key")

ALLOWED_HOSTS = env.list(
    "ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"], validate=each(HOST_NAME)
)
# Frontends on other origins: they may read answers (CORS) and write by cookie.
TRUSTED_ORIGINS: list[str] = env.list("TRUSTED_ORIGINS", [], validate=each(ORIGIN))
# Reverse proxies in front of us whose X-Forwarded-For entry may be believed.
NUM_PROXIES = env.int("NUM_PROXIES", 0, validate=rules.Range(0))
# Multiplies every rate limit and lock-out limit; for load tests.
THROTTLE_SCALE = env.float("THROTTLE_SCALE", 1.0, validate=POSITIVE)
# The public address of a link in a mail, such as https://anime.example.org.
PUBLIC_URL = env.str("PUBLIC_URL", f"http://{HOST}:{PORT}", validate=ORIGIN)

ROOT_URLCONF = "animecollections.urls"
WSGI_APPLICATION = "animecollections.wsgi.application"
ASGI_APPLICATION = "animecollections.asgi.application"
APPEND_SLASH = False

INSTALLED_APPS = [
    "animecollections.apps.AnimeCollectionsConfig",
    "profiles.apps.ProfilesConfig",
    "collections_app.apps.CollectionsConfig",
    "history.apps.HistoryConfig",
    "unfold.apps.BasicAppConfig",
    "animecollections.apps.StaffAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "rest_framework",
    "corsheaders",
    "csp",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "django_tasks",
    "django_tasks_db",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]

MIDDLEWARE = [
    "animecollections.probes.Probes",
    "animecollections.ops.observing.Observing",
    "animecollections.headers.Headers",
    "animecollections.api.middleware.ApiManners",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "animecollections.api.compression.Compression",
    "animecollections.admin.site.Policy",
    "animecollections.api.middleware.Cors",
    "animecollections.api.middleware.ServerRefusals",
    # Requests of endpoints go no further down; pages and the admin do.
    "animecollections.lane.Lane",
    "profiles.accounts.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
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

# gunicorn.conf.py sets it: a request waits no longer, a migration as long as it takes.
STATEMENT_SECONDS = env.int("STATEMENT_SECONDS", 0, validate=rules.Range(0, 3600))
# Visitors have no account to lose: what they ask for ends sooner.
VISITOR_STATEMENT_SECONDS = env.float(
    "VISITOR_STATEMENT_SECONDS", 2.0, validate=rules.Range(0.1, 60)
)
# Prepared statements need session pooling (no PgBouncer in transaction mode).
PREPARED = env.bool("DATABASE_PREPARED", False)
POOLED = env.bool("DATABASE_POOLED", False)
# So that two test runs can stand side by side.
TEST_DB = env.str("TEST_DB", "", validate=rules.Regexp(r"\w*\Z"))
DATABASES = {
    "default": database(
        read_url(
            "DATABASE_URL", f"sqlite:///{BASE_DIR / 'db.sqlite3'}", parse_database_url
        ),
        statement_seconds=STATEMENT_SECONDS,
        is_prepared=PREPARED,
        is_pooled=POOLED,
        test_name=TEST_DB,
        base_dir=BASE_DIR,
    )
}
# A replica, for long reads (animecollections/db/replica.py).
READING = reading_database(
    read_url("DATABASE_READING_URL", "", parse_database_url),
    statement_seconds=STATEMENT_SECONDS,
    is_prepared=PREPARED,
)
if READING:
    DATABASES["reading"] = READING
    DATABASE_ROUTERS = ["animecollections.db.replica.Router"]
LISTS_FROM_REPLICA = env.bool("LISTS_FROM_REPLICA", False)
if LISTS_FROM_REPLICA and not READING:
    raise wrong("LISTS_FROM_REPLICA", "it needs DATABASE_READING_URL, the replica.")
# The same database without a pooler in front, for commands that need a session
# (animecollections/ops/sessions.py).
DATABASE_DIRECT = direct_database(
    read_url("DATABASE_DIRECT_URL", "", parse_database_url),
    statement_seconds=STATEMENT_SECONDS,
    is_prepared=PREPARED,
)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL", "")
if REDIS_URL and not REDIS_URL.startswith(("redis://", "rediss://", "unix://")):
    raise wrong("REDIS_URL", "it starts with redis://, rediss:// or unix://.")
if WEB_WORKERS > 1 and not REDIS_URL:
    raise wrong(
        "WEB_WORKERS",
        "more than one process need REDIS_URL, to tell each other what to tell "
        "devices.",
    )
IN_PROCESS = {
    "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
    "OPTIONS": {"MAX_ENTRIES": 100_000},
}
IN_REDIS = {
    "BACKEND": "django.core.cache.backends.redis.RedisCache",
    "LOCATION": REDIS_URL,
    "KEY_PREFIX": "animecollections",
    # What it is asked for is not worth waiting longer for (api/throttling.py).
    "OPTIONS": {"socket_connect_timeout": 0.25, "socket_timeout": 0.25},
}
CACHES: dict[str, dict[str, Any]] = {
    "default": IN_REDIS if REDIS_URL else IN_PROCESS,
    "process": IN_PROCESS | {"LOCATION": "process"},
}

# Of each process, for the bodies of lists that are asked for again (api/bodies.py).
LIST_CACHE_MB = env.int("LIST_CACHE_MB", 16, validate=rules.Range(0, 65_536))

# Whether answers are compressed here; off where a proxy in front does it.
COMPRESS = env.bool("COMPRESS", True)

# How often a live socket is pinged, and its sign-in checked.
LIVE_PING_SECONDS = env.int("LIVE_PING_SECONDS", 30, validate=rules.Range(1, 60))
# How processes tell each other what devices are to be sent (profiles/sync/feed.py).
CHANNEL_LAYERS: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {
            "prefix": "animecollections",
            # A message is not worth trying long for: devices compare cursors.
            "hosts": [
                {
                    "address": REDIS_URL,
                    "socket_timeout": 2,
                    "socket_connect_timeout": 1,
                    "retry": Retry(NoBackoff(), 1),
                }
            ],
        },
    }
    if REDIS_URL
    else {
        "BACKEND": "channels.layers.InMemoryChannelLayer",
        # Nothing waits long, and nobody's membership ends by its age.
        "CONFIG": {"capacity": 10_000, "expiry": 3600, "group_expiry": 10**10},
    }
}

# How long changes can be undone, and a device may be away and still catch up.
CHANGE_LOG_DAYS = env.int("CHANGE_LOG_DAYS", 365, validate=rules.Range(2, 36_500))

# The outbox: a task is a row written in the transaction that asks for it.
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": []}}

vars().update(
    mail := read_url("EMAIL_URL", "console://", parse_email_url)
)  # EMAIL_BACKEND, EMAIL_HOST, …
HAS_NO_MAIL_SERVER = not DEBUG and "console" in mail["EMAIL_BACKEND"]
if HAS_NO_MAIL_SERVER:  # what is printed is logged, with links that set a password
    EMAIL_BACKEND = "animecollections.ops.no_mail_server.EmailBackend"
DEFAULT_FROM_EMAIL = env.str(
    "FROM_EMAIL",
    "animecollections <noreply@localhost>",
    validate=rules.Regexp(r".+@.+", error="{input!r} has no address in it."),
)
# Who reads what people answer to a mail; by default the sender.
SUPPORT_EMAIL = (
    env.str("SUPPORT_EMAIL", "", validate=rules.Regexp(r"([^\s@<>,]+@[^\s@<>,]+)?\Z"))
    or parseaddr(DEFAULT_FROM_EMAIL)[1]
)

# Signs what is pushed to browsers; without one nothing is. `prepare` makes one for a
# fresh clone.
VAPID_PRIVATE_KEY = env.str(
    "VAPID_PRIVATE_KEY",
    "",
    validate=rules.Regexp(
        r"([A-Za-z0-9_-]{43})?\Z", error="It is no key of 32 bytes in base64url."
    ),
) or (read_key(BASE_DIR / ".vapid_key") if DEBUG else "")
# Hosts in the own network that may be asked at addresses that people give (push
# services, webhooks), as host:port.
PRIVATE_HOSTS: list[str] = env.list(
    "PRIVATE_HOSTS", [], validate=each(rules.Regexp(r"[^/\s:]+:\d{1,5}\Z"))
)

# Each backup is copied there (ops/backup_copies.py). It has a key in it.
BACKUP_S3_URL = env.str(
    "BACKUP_S3_URL",
    "",
    validate=rules.Regexp(
        r"(https?://[^/@:\s]+:[^/@\s]+@[^/\s]+/[^/\s?]+\S*)?\Z",
        error="It is not like https://KEY:SECRET@host/bucket/prefix.",
    ),
)

MEDIA_ROOT = Path(env.str("MEDIA_ROOT", str(BASE_DIR / "media")))
MEDIA_URL = "/media/"
# Hosts whose https image addresses are kept as they are (a gallery, a CDN). These are
# the ones that the existing client's galleries show (docs/existing-client.md).
GALLERY_HOSTS = [
    "cdn.myanimelist.net",
    "image.tmdb.org",
    "media.kitsu.app",
    "media.kitsu.io",
    "s4.anilist.co",
]
IMAGE_HOSTS: list[str] = env.list(
    "IMAGE_HOSTS", GALLERY_HOSTS, validate=each(HOST_NAME)
)
# Files or addresses that the worker imports once a day.
CATALOGUE_SOURCES: list[str] = env.list("CATALOGUE_SOURCES", [], validate=each(FILE))
FACT_SOURCES: list[str] = env.list("FACT_SOURCES", [], validate=each(FILE))
# Whose fact of a title is shown where several sources have one, the first first.
CATALOGUE_FACT_SOURCES: list[str] = env.list(
    "CATALOGUE_FACT_SOURCES",
    ["bangumi-data", "jikan", "anime-relations", "anibridge", "kometa"],
    validate=each(SOURCE_NAME),
)
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
# Development serves static files without collectstatic.
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = DEBUG
STORAGES = {
    "default": {
        "BACKEND": env.str(
            "MEDIA_STORAGE",
            "django.core.files.storage.FileSystemStorage",
            validate=rules.Regexp(r"\w+(\.\w+)+\Z"),
        ),
        # As the storage's own documentation names them (docs/storage.md).
        "OPTIONS": env.json("MEDIA_STORAGE_OPTIONS", {}, validate=an_object),
    },
    "staticfiles": {
        "BACKEND": "animecollections.web.static_storage.DevelopmentStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("es", "Español")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True
FORMAT_MODULE_PATH = "animecollections.formats"

# --- Who is asking ---------------------------------------------------------------

AUTH_USER_MODEL = "profiles.User"
# The admin's sign-in; the API calls the same check by itself.
AUTHENTICATION_BACKENDS = ["profiles.backends.PasswordBackend"]
PASSWORD_HASHERS = [
    "profiles.accounts.hashers.PooledArgon2Hasher",  # makes all new ones
    "profiles.accounts.hashers.MovedInHasher",
]
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
        ("profiles.accounts.passwords", "MaximumLengthValidator", {"max_length": 128}),
        ("profiles.accounts.passwords", "BlankValidator", {}),
        (
            "django.contrib.auth.password_validation",
            "UserAttributeSimilarityValidator",
            {"user_attributes": ("user_name", "email"), "max_similarity": 0.7},
        ),
        ("django.contrib.auth.password_validation", "CommonPasswordValidator", {}),
    ]
]
LOGIN_URL = "/admin/login/"
LOGIN_REDIRECT_URL = "/admin/"  # for staff who come to that page by its address
# Staff sign in with a code besides the password; off in production only for a trial.
STAFF_SECOND_FACTOR = env.bool("STAFF_SECOND_FACTOR", not DEBUG)
# So long the admin asks for no new code; before what is gravest, minutes (site.py).
STAFF_HOURS = env.int("STAFF_HOURS", 12, validate=rules.Range(1, 720))
OTP_TOTP_ISSUER = "animecollections"  # what authenticators call us

MESSAGE_STORAGE = "animecollections.admin.messages.MessageStorage"
SESSION_ENGINE = "profiles.accounts.sessions"
SESSION_COOKIE_AGE = env.int("SESSION_DAYS", 30, validate=DAYS) * 86400
# Off in the first of two steps of an upgrade: docs/deployment.md.
OWNER_IN_SESSION_KEYS = env.bool("OWNER_IN_SESSION_KEYS", True)
SESSION_COOKIE_SAMESITE = env.str(
    "COOKIE_SAMESITE", "Lax", validate=rules.OneOf(["Lax", "Strict", "None"])
)
# Tells the browser of an owner from those of guessers (profiles/accounts/places.py).
DEVICE_COOKIE_NAME = "device"
# Who else signs people in (profiles/oidc), and what a browser takes along there.
OIDC_PROVIDERS = providers(
    "OIDC_PROVIDERS", env.json("OIDC_PROVIDERS", {}, validate=an_object)
)
OIDC_COOKIE_NAME = "oidc"
CSRF_COOKIE_SAMESITE = SESSION_COOKIE_SAMESITE
CSRF_TRUSTED_ORIGINS = TRUSTED_ORIGINS

# --- Manners of the web ----------------------------------------------------------

CORS_ALLOWED_ORIGINS = TRUSTED_ORIGINS
CORS_ALLOW_CREDENTIALS = True
CORS_URLS_REGEX = r"^/api(/|$)"
CORS_ALLOW_HEADERS = [
    "accept",
    "authorization",
    "content-type",
    "idempotency-key",
    "if-match",
    "if-none-match",
    "x-account",
    "x-client-id",
    "x-csrftoken",
    "x-request-id",
    "x-simulate",
]
CORS_EXPOSE_HEADERS = [
    "Content-Disposition",
    "Deprecation",
    "ETag",
    "Idempotency-Replayed",
    "Link",
    "RateLimit",
    "RateLimit-Policy",
    "Retry-After",
    "Sunset",
    "X-Request-Id",
]

# Browsers get two answers in the shape that the existing client reads
# (docs/existing-client.md).
EXISTING_CLIENT = env.bool("EXISTING_CLIENT", False)

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
HTTPS = env.bool("HTTPS", not DEBUG)  # off in production only for a trial
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
if HTTPS:  # a neighbour on another subdomain can set no cookie of such a name
    SESSION_COOKIE_NAME = "__Host-sessionid"
    CSRF_COOKIE_NAME = "__Host-csrftoken"
    DEVICE_COOKIE_NAME = "__Host-device"
    OIDC_COOKIE_NAME = "__Host-oidc"
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
if NUM_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# Each endpoint has a cap of its own below these (ApiViewSet.max_body).
DATA_UPLOAD_MAX_MEMORY_SIZE = 21 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 400  # a group may have each of 240 rights
DATA_UPLOAD_MAX_NUMBER_FILES = 5

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "profiles.personal_tokens.authentication.PersonalTokenAuthentication",
        "profiles.accounts.authentication.BearerAuthentication",
        "profiles.accounts.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["animecollections.api.rendering.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["animecollections.api.parsing.StrictJSONParser"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "animecollections.api.rendering.OursOnly",
    "DEFAULT_THROTTLE_CLASSES": ["animecollections.api.throttling.RateThrottle"],
    "DEFAULT_SCHEMA_CLASS": "animecollections.api.openapi.ApiSchema",
    "EXCEPTION_HANDLER": "animecollections.api.failures.answer_failure",
    "UNAUTHENTICATED_USER": "profiles.accounts.visitor.Visitor",
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
    "refused": (240, 60),
    "sign_in": (60, 60),
    "sign_up": (30, 3600),
    "mail": (10, 3600),
    "token": (20, 3600),  # made; each sends a mail
    "upload": (30, 60),
    "export": (30, 3600),
    "feed": (60, 60),
    "scrobble": (120, 60),  # of one token; a player tells of its progress all along
    "others": (120, 60),  # what others see of people: names, links
    "webhook": (20, 3600),  # tests and redeliveries: calls of another's server
    "report": (10, 3600),  # by account, or by a visitor's network; staff read each
    "follow": (120, 60),  # ties with people by their names
    "oauth": (600, 60),  # by network: servers of apps ask for many people
    "device": (60, 600),  # devices that want to be let in
    "link": (20, 600),  # codes that a person types
    "import": (20, 60),
    "drill": (120, 60),  # of one sandbox: failures on demand, and emptying it
}

# Clocks of two machines: a token that one has just made is good at the other.
CLOCKS_DIFFER_BY = timedelta(minutes=1)
SIMPLE_JWT: dict[str, Any] = {
    "LEEWAY": CLOCKS_DIFFER_BY,
    "ALGORITHM": "HS256",
    "SIGNING_KEY": SECRET_KEY,
    "USER_ID_CLAIM": "user_id",
    "ACCESS_TOKEN_LIFETIME": timedelta(
        minutes=env.int("ACCESS_TOKEN_MINUTES", 30, validate=MINUTES)
    ),
    "REFRESH_TOKEN_LIFETIME": timedelta(
        days=env.int("REFRESH_TOKEN_DAYS", 60, validate=DAYS)
    ),
}

# So many wrong passwords for one e-mail from one address lock it for so long.
LOCKOUT_TRIES = max(1, int(10 * THROTTLE_SCALE))
LOCKOUT_SECONDS = env.int("LOCKOUT_MINUTES", 15, validate=MINUTES) * 60
# So long after a sign-in, or a proof, what is dangerous asks for none.
PROOF_MINUTES = env.int("PROOF_MINUTES", 15, validate=MINUTES)
# So long a second factor that was lost stays on, and its owner can keep it.
FACTOR_REMOVAL_DAYS = env.int("FACTOR_REMOVAL_DAYS", 7, validate=rules.Range(1, 365))
# What passkeys are for: a domain, of which each page that asks for one has to be.
PASSKEY_DOMAIN = env.str(
    "PASSKEY_DOMAIN", domain_of(PUBLIC_URL), validate=DOMAIN_OR_NONE
)
# Names that nobody can take, to those of profiles/accounts/identifiers.py.
RESERVED_USER_NAMES: list[str] = env.list(
    "RESERVED_USER_NAMES", [], validate=each(A_NAME)
)
# So many reset links go to one person in the time that one of them works.
RESET_MAILS = 5
PASSWORD_RESET_TIMEOUT = env.int("RESET_MINUTES", 60, validate=MINUTES) * 60

SPECTACULAR_SETTINGS = SPECTACULAR | {
    "VERSION": RELEASE,
    "SERVERS": [{"url": PUBLIC_URL, "description": "This server."}],
    "CONTACT": {"name": "The operators of this server", "url": PUBLIC_URL},
}

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "animecollections",
    "SITE_HEADER": "animecollections",
    "SITE_SYMBOL": "collections_bookmark",
    "SITE_URL": "/",
    "SITE_FAVICONS": [
        {
            "rel": "icon",
            "type": "image/svg+xml",
            "href": lambda request: static("icon.svg"),
        }
    ],
    "STYLES": [lambda request: static("admin.css")],
    "SCRIPTS": [lambda request: static("admin.js")],
    "DASHBOARD_CALLBACK": "profiles.staff.admin.dashboard.dashboard",
    "SIDEBAR": {"navigation": "profiles.staff.admin.menu.menu"},
}

# One JSON object a line for machines, or lines for a person; and one for each request.
LOG_FORMAT = env.str(
    "LOG_FORMAT", "line" if DEBUG else "json", validate=rules.OneOf(["line", "json"])
)
REQUEST_LOG = env.bool("REQUEST_LOG", LOG_FORMAT == "json")
# Anyone who sends it as Bearer may read /metrics; without one nobody may.
METRICS_TOKEN = env.str(
    "METRICS_TOKEN",
    "",
    validate=rules.Regexp(r"(\S{16,})?\Z", error="It takes 16 characters or more."),
)
# Where failures and traces go; each needs its package (docs/deployment.md).
SENTRY_DSN = env.str("SENTRY_DSN", "", validate=rules.Regexp(r"(https?://\S+)?\Z"))
TRACES_URL = env.str(
    "OTEL_EXPORTER_OTLP_ENDPOINT", "", validate=rules.Regexp(r"(https?://\S+)?\Z")
)

LOGGING = logging_of(LOG_FORMAT, env.log_level("LOG_LEVEL", logging.INFO))
