"""Rows of tables that are not ours: cells by the words of their header.

The table may be CSV or an array of JSON objects; here it is a header and lines.
"""

import csv
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple

from collections_app.catalogue.folding import fold
from collections_app.catalogue.name_forms import without_season
from collections_app.catalogue.refs import NUMBERED_SITES
from collections_app.catalogue.seasons import MARK, with_marks
from collections_app.watch_list.fields import HIGHEST_PRIORITY

from . import days, kinds, list_json, mal, mal_json, marks, reading, watched
from .records import ListFile, NotAnimeError, Record, Row, RowError

# Headers, without case, spaces and signs, by what is meant.
HEADERS = {
    "title": "title name animetitle seriestitle anime animename romaji titleromaji "
    "romajititle showtitle showname series seriesname",
    "names": "englishtitle titleenglish english nativetitle japanesetitle alttitle "
    "originaltitle animetitleeng titleen titlejp",
    "mal": "malid myanimelistid mal seriesanimedbid idmal",
    "anilist": "anilistid anilist",
    "kitsu": "kitsuid kitsu",
    "anidb": "anidbid anidb",
    "simkl": "simklid simkl",
    "anime_id": "animeid",
    "media_id": "mediaid",
    "source": "source",
    "link": "link url animeurl animelink malurl mallink anilisturl",
    "screen": "imdb imdbid tmdb tmdbid tvdb tvdbid trakt traktid const letterboxduri",
    "status": "status mystatus watchstatus liststatus watchingstatus userstatus "
    "watchlist watchliststatus viewingstatus",
    "rewatching": "rewatching isrewatching myrewatching",
    "progress": "progress episodeswatched watchedepisodes mywatchedepisodes "
    "episodesseen watched numwatchedepisodes episodeprogress seenepisodes "
    "numepisodeswatched watchedepisodescount epswatched lastepwatched currentepisode "
    "ep episode",
    "score": "score rating myscore myrating userscore userrating yourrating yourscore "
    "traktrating personalrating personalscore",
    "rewatches": "rewatches rewatched timesrewatched rewatchcount repeat "
    "mytimeswatched reconsumecount",
    "started_on": "startdate startedon startedat started mystartdate datestarted "
    "startedwatching start",
    "finished_on": "finishdate finishedon finishedat finished myfinishdate enddate "
    "completedat completedon datecompleted completiondate datefinished endedon "
    "end",
    "dates": "dates watchdates date datewatched watcheddates period",
    "notes": "notes note comments comment mycomments memo review",
    "tags": "tags mytags customlists lists labels",
    "priority": "priority mypriority",
    "is_private": "private isprivate hidden",
    "format": "type format seriestype mediatype kind titletype animetype",
    "category": "category lot medium contenttype itemtype media",
    "genres": "genres genre",
    "season_number": "seasonnumber season seasonno",
    "part": "part cour partnumber",
    "episode_number": "episodenumber",
    "year": "year releaseyear seasonyear",
    "episodes": "episodes totalepisodes seriesepisodes numepisodes episodecount "
    "totalepisodescount animenumepisodes eps total",
    "changed_at": "updatedat lastupdated modified modifiedat lastmodified updated "
    "progresschanged progressedat mylastupdated ratedat",
    "added_at": "addedat createdat dateadded added created",
    # Of the title, of the row or of the user, and nothing to keep.
    "unkept": "id userid username image imageurl poster posterurl cover coverurl "
    "coverimage thumbnail picture",
}
MEANT = {word: meant for meant, words in HEADERS.items() for word in words.split()}
NAMING = {"title", "anime_id", "media_id", "link", *NUMBERED_SITES}
# What several columns may say, each its own.
REPEATED = {"names", "format", "category", "screen", "unkept"}
PRIORITIES = {"low": 0, "medium": 1, "normal": 1, "high": 2}
# An address of a title at a site of anime.
LINK = re.compile(
    r"(?:myanimelist\.net/(?P<mal_kind>anime|manga)/(?P<mal>\d+)"
    r"|anilist\.co/(?P<anilist_kind>anime|manga)/(?P<anilist>\d+)"
    r"|kitsu\.(?:io|app)/(?P<kitsu_kind>anime|manga)/(?P<kitsu>\d+)(?!\d*-)"
    r"|anidb\.net/(?:anime/|a|perl-bin/animedb\.pl\?show=anime&aid=)(?P<anidb>\d+)"
    r"|anime-planet\.com/(?P<planet_kind>anime|manga)/(?P<planet>[a-z0-9-]+))",
    re.ASCII,
)
SITES_OF_LINK = {"planet": "anime-planet"}
EPISODE = re.compile(
    r"(?:s(?P<season>\d{1,3})\s*)?(?:episodes?|eps?|e)\.?\s*(?P<number>\d{1,5})"
    r"|(?P<count>\d{1,5})\s*(?:episodes?|eps?)",
    re.ASCII | re.IGNORECASE,
)
SEEN_OF_ALL = re.compile(r"\d{1,5}\s*(?:/|of)\s*\d{1,5}", re.ASCII)
SCALE = re.compile(
    r"[\s(\[]*(?:\d\s*[-–]\s*|/\s*|out of\s*|of\s*)(5|10|100)\s*[)\]]?\s*$",
    re.ASCII | re.IGNORECASE,
)
PERCENT = re.compile(r"\d{1,3}(?:[.,]\d{1,2})?\s*%", re.ASCII)
BOXES = {"started_on": "watching", "progress": "completed", "finished_on": "completed"}
YES = {"yes", "true", "x", "✓", "✔", "✅", "☑", "y", "done"}
NO = {"no", "false", "✗", "✘", "❌", "☐", "n"}
AIRING = {
    "finishedairing", "currentlyairing", "airing", "notyetaired", "notyetreleased",
    "releasing", "released", "upcoming", "ongoing", "cancelled", "hiatus",
}  # fmt: skip
# Before the words for a score: it is the user's, and not that of a site.
OWN_SCORE = re.compile("my|your|user|personal")
# For whom a title is: "PG-13 - Teens 13 or older".
AGE = re.compile(
    r"(?:g|pg|pg-13|r|r\+|rx|nc-17|tv-\w{1,4})(?: ?[-+]? .*)?", re.IGNORECASE
)
SEASONS = re.compile(
    r"(?:s|seasons?)? ?\d{1,2}(?: ?(?:[-–,&+]|and|to) ?s?\d{1,2})+",
    re.ASCII | re.IGNORECASE,
)
NOTHING = {"-", "–", "—", "n/a", "na", "null", "none", "nan", "?"}
# MyAnimeList's columns, whose cells a spreadsheet may have written as decimals.
MAL_NUMBERS = {
    "series_animedb_id", "series_episodes", "my_watched_episodes", "my_score",
    "my_times_watched", "my_rewatching", "my_rewatching_ep", "my_id", "my_priority",
}  # fmt: skip
MAL_PAGE_NUMBERS = {
    "anime_id", "status", "score", "num_watched_episodes", "anime_num_episodes",
    "is_rewatching",
}  # fmt: skip
MAL_DATES = ("my_start_date", "my_finish_date")
XML_NAMES = {"series_title", "series_animedb_id"}
LONGEST_WORD = 100  # letters of a header's cell
HEADER_WITHIN = 5  # lines, where a spreadsheet has a heading of its own above it
Cells = dict[str, str]


