"""What has access to an account, over HTTP."""

from uuid import UUID

from rest_framework.request import Request

from animecollections.api.ids import parse_id
from animecollections.api.rendering import Answer, answer
from animecollections.api.schema import Example, documented
from animecollections.api.shapes import nullable
from collections_app.watch_list.app_undo_lists import MOST_CHANGES
from history.idempotency.views import IdempotentViewSet
from profiles.app_access import services as access
from profiles.app_access.examples import AN_APP, UNDO, UNDONE
from profiles.app_access.reads import access_of
from profiles.app_access.serializers import (
    AppAccessAnswer,
    AppUndoneAnswer,
    UndoAppInput,
    access_to_json,
    title_of,
    undone_to_json,
)

TAGS = ["Apps that have access"]


class AppAccessViewSet(IdempotentViewSet):
    @documented(
        "The apps that have access, the one that came last first.",
        name="getApps",
        description="Since when, with which scopes, and when and from where each was "
        "last used, to a minute. `/api/user/tokens` has the personal tokens.",
        scope="account",
        tags=TAGS,
        data=[AppAccessAnswer],
        examples={"one": [AN_APP]},
    )
    def list(self, request: Request) -> Answer:
        return answer([access_to_json(one) for one in access_of(self.user_id)])

    @documented(
        "Ends the access of an app, at once.",
        name="endApp",
        description="All its sign-ins and their live connections. What it did stays.",
        scope="account",
        tags=TAGS,
        data={"message": str},
        errors=["app_not_found"],
        examples={"ended": {"message": "Access ended"}},
    )
    def destroy(self, request: Request, app_id: str) -> Answer:
        access.end(user_id=self.user_id, app_id=parse_id(app_id))
        return answer({"message": "Access ended"})

    @documented(
        "Takes back all that an app did since a moment, as a new operation.",
        name="undoApp",
        description="Of an app or a personal token, also when its access has ended. "
        "What others changed since stays, and is in `conflicts`, with the change that "
        "keeps it (`by`); so does an entry that the app added and somebody changed. "
        "Titles, viewings, the diary, lists of one's own and preferences (with who "
        "sees what) are taken back; `left_alone` counts what is not: searches and "
        "profile, which cannot be undone, preferences of which an earlier release "
        "logged no values, and changes of lists (`list`, `list_item`) or preferences "
        f"where there are more than {MOST_CHANGES:,}. "
        "`changes` and `conflicts` show the first 100. Where `meta.next_cursor` is not "
        "null, more titles are left: send it as `cursor` for the next part, an "
        "operation of its own. `dry_run` returns what would happen, and does nothing.",
        scope="account",
        tags=TAGS,
        body=UndoAppInput,
        data=AppUndoneAnswer,
        meta={"operation_id?": UUID, "next_cursor": nullable(str)},
        errors=["app_not_found", "invalid_cursor"],
        examples={"a preview": Example(UNDONE, {"next_cursor": None})},
        body_examples={"of today, a preview": UNDO},
    )
    def undo(self, request: Request, app_id: str) -> Answer:
        wanted = self.read_body(UndoAppInput)
        undone = access.undo(
            user_id=self.user_id,
            app_id=parse_id(app_id),
            since=wanted["since"],
            today=self.account.today,
            through=self.through,
            first_title=title_of(wanted.get("cursor")),
            dry_run=wanted["dry_run"],
        )
        rest = undone.next_title
        meta: dict[str, object] = {"next_cursor": None if rest is None else str(rest)}
        if undone.operation_id:
            meta["operation_id"] = undone.operation_id
        return answer(undone_to_json(undone, wanted["dry_run"]), meta=meta)
