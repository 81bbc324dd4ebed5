"""bangumi-data (CC BY 4.0): begin and end, weekly times, streaming sites, names.

https://github.com/bangumi-data/bangumi-data: data.json, one document with `siteMeta`
and `items`.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from collections_app.catalogue.reader import SourceUnreadable
from collections_app.catalogue.reader.pieces import Cursor
from collections_app.catalogue.reader.records import LONGEST_URL, Refusal, label_of
from collections_app.catalogue.reader.text import Text
from collections_app.source_facts.models import FactKind
from collections_app.source_facts.readers.pieces import (
    Json,
    guarded,
    items,
    keys_of,
    list_of,
    members,
    object_of,
    text_of,
)
from collections_app.source_facts.readers.said import Reader, Said

SITES = {"mal": "mal", "aniList": "anilist", "anidb": "anidb"}
STREAMS = "onair"
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?Z", re.ASCII)
WEEKLY = re.compile(r"R/(?P<start>[0-9T:.Z-]+)/P(?P<days>[1-9][0-9]{0,2})D", re.ASCII)
# Where only the day is known it writes the midnight of Japan (15:00 UTC) or of China
# (16:00). Since it keeps weekly times with care, a weekly show may well air then.
MIDNIGHTS = ("15:00", "16:00")
EXACT_SINCE = 2019
JAPAN = timedelta(hours=9)


def fits(head: str) -> bool:
    return head.lstrip().startswith("{") and '"siteMeta"' in head


def read(text: Text) -> Iterator[Said | Refusal]:
    return guarded(text, read_items(Cursor(text)))


def read_items(cursor: Cursor) -> Iterator[Said | Refusal]:
    sites: Json = {}
    for key in members(cursor):
        if key == "items":
            for place, item in enumerate(items(cursor), start=1):
                yield said(item, place, sites)
        elif key == "siteMeta":
            sites = sites_of(cursor.value())
        else:
            cursor.value()


def sites_of(value: object) -> Json:
    if not isinstance(value, dict):
        raise SourceUnreadable("The source is bangumi-data, but without its sites.")
    return {name: site for name, site in value.items() if isinstance(site, dict)}


def said(item: object, place: int, sites: Json) -> Said | Refusal:
    if not isinstance(item, dict):
        return Refusal(place, "", "it is not an object")
    label = label_of(item.get("title"))
    entries = [one for one in list_of(item, "sites") if isinstance(one, dict)]
    ids = keys_of(
        [
            (SITES[site], entry.get("id"))
            for entry in entries
            if (site := text_of(entry, "site")) in SITES
        ]
    )
    if not ids:
        return Refusal(place, label, "it has no id of a known site")
    values: dict[FactKind, object] = {
        FactKind.AIRING: airing(item) or None,
        FactKind.NAMES: names(item) or None,
        FactKind.LINKS: links(item, entries, sites) or None,
    }
    return Said(place, label, ids, values)


def airing(item: Json) -> Json:
    begin, end = time_of(text_of(item, "begin")), time_of(text_of(item, "end"))
    every = WEEKLY.fullmatch(text_of(item, "broadcast"))
    start = time_of(every["start"]) if every else None
    found: Json = {}
    if start and every:
        days = int(every["days"])
        found["broadcast"] = {
            "start": moment(start, is_weekly=True),
            "every_days": days,
        }
    if begin:
        found["begin"] = moment(begin, is_weekly=start == begin)
    if begin and end and end >= begin:
        found["end"] = last_begins(begin, end, start, every)
    return found


def last_begins(
    begin: datetime,
    end: datetime,
    start: datetime | None,
    every: re.Match[str] | None,
) -> str:
    """`end` is when the last episode is over. With regular times it is known when it
    began; else its day is.
    """
    if end - begin < timedelta(hours=12):
        return moment(begin, is_weekly=False)
    if start and every and start < end:
        between = timedelta(days=int(every["days"]))
        last = start + (end - start - timedelta(minutes=1)) // between * between
        if end - last < timedelta(hours=3):
            return moment(last, is_weekly=True)
    return day_of(end - timedelta(minutes=1))


def time_of(text: str) -> datetime | None:
    if not TIME.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC, second=0, microsecond=0)
    except ValueError:
        return None


def moment(at: datetime, *, is_weekly: bool) -> str:
    """At the minute where that can be meant, else the day in Japan."""
    if f"{at:%H:%M}" in MIDNIGHTS and not (is_weekly and at.year >= EXACT_SINCE):
        return day_of(at)
    return f"{at:%Y-%m-%dT%H:%M:00Z}" if at.year >= 1000 else day_of(at)


def day_of(at: datetime) -> str:
    try:
        return (at + JAPAN).date().isoformat()
    except OverflowError:
        return at.date().isoformat()


def names(item: Json) -> Json:
    found: dict[str, Any] = {}
    if (language := text_of(item, "lang")) and (title := text_of(item, "title")):
        found[language] = [title]
    for language, texts in object_of(item, "titleTranslate").items():
        if isinstance(texts, list):
            found[language] = [*found.get(language, []), *texts]
    return found


def links(item: Json, entries: list[Json], sites: Json) -> list[Json]:
    found: list[Json] = []
    if official := text_of(item, "officialSite"):
        found.append({"site": "official", "name": "Official site", "url": official})
    for entry in entries:
        site = text_of(entry, "site")
        about = object_of(sites, site)
        if about.get("type") == STREAMS and (url := address_of(entry, about)):
            regions = entry.get("regions", about.get("regions", []))
            begins = time_of(text_of(entry, "begin"))
            link = {
                "site": site,
                "name": text_of(about, "title") or site,
                "url": url,
                "regions": regions,
                "begins": begins and moment(begins, is_weekly=False),
            }
            found.append(link)
    return found


def address_of(entry: Json, about: Json) -> str:
    if url := text_of(entry, "url"):
        return url
    template, id_ = text_of(about, "urlTemplate"), text_of(entry, "id")
    if not id_ or len(template) + len(id_) > LONGEST_URL:
        return ""
    quoted = quote(id_, safe="/-._~", errors="replace")  # half a character is none
    return template.replace("{{id}}", quoted, 1)


READER = Reader(
    "bangumi-data", "begin, end, weekly times, streaming sites, names", fits, read
)