@dataclass(slots=True)
class Table:
    """A table that is not ours, and what it says as a whole.

    columns:  what each column means here, "" if nothing.
    is_cut:   whether the file breaks off within its last line.
    best:     the highest score of the scale.
    stars:    the most stars of a score in stars.
    order:    which part of a date such as 1/5/2021 stands first, None if none tells.
    is_mixed: whether some rows say that they are anime, so that others may be none.
    """

    header: list[str]
    lines: list[list[str]]
    is_cut: bool = False
    columns: list[str] = field(init=False)
    best: int = 10
    stars: int = marks.FEWEST_STARS
    order: str | None = None
    is_mixed: bool = False

    def __post_init__(self) -> None:
        self.columns = columns_of(self.header)
        self.read_headings()
        self.forget_airing()
        self.forget_others_scores()
        is_of_service = "status" not in self.columns and self.finds_status()
        if "title" in self.columns and not is_of_service:
            # Anybody's id, where there is a name to know the title by.
            self.columns = [c if c != "anime_id" else "" for c in self.columns]

    def read_headings(self) -> None:
        """Where no column says the status, lines of a status alone may say that of
        the rows below them: "WATCHING", then its titles.
        """
        if {"status", "format"} & set(self.columns) or "title" not in self.columns:
            return
        lines, status = [], ""
        for line in self.lines:
            word = "".join(line).strip()
            if (
                len(word) <= LONGEST_WORD
                and reading.bare_word(word) in reading.STATUSES
            ):
                status = word
            else:
                lines.append([status, *line])
        if status:
            self.header, self.lines = ["status", *self.header], lines
            self.columns = columns_of(self.header)

    def cells(self, *meanings: str) -> Iterator[str]:
        """All cells of the columns with these meanings."""
        places = [at for at, column in enumerate(self.columns) if column in meanings]
        for line in self.lines:
            for at in places:
                if at < len(line):
                    yield line[at]

    def forget_airing(self) -> None:
        """A column of statuses may say how a title airs, and `watchlist` whether it is
        on one: nothing of the list.
        """
        for at, column in enumerate(self.columns):
            if column != "status":
                continue
            cells = self.cells_at(at)
            is_box = reading.bare_word(self.header[at]) == "watchlist"
            if is_of_airing(cells) or (is_box and not are_statuses(cells)):
                self.columns[at] = ""

    def forget_others_scores(self) -> None:
        """Of several columns of scores the user's own counts: "My Score" next to
        "Score". "Rating" may say for whom a title is: "PG-13".
        """
        scores = [at for at, column in enumerate(self.columns) if column == "score"]
        words = {at: reading.bare_word(self.header[at]) for at in scores}
        kept = [at for at in scores if OWN_SCORE.match(words[at])]
        kept = kept or [at for at in scores if not are_ages(self.cells_at(at))]
        for at in scores:
            if at not in kept:
                self.columns[at] = ""

    def cells_at(self, place: int) -> list[str]:
        return [line[place] for line in self.lines if place < len(line)]

    def finds_status(self) -> bool:
        """Whether a column `type` has statuses: so the existing site's table has it."""
        for at, column in enumerate(self.columns):
            if column == "format" and are_statuses(self.cells_at(at)):
                self.columns[at] = "status"
                return True
        return False

    @property
    def is_simkl(self) -> bool:
        return "simkl" in self.columns and "format" in self.columns


