"""The tables of another site, as people with what is theirs: files in, people out.

A folder of tables, one CSV or JSON file each (as Supabase's dashboard saves them), or
the text of `pg_dump`. A table is known by its columns, so its name does not matter:

    users     an id, an e-mail; a name, a password's hash, pictures, colour
    profiles  a user's id, and fields of a profile or preferences
    list      a user's id, anime_id, type; when it was added
    searches  a user's id, a query; its type, filters, results, time

Pure: no database.
"""

import csv
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Row = dict[str, Any]

USER_ID = ("user_id", "userid", "user", "uid", "owner", "owner_id", "profile_id")
ANIME_ID = ("anime_id", "animeid", "mal_id", "malid")
# Other sites' words for ours.
ALIASES = {
    "username": "user_name",
    "full_name": "name",
    "image": "avatar",
    "avatar_url": "avatar",
    "banner": "banner_image",
    "enfasiscolor": "enfasis_color",
    "parentalcontrol": "parental_control",
    "encrypted_password": "password",
    "password_hash": "password",
    "appliedfilters": "applied_filters",
    "totalresults": "total_results",
    "inserted_at": "created_at",
    "createdat": "created_at",
}
OF_PROFILES = {
    "last_name", "birthday", "gender", "favorite_animes", "favorite_genres",
    "favorite_studios", "frequency", "fanatic_level", "preferred_format",
    "watched_animes", "enfasis_color", "parental_control", "banner_image",
}  # fmt: skip
# What lets somebody into an account. People write their own metadata and profiles
# there, so these say none of it.
OF_ACCOUNTS = {"id", "user_id", "email", "password"}
COPY = re.compile(r"COPY (?P<table>\S+) \((?P<columns>[^)]*)\) FROM stdin;\s*")
ESCAPED = re.compile(r"\\(.)", re.DOTALL)
ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v"}
NULL = "\\N"
LONGEST_CELL = 16 * 1024 * 1024
WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


class UnreadableSiteError(Exception):
    """The files are no site; says why."""


@dataclass(slots=True)
class Person:
    """Somebody of the other site. `about` has what users and profiles say of them,
    without what users say in two ways: an e-mail or password that is `contested`.
    told: e-mails and passwords of all tables of users, "" where one has none.
    """

    old_id: str
    about: Row = field(default_factory=dict)
    told: dict[str, set[str]] = field(default_factory=dict)
    entries: list[Row] = field(default_factory=list)
    searches: list[Row] = field(default_factory=list)

    @property
    def contested(self) -> list[str]:
        return [name for name, values in self.told.items() if len(values) > 1]


@dataclass(slots=True)
class Site:
    """people: those with an e-mail, or with several. orphans: rows of nobody who is
    there, by kind. unknown: tables that are none of these.
    """

    people: list[Person]
    orphans: dict[str, int]
    unknown: list[str]


def read_site(path: Path) -> Site:
    """UnreadableSiteError where nothing is there, or a file cannot be read."""
    people: dict[str, Person] = {}
    unknown: list[str] = []
    for name, rows in tables_of(path):
        kind = kind_of(rows)
        if kind is None:
            unknown.append(name)
            continue
        for row in rows:
            old_id = text_of(row.get("id") if kind == "users" else first(row, USER_ID))
            if old_id:
                keep(people.setdefault(old_id, Person(old_id)), kind, row)
    known = [
        one
        for one in people.values()
        if text_of(one.about.get("email")) or "email" in one.contested
    ]
    if not known:
        raise UnreadableSiteError(
            "There is nobody in these files: a table with the columns id and email "
            "is needed."
        )
    ids = {one.old_id for one in known}
    nobody = [one for one in people.values() if one.old_id not in ids]
    orphans = {
        "entries": sum(len(one.entries) for one in nobody),
        "searches": sum(len(one.searches) for one in nobody),
    }
    return Site(known, orphans, unknown)


def kind_of(rows: list[Row]) -> str | None:
    columns = set(rows[0]) if rows else set()
    is_of_user = bool(columns & set(USER_ID))
    if is_of_user and columns & set(ANIME_ID):
        return "entries"
    if is_of_user and "query" in columns:
        return "searches"
    is_of_accounts = {"id", "email"} <= columns
    if is_of_accounts and not (is_of_user and columns & OF_PROFILES):
        return "users"
    if is_of_accounts and "password" in columns:
        return "users"
    return "profiles" if is_of_user and columns & OF_PROFILES else None


