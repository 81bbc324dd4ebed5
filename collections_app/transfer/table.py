"""CSV: our own, which loses nothing, and any other whose header has words we know.

Cells that a spreadsheet would take for a formula (they begin with = + - @, a tab or a
carriage return) are written with an apostrophe before them, which is taken off again.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import islice
from typing import Any, NamedTuple

from animecollections.api.ids import NUMBERED_SITES
from collections_app.entries import HIGHEST_PRIORITY, SAID, shown

from . import list_json, own, reading
from .records import Flaw, Kept, ListFile, NotAnime, Owner, Record, WrongFile

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
    *SAID,
    *(f"{site}_id" for site in SITES),
    "format",
    "year",
    "episodes",
    "added_at",
    "updated_at",
    "extra",
)
# What makes a header ours: another tracker's `type` is a format.
OWN_MARK = {"anime_id", "type", "state"}
# No row of ours ends before these; Excel leaves out what is blank at the end of many.
NEEDED = {"anime_id", "title", *SAID}
# Headers of others, without case, spaces and signs, by what is meant.
HEADERS = {
    "title": "title name animetitle seriestitle anime animename romaji titleromaji",
    "names": "englishtitle titleenglish english nativetitle japanesetitle alttitle",
    "mal": "malid myanimelistid mal seriesanimedbid idmal",
    "anilist": "anilistid anilist",
    "kitsu": "kitsuid kitsu",
    "anidb": "anidbid anidb",
    "simkl": "simklid simkl",
    "status": "status mystatus watchstatus liststatus watchingstatus userstatus",
    "progress": "progress episodeswatched watchedepisodes mywatchedepisodes "
    "episodesseen watched numwatchedepisodes episodeprogress seenepisodes",
    "score": "score rating myscore myrating userscore userrating yourrating yourscore",
    "rewatches": "rewatches rewatched timesrewatched rewatchcount repeat "
    "mytimeswatched reconsumecount",
    "started_on": "startdate startedon startedat started mystartdate datestarted",
    "finished_on": "finishdate finishedon finishedat finished myfinishdate enddate "
    "completedat completedon datecompleted completiondate datefinished",
    "notes": "notes note comments comment mycomments memo review",
    "tags": "tags mytags customlists lists labels",
    "priority": "priority mypriority",
    "is_private": "private isprivate hidden",
    "format": "type format seriestype mediatype kind",
    "year": "year releaseyear seasonyear",
    "episodes": "episodes totalepisodes seriesepisodes numepisodes episodecount",
    "changed_at": "updatedat lastupdated modified modifiedat lastmodified",
    "added_at": "addedat createdat dateadded added",
}
MEANT = {word: meant for meant, words in HEADERS.items() for word in words.split()}
OTHER_MEDIA = re.compile(r"manga|novel|manhwa|manhua|one.?shot|doujin", re.IGNORECASE)

# With points the day is first everywhere; with strokes it is the month or the day,
# which nobody knows, and so is refused.
DAY_FIRST = re.compile(r"^(\d{1,2})\.(\d{1,2})\.(\d{4})", re.ASCII)
DELIMITERS = ",;\t|"
LONGEST_LINE = 1024 * 1024
MOST_LINES = 2**20  # of a spreadsheet, all but some of them blank
MOST_COLUMNS = 200
# A row is bounded as a whole (LONGEST_LINE); `extra` alone is more than csv's 128 KB.
csv.field_size_limit(LONGEST_LINE)
# What a spreadsheet would calculate; and the same, made neutral.
FORMULA = re.compile(r"'*[=+\-@\t\r]")
NEUTRAL = re.compile(r"'+[=+\-@\t\r]")
Cells = dict[str, str]


class Head(NamedTuple):
    """What a table's header says of its rows.

    columns: what each is here, "" if nothing. ours: whether it is our own header.
    best: the highest score of the scale.
    """

    header: list[str]
    columns: list[str]
    ours: bool
    best: int


# --- reading ----------------------------------------------------------------------


def read(data: bytes) -> ListFile:
    """Raises WrongFile if this is no table with a header that tells of anime."""
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise WrongFile(
            f"This file is no list that is known here, or not in UTF-8 (byte "
            f"{error.start:,}): from a spreadsheet, save it as “CSV UTF-8”."
        ) from None
    if "\0" in text:
        raise WrongFile("This file is no text, and so no list that is known here.")
    table = _table(text)
    header = next(table, [])
    ours = set(header) >= OWN_MARK
    columns = header if ours else [_meant(word) for word in header]
    if not ours and not {"title", *NUMBERED_SITES} & set(columns):
        found = reading.shown_title(", ".join(map(str.strip, header)))[:200]
        raise WrongFile(
            "This is no list that is known here. A CSV file needs a header with at "
            "least a title, such as: title,status,progress,score. Found was: "
            f"{found or 'nothing'}."
        )
    # One more than are read, so that it is said.
    lines = list(islice(table, reading.MOST_ROWS + 1))
    best, warnings = (10, []) if ours else _scale(columns, lines)
    head = Head(header, columns, ours, best)
    last = len(lines) if _breaks_off(text) else 0
    rows = reading.Rows()
    for number, line in enumerate(lines, 1):
        rows.take(
            partial(_record, head, line, number == last),
            dict(zip(columns, line, strict=False)).get("title"),
        )
    return ListFile(format=NAME, rows=rows.of(LABEL), warnings=warnings)


def _meant(word: str) -> str:
    return MEANT.get(re.sub(r"[\W_]", "", word.lower()), "")


def _breaks_off(text: str) -> bool:
    """Whether the last row that is not blank has no line break after it."""
    return not text.rstrip(DELIMITERS + " ").endswith(("\n", "\r"))


def _table(text: str) -> Iterator[list[str]]:
    """The cells of each row that is not blank, within bounds.

    Strict, so that a quote out of place is an error: else it takes the rows that follow
    into its cell. Raises WrongFile with the line on which the row begins.
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
                raise WrongFile("This table has a row that is too long to be one.")
            yield line

    table = csv.reader(bounded(), delimiter=delimiter, strict=True)
    try:
        for count, cells in enumerate(table):
            taken = 0
            begins = before + table.line_num
            if count > MOST_LINES:
                raise WrongFile(f"This table has more than {MOST_LINES:,} lines.")
            if len(cells) > MOST_COLUMNS:
                raise WrongFile(f"This table has more than {MOST_COLUMNS} columns.")
            if "".join(cells).strip():
                yield [_plain(cell) for cell in cells]
    except csv.Error as error:
        raise WrongFile(
            f"This table cannot be read at line {begins}: {error}. Mend the quotes of "
            "that row, or export the list again."
        ) from None


