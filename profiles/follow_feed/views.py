"""The feed over HTTP."""

from django.utils.crypto import salted_hmac
from rest_framework.request import Request

from animecollections.api.conditional import etag_of, unless_held
from animecollections.api.rendering import Answer, answer, enveloped
from animecollections.api.schema import Example, documented, paging
from animecollections.api.shapes import nullable
from animecollections.api.views import ApiViewSet
from animecollections.db.statements import limited
from profiles.follow_feed import examples
from profiles.follow_feed.reads import MOST, PER_PAGE, FeedItemAnswer, feed
from profiles.following.reads import followed_by

TAG_SALT = "animecollections.follow_feed"


class FollowFeedViewSet(ApiViewSet):
    throttle_scope = "others"

    @documented(
        "What those did whom the asker follows, the newest first.",
        name="getFeed",
        description="Of who shows their profile and history to followers: what they "
        "did to entries that a follower sees. What one does to a title is one item, "
        "until six hours pass without more. Imports, undone, private and `quiet` "
        "writes are not in it. A page may have fewer items than asked for, or none, "
        "while there is more: go on as long as there is a `next_cursor`.",
        scope="following:read",
        tags=["Following"],
        data=[FeedItemAnswer],
        meta={"next_cursor": nullable(str)},
        parameters=paging(PER_PAGE, MOST),
        errors=["invalid_cursor"],
        examples={"one": Example([examples.ITEM], {"next_cursor": None})},
        etag=True,
    )
    def list(self, request: Request) -> Answer:
        with limited(is_visitor=False):
            items, meta = feed(
                self.user_id,
                followed_by(self.user_id),
                self.wanted,
                hides_mature=self.asker.hides_mature,
            )
        # Of what was read, after it was decided who sees it; without the cursor, which
        # has the time at which it was made.
        has_more = meta["next_cursor"] is not None
        content = enveloped(items, {"next_cursor": has_more})
        seen = salted_hmac(TAG_SALT, content, algorithm="sha256").hexdigest()
        etag = unless_held(request, etag_of(request, seen))
        return answer(items, meta=meta, headers={"ETag": etag})
