"""Statistics over HTTP."""

from rest_framework.request import Request
from rest_framework.response import Response

from animecollections.api.conditional import etag_of, unless_held
from animecollections.api.rendering import answer
from animecollections.api.schema import documented, either, query
from animecollections.api.views import ApiViewSet
from animecollections.viewer import Viewer
from collections_app import stats
from collections_app.stats.answers import Statistics, Year
from collections_app.stats.examples import STATISTICS, STATISTICS_OF_YEAR


class StatisticsViewSet(ApiViewSet):
    @documented(
        "What was watched, how much, and when; with `year`, a year in review.",
        description="Episodes include rewatches. Where the catalogue has no length, "
        "minutes "
        "use the usual length of the format (`minutes_estimated` of them). "
        "`scores` are exact, so that a client can draw them in its own scale. "
        "The day of watching is the day when progress was saved, in the user's "
        "time zone, or for imports the date of finishing. `docs/statistics.md` "
        "explains each figure.",
        scope="stats:read",
        tags=["Statistics"],
        data=either(Statistics, Year),
        parameters=[
            query("year", int, "The year to review.", minimum=1900, maximum=2200)
        ],
        examples={"a list": STATISTICS, "a year": STATISTICS_OF_YEAR},
        etag=True,
    )
    def retrieve(self, request: Request) -> Response:
        account, at = self.account, self.account.revisions
        year = self.wanted.get("year")
        # Today ends streaks, and the time zone says when it is.
        clock = (account.timezone, account.today)
        etag = unless_held(
            request, etag_of(request, at.epoch, at.parts["list"], at.catalogue, *clock)
        )
        id_, viewer = account.id, Viewer.of(account)
        data = (
            stats.of_year(id_, year, viewer=viewer, zone=account.timezone)
            if year
            else stats.of_list(id_, viewer=viewer, today=account.today)
        )
        return answer(data, headers={"ETag": etag})
