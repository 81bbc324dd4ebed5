"""Lists of one's own over HTTP."""

from typing import Any
from uuid import UUID

from rest_framework.request import Request

from animecollections.api.conditional import (
    etag_of,
    precondition,
    revision_tag,
    unless_held,
)
from animecollections.api.rendering import Answer, answer
from animecollections.api.schema import (
    FEWER_KEYS,
    Example,
    Refusal,
    documented,
    header,
    paging,
    query,
)
from animecollections.api.shapes import nullable
from animecollections.api.shuffling import SEED, seed_of
from animecollections.api.views import ApiViewSet
from collections_app.catalogue.refs import AnimeRef, parse_anime_id
from collections_app.lists import services
from collections_app.lists.examples import (
    FOUND,
    ITEM,
    KEPT,
    LIST,
    OPERATION_ID,
    PROGRESS,
    RULES,
)
from collections_app.lists.reads import PER_PAGE, items_of, lists_of
from collections_app.lists.serializers import (
    ListItemOutput,
    ListProgressOutput,
    TriedRulesInput,
)
from collections_app.own_lists.edit import ListOperation, ListOutcome, ListVerb
from collections_app.own_lists.orderings import DEFAULT_ORDERING, ORDERINGS
from collections_app.own_lists.reads import list_named
from collections_app.own_lists.values import list_to_json
from collections_app.watch_list.list_serializers import (
    ItemInput,
    ListInput,
    OneListInput,
    columns_of,
)
from collections_app.watch_list.serializers import (
    ListItemKeptOutput,
    OwnListOutput,
    WarningOutput,
)
from history.idempotency.views import IdempotentViewSet

TAGS = ["Lists"]
TRIED = 24  # titles
META = {"operation_id?": UUID, "warnings?": WarningOutput(many=True)}
OF_LIST = header("If-Match", 'The revision you saw, `"41"`; 412 if it moved on.')
LIST_CHANGED = Refusal(
    "revision_mismatch", "ListChanged", {"list": OwnListOutput()}, {"list": LIST}
)
ANIME_ERRORS = ["anime_not_found", "ambiguous_id"]
OPERATED = {"operation_id": OPERATION_ID}


class OfLists(IdempotentViewSet):
    def do(self, verb: ListVerb, **said: Any) -> ListOutcome:
        return services.do(
            user_id=self.user_id,
            operation=ListOperation(verb, **said),
            today=self.account.today,
            through=self.through,
        )


class ListsViewSet(OfLists):
    @documented(
        "All lists of one's own, pinned ones first, then by name.",
        name="getLists",
        description="Without what is on them. With `animeId` only those that have it.",
        scope="lists:read",
        tags=TAGS,
        data=OwnListOutput(many=True),
        parameters=[query("animeId", str, "Only lists that this title is on.")],
        errors=ANIME_ERRORS,
        examples={"one": [LIST]},
        etag=True,
    )
    def list(self, request: Request) -> Answer:
        at = self.account.revisions
        parts = at.parts["lists"], at.catalogue if self.wanted else 0
        etag = unless_held(request, etag_of(request, at.epoch, *parts))
        return answer(lists_of(self.user_id, self.wanted), headers={"ETag": etag})

    @documented(
        "Makes a list.",
        name="createList",
        scope="lists:write",
        tags=TAGS,
        body=ListInput,
        data=OwnListOutput,
        meta=META,
        errors=["lists_full"],
        examples={"made": Example(LIST, OPERATED)},
        body_examples={
            "a name": {"name": "With Anna"},
            "a smart list": {"name": "Short ones", "kind": "smart", "rules": RULES},
        },
    )
    def create(self, request: Request) -> Answer:
        values = columns_of(self.read_body(ListInput))
        outcome = self.do("list_create", values=values)
        return told(outcome, outcome.list)

    @documented(
        "One list, without what is on it. Send its ETag as If-Match.",
        name="getList",
        scope="lists:read",
        tags=TAGS,
        data=OwnListOutput,
        errors=["list_not_found"],
        examples={"a list": LIST},
        etag=True,
    )
    def retrieve(self, request: Request, list_id: str) -> Answer:
        row = list_named(self.user_id, list_id)
        at = self.account.revisions
        tag = revision_tag(request, row["revision"], at.epoch, row["items_revision"])
        etag = unless_held(request, tag)
        return answer(list_to_json(row), headers={"ETag": etag})

    @documented(
        "Changes what is sent of a list, and keeps the rest; null clears.",
        name="changeList",
        description="`audience` needs the scope `sharing` too; a smart list has "
        "none but `nobody`.",
        scope="lists:write",
        tags=TAGS,
        body=OneListInput,
        data=OwnListOutput,
        meta=META,
        parameters=[OF_LIST],
        errors=["list_not_found", "list_is_smart", LIST_CHANGED],
        examples={"changed": Example(LIST, OPERATED)},
        body_examples={
            "another name": {"name": "With Anna", "pinned": True},
            "for everyone": {"audience": "everyone"},
        },
    )
    def partial_update(self, request: Request, list_id: str) -> Answer:
        values = columns_of(self.read_body(OneListInput))
        if "audience" in values:
            self.require_scope("sharing")
        outcome = self.do(
            "list_update",
            list_ref=list_id,
            values=values,
            only_if=precondition(request),
        )
        return told(outcome, outcome.list)

    @documented(
        "Removes a list; its titles stay on the watch list.",
        name="removeList",
        scope="lists:write",
        tags=TAGS,
        data={"message": str},
        meta=META,
        parameters=[OF_LIST],
        errors=["list_not_found", LIST_CHANGED],
        examples={"removed": Example({"message": "List removed"}, OPERATED)},
    )
    def destroy(self, request: Request, list_id: str) -> Answer:
        only_if = precondition(request)
        outcome = self.do("list_remove", list_ref=list_id, only_if=only_if)
        return told(outcome, {"message": "List removed"})


