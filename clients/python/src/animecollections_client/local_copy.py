"""The copy of a list in a SQLite file: entries, cursor and what is not sent yet.

What belongs together changes in one transaction, so a crash at any moment leaves a
state from which the next run goes on.
"""

import json
import sqlite3
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

Entry = dict[str, Any]
Kind = Literal["add", "change", "increment", "remove"]

TABLES = """
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS entries (anime_id TEXT PRIMARY KEY, entry TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS queue (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    key TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    anime_id TEXT NOT NULL,
    fields TEXT NOT NULL,
    seen TEXT,
    request TEXT
);
CREATE TABLE IF NOT EXISTS conflicts (
    key TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    anime_id TEXT NOT NULL,
    fields TEXT NOT NULL,
    seen TEXT,
    theirs TEXT
);
CREATE TABLE IF NOT EXISTS refused (
    key TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    anime_id TEXT NOT NULL,
    fields TEXT NOT NULL,
    code TEXT NOT NULL,
    error TEXT NOT NULL
);
"""
# What an increment may change besides what it names (the rules of the server).
BY_RULES = ("type", "state", "progress", "rewatches", "started_on", "finished_on")


@dataclass(frozen=True)
class Write:
    """One that is not sent, or whose answer is not known.

    seen:    the entry that the user had before them; None where there was none.
    request: what was sent first. It is sent again as it was, whatever changed here.
    """

    key: str
    kind: Kind
    anime_id: str
    fields: Mapping[str, Any]
    seen: Entry | None
    request: Mapping[str, Any] | None


@dataclass(frozen=True)
class Conflict:
    """A write that would have overwritten another device's; nothing of it was done."""

    key: str
    kind: Kind
    anime_id: str
    yours: Mapping[str, Any]
    seen: Entry | None
    theirs: Entry | None


@dataclass(frozen=True)
class RefusedWrite:
    """A write that the server refused for good."""

    key: str
    kind: Kind
    anime_id: str
    fields: Mapping[str, Any]
    code: str
    error: str


