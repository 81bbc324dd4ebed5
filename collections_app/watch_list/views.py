"""The watch list over HTTP."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils import timezone
from orjson import Fragment
from rest_framework.request import Request

from animecollections.api.conditional import (
    NotModified,
    dated_tag,
    dates_held,
    etag_of,
    precondition,
    unless_held,
)
from animecollections.api.errors import refuse
from animecollections.api.existing_client import is_existing_client
from animecollections.api.paging import page
from animecollections.api.parameters import Wanted
from animecollections.api.rendering import Answer, answer, enveloped
from animecollections.api.response_cache import bodies
from animecollections.api.schema import (
    Example,
    Refusal,
    documented,
    header,
    query,
)
from animecollections.api.shapes import nullable
from animecollections.api.shuffling import shuffle_tag, with_random
from animecollections.api.sparse_fields import chosen_fields, only
from collections_app.catalogue.airing import first_change, minute_of, this_minute
from collections_app.catalogue.refs import AnimeRef, parse_anime_id
from collections_app.catalogue.title_orders import with_names
from collections_app.own_lists.reads import list_named, lists_by_title, titles_on
from collections_app.watch_list import own_titles
from collections_app.watch_list import writes as watch_list
from collections_app.watch_list.entries import Row, airing_of, with_lists
from collections_app.watch_list.examples import COUNTS, ENTRY
from collections_app.watch_list.filters import (
    DEFAULT_OF_VIEW,
    DEFAULT_ORDERING,
    ORDERINGS,
    PARAMETERS,
    VIEWS,
    EntryFilters,
    is_relative,
)
from collections_app.watch_list.models import EntryQuerySet, EntryType, WatchListEntry
from collections_app.watch_list.serializers import (
    AddedOutput,
    AddInput,
    ChangeOutput,
    CountsOutput,
    EntryOutput,
    ListedEntryOutput,
    RemovedOutput,
    RemoveInput,
    WarningOutput,
    by_word,
)
from collections_app.watch_list.smart_lists import entries_found, in_time
from collections_app.watch_list.whole_list import is_whole, whole_list
from history.idempotency.views import IdempotentViewSet
from history.log.cursors import Cursor

TAGS = ["Watch list"]
# Notes of two titles that became one, each emoji in twelve bytes.
LARGEST_ENTRY = 256 * 1024
LISTS_SCOPE = "lists:read"
IF_MATCH = header(
    "If-Match",
    'The revision you saw, `"41"`, or the ETag of the GET; 412 if it moved on. `*`: '
    "only if it is listed.",
)
IF_NONE_MATCH = header(
    "If-None-Match", "`*`: only if it is not on the list yet, else 412."
)
ENTRY_CHANGED = Refusal(
    "revision_mismatch",
    "EntryChanged",
    {"entry": nullable(EntryOutput)},
    {"entry": ENTRY},
)
TOLD = {
    "changes?": ChangeOutput(many=True),
    "warnings?": WarningOutput(many=True),
    "operation_id?": UUID,
}


class WatchListViewSet(IdempotentViewSet):
    max_body = LARGEST_ENTRY

    def scopes_needed(self, scopes: Collection[str]) -> Collection[str]:
        return (*scopes, LISTS_SCOPE) if asks_of_lists(self.wanted) else scopes

    @documented(
        "The whole list, or a part of it by filters.",
        name="getWatchList",
        description="`list` and `view=lists` need the scope `lists:read` too.",
        scope="list:read",
        tags=TAGS,
        data=ListedEntryOutput(many=True),
        meta={
            "cursor": str,
            "next_cursor?": nullable(str),
            "counts?": by_word(EntryType),
        },
        parameters=PARAMETERS,
        errors=["invalid_cursor", "list_not_found"],
        examples={"a list": Example([ENTRY], {"cursor": "WzE3LDQxLDNd:…"})},
        etag=True,
    )
    def list(self, request: Request) -> Answer:
        view = self.wanted.get("view") or usual_view(request)
        tag, titles_as_at = self.list_tag(request, view)
        dated = dated_tag(tag, titles_as_at)
        if (kept := bodies.lasting(dated, this_minute())) is None:
            data, meta, until = self.entries(view, titles_as_at)
            etag = dated_tag(tag, titles_as_at, until)
            kept = etag, enveloped(data, meta)
            bodies.keep_until(until, dated, *kept)
        etag, body = kept
        return Answer(body, headers={"ETag": etag})

    def entries(self, view: str, titles_as_at: int) -> tuple[Any, dict[str, Any], int]:
        """What is asked for of the list, as JSON or to be made JSON; its meta; and the
        minute at which time changes it.
        """
        wanted, at = self.wanted, self.account.revisions
        # Of the list's own revision, and of its titles': the same body under the same
        # ETag, and never ahead of the rows, which are read a moment later.
        cursor = {"cursor": str(Cursor(at.epoch, at.parts["list"], titles_as_at))}
        if is_whole(wanted):
            array, until = whole_list(self.user_id, view=view, at=at)
            return Fragment(array), cursor, until
        mine = WatchListEntry.objects.of(self.user_id)
        name = wanted.get("list")
        asked = list_named(self.user_id, name) if name else None
        with in_time(asked["rules"] if asked else {}):
            entries, until = self.narrowed(mine, view, asked)
            rows, meta = page_of(entries, view, wanted)
        if "counts" in wanted:
            meta["counts"] = mine.counts()["by_type"]
        until = first_change([until, *(airing_of(row).until for row in rows)])
        if view == "lists":
            rows = with_lists(rows, lists_by_title(self.user_id))
        return shaped(rows, view, wanted), meta | cursor, until

    def narrowed(
        self, mine: EntryQuerySet, view: str, asked: dict[str, Any] | None
    ) -> tuple[EntryQuerySet, int]:
        """By the filters too; and the minute at which another entry belongs in it."""
        narrowed = EntryFilters.narrow(mine, self.wanted, self.account.timezone)
        if asked:
            narrowed = self.on_list(narrowed, asked)
        if view != "up_next":
            return narrowed, 0
        if "unaired" in self.wanted:
            return narrowed.up_next(), 0
        now = timezone.now()
        waiting = narrowed.up_next().next_airing(now)
        return narrowed.up_next().aired(now), minute_of(waiting)

    def on_list(self, entries: EntryQuerySet, asked: dict[str, Any]) -> EntryQuerySet:
        user_id, zone = self.user_id, self.account.timezone
        if rules := asked["rules"]:
            return entries_found(entries, rules, user_id, zone=zone)
        return entries.filter(anime_id__in=titles_on(user_id, asked["id"]))

    @documented(
        "Adds an anime, or moves it to another type.",
        name="addEntry",
        description="An anime added again within 24 hours of its removal gets its old "
        "values back (`fresh: true` starts from zero). Fields that are not sent "
        "keep their value; null clears.",
        scope="list:write",
        tags=TAGS,
        body=AddInput,
        data=AddedOutput,
        meta=TOLD,
        parameters=[IF_MATCH, IF_NONE_MATCH],
        errors=["anime_not_found", "ambiguous_id", ENTRY_CHANGED],
        examples={
            "added": Example(
                {"message": "Anime added to watch list", "entry": ENTRY},
                {"operation_id": "0ea1f1bc-95a4-4e0f-8d0e-9d9b6ff65c8a"},
            )
        },
        body_examples={"an anime": {"animeId": 1535, "type": "Watching"}},
    )
    def create(self, request: Request) -> Answer:
        values = self.read_body(AddInput)
        outcome = watch_list.add(
            user_id=self.user_id,
            anime=values.pop("animeId"),
            fresh=values.pop("fresh"),
            watched_on=values.pop("watched_on", None),
            quiet=values.pop("quiet", False),
            values=values,
            only_if=precondition(request),
            today=self.account.today,
            through=self.through,
        )
        message = "Anime added to watch list"
        return answer({"message": message, "entry": outcome.entry}, meta=outcome.meta)

    @documented(
        "Removes an anime; `removed` is 0 when it was not listed.",
        name="removeFromWatchList",
        scope="list:write",
        tags=TAGS,
        body=RemoveInput,
        data=RemovedOutput,
        meta={"operation_id?": UUID},
        parameters=[
            query(
                "animeId",
                str,
                "Instead of the body, because some proxies drop it.",
                keep_empty=True,
            ),
            IF_MATCH,
        ],
        errors=["anime_not_found", "ambiguous_id", ENTRY_CHANGED],
        examples={
            "removed": {"message": "Anime removed from watch list", "removed": 1}
        },
        body_examples={"an anime": {"animeId": 1535}},
    )
    def destroy(self, request: Request) -> Answer:
        outcome = watch_list.remove(
            user_id=self.user_id,
            anime=which_anime(request.data, self.wanted),
            only_if=precondition(request),
            today=self.account.today,
            through=self.through,
        )
        message = "Anime removed from watch list"
        return answer(
            {"message": message, "removed": outcome.removed}, meta=outcome.meta
        )

    @documented(
        "The number of entries of each type and state.",
        name="getCounts",
        scope="list:read",
        tags=TAGS,
        data=CountsOutput,
        examples={"counts": COUNTS},
        etag=True,
    )
    def counts(self, request: Request) -> Answer:
        at = self.account.revisions
        etag = unless_held(request, etag_of(request, at.epoch, at.parts["list"]))
        counts = WatchListEntry.objects.of(self.user_id).counts()
        return answer(counts, headers={"ETag": etag})

    def list_tag(self, request: Request, view: str) -> tuple[str, int]:
        """The tag, unless what it is of is held; and the revision of the catalogue
        since when no title of this list changed.
        """
        at, minute = self.account.revisions, this_minute()
        zone = self.account.timezone  # says when the day of added_since begins
        if asks_of_lists(self.wanted):
            zone = f"{zone} {at.parts['lists']}"
        if is_relative(self.wanted) or "list" in self.wanted:
            zone = f"{zone} {self.account.today}"
        if (shuffled := shuffle_tag(self.wanted)) is not None:
            zone = f"{zone} {shuffled}"
        if asks_of_catalogue(self.wanted):
            tag = etag_of(request, at.epoch, at.parts["list"], zone, view, at.catalogue)
            for _, held in dates_held(request, tag, minute):
                raise NotModified(held)
            return tag, at.catalogue
        tag = etag_of(request, at.epoch, at.parts["list"], zone, view)
        titles = own_titles.listed
        return tag, own_titles.unless_held(request, tag, titles, self.account, minute)


def asks_of_lists(wanted: Wanted) -> bool:
    return "list" in wanted or wanted.get("view") == "lists"


def asks_of_catalogue(wanted: Wanted) -> bool:
    """Abbreviations, and how many lists have a title, are no facts of titles; the rules
    of a smart list may ask for either.
    """
    has_parts = bool({"search", "list"} & wanted.keys())
    return has_parts or "popularity" in wanted.get("ordering", "")


def usual_view(request: Request) -> str:
    return "card" if is_existing_client(request) else ""


def shaped(rows: Sequence[Any], view: str, wanted: Wanted) -> list[dict[str, Any]]:
    """Rows as JSON in the view asked for, and only the fields asked for."""
    shape, keys = VIEWS[view]
    return only(chosen_fields(wanted, keys), [shape(row) for row in rows])


def page_of(
    entries: EntryQuerySet, view: str, wanted: Wanted
) -> tuple[list[Row], dict[str, Any]]:
    named = with_names(entries.with_popularity(), "anime__")
    rows: Any = with_random(named, wanted, "anime_id").rows()
    default = DEFAULT_OF_VIEW.get(view, DEFAULT_ORDERING)
    return page(rows, wanted, orderings=ORDERINGS, default=default)


def which_anime(body: Mapping[str, object], wanted: Wanted) -> AnimeRef:
    """Body or query, for proxies drop the body of a DELETE; both must agree."""
    given = {
        parse_anime_id(value)
        for value in (body.get("animeId"), wanted.get("animeId"))
        if value is not None
    }
    if not given:
        raise refuse(animeId="Send animeId.")
    if len(given) > 1:
        raise refuse(animeId="Body and query name different anime: send one.")
    return given.pop()