def columns_of(header: list[str]) -> list[str]:
    words = [word[:LONGEST_WORD] for word in header]
    return [
        MEANT.get(reading.bare_word(word), "")
        or MEANT.get(reading.bare_word(SCALE.sub("", word)), "")
        for word in words
    ]


def scale_of(header: list[str]) -> int | None:
    """The best score, where the header says it: "Score (1-10)", "Rating /5"."""
    if "letterboxduri" in map(reading.bare_word, header):
        return 5
    for word, column in zip(header, columns_of(header), strict=True):
        if column == "score" and (found := SCALE.search(word[:LONGEST_WORD])):
            return int(found[1])
    return None


def is_header(cells: list[str]) -> bool:
    return bool(NAMING & set(columns_of(cells)))


def header_place(lines: list[list[str]]) -> int | None:
    """Which of the first lines is the header: a line of headings above it, such as
    "Anime,,Progress", knows fewer words.
    """
    first = lines[:HEADER_WITHIN]
    known = [
        (len(set(columns_of(line)) - {""}), sum(map(bool, map(str.strip, line))))
        for line in first
    ]
    places = [at for at, line in enumerate(first) if is_header(line)]
    return max(places, key=known.__getitem__, default=None)


def are_statuses(cells: list[str]) -> bool:
    words = {reading.bare_word(cell) for cell in cells} - {""}
    return bool(words) and all(word in reading.STATUSES for word in words)


def are_ages(cells: list[str]) -> bool:
    said = [cell.strip() for cell in cells if cell.strip()]
    return bool(said) and all(AGE.fullmatch(cell[:LONGEST_WORD]) for cell in said)


