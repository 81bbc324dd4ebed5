"""A backup is a folder: the database, the media, and what is needed to believe it.

    manifest.json   when, by which release, its migrations, counts, hashes of the files
    users.jsonl     of every user: the number of rows and their checksum
    database.dump   PostgreSQL, in pg_dump's custom format; or database.sqlite3
    media.tar       MEDIA_ROOT, where pictures are on the disk

Counts and checksums are of the very snapshot that is dumped. PostgreSQL's own tools do
the dumping, SQLite's backup API the copying; nobody has to stop writing.
"""

import hashlib
import os
import shutil
import sqlite3
import subprocess
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import orjson
from django.conf import settings
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from animecollections.db.snapshot import one_moment
from animecollections.upkeep import checksums

MANIFEST, USERS, MEDIA = "manifest.json", "users.jsonl", "media.tar"
Tell = Callable[[], object]


class BackupError(Exception):
    """A sentence for the operator."""


# --- Making one --------------------------------------------------------------------


def make(folder: Path, tell: Tell) -> dict[str, Any]:
    """Fills an empty folder; its manifest. `tell` is called for every user."""
    database = folder / file_of_database()
    if connection.vendor == "postgresql":
        with snapshot() as name, dumping(database, name):
            about = describe(folder, tell)
        read_back(database, about["counts"])
    else:
        copy_sqlite(Path(connection.settings_dict["NAME"]), database)
        with opened(database):
            about = describe(folder, tell)
    files = [database, folder / USERS]
    if is_on_disk():
        pack_media(folder / MEDIA)
        files.append(folder / MEDIA)
    about["files"] = {file.name: sha256(file) for file in files}
    (folder / MANIFEST).write_bytes(orjson.dumps(about, option=orjson.OPT_INDENT_2))
    return about


def describe(folder: Path, tell: Tell) -> dict[str, Any]:
    number = 0
    with (folder / USERS).open("wb") as file:
        for row in checksums.of_users():
            file.write(orjson.dumps(row) + b"\n")
            number += 1
            tell()
    return {
        "made_at": timezone.now(),
        "release": settings.RELEASE,
        "vendor": connection.vendor,
        "migrations": migrations(),
        "users": number,
        "counts": checksums.counts(),
    }


def migrations() -> list[str]:
    applied = MigrationRecorder(connection).applied_migrations()
    return sorted(".".join(key) for key in applied)


def file_of_database() -> str:
    is_postgresql = connection.vendor == "postgresql"
    return "database.dump" if is_postgresql else "database.sqlite3"


def is_on_disk() -> bool:
    """Pictures in S3 and the like are versioned there."""
    return isinstance(default_storage, FileSystemStorage)


def pack_media(path: Path) -> None:
    """After the database: each row then finds its file. Files never change."""
    with tarfile.open(path, "w") as tar:
        if Path(settings.MEDIA_ROOT).is_dir():
            tar.add(settings.MEDIA_ROOT, arcname=".")


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


# --- Putting one back --------------------------------------------------------------


def read_manifest(folder: Path) -> dict[str, Any]:
    """Of a backup that is whole and fits this database."""
    try:
        about: dict[str, Any] = orjson.loads((folder / MANIFEST).read_bytes())
    except OSError:
        raise BackupError(f"{folder} is no backup: it has no {MANIFEST}.") from None
    except orjson.JSONDecodeError:
        raise BackupError(f"{folder / MANIFEST} is damaged.") from None
    if about["vendor"] != connection.vendor:
        raise BackupError(
            f"It is a backup of {about['vendor']}; DATABASE_URL names "
            f"{connection.vendor}."
        )
    for name, hash_ in about["files"].items():
        if not (folder / name).is_file() or sha256(folder / name) != hash_:
            raise BackupError(f"{folder / name} is damaged or missing.")
    return about


def put_back_rows(folder: Path) -> None:
    """The whole database, at once or not at all."""
    database = folder / file_of_database()
    if connection.vendor == "postgresql":
        restore_postgresql(database)
    else:
        copy_sqlite(database, Path(connection.settings_dict["NAME"]))
    connection.close()


def put_back_media(folder: Path) -> None:
    """Over what is there."""
    if not ((folder / MEDIA).exists() and is_on_disk()):
        return
    try:
        Path(settings.MEDIA_ROOT).mkdir(parents=True, exist_ok=True)
        with tarfile.open(folder / MEDIA) as tar:
            tar.extractall(settings.MEDIA_ROOT, filter="data")
    except OSError as error:
        raise BackupError(
            f"The rows are put back, the media not all ({error}): run this again."
        ) from None


def compare(folder: Path, about: dict[str, Any], tell: Tell) -> list[str]:
    """What the database holds otherwise than the backup says; users by id."""
    now = checksums.counts()
    wrong = [
        f"{table} has {now.get(table, 0):,} rows instead of {number:,}"
        for table, number in about["counts"].items()
        if now.get(table, 0) != number
    ]
    with (folder / USERS).open("rb") as file:
        kept = {id_: tuple(rest) for id_, *rest in map(orjson.loads, file)}
    for id_, *found in checksums.of_users():
        if kept.pop(id_, None) != tuple(found):
            wrong.append(f"the rows of user {id_} differ")
        tell()
    return wrong + [f"user {id_} is missing" for id_ in kept]


