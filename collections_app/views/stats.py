"""Statistics over HTTP."""

from rest_framework.request import Request
from rest_framework.response import Response

from animecollections.api.conditional import etag_of, not_modified
from animecollections.api.rendering import answer
from animecollections.api.schema import documented, either, query
from animecollections.api.views import ApiViewSet
from collections_app import stats
from collections_app.serializers.stats import Statistics, Year

COUNTED = {
    "titles": 1,
    "completed": 1,
    "episodes": 74,
    "minutes": 1702,
    "mean_score": 9.5,
}
DAY = {"day": "2026-10-02", "episodes": 3, "minutes": 69}
MONTH = {"month": "2026-10", "episodes": 37, "minutes": 851}
WEEK = [{"weekday": "monday", "episodes": 3, "minutes": 69}]
STREAK = {"days": 12, "first": "2026-10-02", "last": "2026-10-13"}
DEATH_NOTE = {
    "anime_id": "1535",
    "title": "Death Note",
    "imageUrl": "https://img.example.org/1535.jpg",
}
BREAKDOWNS = {
    "by_format": [{"format": "TV"} | COUNTED],
    "by_genre": [{"genre": "Supernatural"} | COUNTED],
    "by_studio": [{"studio": "Madhouse"} | COUNTED],
    "by_tag": [],
    "by_year": [{"year": 2006} | COUNTED],
}
A_LIST = {
    "as_of": "2026-11-23",
    "totals": {
        "titles": 1,
        "completed": 1,
        "rewatches": 1,
        "episodes": 74,
        "minutes": 1702,
        "minutes_estimated": 0,
        "scored": 1,
        "mean_score": 9.5,
    },
    "scores": [{"score": 9.5, "titles": 1}],
    "by_type": [{"type": "Completed"} | COUNTED],
    "by_state": [{"state": "active"} | COUNTED],
    **BREAKDOWNS,
    "by_year_finished": [{"year": 2026} | COUNTED],
    "watched": {
        "episodes": 37,
        "minutes": 851,
        "days": 12,
        "first": "2026-10-02",
        "last": "2026-10-13",
        "months": [MONTH],
        "weekdays": WEEK,
        "calendar": [DAY],
    },
    "streaks": {"current": None, "longest": STREAK},
}
A_YEAR = {
    "as_of": "2026-11-23",
    "year": 2026,
    "totals": {
        "titles": 1,
        "episodes": 37,
        "minutes": 851,
        "minutes_estimated": 0,
        "days": 12,
        "added": 1,
        "started": 1,
        "finished": 1,
        "scored": 1,
        "mean_score": 9.5,
    },
    "first_watched": DEATH_NOTE | {"day": "2026-10-02"},
    "last_watched": DEATH_NOTE | {"day": "2026-10-13"},
    "most_watched": [DEATH_NOTE | {"episodes": 37, "minutes": 851}],
    "finished": [DEATH_NOTE | {"finished_on": "2026-10-13", "score": 9.5}],
    "busiest_month": MONTH,
    "busiest_day": DAY,
    "longest_streak": STREAK,
    "months": [MONTH],
    "weekdays": WEEK,
    "calendar": [DAY],
    **BREAKDOWNS,
}


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
        examples={"a list": A_LIST, "a year": A_YEAR},
        etag=True,
    )
    def retrieve(self, request: Request) -> Response:
        account, at = self.account, self.account.revisions
        year = self.wanted.get("year")
        # Today ends streaks, and the time zone says when it is.
        clock = (account.timezone, account.today)
        etag = etag_of(request, at.epoch, at.parts["list"], at.catalogue, *clock)
        if (fresh := not_modified(request, etag)) is not None:
            return fresh
        data = (
            stats.of_year(account, year)
            if year
            else stats.of_list(account.id, today=account.today)
        )
        return answer(data, headers={"ETag": etag})
