"""The diary over HTTP."""

from uuid import UUID

from rest_framework.request import Request

from animecollections.api.conditional import etag_of, precondition, unless_held
from animecollections.api.ids import parse_id
from animecollections.api.rendering import Answer, answer
from animecollections.api.schema import Refusal, documented, header, paging, query
from animecollections.api.shapes import nullable
from collections_app.diary import services as diary
from collections_app.diary.reads import PER_PAGE, diary_of
from collections_app.diary.serializers import (
    WatchedCorrectionInput,
    WatchedInput,
    WatchedOutput,
)
from collections_app.watch_list.serializers import DayNow
from history.idempotency.views import IdempotentViewSet

TAGS = ["Diary"]
META = {"operation_id?": UUID}
IF_MATCH = header("If-Match", 'The revision you saw, `"41"`; 412 if it moved on.')
A_DAY = {
    "id": "019ab0f2-6a3c-7c1e-9f55-0242ac120003",
    "anime_id": "1535",
    "title": "Death Note",
    "imageUrl": "https://img.example.org/1535.jpg",
    "watched_on": "2026-11-28",
    "episodes": 3,
    "viewing": 1,
    "minutes": 69,
    "through": "session",
    "revision": 41,
}
A_DAY_NOW = {name: A_DAY[name] for name in ("id", "watched_on", "episodes", "revision")}

DAY_CHANGED = Refusal(
    "revision_mismatch", "DayChanged", {"watched": DayNow()}, {"watched": A_DAY_NOW}
)


class DiaryViewSet(IdempotentViewSet):
    @documented(
        "What was watched when, newest first; days that nobody knows come last.",
        name="getDiary",
        description="One row for each title and day, month or year. With `from` or "
        "`to`, a month or a year is there if any of its days is.",
        scope="list:read",
        tags=TAGS,
        data=WatchedOutput(many=True),
        meta={"next_cursor?": nullable(str)},
        parameters=[
            query("from", str, "From this day, month or year on.", max_length=10),
            query("to", str, "Up to this day, month or year.", max_length=10),
            query("animeId", str, "Only this title."),
            query(
                "watched_on",
                str,
                "Only this day, month or year as it stands; `unknown`: what nobody "
                "knows the day of.",
                max_length=10,
            ),
            *paging(PER_PAGE),
        ],
        errors=["anime_not_found", "ambiguous_id", "invalid_cursor"],
        examples={"a day": [A_DAY]},
        etag=True,
    )
    def list(self, request: Request) -> Answer:
        at = self.account.revisions
        tag = etag_of(request, at.epoch, at.parts["list"], at.catalogue)
        etag = unless_held(request, tag)
        rows, meta = diary_of(self.user_id, self.wanted)
        return answer(rows, meta=meta, headers={"ETag": etag})

    @documented(
        "Adds episodes to a day of the past; progress stays as it is.",
        name="addWatched",
        description="Added to what the title has on that day already. The title need "
        "not be on the list.",
        scope="watched:write",
        tags=TAGS,
        body=WatchedInput,
        data=WatchedOutput,
        meta=META,
        errors=["anime_not_found", "ambiguous_id"],
        examples={"added": A_DAY},
        body_examples={
            "a day": {"animeId": 1535, "watched_on": "2026-11-28", "episodes": 3},
            "a year": {"animeId": 1535, "watched_on": "2015", "episodes": 37},
        },
    )
    def create(self, request: Request) -> Answer:
        body = self.read_body(WatchedInput)
        written = diary.add(
            user_id=self.user_id,
            anime=body["animeId"],
            watched_on=body["watched_on"],
            episodes=body["episodes"],
            today=self.account.today,
            through=self.through,
        )
        return told(written)

    @documented(
        "Corrects the day or the number of a row.",
        name="changeWatched",
        description="Moved to a day that the title has already, it is added to that: "
        "the answer is the row of that day.",
        scope="watched:write",
        tags=TAGS,
        body=WatchedCorrectionInput,
        data=WatchedOutput,
        meta=META,
        parameters=[IF_MATCH],
        errors=["watched_not_found", DAY_CHANGED],
        examples={"corrected": A_DAY},
        body_examples={"another day": {"watched_on": "2026-11-27"}},
    )
    def partial_update(self, request: Request, watched_id: str) -> Answer:
        written = diary.correct(
            user_id=self.user_id,
            row_id=parse_id(watched_id),
            values=self.read_body(WatchedCorrectionInput),
            only_if=precondition(request),
            today=self.account.today,
            through=self.through,
        )
        return told(written)

    @documented(
        "Takes a row out of the diary; progress stays as it is.",
        name="removeWatched",
        scope="watched:write",
        tags=TAGS,
        data={"message": str},
        meta=META,
        parameters=[IF_MATCH],
        errors=["watched_not_found", DAY_CHANGED],
        examples={"removed": {"message": "Removed from the diary"}},
    )
    def destroy(self, request: Request, watched_id: str) -> Answer:
        written = diary.remove(
            user_id=self.user_id,
            row_id=parse_id(watched_id),
            only_if=precondition(request),
            today=self.account.today,
            through=self.through,
        )
        meta = {"operation_id": written.operation_id}
        return answer({"message": "Removed from the diary"}, meta=meta)


def told(written: diary.Written) -> Answer:
    """Nothing was changed by a correction to what it was: no operation."""
    operation_id = written.operation_id
    meta = {"operation_id": operation_id} if operation_id else {}
    return answer(written.row, meta=meta)