# --- SQLite ------------------------------------------------------------------------


def copy_sqlite(source: Path, target: Path) -> None:
    """Page by page, in one transaction of the target, whoever writes meanwhile."""
    origin = sqlite3.connect(source, timeout=20)
    copy = sqlite3.connect(target, timeout=20)
    try:
        origin.backup(copy)
    finally:
        copy.close()
        origin.close()


@contextmanager
def opened(path: Path) -> Iterator[None]:
    """Meanwhile it is the copy that this process reads."""
    own = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = str(path)
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = own


# --- PostgreSQL --------------------------------------------------------------------


@contextmanager
def snapshot() -> Iterator[str]:
    """One moment of the database, for pg_dump and for our own reading alike."""
    with one_moment(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        cursor.execute("SELECT pg_export_snapshot()")
        yield cursor.fetchone()[0]


@contextmanager
def dumping(path: Path, snapshot_name: str) -> Iterator[None]:
    """Both read at once; the snapshot lasts until pg_dump is through."""
    options = ["--format=custom", "--no-owner", "--no-acl", f"--file={path}"]
    child = start("pg_dump", *options, f"--snapshot={snapshot_name}")
    try:
        yield
    except BaseException:
        end(child)
        raise
    finish(child)


def read_back(path: Path, counts: dict[str, int]) -> None:
    """Decodes the whole dump, and counts the rows of each table in it."""
    child = start("pg_restore", "--data-only", "--file=-", str(path), out=True)
    found: dict[str, int] = {}
    table = ""
    for line in child.stdout or ():
        if table and line == b"\\.\n":
            table = ""
        elif table:
            found[table] += 1
        elif line.startswith(b"COPY "):
            table = line.split()[1].decode().rpartition(".")[2].strip('"')
            found[table] = 0
    finish(child)
    wrong = [name for name, number in counts.items() if found.get(name, 0) != number]
    if wrong:
        raise BackupError(f"Read back, the dump lacks rows of {', '.join(wrong)}.")


def restore_postgresql(path: Path) -> None:
    """Everything that is there goes and the dump comes, in one transaction. The COMMIT
    is ours to send, last: psql takes the end of its input for a good one, also when the
    dump breaks off or this process is killed.
    """
    connection.close()
    plain = ["--no-owner", "--no-acl", "--file=-", str(path)]
    reader = start("pg_restore", *plain, out=True)
    whole = ["--quiet", "--no-psqlrc", "--set=ON_ERROR_STOP=1", "--file=-"]
    writer = start("psql", *whole, stdin=subprocess.PIPE)
    source: Any = reader.stdout
    target: Any = writer.stdin
    try:
        with suppress(BrokenPipeError):  # it says why itself
            target.write(b"BEGIN; DROP SCHEMA public CASCADE; CREATE SCHEMA public;\n")
            shutil.copyfileobj(source, target)
            finish(reader)
            target.write(b"COMMIT;\n")
            target.close()
        finish(writer)
    except BaseException:
        end(writer)
        raise
    finally:
        end(reader)


def start(
    tool: str, *options: str, out: bool = False, stdin: Any = None
) -> subprocess.Popen[bytes]:
    """One of PostgreSQL's own programs; the password goes by environment alone."""
    database = connection.settings_dict
    told = {
        "PGHOST": database["HOST"],
        "PGPORT": database["PORT"],
        "PGUSER": database["USER"],
        "PGPASSWORD": database["PASSWORD"],
        "PGDATABASE": database["NAME"],
    }
    environment = {name: str(value) for name, value in told.items() if value}
    where = [f"--dbname={database['NAME']}"] if tool != "pg_restore" else []
    try:
        return subprocess.Popen(  # noqa: S603  (options of ours, no shell)
            [tool, *where, *options],
            env=os.environ | environment,
            stdin=stdin,
            stdout=subprocess.PIPE if out else subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
    except FileNotFoundError:
        raise BackupError(
            f"{tool} is not installed: install PostgreSQL's client programs."
        ) from None


def finish(child: subprocess.Popen[bytes]) -> None:
    """Waits; BackupError, in the program's own words, where it failed."""
    said = child.stderr.read().decode() if child.stderr else ""
    status = child.wait()
    end(child)
    if status:
        last = said.strip().splitlines()[-1:] or [f"status {status}"]
        raise BackupError(f"PostgreSQL's program failed: {last[0]}.")


def end(child: subprocess.Popen[bytes]) -> None:
    """Whatever it does; twice does no harm."""
    if child.poll() is None:
        child.kill()
        child.wait()
    for stream in (child.stdin, child.stdout, child.stderr):
        with suppress(BrokenPipeError):
            if stream:
                stream.close()
