"""What was watched together, over HTTP."""

from contextlib import AbstractContextManager, nullcontext
from uuid import UUID

from rest_framework import serializers
from rest_framework.request import Request

from animecollections.api.fields import (
    KnownFieldsObject,
    StrictBoolean,
    StrictInteger,
)
from animecollections.api.ids import parse_id
from animecollections.api.parameters import A_DAY
from animecollections.api.rendering import Answer, answer
from animecollections.api.schema import Example, documented, paging, query
from animecollections.api.shapes import nullable
from collections_app.watch_list.fields import LARGEST_NUMBER
from collections_app.watch_list.serializers import AnimeIdField, QuietField
from history.idempotency.views import IdempotentViewSet
from profiles.following import examples, services, together
from profiles.following.models import TogetherState, WatchedTogether
from profiles.following.together import TogetherAnswer
from profiles.following.views import MESSAGE, NO_MORE, READ, TAGS, WRITE, ByName

SEND_A_DAY = "Send a day such as 2026-12-31."


class OfferInput(KnownFieldsObject):
    animeId = AnimeIdField()  # noqa: N815
    first = StrictInteger(min_value=1, max_value=LARGEST_NUMBER)
    last = StrictInteger(
        min_value=1, max_value=LARGEST_NUMBER, required=False, help_text="else `first`"
    )
    watched_on = serializers.DateField(
        input_formats=["%Y-%m-%d"],
        required=False,
        help_text="else today",
        error_messages={"invalid": SEND_A_DAY, "datetime": SEND_A_DAY},
    )


class AcceptInput(KnownFieldsObject):
    fills_gaps = StrictBoolean(
        required=False,
        default=True,
        help_text="whether the episodes before it that nobody knows of count as "
        "watched too, on an unknown day",
    )
    quiet = QuietField(default=False)


class OffersViewSet(ByName):
    @documented(
        "Says that one watched episodes with somebody, and offers it to them.",
        name="offerWatchedTogether",
        description="Of a title on one's list that is not private, with somebody whom "
        "one follows and who follows too. Again, nothing changes. What they make of it "
        "is not told. It shows something to somebody, hence the scope `sharing`.",
        scope=[WRITE, "sharing"],
        tags=TAGS,
        body=OfferInput,
        data=TogetherAnswer,
        errors=[
            "not_found",
            "anime_not_found",
            "ambiguous_id",
            "entry_not_found",
            "not_both_follow",
            "entry_is_private",
            "together_full",
        ],
        examples={"said": examples.TOGETHER},
        body_examples={"an episode": {"animeId": "1535", "first": 7}},
    )
    def create(self, request: Request, user_name: str) -> Answer:
        body = self.read_body(OfferInput)
        watching = together.Watching(
            anime=body["animeId"],
            first=body["first"],
            last=body.get("last", body["first"]),
            watched_on=body.get("watched_on", self.account.today),
        )
        said = together.offer(
            account=self.account, user_name=user_name, watching=watching
        )
        return answer(said)


class TogetherViewSet(IdempotentViewSet):
    throttle_scope = "follow"

    def other_locks(self, **kwargs: object) -> AbstractContextManager[None]:
        """To take back what was said is about two."""
        rows = WatchedTogether.objects.of(self.user_id).filter(
            pk=parse_id(str(kwargs["together_id"])), state=TogetherState.GIVEN
        )
        row = rows.first() if self.request.method == "DELETE" else None
        if row is None:
            return nullcontext()
        return services.both_locked(self.user_id, row.person_id)

    @documented(
        "What was watched with others, as oneself or they say; the newest first.",
        name="getWatchedTogether",
        description="`given`: one says so oneself. `waiting`: somebody says so, and "
        "one has not answered; `accepted`: one has. Declined ones are left out.",
        scope=[READ, "list:read"],
        tags=TAGS,
        data=[TogetherAnswer],
        meta={"next_cursor?": nullable(str)},
        parameters=[
            query("state", str, "Only these.", many=True, enum=together.SHOWN),
            query("from", A_DAY, "Watched on this day, or later."),
            query("to", A_DAY, "Watched on this day, or before."),
            *paging(together.PER_PAGE),
        ],
        errors=["invalid_cursor"],
        examples={"one": Example([examples.TOGETHER], NO_MORE)},
    )
    def list(self, request: Request) -> Answer:
        rows, meta = together.watched_together(self.account, self.wanted)
        return answer(rows, meta=meta)

    @documented(
        "Writes to one's own list what somebody says one watched with them.",
        name="acceptWatchedTogether",
        description="As an operation, which can be undone. Progress never falls; of a "
        "title that is completed the diary has it, if it was watched since. They are "
        "not told. Again, nothing changes.",
        scope=[WRITE, "list:write"],
        tags=TAGS,
        body=AcceptInput,
        data=TogetherAnswer,
        meta={"operation_id?": UUID},
        errors=["together_not_found", "anime_not_found"],
        examples={"accepted": examples.TOGETHER | {"state": "accepted"}},
        body_examples={"all": {}, "this alone": {"fills_gaps": False}},
    )
    def update(self, request: Request, together_id: str) -> Answer:
        body = self.read_body(AcceptInput)
        row, operation_id = together.accept(
            account=self.account,
            together_id=parse_id(together_id),
            fills_gaps=body["fills_gaps"],
            quiet=body["quiet"],
            through=self.through,
        )
        return answer(row, meta={"operation_id": operation_id} if operation_id else {})

    @documented(
        "Declines what somebody says, or takes back what one said oneself.",
        name="endWatchedTogether",
        description="They are not told that it was declined, and cannot offer it "
        "again. What was written to a list stays there.",
        scope=WRITE,
        tags=TAGS,
        data=MESSAGE,
        errors=["together_not_found"],
        examples={"ended": {"message": "Not watched together"}},
    )
    def destroy(self, request: Request, together_id: str) -> Answer:
        together.end(account=self.account, together_id=parse_id(together_id))
        return answer({"message": "Not watched together"})
