"""Environment variables: documented, and a wrong one stops the start by its name."""

import ast
import os
import re
import subprocess
import sys

import pytest
from django.conf import settings

from manage import main

SOURCE = settings.BASE_DIR / "animecollections" / "settings.py"
PAGE = settings.BASE_DIR / "docs" / "settings.md"
TYPES = {
    "bool": "boolean",
    "int": "integer",
    "float": "number",
    "str": "text",
    "log_level": "text",
    "list": "list",
    "json": "JSON",
    "read_url": "URL",
}
# Read as text, and checked as what they are.
OTHER_TYPES = {"REDIS_URL": "URL", "MEDIA_ROOT": "path"}

READS = re.compile(
    r"os\.environ|import environ|getenv\(|\benvirons\b|animecollections\.environ\b"
)

PRODUCTION = {
    "DEBUG": "false",
    "SECRET_KEY": "a-key-for-this-test-alone-" * 3,
    "ALLOWED_HOSTS": "example.org",
}


def variables_read():
    """Each variable of settings.py with its type, from the code itself."""
    found = {}
    for node in ast.walk(ast.parse(SOURCE.read_text())):
        match node:
            case (
                ast.Call(
                    func=ast.Attribute(value=ast.Name(id="env"), attr=reader),
                    args=[ast.Constant(value=str(name)), *_],
                )
                | ast.Call(
                    func=ast.Name(id="read_url" as reader),
                    args=[ast.Constant(value=str(name)), *_],
                )
            ):
                found[name] = OTHER_TYPES.get(name, TYPES[reader])
    return found


def variables_documented():
    rows = re.findall(
        r"^\| `(\w+)` \| (\w+) \| (.+) \| (.+) \| `", PAGE.read_text(), re.M
    )
    return {name: type_ for name, type_, *_ in rows}


def manage(*arguments, **environment):
    """Runs manage.py with these variables and none of ours."""
    kept = {"PATH", "HOME", "LANG", "TEST_DB", "COVERAGE_PROCESS_START"}
    inherited = {name: os.environ[name] for name in kept & os.environ.keys()}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=settings.BASE_DIR,
        env=inherited | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_page_has_every_variable_with_its_type():
    assert variables_documented() == variables_read()


def test_settings_are_read_in_one_place():
    """Elsewhere only what has to stand before settings may touch the environment."""
    readers = {
        str(path.relative_to(settings.BASE_DIR))
        for app in ("animecollections", "collections_app", "profiles", "history")
        for path in (settings.BASE_DIR / app).rglob("*.py")
        if "/tests/" not in str(path) and READS.search(path.read_text())
    }
    assert readers <= {
        "animecollections/settings.py",
        "animecollections/environ.py",  # how settings.py reads them
        "animecollections/databases.py",  # says what is wrong with an address
        "animecollections/wsgi.py",
        "animecollections/asgi.py",
        "animecollections/ops/backups.py",  # hands it on to pg_dump, with a password
        "profiles/management/commands/demo.py",  # hands its own settings on
    }


WRONG = {
    "DEBUG": "perhaps",
    "DEMO": "perhaps",
    "CATALOGUE_SOURCES": "catalogue.jsonl",
    "FACT_SOURCES": "ftp://example.org/facts",
    "CATALOGUE_FACT_SOURCES": "jikan,Not a name",
    "VAPID_PRIVATE_KEY": "too short",
    "PRIVATE_HOSTS": "https://push.internal",
    "PORT": "70000",
    "WEB_WORKERS": "0",
    "WEB_THREADS": "two",
    "WEB_QUEUE": "0",
    "WEB_CONNECTIONS": "-1",
    "WEB_BODIES_MB": "31",
    "LOG_LEVEL": "LOUD",
    "LOG_FORMAT": "xml",
    "REQUEST_LOG": "perhaps",
    "METRICS_TOKEN": "too-short",
    "SENTRY_DSN": "sentry.example.org",
    "OTEL_EXPORTER_OTLP_ENDPOINT": "localhost:4317",
    "ALLOWED_HOSTS": "https://example.org",
    "PUBLIC_URL": "example.org",
    "TRUSTED_ORIGINS": "https://example.org,example.com",
    "EXISTING_CLIENT": "perhaps",
    "HTTPS": "2",
    "NUM_PROXIES": "-1",
    "COOKIE_SAMESITE": "lax",
    "OWNER_IN_SESSION_KEYS": "perhaps",
    "SESSION_DAYS": "0",
    "ACCESS_TOKEN_MINUTES": "99999999999",
    "REFRESH_TOKEN_DAYS": "1.5",
    "STAFF_SECOND_FACTOR": "perhaps",
    "RESERVED_USER_NAMES": "mascot,,club",
    "LOCKOUT_MINUTES": "-1",
    "PROOF_MINUTES": "0",
    "FACTOR_REMOVAL_DAYS": "0",
    "PASSKEY_DOMAIN": "https://example.org",
    "RESET_MINUTES": "",
    "OIDC_PROVIDERS": '{"google": {"id": "x"}}',
    "THROTTLE_SCALE": "0",
    "DATABASE_URL": "mysql://secret:word@host/name",
    "DATABASE_DIRECT_URL": "sqlite:///secret/db.sqlite3",
    "DATABASE_READING_URL": "sqlite:///secret/db.sqlite3",
    "LISTS_FROM_REPLICA": "true",
    "DATABASE_POOLED": "maybe",
    "DATABASE_PREPARED": "maybe",
    "STATEMENT_SECONDS": "3601",
    "VISITOR_STATEMENT_SECONDS": "0",
    "TEST_DB": "../x",
    "REDIS_URL": "localhost:6379",
    "LIVE_PING_SECONDS": "61",
    "LIST_CACHE_MB": "-1",
    "CHANGE_LOG_DAYS": "0",
    "COMPRESS": "perhaps",
    "EMAIL_URL": "carrier-pigeon://home",
    "FROM_EMAIL": "nobody",
    "SUPPORT_EMAIL": "nobody",
    "STAFF_HOURS": "0",
    "MEDIA_STORAGE": "disk",
    "MEDIA_STORAGE_OPTIONS": "[]",
    "IMAGE_HOSTS": "https://cdn.example.org",
    "BACKUP_S3_URL": "s3://bucket",
}
# Any text will do for these; SECRET_KEY has tests of its own.
NEVER_WRONG = {"HOST", "MEDIA_ROOT", "SECRET_KEY"}


