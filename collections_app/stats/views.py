"""Statistics over HTTP."""

from rest_framework.request import Request

from animecollections.api.conditional import dated_tag, etag_of
from animecollections.api.errors import refuse
from animecollections.api.rendering import Answer, answer
from animecollections.api.schema import documented, query
from animecollections.api.shapes import either
from animecollections.api.views import ApiViewSet
from animecollections.viewer import Viewer
from collections_app import stats
from collections_app.stats.answers import Statistics, YearInReview
from collections_app.stats.examples import STATISTICS, STATISTICS_OF_YEAR
from collections_app.watch_list import own_titles


class StatisticsViewSet(ApiViewSet):
    @documented(
        "What was watched, how much, and when; with `year`, a year or month in review.",
        name="getStatistics",
        description="Episodes include rewatches. Where the catalogue has no length, "
        "minutes "
        "use the usual length of the format (`minutes_estimated` of them). "
        "`scores` are exact, so that a client can draw them in its own scale. "
        "Totals count every episode; days and streaks those of which the day is "
        "known, months and years those of which at least that is "
        "(`watched_on`). `docs/statistics.md` explains each figure.",
        scope="stats:read",
        tags=["Statistics"],
        data=either(Statistics, YearInReview),
        parameters=[
            query("year", int, "The year to review.", minimum=1900, maximum=2200),
            query("month", int, "A month of that year.", minimum=1, maximum=12),
        ],
        examples={"a list": STATISTICS, "a year": STATISTICS_OF_YEAR},
        etag=True,
    )
    def retrieve(self, request: Request) -> Answer:
        account, at = self.account, self.account.revisions
        year, month = self.wanted.get("year"), self.wanted.get("month")
        if month and not year:
            raise refuse(month="Send the year of this month as well.")
        # Today ends streaks, and the time zone says when it is.
        clock = (account.timezone, account.today)
        tag = etag_of(request, at.epoch, at.parts["list"], *clock)
        titles = own_titles.listed_or_watched
        etag = dated_tag(tag, own_titles.unless_held(request, tag, titles, account))
        id_, viewer = account.id, Viewer.of(account)
        data = (
            stats.of_year(id_, year, month, viewer=viewer, zone=account.timezone)
            if year
            else stats.of_list(id_, viewer=viewer, today=account.today)
        )
        return answer(data, headers={"ETag": etag})
