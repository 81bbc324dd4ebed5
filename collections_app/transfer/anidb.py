"""AniDB's mylist, in its export template `xml-plain-cs`: what one has, file by file.

    <MyList><User Name Date AnimeCount/>
     <Anime Id Name Eps YearStart TypeName MyWatchedEps MyVote MyTmpVote MyVoteDate>
      <Ep EpNo StateIsWatched><File LDate ViewDate/></Ep>…</Anime>…</MyList>

Read only. It has no statuses: how many of the normal episodes were watched says them.
EpNo of the others begins with a letter (S special, C credits, T trailer, P parody,
O other). Votes are 1–10, "NaN" is none; a temporary one is given before the end.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from xml.parsers import expat

from . import reading
from .list_xml import DEEPEST, Fields, feed, no_doctype
from .mal import miscounts
from .mending import undisguised
from .reading import COMPLETED, OWNED, WATCHING
from .records import ListFile, Record, RowError, UnsupportedFileError
from .watched import BEFORE_ALL, Days

NAME = "csv"
LABEL = "AniDB"

ROOT = "MyList"
HEADER = {"User", "GenreN"}
# Without ways back (++), like transfer.WEB_PAGE. Other templates have <mylist>.
BEGINNING = re.compile(
    rb"(?:\s++|<\?[^>]{0,200}+>|<!--(?:[^-]|-(?!->)){0,9999}+-->){0,20}+"
    rb"<mylist[\s>]",
    re.IGNORECASE,
)
NORMAL = re.compile(r"[0-9]{1,6}", re.ASCII)
USED = {
    "Id", "Name", "Eps", "YearStart", "TypeName", "TitleJapKanji", "TitleEng",
    "MyWatchedEps", "MyVote", "MyVoteDate", "MyTmpVote", "MyTmpVoteDate",
}  # fmt: skip
NO_VOTE = {"", "NaN", "-", "0"}
FORMATS = {"Web": "ONA"}  # that are called otherwise here


def recognises(data: bytes) -> bool:
    return BEGINNING.match(data) is not None


def read(data: bytes) -> ListFile:
    """Raises UnsupportedFileError for what is damaged, or of another template."""
    mylist = MyList()
    feed(mylist.parser, data, lambda: len(mylist.rows.taken))
    header = mylist.header
    return ListFile(
        NAME,
        mylist.rows.of(LABEL),
        exported_at=reading.time_of(header.get("Date")),
        warnings=list(miscounts(header.get("AnimeCount", ""), mylist.rows)),
        owner=reading.shown_title(header.get("Name", "")),
        score_format="10.0",
    )


@dataclass(slots=True)
class Title:
    """One <Anime> as it is read; times are texts of ISO 8601, which sort.

    watched:   when each normal episode was first watched, "" if no file says it.
    is_viewed: whether anything of it was watched, specials too.
    """

    tag: str
    fields: Fields
    watched: dict[str, str] = field(default_factory=dict)
    is_viewed: bool = False
    last_viewed: str = ""
    added: str = ""

    def view(self, episode: str, time: str) -> None:
        self.is_viewed = True
        self.last_viewed = max(self.last_viewed, time)
        if NORMAL.fullmatch(episode):
            number = episode.lstrip("0")
            times = filter(None, (self.watched.get(number), time))
            self.watched[number] = min(times, default="")

    def add(self, time: str) -> None:
        self.added = min(filter(None, (self.added, time)), default="")


class MyList:
    """What the parser has seen. Memory is that of one title, besides the rows."""

    def __init__(self) -> None:
        self.rows = reading.Rows()
        self.header: Fields = {}
        self._path: list[str] = []
        self._title = Title("", {})
        self._episode = ""
        self.parser = expat.ParserCreate("utf-8")
        self.parser.StartDoctypeDeclHandler = no_doctype
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end

    def _start(self, tag: str, fields: Fields) -> None:
        self._path.append(tag)
        depth = len(self._path)
        if depth == 1 and tag != ROOT:
            raise UnsupportedFileError(
                "This is another template of AniDB's export: choose “xml-plain-cs” "
                "there, and send that file."
            )
        if depth == 2:
            used = {name: fields[name] for name in USED & fields.keys()}
            self._title = Title(tag, used)
            if tag == "User":
                self.header = fields
        elif depth == 3 and tag == "Ep":
            self._episode = fields.get("EpNo", "").strip()
            if fields.get("StateIsWatched") == "1":
                self._title.view(self._episode, "")
        elif self._path[2:] == ["Ep", "File"]:
            self._title.add(fields.get("LDate", ""))
            if time := fields.get("ViewDate", ""):
                self._title.view(self._episode, time)
        elif depth > DEEPEST:
            raise UnsupportedFileError("This XML nests deeper than any list does.")

    def _end(self, tag: str) -> None:
        self._path.pop()
        if len(self._path) == 1 and tag not in HEADER:
            title = self._title
            self.rows.take(partial(_record, title), title.fields.get("Name"))


def _record(title: Title, row: int) -> Record:
    if title.tag != "Anime":
        raise RowError(f"<{title.tag[:50]}> is not a row of an anime list.")
    fields = {name: undisguised(text, name) for name, text in title.fields.items()}
    said = reading.title(fields.get("Name"))
    type_name = fields.get("TypeName", "")
    score, remarks = _score(fields)
    days = _days(title)
    values = _values(title, fields, days)
    other_names = [fields.get("TitleJapKanji"), fields.get("TitleEng")]
    return Record(
        row=row,
        title=said,
        ids=reading.ids([("anidb", fields.get("Id"))]),
        values=values | {"score": score},
        names=reading.names(other_names, said),
        year=reading.count_of(fields.get("YearStart")),
        format=FORMATS.get(type_name) or reading.format_of(type_name),
        episodes=reading.count_of(fields.get("Eps")),
        changed_at=reading.time_of(max(_changes(title, fields))),
        added_at=reading.time_of(title.added),
        watched=days,
        remarks=remarks,
    )


def _values(title: Title, fields: Fields, days: Days) -> dict[str, object]:
    progress = _progress(title, fields)
    episodes = reading.count_of(fields.get("Eps"))
    status = WATCHING if title.is_viewed or progress else OWNED
    if episodes and progress >= episodes:
        status = COMPLETED
    values: dict[str, object] = {"progress": progress}
    values["type"], values["state"] = status
    # A day that is missing may be the first or the last.
    if days and "" not in days:
        values["started_on"] = min(days)
        if status == COMPLETED:
            values["finished_on"] = max(days)
    return values


def _progress(title: Title, fields: Fields) -> int:
    """As AniDB counts it; its episodes may say more, and never say less."""
    counted = reading.number(fields.get("MyWatchedEps"), "MyWatchedEps") or 0
    return max(counted, len(title.watched))


def _days(title: Title) -> Days:
    """Of the normal episodes; those without a day are of an unknown one. Where none has
    a day, nothing is said.
    """
    days = Counter(map(_day, title.watched.values()))
    if not any(days):
        return {}
    rest = _progress(title, title.fields) - days.total()
    if rest > 0:
        days[""] += rest
    return dict(days)


def _day(time: str) -> str:
    day = reading.date_text(time, "ViewDate")
    return "" if day.startswith(BEFORE_ALL) else day


def _changes(title: Title, fields: Fields) -> Iterator[str]:
    yield title.last_viewed
    yield fields.get("MyVoteDate", "")
    yield fields.get("MyTmpVoteDate", "")


def _score(fields: Fields) -> tuple[int | None, list[str]]:
    """The vote, else the temporary one, and a remark where it is finer than tenths."""
    for name in ("MyVote", "MyTmpVote"):
        text = fields.get(name, "").strip()
        if text not in NO_VOTE:
            points = reading.decimal(text, name) or 0
            kept = round(points * 10)
            if abs(points * 10 - kept) < 1e-6:
                return reading.score(text, name, 10, 10), []
            score = reading.score(kept / 10, name, 10, 10)
            return score, [f"The score {text} is stored as {kept / 10:g}."]
    return None, []
