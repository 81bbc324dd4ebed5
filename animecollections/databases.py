"""What Django is told of SQLite and of PostgreSQL, from the address of a database."""

from pathlib import Path
from typing import Any

import dj_database_url

from animecollections.environ import wrong

CITUS = "animecollections.db.citus"  # citus://…: PostgreSQL, spread over machines
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
# A server that is gone without a word: found out within seconds, not two hours.
POSTGRES_OPTIONS = {
    "connect_timeout": 3,
    "tcp_user_timeout": 10_000,
    "keepalives_idle": 10,
    "keepalives_interval": 3,
    "keepalives_count": 3,
}


def parse_database_url(url: str) -> object:
    if not url:
        return {}
    scheme, _, rest = url.partition("://")
    told = f"postgres://{rest}" if scheme == "citus" else url
    config = dj_database_url.parse(told, conn_max_age=None, conn_health_checks=True)
    return config | ({"ENGINE": CITUS} if scheme == "citus" else {})


def database(
    config: dict[str, Any],
    *,
    statement_seconds: int,
    is_prepared: bool,
    is_pooled: bool,
    test_name: str,
    base_dir: Path,
) -> dict[str, Any]:
    """The database of DATABASE_URL, as Django's settings want it."""
    if config["ENGINE"].endswith("sqlite3"):
        config["OPTIONS"] = SQLITE_OPTIONS
        # A file: Django's in-memory default has no WAL and locks whole tables.
        name = f"test-{test_name}.sqlite3" if test_name else "test.sqlite3"
        config["TEST"] = {"NAME": base_dir / name}
        config["CONN_HEALTH_CHECKS"] = False  # a file does not restart
    elif config["ENGINE"].endswith("postgresql") or config["ENGINE"] == CITUS:
        is_citus = config["ENGINE"] == CITUS
        config |= postgresql(
            config.get("OPTIONS", {}),
            statement_seconds=statement_seconds,
            # Citus has to see the owner in the statement's own text.
            is_prepared=is_prepared and not is_citus,
            is_pooled=is_pooled,
        )
        if is_citus:
            config["ENGINE"] = CITUS
        if test_name:
            config["TEST"] = {"NAME": f"test_{test_name}"}
    else:
        raise wrong(
            "DATABASE_URL", "only sqlite:///…, postgres://… and citus://… are served."
        )
    return config


def direct_database(
    config: dict[str, Any], *, statement_seconds: int, is_prepared: bool
) -> dict[str, object] | None:
    """The database of DATABASE_DIRECT_URL; None where there is none of its own."""
    if not config:
        return None
    if not config["ENGINE"].endswith("postgresql") and config["ENGINE"] != CITUS:
        raise wrong(
            "DATABASE_DIRECT_URL",
            "it is the PostgreSQL of DATABASE_URL, without the pooler, as postgres://….",
        )
    engine = config["ENGINE"]
    config |= postgresql(
        config.get("OPTIONS", {}),
        statement_seconds=statement_seconds,
        is_prepared=is_prepared and engine != CITUS,
        is_pooled=False,
    )
    return config | ({"ENGINE": CITUS} if engine == CITUS else {})


def reading_database(
    config: dict[str, Any], *, statement_seconds: int, is_prepared: bool
) -> dict[str, object] | None:
    """The replica of DATABASE_READING_URL; None where there is none."""
    if not config:
        return None
    if not config["ENGINE"].endswith("postgresql"):
        raise wrong(
            "DATABASE_READING_URL",
            "it is a replica of the PostgreSQL of DATABASE_URL, as postgres://….",
        )
    more = postgresql(
        config.get("OPTIONS", {}),
        statement_seconds=statement_seconds,
        is_prepared=is_prepared,
        is_pooled=False,
    )
    # What it answers is asked again of the primary where it fails: no statement more
    # to look at the connection first.
    checks = {"CONN_HEALTH_CHECKS": False, "TEST": {"MIRROR": "default"}}
    return config | more | checks


def postgresql(
    asked: dict[str, object],
    *,
    statement_seconds: int,
    is_prepared: bool,
    is_pooled: bool,
) -> dict[str, object]:
    """asked: what the address itself says (`?sslmode=…`); it has the last word."""
    # psycopg's own, which ends all that is prepared at each rollback.
    not_prepared = {"prepare_threshold": None}
    # Set once connected: a pooler in session mode refuses `options` at the start.
    timeouts = {
        "lock_timeout": "10s",
        "statement_timeout": f"{statement_seconds}s",
        "idle_in_transaction_session_timeout": "60s",
    }
    return {
        "ENGINE": "animecollections.db.postgres",
        "OPTIONS": not_prepared | POSTGRES_OPTIONS | asked,
        "PREPARES": is_prepared,
        # What a transaction sets, the next client of a pooler would find.
        "TIMEOUTS": {} if is_pooled or "options" in asked else timeouts,
        # After the server's own limit, which is kinder: it keeps the connection.
        "SILENT_SECONDS": statement_seconds and statement_seconds + 5,
        # A cursor of the server's own would outlive the transaction a pooler lends.
        "DISABLE_SERVER_SIDE_CURSORS": is_pooled,
    }