def is_of_airing(cells: list[str]) -> bool:
    words = {reading.bare_word(cell) for cell in cells} - {""}
    return bool(words & AIRING) and words <= AIRING | {"finished"}


def inferred_header(lines: list[list[str]]) -> list[str] | None:
    """The header of a table that has none, where its columns are evident: one of names,
    one of statuses, and others that can be nothing else.
    """
    width = max(map(len, lines), default=0)
    if not 2 <= width <= 10:
        return None
    header = []
    for at in range(width):
        cells = [line[at].strip() for line in lines if at < len(line)]
        header.append(_inferred_column([cell for cell in cells if cell]))
    is_evident = header.count("title") == 1 and header.count("status") == 1
    return header if is_evident and "?" not in header else None


def _inferred_column(cells: list[str]) -> str:
    if not cells:
        return ""
    if are_statuses(cells):
        return "status"
    if all(LINK.search(cell) for cell in cells):
        return "link"
    if all(reading.format_of(cell) for cell in cells):
        return "type"
    if all(re.fullmatch(r"\d{1,5}\s*/\s*\d{1,5}", cell) for cell in cells):
        return (
            "progress" if any(not cell.endswith("/10") for cell in cells) else "score"
        )
    if any(re.search(r"[^\W\d_]", cell) for cell in cells):
        return "title"
    return "?"


class Parts(NamedTuple):
    """A line's cells by what they mean.

    cells:    one for each meaning. named: the word of the header for each.
    others:   what has no meaning here, by that word.
    repeated: of what several columns may say (REPEATED).
    """

    cells: Cells
    named: dict[str, str]
    others: Cells
    repeated: dict[str, list[str]]


ReadOne = Callable[[Table, list[str], bool, int], Record]


# --- reading ----------------------------------------------------------------------


def read(table: Table, label: str, scale: str | None) -> ListFile:
    """The rows; raises UnsupportedFileError if none is of an anime.

    label: what the file is, for sentences.
    """
    header = {word.strip().lower() for word in table.header}
    if header >= mal_json.PAGE_MARK:
        return _read_mal(table, _page_record, mal_json.ALL_DATES_OF_PAGE)
    if header & XML_NAMES and any(word.startswith("my_") for word in header):
        return _read_mal(table, _mal_record, MAL_DATES)
    table.is_mixed = any(map(kinds.says_anime, table.cells("format", "category")))
    table.order = days.order_of(
        day
        for cell in table.cells("started_on", "finished_on", "dates")
        for day in days.span(cell)
    )
    table.best, warnings = _scale(table, scale)
    table.stars = max(marks.stars_of(table.cells("score")), min(int(scale or 0), 10))
    return ListFile("csv", _rows(table, _record, label), warnings=warnings, shape="csv")


def _read_mal(table: Table, read_one: ReadOne, dates: Collection[str]) -> ListFile:
    """A table with the columns of one of MyAnimeList's own shapes."""
    table.order = days.order_of(
        cell
        for at, word in enumerate(table.header)
        if word.strip().lower() in dates
        for cell in table.cells_at(at)
    )
    return ListFile(mal.NAME, _rows(table, read_one, mal.LABEL), shape="csv")


def _rows(table: Table, read_one: ReadOne, label: str) -> list[Row]:
    rows = reading.Rows()
    place = table.columns.index("title") if "title" in table.columns else len(MEANT)
    for number, line in enumerate(table.lines, 1):
        is_last = table.is_cut and number == len(table.lines)
        [title] = line[place : place + 1] or [""]
        rows.take(partial(read_one, table, line, is_last), title)
    return rows.of(label)


def _scale(table: Table, sent: str | None) -> tuple[int, list[str]]:
    """The best score: as the sender says, or the header, or else the cells."""
    said = int(sent or 0) or scale_of(table.header)
    return (said, []) if said else marks.best_of(table.cells("score"))