def test_every_variable_is_tried_wrong():
    assert WRONG.keys() | NEVER_WRONG == variables_read().keys()


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_value_stops_the_start_by_name(name):
    result = manage("check", **{name: WRONG[name]})
    assert result.returncode == 1
    [sentence] = result.stderr.strip().splitlines()
    assert sentence.startswith("animecollections cannot start: ")
    assert name in sentence
    assert "secret" not in sentence


@pytest.mark.parametrize(
    "url",
    ["sqlite:////nowhere/db.sqlite3", "postgres://me:hidden@127.0.0.1:9/none"],
)
def test_a_database_that_is_not_there_is_told_in_a_line(url):
    result = manage("doctor", DATABASE_URL=url)
    assert result.returncode == 1
    [sentence] = result.stderr.strip().splitlines()
    assert sentence.startswith("The database does not go on: ")
    assert sentence.endswith(" DATABASE_URL says where it is.")
    assert "hidden" not in sentence
    whole = manage("doctor", "--traceback", DATABASE_URL=url)
    assert "Traceback" in whole.stderr


def test_ctrl_c_ends_any_command_with_a_word(monkeypatch, capsys):
    def interrupt(argv):
        raise KeyboardInterrupt

    monkeypatch.setattr("manage.execute_from_command_line", interrupt)
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code == 130
    assert capsys.readouterr().err == "Interrupted.\n"


def test_several_processes_need_redis():
    result = manage("check", WEB_WORKERS="2")
    assert result.returncode == 1
    assert "WEB_WORKERS" in result.stderr
    assert "REDIS_URL" in result.stderr
    together = manage("check", WEB_WORKERS="2", REDIS_URL="redis://localhost")
    assert together.returncode == 0, together.stderr


def test_production_needs_a_key():
    result = manage("check", DEBUG="false")
    assert result.returncode == 1
    assert "SECRET_KEY is required" in result.stderr


def test_statements_end_in_time_for_requests_alone():
    """A migration or the pruning of a large log takes as long as it takes."""
    database = "postgres://anime@db.example.org/anime"
    command = manage("diffsettings", DATABASE_URL=database)
    assert "'statement_timeout': '0s'" in command.stdout
    code = (
        "import runpy; runpy.run_path('gunicorn.conf.py');"
        "from animecollections.settings import DATABASES; print(DATABASES)"
    )
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    server = subprocess.run(
        [sys.executable, "-c", code],
        cwd=settings.BASE_DIR,
        env=kept | {"DATABASE_URL": database},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "'statement_timeout': '15s'" in server.stdout


def test_no_environment_at_all_will_do():
    result = manage("check")
    assert result.returncode == 0, result.stderr


def test_production_settings_are_fit_for_production():
    """Django's own checks, and a schema without a warning."""
    result = manage("check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)
    assert result.returncode == 0, result.stderr


def test_migrations_are_complete():
    result = manage(
        "makemigrations", "--check", "--dry-run", DATABASE_URL="sqlite:///:memory:"
    )
    assert result.returncode == 0, result.stdout
