"""CSV: our own, which loses nothing, and any other whose header has words we know.

What a spreadsheet would calculate is written with an apostrophe before it, which is
taken off again: a cell, or a line of one, that begins with = + - @, narrow or wide,
whatever blanks stand before; and a cell that begins with a tab or a line break.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import islice
from typing import Any

from animecollections.api.spreadsheets import NEUTRAL, neutral, plain
from collections_app.watch_list.fields import (
    BY_NAME,
    FIELD_NAMES,
    FIELDS,
    Field,
    Kind,
    shown,
)

from . import (
    episodes,
    foreign,
    list_json,
    own,
    play_tables,
    reading,
    viewings,
    watched,
)
from .foreign import Cells, Table
from .records import READ_HERE, Kept, ListFile, Owner, Record, UnsupportedFileError
from .text import decoded, decoded_once_more

NAME = "csv"
LABEL = "CSV"
EXTENSION = "csv"
MEDIA_TYPE = "text/csv"

SITES = (
    "mal", "anilist", "kitsu", "anidb", "anime-planet", "anisearch", "livechart",
    "notify", "simkl", "animenewsnetwork", "animecountdown",
)  # fmt: skip
OWN_COLUMNS = (
    "anime_id",
    "title",
    *FIELD_NAMES,
    *(f"{site}_id" for site in SITES),
    "format",
    "year",
    "episodes",
    "added_at",
    "updated_at",
    "watched",
    "viewings",
    "extra",
)
# What makes a header ours: another tracker's `type` is a format.
OWN_MARK = {"anime_id", "type", "state"}
# No row of ours ends before these; Excel leaves out what is blank at the end of many.
NEEDED = {"anime_id", "title", *FIELD_NAMES} - {"episode_ranges"}

DELIMITERS = ",;\t|"
LONGEST_LINE = 1024 * 1024
MOST_LINES = 2**20  # of a spreadsheet, all but some of them blank
MOST_COLUMNS = 200
# A row is bounded as a whole (LONGEST_LINE); `extra` alone is more than csv's 128 KB.
csv.field_size_limit(LONGEST_LINE)
# --- reading ----------------------------------------------------------------------


def read(data: bytes, scale: str | None = None) -> ListFile:
    """UnsupportedFileError if this is no table with a header that tells of anime.

    scale: that of the scores, if the sender says it.
    """
    text, warnings = decoded(data)
    if not _is_own(next(_table(text), [])):
        text, corrected = decoded_once_more(text)
        warnings += corrected
    if "\0" in text:
        raise UnsupportedFileError(
            f"We couldn't recognise this file. It is not text. {READ_HERE}"
        )
    table = _table(text)
    header = next(table, [])
    is_cut = _breaks_off(text)
    if _is_own(header):
        file = _read_own(header, table, is_cut)
    else:
        # One more than are read, so that it is said.
        lines = [header, *islice(table, reading.MOST_ROWS + foreign.HEADER_WITHIN + 1)]
        file = _read_foreign(_with_header(lines, is_cut), scale)
    file.warnings[:0] = warnings
    return file


def _read_foreign(table: Table, scale: str | None) -> ListFile:
    if play_tables.recognises(table.header):
        return play_tables.read(table.header, table.lines)
    return foreign.read(table, LABEL, scale)


def _is_own(header: list[str]) -> bool:
    return set(header) >= OWN_MARK


def _with_header(lines: list[list[str]], is_cut: bool) -> Table:
    """The table from its header on, or with one that its columns make evident."""
    lines = [[_first_plain(cell) for cell in line] for line in lines]
    if (at := foreign.header_place(lines)) is not None:
        return Table(lines[at], lines[at + 1 :], is_cut)
    if header := foreign.inferred_header(lines):
        return Table(header, lines, is_cut)
    found = reading.shown_title(", ".join(map(str.strip, lines[0])))[:200]
    raise UnsupportedFileError(
        "We couldn't recognise this file. A table needs a header with at least "
        "a title: add a first line such as title,status,progress,score, with a "
        f"name for each column. Found: {found or 'nothing'}. {READ_HERE}"
    )


def _breaks_off(text: str) -> bool:
    """Whether the last row that is not blank has no line break after it."""
    return not text.rstrip(DELIMITERS + " ").endswith(("\n", "\r"))


def _table(text: str) -> Iterator[list[str]]:
    """The cells of each row that is not blank, within bounds.

    Strict, so that a quote out of place is an error: else it takes the rows that follow
    into its cell. Raises UnsupportedFileError with the line on which the row begins.
    """
    lines = io.StringIO(text, newline="")
    first = lines.readline(LONGEST_LINE)
    said = re.fullmatch(r"sep=(.)\s*", first)  # Excel's way to say it
    delimiter = said[1] if said else max(DELIMITERS, key=first.count)
    if not said:
        lines.seek(0)
    taken = 0
    begins = before = 2 if said else 1

    def bounded() -> Iterator[str]:
        nonlocal taken
        while line := lines.readline(LONGEST_LINE):
            taken += len(line)
            if taken >= LONGEST_LINE:
                raise UnsupportedFileError("A row of this table is too long.")
            yield line

    table = csv.reader(bounded(), delimiter=delimiter, strict=True)
    try:
        for count, cells in enumerate(table):
            taken = 0
            begins = before + table.line_num
            if count > MOST_LINES:
                raise UnsupportedFileError(
                    f"This table has more than {MOST_LINES:,} lines."
                )
            if len(cells) > MOST_COLUMNS:
                raise UnsupportedFileError(
                    f"This table has more than {MOST_COLUMNS} columns."
                )
            if "".join(cells).strip():
                yield cells
    except csv.Error as error:
        raise UnsupportedFileError(
            f"This table cannot be read at line {begins}: {error}. Correct the "
            "quotes of that row, or export the list again."
        ) from None


# --- our own ----------------------------------------------------------------------


def _read_own(header: list[str], lines: Iterable[list[str]], is_cut: bool) -> ListFile:
    rows = reading.Rows()
    held = list(islice(lines, reading.MOST_ROWS + 1))
    for number, line in enumerate(held, 1):
        cells = dict(zip(header, map(plain, line), strict=False))
        is_last = is_cut and number == len(held)
        rows.take(
            partial(_own_record, header, line, cells, is_last), cells.get("title")
        )
    return ListFile(format=NAME, rows=rows.of(LABEL))


def _own_record(
    header: list[str], line: list[str], cells: Cells, is_unended: bool, row: int
) -> Record:
    foreign.check_width(header, line, is_unended or _ends_early(header, line))
    said: dict[str, Any] = {name: cells[name] for name in FIELD_NAMES if name in cells}
    for field in FIELDS:
        if field.kind is Kind.TAGS and field.name in cells:
            said[field.name] = foreign.quoted(cells[field.name])
    if "episode_ranges" in cells:
        said["episode_ranges"] = episodes.from_cell(cells["episode_ranges"])
    if "extra" in cells:
        said["extra"] = list_json.inner(cells["extra"], "extra")
    sites = ((site, cells.get(f"{site}_id")) for site in SITES)
    return Record(
        row=row,
        title=reading.title(cells.get("title")),
        ids=reading.ids([*sites, ("own", cells.get("anime_id"))]),
        values=own.values_of(said),
        year=reading.count_of(cells.get("year")),
        format=reading.format_of(cells.get("format")),
        episodes=reading.count_of(cells.get("episodes")),
        changed_at=reading.time_of(cells.get("updated_at")),
        added_at=reading.time_of(cells.get("added_at")),
        watched=watched.from_cell(cells.get("watched", "")),
        viewings=viewings.from_json(_inner(cells, "viewings")),
    )


def _inner(cells: Cells, name: str) -> object:
    return list_json.inner(cells[name], name) if cells.get(name) else None


def _ends_early(header: list[str], line: list[str]) -> bool:
    return bool(NEEDED & set(header[len(line) :]))


def write(entries: Iterable[Kept], owner: Owner) -> Iterator[str]:
    """Our own columns, and a byte-order mark, by which Excel knows UTF-8."""
    yield "\ufeff" + _line(OWN_COLUMNS)
    for kept in entries:
        yield _line(neutral(cell) for cell in _cells(kept))


def _cells(kept: Kept) -> Iterator[str]:
    values = kept.values
    extra = values.get("extra")
    times = viewings.to_json(kept.viewings)
    fields = {
        "anime_id": kept.anime_id,
        "title": kept.title,
        **{name: _cell(BY_NAME[name], values[name]) for name in FIELD_NAMES},
        "episode_ranges": episodes.to_cell(values),
        **{f"{site}_id": kept.ids.get(site) for site in SITES},
        "format": kept.format,
        "year": kept.year,
        "episodes": kept.episodes,
        "added_at": kept.added_at and kept.added_at.isoformat(),
        "updated_at": kept.updated_at and kept.updated_at.isoformat(),
        "watched": watched.to_cell(kept.watched),
        "viewings": list_json.dumps(times) if times else "",
        "extra": list_json.dumps(extra) if extra else "",
    }
    return ("" if cell is None else str(cell) for cell in fields.values())


def _cell(field: Field, value: Any) -> object:
    if field.kind is Kind.TAGS:
        return _line(value).rstrip("\r\n")
    if field.kind is Kind.FLAG:
        return "true" if value else "false"
    return shown(field.name, value)


def _line(cells: Iterable[object]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue()


def _first_plain(cell: str) -> str:
    """A cell of others: they make it neutral at its beginning, if at all."""
    return cell[1:] if NEUTRAL.match(cell) else cell