class LocalCopy:
    def __init__(self, path: str | Path) -> None:
        Path(path).touch(mode=0o600)  # notes may be private
        self.database = sqlite3.connect(path, timeout=30, isolation_level=None)
        self.database.execute("PRAGMA journal_mode = WAL")
        self.database.execute("PRAGMA synchronous = FULL")
        self.database.executescript(TABLES)

    def close(self) -> None:
        self.database.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        self.database.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.database.execute("ROLLBACK")
            raise
        self.database.execute("COMMIT")

    def rows(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        return self.database.execute(statement, values).fetchall()

    # --- Facts -----------------------------------------------------------------

    def fact(self, name: str) -> str | None:
        found = self.rows("SELECT value FROM facts WHERE name = ?", name)
        return found[0][0] if found else None

    def set_fact(self, name: str, value: str | None) -> None:
        if value is None:
            self.rows("DELETE FROM facts WHERE name = ?", name)
        else:
            self.rows("INSERT OR REPLACE INTO facts VALUES (?, ?)", name, value)

    # --- Entries ---------------------------------------------------------------

    def entries(self) -> dict[str, Entry]:
        """As the server had them."""
        found = self.rows("SELECT anime_id, entry FROM entries")
        return {anime_id: json.loads(entry) for anime_id, entry in found}

    def entry(self, anime_id: str) -> Entry | None:
        found = self.rows("SELECT entry FROM entries WHERE anime_id = ?", anime_id)
        return json.loads(found[0][0]) if found else None

    def put(self, anime_id: str, entry: Entry | None) -> None:
        if entry is None:
            self.rows("DELETE FROM entries WHERE anime_id = ?", anime_id)
        else:
            written = json.dumps(entry)
            self.rows("INSERT OR REPLACE INTO entries VALUES (?, ?)", anime_id, written)

    def take_page(
        self, since: str | None, data: Any, cursor: str, *, with_lists: bool = False
    ) -> None:
        """Not if another process moved the cursor: it has the page already.

        with_lists: whether lists were asked for; else their changes may be missed.
        """
        with self.transaction():
            if self.fact("cursor") != since:
                return
            for entry in data["entries"]:
                self.put(entry["anime_id"], entry)
            for anime_id in data["removed"]:
                self.put(anime_id, None)
            if (lists := data.get("lists")) is not None:  # None: as they were
                self.set_fact("lists", json.dumps(lists))
            elif not with_lists and cursor != since:
                self.set_fact("lists", None)
            self.set_fact("cursor", cursor)

    # --- Lists of one's own ----------------------------------------------------

    def lists(self) -> list[dict[str, Any]] | None:
        """As the server had them; None where that is not known."""
        found: list[dict[str, Any]] | None = json.loads(self.fact("lists") or "null")
        return found

    def learn_lists(self, lists: list[dict[str, Any]]) -> None:
        """Not if another process received them meanwhile: those may be newer."""
        with self.transaction():
            if self.fact("lists") is None:
                self.set_fact("lists", json.dumps(lists))

    def begin_again(self, since: str | None) -> None:
        """What is not sent stays."""
        with self.transaction():
            if self.fact("cursor") == since:
                self.rows("DELETE FROM entries")
                self.set_fact("lists", None)
                self.set_fact("cursor", None)

    # --- What is not sent --------------------------------------------------------

    def queue(
        self, kind: Kind, anime_id: str, fields: Mapping[str, Any], seen: Entry | None
    ) -> str:
        """The key under which the server does it once."""
        key = str(uuid.uuid4())
        self.rows(
            "INSERT INTO queue (key, kind, anime_id, fields, seen) "
            "VALUES (?, ?, ?, ?, ?)",
            *(key, kind, anime_id, json.dumps(fields), json.dumps(seen)),
        )
        return key

    def unsent(self) -> list[Write]:
        return [
            Write(key, kind, anime_id, *(json.loads(text or "null") for text in texts))
            for key, kind, anime_id, *texts in self.rows(
                "SELECT key, kind, anime_id, fields, seen, request "
                "FROM queue ORDER BY position"
            )
        ]

    def commit_to(self, write: Write, request: Mapping[str, Any]) -> Mapping[str, Any]:
        """Stores what is about to be sent; what another process stored first stays."""
        with self.transaction():
            self.rows(
                "UPDATE queue SET request = ? WHERE key = ? AND request IS NULL",
                *(json.dumps(request), write.key),
            )
            found = self.rows("SELECT request FROM queue WHERE key = ?", write.key)
        return json.loads(found[0][0]) if found else request

    def drop(self, write: Write) -> None:
        self.rows("DELETE FROM queue WHERE key = ?", write.key)

    def done(self, write: Write, entry: Entry | None, since: str | None) -> None:
        """entry: what it made of it; later writes to it have seen that."""
        with self.transaction():
            self.drop(write)
            self.put_if_newest(write.anime_id, entry, since)
            if entry is None:
                return
            names = BY_RULES if write.kind == "increment" else tuple(entry)
            for later in self.unsent():
                if later.anime_id == write.anime_id and later.request is None:
                    seen = (later.seen or {}) | {name: entry[name] for name in names}
                    self.rows(
                        "UPDATE queue SET seen = ? WHERE key = ?",
                        *(json.dumps(seen), later.key),
                    )

    def overtaken(self, write: Write, theirs: Entry | None, since: str | None) -> None:
        """It was refused; the entry is as another device left it."""
        with self.transaction():
            self.put_if_newest(write.anime_id, theirs, since)
            self.rows("UPDATE queue SET request = NULL WHERE key = ?", write.key)

    def put_if_newest(
        self, anime_id: str, entry: Entry | None, since: str | None
    ) -> None:
        """Not if another process received something while this one waited for its
        answer: that may be newer.
        """
        if self.fact("cursor") == since:
            self.put(anime_id, entry)

    # --- What was not done ---------------------------------------------------------

    def set_aside(self, write: Write, theirs: Entry | None) -> None:
        with self.transaction():
            self.drop(write)
            self.rows(
                "INSERT INTO conflicts VALUES (?, ?, ?, ?, ?, ?)",
                *(write.key, write.kind, write.anime_id),
                *map(json.dumps, (write.fields, write.seen, theirs)),
            )

    def conflicts(self) -> list[Conflict]:
        return [
            Conflict(key, kind, anime_id, *map(json.loads, texts))
            for key, kind, anime_id, *texts in self.rows("SELECT * FROM conflicts")
        ]

    def forget_conflict(self, key: str) -> None:
        self.rows("DELETE FROM conflicts WHERE key = ?", key)

    def refuse(self, write: Write, code: str, error: str) -> None:
        with self.transaction():
            self.drop(write)
            self.rows(
                "INSERT INTO refused VALUES (?, ?, ?, ?, ?, ?)",
                *(write.key, write.kind, write.anime_id),
                *(json.dumps(write.fields), code, error),
            )

    def refused(self) -> list[RefusedWrite]:
        return [
            RefusedWrite(key, kind, anime_id, json.loads(fields), code, error)
            for key, kind, anime_id, fields, code, error in self.rows(
                "SELECT * FROM refused"
            )
        ]

    def forget_refused(self, key: str) -> None:
        self.rows("DELETE FROM refused WHERE key = ?", key)
