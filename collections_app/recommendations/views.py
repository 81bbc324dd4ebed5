"""Recommendations over HTTP, and what is not to be recommended."""

from datetime import date
from uuid import UUID

from rest_framework.request import Request

from animecollections.api.conditional import etag_of, unless_held
from animecollections.api.errors import refuse
from animecollections.api.rendering import Answer, answer
from animecollections.api.schema import Example, documented, query
from animecollections.api.views import ApiViewSet
from animecollections.db.statements import limited
from collections_app.browsing.examples import ANIME
from collections_app.catalogue.lookup import find_anime
from collections_app.catalogue.models import Anime
from collections_app.catalogue.refs import parse_anime_id
from collections_app.catalogue.title_filters import FORMAT
from collections_app.recommendations import hidden
from collections_app.recommendations.hidden import HiddenTitleAnswer
from collections_app.recommendations.models import HiddenScope
from collections_app.recommendations.reads import MOST, PER_PAGE, recommended
from collections_app.recommendations.serializers import (
    HiddenInput,
    RecommendationOutput,
)
from history.idempotency.views import IdempotentViewSet

TAGS = ["Recommendations"]
LIST, A_TITLE = "list", "anime:"
LONGEST_BASE = 250
BECAUSE = {"anime_id": "30276", "title": "One Punch Man", "kind": "people"}
A_HIDDEN_TITLE = {"anime_id": "21", "title": "One Piece", "scope": "franchise"}
META = {"operation_id?": UUID}
OPERATED = {"operation_id": "019ab0f2-6a3c-7c1e-9f55-0242ac120003"}
ANIME_ERRORS = ["anime_not_found", "ambiguous_id"]


class RecommendationsViewSet(ApiViewSet):
    @documented(
        "Titles that the user may like, the best first, each with the reasons.",
        name="getRecommendations",
        description="Never what is on the list, hidden, mature under parental control, "
        "or a later part of a series whose first was not seen or was dropped; one "
        "title of a franchise at most. The same for a day: entries that were added "
        "today count from tomorrow, unless there are fewer than five others. Made "
        "once a day from the lists of people who let theirs count (`helpRecommend`), "
        "without private entries; of a pair of titles only what at least five people "
        "have in common. Where people are few, by genres and studios.",
        scope="list:read",
        tags=TAGS,
        data=RecommendationOutput(many=True),
        meta={"day": date},
        parameters=[
            query(
                "based_on",
                str,
                "`list` (if absent): like what is liked on the list. `anime:1535`: "
                "like this title, named by our id or another site's "
                "(`anime:mal:1535`).",
                max_length=LONGEST_BASE,
            ),
            FORMAT,
            query(
                "limit",
                int,
                f"How many; {PER_PAGE} if absent.",
                minimum=1,
                maximum=MOST,
            ),
        ],
        errors=ANIME_ERRORS,
        examples={
            "one": Example(
                [{"anime": ANIME, "because": [BECAUSE]}], {"day": "2026-12-01"}
            )
        },
        etag=True,
    )
    def list(self, request: Request) -> Answer:
        day, at = self.account.today, self.account.revisions
        parts = (at.parts["list"], at.parts["preferences"], at.catalogue)
        etag = unless_held(request, etag_of(request, day, at.epoch, *parts))
        with limited(is_visitor=False):
            data = recommended(self.account, self.wanted, self.base(), day)
        return answer(data, meta={"day": day}, headers={"ETag": etag})

    def base(self) -> Anime | None:
        text: str = self.wanted.get("based_on", LIST)
        if text == LIST:
            return None
        if not text.startswith(A_TITLE):
            raise refuse(based_on="Send `list`, or `anime:` and the id of a title.")
        return find_anime(parse_anime_id(text.removeprefix(A_TITLE), "based_on"))


class HiddenTitlesViewSet(IdempotentViewSet):
    @documented(
        "Titles that are not to be recommended, the latest first.",
        name="getHiddenTitles",
        scope="list:read",
        tags=TAGS,
        data=[HiddenTitleAnswer],
        examples={"one": [A_HIDDEN_TITLE]},
        etag=True,
    )
    def list(self, request: Request) -> Answer:
        at = self.account.revisions
        tag = etag_of(request, at.epoch, at.parts["preferences"], at.catalogue)
        etag = unless_held(request, tag)
        return answer(hidden.hidden_of(self.user_id), headers={"ETag": etag})

    @documented(
        "Recommends this title no more, or nothing of its franchise.",
        name="hideTitle",
        description="It need not be on the list, and stays there if it is. Undone as "
        "any operation (`undoOperation`).",
        scope="list:write",
        tags=TAGS,
        body=HiddenInput,
        data={"message": str},
        meta=META,
        errors=[*ANIME_ERRORS, "hidden_full"],
        examples={"hidden": Example({"message": "Title hidden"}, OPERATED)},
        body_examples={"all of it": {"scope": "franchise"}},
    )
    def update(self, request: Request, anime_id: str) -> Answer:
        scope = self.read_body(HiddenInput).get("scope", HiddenScope.TITLE)
        anime = find_anime(parse_anime_id(anime_id))
        operation_id = hidden.hide(
            user_id=self.user_id,
            anime_id=anime.id,
            scope=scope,
            through=self.through,
        )
        return done("Title hidden", operation_id)

    @documented(
        "Lets this title be recommended again.",
        name="showTitleAgain",
        scope="list:write",
        tags=TAGS,
        data={"message": str},
        meta=META,
        errors=ANIME_ERRORS,
        examples={"again": Example({"message": "Title not hidden"}, OPERATED)},
    )
    def destroy(self, request: Request, anime_id: str) -> Answer:
        ref = parse_anime_id(anime_id)
        operation_id = hidden.show_again(
            user_id=self.user_id, anime=ref, through=self.through
        )
        return done("Title not hidden", operation_id)


def done(message: str, operation_id: UUID | None) -> Answer:
    meta = {"operation_id": operation_id} if operation_id else {}
    return answer({"message": message}, meta=meta)
