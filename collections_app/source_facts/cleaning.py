"""From what a file says to what is stored: types looked at, everything bounded.

What cannot be kept is left out, and `flaws` says why; the rest of the row counts. No
database.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from typing import Any, TypeVar, get_args
from zoneinfo import available_timezones as read_timezones

from animecollections.api.errors import ApiError
from collections_app.catalogue.reader.records import (
    ADDRESS,
    FORBIDDEN,
    LONGEST_NAME,
    LONGEST_URL,
    MOST_EPISODES,
    MOST_MINUTES,
    YEARS,
    clean_text,
    kind_of,
)
from collections_app.catalogue.refs import OWN, parse_anime_id
from collections_app.source_facts.models import FactKind
from collections_app.source_facts.values import Moment, Precision, RelationType

Json = dict[str, Any]
T = TypeVar("T")

LONGEST_DESCRIPTION = 10_000
MOST_ITEMS = {
    FactKind.NAMES: 40,  # languages
    FactKind.LINKS: 100,
    FactKind.RELATIONS: 200,
    FactKind.EPISODES: 3000,
    FactKind.TRAILERS: 20,
    FactKind.REDIRECTS: 200,
    FactKind.SEASONS: 300,
}
MOST_NAMES = 20  # of a language
MOST_IDS = 10  # of one other title
MOST_REGIONS = 60
MOST_VOTES = 2_000_000_000
MOST_DAYS = 366  # between episodes
MOST_RATIO = 1000
JAPAN = timedelta(hours=9)  # ahead of UTC; days are its own
RELATION_TYPES = frozenset(get_args(RelationType))
DATABASES = frozenset({"tvdb", "tmdb", "tmdb_movie", "imdb"})
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}", re.ASCII)
SITE = re.compile(r"[a-z0-9][a-z0-9_.-]{0,39}", re.ASCII)
REGION = re.compile(r"[A-Z]{2}", re.ASCII)
DATABASE_ID = re.compile(r"(tt)?[0-9]{1,10}", re.ASCII)
TIME = re.compile(
    r"(\d{4}-\d\d-\d\d)T(\d\d):(\d\d)(?::\d\d(?:\.\d{1,6})?)?(?:Z|\+00:00)", re.ASCII
)
DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
MONTH = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])", re.ASCII)
YEAR = re.compile(r"\d{4}", re.ASCII)


@cache
def available_timezones() -> set[str]:
    """Read once: it walks folders."""
    return read_timezones()


class Flaw(Exception):  # noqa: N818 - says what is wrong
    """Why a value, or one item of a list, is left out."""


def clean(kind: FactKind, said: object, flaws: list[str]) -> Json | None:
    """The value that is stored; None where nothing of it can be kept."""
    try:
        return CLEAN[kind](said, flaws) or None
    except Flaw as flaw:
        flaws.append(f"{kind.value}: {flaw}")
        return None


# --- The kinds -----------------------------------------------------------------------


def airing(said: object, flaws: list[str]) -> Json:
    parts = {
        "begin": optional(moment),
        "end": optional(moment),
        "broadcast": optional(broadcast),
        "episodes": optional(number(1, MOST_EPISODES)),
    }
    value = fields(said, parts, flaws, "airing")
    begin, end = value.get("begin"), value.get("end")
    if begin and end and is_before(end, begin):
        flaws.append("airing: it ends before it begins")
        del value["end"]
    return value


def is_before(one: Moment, other: Moment) -> bool:
    """As far as both are known: times by the minute, else by their days in Japan."""
    if one["precision"] == other["precision"]:
        return one["at"] < other["at"]
    day, than = day_in_japan(one), day_in_japan(other)
    return day < than[: len(day)]


def day_in_japan(moment: Moment) -> str:
    if moment["precision"] != "minute":
        return moment["at"]
    return (datetime.fromisoformat(moment["at"]) + JAPAN).date().isoformat()


def broadcast(said: object) -> Json:
    parts = an_object(said)
    start = moment(parts.get("start"))
    if start["precision"] not in ("minute", "day"):
        raise Flaw("`start` needs a day at least")
    every = number(1, MOST_DAYS)(parts.get("every_days", 7))
    zone = optional(zone_name)(parts.get("zone"))
    kept: Json = {"start": start, "every_days": every}
    return kept | ({"zone": zone} if zone else {})


def names(said: object, flaws: list[str]) -> Json:
    kept: dict[str, list[str]] = {}
    for language, texts in list(an_object(said).items())[: MOST_ITEMS[FactKind.NAMES]]:
        try:
            word(LANGUAGE, "a language, such as zh-Hans")(language)
            found = [name(text) for text in a_list(texts)[:MOST_NAMES]]
        except Flaw as flaw:
            flaws.append(f"names: {flaw}")
            continue
        if found:
            kept[language] = list(dict.fromkeys(found))
    return {"names": kept} if kept else {}


def description(said: object, flaws: list[str]) -> Json:
    if isinstance(said, str):
        said = {"text": said}
    parts = an_object(said)
    text = parts.get("text")
    if not isinstance(text, str):
        raise Flaw(f"`text` is {kind_of(text)}, text is expected")
    lines = [
        clean_text(FORBIDDEN.sub("", line)) or ""
        for line in text[:LONGEST_DESCRIPTION].splitlines()
    ]
    whole = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
    if text and not whole:
        raise Flaw("`text` has nothing that can be kept")
    language = word(LANGUAGE, "a language, such as en")(parts.get("language", "en"))
    return {"text": whole, "language": language} if whole else {}


def votes(said: object, flaws: list[str]) -> Json:
    parts = an_object(said)
    mean = parts.get("mean")
    if isinstance(mean, bool) or not isinstance(mean, int | float | Decimal):
        raise Flaw(f"`mean` is {kind_of(mean)}, a number is expected")
    if not 0 <= mean <= 10:
        raise Flaw("`mean` is not between 0 and 10")
    count = number(1, MOST_VOTES)(parts.get("count"))
    return {"mean": round(float(mean), 2), "count": count}


def link(said: object) -> Json:
    parts = an_object(said)
    site = word(SITE, "a word for a site, such as crunchyroll")(parts.get("site"))
    kept: Json = {
        "site": site,
        "name": name(parts.get("name") or site),
        "url": address(parts.get("url")),
        "regions": regions(parts.get("regions")),
    }
    begins = optional(moment)(parts.get("begins"))
    return kept | ({"begins": begins} if begins else {})


def relation(said: object) -> Json:
    parts = an_object(said)
    type_ = parts.get("type")
    if not isinstance(type_, str) or type_ not in RELATION_TYPES:
        raise Flaw(f"`type` is none of {', '.join(sorted(RELATION_TYPES))}")
    return {"type": type_, "ids": ids(parts.get("ids"))}


def episode(said: object) -> Json:
    parts = an_object(said)
    kept: Json = {"number": number(0, MOST_EPISODES)(parts.get("number"))}
    for key, read in (
        ("title", name),
        ("airs", moment),
        ("minutes", number(1, MOST_MINUTES)),
    ):
        if (value := optional(read)(parts.get(key))) is not None:
            kept[key] = value
    return kept


def trailer(said: object) -> Json:
    parts = an_object(said)
    site = word(SITE, "a word for a site, such as youtube")(parts.get("site"))
    return {"site": site, "url": address(parts.get("url"))}


def redirect(said: object) -> Json:
    parts = an_object(said)
    return {**ranges(parts), "ids": ids(parts.get("ids"))}


def season(said: object) -> Json:
    parts = an_object(said)
    database = parts.get("database")
    if not isinstance(database, str) or database not in DATABASES:
        raise Flaw(f"`database` is none of {', '.join(sorted(DATABASES))}")
    kept: Json = {
        "database": database,
        "id": word(DATABASE_ID, "a number there, or tt and a number")(parts.get("id")),
        "season": optional(number(0, 10_000))(parts.get("season")),
        **ranges(parts),
    }
    ratio = optional(number(-MOST_RATIO, MOST_RATIO))(parts.get("ratio"))
    return kept | ({"ratio": ratio} if ratio not in (None, -1, 0, 1) else {})


def ranges(parts: Json) -> Json:
    count = number(0, MOST_EPISODES)
    kept: Json = {
        "first": count(parts.get("first")),
        "last": optional(count)(parts.get("last")),
        "to_first": count(parts.get("to_first")),
        "to_last": optional(count)(parts.get("to_last")),
    }
    for first, last in (("first", "last"), ("to_first", "to_last")):
        if kept[last] is not None and kept[last] < kept[first]:
            raise Flaw(f"`{last}` is before `{first}`")
    return kept


def listed(
    kind: FactKind, read: Callable[[object], Json], key: str = ""
) -> Callable[[object, list[str]], Json]:
    """A kind that is a list: the items that can be kept, each once by its `key`."""

    def clean_list(said: object, flaws: list[str]) -> Json:
        kept: dict[object, Json] = {}
        items = a_list(said)
        if len(items) > MOST_ITEMS[kind]:
            flaws.append(f"{kind.value}: more than {MOST_ITEMS[kind]}")
        for item in items[: MOST_ITEMS[kind]]:
            try:
                value = read(item)
            except Flaw as flaw:
                flaws.append(f"{kind.value}: {flaw}")
            else:
                kept.setdefault(value[key] if key else repr(value), value)
        found = list(kept.values())
        if kind == FactKind.EPISODES:
            found.sort(key=lambda one: int(one["number"]))
        return {kind.value: found} if found else {}

    return clean_list


CLEAN: dict[FactKind, Callable[[object, list[str]], Json]] = {
    FactKind.AIRING: airing,
    FactKind.NAMES: names,
    FactKind.LINKS: listed(FactKind.LINKS, link, "url"),
    FactKind.RELATIONS: listed(FactKind.RELATIONS, relation),
    FactKind.DESCRIPTION: description,
    FactKind.VOTES: votes,
    FactKind.EPISODES: listed(FactKind.EPISODES, episode, "number"),
    FactKind.TRAILERS: listed(FactKind.TRAILERS, trailer, "url"),
    FactKind.REDIRECTS: listed(FactKind.REDIRECTS, redirect),
    FactKind.SEASONS: listed(FactKind.SEASONS, season),
}


# --- Their parts ---------------------------------------------------------------------


def fields(
    said: object,
    parts: Mapping[str, Callable[[object], object]],
    flaws: list[str],
    of: str,
) -> Json:
    """The parts of an object that can be kept; null is the same as left out."""
    kept: Json = {}
    values = an_object(said)
    for key, read in parts.items():
        try:
            if (value := read(values.get(key))) is not None:
                kept[key] = value
        except Flaw as flaw:
            flaws.append(f"{of}: `{key}`: {flaw}")
    return kept


def moment(said: object) -> Moment:
    """A time in UTC, a day, a month or a year, as text; or what is stored of one."""
    text = said.get("at") if isinstance(said, dict) else said
    if not isinstance(text, str):
        raise Flaw(f"{kind_of(text)} in place of a time")
    precision = precision_of(text)
    if precision is None or not YEARS[0] <= int(text[:4]) <= YEARS[1]:
        raise Flaw(f"{shown(text)} is not a time in UTC, a day, a month or a year")
    if precision != "minute":
        return {"at": text, "precision": precision}
    day, hour, minute = TIME.fullmatch(text).groups()  # type: ignore[union-attr]
    return {"at": f"{day}T{hour}:{minute}:00Z", "precision": "minute"}


def precision_of(text: str) -> Precision | None:
    try:
        if found := TIME.fullmatch(text):
            date.fromisoformat(found[1])
            datetime.combine(date.min, time(int(found[2]), int(found[3])), UTC)
            return "minute"
        if DAY.fullmatch(text):
            date.fromisoformat(text)
            return "day"
    except ValueError:
        return None
    if MONTH.fullmatch(text):
        return "month"
    return "year" if YEAR.fullmatch(text) else None


def number(lowest: int, highest: int) -> Callable[[object], int]:
    def read(said: object) -> int:
        if isinstance(said, bool) or not isinstance(said, int | float | Decimal):
            raise Flaw(f"{kind_of(said)} in place of a number")
        if not lowest <= said <= highest or said != int(said):
            raise Flaw(f"not a whole number from {lowest} to {highest}")
        return int(said)

    return read


def optional(read: Callable[[object], T]) -> Callable[[object], T | None]:
    return lambda said: None if said is None else read(said)


def word(pattern: re.Pattern[str], what: str) -> Callable[[object], str]:
    def read(said: object) -> str:
        if not isinstance(said, str) or not pattern.fullmatch(said):
            raise Flaw(f"{shown(said)} is not {what}")
        return said

    return read


def zone_name(said: object) -> str:
    if not isinstance(said, str) or said not in available_timezones():
        raise Flaw(f"{shown(said)} is not a time zone, such as Asia/Tokyo")
    return said


def name(said: object) -> str:
    if not isinstance(said, str):
        raise Flaw(f"{kind_of(said)} in place of a name")
    text = clean_text(said)
    if not text or len(text) > LONGEST_NAME:
        raise Flaw(f"{shown(said)} is not a name that can be kept")
    return text


def address(said: object) -> str:
    if not isinstance(said, str) or len(said) > LONGEST_URL:
        raise Flaw("`url` is not an address that can be kept")
    text = said.strip()
    if not ADDRESS.fullmatch(text) or FORBIDDEN.search(text):
        raise Flaw(f"{shown(text)} is not an http address")
    return text


def regions(said: object) -> list[str]:
    found = [] if said is None else a_list(said)[:MOST_REGIONS]
    read = word(REGION, "a country, such as JP")
    return sorted({read(region) for region in found})


def ids(said: object) -> list[str]:
    """Sites' ids of another title, such as mal:5."""
    found = [site_id(text) for text in a_list(said)[:MOST_IDS]]
    if not found:
        raise Flaw("`ids` is empty")
    return list(dict.fromkeys(found))


def site_id(said: object) -> str:
    """The form in which an id is kept; a number of ours names no title elsewhere."""
    try:
        ref = parse_anime_id(said)
    except ApiError:
        ref = None
    if ref is None or ref.site == OWN:
        raise Flaw(f"{shown(said)} is not an id at a known site, such as mal:5")
    return str(ref)


def an_object(said: object) -> Json:
    if not isinstance(said, dict):
        raise Flaw(f"{kind_of(said)} in place of an object")
    return said


def a_list(said: object) -> list[object]:
    if not isinstance(said, list):
        raise Flaw(f"{kind_of(said)} in place of a list")
    return said


def shown(said: object) -> str:
    if not isinstance(said, str):
        return kind_of(said)
    return "".join(each if each.isprintable() else "\ufffd" for each in said[:60])