class ItemsViewSet(OfLists):
    @documented(
        "What is on a list, in its order.",
        name="getListItems",
        description="With what the catalogue says of each title and the user's entry "
        "of it; it need not be on the watch list. The first page has the progress.",
        scope=["lists:read", "list:read"],
        tags=TAGS,
        data=ListItemOutput(many=True),
        meta={"next_cursor?": nullable(str), "progress?": ListProgressOutput()},
        parameters=[
            query(
                "pick",
                str,
                "`random`: one of them, another each time.",
                enum=["random"],
            ),
            query(
                "fields", str, "Only these keys, such as `anime_id,rank`. " + FEWER_KEYS
            ),
            query(
                "ordering",
                str,
                "Up to four of these keys, separated by commas, with - for descending "
                f"order: {', '.join(ORDERINGS)}. Absent: as the list says, else "
                f"`{DEFAULT_ORDERING}`, its own order.",
            ),
            SEED,
            *paging(PER_PAGE),
        ],
        errors=["list_not_found", "invalid_cursor"],
        examples={
            "a title": Example([ITEM], {"next_cursor": None, "progress": PROGRESS})
        },
        etag=True,
    )
    def list(self, request: Request, list_id: str) -> Answer:
        at, is_picked = self.account.revisions, "pick" in self.wanted
        # The list may say `random`, which is another order each day; rules of a smart
        # one may count days by the user's clock.
        days = self.account.timezone, self.account.today, seed_of(self.wanted)
        shown = at.catalogue, self.account.hides_mature, *days
        parts = at.parts["lists"], at.parts["list"], *shown
        etag = etag_of(request, at.epoch, *parts)
        if not is_picked:
            unless_held(request, etag)
        row = list_named(self.user_id, list_id)
        items, meta = items_of(self.account, row, self.wanted)
        headers = {} if is_picked else {"ETag": etag}
        return answer(items, meta=meta, headers=headers)

    @documented(
        "Puts a title on a list, or moves it there, or changes its notes.",
        name="putListItem",
        description="Any title of the catalogue. It follows `after`; where that is not "
        "on the list (any more), a new title stands last, and one that is there stays. "
        "Two devices that move titles at once both succeed.",
        scope="lists:write",
        tags=TAGS,
        body=ItemInput,
        data=ListItemKeptOutput,
        meta=META,
        errors=["list_not_found", "list_full", "list_is_smart", *ANIME_ERRORS],
        examples={"put": Example(KEPT, OPERATED)},
        body_examples={
            "last": {},
            "first": {"after": None},
            "after another": {"after": 21, "notes": "The one with the apple."},
        },
    )
    def update(self, request: Request, list_id: str, anime_id: str) -> Answer:
        values = columns_of(self.read_body(ItemInput))
        places = "after" in values
        after: AnimeRef | None = values.pop("after", None)
        outcome = self.do(
            "list_put",
            list_ref=list_id,
            anime=parse_anime_id(anime_id),
            after=after,
            places=places,
            values=values,
        )
        return told(outcome, outcome.item)

    @documented(
        "Takes a title off a list; `removed` is 0 when it was not on it.",
        name="takeOffList",
        scope="lists:write",
        tags=TAGS,
        data={"message": str, "removed": int},
        meta=META,
        errors=["list_not_found", "list_is_smart", *ANIME_ERRORS],
        examples={
            "gone": Example({"message": "Taken off the list", "removed": 1}, OPERATED)
        },
    )
    def destroy(self, request: Request, list_id: str, anime_id: str) -> Answer:
        ref = parse_anime_id(anime_id)
        outcome = self.do("list_take_off", list_ref=list_id, anime=ref)
        return told(
            outcome, {"message": "Taken off the list", "removed": outcome.removed}
        )


class TryRulesViewSet(ApiViewSet):
    @documented(
        "What rules find, before they are saved.",
        name="tryRules",
        description="The first titles, as the items of a smart list with these rules, "
        "and the progress. It saves nothing.",
        scope=["lists:read", "list:read"],
        tags=TAGS,
        body=TriedRulesInput,
        data=ListItemOutput(many=True),
        meta={"next_cursor": nullable(str), "progress": ListProgressOutput()},
        examples={
            "a title": Example([FOUND], {"next_cursor": None, "progress": PROGRESS})
        },
        body_examples={"short ones": {"rules": RULES}},
    )
    def create(self, request: Request) -> Answer:
        tried = columns_of(self.read_body(TriedRulesInput))
        items, meta = items_of(self.account, {"ordering": ""} | tried, {"limit": TRIED})
        return answer(items, meta=meta)


def told(outcome: ListOutcome, data: object) -> Answer:
    meta = {"operation_id": outcome.operation_id, "warnings": outcome.warnings}
    return answer(data, meta={name: value for name, value in meta.items() if value})