def _plain(cell: str) -> str:
    return cell[1:] if NEUTRAL.match(cell) else cell


def _scale(columns: list[str], lines: list[list[str]]) -> tuple[int, list[str]]:
    """The best score of a table that does not say its scale, and what to say of it."""
    if "score" not in columns:
        return 10, []
    place = columns.index("score")
    highest = 0.0
    for cells in lines:
        try:
            highest = max(highest, reading.decimal("".join(cells[place:][:1]), "") or 0)
        except Flaw:
            continue
    best = 10 if highest <= 10 else 100
    return best, [reading.scale_warning(highest, best)] if highest else []


def _record(head: Head, line: list[str], is_unended: bool, row: int) -> Record:
    header, columns, ours, best = head
    counts = f"The row has {len(line)} cells, and the header {len(header)} columns"
    if any(cell.strip() for cell in line[len(header) :]):
        raise Flaw(f"{counts}.")
    missing = {word for word in header[len(line) :] if word.strip()}
    if missing if is_unended else ours and missing & NEEDED:
        raise Flaw(f"{counts}: it breaks off, so its last cell may not be whole.")
    if ours:
        return _own_record(dict(zip(header, line, strict=False)), row)
    cells: Cells = {}
    others: Cells = {}
    named: dict[str, str] = {}
    names = []
    for name, column, cell in zip(header, columns, line, strict=False):
        if column == "names":
            names.append(cell)
        elif column and column not in cells:
            named[column] = name
            cells[column] = cell.strip() if column != "notes" else cell
        elif cell.strip():
            if column and contradicts(column, cells[column], cell, named[column], name):
                raise Flaw(f"{name[:50]} is there twice, with different values.")
            others[name] = cell
    return _record_of(cells, names, others, best, row)


def contradicts(
    column: str, first: str, second: str, name: str, other_name: str
) -> bool:
    """Of two columns of one meaning. Under other names they may yet mean two things: a
    site's rating beside one's own; numbers of episodes seen do not.
    """
    first, second = first.strip(), second.strip()
    is_same = name.strip().lower() == other_name.strip().lower()
    are_numbers = first.isdecimal() and second.isdecimal()
    is_told = is_same or (column == "progress" and are_numbers)
    return is_told and bool(first) and first != second


