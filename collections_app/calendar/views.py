"""The calendar over HTTP, for everybody."""

from collections.abc import Collection
from datetime import date

from rest_framework.permissions import AllowAny
from rest_framework.request import Request

from animecollections.api.conditional import etag_of, unless_held
from animecollections.api.errors import ApiError
from animecollections.api.paging import page
from animecollections.api.parameters import A_DAY
from animecollections.api.rendering import Answer, answer
from animecollections.api.schema import Example, documented, paging, query
from animecollections.api.shapes import nullable
from animecollections.api.views import ApiViewSet
from animecollections.db.statements import limited
from animecollections.identity import Account, today_in
from animecollections.scopes import OPEN
from collections_app.calendar.reads import (
    IN_ORDER,
    ORDERINGS,
    PER_PAGE,
    Span,
    Whose,
    airings_in,
    to_json,
)
from collections_app.calendar.serializers import EpisodeAiringOutput
from collections_app.catalogue.queries import revision_for
from collections_app.watch_list.models import EntryType

AN_EPISODE = {
    "anime_id": "57025",
    "title": "Tondemo Skill de Isekai Hourou Meshi 2",
    "imageUrl": "https://img.example.org/57025.jpg",
    "format": "TV",
    "episode": 10,
    "episodes": 12,
    "airs_at": "2026-12-08T15:00:00Z",
    "precision": "minute",
    "estimated": True,
    "day": "2026-12-08",
}


class CalendarViewSet(ApiViewSet):
    permission_classes = [AllowAny]
    is_public = True

    @documented(
        "Episodes that air, by day.",
        name="getCalendar",
        description="In the order of time, in the time zone of the preferences (of "
        "visitors: UTC). At most 60 days at once. Where only the day or the month is "
        "known, `airs_at` is that. Visitors, and users with parental control, see no "
        "mature titles. `mine` and `type` need the scope `list:read`.",
        scope=OPEN,
        tags=["Calendar"],
        data=EpisodeAiringOutput(many=True),
        meta={
            "from": date,
            "to": date,
            "timezone": str,
            "next_cursor": nullable(str),
        },
        parameters=[
            query("from", A_DAY, "The first day; today if absent."),
            query("to", A_DAY, "The last day; six days later if absent."),
            query(
                "mine",
                str,
                "`true`: only titles on your list that were not dropped.",
                enum=["true"],
            ),
            query(
                "type",
                str,
                "Only titles on your list of these types.",
                enum=EntryType.values,
                many=True,
            ),
            *paging(PER_PAGE, PER_PAGE),
        ],
        errors=["invalid_cursor", "not_signed_in"],
        examples={
            "a week": Example(
                [AN_EPISODE],
                {
                    "from": "2026-12-07",
                    "to": "2026-12-13",
                    "timezone": "Asia/Tokyo",
                    "next_cursor": None,
                },
            )
        },
        etag=True,
    )
    def list(self, request: Request) -> Answer:
        zone = self.asker.timezone
        span, whose = Span.of(self.wanted, zone, today_in(zone)), self.whose()
        etag = unless_held(request, self.etag(span))
        hides_mature = self.asker.hides_mature
        with limited(is_visitor=not isinstance(self.asker, Account)):
            rows, meta = page(
                airings_in(span, hides_mature=hides_mature, whose=whose),
                self.wanted,
                orderings=ORDERINGS,
                default=IN_ORDER,
                limit=PER_PAGE,
            )
        meta |= {"from": span.first, "to": span.last, "timezone": zone}
        data = [to_json(row, zone) for row in rows]
        return answer(data, meta=meta, headers={"ETag": etag})

    @property
    def is_mine(self) -> bool:
        return bool({"mine", "type"} & self.wanted.keys())

    def scopes_needed(self, scopes: Collection[str]) -> Collection[str]:
        return ("list:read",) if self.is_mine else scopes

    def whose(self) -> Whose | None:
        if not self.is_mine:
            return None
        user = self.asker
        if not isinstance(user, Account):
            raise ApiError("not_signed_in")
        return Whose(user.id, self.wanted.get("type", ()))

    def etag(self, span: Span) -> str:
        """Of the catalogue, of what the user hides, and of the list where it shows."""
        parts = [span, self.asker.hides_mature, revision_for(self.asker)]
        if self.is_mine:
            at = self.account.revisions
            parts += [at.epoch, at.parts["list"]]
        return etag_of(self.request, *parts)
