"""Feeds over HTTP: what a person does with them, and what programs read."""

from typing import Any, cast

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone
from rest_framework.request import Request

from animecollections.api.conditional import etag_of, unless_held
from animecollections.api.ids import parse_id
from animecollections.api.rendering import Answer, answer
from animecollections.api.schema import documented
from animecollections.api.views import ApiViewSet
from animecollections.identity import SignIn
from collections_app.calendar.reads import Span, Whose, airings_in
from profiles.accounts.proofs import require_fresh_proof
from profiles.accounts.views import NeverStored
from profiles.feeds import services as feeds
from profiles.feeds.authentication import FeedAuthentication
from profiles.feeds.formats import FORMATS, NAME
from profiles.feeds.models import Feed
from profiles.feeds.serializers import FeedInput, FeedOutput, MadeFeedOutput

TAGS = ["Calendar"]
Json = dict[str, Any]
A_FEED = {
    "id": "019ab0f2-6a3c-7c1e-9f55-0242ac120004",
    "name": "Phone",
    "types": ["Watching"],
    "created_at": "2026-11-30T09:30:00Z",
    "rotated_at": None,
    "last_used_on": None,
}
SECRET = "550e8400e29b41d4a716446655440000.0gq3x-3pCzR0hY2pWm7uQ4yJc1l5mEw9cBzq0c2w6bM"  # noqa: S105


def urls(secret: str) -> dict[str, str]:
    return {name: f"{settings.PUBLIC_URL}/feeds/{secret}.{name}" for name in FORMATS}


A_NEW_FEED = A_FEED | {"urls": urls(SECRET)}


def feed_to_json(feed: Feed) -> Json:
    return {name: getattr(feed, name) for name in A_FEED}


def made_to_json(made: feeds.Made) -> Json:
    return feed_to_json(made.feed) | {"urls": urls(made.secret)}


class FeedsViewSet(NeverStored):
    @documented(
        "The feeds, oldest first; their addresses are not shown again.",
        name="getFeeds",
        scope="feeds",
        tags=TAGS,
        data=FeedOutput(many=True),
        examples={"one": [A_FEED]},
    )
    def list(self, request: Request) -> Answer:
        rows = Feed.objects.of(self.user_id).oldest_first()
        return answer([feed_to_json(feed) for feed in rows])

    @documented(
        "Makes a feed, and answers its addresses once.",
        name="createFeed",
        description="Each address shows what airs of your list, private entries too: "
        "who has it needs no sign-in. `ics` has two weeks back and three months "
        "ahead; `rss` and `json` have what has aired in 30 days. At most 20 feeds. A "
        "token cannot make one: the address would last longer than the token.",
        scope="account",
        tags=TAGS,
        body=FeedInput,
        data=MadeFeedOutput,
        errors=["proof_needed", "feeds_full"],
        examples={"made": A_NEW_FEED},
        body_examples={"for a phone": {"name": "Phone", "types": ["Watching"]}},
    )
    def create(self, request: Request) -> Answer:
        body = self.read_body(FeedInput)
        require_fresh_proof(request)
        made = feeds.make(
            user_id=self.user_id,
            sign_in=cast("SignIn", request.auth),
            name=body["name"],
            types=body["types"],
        )
        return answer(made_to_json(made))

    @documented(
        "Replaces the addresses of a feed; the ones before end at once.",
        name="rotateFeed",
        scope="account",
        tags=TAGS,
        data=MadeFeedOutput,
        errors=["proof_needed", "feed_not_found"],
        examples={"another": A_NEW_FEED},
    )
    def rotate(self, request: Request, feed_id: str) -> Answer:
        require_fresh_proof(request)
        made = feeds.rotate(
            user_id=self.user_id,
            sign_in=cast("SignIn", request.auth),
            feed_id=parse_id(feed_id),
        )
        return answer(made_to_json(made))

    @documented(
        "Ends a feed at once.",
        name="endFeed",
        scope="feeds",
        tags=TAGS,
        data={"message": str},
        errors=["feed_not_found"],
        examples={"ended": {"message": "Feed ended"}},
    )
    def destroy(self, request: Request, feed_id: str) -> Answer:
        feeds.end(user_id=self.user_id, feed_id=parse_id(feed_id))
        return answer({"message": "Feed ended"})


class FeedViewSet(ApiViewSet):
    """At /feeds, for programs that can send nothing but an address."""

    authentication_classes = [FeedAuthentication]
    throttle_scope = "feed"

    @documented("What airs.", name="readFeed", scope="feeds")
    def retrieve(self, request: Request, secret: str, format_name: str) -> HttpResponse:
        form, account, now = FORMATS[format_name], self.account, timezone.now()
        feed: Feed = request._request.feed  # type: ignore[attr-defined]
        first, last = (account.today + days for days in form.window)
        span = Span(first, last, account.timezone)
        whose = Whose(account.id, feed.types)
        rows = list(airings_in(span, hides_mature=account.hides_mature, whose=whose))
        chosen = form.choose(rows, now)
        etag = unless_held(request, etag_of(request, feed.name, chosen))
        content = form.write(chosen, feed.name or NAME)
        return HttpResponse(content, form.media_type, headers={"ETag": etag})
