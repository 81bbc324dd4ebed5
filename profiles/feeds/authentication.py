"""The secret in the address of a feed, as a sign-in that may read that feed alone."""

from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from animecollections.api.errors import ApiError
from animecollections.api.throttling import RateThrottle
from animecollections.identity import Account, SignIn
from profiles.feeds.services import find

READS_FEED = frozenset(("feeds",))


class FeedAuthentication(BaseAuthentication):
    """404 for a secret that is none, or none any more; such tries are counted."""

    def authenticate(self, request: Request) -> tuple[Account, SignIn]:
        found = find(request.parser_context["kwargs"]["secret"])
        if found is None:
            RateThrottle().check_refused(request)
            raise ApiError("feed_not_found")
        account, feed = found
        request._request.feed = feed  # type: ignore[attr-defined]
        return account, SignIn("token", str(feed.id), scopes=READS_FEED)
