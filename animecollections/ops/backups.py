"""A backup is a folder: the database, the media, and what is needed to believe it.

    manifest.json   when, by which release, its migrations, counts, hashes of the files
    users.jsonl     of every user: the number of rows and their checksum
    database.*      PostgreSQL: .sql.zst, as pg_dump writes it, compressed on all cores
                    (`zstd -d`, and psql reads it); SQLite: .sqlite3
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
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, NotRequired, TypedDict

import orjson
import zstandard
from django.conf import settings
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from animecollections.db.snapshot import one_moment
from animecollections.ops import checksums
from animecollections.ops.checksums import Tell

MANIFEST, USERS, MEDIA = "manifest.json", "users.jsonl", "media.tar"
AT_ONCE = 1_000_000  # bytes
WHOLE = b"\n-- PostgreSQL database dump complete\n"  # pg_dump's last words
EMPTY = b"""
BEGIN;
SET LOCAL maintenance_work_mem = '256MB';
DROP SCHEMA public CASCADE;
CREATE SCHEMA public;
"""
# What an address may say of the way to PostgreSQL, and its programs read so.
OF_THE_WAY = ("sslmode", "sslrootcert", "sslcert", "sslkey", "passfile", "service")


# From here on a restore takes an hour and more: PostgreSQL's own files are the way.
LARGE = 20 * 10**9  # bytes


class BackupError(Exception):
    """A sentence for the operator."""


# --- Making one --------------------------------------------------------------------


class Manifest(TypedDict):
    """What stands in a backup's manifest.json.

    bytes, checksums: not in backups of older releases. files: their hashes.
    """

    made_at: str
    release: str
    vendor: str
    checksums: NotRequired[str]
    migrations: list[str]
    users: int
    bytes: NotRequired[int]
    counts: dict[str, int]
    files: dict[str, str]


def make(folder: Path, tell: Tell) -> Manifest:
    """Fills an empty folder; its manifest. `tell` hears of rows, each of which is read
    for its user's checksum and, from PostgreSQL's dump, once more.
    """
    database = folder / file_of_database()
    if connection.vendor == "postgresql":
        with snapshot() as name, dumping(database, name):
            about = describe(folder, tell)
        read_back(database, about["counts"], tell)
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


def rows_to_read() -> int:
    """How many `make` tells of."""
    counts = checksums.counts()
    again = sum(counts.values()) if connection.vendor == "postgresql" else 0
    return checksums.rows_owned(counts) + again


def describe(folder: Path, tell: Tell) -> Manifest:
    number = 0
    with (folder / USERS).open("wb") as file:
        for row in checksums.of_users(tell):
            file.write(orjson.dumps(row) + b"\n")
            number += 1
    return {
        "made_at": timezone.now().isoformat(),
        "release": settings.RELEASE,
        "vendor": connection.vendor,
        "checksums": checksums.method(),
        "migrations": migrations(),
        "users": number,
        "bytes": size_of_database(),
        "counts": checksums.counts(),
        "files": {},
    }


def size_of_database() -> int:
    if connection.vendor != "postgresql":
        return Path(connection.settings_dict["NAME"]).stat().st_size
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        return int(cursor.fetchone()[0])


def is_too_large(size: int) -> str:
    """A sentence, where there is a better way for a database of this size."""
    if size < LARGE or connection.vendor != "postgresql":
        return ""
    return (
        f" It has {size / 10**9:,.0f} GB: a restore of that takes hours. Use "
        "pgBackRest (docs/deployment.md, Backups that grow)."
    )


def migrations() -> list[str]:
    applied = MigrationRecorder(connection).applied_migrations()
    return sorted(".".join(key) for key in applied)


def file_of_database() -> str:
    is_postgresql = connection.vendor == "postgresql"
    return "database.sql.zst" if is_postgresql else "database.sqlite3"


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


def read_manifest(folder: Path) -> Manifest:
    """Of a backup that is whole and fits this database."""
    try:
        about: Manifest = orjson.loads((folder / MANIFEST).read_bytes())
    except OSError:
        raise BackupError(f"{folder} is not a backup: it has no {MANIFEST}.") from None
    except orjson.JSONDecodeError:
        raise BackupError(f"{folder / MANIFEST} is damaged.") from None
    if about["vendor"] != connection.vendor:
        raise BackupError(
            f"It is a backup of {about['vendor']}; DATABASE_URL names "
            f"{connection.vendor}."
        )
    check_hashes(folder, about)
    return about


def check_files(folder: Path) -> None:
    """That a backup is whole, of whichever database it is."""
    about: Manifest = orjson.loads((folder / MANIFEST).read_bytes())
    check_hashes(folder, about)


def check_hashes(folder: Path, about: Manifest) -> None:
    for name, hash_ in about["files"].items():
        if not (folder / name).is_file() or sha256(folder / name) != hash_:
            raise BackupError(f"{folder / name} is damaged or missing.")


def put_back_rows(folder: Path, about: Manifest) -> None:
    """The whole database, at once or not at all."""
    [name] = [name for name in about["files"] if name.startswith("database.")]
    if connection.vendor == "postgresql":
        restore_postgresql(folder / name)
    else:
        copy_sqlite(folder / name, Path(connection.settings_dict["NAME"]))
    connection.close()


def put_back_media(folder: Path) -> None:
    """Over what is there."""
    if not is_on_disk():
        return
    try:
        unpack_media(folder, Path(settings.MEDIA_ROOT))
    except OSError as error:
        raise BackupError(
            f"The rows are restored, but not all media ({error}): run this again."
        ) from None


def unpack_media(folder: Path, target: Path) -> None:
    if (folder / MEDIA).exists():
        with tarfile.open(folder / MEDIA) as tar:
            unpack(tar, target)


def unpack(tar: tarfile.TarFile, target: Path) -> None:
    """Files alone, below the target. By hand: Debian 12's Python does not have
    tarfile's own way to do that safely, `extractall(filter="data")`.
    """
    target.mkdir(parents=True, exist_ok=True)
    for member in tar:
        source = tar.extractfile(member) if member.isfile() else None
        path = target.joinpath(member.name).resolve()
        if source is None or not path.is_relative_to(target.resolve()):
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            shutil.copyfileobj(source, file)
        path.chmod(member.mode & 0o755)
        os.utime(path, (member.mtime, member.mtime))


def compare(folder: Path, about: Manifest, tell: Tell) -> list[str]:
    """What the database holds otherwise than the backup says; users by id."""
    now = checksums.counts()
    wrong = [
        f"{table} has {now.get(table, 0):,} rows instead of {number:,}"
        for table, number in about["counts"].items()
        if now.get(table, 0) != number
    ]
    with (folder / USERS).open("rb") as file:
        kept = {id_: tuple(rest) for id_, *rest in map(orjson.loads, file)}
    for id_, *found in checksums.of_users(tell):
        if kept.pop(id_, None) != tuple(found):
            wrong.append(f"the rows of user {id_} differ")
    return wrong + [f"user {id_} is missing" for id_ in kept]


# --- SQLite ------------------------------------------------------------------------


def copy_sqlite(source: Path, target: Path) -> None:
    """Page by page, in one transaction of the target; others may write."""
    target.touch(mode=0o600)  # where it is new: passwords' hashes are in it
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
    options = ["--no-owner", "--no-acl", f"--snapshot={snapshot_name}"]
    child = start("pg_dump", *options, out=True)
    try:
        with ThreadPoolExecutor(1) as thread:
            written = thread.submit(compress, child.stdout, path)
            try:
                yield
                written.result()
            except BaseException:
                child.kill()  # what the thread reads comes to its end
                raise
        finish(child)
    finally:
        end(child)


def compress(source: Any, path: Path) -> None:
    """On all cores, with a checksum: much quicker than pg_dump's own, which has one."""
    compressor = zstandard.ZstdCompressor(threads=-1, write_checksum=True)
    with path.open("wb") as file:
        compressor.copy_stream(source, file, read_size=AT_ONCE)