def check_width(header: list[str], line: list[str], is_unended: bool) -> None:
    """RowError for a row of more cells than columns, and for one that breaks off."""
    counts = f"The row has {len(line)} cells, and the header {len(header)} columns"
    if any(cell.strip() for cell in line[len(header) :]):
        raise RowError(f"{counts}.")
    if is_unended and any(word.strip() for word in header[len(line) :]):
        raise RowError(
            f"{counts}: it ends too early, so its last cell may be incomplete."
        )


def _mal_record(table: Table, line: list[str], is_unended: bool, row: int) -> Record:
    check_width(table.header, line, is_unended)
    fields: Cells = {}
    for name, cell in zip(table.header, line, strict=False):
        field = name.strip().lower()
        known = "" if cell.strip().lower() in NOTHING else cell
        fields[field] = reading.whole(known) if field in MAL_NUMBERS else known
    remarks = []
    for name in MAL_DATES:
        if fields.get(name):
            fields[name], said = days.day_of(fields[name], name, table.order)
            remarks += said
    record = mal.record_of(fields, row)
    record.remarks += remarks
    return record


def _page_record(table: Table, line: list[str], is_unended: bool, row: int) -> Record:
    check_width(table.header, line, is_unended)
    names = (word.strip().lower() for word in table.header)
    known = ("" if cell.strip().lower() in NOTHING else cell for cell in line)
    entry = dict(zip(names, known, strict=False))
    for name in MAL_PAGE_NUMBERS & entry.keys():
        entry[name] = reading.whole(entry[name])
    return mal_json.record_of_page(entry, table.order, row)


def _record(table: Table, line: list[str], is_unended: bool, row: int) -> Record:
    check_width(table.header, line, is_unended)
    parts = _parts(table, line)
    cells = parts.cells
    _read_boxes(parts)
    ids = _ids(cells, parts.repeated["format"])
    doubt = _doubt(table, parts, ids)
    values, remarks = _values(cells, table, is_anime=bool(ids))
    title = reading.title(cells.get("title"))
    if title:
        season, part = cells.get("season_number", ""), cells.get("part", "")
        title = with_season(title, season, part)
        if SEASONS.fullmatch(season):
            remarks.append(
                f"It covers several seasons ({season}): only one title is taken."
            )
    formats = map(reading.format_of, parts.repeated["format"])
    return Record(
        row=row,
        title=title,
        ids=ids,
        values=reading.owned(values),
        extra=reading.own_fields(_besides(parts, values)),
        names=reading.names(parts.repeated["names"], title),
        year=reading.count_of(reading.whole(cells.get("year", ""))),
        format=next(filter(None, formats), None),
        episodes=reading.count_of(reading.whole(cells.get("episodes", ""))),
        changed_at=reading.time_of(cells.get("changed_at")),
        added_at=reading.time_of(cells.get("added_at")),
        doubt=doubt,
        remarks=remarks,
        watched=_days(table, line),
    )


def _days(table: Table, line: list[str]) -> dict[str, int]:
    """Trakt keeps a time for each episode, by season."""
    for name, cell in zip(table.header, line, strict=False):
        if name == "seasons" and cell.startswith("["):
            try:
                return watched.from_seasons(list_json.inner(cell, name))
            except RowError:
                return {}
    return {}


def _parts(table: Table, line: list[str]) -> Parts:
    """The cells of a line by what they mean."""
    parts = Parts({}, {}, {}, {name: [] for name in REPEATED})
    for name, column, cell in zip(table.header, table.columns, line, strict=False):
        if column in REPEATED:
            parts.repeated[column].append(cell)
        elif column and column not in parts.cells:
            parts.named[column] = name
            parts.cells[column] = cell.strip() if column != "notes" else cell
        elif cell.strip():
            first = parts.cells.get(column, "")
            if column and contradicts(column, first, cell, parts.named[column], name):
                raise RowError(f"{name[:50]} appears twice, with different values.")
            parts.others[name] = cell
    return parts


def with_season(title: str, season: str, part: str) -> str:
    """The name with the season and part that other columns say, as "Mob Psycho 100
    Season 2": without them, the row would be taken for the first.
    """
    season, part = numbered(season, "season"), numbered(part, "part")
    if season and not without_season(title)[1]:
        title += " Specials" if season == "0" else f" {season}"
    return f"{title} {part}" if part and not title.endswith(part) else title


