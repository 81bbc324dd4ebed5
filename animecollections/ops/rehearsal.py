"""A database next to the live one, to try a backup in; afterwards it is gone.

SQLite: a file in a temporary folder. PostgreSQL: `<name>_rehearsal` on the same server,
made and dropped again; where the role may make none, one of that name that is there,
which is emptied.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.utils import OperationalError, ProgrammingError

from animecollections.ops import backups

ENDING = "_rehearsal"
LONGEST_NAME = 63  # of PostgreSQL


@contextmanager
def beside_the_live_one() -> Iterator[str]:
    """Meanwhile this process's connection leads there; yields its name."""
    if connection.vendor == "sqlite":
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "db.sqlite3"
            with backups.opened(path):
                yield str(path)
        return
    live = connection.settings_dict["NAME"]
    name = name_beside(live)
    is_ours = make(name)
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        yield name
    finally:
        connection.close()
        connection.settings_dict["NAME"] = live
        remove(name) if is_ours else empty(name, live)


def name_beside(live: str) -> str:
    """Never the live one's, though names are cut off at some length."""
    name = f"{live[: LONGEST_NAME - len(ENDING)]}{ENDING}"
    if name == live:
        raise backups.BackupError(f"{live} is a rehearsal's database itself.")
    return name


def make(name: str) -> bool:
    """Whether it was made here, or was there."""
    quoted = connection.ops.quote_name(name)
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        if cursor.fetchone():
            return False
        try:
            cursor.execute(f"CREATE DATABASE {quoted} TEMPLATE template0")
        except (ProgrammingError, OperationalError):
            role = connection.settings_dict["USER"] or "its role"
            raise backups.BackupError(
                f"The role may make no database. As PostgreSQL's superuser, once: "
                f"createdb --owner {role} {name}."
            ) from None
    return True


def remove(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE {connection.ops.quote_name(name)}")


def empty(name: str, live: str) -> None:
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        with connection.cursor() as cursor:
            cursor.execute("DROP SCHEMA public CASCADE")
            cursor.execute("CREATE SCHEMA public")
    finally:
        connection.close()
        connection.settings_dict["NAME"] = live


def migrate() -> int:
    """To this release, as after a restore; how many migrations there were to go.

    Not the command: it takes a connection of its own, which leads to the live one.
    """
    executor = MigrationExecutor(connection)
    targets = executor.loader.graph.leaf_nodes()
    plan = executor.migration_plan(targets)
    executor.migrate(targets, plan)
    return len(plan)
