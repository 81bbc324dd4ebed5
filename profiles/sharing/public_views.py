"""What others see of a person, over HTTP: for everybody, by name or by a link.

A sign-in says here which mature titles are seen, whether its user follows, and whether
one blocks the other; and no more: an owner sees what others see (all of it is at
/api/user/…), and no token more than it was given.
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any

from django.http.response import HttpResponseBase
from django.utils.crypto import salted_hmac
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request

from animecollections.api.conditional import etag_of, unless_held
from animecollections.api.errors import ApiError
from animecollections.api.ids import parse_id
from animecollections.api.rendering import Answer, answer, enveloped
from animecollections.api.schema import Example, documented, paging, query
from animecollections.api.shapes import nullable
from animecollections.api.views import FOR_ALL, ApiViewSet
from animecollections.db.statements import limited
from animecollections.scopes import OPEN
from collections_app.models import EntryType
from collections_app.watch_list.for_others import PER_PAGE
from profiles.accounts.people import user_named
from profiles.sharing import comparing, examples, reads, services
from profiles.sharing import shown_serializers as shapes
from profiles.sharing.fields import named_by
from profiles.sharing.models import Share, SharedThing
from profiles.sharing.owners import Look, look_at
from profiles.sharing.parameters import OF_LISTS, ORDERING, PAGES, YEARS
from profiles.sharing.viewers import viewer_of

TAGS = ["Sharing"]
# A cache may hold it, but asks each time whether it is still so: what becomes private
# is gone at once, also from a CDN.
FOR_ALL_IF_STILL_SO = "public, no-cache"
TAG_SALT = "animecollections.seen"
PAGED = (SharedThing.LIST, SharedThing.TYPE)
NEXT = {"next_cursor?": nullable(str)}
OF_BOTH = query(
    "type",
    str,
    "Only titles that both have in this type; the numbers of meta are of all. "
    "`To Watch`: what both plan.",
    enum=EntryType.values,
)


class ForOthers(ApiViewSet):
    """No search engine lists what not everybody sees."""

    permission_classes = [AllowAny]
    is_public = True
    throttle_scope = "others"

    def cache_control(self, request: Request, response: HttpResponseBase) -> str:
        said = super().cache_control(request, response)
        return FOR_ALL_IF_STILL_SO if said == FOR_ALL else said

    def finalize_response(
        self, request: Request, response: Any, *args: object, **kwargs: object
    ) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        if not response["Cache-Control"].startswith("public"):
            response["X-Robots-Tag"] = "noindex"
        return response

    def limits(self) -> AbstractContextManager[None]:
        return limited(is_visitor=not self.request.user.is_authenticated)

    def etag(self, data: object, meta: Mapping[str, object], *shape: object) -> str:
        """Of what was read, so that a 304 is said only to who may still see it, and
        tells of nothing that they do not see: a tag of where the owner's log stands
        would tell each private write. Keyed: nobody tries out what it might be of.

        Without the cursor, which has the time at which it was signed.
        shape: what else shapes the answer.
        """
        has_more = meta.get("next_cursor") is not None
        content = enveloped(data, {**meta, "next_cursor": has_more})
        seen = salted_hmac(TAG_SALT, content, algorithm="sha256").hexdigest()
        tag = etag_of(self.request, self.asker.hides_mature, seen, *shape)
        return unless_held(self.request, tag)


class PeopleViewSet(ForOthers):
    def look(self, user_name: str) -> Look:
        owner_id = user_named(user_name)
        return look_at(owner_id, viewer_of(self, owner_id), (), self.wanted)

    def seen(self, user_name: str, read: Any, *which: object) -> Answer:
        with self.limits():
            data, meta = read(self.look(user_name), *which)
        return answer(data, meta=meta, headers={"ETag": self.etag(data, meta)})

    @documented(
        "Somebody's profile.",
        name="getPerson",
        description="404 if nobody has this user name, or it is not for everyone: "
        "that is the same here, and below.",
        scope=OPEN,
        tags=TAGS,
        data=shapes.PROFILE,
        errors=["not_found"],
        examples={"a profile": examples.PROFILE},
        etag=True,
    )
    def retrieve(self, request: Request, user_name: str) -> Answer:
        return self.seen(user_name, reads.profile)

    @documented(
        "What is seen of somebody's watch list.",
        name="getPersonsList",
        description="Entries of the types that are for everyone, without private ones; "
        "mature titles by the viewer's own control.",
        scope=OPEN,
        tags=TAGS,
        data=shapes.ENTRIES,
        meta=NEXT,
        parameters=OF_LISTS,
        errors=["not_found", "invalid_cursor"],
        examples={"an entry": Example([examples.ENTRY], {"next_cursor": None})},
        etag=True,
    )
    def watch_list(self, request: Request, user_name: str) -> Answer:
        return self.seen(user_name, reads.watch_list)

    @documented(
        "The lists that somebody made and shows to everyone.",
        name="getPersonsLists",
        scope=OPEN,
        tags=TAGS,
        data=shapes.LISTS,
        errors=["not_found"],
        examples={"one": [examples.LIST]},
        etag=True,
    )
    def lists(self, request: Request, user_name: str) -> Answer:
        return self.seen(user_name, reads.lists)

    @documented(
        "What is on one of them, in its order; the list itself is in meta.",
        name="getPersonsListItems",
        scope=OPEN,
        tags=TAGS,
        data=shapes.ITEMS,
        meta={"list": shapes.SharedListOutput(), **NEXT},
        parameters=PAGES,
        errors=["not_found", "invalid_cursor"],
        examples={
            "a title": Example(
                [examples.ITEM], {"list": examples.LIST, "next_cursor": None}
            )
        },
        etag=True,
    )
    def list_items(self, request: Request, user_name: str, list_id: str) -> Answer:
        return self.seen(user_name, reads.list_and_titles, parse_id(list_id))

    @documented(
        "Somebody's statistics.",
        name="getPersonsStatistics",
        description="As `getStatistics`, counted without what the viewer may not see; "
        "with days where the history is for everyone too.",
        scope=OPEN,
        tags=TAGS,
        data=shapes.STATISTICS,
        errors=["not_found"],
        examples={"a list": examples.STATS},
        etag=True,
    )
    def stats(self, request: Request, user_name: str) -> Answer:
        return self.seen(user_name, reads.statistics)

    @documented(
        "Somebody's year in review.",
        name="getPersonsYear",
        scope=OPEN,
        tags=TAGS,
        data=shapes.YEAR,
        errors=["not_found"],
        examples={"a year": examples.YEAR},
        etag=True,
    )
    def year(self, request: Request, user_name: str, year: int) -> Answer:
        if not YEARS["minimum"] <= year <= YEARS["maximum"]:
            raise ApiError("not_found")
        return self.seen(user_name, reads.year_in_review, year)


class CompareViewSet(ForOthers):
    permission_classes = [IsAuthenticated]
    is_public = False

    @documented(
        "The own list next to what is seen of somebody's.",
        name="compareWithPerson",
        description="Titles of both, by title. `affinity` is Pearson's correlation of "
        f"the scores of both, times 100; null below {comparing.FEWEST_SCORES} of them, "
        "or where somebody gave all the same score. Nothing that is private counts.",
        scope=["following:read", "list:read"],
        tags=TAGS,
        data=[comparing.ComparedTitle],
        meta={"comparison": comparing.Comparison, **NEXT},
        parameters=[OF_BOTH, *paging(comparing.PER_PAGE)],
        errors=["not_found", "invalid_cursor"],
        examples={
            "a title": Example(
                [examples.COMPARED],
                {"comparison": examples.COMPARISON, "next_cursor": None},
            )
        },
    )
    def retrieve(self, request: Request, user_name: str) -> Answer:
        owner_id = user_named(user_name)
        with self.limits():
            look = look_at(owner_id, viewer_of(self, owner_id), (), self.wanted)
            titles, meta = comparing.compare(look, self.user_id)
        return answer(titles, meta=meta)


class ForLinks(ForOthers):
    is_public = False  # an address that is secret is no matter of caches

    def look(self, share: Share) -> Look:
        wanted = dict(self.wanted)
        page_size: int | None = PER_PAGE
        if share.max_uses is not None:
            wanted = {k: v for k, v in wanted.items() if k not in ("limit", "cursor")}
            page_size = None
        if share.of == SharedThing.TYPE:
            wanted["type"] = [share.which]
        viewer = viewer_of(self, share.user_id, services.link_of(share))
        named = named_by(share.fields)
        return look_at(share.user_id, viewer, named, wanted, page_size)

    def spend(self, share: Share) -> None:
        """Once all is read: what took too long has cost no use."""
        is_next_page = "cursor" in self.wanted and share.of in PAGED
        is_whole = share.max_uses is not None
        if self.request.method != "HEAD" and (is_whole or not is_next_page):
            services.spend(share)


class SharedViewSet(ForLinks):
    @documented(
        "What a link leads to.",
        name="getShared",
        description="404 for a link that is none, has ended or is used up. `ordering` "
        "is for links to a type; `limit` and `cursor` for those to a type or a list. A "
        "link that is answered a number of times answers whole, in one page. Pages "
        "after the first, 304 and HEAD are not counted.",
        scope=OPEN,
        tags=TAGS,
        data=shapes.SHOWN,
        meta=NEXT,
        parameters=[ORDERING, *PAGES],
        errors=["not_found", "invalid_cursor"],
        examples={"a type": examples.SHOWN},
        etag=True,
    )
    def retrieve(self, request: Request, token: str) -> Answer:
        with self.limits():
            share = services.find(token)
            look = self.look(share)
            shown, meta = reads.by_link(look, share)
        shown = {"of": share.of, "user_name": look.user_name} | shown
        etag = self.etag(shown, meta)
        self.spend(share)
        return answer(shown, meta=meta, headers={"ETag": etag})