def numbered(cell: str, word: str) -> str:
    """ "Season 2" for 2, IV, S2, Two, "2nd Season"; "" for the first and for none."""
    cell = cell.strip()[:LONGEST_WORD]
    if cell in ("0", "00"):
        return "0" if word == "season" else ""
    # A name before it, for what says nothing but a season is left as it is.
    texts = (f"x {cell}", f"x {word} {cell}", f"x {cell} {word}")
    found = (with_marks(fold(text)).removeprefix("x ") for text in texts)
    mark = next((m for m in found if m.startswith(word) and MARK.fullmatch(m)), "")
    number = mark.removeprefix(word)
    if number == "final":
        return f"Final {word.capitalize()}"
    return f"{word.capitalize()} {number}" if number not in ("", "1") else ""


def _doubt(table: Table, parts: Parts, ids: dict[str, str]) -> str:
    cells = parts.cells
    has_other_id = any(cell.strip() for cell in parts.repeated["screen"])
    # Yamtrack's ids that are no anime site's are those of a site of films and shows.
    has_other_id = has_other_id or bool(cells.get("media_id") and not ids)
    return kinds.doubt_of(
        kinds.Said(
            types=parts.repeated["format"],
            categories=parts.repeated["category"],
            source=cells.get("source", ""),
            genres=cells.get("genres", ""),
            has_id=bool(ids.keys() - {"simkl"}),
            is_of_screen=has_other_id,
            is_mixed=table.is_mixed,
            is_simkl=table.is_simkl,
        )
    )