def decompress(path: Path) -> Iterator[bytes]:
    """BackupError at the end of a file that is not whole."""
    decompressor = zstandard.ZstdDecompressor().decompressobj()
    try:
        with path.open("rb") as file:
            while piece := file.read(AT_ONCE):
                yield decompressor.decompress(piece)
    except zstandard.ZstdError as error:
        raise BackupError(f"{path} is damaged: {error}.") from None
    if not decompressor.eof:
        raise BackupError(f"{path} is incomplete.")


def read_back(path: Path, counts: dict[str, int], tell: Tell) -> None:
    """Decompresses the whole dump, and counts the rows of each table in it."""
    end = b""

    def pieces() -> Iterator[bytes]:
        nonlocal end
        for piece in decompress(path):
            end = (end + piece)[-200:]
            yield piece

    found: dict[str, int] = {}
    for table, number in rows_of_dump(pieces()):
        found[table] = found.get(table, 0) + number
        tell(number)
    if WHOLE not in end:
        raise BackupError("Verification failed: the dump is incomplete.")
    wrong = [name for name, number in counts.items() if found.get(name, 0) != number]
    if wrong:
        raise BackupError(
            f"Verification failed: the dump lacks rows of {', '.join(wrong)}."
        )


def rows_of_dump(pieces: Iterable[bytes]) -> Iterator[tuple[str, int]]:
    """(table, number of rows), of a large table several times.

    Whole pieces are searched for ends of lines: Python looks at no row.
    """
    table, rest = "", b""
    for piece in pieces:
        read = rest + piece
        whole = read.rfind(b"\n") + 1
        lines, rest = read[:whole], read[whole:]
        while lines:
            if table:
                rows, end, lines = (b"\n" + lines).partition(b"\n\\.\n")
                yield table, rows.count(b"\n") - (not end)
                table = "" if end else table
            else:
                table, lines = next_table(lines)


