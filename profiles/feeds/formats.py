"""What airs as iCalendar, RSS and JSON Feed. No database, no clock: the same episodes
are the same text. Words are few, for readers of every language: “Title 5/12”, and “≈”
where the time is but computed.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import orjson
from django.conf import settings
from django.utils.feedgenerator import Rss201rev2Feed
from icalendar import Calendar, Event

from collections_app.airing.models import uid_of
from collections_app.calendar.reads import airs_at
from collections_app.catalogue.models import Precision

Row = Mapping[str, Any]
NAME = "animecollections"
USUAL_MINUTES = 24
REFRESHED = timedelta(hours=6)
ICS_WINDOW = (timedelta(days=-14), timedelta(days=90))
NEWS_WINDOW = (timedelta(days=-30), timedelta(days=1))
MOST_NEWS = 200


@dataclass(frozen=True)
class Format:
    """window: the days around today. writes: what is asked for, as a file."""

    media_type: str
    window: tuple[timedelta, timedelta]
    choose: Callable[[Sequence[Row], datetime], list[Row]]
    write: Callable[[Iterable[Row], str], bytes]


def to_come(rows: Sequence[Row], now: datetime) -> list[Row]:
    """What has a day: a calendar has no place for a month."""
    return [row for row in rows if row["precision"] != Precision.MONTH]


def news(rows: Sequence[Row], now: datetime) -> list[Row]:
    """What has aired, the newest first."""
    aired = [row for row in rows if row["airs_at"] <= now]
    return aired[::-1][:MOST_NEWS]


def summary(row: Row) -> str:
    number, total = row["number"], row["anime__episodes"]
    text = str(row["anime__title"])
    if total != 1:
        text += f" {number}/{total}" if total else f" {number}"
    return f"{text} ≈" if row["is_estimated"] else text


def address(row: Row) -> str:
    return f"{settings.PUBLIC_URL}/anime/{row['anime_id']}"


def uid(row: Row) -> str:
    return str(uid_of(row["anime_id"], row["number"]))


# --- iCalendar (RFC 5545) -----------------------------------------------------------


def to_ics(rows: Iterable[Row], name: str) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", f"-//{NAME}//airing//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("name", name)  # RFC 7986
    calendar.add("x-wr-calname", name)  # what programs read
    calendar.add("refresh-interval", REFRESHED, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT6H")
    for row in rows:
        calendar.add_component(event(row))
    return bytes(calendar.to_ical())


def event(row: Row) -> Event:
    """In UTC, which each program shows by its own clock. A day where that is all that
    is known.
    """
    made = Event()
    made.add("uid", uid(row))
    made.add("dtstamp", row["changed_at"].astimezone(UTC))
    made.add("last-modified", row["changed_at"].astimezone(UTC))
    made.add("sequence", row["sequence"])
    made.add("summary", summary(row))
    made.add("url", address(row))
    made.add("status", "TENTATIVE" if row["is_estimated"] else "CONFIRMED")
    made.add("transp", "TRANSPARENT")  # nobody is busy for it
    if row["precision"] == Precision.MINUTE:
        begins = row["airs_at"].astimezone(UTC)
        minutes = row["anime__episode_minutes"] or USUAL_MINUTES
        made.add("dtstart", begins)
        made.add("dtend", begins + timedelta(minutes=minutes))
    else:
        made.add("dtstart", date.fromisoformat(row["airs_on"]))
    return made


# --- Feed readers -------------------------------------------------------------------


def to_rss(rows: Iterable[Row], name: str) -> bytes:
    feed = Rss201rev2Feed(title=name, link=f"{settings.PUBLIC_URL}/", description=name)
    for row in rows:
        feed.add_item(
            title=summary(row),
            link=address(row),
            description=airs_at(row),
            unique_id=f"urn:uuid:{uid(row)}",
            unique_id_is_permalink=False,
            pubdate=row["airs_at"].astimezone(UTC),
        )
    return feed.writeString("utf-8").encode()


def to_json_feed(rows: Iterable[Row], name: str) -> bytes:
    """https://www.jsonfeed.org/version/1.1/; `_airing` has what is ours."""
    items = [
        {
            "id": f"urn:uuid:{uid(row)}",
            "url": address(row),
            "title": summary(row),
            "content_text": airs_at(row),
            "date_published": row["airs_at"].astimezone(UTC),
            "_airing": {
                "anime_id": str(row["anime_id"]),
                "episode": row["number"],
                "airs_at": airs_at(row),
                "precision": row["precision"],
                "estimated": row["is_estimated"],
            },
        }
        for row in rows
    ]
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": name,
        "home_page_url": f"{settings.PUBLIC_URL}/",
        "items": items,
    }
    return orjson.dumps(feed, option=orjson.OPT_UTC_Z | orjson.OPT_OMIT_MICROSECONDS)


FORMATS = {
    "ics": Format("text/calendar; charset=utf-8", ICS_WINDOW, to_come, to_ics),
    "rss": Format("application/rss+xml; charset=utf-8", NEWS_WINDOW, news, to_rss),
    "json": Format("application/feed+json", NEWS_WINDOW, news, to_json_feed),
}