def _besides(parts: Parts, values: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """What the row says for which there is no column here."""
    yield from parts.others.items()
    cells = parts.cells
    is_kept = {
        "source": "media_id" not in cells,
        "genres": True,
        "season_number": True,
        "part": True,
        "link": not LINK.search(cells.get("link", "")),
        "rewatching": values.get("state") != "rewatching"
        and cells.get("rewatching", "").strip().lower() not in NO | NOTHING | {"0"},
    }
    for column, cell in cells.items():
        if cell and is_kept.get(column):
            yield parts.named[column], cell


def contradicts(
    column: str, first: str, second: str, name: str, other_name: str
) -> bool:
    """Of two columns of one meaning. Under other names they may yet mean two things: a
    site's rating next to one's own; numbers of episodes seen do not.
    """
    first, second = first.strip(), second.strip()
    is_same = name.strip().lower() == other_name.strip().lower()
    are_numbers = first.isdecimal() and second.isdecimal()
    is_told = is_same or (column == "progress" and are_numbers)
    return is_told and bool(first) and first != second


def _read_boxes(parts: Parts) -> None:
    """Columns `watched`, `started`, `finished` may be boxes to tick. Where there is no
    status they say it.
    """
    status = ""
    for column, meant in BOXES.items():
        box = parts.cells.get(column, "").lower()
        name = reading.bare_word(parts.named.get(column, ""))
        is_box = column != "progress" or name == "watched"
        if box not in YES | NO or not is_box:
            continue
        del parts.cells[column]
        status = meant if box in YES else status
    if status and not parts.cells.get("status"):
        parts.cells["status"] = status


def _ids(cells: Cells, types: list[str]) -> dict[str, str]:
    """Ids of sites, by their own columns, by `media_id` and its source, by addresses.

    Before it named sources, Yamtrack had anime of MyAnimeList alone. `anime_id` of a
    table without titles is MyAnimeList's, as here.
    """
    found: list[tuple[str, object]] = []
    for site in NUMBERED_SITES & cells.keys():
        found += _ids_of_link(cells[site]) or [(site, cells[site])]
    site = kinds.ANIME_SITES.get(kinds.bare(cells.get("source", "")), "")
    if "source" not in cells and any(map(kinds.says_anime, types)):
        site = "mal"
    found.append((site, cells.get("media_id")))
    found.append(("mal", cells.get("anime_id")))
    found += _ids_of_link(cells.get("link", ""))
    return reading.ids(found)


def _ids_of_link(cell: str) -> list[tuple[str, object]]:
    if not (found := LINK.search(cell)):
        return []
    parts = {name: text for name, text in found.groupdict().items() if text}
    if "manga" in parts.values():
        raise NotAnimeError("mangas and books", "a manga")
    return [
        (SITES_OF_LINK.get(name, name), text)
        for name, text in parts.items()
        if not name.endswith("_kind")
    ]


def _values(
    cells: Cells, table: Table, *, is_anime: bool
) -> tuple[dict[str, object], list[str]]:
    """The columns that the cells state, and remarks on them.

    An empty cell says nothing, but in texts, tags, dates and scores, nothing.
    """
    progress, remarks = _progress(cells)
    values = reading.stated(
        progress=progress,
        rewatches=reading.number(_count(cells.get("rewatches")), "rewatches"),
        priority=_priority(cells.get("priority", "")),
        is_private=reading.flag(cells.get("is_private"), "private"),
    )
    if "score" in cells:
        values["score"], said = marks.score_of(
            _known(cells["score"]), table.best, table.stars
        )
        remarks += said
    if "notes" in cells:
        values["notes"] = reading.notes(cells["notes"])
    if "tags" in cells:
        values["tags"] = reading.tags(words_of(cells["tags"]))
    dates, said = _dates(cells, table.order)
    values |= dates
    again = reading.flag(_known(cells.get("rewatching", "")), "rewatching")
    status = reading.status(_known(cells.get("status", "")), is_anime=is_anime)
    found, more = reading.with_rewatch(status, again)
    if found:
        values["type"], values["state"] = found
    return values, [*remarks, *said, *more]


def _dates(cells: Cells, order: str | None) -> tuple[dict[str, str], list[str]]:
    """Days of start and finish. One cell may hold both, as a range."""
    texts = {
        column: _known(cells[column])
        for column in ("started_on", "finished_on")
        if column in cells
    }
    first, last = days.span(texts.get("started_on", ""))
    if not last:
        first, last = days.span(_known(cells.get("dates", "")))
    if last:
        texts["started_on"] = first
        texts["finished_on"] = texts.get("finished_on") or last
    dates, remarks = {}, []
    for column, text in texts.items():
        dates[column], said = days.day_of(text, column, order)
        remarks += said
    return dates, remarks


def _known(cell: str) -> str:
    return "" if cell.strip().lower() in NOTHING else cell


def _count(cell: str | None) -> str | None:
    return cell and reading.whole(_known(cell))


def _priority(cell: str) -> int | None:
    """A number, or a word as MyAnimeList has them."""
    word = PRIORITIES.get(cell.strip().lower())
    if word is not None:
        return word
    return reading.number(_count(cell), "priority", HIGHEST_PRIORITY)


def _progress(cells: Cells) -> tuple[int | None, list[str]]:
    """Episodes watched; "12 / 26" says the total too, "S01E12" is the last one seen."""
    cell = _known(cells.get("progress", ""))
    if "progress" not in cells and SEEN_OF_ALL.fullmatch(cells.get("episodes", "")):
        cell = cells.pop("episodes")
    watched, _, total = re.sub(r"(?<=\d)\s+of\s+(?=\d)", "/", cell).partition("/")
    if total and not cells.get("episodes"):
        cells["episodes"] = total.strip()
    if PERCENT.fullmatch(watched.strip()):
        return None, [f"{cell} is not a number of episodes: it is not used."]
    if found := EPISODE.fullmatch(watched.strip()):
        if int(found["season"] or 1) > 1:
            return None, [
                f"{cell} counts within a later season, so it is not used as progress."
            ]
        watched = found["number"] or found["count"]
    return reading.number(reading.whole(watched), "progress"), []


def words_of(cell: str) -> list[str]:
    """Tags with commas between, quoted where they have one; else ; or | between."""
    if "," not in cell and '"' not in cell:
        return re.split(r"[;|]", cell)
    return quoted(cell, skipinitialspace=True)


def quoted(cell: str, **how: Any) -> list[str]:
    try:
        return next(csv.reader([cell], strict=True, **how), [])
    except csv.Error:
        raise RowError(
            "The tags cannot be told apart: there is a line break between them, or a "
            "quote that is not closed."
        ) from None