def keep(person: Person, kind: str, row: Row) -> None:
    if kind == "entries":
        person.entries.append(row)
    elif kind == "searches":
        person.searches.append(row)
    else:
        said = {name: value for name, value in row.items() if value not in (None, "")}
        meta = json_of(said.pop("raw_user_meta_data", None))
        if kind == "profiles":
            said = without_account(said)
        else:
            note_told(person, row)
        if isinstance(meta, dict):
            said = without_account(named(meta)) | said
        person.about = said | person.about
        for name in person.contested:
            person.about.pop(name, None)


def without_account(said: Row) -> Row:
    return {name: value for name, value in said.items() if name not in OF_ACCOUNTS}


def note_told(person: Person, row: Row) -> None:
    """Of two e-mails or passwords neither is taken: nothing says which of the tables
    people can write themselves.
    """
    for name in {"email", "password"} & row.keys():
        value = text_of(row[name])
        value = value.casefold() if name == "email" else value
        person.told.setdefault(name, set()).add(value)


def first(row: Row, names: Iterable[str]) -> Any:
    return next((row[name] for name in names if row.get(name) is not None), None)


def text_of(value: object) -> str:
    return "" if value is None else str(value).strip()


def json_of(value: object) -> object:
    """A text of JSON as what it says; anything else as it is."""
    if not isinstance(value, str) or not value.lstrip().startswith(("{", "[")):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def words_of(value: object) -> list[str]:
    """A list of words: JSON, PostgreSQL's {a,"b c"}, or commas between."""
    value = json_of(value)
    if isinstance(value, list):
        return [text_of(one) for one in value if text_of(one)]
    text = text_of(value).removeprefix("{").removesuffix("}")
    rows = csv.reader([text], skipinitialspace=True, escapechar="\\")
    return [cell.strip() for cell in next(rows, []) if cell.strip()]


# --- files ------------------------------------------------------------------------


def tables_of(path: Path) -> Iterator[tuple[str, list[Row]]]:
    """Each table with its rows, columns in snake_case and our words."""
    files = sorted(path.iterdir()) if path.is_dir() else [path]
    for file in files:
        reader = READERS.get(file.suffix.lower())
        if reader is None or file.is_dir():
            continue
        try:
            for name, rows in reader(file):
                yield name, [named(row) for row in rows if isinstance(row, dict)]
        except (ValueError, csv.Error) as wrong:  # of texts, JSON and tables
            raise UnreadableSiteError(f"{file.name} cannot be read: {wrong}") from None


def named(row: Row) -> Row:
    names = (WORDS.sub("_", name).lower().strip() for name in row)
    return {
        ALIASES.get(name, ALIASES.get(name.replace("_", ""), name)): value
        for name, value in zip(names, row.values(), strict=True)
    }


def read_csv(path: Path) -> Iterator[tuple[str, list[Row]]]:
    csv.field_size_limit(LONGEST_CELL)
    with path.open(newline="", encoding="utf-8-sig") as lines:
        rows = csv.DictReader(lines, restkey="")
        yield path.stem, [{n: c or None for n, c in row.items() if n} for row in rows]


def read_json(path: Path) -> Iterator[tuple[str, list[Row]]]:
    """An array of rows, or tables by their names."""
    document = json.loads(path.read_text(encoding="utf-8-sig"))
    tables = document if isinstance(document, dict) else {path.stem: document}
    yield from ((n, rows) for n, rows in tables.items() if isinstance(rows, list))


def read_dump(path: Path) -> Iterator[tuple[str, list[Row]]]:
    """The tables of `pg_dump`, as it writes them by itself (COPY … FROM stdin)."""
    with path.open(encoding="utf-8", newline="\n") as lines:
        for line in lines:
            if found := COPY.fullmatch(line):
                columns = [name.strip(' "') for name in found["columns"].split(",")]
                yield found["table"], [*copied(lines, columns)]


def copied(lines: Iterator[str], columns: list[str]) -> Iterator[Row]:
    for line in lines:
        text = line.rstrip("\n")
        if text == "\\.":
            return
        cells = (None if cell == NULL else plain(cell) for cell in text.split("\t"))
        yield dict(zip(columns, cells, strict=True))


def plain(cell: str) -> str:
    return ESCAPED.sub(lambda found: ESCAPES.get(found[1], found[1]), cell)


READERS = {".csv": read_csv, ".json": read_json, ".sql": read_dump}