def _record_of(
    cells: Cells, names: list[str], others: Cells, best: int, row: int
) -> Record:
    kind = cells.get("format", "")
    if OTHER_MEDIA.search(kind):
        raise NotAnime("mangas and books")
    title = reading.title(cells.get("title"))
    return Record(
        row=row,
        title=title,
        ids=reading.ids((site, cells.get(site)) for site in NUMBERED_SITES),
        values=reading.owned(_values(cells, best)),
        extra=reading.own_fields(others.items()),
        names=reading.names(names, title),
        year=reading.count_of(_whole(cells.get("year"))),
        format=reading.format_of(kind),
        episodes=reading.count_of(_whole(cells.get("episodes"))),
        changed_at=reading.time_of(cells.get("changed_at")),
        added_at=reading.time_of(cells.get("added_at")),
    )


def _values(cells: Cells, best: int) -> dict[str, Any]:
    """An empty cell says nothing, but in texts, tags, dates and scores, nothing."""
    values = reading.stated(
        progress=_progress(cells),
        rewatches=reading.number(_whole(cells.get("rewatches")), "rewatches"),
        priority=reading.number(
            _whole(cells.get("priority")), "priority", HIGHEST_PRIORITY
        ),
        is_private=reading.flag(cells.get("is_private"), "private"),
    )
    if "score" in cells:
        said = _known(cells["score"])
        values["score"] = reading.score(said, "score", best, 100 // best)
    if "notes" in cells:
        values["notes"] = reading.notes(cells["notes"])
    if "tags" in cells:
        values["tags"] = reading.tags(_words(cells["tags"]))
    for column in ("started_on", "finished_on"):
        if column in cells:
            said = DAY_FIRST.sub(r"\3-\2-\1", _known(cells[column]))
            values[column] = reading.date_text(said, column)
    if found := reading.status(cells.get("status")):
        values["type"], values["state"] = found
    return values


def _known(cell: str) -> str:
    return "" if cell in ("-", "–", "N/A", "null") else cell


def _progress(cells: Cells) -> int | None:
    """Episodes watched; "12 / 26" says the total too."""
    watched, _, total = cells.get("progress", "").partition("/")
    if total and not cells.get("episodes"):
        cells["episodes"] = total
    return reading.number(_whole(watched), "progress")


def _whole(cell: str | None) -> str | None:
    """A spreadsheet may write 12 as 12.0."""
    return cell and re.sub(r"[.,]0+$", "", cell.strip())


def _words(cell: str) -> list[str]:
    """Tags with commas between, quoted where they have one; else ; or | between."""
    if "," not in cell and '"' not in cell:
        return re.split(r"[;|]", cell)
    return _quoted(cell, skipinitialspace=True)


def _quoted(cell: str, **how: Any) -> list[str]:
    try:
        return next(csv.reader([cell], strict=True, **how), [])
    except csv.Error:
        raise Flaw(
            "The tags cannot be told apart: there is a line break between them, or a "
            "quote that is not closed."
        ) from None


# --- our own ----------------------------------------------------------------------


def _own_record(cells: Cells, row: int) -> Record:
    said: dict[str, Any] = {name: cells[name] for name in SAID if name in cells}
    if "tags" in cells:
        said["tags"] = _quoted(cells["tags"])
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
    )


def write(entries: Iterable[Kept], owner: Owner) -> Iterator[str]:
    """Our own columns, and a byte-order mark, by which Excel knows UTF-8."""
    yield "\ufeff" + _line(OWN_COLUMNS)
    for kept in entries:
        yield _line(neutral(cell) for cell in _cells(kept))


def _cells(kept: Kept) -> Iterator[str]:
    values = kept.values
    extra = values.get("extra")
    fields = {
        "anime_id": kept.anime_id,
        "title": kept.title,
        **{name: shown(name, values[name]) for name in SAID},
        "tags": _line(values["tags"]).rstrip("\r\n"),
        "is_private": "true" if values["is_private"] else "false",
        **{f"{site}_id": kept.ids.get(site) for site in SITES},
        "format": kept.format,
        "year": kept.year,
        "episodes": kept.episodes,
        "added_at": kept.added_at and kept.added_at.isoformat(),
        "updated_at": kept.updated_at and kept.updated_at.isoformat(),
        "extra": list_json.dumps(extra) if extra else "",
    }
    return ("" if cell is None else str(cell) for cell in fields.values())


def _line(cells: Iterable[object]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue()


def neutral(cell: str) -> str:
    """The cell, so that no spreadsheet takes it for a formula."""
    return "'" + cell if FORMULA.match(cell) else cell
