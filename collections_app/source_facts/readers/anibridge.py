"""AniBridge mappings (MIT): which episodes are which of TVDB, TMDB and IMDb.

https://github.com/anibridge/anibridge-mappings: YAML, or JSON of the same structure: by
`anilist:ID`, then by the season there, from our episodes to theirs. It is read event by
event, so that memory does not grow with the file.
"""

import re
from collections.abc import Iterator
from typing import Any

import yaml

from collections_app.catalogue.reader import SourceBroken, SourceUnreadable
from collections_app.catalogue.reader.records import Refusal
from collections_app.catalogue.reader.text import Text
from collections_app.source_facts.cleaning import shown
from collections_app.source_facts.models import FactKind
from collections_app.source_facts.readers.pieces import Json, keys_of
from collections_app.source_facts.readers.said import Reader, Said

KEY = re.compile(r"^(?:\{\s*)?[\"']?(?:anilist|mal|anidb):[0-9]{1,10}", re.MULTILINE)
DATABASES = {
    "tvdb_show": "tvdb",
    "tmdb_show": "tmdb",
    "tmdb_movie": "tmdb_movie",
    "imdb_movie": "imdb",
}
SEASON = re.compile(r"s([0-9]{1,5})", re.ASCII)
EPISODES = re.compile(
    r"(?P<first>[0-9]{1,6})(?P<dash>-)?(?P<last>[0-9]{1,6})?"
    r"(?:\|(?P<ratio>-?[0-9]{1,4}))?",
    re.ASCII,
)
DEEPEST = 3
MOST_TARGETS = 2000  # of one title, with the episodes of all
MOST_BETWEEN = 2_000_000  # characters in which a text or a comment ends
Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

Events = Iterator[Any]


def fits(head: str) -> bool:
    return KEY.search(head) is not None


class Stream:
    """Text as the parser of YAML reads it, a piece at a time."""

    def __init__(self, text: Text) -> None:
        self.text = text
        self.is_first = True
        self.since_event = 0  # characters

    def events(self) -> Events:
        for event in yaml.parse(self, Loader=Loader):
            self.since_event = 0
            yield event

    def read(self, size: int = 0, /) -> str:
        if not self.is_first and not self.text.more(used=len(self.text.buffer)):
            return ""
        self.is_first = False
        self.since_event += len(self.text.buffer)
        if self.since_event > MOST_BETWEEN:
            raise SourceBroken("The source is YAML with a text that has no end.")
        # What is not UTF-8, or no text at all, no parser of YAML takes.
        piece = self.text.buffer.encode("utf-8", "replace").decode()
        return "".join(each if each.isprintable() or each in "\n\r\t" else "?"
                       for each in piece)  # fmt: skip


def read(text: Text) -> Iterator[Said | Refusal]:
    count = 0
    try:
        for line, key, value in members(Stream(text).events()):
            if not key.startswith("$"):
                count += 1
                yield said(line, key, value)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        message = f"The source is not YAML{where}: {getattr(error, 'problem', error)}."
        raise (SourceBroken if count else SourceUnreadable)(message) from error
    if text.fault:
        raise text.fault


def members(events: Events) -> Iterator[tuple[int, str, object]]:
    """The members of the document's one mapping, each with the line of its key."""
    for event in events:
        if isinstance(event, yaml.MappingStartEvent):
            break
        if isinstance(event, yaml.ScalarEvent | yaml.SequenceStartEvent):
            raise SourceUnreadable("The source is YAML of another structure.")
    for event in events:
        if isinstance(event, yaml.MappingEndEvent):
            return
        if not isinstance(event, yaml.ScalarEvent):
            raise SourceBroken("The source is YAML of another structure.")
        room = iter(range(MOST_TARGETS))
        yield line_of(event), event.value, value_of(next(events), events, 1, room)


def line_of(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 0


def value_of(
    event: yaml.Event, events: Events, depth: int, room: Iterator[int]
) -> object:
    """Texts and mappings of them; an alias could make much of little."""
    if isinstance(event, yaml.ScalarEvent):
        return event.value
    if not isinstance(event, yaml.MappingStartEvent) or depth >= DEEPEST:
        raise SourceBroken("The source is YAML of another structure.")
    found: Json = {}
    for key in events:
        if isinstance(key, yaml.MappingEndEvent):
            break
        if not isinstance(key, yaml.ScalarEvent) or next(room, None) is None:
            raise SourceBroken("The source is YAML of another structure.")
        found[key.value] = value_of(next(events), events, depth + 1, room)
    return found


def said(line: int, key: str, targets: object) -> Said | Refusal:
    site, _, id_ = key.partition(":")
    ids = keys_of([(site, id_)])
    label = shown(key[:40])
    if not ids or not isinstance(targets, dict):
        return Refusal(line, label, "it is not a title of a known site")
    seasons = [one for to in targets.items() for one in seasons_of(*to)]
    return Said(line, label, ids, {FactKind.SEASONS: seasons or None})


def seasons_of(target: str, ranges: object) -> Iterator[Json]:
    """The parts of one season there; nothing of databases that nobody asks for."""
    name, _, rest = target.partition(":")
    database = DATABASES.get(name)
    if database is None or not isinstance(ranges, dict):
        return
    id_, _, scope = rest.partition(":")
    season = SEASON.fullmatch(scope)
    for ours, theirs in ranges.items():
        here, there = EPISODES.fullmatch(ours), EPISODES.fullmatch(str(theirs))
        yield {
            "database": database,
            "id": id_,
            "season": int(season[1]) if season else None,
            **range_of(here, ""),
            **range_of(there, "to_"),
            "ratio": int(there["ratio"]) if there and there["ratio"] else None,
        }


def range_of(found: re.Match[str] | None, prefix: str) -> Json:
    """Without a match nothing: `cleaning` says then what is missing."""
    if found is None:
        return {}
    first = int(found["first"])
    end = int(found["last"]) if found["last"] else None if found["dash"] else first
    return {f"{prefix}first": first, f"{prefix}last": end}


READER = Reader("anibridge", "episodes of TVDB, TMDB and IMDb", fits, read)
