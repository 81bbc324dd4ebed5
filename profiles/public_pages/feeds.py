"""Lists of others as RSS and JSON Feed: what was added last. No database, no clock: the
same titles are the same text.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
from django.conf import settings
from django.utils.feedgenerator import Rss201rev2Feed

from profiles.public_pages.contexts import address_of
from profiles.public_pages.sections import of_entry, of_item

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Item:
    id: str
    url: str
    title: str
    text: str
    picture: str
    added_at: datetime


@dataclass(frozen=True, slots=True)
class Feed:
    title: str
    page: str
    url: str
    language: str
    items: Sequence[Item]


Told = tuple[str, str, list[Item]]


def of_watch_list(owner: str, entries: Sequence[Json]) -> Told:
    """Its title, its page and what is on it."""
    page = address_of(owner, "/watchList")
    items = [item(page, entry, of_entry(entry)) for entry in entries]
    return owner, page, items


def of_list(owner: str, about: Json, items: Sequence[Json]) -> Told:
    page = address_of(owner, f"/lists/{about['id']}")
    drawn = [item(page, one, of_item(one)) for one in items]
    return f"{about['name']} – {owner}", page, drawn


def item(page: str, row: Json, card: Json) -> Item:
    score = card.get("score")
    said = (card.get("state"), card["line"], f"★ {score}" if score else "")
    return Item(
        id=f"{settings.PUBLIC_URL}{page}#{row['anime_id']}",
        url=f"{settings.PUBLIC_URL}{card['href']}",
        title=card["title"],
        text=" · ".join(filter(None, said)),
        picture=card["picture"],
        added_at=row["added_at"].astimezone(UTC),
    )


def to_rss(feed: Feed) -> bytes:
    made = Rss201rev2Feed(
        title=feed.title,
        link=feed.page,
        description=feed.title,
        language=feed.language,
        feed_url=feed.url,
    )
    for one in feed.items:
        made.add_item(
            title=one.title,
            link=one.url,
            description=one.text,
            unique_id=one.id,
            unique_id_is_permalink=False,
            pubdate=one.added_at,
        )
    return made.writeString("utf-8").encode()


def to_json_feed(feed: Feed) -> bytes:
    """https://www.jsonfeed.org/version/1.1/"""
    items = [
        {
            "id": one.id,
            "url": one.url,
            "title": one.title,
            "content_text": one.text or one.title,
            "date_published": one.added_at,
        }
        | ({"image": one.picture} if one.picture else {})
        for one in feed.items
    ]
    told = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": feed.page,
        "feed_url": feed.url,
        "language": feed.language,
        "items": items,
    }
    return orjson.dumps(told, option=orjson.OPT_UTC_Z | orjson.OPT_OMIT_MICROSECONDS)


@dataclass(frozen=True, slots=True)
class Format:
    media_type: str
    write: Callable[[Feed], bytes]


FORMATS = {
    "rss": Format("application/rss+xml; charset=utf-8", to_rss),
    "json": Format("application/feed+json", to_json_feed),
}
