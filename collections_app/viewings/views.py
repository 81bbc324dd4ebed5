"""Viewings over HTTP."""

from rest_framework.request import Request

from animecollections.api.conditional import etag_of, precondition, unless_held
from animecollections.api.ids import parse_id
from animecollections.api.rendering import Answer, answer
from animecollections.api.schema import Example, Refusal, documented, header
from animecollections.api.shapes import nullable
from collections_app.catalogue.refs import parse_anime_id
from collections_app.viewings import services as viewings
from collections_app.watch_list.entry_views import ANIME_ERRORS
from collections_app.watch_list.examples import ENTRY, VIEWING
from collections_app.watch_list.serializers import EntryOutput, ViewingOutput
from collections_app.watch_list.viewing_serializers import BeginViewing, ChangeViewing
from collections_app.watch_list.views import (
    ENTRY_CHANGED,
    IF_MATCH,
    LARGEST_ENTRY,
    TOLD,
)
from collections_app.watch_list.writes import Outcome
from history.idempotency.views import IdempotentViewSet

TAGS = ["Viewings"]
META = TOLD | {"entry": nullable(EntryOutput)}
OF_VIEWING = header("If-Match", 'The revision you saw, `"41"`; 412 if it moved on.')
VIEWING_CHANGED = Refusal(
    "revision_mismatch",
    "ViewingChanged",
    {"viewing": ViewingOutput()},
    {"viewing": VIEWING},
)
ERRORS = [*ANIME_ERRORS, "viewing_not_found", VIEWING_CHANGED]


class ViewingsViewSet(IdempotentViewSet):
    max_body = LARGEST_ENTRY

    @documented(
        "Every time through a title, the first one first.",
        name="getViewings",
        description="Of a title that was watched once, the entry is viewing 1. The "
        "progress of an active viewing is that of the entry.",
        scope="list:read",
        tags=TAGS,
        data=ViewingOutput(many=True),
        errors=ANIME_ERRORS,
        examples={"twice": [VIEWING]},
        etag=True,
    )
    def list(self, request: Request, anime_id: str) -> Answer:
        at = self.account.revisions
        parts = at.parts["list"], at.parts["viewings"], at.catalogue
        etag = unless_held(request, etag_of(request, at.epoch, *parts))
        rows = viewings.viewings_of(self.user_id, parse_anime_id(anime_id))
        return answer(rows, headers={"ETag": etag})

    @documented(
        "Begins the next time through a title.",
        name="beginViewing",
        description="The entry becomes *Watching*, `rewatching`, with progress 0. The "
        "viewings before keep their numbers and dates. Of many calls at once one "
        "begins a viewing; the others are refused.",
        scope="list:write",
        tags=TAGS,
        body=BeginViewing,
        data=ViewingOutput,
        meta=META,
        parameters=[IF_MATCH],
        errors=[*ANIME_ERRORS, "viewing_not_over", ENTRY_CHANGED],
        examples={"begun": Example(VIEWING, {"entry": ENTRY})},
        body_examples={"today": {}, "where": {"where": "With Anna"}},
    )
    def create(self, request: Request, anime_id: str) -> Answer:
        outcome = viewings.begin(
            user_id=self.user_id,
            anime=parse_anime_id(anime_id),
            values=self.read_body(BeginViewing),
            only_if=precondition(request),
            today=self.account.today,
            through=self.through,
        )
        return told(outcome, outcome.viewing)

    @documented(
        "Corrects a viewing; what is not sent stays, null clears.",
        name="changeViewing",
        description="`state` and `progress` of the active one move the entry: "
        "`finished` completes it, `dropped` makes it what it was before.",
        scope="list:write",
        tags=TAGS,
        body=ChangeViewing,
        data=ViewingOutput,
        meta=META,
        parameters=[OF_VIEWING],
        errors=ERRORS,
        examples={"corrected": Example(VIEWING, {"entry": ENTRY})},
        body_examples={"dates": {"started_on": "2015-06", "finished_on": "2015"}},
    )
    def partial_update(
        self, request: Request, anime_id: str, viewing_id: str
    ) -> Answer:
        outcome = viewings.change(
            user_id=self.user_id,
            anime=parse_anime_id(anime_id),
            viewing_id=parse_id(viewing_id),
            values=self.read_body(ChangeViewing),
            only_if=precondition(request),
            today=self.account.today,
            through=self.through,
        )
        return told(outcome, outcome.viewing)

    @documented(
        "Removes a viewing; the others keep their numbers.",
        name="removeViewing",
        description="What was watched stays in the diary.",
        scope="list:write",
        tags=TAGS,
        data={"message": str},
        meta=META,
        parameters=[OF_VIEWING],
        errors=[*ERRORS, "only_viewing"],
        examples={"removed": Example({"message": "Viewing removed"}, {"entry": ENTRY})},
    )
    def destroy(self, request: Request, anime_id: str, viewing_id: str) -> Answer:
        outcome = viewings.remove(
            user_id=self.user_id,
            anime=parse_anime_id(anime_id),
            viewing_id=parse_id(viewing_id),
            only_if=precondition(request),
            today=self.account.today,
            through=self.through,
        )
        return told(outcome, {"message": "Viewing removed"})


def told(outcome: Outcome, data: object) -> Answer:
    return answer(data, meta=outcome.meta | {"entry": outcome.entry})