def next_table(lines: bytes) -> tuple[str, bytes]:
    """The one whose rows begin in these lines of a dump, and what follows."""
    while lines:
        _, _, found = (b"\n" + lines).partition(b"\nCOPY ")
        head, _, lines = found.partition(b"\n")
        if head.endswith(b" FROM stdin;"):
            name = head.split()[0].decode()
            return name.rpartition(".")[2].strip('"'), lines
    return "", b""


def restore_postgresql(path: Path) -> None:
    """Everything that is there goes and the dump comes, in one transaction. The COMMIT
    is ours to send, last: psql takes the end of its input for a good one, also when the
    dump breaks off or this process is killed.
    """
    connection.close()
    whole = ["--quiet", "--no-psqlrc", "--set=ON_ERROR_STOP=1", "--file=-"]
    writer = start("psql", *whole, stdin=subprocess.PIPE)
    target: Any = writer.stdin
    try:
        with closing(statements_of(path)) as pieces, suppress(BrokenPipeError):
            target.write(EMPTY)  # psql says itself why it ends
            for piece in pieces:
                target.write(piece)
            target.write(b"\nCOMMIT;\nANALYZE;\n")
            target.close()
        finish(writer)
    finally:
        end(writer)


def statements_of(path: Path) -> Generator[bytes, None, None]:
    if path.suffix == ".zst":
        yield from decompress(path)
        return
    # Of an older release, in pg_dump's custom format.
    plain = ["--no-owner", "--no-acl", "--file=-", str(path)]
    reader = start("pg_restore", *plain, out=True)
    source: Any = reader.stdout
    try:
        while piece := source.read(AT_ONCE):
            yield piece
        finish(reader)
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
    asked = database.get("OPTIONS", {})
    told |= {f"PG{name.upper()}": asked.get(name) for name in OF_THE_WAY}
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
