"""The search history over HTTP."""

from typing import Any

import django_filters as filters
from django.conf import settings
from rest_framework.request import Request

from animecollections.api.conditional import etag_of, unless_held
from animecollections.api.errors import invalid, refuse
from animecollections.api.existing_client import is_existing_client
from animecollections.api.filtering import Since, TypedFilterSet, Until
from animecollections.api.ids import parse_id
from animecollections.api.paging import page
from animecollections.api.parameters import WHEN, Wanted
from animecollections.api.rendering import Answer, answer
from animecollections.api.schema import documented, paging, query
from animecollections.api.shapes import either, nullable
from animecollections.identity import Account
from history.idempotency.views import IdempotentViewSet
from history.searches import services as searches
from history.searches.models import Search
from history.searches.serializers import (
    SearchInput,
    SearchOutput,
    to_json,
    whole_history,
)
from history.searches.services import NewSearch

TAGS = ["Search history"]
ORDERINGS = {"timestamp": "searched_at"}
MAX_AT_ONCE = 500
A_SEARCH = {
    "id": "019ab0c4-7a31-7c3e-9d0b-6f2f4f5f8a11",
    "query": "naruto",
    "timestamp": "2026-11-23T09:30:00Z",
    "type": "animes",
    "appliedFilters": {"genre": "action"},
    "totalResults": 12,
}
# A site for the existing client answers its browsers {"data": […]}, any app […].
SEARCHES: Any = SearchOutput(many=True)
if settings.EXISTING_CLIENT:
    SEARCHES = either(SEARCHES, {"data": SEARCHES})


class Containing(filters.Filter):
    def filter(self, rows: Any, text: str) -> Any:
        return rows.containing(text)


class SearchFilters(TypedFilterSet):
    search = Containing()
    type = filters.Filter("type")
    since = Since("searched_at")
    until = Until("searched_at")


class SearchHistoryViewSet(IdempotentViewSet):
    accepts_array = True
    max_body = 1024 * 1024

    @documented(
        "The saved searches, newest first.",
        name="getSearches",
        scope="history:read",
        tags=TAGS,
        data=SEARCHES,
        meta={"next_cursor?": nullable(str)},
        parameters=[
            query(
                "search", str, "Only searches that contain this text.", max_length=500
            ),
            query(
                "type",
                str,
                "Only searches of this type, such as `animes`.",
                max_length=50,
            ),
            query("since", WHEN, "At or after this time or day."),
            query("until", WHEN, "At or before this time or day."),
            *paging(),
        ],
        errors=["invalid_cursor"],
        examples={"one search": [A_SEARCH]},
        etag=True,
    )
    def list(self, request: Request) -> Answer:
        at = self.account.revisions
        is_nested = is_existing_client(request)
        zone = self.account.timezone
        etag = unless_held(
            request, etag_of(request, at.epoch, at.parts["searches"], zone, is_nested)
        )
        shown, meta = found(self.account, self.wanted)
        data = {"data": shown} if is_nested else shown
        return answer(data, meta=meta, headers={"ETag": etag})

    @documented(
        "Saves a search.",
        name="saveSearch",
        description="An array of up to 500 is read too. Saving the same search again "
        "moves it to the top. The newest 200 are kept; none, if the user's "
        "preferences turn it off.",
        scope="history:write",
        tags=TAGS,
        body=SearchInput,
        data={"message": str},
        body_examples={
            "a search": {"query": "naruto", "type": "animes", "totalResults": 12}
        },
        examples={"saved": {"message": "Search history saved"}},
    )
    def create(self, request: Request) -> Answer:
        new = read_searches(request.data)
        if self.account.tracks_searches:
            searches.save(user_id=self.user_id, searches=new, through=self.through)
        return answer({"message": "Search history saved"})

    @documented(
        "Deletes all searches.",
        name="clearSearches",
        scope="history:write",
        tags=TAGS,
        data={"message": str},
        examples={"deleted": {"message": "Search history deleted"}},
    )
    def clear(self, request: Request) -> Answer:
        searches.clear(user_id=self.user_id, through=self.through)
        return answer({"message": "Search history deleted"})

    @documented(
        "Deletes one search.",
        name="deleteSearch",
        scope="history:write",
        tags=TAGS,
        data={"message": str},
        errors=["search_not_found"],
        examples={"deleted": {"message": "Search deleted"}},
    )
    def destroy(self, request: Request, search_id: str) -> Answer:
        searches.remove(
            user_id=self.user_id,
            search_id=parse_id(search_id),
            through=self.through,
        )
        return answer({"message": "Search deleted"})


def found(
    account: Account, wanted: Wanted
) -> tuple[list[dict[str, object]], dict[str, Any]]:
    if not wanted:
        return whole_history(account.id), {}
    mine = Search.objects.of(account.id)
    rows = SearchFilters.narrow(mine, wanted, account.timezone)
    shown, meta = page(rows, wanted, orderings=ORDERINGS, default="-timestamp")
    return [to_json(row) for row in shown], meta


def read_searches(body: object) -> list[NewSearch]:
    """One search or an array of them; with a mistake in one, none is taken."""
    bodies = body if isinstance(body, list) else [body]
    if len(bodies) > MAX_AT_ONCE:
        raise refuse(searches=f"Send at most {MAX_AT_ONCE} searches at once.")
    serializer = SearchInput(data=bodies, many=True)
    if not serializer.is_valid():
        wrong = serializer.errors
        raise invalid(wrong if isinstance(body, list) else wrong[0])
    return [item["search"] for item in serializer.validated_data]
