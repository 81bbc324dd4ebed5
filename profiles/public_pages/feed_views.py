"""Feeds of what others see, over HTTP: what was added last, the same for everybody."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from rest_framework.request import Request

from animecollections.api.ids import parse_id
from animecollections.api.schema import documented
from animecollections.scopes import OPEN
from profiles.accounts.people import user_named
from profiles.public_pages import feeds, person_reads
from profiles.public_pages.views import cache_control_of
from profiles.sharing.owners import Look, look_at
from profiles.sharing.public_views import TAGS, ForOthers
from profiles.sharing.viewers import viewer_of

LANGUAGE = "en"  # of the few words in them
NAMES = {"rss": "RSS", "json": "JSON Feed 1.1"}


def feed(of: str, name: str, format_name: str) -> Callable[[Any], Any]:
    media_type = feeds.FORMATS[format_name].media_type.partition(";")[0]
    return documented(
        f"What somebody put on {of} last, as {NAMES[format_name]}.",
        name=f"{name}{format_name.capitalize()}",
        description="The last 50, the newest first. 404 too where not everybody sees "
        "their history, because the order tells of days.",
        scope=OPEN,
        tags=TAGS,
        files={media_type: str if format_name == "rss" else dict},
        errors=["not_found"],
        etag=True,
    )


class PersonFeedsViewSet(ForOthers):
    authentication_classes = []

    def cache_control(self, request: Request, response: HttpResponseBase) -> str:
        return cache_control_of(response)

    def look(self, user_name: str) -> Look:
        owner_id = user_named(user_name)
        return look_at(owner_id, viewer_of(self, owner_id), (), self.wanted)

    @feed("their watch list", "getPersonsFeed", "rss")
    def watch_list_rss(self, request: Request, user_name: str) -> HttpResponse:
        return self.watch_list(user_name, "rss")

    @feed("their watch list", "getPersonsFeed", "json")
    def watch_list_json(self, request: Request, user_name: str) -> HttpResponse:
        return self.watch_list(user_name, "json")

    @feed("a list", "getPersonsListFeed", "rss")
    def list_rss(self, request: Request, user_name: str, list_id: str) -> HttpResponse:
        return self.list_items(user_name, parse_id(list_id), "rss")

    @feed("a list", "getPersonsListFeed", "json")
    def list_json(self, request: Request, user_name: str, list_id: str) -> HttpResponse:
        return self.list_items(user_name, parse_id(list_id), "json")

    def watch_list(self, user_name: str, format_name: str) -> HttpResponse:
        with self.limits():
            look = self.look(user_name)
            entries = person_reads.newest_entries(look)
        return self.written(feeds.of_watch_list(look.user_name, entries), format_name)

    def list_items(
        self, user_name: str, list_id: UUID, format_name: str
    ) -> HttpResponse:
        with self.limits():
            look = self.look(user_name)
            about, items = person_reads.newest_items(look, list_id)
        return self.written(feeds.of_list(look.user_name, about, items), format_name)

    def written(self, told: feeds.Told, format_name: str) -> HttpResponse:
        title, page, items = told
        etag = self.etag([title, [asdict(item) for item in items]], {})
        address = f"{settings.PUBLIC_URL}{self.request.path}"
        feed = feeds.Feed(
            title, f"{settings.PUBLIC_URL}{page}", address, LANGUAGE, items
        )
        form = feeds.FORMATS[format_name]
        return HttpResponse(form.write(feed), form.media_type, headers={"ETag": etag})
